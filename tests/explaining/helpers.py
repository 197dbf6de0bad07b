"""What the tests of explanations share: random instances with and without a plan, and a core that explains one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allocator.api import choose
from allocator.explaining.bench import Bench
from allocator.explaining.core import Core
from allocator.instance import Instance
from allocator.model import Model
from allocator.stopping import watched
from tests.oracle.random_instances import random_instance, random_model
from tests.oracle.random_more import full_instance, full_model


def strict(seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A random instance, in which often more must be met than can be, and its model."""
    rng = random.Random(f"{seed}-explain")
    if rng.random() < 0.5:
        obj, model = full_instance(seed), full_model(seed)
    else:
        obj, model = random_instance(seed, "tiny"), random_model(seed)
    for row in obj["requirements"]:
        if row["quantity"] and rng.random() < 0.7:
            row["max_gap"] = rng.choice([0, 0, 0.2, 0.5, 0.75])
    return obj, {key: value for key, value in model.items() if key not in ("title", "description")}


@contextmanager
def explained(obj: dict[str, Any], model: dict[str, Any], most: int = 60) -> Iterator[Core]:
    """The core of an instance from its JSON."""
    choices: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in model.items()}
    with watched() as watch:
        yield Core(Instance.from_dict(obj), Model(**choices), Bench(1e-6, None, 1, 0, watch), most=most)


@contextmanager
def bundled(
    name: str, *overrides: str, most: int = 10, model: str | None = None, coalition: str | None = None
) -> Iterator[Core]:
    """The core of a bundled instance."""
    with watched() as watch:
        chosen = choose(name, model, overrides, coalition=coalition)
        yield Core(*chosen, Bench(1e-6, None, 1, 0, watch), most=most)
