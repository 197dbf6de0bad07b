"""The search for a plan that buys, and the staircase of what orders make usable."""

from __future__ import annotations

import threading
from fractions import Fraction
from math import floor

import numpy as np
import pytest

import allocator
from allocator.audit import check_deployments
from allocator.families.rotation import STEPS, staircase
from allocator.plan.values import objective_values
from allocator.problem import Problem
from allocator.purchases import Decided, Purchases, bought
from allocator.solving.heuristics.buying import filled
from allocator.solving.heuristics.filling import first_plan
from benchmarks.build_up import build_up
from tests.searching import BUILD, Case


class TestStaircase:
    @pytest.mark.parametrize("usable", [Fraction(0), Fraction(1, 2), Fraction(6, 5), Fraction(17, 10), Fraction(5)])
    @pytest.mark.parametrize("available", [Fraction(0), Fraction(1, 2), Fraction(3, 5), Fraction(7, 10), Fraction(1)])
    @pytest.mark.parametrize("most", [0, 1, 5, 11])
    def test_same_whole_numbers(self, usable: Fraction, available: Fraction, most: int) -> None:
        """Every whole point is allowed exactly if the straight line allows it, and each edge touches two steps."""
        edges = staircase(usable, available, most)
        for o in range(most + 1):
            for x in range(20):
                allowed = all(a * x <= c + b * o for a, b, c in edges)
                assert allowed == (x <= usable + available * o)
        for a, b, c in edges:
            assert all(part.denominator == 1 for part in (a, b, c))
            touched = [o for o in range(most + 1) if a * floor(usable + available * o) == c + b * o]
            assert len(touched) >= min(2, most + 1)

    def test_tighter_than_the_line(self) -> None:
        """Of 1.2 units only one can deploy; from two orders at 0.4 each there are two, so x <= 1 + o / 2."""
        assert staircase(Fraction(6, 5), Fraction(2, 5), 2) == [(Fraction(2), Fraction(1), Fraction(2))]

    def test_many_orders(self) -> None:
        """Beyond so many orders the line itself is used."""
        half = Fraction(1, 2)
        assert staircase(half, half, STEPS + 1) == [(Fraction(1), half, half)]


class TestFilledAtOnce:
    """``toy-build`` by hand: Alpha orders 2 and 1, Bravo 2, and 11 of 24 unit-periods are missing."""

    @pytest.mark.parametrize(
        ("alpha", "missing"), [(2, 11), (3, 12)], ids=["the best orders", "no money is left for the first period"]
    )
    def test_given_orders_leave_money_and_units(self, alpha: int, missing: int) -> None:
        """With 3 orders of Alpha in period 1, 0 + 1 + 4 + 4 batteries cost it 0, 24, 96 and 96 besides.

        Of these it can pay 0, 1, 3 and 4 in its periods of 90, 140, 170 and 130.
        """
        problem = Problem(allocator.read("toy-build"), allocator.load_model("build"))
        orders = {("AAA", "battery", 1): (alpha, 0), ("BBB", "battery", 2): (2, 0)}
        orders |= {("AAA", "battery", 2): (1, 0)} if alpha == 2 else {}
        plan = first_plan(problem, Purchases(orders))
        assert plan is not None
        assert plan.purchases.orders == orders
        assert objective_values(problem, plan)["gap"] == Fraction(missing, 24)

    def test_more_orders_than_money_are_no_plan(self) -> None:
        problem = Problem(allocator.read("toy-build"), allocator.load_model("build"))
        assert first_plan(problem, Purchases({("AAA", "battery", 1): (4, 0)})) is None

    def test_the_whole_parts_of_the_relaxation(self, case: Case) -> None:
        """The plan buys; it is better than the one that buys nothing, or it is not taken."""
        relaxed = case.relax()
        assert relaxed is not None
        nothing = case.search(Decided())
        plan = filled(nothing, relaxed)
        assert bought(plan)
        assert plan is nothing.best()
        assert case.check(plan) == []
        better = case.search(plan)
        assert filled(better, relaxed) is None or case.gap(better.best()) <= case.gap(plan)

    def test_expansions_keep_up(self) -> None:
        """Expansions of 0.4, 0.4 and 0.4 are 1, 0 and 1: whole ones that are never behind, and one more at the most."""
        case = Case(build_up(1, nations=4, types=3, tasks=2, years=3))
        expand = [(column, u, k) for column, u, k in case.points._orders._expand]
        unit = expand[0][1]
        point = np.zeros(len(case.resident.matrix.columns))
        for column, u, _ in expand:
            point[column] = 0.4 if u == unit else 0.0
        made = {k: count for (u, k), count in case.points.bought(point).expansions.items() if u == unit}
        periods = sorted(k for _, u, k in expand if u == unit)
        for last in periods:
            share = 0.4 * len([k for k in periods if k <= last])
            assert share <= sum(count for k, count in made.items() if k <= last) + 1e-4 < share + 1


