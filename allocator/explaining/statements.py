"""Statements: the parts of an instance and a model that can be lifted, taken out of force."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Any

from allocator.exact import exact
from allocator.explaining.words import InWords
from allocator.instance import Instance
from allocator.model import Model
from allocator.wording import plural

WILLING = "willingness"
AVAILABLE = "availability"
"""Names of the two groups of statements that hold with every model."""

FAMILY_OF = {
    "requirements.max_gap": "requirement",
    "nations.troop_ceiling": "troop_ceiling",
    "budgets.amount": "budget",
    "model.max_burden": "budget",
    "caveats": "caveats",
    "conditions": "conditions",
    "forces.min_units": "minimum_contribution",
    "unit_types.rotation_ratio": "rotation",
    "tasks.framework_share": "framework_nation",
    "forces.availability": AVAILABLE,
    "forces.home_units": AVAILABLE,
    "prerequisites": "prerequisites",
    "commitments": "commitments",
    "willingness": WILLING,
    "forces.units": "units",
}
"""Kind of statement -> the family or group that it belongs to; lines and pools stand for themselves."""

ORDER = tuple(FAMILY_OF)
"""Order of the kinds, for lists without one of their own."""

NUMBERS = {
    "requirements.max_gap", "nations.troop_ceiling", "budgets.amount", "model.max_burden", "forces.units",
}  # fmt: skip
"""Kinds of which a repair raises the number; it lifts the others."""


PRECISION = 10**6
"""Parts of 1 to which the new numbers of repairs are rounded outward."""


@dataclass(frozen=True)
class Statement:
    """Something that an instance or a model says and that can be lifted.

    Attributes
    ----------
    id : str
        As in the contract, e.g. ``requirements.3.max_gap`` or ``willingness.FRA.safe_skies``.
    kind : str
        A key of :data:`FAMILY_OF`.
    table, column : str
        Where it stands; ``model`` for a choice of the model, an empty column for a whole row.
    row : int or None
        Number of the record in its table, from 1.
    value : object
        The value that stands there; None for a whole row.
    text : str
        What it says, in words.
    nation, objective : str
        Of a stance: whose and for what; of others the nation that it binds, if it binds one.
    """

    id: str
    kind: str
    table: str
    column: str
    row: int | None
    value: Any
    text: str
    nation: str = ""
    objective: str = ""

    @property
    def family(self) -> str:
        """The family or group that it belongs to."""
        return FAMILY_OF[self.kind]

    @property
    def element(self) -> str:
        """Its element of a conflict: a line is an element by itself, any other statement is part of its family."""
        return self.id if self.kind == "requirements.max_gap" else self.family

    def to_dict(self, at: int | None) -> dict[str, Any]:
        """The statement as in the JSON of an answer; ``at`` is its row as the user's editor counts it."""
        return {
            "id": self.id, "table": self.table, "row": at, "column": self.column or None, "value": self.value,
            "text": self.text,
        }  # fmt: skip


def per_unit(statement: Statement) -> Fraction:
    """Price of raising a number by 1."""
    if statement.kind == "requirements.max_gap":
        return Fraction(1)
    value = exact(statement.value)
    return 1 / value if statement.kind == "model.max_burden" else 1 / max(value, Fraction(1))


def threshold(model: Model) -> float:
    """Willingness at which a lifted stance stands."""
    return max(model.willingness_floor, 0.01)


def statements(instance: Instance, model: Model, *, stances: str = "nation", pools: bool = False) -> list[Statement]:
    """Every statement that stands, in the order of the contract.

    Parameters
    ----------
    instance, model : Instance, Model
    stances : str
        ``nation``: a stance of each nation and objective; ``objective``: one for each objective, as in conflicts.
    pools : bool
        Whether the sizes of pools count, as in repairs and worth.
    """
    names = InWords(instance)
    found = [*_figures(instance, model, names), *_rows(instance, model, names)]
    found += _stances(instance, model, stances, names)
    if pools:
        found += [
            _cell("forces", "units", i, row, f"{names.nation(n)} has {names.units(row['units'], u)}", n)
            for i, row in enumerate(instance.rows("forces"), start=1)
            for n, u in [(row["nation"], row["unit_type"])]
        ]
    return sorted(found, key=lambda statement: ORDER.index(statement.kind))


