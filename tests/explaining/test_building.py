"""A stop while a model of an explanation is built: it is raised, and nothing of Pyomo's is printed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pyomo.core as pyo
import pytest

from allocator.explaining.aimed import built
from allocator.explaining.bench import Bench
from allocator.explaining.switches import Switches
from allocator.hedging import two_stage
from allocator.model import Model
from allocator.problem import Problem
from allocator.statistics import Taste
from allocator.stopping import DeadlinePassed, Watch
from tests.toys import toy


def stopped(m: Any, problem: Problem) -> None:
    """Adds a rule in the middle of which the time is over."""

    def rule(m: Any) -> Any:
        raise DeadlinePassed

    m.never = pyo.Constraint(rule=rule)


def test_nothing_is_printed(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    instance, model = toy(), Model()
    with pytest.raises(DeadlinePassed):
        built(Problem(instance, model), ["gap"], stopped)
    with pytest.raises(DeadlinePassed):
        Switches(Bench(1e-4, None, 1, 0, Watch()), instance, model, {}, stopped)
    monkeypatch.setattr(two_stage, "_limits", stopped)
    with pytest.raises(DeadlinePassed):
        two_stage.two_stage(instance, model, [], Taste(Fraction(1, 2), Fraction(1, 10)), alone=False)
    assert caplog.records == []