@pytest.fixture(scope="module", params=[1, 2, 3])
def case(request: pytest.FixtureRequest) -> Case:
    return Case(build_up(request.param, nations=6, types=5, tasks=3, years=4))


class TestBuying:
    def test_better_than_without(self, case: Case) -> None:
        """The plan passes the exact check, buys, and has a smaller gap than the optimum without purchases."""
        obj = case.problem.instance
        families = tuple(name for name in BUILD.families if name not in ("acquisition", "industry", "joint_purchase"))
        without = allocator.solve(obj, allocator.Model(objectives=("gap",), families=families))
        assert case.buy(first_plan(case.problem))
        plan = case.plans[-1]
        assert not check_deployments(obj, BUILD, plan, bought(plan))
        assert bought(plan)
        assert case.gap(plan) < without.rows("objectives")[0]["value"]

    def test_close_to_the_optimum(self, case: Case) -> None:
        """Within a tenth of what is proved, and never below it; the model has its own bounds again."""
        case.buy(first_plan(case.problem))
        optimum = case.resident.run(mip_rel_gap=0.05)
        assert optimum.bound <= case.gap(case.plans[-1]) + 1e-9
        assert case.gap(case.plans[-1]) <= 1.1 * optimum.bound

    def test_same_plan_again(self, case: Case) -> None:
        """The same model, start and seed give the same plan."""
        plans = []
        for _ in range(2):
            fresh = Case(case.problem.instance.to_dict())
            fresh.search(first_plan(fresh.problem))
            plans.append(fresh.plans[-1])
        assert plans[0] == plans[1]

    def test_never_worse(self, case: Case) -> None:
        """From a plan that buys, the search gives one that is no worse."""
        case.buy(first_plan(case.problem))
        best = case.plans[-1]
        case.search(best)
        assert case.gap(case.plans[-1]) <= case.gap(best)

    def test_without_a_plan(self, case: Case) -> None:
        """A plan is found without one to start from."""
        assert case.search(None)

    def test_whole_orders(self, case: Case) -> None:
        """Whole parts of orders keep to the least order and the number of nations that buy together."""
        relaxed = case.resident.relaxation(None, threading.Event(), None, None, "corner")
        assert relaxed is not None
        point = relaxed.point.copy()
        point[case.points.ordered] = case.points.floored(relaxed.point)
        point[case.points.columns] = 0.0
        purchases = bought(case.points.deployed(point))
        pools = case.problem.pools
        for (n, u, _), (units, _) in purchases.orders.items():
            assert units >= pools.programmes[n, u].min_order
        for u, k in {(u, k) for (_, u, k), (_, joint) in purchases.orders.items() if joint}:
            with_it = [n for (n, v, m), (_, joint) in purchases.orders.items() if (v, m) == (u, k) and joint]
            assert len(with_it) >= pools.joint[u].min_nations
        assert isinstance(case.points.deployed(point), Decided)
