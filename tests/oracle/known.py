"""What the judge knows of an instance under a model: every figure a Fraction, every default filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

Key = tuple[str, str, str, int]
"""Nation, unit type, task, period."""
Force = tuple[str, str]
"""Nation, unit type."""

REFERENCE = (
    "rotation",
    "minimum_contribution",
    "conditions",
    "caveats",
    "commitments",
    "troop_ceiling",
    "budget",
    "framework_nation",
    "prerequisites",
)


class Plan(NamedTuple):
    """What is decided; nothing in it is 0."""

    deploy: Mapping[Key, int] = {}
    orders: Mapping[tuple[str, str, int], int] = {}
    joint: Mapping[tuple[str, str, int], int] = {}
    expand: Mapping[tuple[str, int], int] = {}

    def plus(self, other: Plan) -> Plan:
        return Plan(
            {**self.deploy, **other.deploy},
            {**self.orders, **other.orders},
            {**self.joint, **other.joint},
            {**self.expand, **other.expand},
        )


class Payment(NamedTuple):
    """What falls due in a period: the part of the nation (None: nobody's order), and that of the fund."""

    nation: str | None
    period: int
    own: Fraction
    fund: Fraction


def exact(value: Any) -> Fraction:
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def cell(row: Mapping[str, Any], column: str, default: Any = None) -> Any:
    return default if row.get(column) is None else row[column]


class Known:
    """One instance under one model."""

    def __init__(self, obj: dict[str, Any], model: dict[str, Any]) -> None:
        self.obj = obj
        families = model.get("families")
        self.families = REFERENCE if families is None else families
        self.order = model.get("objectives") or ["gap", "risk", "cost", "burden"]
        self.tolerance = exact(model.get("tolerance") or 0)
        floor = model.get("willingness_floor")
        self.floor = exact(0.5 if floor is None else floor)
        burden = model.get("max_burden")
        self.max_burden = None if burden is None else exact(burden)
        horizon = obj["instance"]["horizon"]
        self.T: int = horizon["periods"]
        self.months: int = horizon["months_per_period"]
        self.periods = range(1, self.T + 1)
        self.years = Fraction(self.T * self.months, 12)
        self.wraps = horizon["indefinite"]
        self.tasks = {r["task"]: r for r in obj["tasks"]}
        self.types = {r["unit_type"]: r for r in obj["unit_types"]}
        self.nation_rows = {r["nation"]: r for r in obj["nations"]}
        self.collective = {n for n, r in self.nation_rows.items() if cell(r, "collective", False) is True}
        self.gdp = {n: exact(r["gdp"]) for n, r in self.nation_rows.items() if cell(r, "gdp") is not None}
        self.people = {u: int(r["personnel"]) for u, r in self.types.items()}
        self.price = {
            u: exact(cell(r, "rotation_cost", 0)) + self.months * exact(r["operating_cost"])
            for u, r in self.types.items()
        }
        self.fund = {u: self.price[u] * exact(cell(r, "common_share", 0)) for u, r in self.types.items()}
        self.yields = {(r["unit_type"], r["capability"]): exact(r["amount"]) for r in obj["yields"]}
        self.theatre = {r["capability"] for r in obj["capabilities"] if cell(r, "scope", "task") == "theatre"}
        self.weights = {r["objective"]: exact(cell(r, "priority", 1)) for r in obj["objectives"]}
        self.will = {
            (r["nation"], r["objective"], t): exact(r["willingness"])
            for r in obj["willingness"]
            for t in range(cell(r, "first_period", 1), cell(r, "last_period", self.T) + 1)
        }
        self._read_forces()
        self.rows = list(self._rows())
        self.barred: dict[Key, str] = {}
        self.known_standing: dict[tuple[Force, int, int], tuple[Fraction, Fraction]] = {}

    def table(self, name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = cell(self.obj, name, [])
        return rows

    def _read_forces(self) -> None:
        """Pools, what joins or leaves them, programmes, and the terms of industry and of joint purchases."""
        self.pool: dict[Force, dict[str, Any]] = {(r["nation"], r["unit_type"]): r for r in self.table("forces")}
        self.changes: dict[Force, dict[int, int]] = {}
        self.programmes = {(r["nation"], r["unit_type"]): r for r in self.table("acquisitions")}
        for r in self.table("force_changes"):
            self.changes.setdefault((r["nation"], r["unit_type"]), {})[r["period"]] = int(r["change"])
        for force in (*self.changes, *self.programmes):
            self.pool.setdefault(force, {"nation": force[0], "unit_type": force[1], "units": 0})
        self.lead = {force: int(cell(r, "lead_periods", 0)) for force, r in self.programmes.items()}
        self.industry = {r["unit_type"]: r for r in self.table("industry")}
        self.joint_terms = {r["unit_type"]: r for r in self.table("joint_purchases")}
        weights = {r["nation"]: exact(r["weight"]) for r in self.table("funding_keys")}
        self.part = {n: weight / sum(weights.values()) for n, weight in weights.items()}

    def about(self, task: str) -> str:
        objective: str = self.tasks[task]["objective"]
        return objective

    def window(self, task: str | None) -> tuple[int, int]:
        """First and last period of a task; of the horizon where there is none."""
        row = self.tasks[task] if task else {}
        return cell(row, "first_period", 1), cell(row, "last_period", self.T)

    def is_active(self, task: str, t: int) -> bool:
        first, last = self.window(task)
        return first <= t <= last

    def span(self, row: Mapping[str, Any], task: str | None) -> range:
        """Periods of a row, by default those of its task."""
        first, last = self.window(task)
        return range(cell(row, "first_period", first), cell(row, "last_period", last) + 1)

    def _rows(self) -> Iterator[dict[str, Any]]:
        """Given rows, then implied ones; `tasks`: those that it counts as a row of."""
        taken = set()
        for r in self.obj["requirements"]:
            periods = self.span(r, r["task"])
            at = None if r["capability"] in self.theatre else r["task"]
            taken |= {(at, r["capability"], t) for t in periods}
            yield {
                "capability": r["capability"],
                "at": at,
                "tasks": {r["task"]},
                "periods": list(periods),
                "quantity": exact(r["quantity"]),
                "max_gap": exact(cell(r, "max_gap", 1)),
                "weight": exact(cell(r, "priority", 1)) * self.weights[self.about(r["task"])],
                "core": exact(cell(r, "core_share", 0)),
                "extra": exact(cell(r, "core_weight", 1)) - 1,
            }
        for c in sorted({c for (_, c), amount in self.yields.items() if amount < 0}):
            for t in self.periods:
                active = [j for j in self.tasks if self.is_active(j, t)]
                places = [None] if c in self.theatre else active
                for at in places:
                    if active and (at, c, t) not in taken:
                        yield {
                            "capability": c, "at": at, "tasks": {at} if at else set(active), "periods": [t],
                            "quantity": Fraction(0), "max_gap": Fraction(1), "weight": Fraction(0),
                        }  # fmt: skip

    def bars(self, key: Key) -> str:
        """Why deploy[n,u,j,t] is not there, or nothing."""
        if key not in self.barred:
            self.barred[key] = self._bars(key)
        return self.barred[key]

    def _bars(self, key: Key) -> str:
        n, u, j, t = key
        o = self.about(j)
        force = self.pool.get((n, u))
        if force is None:
            return "no pool"
        if not cell(force, "first_period", 1) <= t <= cell(force, "last_period", self.T):
            return "not ready"
        wanted = {row["capability"] for row in self.rows if j in row["tasks"]}
        if not any(self.yields.get((u, c), 0) > 0 for c in wanted):
            return "not eligible"
        if not self.is_active(j, t):
            return "task not active"
        will = self.will.get((n, o, t), Fraction(0))
        if will <= 0 or will < self.floor:
            return "not willing"
        if "caveats" in self.families:
            here = {"task": j, "unit_type": u, "objective": o}
            for r in self.table("caveats"):
                if r["nation"] == n and all(cell(r, name) in (None, value) for name, value in here.items()):
                    return "caveat"
        if "conditions" in self.families:
            for r in self.table("conditions"):
                about = r["nation"] == n and cell(r, "objective") in (None, o)
                if about and r["requires"] == "event" and not self.obj["instance"]["events"][r["value"]]:
                    return "event"
        return ""

    def order_periods(self, force: Force) -> list[int]:
        """The periods in which orders[n,u,k] is there."""
        if "acquisition" not in self.families or force not in self.programmes:
            return []
        r = self.programmes[force]
        span = range(cell(r, "first_order_period", 1), cell(r, "last_order_period", self.T) + 1)
        return [k for k in span if k + self.lead[force] <= self.T]

    def expand_periods(self, u: str) -> list[int]:
        """The periods in which expand[u,k] is there."""
        if not {"acquisition", "industry"} <= set(self.families) or u not in self.industry:
            return []
        return [k for k in self.periods if k + cell(self.industry[u], "expansion_lead_periods", 1) <= self.T]

    def can_join(self, u: str) -> bool:
        """Whether joint[n,u,k] is there."""
        return u in self.joint_terms and "joint_purchase" in self.families

    def usable(self, force: Force, a: int, b: int, orders: Mapping[tuple[str, str, int], int]) -> Fraction:
        """What can be used of the units that the nation has at some time in a..b."""
        share, standing = self._standing(force, a, b)
        bought = sum(v for k, v in orders.items() if k[:2] == force and k[2] + self.lead[force] <= b)
        return standing + share * bought if bought else standing

    def _standing(self, force: Force, a: int, b: int) -> tuple[Fraction, Fraction]:
        """The share that is available, and what is usable without any order."""
        if (force, a, b) not in self.known_standing:
            row = self.pool[force]
            owned = int(row["units"])
            for t, change in self.changes.get(force, {}).items():
                if t <= a:
                    owned += change
                elif t <= b:
                    owned += max(0, change)
            share = exact(cell(row, "availability", 1))
            home = Fraction(cell(row, "home_units", 0))
            self.known_standing[force, a, b] = share, share * owned - min(home, share * owned)
        return self.known_standing[force, a, b]

    def sustained(self, force: Force, used: Mapping[int, int], orders: Mapping[tuple[str, str, int], int]) -> bool:
        """`used`: units deployed in each period, all tasks together."""
        u = self.types[force[1]]
        ratio = cell(u, "rotation_ratio", 1) if "rotation" in self.families else 1
        if cell(u, "expendable", False):
            ratio = self.T
        for a in self.periods:
            if self.wraps:
                asked = sum(used.get((t - 1) % self.T + 1, 0) for t in range(a, a + ratio))
                if asked > self.usable(force, 1, 1, {}):
                    return False
                continue
            for b in range(a, min(self.T, a + ratio - 1) + 1):
                if sum(used.get(t, 0) for t in range(a, b + 1)) > self.usable(force, a, b, orders):
                    return False
        return True

    def supplied(self, plan: Plan, row: Mapping[str, Any], t: int) -> Fraction:
        at, capability, total = row["at"], row["capability"], Fraction(0)
        for (_, u, j, s), units in plan.deploy.items():
            if s == t and (at is None or j == at) and (u, capability) in self.yields:
                total += self.yields[u, capability] * units
        return total

    def order_cost(self, key: tuple[str, str, int], units: int, joint: int) -> tuple[Fraction, Fraction]:
        """The whole price of an order, and what the fund pays of it."""
        n, u, _ = key
        terms = self.joint_terms.get(u, {})
        price = exact(self.programmes[n, u]["price"])
        lower = price * (1 - exact(cell(terms, "discount", 0)))
        whole = (units - joint) * price + joint * lower
        return whole, whole if n in self.collective else joint * lower * exact(cell(terms, "common_share", 0))

    def payments(self, plan: Plan) -> Iterator[Payment]:
        for (n, u, _, t), units in plan.deploy.items():
            fund = self.price[u] if n in self.collective else self.fund[u]
            yield Payment(n, t, (self.price[u] - fund) * units, fund * units)
        for key, units in plan.orders.items():
            n, u, k = key
            whole, fund = self.order_cost(key, units, plan.joint.get(key, 0))
            parts = self.lead[n, u] + 1
            for t in range(k, k + parts):
                yield Payment(n, t, (whole - fund) / parts, fund / parts)
        for (u, k), times in plan.expand.items():
            yield Payment(None, k, Fraction(0), times * exact(cell(self.industry[u], "expansion_price", 0)))
