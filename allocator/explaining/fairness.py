"""How fairly own costs are shared under several rules, and what fairness costs in money and in coverage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import pyomo.core as pyo

from allocator.exact import exact
from allocator.explaining.bench import Aim, Outcome
from allocator.explaining.core import Core, Part, same
from allocator.explaining.words import RULE_WORDS
from allocator.families.payments import Payments
from allocator.families.rows import Rows, Term, at_most, weighed
from allocator.plan.values import Deployed, Spending
from allocator.problem import Problem
from allocator.wording import percent

RULES: Mapping[str, Callable[[Core, Mapping[str, Any]], Any]] = {
    "equal": lambda core, row: 1,
    "gdp": lambda core, row: row["gdp"],
    "forces": lambda core, row: _people(core, row["nation"]),
    "active_personnel": lambda core, row: row["active_personnel"],
    "defence_spending": lambda core, row: row["defence_spending"],
    "population": lambda core, row: row["population"],
}
"""Rule -> the key of a nation, from its row; None or 0 if it has none."""

ZERO = Fraction(0)


def _people(core: Core, nation: str) -> int:
    """People in the pools of a nation."""
    pools = (row for row in core.instance.rows("forces") if row["nation"] == nation)
    return sum(row["units"] * core.problem.personnel[row["unit_type"]] for row in pools)


def fair_shares(core: Core, rule: str) -> dict[str, Fraction]:
    """The fair share of each able nation with a key above 0; a fleet of several nations has no purse and no share."""
    able = set(core.ability.nations) - core.problem.money.collective
    keys = {
        row["nation"]: exact(RULES[rule](core, row) or 0)
        for row in core.instance.rows("nations")
        if row["nation"] in able
    }
    keys = {n: key for n, key in keys.items() if key > 0}
    return {n: key / sum(keys.values()) for n, key in keys.items()}


def fairness(core: Core) -> Part:
    """Every rule beside the others."""
    part = Part(lists={"rules": []})
    core.progress("least cost at the least gap")
    base = core.bench.run(core.instance, core.model, ["gap", "cost"], plans=[core.plan], gap=_gap(core))
    if not base.found:
        part.open.append("rules")
    for rule in RULES if base.found else ():
        if core.bench.over:
            part.open.append(f"rule {rule}")
            continue
        core.progress(f"the rule: {RULE_WORDS[rule]}")
        part.lists["rules"].append(_row(core, rule, base, part))
    part.text = [_in_words(core, part.lists["rules"])] if part.lists["rules"] else []
    return part


def _gap(core: Core) -> float | None:
    """The relative gap of these solves: closer where the programme is small."""
    return core.closeness("cost")


def _row(core: Core, rule: str, base: Outcome, part: Part) -> dict[str, Any]:
    """One rule; what is not proved is added to ``part.open``, with the bound of the value."""
    fair, bill = fair_shares(core, rule), base.values["cost"]
    own = Spending(core.problem, core.plan).own
    paid = sum((own[n] for n in fair), start=ZERO)
    shares = {n: own[n] / paid if paid else None for n in fair}
    row: dict[str, Any] = {"rule": rule, "unfairness": None, "load": None, "cost": None, "price": None, "gap": None}
    if paid:
        row["unfairness"] = float(sum((abs((shares[n] or ZERO) - fair[n]) for n in fair), start=ZERO) / 2)
    if bill and fair:
        _solved(core, row, {n: share * bill for n, share in fair.items()}, base, part)
    row["nations"] = [
        {"nation": n, "share": None if shares[n] is None else float(shares[n] or 0), "fair": float(fair[n])}
        for n in fair
    ]
    return row


def _solved(core: Core, row: dict[str, Any], due: Mapping[str, Fraction], base: Outcome, part: Part) -> None:
    """The figures of a rule that take a solve; ``due`` is what each nation pays at a load of 1."""
    rule, load = row["rule"], heaviest(due)
    run = core.bench.run
    plans = [plan for plan in (base.deployed, core.plan) if plan is not None]
    fairest = run(
        core.instance, core.model, ["gap", load, "cost"], plans=plans, floors=[base.bounds["gap"].bound],
        gap=_gap(core),
    )  # fmt: skip
    if fairest.found:
        row["load"] = fairest.bounds[load.name].value  # before cost took what the tolerance gives up of it
        row["cost"] = float(fairest.values["cost"])
        row["price"] = float(fairest.values["cost"] - base.values["cost"])
    _note(row, "load", load.name, fairest, part, f"load of {rule}")
    _note(row, "cost", "cost", fairest, part, f"cost of {rule}")
    within = run(
        core.instance, core.model, ["gap"], extend=lambda m, problem: _at_most(m, problem, due),
        keeps=lambda problem, plan: _keeps(problem, plan, due), floors=[base.bounds["gap"].bound],
        gap=core.closeness("gap"),
    )  # fmt: skip
    if within.found:
        row["gap"] = float(within.values["gap"])
    if not within.infeasible:
        _note(row, "gap", "gap", within, part, f"gap of {rule}")


def _note(row: dict[str, Any], column: str, name: str, outcome: Outcome, part: Part, what: str) -> None:
    """Note a value that is not proved as closely as was asked."""
    bounds = outcome.bounds.get(name)
    if bounds is None:
        part.open.append(what)
    elif outcome.status != "optimal" and not same(bounds.value, bounds.bound):
        part.open.append(what)
        row[f"{column}_bound"] = bounds.bound


def heaviest(due: Mapping[str, Fraction]) -> Aim:
    """Minimise the greatest load: own cost in parts of what is due."""

    def terms(m: Any, problem: Problem) -> list[Term]:
        m.greatest_load = pyo.Var(bounds=(0.0, None), doc="greatest load of a nation")
        m.load_heaviest = Rows(doc="no nation has more than the greatest load")
        payments = Payments(m, problem)
        for n, most in due.items():
            own = payments.terms(n, problem.PERIODS).times(1 / most)
            if own:
                m.load_heaviest[n] = (None, weighed(own, (-1.0, m.greatest_load)), 0.0)
        return [(1.0, m.greatest_load)]

    def value(problem: Problem, deployed: Deployed) -> Fraction:
        own = Spending(problem, deployed).own
        return max((own[n] / most for n, most in due.items()), default=ZERO)

    return Aim("greatest_load_of_a_nation", terms, value)


def _at_most(m: Any, problem: Problem, due: Mapping[str, Fraction]) -> None:
    m.load_limit = Rows(doc="no nation pays more than is due")
    payments = Payments(m, problem)
    for n, most in due.items():
        own = payments.terms(n, problem.PERIODS)
        if own:
            at_most(m, m.load_limit, n, own, most)


def _keeps(problem: Problem, deployed: Deployed, due: Mapping[str, Fraction]) -> bool:
    own = Spending(problem, deployed).own
    return all(own[n] <= most for n, most in due.items())


def _in_words(core: Core, rows: list[dict[str, Any]]) -> str:
    """The rules in words: the one that the plan is closest to, and what it costs to keep it."""
    known = [row for row in rows if row["unfairness"] is not None]
    if not known:
        return "The nations pay nothing of their own, so that there is nothing to share."
    best = min(known, key=lambda row: row["unfairness"])
    parts = [
        f"The plan is closest to {RULE_WORDS[best['rule']]}: the wrong nations bear {percent(best['unfairness'])} of "
        "the own costs."
    ]
    if best["price"] is not None:
        money = "no more" if abs(best["price"]) < 5e-7 else f"{core.names.money(round(best['price'], 6))} more"
        found = " found" if "load_bound" in best or "cost_bound" in best else ""  # not proved to be the fairest
        parts.append(
            f"The fairest plan{found} with the same coverage costs {money}, and loads nobody with more than "
            f"{best['load']:.3g} times its share."
        )
    return " ".join(parts)
