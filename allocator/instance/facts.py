"""An instance in memory: settings and tables as they were given, the same for every carrier."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self

from allocator.arguments import shown
from allocator.errors import BadUsage
from allocator.instance.cells import near
from allocator.instance.frozen import WAY_OUT, Frozen, frozen, frozen_rows, thawed
from allocator.instance.tables import SETTINGS, TABLES
from allocator.notebook import Drawn

if TYPE_CHECKING:
    import pandas as pd


OF_TASKS = ("requirements", "commitments")
"""Tables whose blank periods are those of the row's task."""


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


class Facts(Drawn):
    """Facts: who has what, what is required, what it costs and who is willing. Immutable all the way down.

    :func:`allocator.read`, :meth:`from_dict` and :meth:`from_frames` make an instance and check it. To change
    something, use :meth:`override`, or change a copy from :meth:`to_dict` and pass it to :meth:`from_dict`.

    Attributes
    ----------
    settings : mapping
        As in ``instance.toml``; only the keys that are given.
    tables : mapping
        Table name -> rows; a row holds only the cells that are not blank.
    path : Path or None
        Where the instance was read from; not part of the content.
    notes : tuple of str
        What a user should know about the effect of overrides: figures rounded down, rows added, budgets that did not
        change with the horizon; not part of the content.
    outside : frozenset of str
        Nations that a coalition leaves out, and for which no warning about willingness is given; not part of the
        content.
    """

    __slots__ = (
        "__weakref__", "_rows", "_sha256", "_sound", "currency", "events", "indefinite", "model", "months_per_period",
        "name", "notes", "outside", "path", "periods", "settings", "start", "tables", "title",
    )  # fmt: skip

    settings: Mapping[str, Any]
    tables: Mapping[str, tuple[Mapping[str, Any], ...]]
    path: Path | None
    notes: tuple[str, ...]
    outside: frozenset[str]
    name: str
    title: str
    currency: str
    model: str | None
    start: str
    months_per_period: int
    periods: int
    indefinite: bool
    events: Mapping[str, bool]
    _sound: dict[str, list[Any]]  # typed rows of the tables that overrides do not change
    _rows: dict[str, tuple[Frozen, ...]]
    _sha256: str

    def __init__(
        self,
        settings: Mapping[str, Any],
        tables: Mapping[str, Iterable[Mapping[str, Any]]],
        path: Path | None = None,
        notes: tuple[str, ...] = (),
        outside: frozenset[str] = frozenset(),
    ) -> None:
        if hasattr(self, "path"):
            raise AttributeError(WAY_OUT)
        settings = frozen(settings, "settings")
        try:
            horizon = settings["horizon"]
            values = {
                "settings": settings,
                "tables": Frozen({name: frozen_rows(tables.get(name, ()), name) for name in TABLES}),
                "path": path,
                "notes": notes,
                "outside": outside,
                "name": settings["name"],
                "title": settings.get("title", settings["name"]),
                "currency": settings.get("currency", ""),
                "model": settings.get("model"),
                "start": horizon["start"],
                "months_per_period": horizon["months_per_period"],
                "periods": horizon["periods"],
                "indefinite": horizon["indefinite"],
                "events": settings.get("events", Frozen()),
                "_sound": {},
                "_rows": {},
            }
        except (AttributeError, KeyError, TypeError):
            raise BadUsage(
                "an instance needs settings with name and horizon, and tables of rows; use read(), "
                "Instance.from_dict() or Instance.from_frames(), which make one and check it"
            ) from None
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(WAY_OUT)

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(WAY_OUT)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Facts):
            return NotImplemented
        return self is other or (self.settings == other.settings and self.tables == other.tables)

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        held = ((len(self.tables["nations"]), "nation"), (len(self.tables["forces"]), "pool"))
        said = ", ".join(f"{number} {what}{'' if number == 1 else 's'}" for number, what in held)
        return f"<{type(self).__name__} {self.name}: {said}>"

    def __reduce__(self) -> tuple[Any, ...]:
        tables = {name: [dict(row) for row in rows] for name, rows in self.tables.items()}
        return (type(self), (thawed(self.settings), tables, self.path, self.notes, self.outside))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def rows(self, table: str) -> tuple[Mapping[str, Any], ...]:
        """Rows with every column: a blank holds the value that it means, or None if it means no value.

        The rows are immutable; ``dict(row)`` is a copy that can be changed.

        Raises
        ------
        BadUsage
            The table does not exist.
        """
        _check_table(table)
        if table not in self._rows:
            blanks = {column.name: column.default for column in TABLES[table].by_name.values()}
            blanks.update({last: self.periods for last in ("last_period", "last_order_period") if last in blanks})
            if table in OF_TASKS:
                windows = {row["task"]: row for row in self.rows("tasks")}
                whole = {"first_period": 1, "last_period": self.periods}
                filled = []
                for row in self.tables[table]:
                    task = windows.get(row.get("task"), whole)
                    blanks.update(first_period=task["first_period"], last_period=task["last_period"])
                    filled.append(Frozen({**blanks, **row}))
            else:
                filled = [Frozen({**blanks, **row}) for row in self.tables[table]]
            self._rows[table] = tuple(filled)
        return self._rows[table]

    def _share(self, base: Facts) -> None:
        """Reuse the tables of another instance that are the same, and their filled rows, if the horizon is the same."""
        if self.settings["horizon"] != base.settings["horizon"]:
            return
        same = {name for name, rows in self.tables.items() if _identical(rows, base.tables[name])}
        tables = {name: base.tables[name] if name in same else rows for name, rows in self.tables.items()}
        object.__setattr__(self, "tables", Frozen(tables))
        for name in same & base._rows.keys():
            if name not in OF_TASKS or "tasks" in same:
                self._rows[name] = base._rows[name]

    def with_tables(
        self, tables: Mapping[str, Iterable[Mapping[str, Any]]], outside: frozenset[str] | None = None
    ) -> Self:
        """The instance with other rows in some tables; not checked again. Filled rows of the others are reused."""
        outside = self.outside if outside is None else outside
        made = type(self)(self.settings, {**self.tables, **tables}, self.path, self.notes, outside)
        made._share(self)
        return made

    def noted(self, notes: tuple[str, ...], outside: frozenset[str]) -> Self:
        """The same instance with other ``notes`` and ``outside``."""
        if (notes, outside) == (self.notes, self.outside):
            return self
        return type(self)(self.settings, self.tables, self.path, notes, outside)

    def frame(self, table: str) -> pd.DataFrame:
        """A table as a DataFrame; blanks are missing values, columns are in the order of the dictionary."""
        import pandas as pd

        _check_table(table)
        used = {column for row in self.tables[table] for column in row}
        columns = [c.name for c in TABLES[table].by_name.values() if c.name in used or c in TABLES[table].columns]
        return pd.DataFrame([dict(row) for row in self.tables[table]], columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON carrier; optional tables without rows are left out."""
        content: dict[str, Any] = {"instance": thawed(self.settings)}
        content.update({name: [dict(row) for row in rows] for name, rows in self.tables.items() if rows})
        return content

    @property
    def sha256(self) -> str:
        """SHA-256 of the canonical JSON: sorted keys, no white space, numbers in their shortest form."""
        if not hasattr(self, "_sha256"):
            content = json.dumps(_canonical(self.to_dict()), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            object.__setattr__(self, "_sha256", hashlib.sha256(content.encode("utf-8")).hexdigest())
        return self._sha256


def _check_table(table: str) -> None:
    if not isinstance(table, str) or table not in TABLES:
        hint = near(table, TABLES) if isinstance(table, str) else ""
        raise BadUsage(f"no table {shown(table)}{hint}; there are {', '.join(TABLES)}")


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _canonical(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_canonical(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
