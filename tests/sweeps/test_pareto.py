"""The front, against plans few enough to compare each with each."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest

import allocator
from allocator.model import Model
from allocator.sweeps.design.front import Pareto, pareto, rounded_up
from allocator.sweeps.design.parts import Point
from allocator.sweeps.run.row import Row
from tests.present import present
from tests.sweeps.asking import ask, row
from tests.toys import model, toy


def solver(plans: list[dict[str, float]]) -> Callable[[Point], Row]:
    """Lexicographic minimum over plans, as overrides of the model ask for it."""

    def answer(point: Point) -> Row:
        chosen = Model().override(*point.overrides)
        left = [plan for plan in plans if all(plan[name] <= most for name, most in chosen.limits.items())]
        if not left:
            return row(point, status="infeasible")
        return row(point, values=min(left, key=lambda plan: [plan[name] for name in chosen.objectives]))

    return answer


def nondominated(plans: list[dict[str, float]], names: Sequence[str]) -> list[tuple[float, ...]]:
    values = {tuple(plan[name] for name in names) for plan in plans}
    return sorted(
        v for v in values if not any(w != v and all(a <= b for a, b in zip(w, v, strict=True)) for w in values)
    )


def plans(seed: int, count: int = 60) -> list[dict[str, float]]:
    generator = random.Random(seed)
    return [
        {
            "gap": generator.randrange(21) / 20,
            "risk": float(generator.randrange(5)),
            "cost": float(generator.randrange(21)),
            "burden": generator.randrange(21) / 10,
        }
        for _ in range(count)
    ]


def values(part: Any, rows: Sequence[Row]) -> list[tuple[float, ...]]:
    return [tuple(r.values[name] for name in part.objectives) for r in part.front(rows)]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("names", [("gap", "cost"), ("cost", "gap"), ("burden", "gap")])
def test_two_objectives_at_full_resolution(seed: int, names: tuple[str, str]) -> None:
    """Every value that an objective takes has a ceiling, so nothing may be missed."""
    some = plans(seed)
    part = pareto(toy(), model(), names, 21 * 20 + 1)
    rows, sizes = ask(part, solver(some))
    assert values(part, rows) == nondominated(some, names)
    assert sizes[0] == 2


@pytest.mark.parametrize("seed", range(4))
def test_three_objectives(seed: int) -> None:
    """What comes is efficient; no plan of the grid's resolution is missed within the payoff table."""
    some, names = plans(seed), ("gap", "cost", "burden")
    part = pareto(toy(), model(), names, 31)
    rows, sizes = ask(part, solver(some))
    found, true = values(part, rows), nondominated(some, names)
    assert set(found) <= set(true)
    corners = [present(r.values) for r in rows[:6]]
    steps = [(max(c[n] for c in corners) - min(c[n] for c in corners)) / 30 for n in names[1:]]
    for v in true:
        near = [w for w in found if w[0] <= v[0] and all(w[i + 1] <= v[i + 1] + steps[i] + 1e-6 for i in (0, 1))]
        inside = all(v[i + 1] <= max(c[n] for c in corners) for i, n in enumerate(names[1:]))
        assert near or not inside
    assert sizes[0] == 6


def test_the_points() -> None:
    """Gap 0 costs 100 and gap 1 costs nothing, and every tenth between."""
    line = [{"gap": k / 10, "cost": 100.0 - 10 * k, "risk": 0.0, "burden": 0.0} for k in range(11)]
    part = pareto(toy(), Model(objectives=("gap", "burden", "cost")), ["gap", "cost"], 5)
    rows, _ = ask(part, solver(line))
    assert [r.point.overrides for r in rows] == [
        ("model.objectives=gap,cost,burden",),
        ("model.objectives=cost,gap,burden",),
        ("model.objectives=gap,cost,burden", "model.limits=cost<=25"),
        ("model.objectives=gap,cost,burden", "model.limits=cost<=50"),
        ("model.objectives=gap,cost,burden", "model.limits=cost<=75"),
    ]
    assert [tuple(r.point.inputs.values()) for r in rows] == [
        ("gap,cost", None), ("cost,gap", None), ("gap,cost", 25.0), ("gap,cost", 50.0), ("gap,cost", 75.0),
    ]  # fmt: skip
    assert values(part, rows) == [(0.0, 100.0), (0.3, 70.0), (0.5, 50.0), (0.8, 20.0), (1.0, 0.0)]
    assert (part.size, part.title) == (5, "front of gap and cost: at most 5 points")
    assert pareto(toy(), model(), ["gap", "risk", "cost"], 3).title == "front of gap, risk and cost: at most 14 points"


