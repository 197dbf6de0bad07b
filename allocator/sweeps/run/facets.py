r"""The facts of a point as facets, which show whether one point is harder than another.

Point $B$ is *harder* than $C$ if every plan of $B$ is a plan of $C$ and no objective is smaller at $B$ for any plan:

$$X_B \subseteq X_C, \qquad f_{iB}(x) \ge f_{iC}(x) \quad \forall x \in X_B .$$

Both hold if every fact in which the two points differ is on the harder side at $B$: a smaller pool, a lower budget, one
more caveat, a higher price. The facts are read from instance and model as *facets*: a value, whether more of it is
easier (+1), harder (-1) or neither (0: the two points must agree), and what it affects: the feasible set (`plans`) or
objectives. A stage of a lexicographic solve considers only facets of the feasible set, of its own objective and of
earlier objectives; a price does not affect the stage `gap` if there is no budget.

A fact has a direction only where that is proved; otherwise two points must agree in it. A plan holds deployments and
orders, and every family is a rule on plans, so a rule that more plans keep is easier whatever the other families are:

| fact (of each period, if it has periods) | more of it | affects | why |
| --- | --- | --- | --- |
| units, changes, availability of a pool | easier | plans | usable units, $\max(0, \alpha p - h) + \alpha o$, grow |
| home_units of a pool | harder | plans | the same with $h$ |
| rotation_ratio; expendable | harder | plans | there are more spans; the others stay |
| first_period (last_period) of a pool | harder (easier) | plans | fewer (more) periods allow more than 0 |
| min_units, min_order, min_nations | harder | plans | fewer numbers are allowed |
| troop_ceiling, budget, max_burden, limit (none: easiest) | easier | plans | a sum may be greater |
| at_most (none: easiest); at_least | easier; harder | plans | a sum may be greater; it must be greater |
| caveat, conditional pledge | harder | plans | there is one more rule |
| share of a prerequisite (none: 0) | harder | plans | more must be supplied |
| event that holds; nation that can lead | easier | plans | there is one rule less; one more nation may lead |
| willingness at or above the floor | easier | plans | one more number may be above 0 |
| willingness | easier | risk | $1 - \omega$ falls |
| yield (of one sign) | easier | plans | supply grows in every row, and no shortfall grows |
| quantity (above 0) | harder | plans, gap, worst_period | more must be met; $\sigma = s/q$ grows |
| max_gap | easier | plans | less must be met |
| core_weight | easier | gap, worst_period | see below |
| framework_share | harder | plans | the nation that leads must give more |
| cost of a unit and period | harder | cost, total budgets | sums grow |
| the fund's part of it (all, for a collective) | harder | common budgets, burden with keys | sums grow |
| the nation's part of it | harder | national budgets, burden | sums grow |
| price of a programme | harder | cost, burden, budgets | all who pay a part pay more |
| discount | easier | cost, burden, budgets | all who pay a part pay less |
| max_units | easier | plans | a sum may be greater |
| first_order_period (last_order_period) | harder (easier) | plans | fewer (more) periods allow orders |
| capacity, expansion, max_expansions | easier | plans | a sum may be greater |
| expansion_lead_periods | harder | plans | an expansion counts later; it is paid when it is ordered |
| expansion_price | harder | as the fund's part, and cost | sums grow |
| gdp | easier | burden; plans under max_burden | the same cost is a smaller part |
| personnel | harder | risk, turnover; plans under a ceiling | sums grow |
| personnel, where a framework share counts people | neither | plans | it is on both sides |
| priorities, core_share | neither | gap, worst_period | a mean may go either way |
| own costs, prices, discounts, gdp | neither | imbalance | a difference may go either way |
| common_share of a joint purchase | neither | burden, imbalance, budgets | one payer pays less, another more |
| lead_periods | neither | plans | units come later, but they are paid later too |
| anything else | neither | plans | periods, scopes, groups, collectives, funding keys, choices |

A requirement counts $\sigma$, or with a core $(\sigma + (\alpha - 1) \max(0, \sigma - 1 + \kappa)) / (1 + (\alpha - 1)
\kappa)$. That grows with $\sigma$. Its derivative with respect to $\alpha$ has the sign of $-\sigma \kappa$ up to
$\sigma = 1 - \kappa$, and of $-(1 - \sigma)(1 - \kappa)$ from there on, so it falls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from allocator.exact import exact
from allocator.instance import Instance
from allocator.model import Model

PLANS, STAGES = "plans", "stages"
EASIER, HARDER, NEITHER = 1, -1, 0
INFINITE = float("inf")

UNMET = ("gap", "worst_period")
"""Objectives that count shortfalls."""

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
    keyed: bool  # burdens hold a part of what the common fund pays
    fleets: bool  # a nation without a purse: the common fund pays all

    @property
    def money(self) -> bool:
        """Whether some budget limits the plans."""
        return self.total or self.common or self.national

    @property
    def fund(self) -> bool:
        """Whether what the common fund pays limits the plans."""
        return self.common or (self.burdened and self.keyed)


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
        bool(instance.rows("funding_keys")),
        any(row["collective"] for row in instance.rows("nations")),
    )


def bears(plans: bool = True, *objectives: str) -> frozenset[str]:
    """What a facet affects: objectives and, if ``plans``, the feasible set."""
    return frozenset([PLANS, *objectives] if plans else objectives)


Read = Iterator[tuple[Name, Facet]]


def _nations(instance: Instance, _: Model, flags: Flags) -> Read:
    for row in instance.rows("nations"):
        n, ceiling, gdp = row["nation"], row["troop_ceiling"], row["gdp"]
        ceilings = "troop_ceiling" in flags.families
        yield ("ceiling", n), (INFINITE if ceiling is None else ceiling, EASIER, bears(ceilings))
        yield ("collective", n), (row["collective"], NEITHER, bears())
        yield ("gdp known", n), (gdp is None, NEITHER, bears(flags.burdened, "burden"))
        yield ("gdp", n), (gdp or 0.0, EASIER, bears(flags.burdened, "burden"))
        yield ("gdp part", n), (gdp, NEITHER, bears(False, "imbalance"))
        yield ("can lead", n), (float(row["can_lead"]), EASIER, bears("framework_nation" in flags.families))


def _unit_types(instance: Instance, _: Model, flags: Flags) -> Read:
    in_burden = ("burden",) if flags.keyed else ()
    whole_too = flags.total or (flags.fleets and flags.fund)
    for row in instance.rows("unit_types"):
        u, people = row["unit_type"], row["personnel"]
        whole = exact(row["rotation_cost"]) + instance.months_per_period * exact(row["operating_cost"])
        common = exact(row["common_share"]) * whole
        yield ("cost", u), (float(whole), HARDER, bears(whole_too, "cost", *(in_burden if flags.fleets else ())))
        yield ("common cost", u), (float(common), HARDER, bears(flags.fund, *in_burden))
        yield ("own cost", u), (float(whole - common), HARDER, bears(flags.national, "burden"))
        yield ("own cost part", u), (float(whole - common), NEITHER, bears(False, "imbalance"))
        yield ("ratio", u), (row["rotation_ratio"], HARDER, bears("rotation" in flags.families))
        yield ("expendable", u), (float(row["expendable"]), HARDER, bears())
        yield ("people", u), (people, HARDER, bears(False, "risk", "turnover"))
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
        yield ("objective", row["objective"]), (row["priority"], NEITHER, bears(False, *UNMET))


def _tasks(instance: Instance, _: Model, flags: Flags) -> Read:
    for row in instance.rows("tasks"):
        j = row["task"]
        yield ("task", j), ((row["objective"], row["first_period"], row["last_period"]), NEITHER, bears())
        led = "framework_nation" in flags.families
        yield ("share", j), (row["framework_share"], HARDER, bears(led))
        yield ("leader", j), (row["framework_nation"], NEITHER, bears(led))


def _requirements(instance: Instance, *_: Any) -> Read:
    for row in instance.rows("requirements"):
        key = (row["task"], row["capability"], row["first_period"])
        yield ("required", *key), ((row["quantity"] > 0, row["last_period"]), NEITHER, bears(True, *UNMET))
        yield ("priority", *key), (row["priority"], NEITHER, bears(False, *UNMET))
        yield ("quantity", *key), (row["quantity"], HARDER, bears(True, *UNMET))
        yield ("core share", *key), (row["core_share"], NEITHER, bears(False, *UNMET))
        yield ("core weight", *key), (row["core_weight"], EASIER, bears(False, *UNMET))
        yield ("max_gap", *key), (row["max_gap"], EASIER, bears())


def _forces(instance: Instance, _: Model, flags: Flags) -> Read:
    for row in instance.rows("forces"):
        key = (row["nation"], row["unit_type"])
        yield ("units", *key), (row["units"], EASIER, bears())
        yield ("availability", *key), (row["availability"], EASIER, bears())
        yield ("home", *key), (row["home_units"], HARDER, bears())
        yield ("least", *key), (row["min_units"], HARDER, bears("minimum_contribution" in flags.families))
        yield ("ready", *key), (row["first_period"], HARDER, bears())
        yield ("ready to", *key), (row["last_period"], EASIER, bears())


def _force_changes(instance: Instance, *_: Any) -> Read:
    for row in instance.rows("force_changes"):
        yield ("change", row["nation"], row["unit_type"], row["period"]), (row["change"], EASIER, bears())


def _willingness(instance: Instance, model: Model, _: Flags) -> Read:
    for row in instance.rows("willingness"):
        will = row["willingness"]
        joins = float(will > 0 and will >= model.willingness_floor)
        for t in range(row["first_period"], row["last_period"] + 1):
            key = (row["nation"], row["objective"], t)
            yield ("willing", *key), (joins, EASIER, bears())
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


def _commitments(instance: Instance, _: Model, flags: Flags) -> Read:
    least: dict[Name, int] = {}
    most: dict[Name, int] = {}
    for row in instance.rows("commitments"):
        for t in range(row["first_period"], row["last_period"] + 1):
            key = (row["nation"], row["unit_type"], row["task"], t)
            least[key] = max(row["at_least"], least.get(key, 0))
            if row["at_most"] is not None:
                most[key] = min(row["at_most"], most.get(key, row["at_most"]))
    held = bears("commitments" in flags.families)
    for key, units in least.items():
        yield ("at least", *key), (units, HARDER, held)
    for key, units in most.items():
        yield ("at most", *key), (units, EASIER, held)


def _prerequisites(instance: Instance, _: Model, flags: Flags) -> Read:
    for row in instance.rows("prerequisites"):
        key = (row["task"], row["needs_task"], row["capability"])
        yield ("prerequisite", *key), (row["share"], HARDER, bears("prerequisites" in flags.families))


def _funding_keys(instance: Instance, _: Model, flags: Flags) -> Read:
    weights = tuple(sorted((row["nation"], row["weight"]) for row in instance.rows("funding_keys")))
    yield ("keys",), (weights, NEITHER, bears(flags.burdened, "burden"))


def _acquisitions(instance: Instance, _: Model, flags: Flags) -> Read:
    for row in instance.rows("acquisitions") if "acquisition" in flags.families else ():
        key = (row["nation"], row["unit_type"])
        yield ("price", *key), (row["price"], HARDER, bears(flags.money, "cost", "burden"))
        yield ("price part", *key), (row["price"], NEITHER, bears(False, "imbalance"))
        yield ("orders", *key), (row["max_units"], EASIER, bears())
        yield ("least order", *key), (row["min_order"], HARDER, bears())
        yield ("lead", *key), (row["lead_periods"], NEITHER, bears())
        yield ("orders from", *key), (row["first_order_period"], HARDER, bears())
        yield ("orders to", *key), (row["last_order_period"], EASIER, bears())


def _industry(instance: Instance, _: Model, flags: Flags) -> Read:
    limited = {"acquisition", "industry"} <= set(flags.families)
    paid = bears(flags.total or flags.fund, "cost", *(("burden",) if flags.keyed else ()))
    for row in instance.rows("industry") if limited else ():
        u = row["unit_type"]
        yield ("capacity", u), (row["capacity"], EASIER, bears())
        yield ("expansion", u), (row["expansion"], EASIER, bears())
        yield ("expansions", u), (row["max_expansions"], EASIER, bears())
        yield ("expansion lead", u), (row["expansion_lead_periods"], HARDER, bears())
        yield ("expansion price", u), (row["expansion_price"], HARDER, paid)


def _joint_purchases(instance: Instance, _: Model, flags: Flags) -> Read:
    together = {"acquisition", "joint_purchase"} <= set(flags.families)
    for row in instance.rows("joint_purchases") if together else ():
        u, payers = row["unit_type"], flags.common or flags.national
        yield ("club", u), (row["min_nations"], HARDER, bears())
        yield ("discount", u), (row["discount"], EASIER, bears(flags.money, "cost", "burden"))
        yield ("discount part", u), (row["discount"], NEITHER, bears(False, "imbalance"))
        yield ("joint share", u), (row["common_share"], NEITHER, bears(payers, "burden", "imbalance"))


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
    "commitments": _commitments,
    "prerequisites": _prerequisites,
    "funding_keys": _funding_keys,
    "force_changes": _force_changes,
    "acquisitions": _acquisitions,
    "industry": _industry,
    "joint_purchases": _joint_purchases,
}
"""Table -> its facets; ``sources`` have none."""
