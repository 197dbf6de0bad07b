"""What is bought and what everything costs, as the independent solver states it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from tests.oracle.facts import Facts, get
from tests.oracle.program import Expr, Program, add

Order = tuple[str, str, int]


class Building:
    """Orders, joint purchases and expansions of a program, and who pays for them and for `deploy`."""

    def __init__(self, facts: Facts, program: Program, deploy: dict[tuple[str, str, str, int], int]) -> None:
        self.facts, self.program, self.deploy = facts, program, deploy
        self.orders: dict[Order, int] = {}
        self.joint: dict[Order, int] = {}
        self.expand: dict[tuple[str, int], int] = {}
        for force, r in facts.programmes.items():
            for k in facts.order_periods(force):
                self.orders[*force, k] = program.var(0, r["max_units"], True)
                if facts.on("joint_purchase") and force[1] in facts.terms:
                    self.joint[*force, k] = program.var(0, r["max_units"], True)
        for u, r in facts.industry.items():
            if facts.on("industry") and facts.on("acquisition"):
                for k in facts.periods:
                    if k + get(r, "expansion_lead_periods", 1) <= facts.T:
                        self.expand[u, k] = program.var(0, get(r, "max_expansions", 0), True)
        self.acquisition()
        self.joint_purchase()
        if facts.on("industry"):
            self.industry()
        self.own: dict[tuple[str, int], Expr] = defaultdict(lambda: defaultdict(float))
        self.fund: dict[int, Expr] = defaultdict(lambda: defaultdict(float))
        self.money()

    def ready(self, force: tuple[str, str], first: int, last: int) -> Expr:
        """Orders of a pool that become ready in first..last."""
        lead = get(self.facts.programmes.get(force, {}), "lead_periods", 0)
        return {x: 1.0 for (n, u, k), x in self.orders.items() if (n, u) == force and first <= k + lead <= last}

    def acquisition(self) -> None:
        p = self.program
        for force, r in self.facts.programmes.items():
            p.at_most({x: 1.0 for k, x in self.orders.items() if k[:2] == force}, r["max_units"])
            for k, x in self.orders.items():
                if k[:2] == force:
                    buys = p.var(0, 1, True)
                    p.at_most({x: 1.0, buys: -float(r["max_units"])}, 0)
                    p.at_least({x: 1.0, buys: -float(get(r, "min_order", 1))}, 0)

    def joint_purchase(self) -> None:
        f, p = self.facts, self.program
        for u, r in f.terms.items():
            for k in f.periods:
                anyone, nations = p.var(0, 1, True), {}
                for (n, v, s), x in self.joint.items():
                    if (v, s) == (u, k):
                        takes_part = p.var(0, 1, True)
                        p.at_most({x: 1.0, self.orders[n, v, s]: -1.0}, 0)
                        p.at_most({x: 1.0, takes_part: -float(f.programmes[n, v]["max_units"])}, 0)
                        p.at_most({takes_part: 1.0, x: -1.0}, 0)
                        p.at_most({takes_part: 1.0, anyone: -1.0}, 0)
                        if not f.collective(n):
                            nations[takes_part] = 1.0
                p.at_least({**nations, anyone: -float(get(r, "min_nations", 3))}, 0)

    def industry(self) -> None:
        f, p = self.facts, self.program
        for u, r in f.industry.items():
            lead, more = get(r, "expansion_lead_periods", 1), float(get(r, "expansion", 1))
            p.at_most({x: 1.0 for (v, _), x in self.expand.items() if v == u}, get(r, "max_expansions", 0))
            for t in f.periods:
                delivered = add(*((1, self.ready(force, t, t)) for force in f.programmes if force[1] == u))
                added = {x: more for (v, k), x in self.expand.items() if v == u and k + lead <= t}
                p.at_most(add((1, delivered), (-1, added)), r["capacity"])

    def money(self) -> None:
        f = self.facts
        for (n, u, _, t), d in self.deploy.items():
            self.own[n, t][d] += f.cost(u) * (1 - f.common(n, u))
            self.fund[t][d] += f.cost(u) * f.common(n, u)
        for (n, u, k), x in self.orders.items():
            whole, common = order_price(f, n, u)
            parts = get(f.programmes[n, u], "lead_periods", 0) + 1
            for t in range(k, k + parts):
                for kind, y in enumerate((x, self.joint.get((n, u, k)))):
                    if y is not None:
                        self.own[n, t][y] += (whole[kind] - common[kind]) / parts
                        self.fund[t][y] += common[kind] / parts
        for (u, k), x in self.expand.items():
            self.fund[k][x] += get(f.industry[u], "expansion_price", 0)

    def paid(self, payer: str, span: Any) -> Expr:
        parts: list[tuple[float, Expr]] = []
        for (n, t), expr in self.own.items():
            if t in span and payer in ("*", n):
                parts.append((1, expr))
        if payer in ("*", "common"):
            parts += [(1, self.fund[t]) for t in span]
        return add(*parts)

    def borne(self, n: str) -> Expr:
        periods = self.facts.periods
        return add((1, self.paid(n, periods)), (self.facts.key[n], self.paid("common", periods)))


def order_price(f: Facts, n: str, u: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """What a unit costs and what the fund pays of it; and by how much both change if it is bought jointly."""
    price, terms = f.programmes[n, u]["price"], f.terms.get(u, {})
    discount = get(terms, "discount", 0)
    if f.collective(n):
        return (price, -discount * price), (price, -discount * price)
    return (price, -discount * price), (0.0, (1 - discount) * price * get(terms, "common_share", 0))
