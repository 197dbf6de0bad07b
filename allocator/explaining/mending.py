"""An instance after a repair, and the ``--set`` that does each change of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from allocator.errors import AllocatorError
from allocator.explaining.statements import LIFTED, WILLING, Statement, lift, threshold
from allocator.instance import Instance
from allocator.instance.cells import plain
from allocator.instance.tables import TABLES
from allocator.model import Model


def after(statement: Statement, to: Fraction | None, model: Model) -> Any:
    """What stands there after a change; None if it is no number."""
    if to is not None:
        whole = to.denominator == 1 and (isinstance(statement.value, int) or statement.kind == "forces.units")
        return int(to) if whole else float(to)
    if statement.kind == WILLING:
        return threshold(model)
    return LIFTED.get(statement.kind) if statement.column else None


def changed(instance: Instance, model: Model, statement: Statement, to: Fraction | None) -> tuple[Instance, Model]:
    """The instance and the model with one change; not checked again."""
    if to is None:
        return lift(instance, model, [statement])
    value = after(statement, to, model)
    if statement.kind == "model.max_burden":
        return instance, model.override(f"model.max_burden={plain(value)}")
    rows: list[Mapping[str, Any]] = list(instance.tables[statement.table])
    number = (statement.row or 0) - 1
    ranges = (f"{statement.column}_low", f"{statement.column}_high")
    rows[number] = {**{k: v for k, v in rows[number].items() if k not in ranges}, statement.column: value}
    return instance.with_tables({statement.table: rows}), model


def setting(instance: Instance, model: Model, statement: Statement, to: Fraction | None) -> str | None:
    """A ``--set`` that does a change and nothing else; None if there is none."""
    wanted, chosen = changed(instance, model, statement, to)
    if statement.kind == "model.max_burden":
        return f"model.max_burden={plain(chosen.max_burden)}" if chosen.max_burden is not None else None
    for text in _candidates(instance, statement, after(statement, to, model)):
        try:
            found = instance.override(text)
        except AllocatorError:
            continue
        if _means(found, statement) == _means(wanted, statement):
            return text
    return None


def _candidates(instance: Instance, statement: Statement, value: Any) -> Iterator[str]:
    table = statement.table
    if table == WILLING:
        yield f"{table}[nation={statement.nation},objective={statement.objective}].{WILLING}={plain(value)}"
        return
    row = instance.tables[table][(statement.row or 0) - 1]
    keys = list(TABLES[table].key)
    meant = instance.rows(table)[(statement.row or 0) - 1]  # a blank has the value that it means
    given = ",".join(f"{name}={plain(row[name])}" for name in keys if name in row)
    every, full = (
        ",".join(f"{name}={'' if (cell := cells.get(name)) is None else plain(cell)}" for name in keys)
        for cells in (row, meant)
    )
    column = statement.column or {"commitments": "at_least", "conditions": "value"}.get(table, "")
    if table == "commitments":
        value = 0
    elif table == "conditions":
        value = _always(instance, meant)
    for where in dict.fromkeys((given, every, full)) if column and value is not None else ():
        yield f"{table}[{where}].{column}={plain(value)}"


def _always(instance: Instance, row: Mapping[str, Any]) -> Any:
    """A value with which a condition of its kind always holds; None if there is none.

    There is none beside another condition of the kind either: two with the same value would be the same row.
    """
    kind = ("nation", "objective", "requires")
    if sum(all(other[name] == row[name] for name in kind) for other in instance.rows("conditions")) > 1:
        return None
    if row["requires"] == "event":
        return next((event for event, happens in instance.events.items() if happens), None)
    return 1 if row["requires"] == "coalition_size" else row["nation"]


def _asks_nothing(instance: Instance, row: Mapping[str, Any]) -> bool:
    """Whether a condition always holds: of an event that happens, or of the nation itself, which is there."""
    n, value = row["nation"], row["value"]
    if row["requires"] == "event":
        return instance.events[value]
    if row["requires"] == "coalition_size":
        return int(value) == 1 and not any(r["nation"] == n and r["collective"] for r in instance.rows("nations"))
    return n in value.split()


def _means(instance: Instance, statement: Statement) -> Any:
    """What a table says after a change, without ranges and without rows that say nothing."""
    if statement.table == WILLING:
        stances: dict[tuple[str, str, int], float] = {}
        for row in instance.rows(WILLING):
            for t in range(row["first_period"], row["last_period"] + 1):
                stances[row["nation"], row["objective"], t] = row["willingness"]
        return {key: will for key, will in stances.items() if will}
    rows = []
    for row in instance.rows(statement.table):
        cells = {k: v for k, v in row.items() if v is not None and not k.endswith(("_low", "_high"))}
        if statement.table == "commitments" and not row["at_least"] and row["at_most"] is None:
            continue
        if statement.table == "conditions" and _asks_nothing(instance, row):
            continue
        if statement.table == "tasks" and not row["framework_share"]:
            cells.pop("framework_nation", None)
        rows.append(cells)
    return rows


def mended(
    instance: Instance, model: Model, changes: Mapping[Statement, tuple[Fraction | None, str | None]]
) -> tuple[Instance, Model]:
    """The instance and the model after changes: built anew from those with a ``--set``, the others lifted in it.

    Raises
    ------
    AllocatorError
        The instance refuses the settings.
    """
    others = [statement for statement, (_, text) in changes.items() if text is None]
    texts = [text for _, text in changes.values() if text is not None]
    of_model = [text for text in texts if text.startswith("model.")]
    rest = [text for text in texts if text not in of_model]
    if of_model:
        model = model.override(*of_model)
    first, model = lift(instance, model, [])
    mine = first.override(*rest) if rest else instance
    raised = [statement for statement in others if changes[statement][0] is not None]
    for statement in raised:
        mine, model = changed(mine, model, statement, changes[statement][0])
    return lift(mine, model, [statement for statement in others if statement not in raised])