def test_limits_and_tolerance_of_the_model() -> None:
    base = Model(limits={"risk": 3.0, "cost": 40.0}, tolerance=0.1)
    part = pareto(toy(), base, ["gap", "cost"], 4)
    assert part._point(("gap", "cost"), {"cost": 60.0}).overrides == (
        "model.objectives=gap,cost,risk,burden", "model.limits=risk<=3,cost<=40", "model.tolerance=0",
    )  # fmt: skip
    assert base.override(*part._point(("cost", "gap"), {}).overrides).limits == base.limits


def test_nothing_to_trade() -> None:
    one = [{"gap": 0.5, "cost": 10.0, "risk": 0.0, "burden": 0.0}]
    rows, sizes = ask(pareto(toy(), model(), ["gap", "cost"]), solver(one))
    assert (sizes, len(rows)) == ([2], 2)
    assert ask(pareto(toy(), model(), ["gap", "cost", "burden"]), solver([]))[1] == [6]


class TestFront:
    part = Pareto(("gap", "cost"))

    def front(self, *pairs: tuple[float, float]) -> list[tuple[float, float]]:
        rows = [row(Point({}), values={"gap": gap, "cost": cost}) for gap, cost in pairs]
        rows.append(row(Point({}), status="infeasible"))
        return [(present(r.values)["gap"], present(r.values)["cost"]) for r in self.part.front(rows)]

    def test_what_is_beaten_goes(self) -> None:
        assert self.front((0.5, 10.0), (0.4, 12.0), (0.5, 11.0), (0.6, 10.0)) == [(0.4, 12.0), (0.5, 10.0)]

    def test_what_only_the_tolerance_of_a_stage_divides_goes(self) -> None:
        assert self.front((0.5, 10.0), (0.5 + 5e-7, 9.0)) == [(0.5 + 5e-7, 9.0)]
        assert self.front((0.5, 10.0), (0.5, 10.0), (0.50001, 9.9999)) == [(0.5, 10.0)]

    def test_a_fine_front_does_not_melt(self) -> None:
        """Neighbours closer than what a solve proves are thinned out, never all of them."""
        fine = self.front(*((0.5 * (1 + k * 6e-5), 10 * (1 - k * 6e-5)) for k in range(100)))
        assert len(fine) == 50
        steep = [(0.5 * (1 + k * 6e-5), 10.0 - 0.1 * k) for k in range(90)]
        assert self.front(*steep) == steep


def test_ceilings_are_rounded_up() -> None:
    generator = random.Random(0)
    for number in [0.0, 0.1, 100.0, 1 / 3, 2 / 3e6, 3e-12, *(generator.random() * 10**k for k in range(-9, 9))]:
        up = rounded_up(number)
        assert number <= up <= number * (1 + 2e-8) + 1e-9
        assert len(Decimal(repr(up)).as_tuple().digits) <= 11
    assert (rounded_up(0.1), rounded_up(-1e-15), rounded_up(3e-12)) == (0.1, 0.0, 1e-9)


def test_faults() -> None:
    with pytest.raises(allocator.BadInput) as caught:
        pareto(toy(), model(), ["gap", "cst", "gap", "risk"], 1)
    assert [str(fault) for fault in caught.value.faults] == [
        '--pareto gap,cst,gap,risk: found "cst"; expected one of gap, risk, cost, burden, worst_period, turnover, '
        "imbalance (did you mean cost?)",
        "--pareto gap,cst,gap,risk: found gap a second time; expected each objective once",
        "--pareto gap,cst,gap,risk: found 4 objectives; expected two or three",
        "--pareto gap,cst,gap,risk: found steps 1; expected at least 2, the best and the worst value",
    ]
    with pytest.raises(allocator.BadInput, match="burden, which is 0 everywhere; expected a nation with a gdp"):
        pareto(toy(nations=[{"nation": "AAA"}]), model(), ["gap", "burden"])
    with pytest.raises(allocator.BadInput, match="imbalance, which is 0 everywhere; expected a nation with a gdp"):
        pareto(toy(nations=[{"nation": "AAA"}]), model(), ["gap", "imbalance"])


def test_permutations_span_the_payoff_table() -> None:
    part = Pareto(("gap", "risk", "cost"), 3)
    first = next(part.rounds())
    assert [point.inputs["minimise"] for point in first] == [
        ",".join(order) for order in itertools.permutations(("gap", "risk", "cost"))
    ]
