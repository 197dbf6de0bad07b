"""What is bought and who pays: programmes, industry, joint purchases, budgets and burdens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction as F

from allocator.audit.facts import number
from allocator.audit.forces import whole
from allocator.audit.totals import Totals
from allocator.audit.violation import Violation
from allocator.model import Model


def order_cells(totals: Totals, model: Model) -> Iterator[Violation]:
    """Checks of single orders and expansions: known, whole, in time, and of a family that the model lists."""
    facts, families = totals.facts, model.families
    for (n, u, k), (units, joint) in totals.purchases.orders.items():
        where = f"{n} orders {units} {u} in period {k}"
        row = facts.programme.get((n, u))
        if row is None or "acquisition" not in families:
            why = "has no programme for it" if row is None else "buys nothing: the model leaves out acquisition"
            yield Violation("orders", (n, u, k), f"{where}, but {why}")
            continue
        if not whole(units, 1):
            yield Violation("orders", (n, u, k), f"{where}: not a whole number of units above 0")
        if not row["first_order_period"] <= k <= row["last_order_period"]:
            first, last = row["first_order_period"], row["last_order_period"]
            yield Violation("orders", (n, u, k), f"{where}, but can order only from period {first} to {last}")
        if k + row["lead_periods"] > facts.horizon:
            ready = k + row["lead_periods"]
            text = f"{where}, but the units are ready in period {ready}, after the last, {facts.horizon}"
            yield Violation("orders", (n, u, k), text)
        jointly = f"{n} orders {joint} {u} jointly in period {k}"
        if not whole(joint, 0):
            yield Violation("joint", (n, u, k), f"{jointly}: not a whole number of units")
        elif whole(units, 1) and joint > units:
            yield Violation("joint", (n, u, k), f"{jointly}, but {units} in all", F(joint - units))
        if joint and (u not in facts.terms or "joint_purchase" not in families):
            why = "there are no terms for it" if u not in facts.terms else "the model leaves out joint_purchase"
            yield Violation("joint", (n, u, k), f"{jointly}, but {why}")
    for (u, k), count in totals.purchases.expansions.items():
        where = f"the industry for {u} is expanded {_times(count)} in period {k}"
        industry = facts.industry.get(u)
        if industry is None or not {"acquisition", "industry"} <= set(families):
            why = "there is none" if industry is None else "the model leaves out industry or acquisition"
            yield Violation("expand", (u, k), f"{where}, but {why}")
            continue
        if not whole(count, 1):
            yield Violation("expand", (u, k), f"{where}: not a whole number above 0")
        if not 1 <= k <= facts.horizon - industry["expansion_lead_periods"]:
            ready = k + industry["expansion_lead_periods"]
            text = f"{where}, but this counts from period {ready}, outside the horizon of {facts.horizon}"
            yield Violation("expand", (u, k), text)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def acquisitions(totals: Totals) -> Iterator[Violation]:
    """Programmes with too many units, and orders below the least."""
    ordered: dict[tuple[str, str], int] = defaultdict(int)
    for (n, u, k), (units, _) in totals.purchases.orders.items():
        ordered[n, u] += units
        least = totals.facts.programme[n, u]["min_order"]
        if units < least:
            text = f"{n} orders {units} {u} in period {k}, but must order at least {least} or none"
            yield Violation("acquisition_least", (n, u, k), text, F(least - units))
    for (n, u), units in ordered.items():
        most = totals.facts.programme[n, u]["max_units"]
        if units > most:
            text = f"{n} orders {units} {u} over the horizon, but its programme has {most}"
            yield Violation("acquisition_most", (n, u), text, F(units - most))


def industries(totals: Totals) -> Iterator[Violation]:
    """Deliveries above what industry can deliver, and more expansions than there can be."""
    for (u, t), units in totals.deliveries.items():
        if u in totals.facts.industry and units > totals.capacity(u, t):
            text = f"{units} {u} become ready in period {t}, but industry can deliver {totals.capacity(u, t)}"
            yield Violation("industry_capacity", (u, t), text, F(units - totals.capacity(u, t)))
    expansions: dict[str, int] = defaultdict(int)
    for (u, _), count in totals.purchases.expansions.items():
        expansions[u] += count
    for u, count in expansions.items():
        most = totals.facts.industry[u]["max_expansions"]
        if count > most:
            text = f"the industry for {u} is expanded {_times(count)} in all, but at most {_times(most)} is possible"
            yield Violation("industry_expansions", (u,), text, F(count - most))


def joint_purchases(totals: Totals) -> Iterator[Violation]:
    """Joint purchases of fewer nations than the terms ask for; a collective is not counted."""
    buyers: dict[tuple[str, int], set[str]] = defaultdict(set)
    for (n, u, k), (_, joint) in totals.purchases.orders.items():
        if joint:
            buyers[u, k].add(n)
    for (u, k), nations in buyers.items():
        count, least = len(nations - totals.facts.collective), totals.facts.terms[u]["min_nations"]
        if count < least:
            text = f"{u} is bought jointly by {count} in period {k}, but at least {least} nations must buy together"
            yield Violation("joint_purchase_nations", (u, k), text, F(least - count))


def budgets(totals: Totals, model: Model) -> Iterator[Violation]:
    """Budgets of a payer, and the burden of a nation if the model limits it."""
    facts, paid = totals.facts, totals.paid
    for b, row in enumerate(facts.budgets, start=1):
        payers = paid.values() if row["payer"] == "*" else (paid.get(row["payer"], {}),)
        first, last = row["first_period"], row["last_period"]
        coins = sum(sum(coins for t, coins in purse.items() if first <= t <= last) for purse in payers)
        spent, amount = F(coins, facts.coin), number(row["amount"])
        if spent > amount:
            when = f"in period {first}" if first == last else f"in periods {first} to {last}"
            budget = f"the budget of {row['payer']} {when} is {float(amount):g} million"
            yield Violation("budget_payer", (b,), f"{budget}, but the plan spends {float(spent):g}", spent - amount)
    if model.max_burden is not None:
        for n, gdp in facts.gdp.items():
            spent, most = totals.carried[n], number(model.max_burden) * gdp * facts.years
            if spent > most:
                text = (
                    f"{n} pays {float(spent):g} million over the horizon, but max_burden allows {float(most):g} million"
                )
                yield Violation("budget_burden", (n,), text, spent - most)
