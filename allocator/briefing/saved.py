"""A plan from a saved result: the tables are audited again, against the instance that they are of."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from allocator.api import Source, choose
from allocator.audit import check_tables
from allocator.errors import BadInput, BadUsage, Fault
from allocator.instance import Instance, read
from allocator.instance.override import split_overrides
from allocator.model import Model
from allocator.plan.manifest import source_of
from allocator.plan.plan import Plan
from allocator.plan.tables import COLUMNS
from allocator.reading import Unreadable, read_text

WHOLE = ("period", "units", "personnel", "joint", "ready", "deliveries", "expansions")
"""Columns of whole numbers."""

TEXTS = ("nation", "unit_type", "task", "objective", "capability")
"""Columns of texts."""

FORMS = "a folder that solve --out wrote, or the JSON that solve --json printed"


def is_result(path: str | os.PathLike[str]) -> bool:
    """Whether a path is a saved result rather than an instance.

    Examples
    --------
    >>> is_result("toy-rotation")
    False
    """
    place = Path(path)
    if place.is_dir():
        return (place / "manifest.json").is_file() and not (place / "instance.toml").exists()
    if place.suffix.lower() != ".json" or not place.is_file():
        return False
    try:
        content = json.loads(read_text(place))
    except (Unreadable, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and "manifest" in content and "deployments" in content


def saved_result(path: str | os.PathLike[str], source: Source | None = None) -> Plan:
    """The plan of a saved result.

    Parameters
    ----------
    path : path
        A folder that ``solve --out`` wrote, or the JSON of ``solve --json``.
    source : Instance or path, optional
        The instance that was solved; by default the one at the path in the manifest, or the bundled one of its name.

    Raises
    ------
    BadInput
        A file of the result cannot be read, or holds something else.
    BadUsage
        The instance is not known, has changed since, or the audit finds that the tables do not hold.

    Examples
    --------
    >>> import tempfile
    >>> import allocator
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     allocator.solve("toy-rotation").write(folder)
    ...     saved_result(folder).value("gap")
    0.5
    """
    place = Path(path)
    made, tables, reason = _read(place)
    try:
        model = Model(**{**made["model"], **{key: tuple(made["model"][key]) for key in ("families", "objectives")}})
        overrides, _ = split_overrides(made["overrides"])  # those of the model are in it already
        name, digest, status, stages, gap = (
            made["instance"], made["sha256"], made["status"], made["stages"], made["options"]["gap"],
        )  # fmt: skip
    except (KeyError, TypeError, BadInput):
        raise _strange(place, "a manifest that lacks what a result has") from None
    changed = f"{place} is a result of {name} as it was; the instance has changed since: solve it again"
    try:
        whole = _instance(place, made, source)
        instance, _ = choose(whole, model, overrides, case=made["case"], coalition=made["coalition"])
    except BadInput:
        if source is not None:
            raise
        raise BadUsage(changed) from None
    if instance.sha256 != digest:
        raise BadUsage(changed)
    plan = Plan(status, reason, instance, model, made, made["stopped_by"], tables)
    if plan.found:
        broken = check_tables(instance, model, tables, status=status, stages=stages, gap=gap)
        if broken:
            raise BadUsage(f"{place}: the tables do not hold ({broken[0]}); solve it again")
    return plan


def _instance(place: Path, made: Mapping[str, Any], source: Source | None) -> Instance:
    """The instance of a result: the one that is given, or else the one that the manifest names."""
    if isinstance(source, Instance):
        return source
    found = source_of(made) if source is None else source
    if found is not None:
        return read(found)
    where = f"which was read from {made['path']} and is not there now" if made.get("path") else "which is not bundled"
    raise BadUsage(f"{place} is a result of {made['instance']}, {where}; name its path with --instance")


def _strange(place: Path, found: str) -> BadInput:
    return BadInput([Fault(str(place), None, None, found, FORMS)])


def _read(place: Path) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]], str]:
    """The manifest, the tables and the reason of a result."""
    try:
        if place.is_dir():
            made = json.loads(read_text(place / "manifest.json"))
            tables = {table: _csv(table, place / f"{table}.csv") for table in COLUMNS}
            content: Any = {"manifest": made, "reason": made.get("reason", ""), **tables}
        else:
            content = json.loads(read_text(place))
    except Unreadable as wrong:
        raise _strange(place, wrong.found) from None
    except (ValueError, RecursionError, AttributeError):
        raise _strange(place, "something that no result holds") from None
    if not isinstance(content, dict):
        raise _strange(place, "something that no result holds")
    made = content.get("manifest")
    lists: dict[str, Any] = {table: content.get(table) for table in COLUMNS}
    if not isinstance(made, dict) or not all(isinstance(rows, list) for rows in lists.values()):
        raise _strange(place, "no manifest, or a table that is missing")
    return {key: value for key, value in made.items() if key != "reason"}, lists, str(content.get("reason", ""))


def _csv(table: str, path: Path) -> list[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(read_text(path), newline=""))
    if tuple(reader.fieldnames or ()) != COLUMNS[table]:
        raise ValueError(table)
    return [{column: _value(column, row) for column in COLUMNS[table]} for row in reader]


def _value(column: str, row: Mapping[str, Any]) -> Any:
    """A cell as the plan has it."""
    text = row[column]
    if column in TEXTS:
        return text
    if text == "":
        return None
    if column == "member":
        return text == "true"
    return int(text) if column in WHOLE else float(text)
