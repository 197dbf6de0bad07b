"""Small random instances and models: valid by spec 1, odd wherever spec 3 has a corner. Seeded."""

from __future__ import annotations

import copy
import random
from decimal import Decimal
from typing import Any

DOMAINS = ("air", "sea", "land", "training", "support")
CODES = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF")
FAMILIES = (
    "rotation",
    "minimum_contribution",
    "conditions",
    "caveats",
    "troop_ceiling",
    "budget",
    "framework_nation",
)
CORNERS = (
    "windows", "consuming", "framework", "max_gap", "min_units", "ready", "reluctant", "ceilings",
    "caveats", "conditions", "budgets",
)  # fmt: skip
OBJECTIVES = ("gap", "risk", "cost", "burden")

# size -> most unit types, objectives, tasks, periods, units in a pool, pools
SIZES = {
    "tiny": (4, 2, 2, 4, 4, 6),
    "small": (4, 3, 3, 4, 6, 16),
    "least": (3, 2, 3, 4, 2, 4),
    "wide": (4, 3, 3, 4, 5, 10),
}
CORNER = {"tiny": 0.45, "small": 0.45, "least": 0.15, "wide": 0.2}
"""Chance of each corner; small where `random_more.py` adds others."""


def times(*factors: float | int) -> float:
    """The product in decimals: 3 * 0.1 is 0.3."""
    total = Decimal(1)
    for factor in factors:
        total *= Decimal(str(factor))
    return float(total)


def plus(*terms: float | int) -> float:
    return float(sum(Decimal(str(term)) for term in terms))


def random_instance(seed: int, size: str = "tiny") -> dict[str, Any]:
    """An instance as its JSON has it; the same seed and size give the same instance."""
    return _Maker(seed, size).instance()


