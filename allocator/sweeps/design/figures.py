"""The uncertain figures of an instance: cells with a ``_low`` or a ``_high``, each with the key that sets it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from allocator.errors import BadInput, Fault
from allocator.instance import Instance
from allocator.instance.cells import Unfit, convert, near, plain, quoted
from allocator.instance.columns import Value
from allocator.instance.tables import TABLES
from allocator.sweeps.design.axes import Wrong

_NAME = re.compile(r"(?P<table>\w+)(?:\[(?P<where>[^\]]*)\])?\.(?P<column>\w+)")


@dataclass(frozen=True)
class Figure:
    """One cell that has a range.

    Attributes
    ----------
    key : str
        Key of an override that sets the figure, e.g. ``forces[nation=POL,unit_type=battlegroup_heavy].units``; it
        matches one row.
    table, column : str
    base : int, float or None
        The instance's own value; None if the cell is blank and a blank has no number.
    low, high : int or float
        Ends of the range; an end that is not given equals the base.
    whole : bool
        Whether the values are whole numbers.
    unit, what : str
        Unit and meaning of the column, see :mod:`allocator.instance.tables`.
    nonzero : bool
        Whether 0 is not allowed.
    """

    key: str
    table: str
    column: str
    base: int | float | None
    low: int | float
    high: int | float
    whole: bool
    unit: str = ""
    what: str = ""
    nonzero: bool = False

    def setting(self, value: int | float) -> str:
        """The override that sets the figure."""
        return f"{self.key}={plain(value)}"


def figures(instance: Instance, named: Sequence[str] = ()) -> list[Figure]:
    """Figures with a range, in the order of the tables; ranges of zero width are left out.

    Parameters
    ----------
    instance : Instance
    named : sequence of str
        ``table.column`` or ``table[where].column``, where ``where`` may match several rows; all figures by default.

    Raises
    ------
    BadInput
        Lists every name without a figure that has a range.
    """
    return [figure for figure, _ in with_rows(instance, named)]


def with_rows(instance: Instance, named: Sequence[str] = ()) -> list[tuple[Figure, Mapping[str, Value]]]:
    """Each of the :func:`figures` with its row."""
    found = [(figure, row) for table in instance.tables for figure, row in _of(instance, table)]
    if not named:
        return found
    wanted: set[str] = set()
    faults = []
    for name in named:
        try:
            wanted.update(_chosen(instance, name, found))
        except Wrong as wrong:
            faults.append(Fault(f"figure {name}", None, None, *wrong.args))
    if faults:
        raise BadInput(faults)
    return [(figure, row) for figure, row in found if figure.key in wanted]


_Row = Mapping[str, Value]


def _of(instance: Instance, name: str) -> list[tuple[Figure, _Row]]:
    """The figures of a table, each with its row."""
    table = TABLES[name]
    must = [column for column in table.columns if column.name in table.key and column.required]
    more = [column for column in table.columns if column.name in table.key and not column.required]
    rows = instance.tables[name]
    shared = Counter(tuple(row[column.name] for column in must) for row in rows)
    found = []
    for row in rows:
        key = [(column.name, row[column.name]) for column in must]
        if shared[tuple(value for _, value in key)] > 1:
            key += [
                (column.name, row.get(column.name, column.default if column.default is not None else ""))
                for column in more
            ]
        where = ",".join(f"{name}={cell}" for name, cell in key)
        for column in (table.by_name[figure] for figure in table.figures):
            base = row.get(column.name, column.default)
            low, high = (row.get(f"{column.name}_{end}", base) for end in ("low", "high"))
            if isinstance(low, int | float) and isinstance(high, int | float) and low < high:
                assert base is None or isinstance(base, int | float)
                figure = Figure(
                    f"{name}[{where}].{column.name}", name, column.name, base, low, high, column.kind == "whole",
                    column.unit, column.meaning, column.nonzero,
                )  # fmt: skip
                found.append((figure, row))
    return found


def _chosen(instance: Instance, name: str, found: list[tuple[Figure, _Row]]) -> list[str]:
    """Keys of the figures that a name matches."""
    part = _NAME.fullmatch(name)
    if part is None:
        raise Wrong(quoted(name), "table.column or table[COLUMN=VALUE,...].column")
    table, column = part["table"], part["column"]
    if table not in TABLES:
        raise Wrong(f"no table {table}", f"one of {', '.join(TABLES)}{near(table, TABLES)}")
    ranged = list(dict.fromkeys(figure.column for figure, _ in found if figure.table == table))
    if column not in TABLES[table].figures:
        columns = TABLES[table].figures
        expected = f"one of {', '.join(columns)}{near(column, columns)}" if columns else "a table with figures"
        raise Wrong(f"no figure {column} in {table}", expected)
    if column not in ranged:
        others = f"; {table} has ranges of {', '.join(ranged)}" if ranged else f"; {table} has no ranges"
        raise Wrong(f"no range of {column} in {table}", f"a figure with {column}_low or {column}_high{others}")
    rows: Sequence[_Row] = instance.tables[table]
    for condition in part["where"].split(",") if part["where"] else []:
        left = [row for row in rows if _matches(table, row, condition)]
        if not left:
            head, _, wanted = condition.partition("=")
            there = sorted({plain(row[head]) for row in rows if head in row})
            raise Wrong(f"no row of {table} with {condition}", f"one that is there{near(wanted, there)}")
        rows = left
    kept = {id(row) for row in rows}
    keys = [
        figure.key for figure, row in found if figure.table == table and figure.column == column and id(row) in kept
    ]
    if not keys:
        raise Wrong("a figure without a range", f"{column}_low or {column}_high in its row")
    return keys


def _matches(table: str, row: _Row, condition: str) -> bool:
    head, equals, wanted = condition.partition("=")
    columns = TABLES[table].by_name
    if not equals or head not in columns:
        raise Wrong(quoted(condition), f"COLUMN=VALUE with one of {', '.join(columns)}{near(head, columns)}")
    cell = row.get(head, columns[head].default)
    if cell is None or wanted == "":
        return cell is None and wanted == ""
    try:
        return cell == convert(columns[head], wanted, False)
    except Unfit:
        return False
