"""Named figures of a plan: ``gap``, ``people.peace_on_land``, ``unmet.sky.launch_detection`` and so on."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from math import isclose
from typing import Any

from allocator.errors import BadUsage
from allocator.instance import Instance
from allocator.instance.cells import near
from allocator.model import OBJECTIVES
from allocator.plan.plan import Plan
from allocator.resources import shipped

EVERYWHERE = ""
"""Task of units that supply all tasks alike: what they supply is counted for the theatre."""

FOR_ALL = "for all tasks"
"""What such units are there for, in words."""

Measure = Callable[[Plan, list[str]], float]


def bound_to_task(instance: Instance) -> set[str]:
    """Unit types whose task matters: those that supply a capability of a task, and not of the theatre alone.

    Examples
    --------
    >>> import allocator
    >>> from allocator.plan.measures import bound_to_task
    >>> sorted(bound_to_task(allocator.read("toy-enablers")))
    ['squadron', 'tanker']
    """
    wide = {row["capability"] for row in instance.rows("capabilities") if row["scope"] == "theatre"}
    return {row["unit_type"] for row in instance.rows("yields") if row["amount"] > 0 and row["capability"] not in wide}


def measure(plan: Plan, name: str) -> float:
    """A figure of a plan.

    Parameters
    ----------
    plan : Plan
        A plan that was found.
    name : str
        A key of :data:`MEASURES`, followed by points and the names that it needs: ``coverage.safe_skies``.

    Raises
    ------
    BadUsage
        The measure does not exist, or the instance does not have what it names.
    """
    head, *rest = name.split(".")
    check(name)
    try:
        return MEASURES[head][1](plan, rest)
    except (KeyError, StopIteration, ZeroDivisionError, FileNotFoundError):
        raise BadUsage(f"{name}: {plan.instance.name} has nothing of that name, or nothing to divide by") from None


def check(name: str) -> None:
    """Refuse a name that is not a measure.

    Raises
    ------
    BadUsage
        The name is not a measure; the message suggests the nearest one.
    """
    head, *rest = name.split(".")
    if head not in MEASURES:
        raise BadUsage(f"no measure {name}; expected one of {', '.join(MEASURES)}{near(head, MEASURES)}")
    if len(rest) not in MEASURES[head][0]:
        raise BadUsage(f"measure {name}: {len(rest)} names after {head}, expected {max(MEASURES[head][0])}")


def observed(name: str) -> dict[str, float]:
    """People by nation in one of the shipped lists (``instances/observed``)."""
    with (shipped("instances") / "observed" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["nation"]: float(row["people"]) for row in csv.DictReader(file)}


def everything(plan: Plan) -> dict[str, float]:
    """Every measure that needs only the plan: objectives, coverage, people, money, members, unmet requirements."""
    lines = statement(plan)
    nations = plan.rows("nations")
    figures = {row["objective"]: row["value"] for row in plan.rows("objectives")}
    figures |= {name: measure(plan, name) for name in ("cost_a_year", "coverage", "people", "members")}
    for objective, share in coverage_of(lines).items():
        figures[f"coverage.{objective}"] = share
        figures[f"people.{objective}"] = _people(plan, [objective])
    figures |= {f"people_of.{row['nation']}": float(row["personnel"]) for row in nations}
    missed: dict[str, list[float]] = defaultdict(list)
    for line in lines:
        missed[f"unmet.{line['task']}.{line['capability']}"].append(line["missed"])
    return figures | {name: sum(shares) / len(shares) for name, shares in missed.items()}


def members(plan: Plan) -> list[dict[str, Any]]:
    """The rows of the nations that take part; a fleet of several is none."""
    return [row for row in plan.rows("nations") if row["member"]]


def _objective(name: str) -> Measure:
    return lambda plan, _: plan.value(name)


def _cost_a_year(plan: Plan, _: list[str]) -> float:
    horizon = plan.instance.periods * plan.instance.months_per_period
    return plan.value("cost") * 12 / horizon


def _peak(plan: Plan, column: str, rows: Iterable[dict[str, object]]) -> float:
    by_period: defaultdict[object, float] = defaultdict(float)
    for row in rows:
        by_period[row["period"]] += float(str(row[column]))
    return max(by_period.values(), default=0.0)


def _people(plan: Plan, rest: list[str]) -> float:
    objective = {row["task"]: row["objective"] for row in plan.instance.rows("tasks")}
    rows = plan.rows("deployments")
    return _peak(plan, "personnel", (r for r in rows if not rest or objective[r["task"]] == rest[0]))


def _people_of(plan: Plan, rest: list[str]) -> float:
    return _peak(plan, "personnel", (r for r in plan.rows("deployments") if r["nation"] == rest[0]))


def _units(plan: Plan, rest: list[str]) -> float:
    return _peak(plan, "units", (r for r in plan.rows("deployments") if r["unit_type"] == rest[0]))


def _coverage(plan: Plan, rest: list[str]) -> float:
    return coverage_of(statement(plan))[rest[0]] if rest else 1 - plan.value("gap")


def coverage_of(lines: list[dict[str, Any]]) -> dict[str, float]:
    """Objective -> share of its requirements that is met, weighted as in the objective ``gap``."""
    total: dict[str, float] = defaultdict(float)
    missed: dict[str, float] = defaultdict(float)
    for line in lines:
        total[line["objective"]] += line["priority"]
        missed[line["objective"]] += line["priority"] * sum(line["terms"].values()) / len(line["terms"])
    return {objective: 1 - missed[objective] / weight for objective, weight in total.items()}


def coverage_by_period(lines: list[dict[str, Any]]) -> dict[str, dict[int, float]]:
    """Objective -> period -> share of the requirements that stand in it that is met, weighted as in ``gap``."""
    total: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    missed: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for line in lines:
        for t, term in line["terms"].items():
            total[line["objective"]][t] += line["priority"]
            missed[line["objective"]][t] += line["priority"] * term
    return {
        objective: {t: 1 - missed[objective][t] / weights[t] for t in sorted(weights)}
        for objective, weights in total.items()
    }


def worst(by_period: Mapping[int, float]) -> tuple[float, list[int]]:
    """The least of some figures by period, and the periods that have it; equal to nine digits counts as equal."""
    least = min(by_period.values())
    return least, [t for t, figure in by_period.items() if isclose(figure, least, rel_tol=1e-9, abs_tol=1e-9)]


def statement(plan: Plan) -> list[dict[str, Any]]:
    """The requirements with a quantity above 0, averaged over their periods.

    ``missed`` is the share of the quantity that is not supplied. By period, there are ``supplies`` and ``terms``: what
    is supplied, and what the objective ``gap`` counts (0 to 1; the core of a quantity counts more).
    """
    lines = []
    rows = {(row["task"], row["capability"], row["period"]): row for row in plan.rows("coverage")}
    for line in plan.instance.rows("requirements"):
        periods = range(line["first_period"], line["last_period"] + 1)
        here = {t: rows[line["task"], line["capability"], t] for t in periods}
        mean = {
            key: sum(row[key] for row in here.values()) / len(here) for key in ("required", "supplied", "shortfall")
        }
        if mean["required"] > 0:
            found = {
                "objective": here[periods[0]]["objective"],
                "missed": mean["shortfall"] / mean["required"],
                "supplies": {t: row["supplied"] for t, row in here.items()},
                "terms": {t: _term(line, row["shortfall"]) for t, row in here.items()},
            }
            lines.append({**line, **mean, **found})
    return lines


def _term(line: Mapping[str, Any], shortfall: float) -> float:
    """What a shortfall in one period counts in the gap, as a share of the whole line."""
    share, more, quantity = line["core_share"], line["core_weight"] - 1, line["quantity"]
    if shortfall >= quantity:  # exactly, whatever the rounding
        return 1.0
    of_core = max(0.0, shortfall - (1 - share) * quantity)
    return float((shortfall + more * of_core) / (quantity * (1 + more * share)))


def _line(column: str) -> Measure:
    def read(plan: Plan, rest: list[str]) -> float:
        lines = [line for line in statement(plan) if [line["task"], line["capability"]] == rest]
        return float(sum(line[column] for line in lines) / len(lines))

    return read


def _worst(plan: Plan, rest: list[str]) -> float:
    lines = [line for line in statement(plan) if [line["task"], line["capability"]] == rest]
    least = min(supplied / line["required"] for line in lines for supplied in line["supplies"].values())
    return max(0.0, 1 - float(least))


def _ordered(column: str) -> Measure:
    """Sum of a column of ``orders``, over all or those of one unit type."""

    def read(plan: Plan, rest: list[str]) -> float:
        return float(sum(row[column] for row in plan.rows("orders") if not rest or row["unit_type"] == rest[0]))

    return read


def _procurement(plan: Plan, rest: list[str]) -> float:
    if rest:
        return float(next(row["procurement"] for row in plan.rows("nations") if row["nation"] == rest[0]))
    price = {row["unit_type"]: row["expansion_price"] for row in plan.instance.rows("industry")}
    expanded = sum(row["expansions"] * price[row["unit_type"]] for row in plan.rows("industry"))
    return float(sum(row["cost"] for row in plan.rows("orders")) + expanded)


def _pools(plan: Plan) -> set[tuple[str, str]]:
    """Nation and unit type of every pool that has a unit at some time, with what the plan orders."""
    rows = plan.instance.rows
    held = {(row["nation"], row["unit_type"]) for row in rows("forces") if row["units"] > 0}
    gained = {(row["nation"], row["unit_type"]) for row in rows("force_changes") if row["change"] > 0}
    return held | gained | {(row["nation"], row["unit_type"]) for row in plan.rows("orders")}


def _nations(plan: Plan) -> set[str]:
    """All nations; a fleet of several is none."""
    return {row["nation"] for row in plan.instance.rows("nations") if not row["collective"]}


def _owners(plan: Plan, rest: list[str]) -> float:
    willing = {row["nation"] for row in plan.instance.rows("willingness") if row["willingness"] > 0}
    owners = {nation for nation, unit in _pools(plan) if unit == rest[0]}
    return float(len(owners & willing & _nations(plan)))


def _share_error(predicted: dict[str, float], seen: dict[str, float], nations: Iterable[str]) -> float:
    """Mean absolute difference of shares in percentage points, over the nations that either side names."""
    counted = [n for n in nations if predicted.get(n) or seen.get(n)]
    ours, theirs = (sum(people.get(n, 0.0) for n in counted) for people in (predicted, seen))
    return sum(100 * abs(predicted.get(n, 0.0) / ours - seen.get(n, 0.0) / theirs) for n in counted) / len(counted)


def _compared(plan: Plan, seen: dict[str, float]) -> dict[str, float]:
    """GDP of the nations that can be compared: observed ones with a GDP and an army."""
    army = observed("army")
    gdp = {row["nation"]: row["gdp"] for row in plan.instance.rows("nations") if row["gdp"] is not None}
    return {nation: gdp[nation] for nation in seen if nation in gdp and nation in army}


def _plan_error(plan: Plan, rest: list[str]) -> float:
    seen = observed(rest[0])
    sent = {row["nation"]: float(row["personnel"]) for row in plan.rows("nations")}
    return _share_error(sent, seen, _compared(plan, seen))


def _rule_error(plan: Plan, rest: list[str]) -> float:
    seen = observed(rest[0])
    gdp = _compared(plan, seen)
    pools = {nation for nation, _ in _pools(plan)}
    rule = gdp if rest[1] == "gdp" else observed(rest[1])
    return _share_error({n: value for n, value in rule.items() if n in pools}, seen, gdp)


MEASURES: dict[str, tuple[tuple[int, ...], Measure, str]] = {
    **{name: ((0,), _objective(name), f"the objective {name}") for name in OBJECTIVES},
    "cost_a_year": ((0,), _cost_a_year, "total cost per year, millions"),
    "coverage": ((0, 1), _coverage, "1 - gap; .OBJECTIVE for one"),
    "people": ((0, 1), _people, "most people deployed at once; .OBJECTIVE for one objective"),
    "people_of": ((1,), _people_of, ".NATION: most of its people deployed at once"),
    "members": ((0,), lambda plan, _: float(len(members(plan))), "nations that take part"),
    "units": ((1,), _units, ".UNIT_TYPE: most units deployed at once"),
    "owners": ((1,), _owners, ".UNIT_TYPE: nations that may take part and have one"),
    "supplied": ((2,), _line("supplied"), ".TASK.CAPABILITY: mean over the periods"),
    "shortfall": ((2,), _line("shortfall"), ".TASK.CAPABILITY: mean over the periods"),
    "unmet": ((2,), _line("missed"), ".TASK.CAPABILITY: share of the requirement that is not met"),
    "worst_unmet": ((2,), _worst, ".TASK.CAPABILITY: share that is not met in its worst period"),
    "orders": ((0, 1), _ordered("units"), "units ordered; .UNIT_TYPE for one"),
    "joint_orders": ((0, 1), _ordered("joint"), "units ordered jointly; .UNIT_TYPE for one"),
    "procurement": ((0, 1), _procurement, "what orders and expansions cost, millions; .NATION: what it pays of orders"),
    "share_error": ((1,), _plan_error, ".LIST: mean error of the plan's shares of people, percentage points"),
    "rule_error": ((2,), _rule_error, ".LIST.RULE: the same for shares in proportion to gdp, army or another list"),
}
"""Name -> (allowed numbers of further names, function that computes it, what it is)."""
