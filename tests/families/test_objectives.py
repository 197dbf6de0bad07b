"""The four objectives and their order, worked out by hand."""

from __future__ import annotations

import pytest

import allocator
from tests.families.test_families import values
from tests.toys import model, pools, sent, toy, willing


class TestObjectives:
    def test_all_four_by_hand(self):
        instance = toy(
            unit_types=[{"unit_type": "bn", "rotation_cost": 2.0, "common_share": 0.25}],
            willingness=willing("AAA", at=0.6),
        )
        found = values(instance)
        # four units: 0.4 x 400 people x 6 months = 0.96 thousand; 4 x 8; own 24 in half a year of 1000
        assert found == pytest.approx({"gap": 0.0, "risk": 0.96, "cost": 32.0, "burden": 48.0})

    def test_later_objectives_only_choose_among_the_best(self):
        instance = toy(
            nations=[{"nation": "AAA", "gdp": 1000.0}, {"nation": "BBB", "gdp": 4000.0}],
            forces=pools(4, "AAA", "BBB"),
            willingness=willing("AAA", "BBB"),
        )
        plan = allocator.solve(instance, model(objectives=("gap", "burden")), gap=0.0)
        # one from A weighs as much as four from B: 0.012 x units against 0.003 x units
        assert sent(plan) == {("BBB", "bn", "hold", 1): 4} or plan.value("burden") == pytest.approx(12.0)
        assert plan.value("burden") == pytest.approx(12.0)

    def test_tolerance_lets_later_objectives_give_up_some(self):
        instance = toy(forces=pools(3, "AAA"))
        strict = allocator.solve(instance, model(objectives=("gap", "cost")), gap=0.0)
        loose = allocator.solve(instance, model(objectives=("gap", "cost"), tolerance=1.0), gap=0.0)
        assert (strict.value("gap"), strict.value("cost")) == (0.25, 18.0)
        assert (loose.value("gap"), loose.value("cost")) == (0.5, 12.0)