def _cell(table: str, column: str, i: int, row: Mapping[str, Any], text: str, nation: str = "") -> Statement:
    return Statement(f"{table}.{i}.{column}", f"{table}.{column}", table, column, i, row[column], text, nation)


def _figures(instance: Instance, model: Model, names: InWords) -> Iterator[Statement]:
    """Statements that are a figure."""
    has = model.families.__contains__
    for i, row in enumerate(instance.rows("requirements"), start=1):
        if row["quantity"] > 0 and row["max_gap"] < 1:
            least = f"at most {100 * row['max_gap']:g} %" if row["max_gap"] else "nothing"
            said = f"{names.task(row['task'])} may miss {least} of its {names.capability(row['capability'])}"
            yield _cell("requirements", "max_gap", i, row, said + names.when(row))
    for i, row in enumerate(instance.rows("nations"), start=1):
        if has("troop_ceiling") and row["troop_ceiling"] is not None:
            text = f"{names.nation(row['nation'])} deploys at most {row['troop_ceiling']:,g} people at once"
            yield _cell("nations", "troop_ceiling", i, row, text, row["nation"])
    for i, row in enumerate(instance.rows("budgets"), start=1):
        if has("budget"):
            text = f"the budget of {names.payer(row['payer'])}{names.when(row)} is {names.money(row['amount'])}"
            yield _cell("budgets", "amount", i, row, text, row["payer"] if row["payer"] not in ("*", "common") else "")
    if has("budget") and model.max_burden is not None:
        text = f"no nation bears more than {1000 * model.max_burden:g} per mille of its GDP a year"
        yield Statement("model.max_burden", "model.max_burden", "model", "max_burden", None, model.max_burden, text)
    for i, row in enumerate(instance.rows("forces"), start=1):
        n, u = row["nation"], row["unit_type"]
        nation = names.nation(n)
        if has("minimum_contribution") and row["min_units"] > 1:
            yield _cell(
                "forces", "min_units", i, row, f"{nation} sends at least {names.units(row['min_units'], u)} or none", n
            )
        if row["availability"] < 1:
            text = f"{100 * row['availability']:g} % of the {plural(names.unit(u))} of {nation} are usable"
            yield _cell("forces", "availability", i, row, text, n)
        if row["home_units"] > 0:
            yield _cell(
                "forces", "home_units", i, row, f"{nation} keeps {names.units(row['home_units'], u)} at home", n
            )
    for i, row in enumerate(instance.rows("unit_types"), start=1):
        if has("rotation") and row["rotation_ratio"] > 1:
            text = f"each deployed {names.unit(row['unit_type'])} needs {row['rotation_ratio']} in the pool"
            yield _cell("unit_types", "rotation_ratio", i, row, text)
    for i, row in enumerate(instance.rows("tasks"), start=1):
        if has("framework_nation") and row["framework_share"] > 0:
            text = f"one nation gives {100 * row['framework_share']:g} % of the people at {names.task(row['task'])}"
            yield _cell("tasks", "framework_share", i, row, text)


def caveat_text(row: Mapping[str, Any], names: InWords) -> str:
    """A row of ``caveats`` in words."""
    what = plural(names.unit(row["unit_type"])) if row["unit_type"] else "anything"
    where = f"for {names.objective(row['objective'])}" if row["objective"] else "to any task"
    where = f"to {names.task(row['task'])}" if row["task"] else where
    return f"{names.nation(row['nation'])} does not send {what} {where}"


