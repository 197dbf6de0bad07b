"""The rows of what pools deploy in all periods together: worked by hand, and against what windows allow."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest

from allocator.solving.heuristics.rounds import ROUND, WINDOWS, with_rounds
from allocator.solving.highs import Resident
from benchmarks.build_up import build_up
from benchmarks.generate import made
from tests.searching import GAP, Case


@pytest.fixture(scope="module")
def case() -> Case:
    return Case(made(random.Random("rounds"), "rounds", (6, 5, 3, 4), False), GAP)


@pytest.mark.parametrize(("ratio", "pool", "most"), [(3, 1, 1), (3, 2, 2), (3, 4, 5), (2, 1, 2)])
def test_most_in_all_periods_together(ratio: int, pool: int, most: int) -> None:
    """Four periods in a circle: floor(4 * pool / ratio) can deploy, and no more."""
    found = max(
        sum(units)
        for units in product(range(pool + 1), repeat=4)
        if all(sum(units[(t + k) % 4] for k in range(ratio)) <= pool for t in range(4))
    )
    assert found == most == 4 * pool // ratio


def test_rows(case: Case) -> None:
    """Each row counts every deployment of its pool once; its limit is the windows' sum over their number, rounded."""
    matrix = with_rounds(case.resident.matrix)
    first = len(case.resident.matrix.rows)
    assert len(matrix.rows) > first
    for row in range(first, len(matrix.rows)):
        name, pool = matrix.row_keys[row]
        used = matrix.index[matrix.start[row] : matrix.start[row + 1]]
        windows = [at for at, (kind, key) in enumerate(matrix.row_keys) if kind == WINDOWS and key[:2] == pool]
        ratio = case.problem.pools.ratio[pool[1]]
        deployed = {key for kind, key in matrix.column_keys if kind == "deploy" and key[:2] == pool}
        assert name == ROUND
        assert len(windows) == 4  # one that ends in each period
        assert {matrix.column_keys[column][1] for column in used} == deployed
        assert matrix.row_upper[row] == matrix.row_upper[windows].sum() // ratio
        assert matrix.row_upper[row] < matrix.row_upper[windows].sum() / ratio


def test_same_plans_and_a_better_bound(case: Case) -> None:
    """The optimum stays, and the bound of the relaxation rises towards it."""
    tight = Resident(with_rounds(case.resident.matrix), case.resident.options)
    tight.minimise("gap")
    before, after = case.relax(), case.relax(part=tight)
    assert before is not None
    assert after is not None
    optimum = case.resident.run(mip_rel_gap=1e-6).bound
    assert before.bound + 1e-4 < after.bound <= optimum + 1e-9
    assert tight.run(mip_rel_gap=1e-6).bound == pytest.approx(optimum, abs=1e-6)


def test_pools_that_orders_fill_have_none() -> None:
    """Their windows do not count every column equally often."""
    matrix = Case(build_up(1, nations=4, types=3, tasks=2, years=3)).resident.matrix
    assert len(with_rounds(matrix).rows) == len(matrix.rows)
    assert (with_rounds(matrix).value == matrix.value).all()
    assert np.array_equal(with_rounds(matrix).start, matrix.start)
