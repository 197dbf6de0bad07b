"""An instance in memory: settings and tables as they were given, the same whatever carrier they came from."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from allocator.errors import BadUsage
from allocator.instance.tables import SETTINGS, TABLES, Value

if TYPE_CHECKING:
    import pandas as pd


def settled(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings in the order of the dictionary."""
    ordered: dict[str, Any] = {}
    for key in SETTINGS:
        head = key.partition(".")[0]
        if head in settings and head not in ordered:
            value = settings[head]
            inner = [k.partition(".")[2] for k in SETTINGS if k.startswith(f"{head}.")]
            ordered[head] = {k: value[k] for k in inner if k in value} if inner else value
    if settings.get("events"):
        ordered["events"] = dict(settings["events"])
    return ordered


def _identical(some: tuple[Any, ...], others: tuple[Any, ...]) -> bool:
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))


class Instance:
    """Facts: who has what, what is asked, what it costs, who is willing. Immutable.

    Use :func:`allocator.read`, :meth:`from_dict` or :meth:`from_frames` to make one; all three check it.

    Attributes
    ----------
    settings : mapping
        As in ``instance.toml``; only what is given.
    tables : mapping
        Table name -> rows; a row holds only the cells that are not blank.
    path : Path or None
        Where it came from; not part of the content.
    notes : tuple of str
        What overrides did to it that a user should know, such as budgets that they left as they were; not part of the
        content.
    outside : frozenset of str
        Nations that a coalition leaves out, of whose unwillingness nobody is warned; not part of the content.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        tables: Mapping[str, tuple[Mapping[str, Value], ...]],
        path: Path | None = None,
        notes: tuple[str, ...] = (),
        outside: frozenset[str] = frozenset(),
    ) -> None:
        self.settings: Mapping[str, Any] = MappingProxyType(dict(settings))
        self.tables: Mapping[str, tuple[Mapping[str, Value], ...]] = MappingProxyType(
            {
                name: tuple(row if isinstance(row, MappingProxyType) else MappingProxyType(row) for row in rows)
                for name, rows in tables.items()
            }
        )
        self.path = path
        self.notes = notes
        self.outside = outside
        horizon = settings["horizon"]
        self.name: str = settings["name"]
        self.title: str = settings.get("title", self.name)
        self.currency: str = settings.get("currency", "")
        self.model: str | None = settings.get("model")
        self.start: str = horizon["start"]
        self.months_per_period: int = horizon["months_per_period"]
        self.periods: int = horizon["periods"]
        self.indefinite: bool = horizon["indefinite"]
        self.events: Mapping[str, bool] = MappingProxyType(dict(settings.get("events", {})))
        self.sound: dict[str, list[Any]] = {}  # typed rows of tables, for what overrides leave as it is
        self._rows: dict[str, list[dict[str, Any]]] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Instance) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        return f"<Instance {self.name}: {len(self.tables['nations'])} nations, {len(self.tables['forces'])} pools>"

    def __reduce__(self) -> tuple[Any, ...]:
        tables = {name: tuple(dict(row) for row in rows) for name, rows in self.tables.items()}
        return (Instance, (dict(self.settings), tables, self.path, self.notes, self.outside))

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Rows with every column: blanks hold what they stand for, None where that is nothing.

        Raises
        ------
        BadUsage
            There is no such table.
        """
        if table not in TABLES:
            raise BadUsage(f"no table {table!r}; there are {', '.join(TABLES)}")
        if table not in self._rows:
            blanks = {column.name: column.default for column in TABLES[table].by_name.values()}
            if "last_period" in blanks:
                blanks["last_period"] = self.periods
            filled = [{**blanks, **row} for row in self.tables[table]]
            if table == "requirements":
                windows = {row["task"]: row for row in self.rows("tasks")}
                for row in filled:
                    task = windows[row["task"]]
                    if row["first_period"] is None:
                        row["first_period"] = task["first_period"]
                for row, given in zip(filled, self.tables[table], strict=True):
                    if "last_period" not in given:
                        row["last_period"] = windows[row["task"]]["last_period"]
            self._rows[table] = filled
        return self._rows[table]

    def share(self, base: Instance) -> None:
        """Take over what was made of the tables that are the very ones of another instance with the same horizon."""
        if self.settings["horizon"] != base.settings["horizon"]:
            return
        same = {name for name, rows in self.tables.items() if _identical(rows, base.tables[name])}
        for name in same & base._rows.keys():
            if name != "requirements" or "tasks" in same:  # whose periods are those of their tasks
                self._rows[name] = base._rows[name]

    def noted(self, *notes: str) -> Instance:
        """The same instance with other :attr:`notes`."""
        return self if notes == self.notes else Instance(self.settings, self.tables, self.path, notes, self.outside)

    def warnings(self) -> list[str]:
        """What is legal but odd, and before that the :attr:`notes`."""
        from allocator.instance.odd import warnings

        return [*self.notes, *warnings(self)]

    def frame(self, table: str) -> pd.DataFrame:
        """A table as a DataFrame, blanks as missing values; columns in the order of the dictionary."""
        import pandas as pd

        if table not in TABLES:
            raise BadUsage(f"no table {table!r}; there are {', '.join(TABLES)}")
        used = {column for row in self.tables[table] for column in row}
        columns = [c.name for c in TABLES[table].by_name.values() if c.name in used or c in TABLES[table].columns]
        return pd.DataFrame([dict(row) for row in self.tables[table]], columns=columns)

    @classmethod
    def from_frames(cls, settings: Mapping[str, Any], frames: Mapping[str, pd.DataFrame]) -> Instance:
        """An instance from DataFrames, one a table; missing values are blanks.

        Raises
        ------
        BadInput
            With every fault found; rows count from 1.
        """
        content: dict[str, Any] = {"instance": {key: _unproxied(value) for key, value in settings.items()}}
        for name, frame in frames.items():
            records = frame.astype(object).where(frame.notna(), None).to_dict("records")
            content[name] = [
                {str(key): getattr(cell, "item", lambda cell=cell: cell)() for key, cell in row.items()}
                for row in records
            ]
        return cls.from_dict(content)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Instance:
        """An instance from the JSON carrier's object.

        Raises
        ------
        BadInput
            With every fault found; rows count from 1.
        """
        from allocator.instance.read import from_object, understood

        return understood(from_object(dict(content), "instance"), None)

    def to_dict(self) -> dict[str, Any]:
        """The JSON carrier's object; optional tables without rows are left out."""
        content: dict[str, Any] = {"instance": {key: _unproxied(value) for key, value in self.settings.items()}}
        content.update({name: [dict(row) for row in rows] for name, rows in self.tables.items() if rows})
        return content

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the canonical JSON: sorted keys, no space, numbers in their shortest form."""
        text = json.dumps(_canonical(self.to_dict()), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    def override(self, *settings: str) -> Instance:
        """The instance with some cells changed, checked again.

        Parameters
        ----------
        settings : str
            ``horizon.periods=4``, ``events.us_backstop=true``, ``budgets[payer=common].amount*=0.8``. A figure that
            is set loses its range (``_low``, ``_high``).

        Raises
        ------
        BadInput
            A key matches nothing, or the changed instance has faults.
        """
        from allocator.instance.override import override

        return override(self, settings)

    def case(self, name: str) -> Instance:
        """The instance with every figure at one end of its range, checked again.

        Parameters
        ----------
        name : str
            ``low`` or ``high``: each ``c_low`` (``c_high``) that is given takes the place of ``c``, and the companions
            stay; ``base`` is the instance itself.

        Raises
        ------
        BadUsage
            There is no such case.
        BadInput
            The changed instance has faults.
        """
        from allocator.instance.case import case

        return case(self, name)

    def coalition(self, text: str) -> Instance:
        """The instance in which only a coalition takes part; whoever is not in it is willing to do nothing.

        Parameters
        ----------
        text : str
            Groups and nations, read from left to right: ``+`` adds, ``-`` takes out, as in ``JEF+FRA``; a text that
            starts with ``-`` starts from all nations.

        Raises
        ------
        BadInput
            A name is unknown, a part is empty, or nobody is left.
        """
        from allocator.instance.coalition import coalition

        return coalition(self, text)

    def write(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the instance; see :func:`allocator.write`."""
        from allocator.instance.write import write

        write(self, path, overwrite=overwrite)


def _unproxied(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _canonical(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_canonical(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
