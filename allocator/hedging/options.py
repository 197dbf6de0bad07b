"""The options of a two-stage plan, checked."""

from __future__ import annotations

from typing import Any

from allocator.arguments import LARGEST_SEED, Several, number, one_of, optional, whole
from allocator.errors import BadUsage

METHODS = ("extensive", "hedging")


def checked(
    futures: Any, seed: Any, cvar: Any, weight: Any, replications: Any, evaluate: Any, gap: Any, time_limit: Any,
    method: Any,
) -> dict[str, Any]:  # fmt: skip
    """The options as plain values.

    Raises
    ------
    BadUsage
        With every option that is out of range.
    """
    several = Several()
    options = {
        "futures": several(whole, "futures", futures, least=1),
        "seed": several(whole, "seed", seed, least=0, most=LARGEST_SEED),
        "cvar": several(number, "cvar", cvar, least=0, below=1),
        "weight": several(number, "weight", weight, least=0, most=1),
        "replications": several(whole, "replications", replications, least=2),
        "evaluate": several(whole, "evaluate", evaluate, least=2),
        "gap": several(number, "gap", gap, least=0, most=1),
        "time_limit": several(optional, "time_limit", time_limit, number, above=0, unit=" of seconds"),
        "method": several(one_of, "method", method, METHODS),
    }
    several.done()
    if method == "hedging":
        from importlib.util import find_spec

        if find_spec("mpisppy") is None:
            raise BadUsage('method hedging needs mpi-sppy; in the clone: pip install ".[futures]"')
    return options
