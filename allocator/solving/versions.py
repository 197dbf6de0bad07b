"""Versions of the program and of what it uses, for manifests."""

from __future__ import annotations

import platform
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def versions() -> dict[str, str]:
    """Versions of the program and of everything that an answer depends on."""

    def of(package: str) -> str:
        try:
            return version(package)
        except PackageNotFoundError:
            return "unknown (run from a checkout)"

    solver = sys.modules.get("allocator.solving.highs")  # an answer from facts does without
    return {
        "allocator": of("allocator"),
        "pyomo": of("pyomo"),
        "highs": of("highspy") if solver is None else solver.VERSION,
        "python": platform.python_version(),
    }
