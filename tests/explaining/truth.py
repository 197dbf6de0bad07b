"""What enumeration says of a tiny instance, and the core of an explanation of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import allocator
from allocator.explaining.bench import Bench
from allocator.explaining.core import Core
from allocator.instance import Instance
from allocator.model import Model
from allocator.purchases import Decided, Purchases, bought
from allocator.stopping import watched
from tests.oracle.brute import Judge, Plan, TooMany, plans
from tests.oracle.check import as_model
from tests.oracle.known import Known
from tests.oracle.random_instances import random_instance, random_model
from tests.oracle.random_more import full_instance, full_model

Case = tuple[dict[str, Any], dict[str, Any], "Truth"]


@contextmanager
def core_of(instance: Instance, model: Model, **more: Any) -> Iterator[Core]:
    """The core of an explanation that proves everything in full."""
    with watched() as watch:
        yield Core(instance, model, Bench(0.0, None, 1, 0, watch), **more)


class Truth:
    """Every plan of an instance under a model, and the lexicographic optimum among some of them."""

    def __init__(self, obj: dict[str, Any], model: dict[str, Any], limit: int) -> None:
        self.obj, self.model = obj, model
        self.judge = Judge(obj, model)
        self.plans = [plan for plan in plans(self.judge, limit) if next(self.judge.broken(plan), None) is None]
        self.order: list[str] = list(self.judge.order)
        self.values = [{name: self.judge.value(plan, name) for name in self.order} for plan in self.plans]

    def best(self, keep: Callable[[Plan], bool] = lambda _: True) -> dict[str, Fraction] | None:
        """Optimal values, stage by stage, among the plans that a test keeps; None if there are none."""
        left = [at for at, plan in enumerate(self.plans) if keep(plan)]
        stages: dict[str, Fraction] = {}
        for name in self.order if left else ():
            stages[name] = optimum = min(self.values[at][name] for at in left)
            hold = (1 + self.judge.tolerance) * optimum + Fraction(1, 10**6) * max(Fraction(1), abs(optimum))
            left = [at for at in left if self.values[at][name] <= hold]
        return stages or None

    def least(self, keep: Callable[[Plan], bool] = lambda _: True, name: str = "") -> Fraction | None:
        """The least value of an objective, by default the first."""
        name = name or self.order[0]
        return min((self.judge.value(plan, name) for plan in self.plans if keep(plan)), default=None)

    def within(self, values: dict[str, Fraction], share: Fraction) -> list[Plan]:
        """The plans that are as good as some values."""
        most = {
            name: (1 + share) * value + Fraction(1, 10**6) * max(Fraction(1), abs(value))
            for name, value in values.items()
        }
        return [
            plan
            for plan, here in zip(self.plans, self.values, strict=True)
            if all(here[name] <= limit for name, limit in most.items())
        ]

    @staticmethod
    def able_of(known: Known) -> set[tuple[str, str]]:
        """The able pairs of nation and objective."""
        return {
            (n, known.about(j))
            for n, u in known.pool
            for j in known.tasks
            for t in known.periods
            if not known.bars((n, u, j, t))
        }

    @property
    def able(self) -> list[str]:
        """The able nations, in the order of the table."""
        found = {n for n, _ in self.able_of(self.judge)}
        return [n for n in self.judge.nation_rows if n in found]


def decided(plan: Plan) -> Decided:
    """A plan of the oracle as one of ours."""
    orders = {key: (units, plan.joint.get(key, 0)) for key, units in plan.orders.items()}
    return Decided(plan.deploy, Purchases(orders, plan.expand))


def without(obj: dict[str, Any], nations: Iterable[str]) -> dict[str, Any]:
    """The instance without some nations: no row of theirs in willingness or commitments."""
    gone = set(nations)
    tables = {
        name: [row for row in obj.get(name) or [] if row["nation"] not in gone]
        for name in ("willingness", "commitments")
    }
    return {**obj, **tables}


def tiny(seeds: Iterable[int]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Random instances and models, half of them with everything that there is."""
    for seed in seeds:
        some = seed % 2 == 0
        obj = random_instance(seed, "tiny") if some else full_instance(seed)
        model = random_model(seed) if some else full_model(seed)
        model.pop("tolerance", None)  # what is given up for later objectives is nobody's doing
        if seed % 4 > 1:  # conditions of all kinds are rare
            _more_pledges(obj, seed)
        yield obj, model


def cases(seeds: Iterable[int], limit: int = 2000, least: int = 2) -> Iterator[Case]:
    """Those of which there are few plans, and their plans."""
    for obj, model in tiny(seeds):
        try:
            truth = Truth(obj, model, limit)
        except TooMany:
            continue
        if len(truth.plans) >= least:
            yield obj, model, truth


def _more_pledges(obj: dict[str, Any], seed: int) -> None:
    rng = random.Random(f"{seed}-pledges")
    names = [row["nation"] for row in obj["nations"]]
    rows = []
    for n in names:
        if len(names) > 1 and rng.random() < 0.6:
            other = rng.choice([m for m in names if m != n])
            requires, value = rng.choice([("nation", other), ("any_of", other), ("coalition_size", "2")])
            rows.append({"nation": n, "requires": requires, "value": value})
    known = {
        (row["nation"], row.get("objective"), row["requires"], row["value"]) for row in obj.get("conditions") or []
    }
    fresh = [row for row in rows if (row["nation"], None, row["requires"], row["value"]) not in known]
    obj["conditions"] = [*(obj.get("conditions") or []), *fresh]


def read(obj: dict[str, Any], model: dict[str, Any]) -> tuple[Instance, Model]:
    """The same as ours."""
    return allocator.Instance.from_dict(obj), as_model(model)


def as_plan(deployed: Mapping[Any, int]) -> Plan:
    """One of our plans as one of the oracle."""
    purchases = bought(deployed)
    orders = {key: units for key, (units, _) in purchases.orders.items()}
    joint = {key: together for key, (_, together) in purchases.orders.items() if together}
    return Plan(dict(deployed), orders, joint, dict(purchases.expansions))


def differ(truth: Fraction | None, claim: float | None) -> bool:
    """Whether two values are not the same; None stands for no plan."""
    if truth is None or claim is None:
        return truth is not None or claim is not None
    return abs(float(truth) - claim) > 2e-6 * max(1.0, abs(float(truth)))
