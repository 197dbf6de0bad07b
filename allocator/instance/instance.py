"""An instance in memory: settings and tables as they were given, the same whatever carrier they came from."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from allocator.arguments import shown, texts
from allocator.arguments import text as a_text
from allocator.errors import BadUsage
from allocator.instance.cells import near
from allocator.instance.frozen import WAY_OUT, Frozen, frozen, frozen_rows, thawed
from allocator.instance.tables import SETTINGS, TABLES

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
    """Facts: who has what, what is asked, what it costs, who is willing. Immutable all the way down.

    Use :func:`allocator.read`, :meth:`from_dict` or :meth:`from_frames` to make one; all three check it. To change
    something, use :meth:`override`, or change a copy from :meth:`to_dict` and give it to :meth:`from_dict`.

    Attributes
    ----------
    settings : mapping
        As in ``instance.toml``; only what is given.
    tables : mapping
        Table name -> rows; a row holds only the cells that are not blank.
    path : Path or None
        Where it came from; not part of the content.
    notes : tuple of str
        What overrides did to it that a user should know: figures rounded down, rows added, budgets left as they were;
        not part of the content.
    outside : frozenset of str
        Nations that a coalition leaves out, of whose unwillingness nobody is warned; not part of the content.
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
    _sound: dict[str, list[Any]]  # typed rows of tables, for what overrides leave as it is
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
                "an instance has settings with name and horizon, and tables of rows; read(), Instance.from_dict() and "
                "Instance.from_frames() make one and check it"
            ) from None
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(WAY_OUT)

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(WAY_OUT)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Instance):
            return NotImplemented
        return self is other or (self.settings == other.settings and self.tables == other.tables)

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        return f"<Instance {self.name}: {len(self.tables['nations'])} nations, {len(self.tables['forces'])} pools>"

    def __reduce__(self) -> tuple[Any, ...]:
        tables = {name: [dict(row) for row in rows] for name, rows in self.tables.items()}
        return (Instance, (thawed(self.settings), tables, self.path, self.notes, self.outside))

    def __copy__(self) -> Instance:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Instance:
        return self

    def rows(self, table: str) -> tuple[Mapping[str, Any], ...]:
        """Rows with every column: blanks hold what they stand for, None where that is nothing.

        The rows do not change; ``dict(row)`` is a copy that does.

        Raises
        ------
        BadUsage
            There is no such table.
        """
        _check_table(table)
        if table not in self._rows:
            blanks = {column.name: column.default for column in TABLES[table].by_name.values()}
            if "last_period" in blanks:
                blanks["last_period"] = self.periods
            if table == "requirements":
                windows = {row["task"]: row for row in self.rows("tasks")}
                filled = []
                for row in self.tables[table]:
                    task = windows[row["task"]]
                    blanks.update(first_period=task["first_period"], last_period=task["last_period"])
                    filled.append(Frozen({**blanks, **row}))
            else:
                filled = [Frozen({**blanks, **row}) for row in self.tables[table]]
            self._rows[table] = tuple(filled)
        return self._rows[table]

    def _share(self, base: Instance) -> None:
        """Take over what was made of the tables that are the very ones of another instance with the same horizon."""
        if self.settings["horizon"] != base.settings["horizon"]:
            return
        same = {name for name, rows in self.tables.items() if _identical(rows, base.tables[name])}
        for name in same & base._rows.keys():
            if name != "requirements" or "tasks" in same:  # whose periods are those of their tasks
                self._rows[name] = base._rows[name]

    def noted(self, notes: tuple[str, ...], outside: frozenset[str]) -> Instance:
        """The same instance with other :attr:`notes` and :attr:`outside`."""
        if (notes, outside) == (self.notes, self.outside):
            return self
        return Instance(self.settings, self.tables, self.path, notes, outside)

    def warnings(self) -> list[str]:
        """What is legal but odd, and before that the :attr:`notes`."""
        from allocator.instance.odd import warnings

        return [*self.notes, *warnings(self)]

    def frame(self, table: str) -> pd.DataFrame:
        """A table as a DataFrame, blanks as missing values; columns in the order of the dictionary."""
        import pandas as pd

        _check_table(table)
        used = {column for row in self.tables[table] for column in row}
        columns = [c.name for c in TABLES[table].by_name.values() if c.name in used or c in TABLES[table].columns]
        return pd.DataFrame([dict(row) for row in self.tables[table]], columns=columns)

    @classmethod
    def from_frames(cls, settings: Mapping[str, Any], frames: Mapping[str, pd.DataFrame]) -> Instance:
        """An instance from DataFrames, one a table; missing values are blanks, the index is not read.

        Values of numpy and pandas, decimals, dates and fractions that are decimal numbers are read as plain values.

        Raises
        ------
        BadInput
            With every fault found; rows count from 1.
        BadUsage
            The settings are no mapping, or the frames are no mapping of DataFrames.
        """
        from allocator.instance.program import of_frames
        from allocator.instance.read import understood

        return understood(of_frames(settings, frames), None)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Instance:
        """An instance from the JSON carrier's object.

        Raises
        ------
        BadInput
            With every fault found; rows count from 1.
        BadUsage
            The content is no mapping.
        """
        from allocator.instance.program import of_dict
        from allocator.instance.read import understood

        return understood(of_dict(content), None)

    def to_dict(self) -> dict[str, Any]:
        """The JSON carrier's object; optional tables without rows are left out."""
        content: dict[str, Any] = {"instance": thawed(self.settings)}
        content.update({name: [dict(row) for row in rows] for name, rows in self.tables.items() if rows})
        return content

    @property
    def sha256(self) -> str:
        """SHA-256 of the canonical JSON: sorted keys, no space, numbers in their shortest form."""
        if not hasattr(self, "_sha256"):
            content = json.dumps(_canonical(self.to_dict()), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            object.__setattr__(self, "_sha256", hashlib.sha256(content.encode("utf-8")).hexdigest())
        return self._sha256

    def override(self, *settings: str) -> Instance:
        """The instance with some cells changed, checked again.

        Parameters
        ----------
        settings : str
            ``horizon.periods=4``, ``events.us_backstop=true``, ``budgets[payer=common].amount*=0.8``. ``+=``, ``-=``
            and ``*=`` change a number that is there, in exact arithmetic; what they make fractional in a column of
            whole numbers is rounded down. ``=`` with a key that names a whole row which is not there adds it:
            ``willingness[nation=DEU,objective=safe_skies].willingness=1``. What was rounded or added is in
            :attr:`notes` and :meth:`warnings`. A figure that is set loses its range (``_low``, ``_high``).

        Raises
        ------
        BadInput
            A key matches nothing and names no row to add, or the changed instance has faults.
        """
        from allocator.instance.override import override

        return override(self, texts("settings", settings))

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

        return coalition(self, a_text("coalition", text))

    def write(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the instance; see :func:`allocator.write`."""
        from allocator.instance.write import write

        write(self, path, overwrite=overwrite)


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
