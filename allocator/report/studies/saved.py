"""A study from a saved result: the object that ``sweep``, ``compare``, ``hedge`` or ``claims`` printed as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from allocator.errors import BadInput, BadUsage, Fault
from allocator.reading import Unreadable, read_text
from allocator.report.studies.claims import claims_study
from allocator.report.studies.comparison import comparison_study
from allocator.report.studies.hedge import hedge_study
from allocator.report.studies.study import Study
from allocator.report.studies.sweep import sweep_study
from allocator.sweeps.run.store import kept_result

KEYS: Mapping[str, tuple[frozenset[str], Callable[[Mapping[str, Any]], Study]]] = {
    "sweep": (frozenset({"answers", "points", "model"}), sweep_study),
    "compare": (frozenset({"cases", "notes"}), comparison_study),
    "hedge": (frozenset({"commitments", "vss", "manifest"}), hedge_study),
    "claims": (frozenset({"claims", "interrupted"}), claims_study),
}
"""Command -> the keys by which its object is known, and what makes a page of it."""

STORE = b"SQLite format 3\x00"
"""How the store of a sweep begins."""

FORMS = "the object that allocator sweep, compare, hedge or claims prints with --json"


def command_of(path: str | os.PathLike[str]) -> str | None:
    """The command whose saved result a file is; None if it is something else.

    Raises
    ------
    BadUsage
        It is the store of a sweep without its result: of an earlier version, or of a sweep that was killed.

    Examples
    --------
    >>> command_of("toy-rotation") is None
    True
    """
    place = Path(path)
    if not place.is_file():
        return None
    if _kept(place) is not None:
        return "sweep"
    if place.suffix.lower() != ".json":
        return None
    try:
        content = json.loads(read_text(place))
    except (Unreadable, ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    return next((command for command, (keys, _) in KEYS.items() if keys <= content.keys()), None)


def _kept(place: Path) -> dict[str, Any] | None:
    """The result in the store of a sweep; None if the file is no store."""
    with place.open("rb") as file:
        if file.read(len(STORE)) != STORE:
            return None
    found = kept_result(place)
    if found is None:
        raise BadUsage(
            f"{place} is the store of a sweep and holds its points, but no result of a whole sweep; run the same "
            "allocator sweep again: the points in the store are not solved again"
        )
    return found


def saved_study(path: str | os.PathLike[str]) -> Study:
    """The study of a saved result, which is shown as it is: nothing in it is worked out again.

    Raises
    ------
    BadInput
        It is no such file, or parts of it are missing or of another kind.
    """
    place = Path(path)
    command = command_of(place)
    if command is None:
        raise _strange(place, "something else")
    try:
        content = _kept(place) or json.loads(read_text(place), parse_constant=_not_a_number)
        return KEYS[command][1](
            {**content, "read_from": f"{place.name}, as it is: its figures were not worked out again"}
        )
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as wrong:
        raise _strange(place, f"an object of allocator {command} in which something is missing or strange") from wrong


def _strange(place: Path, found: str) -> BadInput:
    return BadInput([Fault(str(place), None, None, found, FORMS)])


def _not_a_number(text: str) -> NoReturn:
    raise ValueError(text)
