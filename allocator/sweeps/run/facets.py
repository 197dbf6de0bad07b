r"""The facts of a point as facets, which show whether one point is harder than another.

Point $B$ is *harder* than $C$ if every plan of $B$ is a plan of $C$ and no objective is smaller at $B$ for any plan:

$$X_B \subseteq X_C, \qquad f_{iB}(x) \ge f_{iC}(x) \quad \forall x \in X_B .$$

Both hold if every fact in which the two points differ is on the harder side at $B$: a smaller pool, a lower budget, one
more caveat, a higher price. The facts are read from instance and model as *facets*: a value, whether more of it is
easier (+1), harder (-1) or neither (0: the two points must agree), and what it affects: the feasible set (`plans`) or
objectives. A stage of a lexicographic solve considers only facets of the feasible set, of its own objective and of
earlier objectives; a price does not affect the stage `gap` if there is no budget.

| fact | more of it | affects |
| --- | --- | --- |
| units and availability of a pool | easier | plans |
| min_units, home_units, first_period of a pool; rotation_ratio | harder | plans |
| troop_ceiling, budget, max_burden, a limit (none is the easiest) | easier | plans |
| caveat, conditional pledge | harder | plans |
| event that holds, nation that can lead | easier | plans |
| willingness at or above the floor | easier | plans |
| willingness | easier | risk |
| yield (of one sign) | easier | plans |
| quantity (above 0) | harder | plans, gap |
| max_gap | easier | plans |
| framework_share | harder | plans |
| unit-period cost: all of it; what the nation pays | harder | cost and total budgets; burden and national budgets |
| gdp | easier | burden; plans under max_burden |
| personnel | harder | risk; plans under a ceiling (neither, if a framework share counts people) |
| priorities, cores | neither | gap |
| commitments, prerequisites, funding keys; what is bought, built, or joins a pool | neither | plans |
| anything else: periods, scopes, groups, families, objectives, tolerance | neither | plans |
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from allocator.exact import exact
from allocator.instance import Instance
from allocator.model import Model

PLANS, STAGES = "plans", "stages"
EASIER, HARDER, NEITHER = 1, -1, 0
INFINITE = float("inf")

Name = tuple[Any, ...]
Facet = tuple[Any, int, frozenset[str]]
"""Value, direction, what it affects."""

Changes = dict[Name, Facet | None]


@dataclass(frozen=True)
class Flags:
    """Flags that determine how other facts count; points with different flags are not compared."""

    families: tuple[str, ...]
    heads_led: bool  # a framework share counts people
    company: bool  # a pledge names groups
    total: bool  # a budget for everyone's cost
    common: bool  # one for the common fund
    national: bool  # one for a nation, or max_burden
    burdened: bool  # max_burden


def flags(instance: Instance, model: Model) -> Flags:
    """The flags of an instance under a model."""
    families = tuple(sorted(model.families))
    budgets = {row["payer"] for row in instance.rows("budgets")} if "budget" in families else set()
    burdened = "budget" in families and model.max_burden is not None
    return Flags(
        families,
        "framework_nation" in families and any(row["framework_share"] > 0 for row in instance.rows("tasks")),
        "conditions" in families and any(row["requires"] == "any_of" for row in instance.rows("conditions")),
        "*" in budgets,
        "common" in budgets,
        burdened or bool(budgets - {"*", "common"}),
        burdened,
    )


class Facets:
    """Reads points as changes from a base; a table that is the same as in the base is not read again."""

    def __init__(self, instance: Instance, model: Model) -> None:
        self._instance = instance
        self._key = self._reading(instance, model)
        self._tables = {table: self._read(table, instance, model, self._key[0]) for table in READERS}
        self._plain = self._settings(instance, model, self._key[0])
        self.base: dict[Name, Facet] = {**self._plain}
        for facets in self._tables.values():
            self.base.update(facets)

    def changes(self, instance: Instance, model: Model) -> Changes:
        """The facets of an instance under a model that differ from the base; None for a facet that it lacks."""
        key = self._reading(instance, model)
        same = key == self._key
        pairs = [(self._plain, self._settings(instance, model, key[0]))]
        for table, facets in self._tables.items():
            if not same or instance.tables[table] != self._instance.tables[table]:
                pairs.append((facets, self._read(table, instance, model, key[0])))
        changed: Changes = {}
        for before, after in pairs:
            for name in before.keys() | after.keys():
                if before.get(name) != after.get(name):
                    changed[name] = after.get(name)
        return changed

    @staticmethod
    def _settings(instance: Instance, model: Model, own: Flags) -> dict[Name, Facet]:
        facets: dict[Name, Facet] = {}
        facets["flags",] = (repr(own), NEITHER, bears())
        for key in ("objectives", "tolerance"):
            facets[key,] = (repr(getattr(model, key)), NEITHER, bears(False, STAGES))
        facets["horizon",] = (repr(sorted(instance.settings["horizon"].items())), NEITHER, bears())
        if "conditions" in model.families:
            for event, holds in instance.events.items():
                facets["event", event] = (float(holds), EASIER, bears())
        for objective, most in model.limits.items():
            facets["limit", objective] = (most, EASIER, bears())
        if model.max_burden is not None and "budget" in model.families:
            facets["max_burden",] = (model.max_burden, EASIER, bears())
        return facets

    @staticmethod
    def _reading(instance: Instance, model: Model) -> tuple[Flags, float, int]:
        """What the facets of a table depend on besides the table."""
        return flags(instance, model), model.willingness_floor, instance.months_per_period

    @staticmethod
    def _read(table: str, instance: Instance, model: Model, own: Flags) -> dict[Name, Facet]:
        return {name: facet for name, facet in READERS[table](instance, model, own) if facet[2]}


def bears(plans: bool = True, *objectives: str) -> frozenset[str]:
    """What a facet affects: objectives and, if ``plans``, the feasible set."""
    return frozenset([PLANS, *objectives] if plans else objectives)


Read = Iterator[tuple[Name, Facet]]


def _nations(instance: Instance, _: Model, flags: Flags) -> Read:
    for row in instance.rows("nations"):
        n, ceiling, gdp = row["nation"], row["troop_ceiling"], row["gdp"]
        ceilings = "troop_ceiling" in flags.families
        yield ("ceiling", n), (INFINITE if ceiling is None else ceiling, EASIER, bears(ceilings))
        yield ("gdp known", n), (gdp is None, NEITHER, bears(flags.burdened, "burden"))
        yield ("gdp", n), (gdp or 0.0, EASIER, bears(flags.burdened, "burden"))
        yield ("collective", n), (row["collective"], NEITHER, bears())
        yield ("can lead", n), (float(row["can_lead"]), EASIER, bears("framework_nation" in flags.families))


def _unit_types(instance: Instance, _: Model, flags: Flags) -> Read:
    for row in instance.rows("unit_types"):
        u, people = row["unit_type"], row["personnel"]
        whole = exact(row["rotation_cost"]) + instance.months_per_period * exact(row["operating_cost"])
        common = exact(row["common_share"]) * whole
        yield ("cost", u), (float(whole), HARDER, bears(flags.total, "cost"))
        yield ("common cost", u), (float(common), HARDER, bears(flags.common))
        yield ("own cost", u), (float(whole - common), HARDER, bears(flags.national, "burden"))
        yield ("expendable", u), (row["expendable"], NEITHER, bears())
        yield ("ratio", u), (row["rotation_ratio"], HARDER, bears("rotation" in flags.families))
        yield ("people", u), (people, HARDER, bears(False, "risk"))
        counted = flags.heads_led or "troop_ceiling" in flags.families
        yield ("heads", u), (people, NEITHER if flags.heads_led else HARDER, bears(counted))


def _capabilities(instance: Instance, *_: Any) -> Read:
    for row in instance.rows("capabilities"):
        yield ("scope", row["capability"]), (row["scope"], NEITHER, bears())


def _yields(instance: Instance, *_: Any) -> Read:
    for row in instance.rows("yields"):
        key, amount = (row["unit_type"], row["capability"]), row["amount"]
        yield ("supplies", *key), (amount > 0, NEITHER, bears())
        yield ("yield", *key), (amount, EASIER, bears())


def _objectives(instance: Instance, *_: Any) -> Read:
    for row in instance.rows("objectives"):
        yield ("objective", row["objective"]), (row["priority"], NEITHER, bears(False, "gap"))


def _tasks(instance: Instance, _: Model, flags: Flags) -> Read:
    for row in instance.rows("tasks"):
        j = row["task"]
        yield ("task", j), ((row["objective"], row["first_period"], row["last_period"]), NEITHER, bears())
        led = "framework_nation" in flags.families
        yield ("leader", j), (row["framework_nation"] or "", NEITHER, bears(led))
        yield ("share", j), (row["framework_share"], HARDER, bears(led))


def _requirements(instance: Instance, *_: Any) -> Read:
    for row in instance.rows("requirements"):
        key = (row["task"], row["capability"], row["first_period"])
        yield ("required", *key), ((row["quantity"] > 0, row["last_period"]), NEITHER, bears(True, "gap"))
        yield ("priority", *key), (row["priority"], NEITHER, bears(False, "gap"))
        yield ("core", *key), ((row["core_share"], row["core_weight"]), NEITHER, bears(False, "gap"))
        yield ("quantity", *key), (row["quantity"], HARDER, bears(True, "gap"))
        yield ("max_gap", *key), (row["max_gap"], EASIER, bears())


def _forces(instance: Instance, _: Model, flags: Flags) -> Read:
    for row in instance.rows("forces"):
        key = (row["nation"], row["unit_type"])
        yield ("units", *key), (row["units"], EASIER, bears())
        yield ("least", *key), (row["min_units"], HARDER, bears("minimum_contribution" in flags.families))
        yield ("ready", *key), (row["first_period"], HARDER, bears())
        yield ("ready to", *key), (row["last_period"], NEITHER, bears())
        yield ("available", *key), (row["availability"], EASIER, bears())
        yield ("at home", *key), (row["home_units"], HARDER, bears())


def _willingness(instance: Instance, model: Model, _: Flags) -> Read:
    for row in instance.rows("willingness"):
        key, will = (row["nation"], row["objective"], row["first_period"], row["last_period"]), row["willingness"]
        yield ("willing", *key), (float(will > 0 and will >= model.willingness_floor), EASIER, bears())
        yield ("willingness", *key), (will, EASIER, bears(False, "risk"))


def _caveats(instance: Instance, _: Model, flags: Flags) -> Read:
    for row in instance.rows("caveats"):
        key = (row["nation"], row["task"], row["unit_type"], row["objective"])
        yield ("caveat", *key), (1.0, HARDER, bears("caveats" in flags.families))


def _conditions(instance: Instance, _: Model, flags: Flags) -> Read:
    for row in instance.rows("conditions"):
        key = (row["nation"], row["objective"], row["requires"], row["value"])
        yield ("condition", *key), (1.0, HARDER, bears("conditions" in flags.families))


def _groups(instance: Instance, _: Model, flags: Flags) -> Read:
    members = tuple(sorted((row["group"], row["nation"]) for row in instance.rows("groups")))
    yield ("groups",), (members, NEITHER, bears(flags.company))


def _budgets(instance: Instance, _: Model, flags: Flags) -> Read:
    for row in instance.rows("budgets"):
        key = (row["payer"], row["first_period"], row["last_period"])
        yield ("budget", *key), (row["amount"], EASIER, bears("budget" in flags.families))


def _whole(table: str) -> Callable[[Instance, Model, Flags], Read]:
    """A table of which any difference makes two points differ."""

    def read(instance: Instance, _: Model, __: Flags) -> Read:
        rows = sorted(repr(sorted(row.items(), key=lambda cell: cell[0])) for row in instance.rows(table))
        yield (table,), (tuple(rows), NEITHER, bears())

    return read


WHOLE = (
    "commitments", "prerequisites", "funding_keys", "force_changes", "acquisitions", "industry", "joint_purchases",
)  # fmt: skip

READERS: dict[str, Callable[[Instance, Model, Flags], Read]] = {
    "nations": _nations,
    "unit_types": _unit_types,
    "capabilities": _capabilities,
    "yields": _yields,
    "objectives": _objectives,
    "tasks": _tasks,
    "requirements": _requirements,
    "forces": _forces,
    "willingness": _willingness,
    "caveats": _caveats,
    "conditions": _conditions,
    "groups": _groups,
    "budgets": _budgets,
    **{table: _whole(table) for table in WHOLE},
}
"""Table -> its facets; ``sources`` have none."""


def to_plain(changes: Changes) -> list[Any]:
    """Changes as plain values for JSON."""
    return [
        [list(name), None if facet is None else [repr(facet[0]), facet[1], sorted(facet[2])]]
        for name, facet in changes.items()
    ]


def from_plain(content: list[Any]) -> Changes:
    """Changes from what :func:`to_plain` made of them."""
    changes: Changes = {}
    for name, facet in content:
        if facet is not None:
            value, direction, bearing = facet
            value = float(value) if direction else ast.literal_eval(value)
            facet = (value, direction, frozenset(bearing))
        changes[tuple(name)] = facet
    return changes
