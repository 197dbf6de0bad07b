"""Samples and their indices, against functions whose indices are known."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy
import pytest

import allocator
from allocator.sweeps.design.figures import Figure
from allocator.sweeps.design.file import Sampling
from allocator.sweeps.design.parts import Part, Point
from allocator.sweeps.design.sample import sample, scaled
from allocator.sweeps.run.row import Row
from tests.present import present
from tests.sweeps.asking import ask, points, row
from tests.toys import pools, toy, willing

NATIONS = ("AAA", "BBB", "CCC")


def instance() -> allocator.Instance:
    """Three uncertain ceilings, each from 0 to 2."""
    return toy(
        nations=[
            {"nation": n, "troop_ceiling": 1.0, "troop_ceiling_low": 0.0, "troop_ceiling_high": 2.0} for n in NATIONS
        ],
        forces=pools(1, *NATIONS),
        willingness=willing(*NATIONS),
    )


def answered(part: Part, function: Callable[..., float]) -> list[Row]:
    return ask(part, lambda point: row(point, coverage=function(*point.inputs.values()), cost=1.0))[0]


def ishigami(*values: float) -> float:
    a, b, c = (math.pi * (value - 1) for value in values)
    return math.sin(a) + 7 * math.sin(b) ** 2 + 0.1 * c**4 * math.sin(a)


def by_figure(indices: Iterable[Mapping[str, Any]], output: str = "coverage") -> dict[str, Mapping[str, Any]]:
    return {entry["figure"][15:18]: entry for entry in indices if entry["output"] == output}


def test_sobol_indices_of_ishigami() -> None:
    """Ishigami and Homma (1990): first-order 0.314, 0.442, 0; total 0.558, 0.442, 0.244."""
    part = sample(instance(), 1024, "sobol", seed=1)
    assert (part.size, part.kind) == (1024 * 5, "sobol")
    indices = by_figure(part.indices(answered(part, ishigami), ["coverage"]))
    assert list(indices) == ["AAA", "BBB", "CCC"]  # the strongest first
    for nation, first, total in (("AAA", 0.314, 0.558), ("BBB", 0.442, 0.442), ("CCC", 0.0, 0.244)):
        assert indices[nation]["first"] == pytest.approx(first, abs=0.05)
        assert indices[nation]["total"] == pytest.approx(total, abs=0.05)
        assert 0 < indices[nation]["total_conf"] < 0.15


def test_morris_effects_of_a_sum() -> None:
    """Of 3a + b + 2 the effects over the ranges of width 2 are 6, 2 and 0, everywhere the same."""
    part = sample(instance(), 10, "morris", seed=1)
    assert part.size == 10 * 4
    indices = by_figure(part.indices(answered(part, lambda a, b, c: 3 * a + b + 2), ["coverage"]))
    assert [indices[n]["mu_star"] for n in NATIONS] == pytest.approx([6, 2, 0], abs=1e-6)
    assert [indices[n]["sigma"] for n in NATIONS] == pytest.approx([0, 0, 0], abs=1e-6)
    mixed = by_figure(part.indices(answered(part, lambda a, b, c: a * b), ["coverage"]))
    assert mixed["AAA"]["sigma"] > 0.1


def pool(low: int, high: int, nation: str = "AAA") -> dict[str, Any]:
    """A pool of which as many units are uncertain."""
    return {"nation": nation, "unit_type": "bn", "units": low, "units_low": low, "units_high": high}


def whole(*ranges: tuple[int, int]) -> allocator.Instance:
    nations = NATIONS[: len(ranges)]
    return toy(
        nations=[{"nation": n} for n in nations],
        requirements=[{"task": "hold", "capability": "inf", "quantity": 100.0}],
        forces=[{**pool(*ends), "nation": n} for ends, n in zip(ranges, nations, strict=True)],
        willingness=willing(*nations),
    )


@pytest.mark.parametrize("n", [2, 10])
def test_morris_effects_of_a_whole_number_over_a_range_of_one(n: int) -> None:
    """Coverage is a hundredth for each battalion: 0.01 over the range from 9 to 10, in a sweep that is solved."""
    design = allocator.Design(sample=Sampling(n, "morris"))
    with allocator.sweep(whole((9, 10)), design, workers=0) as sweep:
        (indices,) = [r for r in sweep.to_dict()["answers"][0]["result"]["indices"] if r["output"] == "coverage"]
    assert (indices["mu_star"], indices["mu"], indices["sigma"]) == pytest.approx((0.01, 0.01, 0.0), abs=1e-12)
    assert indices["mu_star_conf"] == pytest.approx(0.0, abs=1e-12)
    assert (indices["effects"], indices["unmoved"]) == (n, 0)


@pytest.mark.parametrize("ends", [(0, 1), (0, 2), (3, 6), (2, 12), (0, 101)])
def test_morris_effects_of_whole_numbers_of_a_line_are_its_slope(ends: tuple[int, int]) -> None:
    """Of 0.01 a + 0.03 b over ranges of r and 40: 0.01 r and 1.2; sigma is 0 on every line."""
    part = sample(whole(ends, (0, 40)), 12, "morris", seed=2)
    indices = part.indices(answered(part, lambda a, b: 0.01 * a + 0.03 * b), ["coverage"])
    by_name = {entry["figure"][14:17]: entry for entry in indices}
    assert by_name["AAA"]["mu_star"] == pytest.approx(0.01 * (ends[1] - ends[0]), abs=1e-12)
    assert by_name["BBB"]["mu_star"] == pytest.approx(1.2, abs=1e-12)
    assert all(entry["sigma"] == pytest.approx(0, abs=1e-12) for entry in indices)


def test_the_ranking_is_that_of_the_slopes() -> None:
    """A range of one counted for half as much again, and so came before a wider one that moves more."""
    part = sample(whole((0, 1), (0, 101)), 10, "morris")
    indices = part.indices(answered(part, lambda a, b: 0.10 * a + 0.12 / 101 * b), ["coverage"])
    assert [entry["figure"][14:17] for entry in indices] == ["BBB", "AAA"]
    assert [entry["mu_star"] for entry in indices] == pytest.approx([0.12, 0.10], abs=1e-12)


def test_steps_that_rounding_made_nothing_are_left_out_and_counted() -> None:
    """Of ten digits nine are drawn, so that the ceiling stays; the other figure has its effect of 1 over the range."""
    ends = [1e9, 1e9 + 0.2]
    case = toy(
        nations=[
            {"nation": "AAA", "troop_ceiling": ends[0], "troop_ceiling_low": ends[0], "troop_ceiling_high": ends[1]}
        ],
        forces=[pool(0, 10)],
    )
    part = sample(case, 6, "morris")
    indices = part.indices(answered(part, lambda a, b: b / 10), ["coverage"])
    moving, still = indices
    assert (moving["mu_star"], moving["effects"], moving["unmoved"]) == (pytest.approx(1.0), 6, 0)
    assert (still["mu_star"], still["sigma"], still["effects"]) == (None, None, 0)
    assert still["unmoved"] == 6


def test_morris_is_salib_s_where_nothing_is_rounded() -> None:
    from SALib.analyze import morris

    part = sample(instance(), 20, "morris", seed=5)
    rows = answered(part, ishigami)
    indices = by_figure(part.indices(rows, ["coverage"]))
    problem = {"num_vars": 3, "names": list(NATIONS), "bounds": [[0.0, 1.0]] * 3}
    output = numpy.array([present(each.measures)["coverage"] for each in rows])
    seeded = numpy.random.default_rng(5)
    theirs = morris.analyze(problem, part.unit, output, num_resamples=1000, num_levels=4, seed=seeded)
    for at, nation in enumerate(NATIONS):
        for name in ("mu_star", "mu_star_conf", "mu", "sigma"):
            noise = 0.15 if name == "mu_star_conf" else 1e-6  # of two bootstraps
            assert indices[nation][name] == pytest.approx(float(theirs[name][at]), rel=noise, abs=1e-6), (nation, name)


def test_sobol_indices_of_whole_numbers() -> None:
    """Of a + b with a in {0, 1} and b in {0, 1, 2} the variances are 1/4 and 2/3: shares 3/11 and 8/11."""
    part = sample(whole((0, 1), (0, 2)), 512, "sobol", seed=1)
    indices = {e["figure"][14:17]: e for e in part.indices(answered(part, lambda a, b: a + b), ["coverage"])}
    for nation, share in (("AAA", 3 / 11), ("BBB", 8 / 11)):
        assert indices[nation]["total"] == pytest.approx(share, abs=0.03)
        assert indices[nation]["first"] == pytest.approx(share, abs=0.05)


def test_rank_correlations_are_of_the_values_that_are_taken() -> None:
    """What is a rising function of a whole number has a rank correlation of 1, whatever was rounded."""
    part = sample(whole((9, 10), (0, 40)), 50, "lhs")
    indices = {e["figure"][14:17]: e for e in part.indices(answered(part, lambda a, b: a), ["coverage"])}
    assert indices["AAA"]["rank_correlation"] == pytest.approx(1.0)
    assert abs(indices["BBB"]["rank_correlation"]) < 0.3


def test_rank_correlations_of_a_hypercube() -> None:
    part = sample(instance(), 200, "lhs", seed=3)
    for column in part.unit.T:  # one value in each of 200 slices
        assert sorted(int(200 * share) for share in column) == list(range(200))
    indices = by_figure(part.indices(answered(part, lambda a, b, c: math.exp(3 * a) - 0.01 * b), ["coverage"]))
    assert indices["AAA"]["rank_correlation"] == pytest.approx(1, abs=0.01)
    assert indices["CCC"]["low"] < 0 < indices["CCC"]["high"]
    assert indices["CCC"]["high"] - indices["CCC"]["low"] == pytest.approx(2 * 1.96 / math.sqrt(197), rel=0.05)
    assert (indices["AAA"]["points"], indices["AAA"]["without_plan"]) == (200, 0)
    falling = by_figure(part.indices(answered(part, lambda a, b, c: -b), ["coverage"]))["BBB"]
    assert (falling["rank_correlation"], falling["low"]) == pytest.approx((-1, -1))


@pytest.mark.parametrize("method", ["lhs", "sobol", "morris"])
def test_an_output_that_does_not_vary_has_no_indices(method: str) -> None:
    part = sample(instance(), 8, method)
    indices = part.indices(answered(part, lambda a, b, c: a), ["coverage", "cost"])
    assert len(indices) == 6
    (first, *_) = [
        value for name, value in by_figure(indices, "cost")["AAA"].items() if name not in ("output", "figure")
    ]
    assert first is None


def test_points_without_a_plan() -> None:
    def answer(point: Point) -> Row:
        value = next(iter(point.inputs.values()))
        return row(point, coverage=value) if value > 0.5 else row(point, status="infeasible")

    part = sample(instance(), 40, "lhs")
    indices = part.indices(ask(part, answer)[0], ["coverage"])
    assert (indices[0]["points"], indices[0]["without_plan"]) == (30, 10)
    part = sample(instance(), 8, "sobol")
    with pytest.raises(allocator.BadUsage, match=r"sobol indices need a plan at every point; \d+ of 40 have none"):
        part.indices(ask(part, answer)[0], ["coverage"])


def test_rows_and_measures_that_do_not_fit() -> None:
    part = sample(instance(), 4)
    rows = answered(part, lambda a, b, c: a)
    with pytest.raises(allocator.BadUsage, match=r"3 rows, expected 4"):
        part.indices(rows[:3])
    with pytest.raises(allocator.BadUsage, match=r"no measure coverge at every point \(did you mean coverage\?\)"):
        part.indices(rows, ["coverge"])


def test_values_lie_in_their_ranges_and_can_be_set() -> None:
    force = allocator.read("reassurance-force")
    for method, n in (("lhs", 5), ("sobol", 2), ("morris", 2)):
        part = sample(force, n, method, ["forces[nation=EST].units", "budgets.amount"], seed=7)
        for point in points(part):
            force.override(*point.overrides)
            for figure, value in zip(part.figures, point.inputs.values(), strict=True):
                assert figure.low <= value <= figure.high
                assert isinstance(value, int) == figure.whole


def test_every_whole_number_of_a_range_is_as_likely() -> None:
    figure = Figure("k", "forces", "units", 3, 2, 4, True)
    assert Counter(scaled(figure, (i + 0.5) / 300) for i in range(300)) == {2: 100, 3: 100, 4: 100}
    assert (scaled(figure, 0.0), scaled(figure, 1.0)) == (2, 4)
    number = Figure("k", "budgets", "amount", 0.1, 0.1, 0.7, False)
    assert (scaled(number, 0.0), scaled(number, 1 / 3), scaled(number, 1.0)) == (0.1, 0.3, 0.7)


@pytest.mark.parametrize("method", ["lhs", "sobol", "morris"])
def test_the_seed_settles_design_and_indices(method: str) -> None:
    one, same, other = (sample(instance(), 8, method, seed=seed) for seed in (0, 0, 1))
    assert points(one) == points(same)
    assert points(one) != points(other)
    assert one.indices(answered(one, ishigami)) == same.indices(answered(same, ishigami))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((6, "sobol"), "a sobol sample of 6, expected a power of two, such as 4 or 8"),
        ((8, "sobl"), "method 'sobl', expected one of lhs, sobol, morris (did you mean sobol?)"),
        ((1, "lhs"), "a sample of 1, expected at least 2"),
        ((4, "lhs", (), -1), "a seed of -1, expected at least 0"),
        ((2**30, "sobol"), "a sample of 5,368,709,120 points, expected at most 1,000,000"),
    ],
)
def test_bad_usage(arguments: tuple[Any, ...], text: str) -> None:
    with pytest.raises(allocator.BadUsage) as caught:
        sample(instance(), *arguments)
    assert str(caught.value) == text


def test_without_salib(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = allocator.BadUsage

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("allocator.sweeps.design.sample.importlib.import_module", missing)
    with pytest.raises(usage, match=r'pip install ".\[sample\]"'):
        sample(instance(), 4)


def test_nothing_uncertain() -> None:
    with pytest.raises(allocator.BadInput, match="--sample: found no figure with a range in toy"):
        sample(toy(), 4)