def _rows(instance: Instance, model: Model, names: InWords) -> Iterator[Statement]:
    """Statements that are a whole row."""

    def whole(table: str, say: Callable[[Mapping[str, Any]], str]) -> Iterator[Statement]:
        for i, row in enumerate(instance.rows(table) if table in model.families else (), start=1):
            yield Statement(f"{table}.{i}", table, table, "", i, None, say(row), row.get("nation") or "")

    def condition(row: Mapping[str, Any]) -> str:
        what = names.objective(row["objective"]) if row["objective"] else "anything"
        return f"{names.nation(row['nation'])} joins {what} only {names.requires(row['requires'], row['value'])}"

    def prerequisite(row: Mapping[str, Any]) -> str:
        part = "" if row["share"] == 1 else f"{100 * row['share']:g} % of "
        needed = f"{part}the {names.capability(row['capability'])} of {names.task(row['needs_task'])}"
        return f"nobody is at {names.task(row['task'])} without {needed}"

    def commitment(row: Mapping[str, Any]) -> str:
        least = f"at least {row['at_least']}" if row["at_least"] else ""
        most = f"at most {row['at_most']}" if row["at_most"] is not None else ""
        where = f" at {names.task(row['task'])}" if row["task"] else ""
        number, unit = " and ".join(filter(None, (least, most))), names.unit(row["unit_type"])
        units = unit if number.endswith(" 1") else plural(unit)
        return f"{names.nation(row['nation'])} gives {number} {units}{where}{names.when(row)}"

    yield from whole("caveats", lambda row: caveat_text(row, names))
    yield from whole("conditions", condition)
    yield from whole("prerequisites", prerequisite)
    yield from whole("commitments", commitment)


def _stances(instance: Instance, model: Model, stances: str, names: InWords) -> Iterator[Statement]:
    """Stances that keep a nation from an objective in some period."""
    lacking: dict[str, dict[str, float]] = {}
    for o in (row["objective"] for row in instance.rows("objectives")):
        for n in (row["nation"] for row in instance.rows("nations")):
            least = least_willing(instance, n, o)
            if least < model.willingness_floor or least == 0:
                lacking.setdefault(o, {})[n] = least
    for o, nations in lacking.items():
        if stances == "objective":
            text = f"not all are willing to join {names.objective(o)}"
            yield Statement(f"willingness.{o}", WILLING, WILLING, "willingness", None, None, text, "", o)
            continue
        for n, least in nations.items():
            when = " in every period" if instance.periods > 1 else ""
            text = f"{names.nation(n)} is not willing to join {names.objective(o)}{when} (willingness {least:g})"
            row = next(
                (i for i, r in enumerate(instance.rows(WILLING), start=1) if (r["nation"], r["objective"]) == (n, o)),
                None,
            )
            yield Statement(f"willingness.{n}.{o}", WILLING, WILLING, "willingness", row, least, text, n, o)


def least_willing(instance: Instance, nation: str, objective: str) -> float:
    """Least willingness of a nation for an objective over the periods of the horizon."""
    stance = dict.fromkeys(range(1, instance.periods + 1), 0.0)
    for row in instance.rows(WILLING):
        if (row["nation"], row["objective"]) == (nation, objective):
            stance.update(dict.fromkeys(range(row["first_period"], row["last_period"] + 1), row["willingness"]))
    return min(stance.values())


# ---- lifting -----------------------------------------------------------------------------------------------------


def lift(instance: Instance, model: Model, lifted: Collection[Statement]) -> tuple[Instance, Model]:
    """The instance and the model without some statements; not checked again."""
    tables: dict[str, list[Mapping[str, Any]]] = {}  # those that change
    gone: dict[str, set[int]] = {}
    most = endless(instance) if any(statement.kind == "forces.units" for statement in lifted) else {}
    for statement in lifted:
        table, i = statement.table, statement.row
        if statement.kind == "model.max_burden":
            model = replace(model, max_burden=None)
        elif statement.kind == WILLING:
            continue
        elif statement.kind == "budgets.amount" or not statement.column:
            assert i is not None
            gone.setdefault(table, set()).add(i)
        else:
            assert i is not None
            rows = tables.setdefault(table, list(instance.tables[table]))
            rows[i - 1] = _lifted_row(statement, rows[i - 1], most)
    for table, numbers in gone.items():
        rows = tables.get(table) or list(instance.tables[table])
        tables[table] = [row for i, row in enumerate(rows, start=1) if i not in numbers]
    willing = {(s.nation, s.objective) for s in lifted if s.kind == WILLING}
    if willing:
        tables[WILLING] = _willing(instance, model, willing)
    return instance.with_tables(tables), model