class _Maker:
    """Makes one instance, table by table; later tables refer to earlier ones."""

    def __init__(self, seed: int, size: str) -> None:
        self.seed, self.size = seed, size
        rng = self.rng = random.Random(f"{seed}-{size}")
        self.max_types, self.max_objectives, self.max_tasks, max_periods, self.max_pool, self.max_forces = SIZES[size]
        self.T = rng.randint(1, max_periods)
        # Each corner in some instances only: all of them together leave nothing to decide.
        self.corners = {name for name in CORNERS if rng.random() < CORNER[size]}
        self.months = rng.choice([1, 3, 6, 6, 12])
        self.names = list(CODES[: rng.choice([1, 2, 2, 3, 3, 4])])
        self.events = {name: rng.random() < 0.5 for name in ("peace", "backstop")[: rng.choice([0, 1, 2, 2])]}
        self.types = [f"u{i}" for i in range(1, rng.randint(1, self.max_types) + 1)]
        self.caps = [f"c{i}" for i in range(1, rng.randint(1, 3) + 1)]
        self.goals = [f"o{i}" for i in range(1, rng.randint(1, self.max_objectives) + 1)]
        self.windows: dict[str, tuple[int, int]] = {}
        self.unit_types = self._unit_types()
        self.capabilities = self._capabilities()
        self.yields = self._yields()
        self.objectives = self._objectives()
        self.tasks = self._tasks()
        self.requirements = self._requirements()
        self.forces = self._forces()
        self.willingness = self._willingness()
        self.nations = self._nations()
        self.groups = self._groups()
        self.caveats = self._caveats()
        self.conditions = self._conditions()
        self.budgets = self._budgets()

    def instance(self) -> dict[str, Any]:
        for row in self.unit_types:  # ranges are facts that a solve leaves alone
            if self.rng.random() < 0.1:
                row["operating_cost_low"], row["operating_cost_high"] = 0, row["operating_cost"] + 1
        obj: dict[str, Any] = {
            "instance": {
                "format": 1,
                "name": f"random-{self.seed}",
                "horizon": {
                    "start": "2025-07", "months_per_period": self.months, "periods": self.T,
                    "indefinite": self.rng.random() < 0.5,
                },
                "events": self.events,
            },
            "nations": self.nations, "unit_types": self.unit_types, "capabilities": self.capabilities,
            "yields": self.yields, "objectives": self.objectives, "tasks": self.tasks,
            "requirements": self.requirements, "forces": self.forces, "willingness": self.willingness,
        }  # fmt: skip
        for name in ("groups", "caveats", "conditions", "budgets"):
            if getattr(self, name) or self.rng.random() < 0.2:
                obj[name] = getattr(self, name)
        return obj

    def maybe(self, chance: float, row: dict[str, Any], column: str, value: Any) -> None:
        """Set the cell, or leave it out, or write a null: all the same but the first."""
        if self.rng.random() < chance:
            row[column] = value
        elif self.rng.random() < 0.2:
            row[column] = None

    def span(self, row: dict[str, Any], chance: float, first: int = 1, last: int | None = None) -> tuple[int, int]:
        last = self.T if last is None else last
        a, b = sorted((self.rng.randint(first, last), self.rng.randint(first, last)))
        self.maybe(chance, row, "first_period", a)
        self.maybe(chance, row, "last_period", b)
        return row.get("first_period") or first, row.get("last_period") or last

    def _unit_types(self) -> list[dict[str, Any]]:
        rng, rows = self.rng, []
        for u in self.types:
            row: dict[str, Any] = {
                "unit_type": u, "name": f"Unit {u}", "domain": rng.choice(DOMAINS),
                "personnel": rng.choice([1, 10, 50, 100, 250, 800]),
                "operating_cost": rng.choice([0, 0.1, 0.3, 0.7, 1, 2.5, 4]),
            }  # fmt: skip
            self.maybe(0.4, row, "rotation_cost", rng.choice([0, 0.1, 0.2, 1, 3]))
            self.maybe(0.5, row, "rotation_ratio", rng.randint(1, 4))
            self.maybe(0.4, row, "common_share", rng.choice([0, 0.1, 0.25, 0.3, 0.5, 1]))
            rows.append(row)
        return rows

    def _capabilities(self) -> list[dict[str, Any]]:
        rows = []
        for c in self.caps:
            row = {"capability": c, "name": f"Capability {c}", "unit": "thing"}
            self.maybe(0.5, row, "scope", self.rng.choice(["theatre", "theatre", "task"]))
            rows.append(row)
        return rows

    def _yields(self) -> list[dict[str, Any]]:
        rng, rows = self.rng, []
        for u in self.types:
            some = rng.sample(self.caps, rng.randint(1, len(self.caps)))
            for i, c in enumerate(some):
                amount = rng.choice([1, 1, 2, 0.1, 0.3, 3, 0.5])
                sign = -1 if "consuming" in self.corners and rng.random() < (0.8 if i else 0.05) else 1
                rows.append({"unit_type": u, "capability": c, "amount": sign * amount})
        return rows

    def _objectives(self) -> list[dict[str, Any]]:
        rows = []
        for o in self.goals:
            row = {"objective": o, "name": f"Objective {o}"}
            self.maybe(0.5, row, "priority", self.rng.choice([0.1, 1, 2, 3, 10]))
            rows.append(row)
        return rows

    def _tasks(self) -> list[dict[str, Any]]:
        rng, rows = self.rng, []
        for i in range(1, rng.randint(1, self.max_tasks) + 1):
            row = {"task": f"j{i}", "objective": rng.choice(self.goals), "name": f"Task {i}"}
            self.windows[f"j{i}"] = self.span(row, 0.5 * ("windows" in self.corners))
            share = rng.choice([0, 0.1, 0.3, 0.5, 0.6, 1])
            self.maybe(0.9 * ("framework" in self.corners), row, "framework_share", share)
            rows.append(row)
        return rows

    def _requirements(self) -> list[dict[str, Any]]:
        rng = self.rng
        rows: list[dict[str, Any]] = []
        theatre = {r["capability"] for r in self.capabilities if r.get("scope") == "theatre"}
        taken: set[tuple[str, str, int]] = set()
        useful = [r for r in self.yields if r["amount"] > 0]
        many = {"tiny": 2, "small": 4, "least": 2, "wide": 4}[self.size]
        most = sum(many * max(0.5, r["amount"]) for r in useful) / max(1, len(self.types))
        supplied = [r["capability"] for r in useful] or self.caps
        for _ in range(rng.randint(1, 4)):
            j, c = rng.choice(list(self.windows)), rng.choice(supplied if rng.random() < 0.9 else self.caps)
            quantity = rng.choice([0, 0.1, 0.3, 1, 1.5, 2, 3, 4, round(most, 1) or 1])
            row = {"task": j, "capability": c, "quantity": quantity}
            first, last = self.span(row, 0.5 * ("windows" in self.corners), *self.windows[j])
            place = {("" if c in theatre else j, c, t) for t in range(first, last + 1)}
            if place & taken:
                continue
            taken |= place
            max_gap = rng.choice([0, 0.1, 0.3, 0.5, 0.5, 0.8, 0.9, 1])
            self.maybe(0.5 * ("max_gap" in self.corners), row, "max_gap", max_gap)
            self.maybe(0.5, row, "priority", rng.choice([0.1, 1, 2, 5]))
            rows.append(row)
        if not any(r["quantity"] > 0 for r in rows):
            rows[0]["quantity"] = rng.choice([0.3, 1, 2, 4])
        return rows

    def _forces(self) -> list[dict[str, Any]]:
        rng, rows = self.rng, []
        pairs = [(n, u) for n in self.names for u in self.types]
        rng.shuffle(pairs)
        for n, u in pairs[: rng.randint(min(3, len(pairs)), min(self.max_forces, len(pairs)))]:
            units = rng.choice([0, *[*range(1, self.max_pool + 1)] * 4])
            row = {"nation": n, "unit_type": u, "units": units}
            self.maybe(0.7 * ("min_units" in self.corners), row, "min_units", rng.choice([1, 2, 2, 2, 3, 4]))
            self.maybe(0.6 * ("ready" in self.corners), row, "first_period", rng.randint(1, self.T))
            rows.append(row)
        return rows

    def _willingness(self) -> list[dict[str, Any]]:
        stances = [0, 0.2, 0.3, 0.5, 0.6, 1] if "reluctant" in self.corners else [0.5, 0.7, 0.8, 0.9, 0.9, 1]
        rows = [
            {"nation": n, "objective": o, "willingness": self.rng.choice(stances)}
            for n in self.names
            for o in self.goals
            if self.rng.random() < 0.95
        ]
        return rows or [{"nation": self.names[0], "objective": self.goals[0], "willingness": 1}]

    def _nations(self) -> list[dict[str, Any]]:
        rng, rows = self.rng, []
        for n in self.names:
            row: dict[str, Any] = {"nation": n, "name": f"Nation {n}"}
            self.maybe(0.7, row, "gdp", rng.choice([500, 1000, 20000, 123456.7]))
            mine = [f for f in self.forces if f["nation"] == n]
            if mine and "ceilings" in self.corners and rng.random() < 0.8:
                u = rng.choice(mine)["unit_type"]
                people = next(r["personnel"] for r in self.unit_types if r["unit_type"] == u)
                row["troop_ceiling"] = rng.choice(
                    [people * rng.choice([0, 1, 2, 2, 3, 4]), people * rng.randint(1, 3) + 0.5]
                )
            self.maybe(0.8, row, "can_lead", rng.random() < 0.85)
            rows.append(row)
        return rows

    def _groups(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for g in ("JEF", "north")[: self.rng.randint(0, 2)]:
            members = self.rng.sample(self.names, self.rng.randint(1, len(self.names)))
            rows += [{"group": g, "nation": n} for n in members]
        return rows

    def _caveats(self) -> list[dict[str, Any]]:
        rng = self.rng
        rows: list[dict[str, Any]] = []
        for _ in range(rng.randint(1, 2) if "caveats" in self.corners else 0):
            row = {"nation": rng.choice(self.names)}
            self.maybe(0.4, row, "task", rng.choice(list(self.windows)))
            self.maybe(0.6, row, "unit_type", rng.choice(self.types))
            self.maybe(0.3, row, "objective", rng.choice(self.goals))
            facts = {k: v for k, v in row.items() if v is not None}
            if len(facts) > 1 and facts not in [{k: v for k, v in r.items() if v is not None} for r in rows]:
                rows.append(row)
        return rows

    def _conditions(self) -> list[dict[str, Any]]:
        rng, names = self.rng, self.names
        rows: list[dict[str, Any]] = []
        for _ in range(rng.randint(1, 4) if "conditions" in self.corners else 0):
            row = {"nation": rng.choice(names), "objective": rng.choice([None, *self.goals])}
            kind = rng.choice(
                ["event", "event", "nation", "nation", "any_of", "any_of", "coalition_size", "coalition_size"]
            )
            if kind == "event" and not self.events:
                continue
            row["requires"] = kind
            if kind == "event":
                row["value"] = rng.choice(list(self.events))
            elif kind == "nation":
                row["value"] = rng.choice(names)
            elif kind == "any_of":
                pool = [*names, *sorted({g["group"] for g in self.groups})]
                row["value"] = " ".join(rng.sample(pool, rng.randint(1, min(2, len(pool)))))
            else:
                row["value"] = str(rng.choice([1, 2, 2, 3, 3, len(names) + 1]))
            if row not in rows:
                rows.append(row)
        return rows

    def _budgets(self) -> list[dict[str, Any]]:
        rng = self.rng
        rows: list[dict[str, Any]] = []
        seen = set()
        for _ in range(rng.randint(1, 4) if "budgets" in self.corners else 0):
            payer = rng.choice(["*", "common", *self.names])
            row: dict[str, Any] = {"payer": payer}
            first, last = self.span(row, 0.4)
            if (payer, first, last) in seen:
                continue
            seen.add((payer, first, last))
            u, v = rng.choice(self.types), rng.choice(self.types)
            k, m = rng.choice([0, 1, 2, 2, 3, 4, 5]), rng.choice([0, 0, 1, 2])
            # exactly what k units of one kind and m of another cost, or that and a little room
            own, other = times(k, self._part(u, payer)), times(m, self._part(v, payer))
            row["amount"] = plus(own, other, rng.choice([0, 0, 0, 0.05]))
            rows.append(row)
        return rows

    def _part(self, u: str, payer: str) -> float:
        """What a payer pays of a unit-period."""
        row = next(r for r in self.unit_types if r["unit_type"] == u)
        price = plus(row.get("rotation_cost") or 0, times(self.months, row["operating_cost"]))
        fund = times(price, row.get("common_share") or 0)
        return {"*": price, "common": fund}.get(payer, plus(price, -fund))


def random_model(seed: int) -> dict[str, Any]:
    """Half the time close to `reference`, so that every family meets every other; else anything goes."""
    rng = random.Random(f"{seed}-model")
    model: dict[str, Any] = {"title": f"Random {seed}", "description": "A random model."}
    if rng.random() < 0.5:
        model["families"] = [f for f in FAMILIES if rng.random() < 0.75]
    if rng.random() < 0.6:
        model["objectives"] = rng.sample(OBJECTIVES, rng.randint(1, 4))
        if rng.random() < 0.7:  # any other one first, and nobody moves unless he must
            model["objectives"] = ["gap", *(o for o in model["objectives"] if o != "gap")]
    if rng.random() < 0.25:
        model["tolerance"] = rng.choice([0.01, 0.1, 0.5])
    if rng.random() < 0.5:
        model["willingness_floor"] = rng.choice([0, 0, 0.3, 0.5, 0.5, 0.7])
    if rng.random() < 0.3:
        model["max_burden"] = rng.choice([0.001, 0.01, 0.02, 0.1, 0.1, 0.5])
    return model


def rescaled(obj: dict[str, Any], seed: int, factors: tuple[float, ...]) -> dict[str, Any]:
    """The same instance in other units: money, GDP, capabilities and priorities, each times one of `factors`."""
    rng = random.Random(f"{seed}-scale")
    obj = copy.deepcopy(obj)

    def scale(table: str, columns: tuple[str, ...], factor: float) -> None:
        for row in obj.get(table, []):
            row.update({c: times(row[c], factor) for c in columns if row.get(c) is not None})

    money = rng.choice(factors)
    scale("unit_types", ("operating_cost", "rotation_cost", "operating_cost_low", "operating_cost_high"), money)
    scale("budgets", ("amount",), money)
    scale("nations", ("gdp",), rng.choice(factors))
    scale("objectives", ("priority",), rng.choice(factors))
    scale("requirements", ("priority",), rng.choice(factors))
    unit = {r["capability"]: rng.choice(factors) for r in obj["capabilities"]}
    for row in obj["yields"]:
        row["amount"] = times(row["amount"], unit[row["capability"]])
    for row in obj["requirements"]:
        row["quantity"] = times(row["quantity"], unit[row["capability"]])
    return obj
