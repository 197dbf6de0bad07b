"""A saved result with the instance and the model that it is of, so that its plan can be judged again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from allocator.api import Source
from allocator.arguments import shown
from allocator.audit import check_deployments
from allocator.errors import AllocatorError, BadInput, BadUsage, Fault
from allocator.explaining.bench import Bench, Outcome
from allocator.explaining.core import Core
from allocator.explaining.saved import saved_plan
from allocator.instance import Instance, read
from allocator.instance.override import changed, split_overrides
from allocator.model import Model
from allocator.outcome import Bounds
from allocator.plan.manifest import source_of
from allocator.plan.plan import Plan
from allocator.plan.tables import tables
from allocator.plan.values import objective_values
from allocator.problem import Problem
from allocator.purchases import Decided, Purchases
from allocator.reading import Unreadable, read_text

FORMS = "a result of allocator solve: the folder that --out wrote, or the object that --json printed"


_SHAPES: Mapping[str, Callable[[Any], bool]] = {
    "instance": lambda value: isinstance(value, str),
    "sha256": lambda value: isinstance(value, str),
    "status": lambda value: isinstance(value, str),
    "overrides": lambda value: isinstance(value, list) and all(isinstance(each, str) for each in value),
    "case": lambda value: value is None or isinstance(value, str),
    "coalition": lambda value: value is None or isinstance(value, str),
}
"""Field of a manifest -> whether a value has its shape."""


@dataclass(frozen=True)
class Result:
    """A saved result, with the problem that it solves.

    Attributes
    ----------
    label : str
        Its path.
    plan : Plan
        The result, its tables worked out anew from the deployments.
    problem : Problem
    deployed : Decided
        Its deployments and purchases.
    bounds : mapping
        Objective -> value and bound of its stage.
    """

    label: str
    plan: Plan
    problem: Problem
    deployed: Decided
    bounds: Mapping[str, Bounds]

    def core(self, bench: Bench) -> Core:
        """What explains it; the saved plan is the plan in hand."""
        core = Core(self.plan.instance, self.plan.model, bench)
        values = objective_values(self.problem, self.deployed)
        core.__dict__["base"] = Outcome(self.plan.status, self.deployed, values, self.bounds, self.problem)
        return core


def is_result(path: Source) -> bool:
    """Whether a path holds a saved result rather than an instance."""
    place = Path(str(path))
    if place.is_dir():
        return (place / "manifest.json").is_file() and not (place / "instance.toml").exists()
    try:
        return place.suffix == ".json" and place.is_file() and "manifest" in json.loads(read_text(place))
    except (Unreadable, ValueError, TypeError, RecursionError):
        return False


def result(path: Source, of: Source | None = None) -> Result:
    """Read a saved result.

    Parameters
    ----------
    path : path
        The folder that ``solve --out`` wrote, or a file with the object of ``solve --json``.
    of : Instance or path, optional
        The instance that was solved; by default the one at the path in the manifest, or of its name. What ``--set``,
        ``--case`` and ``--coalition`` changed is changed again.

    Raises
    ------
    BadInput, BadUsage
        It is no such result, has no plan, or is of another instance.
    """
    place = Path(str(path))
    manifest, orders, industry = _read(place)
    model = _model(place, manifest)
    instance = _instance(place, manifest, of)
    deployed = Decided(saved_plan(place, instance), _purchases(place, orders, industry))
    problem = Problem(instance, model)
    broken = check_deployments(instance, model, deployed, deployed.purchases)
    if broken:
        raise BadInput([Fault(str(place), None, None, f"a plan that breaks a rule ({broken[0]})", "a plan")])
    bounds = _bounds(place, manifest)
    plan = Plan(
        manifest["status"], "", instance, model, manifest, manifest.get("stopped_by") or "",
        tables(problem, deployed, bounds),
    )  # fmt: skip
    return Result(str(path), plan, problem, deployed, bounds)


def _read(place: Path) -> tuple[dict[str, Any], list[Any], list[Any]]:
    """The manifest, and the rows of orders and industry."""
    try:
        if place.is_dir():
            manifest = json.loads(read_text(place / "manifest.json"))
            orders, industry = (_rows(place / f"{name}.csv") for name in ("orders", "industry"))
        else:
            content = json.loads(read_text(place))
            manifest, orders, industry = content["manifest"], content.get("orders", []), content.get("industry", [])
    except Unreadable as wrong:
        raise BadInput([wrong.fault(str(place))]) from None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BadInput([Fault(str(place), None, None, "no manifest that can be read", FORMS)]) from None
    needed = ("instance", "model", "sha256", "status", "overrides")
    missing = [name for name in needed if not isinstance(manifest, dict) or name not in manifest]
    if missing:
        raise BadInput([Fault(str(place), None, "manifest", f"no {missing[0]}", FORMS)])
    misshapen = next((name for name, fits in _SHAPES.items() if not fits(manifest.get(name))), None)
    if misshapen is not None:
        raise BadInput([Fault(str(place), None, "manifest", f"{misshapen} {shown(manifest.get(misshapen))}", FORMS)])
    if manifest["status"] not in ("optimal", "feasible"):
        raise BadUsage(f"{place}: there is no plan to compare; its status is {manifest['status']}")
    return manifest, orders, industry


def _bounds(place: Path, manifest: Mapping[str, Any]) -> dict[str, Bounds]:
    """What each stage reached and proved."""
    try:
        found = {
            stage["objective"]: Bounds(stage["objective"], float(stage["value"]), float(stage["bound"]))
            for stage in manifest.get("stages") or []
        }
    except (ValueError, TypeError, KeyError):
        found = {}
    if not found or not all(isfinite(each.value) and isfinite(each.bound) for each in found.values()):
        raise BadInput([Fault(str(place), None, "stages", "no values and bounds that can be read", FORMS)])
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read_text(path)))) if path.exists() else []


def _model(place: Path, manifest: Mapping[str, Any]) -> Model:
    try:
        known: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in manifest["model"].items()}
        return Model(**known)
    except (AllocatorError, TypeError, AttributeError) as wrong:
        raise BadInput([Fault(str(place), None, "manifest", f"a model that cannot be read ({wrong})", FORMS)]) from None


def _instance(place: Path, manifest: Mapping[str, Any], of: Source | None) -> Instance:
    """The instance that was solved, which must be exactly the same."""
    way_out = "name the instance that it was solved from with --of"
    name = (source_of(manifest) or manifest["instance"]) if of is None else of
    if of is None and manifest.get("path") and source_of(manifest) is None:
        raise BadUsage(f"{place}: its instance {name} was read from {manifest['path']} and is not there now; {way_out}")
    try:
        found = name if isinstance(name, Instance) else read(name)
        of_instance, _ = split_overrides(manifest["overrides"])
        found = changed(found, of_instance, manifest.get("case") or "base")
        if manifest.get("coalition") is not None:
            found = found.coalition(manifest["coalition"])
    except AllocatorError as wrong:
        if of is not None:
            raise
        raise BadUsage(f"{place}: its instance {name} cannot be read again ({wrong}); {way_out}") from None
    if found.sha256 != manifest["sha256"]:
        raise BadUsage(f"{place}: it is of another instance than {name}, or {name} has changed since; {way_out}")
    return found


def _purchases(place: Path, orders: list[Any], industry: list[Any]) -> Purchases:
    try:
        ordered = {
            (row["nation"], row["unit_type"], int(row["period"])): (int(row["units"]), int(row["joint"] or 0))
            for row in orders
        }
        expanded = {
            (row["unit_type"], int(row["period"])): int(row["expansions"]) for row in industry if int(row["expansions"])
        }
    except (ValueError, TypeError, KeyError):
        raise BadInput([Fault(str(place), None, None, "orders or expansions that cannot be read", FORMS)]) from None
    return Purchases(ordered, expanded)