LIFTED: dict[str, Any] = {
    "requirements.max_gap": 1.0, "nations.troop_ceiling": None, "forces.min_units": 1,
    "unit_types.rotation_ratio": 1, "tasks.framework_share": 0.0, "forces.availability": 1.0, "forces.home_units": 0,
}  # fmt: skip
"""Kind -> the value of a lifted cell; None is a blank."""


def _lifted_row(statement: Statement, row: Mapping[str, Any], most: Mapping[str, Fraction]) -> dict[str, Any]:
    value = LIFTED.get(statement.kind)
    if statement.kind == "forces.units":
        usable = exact(row.get("availability", 1)) or Fraction(1)
        value = int(min(LARGEST, (most[row["unit_type"]] + row.get("home_units", 0)) / usable + 1))
    cells = {**row, statement.column: value}
    if value is None:
        del cells[statement.column]
    if statement.kind == "tasks.framework_share":
        cells.pop("framework_nation", None)
    return cells


def _willing(instance: Instance, model: Model, willing: Collection[tuple[str, str]]) -> list[Mapping[str, Any]]:
    """The table of stances with some pairs (nation "" means every nation) at least at the threshold in every period."""
    least = threshold(model)
    nations = [row["nation"] for row in instance.rows("nations")]
    pairs = {(n, o) for nation, o in willing for n in ([nation] if nation else nations)}
    rows: list[Mapping[str, Any]] = [
        row for row in instance.tables[WILLING] if (row["nation"], row["objective"]) not in pairs
    ]
    given: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in instance.rows(WILLING):
        given.setdefault((row["nation"], row["objective"]), []).append(row)
    at = {n: i for i, n in enumerate(nations)}
    for n, o in sorted(pairs, key=lambda pair: (at[pair[0]], pair[1])):
        stance = dict.fromkeys(range(1, instance.periods + 1), 0.0)
        for row in given.get((n, o), ()):
            stance.update(dict.fromkeys(range(row["first_period"], row["last_period"] + 1), row["willingness"]))
        start = 1
        for t in range(1, instance.periods + 1):
            value = max(least, stance[t])
            if t == instance.periods or max(least, stance[t + 1]) != value:
                rows.append(
                    {"nation": n, "objective": o, "willingness": value, "first_period": start, "last_period": t}
                )
                start = t + 1
    return rows


def endless(instance: Instance) -> dict[str, Fraction]:
    """Unit type -> usable units beyond which more cannot help: what all lines ask for, in every period, with relief.

    What units consume is asked for as well. Those that lead a task must be there in numbers beside the others.
    """
    asked: dict[str, Fraction] = {}
    for row in instance.rows("requirements"):
        asked[row["capability"]] = asked.get(row["capability"], Fraction(0)) + exact(row["quantity"])
    yields = [(row["unit_type"], row["capability"], exact(row["amount"])) for row in instance.rows("yields")]
    least = max([row["min_units"] for row in instance.rows("forces")] or [1])
    least += max([row["at_least"] for row in instance.rows("commitments")] or [0])
    types = {row["unit_type"]: row for row in instance.rows("unit_types")}
    units: dict[str, Fraction] = {}
    for _ in range(len(asked) + 2):
        before = dict(units)
        for u in types:
            useful = [asked.get(c, Fraction(0)) / amount for unit, c, amount in yields if unit == u and amount > 0]
            units[u] = min(Fraction(LARGEST), ceil(sum(useful, start=Fraction(0))) + Fraction(least))
        for u, c, amount in yields:
            if amount < 0:
                asked[c] = asked.get(c, Fraction(0)) - amount * (units[u] - before.get(u, Fraction(0)))
    if any(row["framework_share"] > 0 for row in instance.rows("tasks")):
        people = sum((row["personnel"] * units[u] for u, row in types.items()), start=Fraction(0))
        units = {u: count + people / types[u]["personnel"] for u, count in units.items()}
    return {u: count * max(types[u]["rotation_ratio"], instance.periods) for u, count in units.items()}


LARGEST = 10**6
"""Most units of a pool without end."""
