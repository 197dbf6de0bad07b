"""The manifest of a plan: whole, made once, from one reading of the problem."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator.api import choose
from allocator.audit import Violation
from allocator.plan.manifest import Origin
from allocator.plan.plan import Plan
from allocator.problem import Problem
from allocator.solving.solver import Solver
from tests.toys import Row, toy

COMMON = {
    "instance", "model", "options", "overrides", "case", "coalition", "sha256", "path", "versions", "status",
    "stopped_by", "times",
}  # fmt: skip
SOURCES = [{"source": "assumption", "title": "Assumed"}]


def count(monkeypatch: pytest.MonkeyPatch, kind: type, made: list[Any]) -> None:
    """Note what each new object of the kind is made from."""
    before: Callable[..., None] = kind.__init__  # type: ignore[misc]

    def noted(self: Any, *given: Any) -> None:
        made.append(given)
        before(self, *given)

    monkeypatch.setattr(kind, "__init__", noted)


def test_solve_and_hedge_have_the_same_entries() -> None:
    chosen: dict[str, Any] = {"overrides": ["forces.units=3"], "case": "low", "coalition": "AAA"}
    plan, hedge = allocator.solve(toy(), **chosen), allocator.hedge(toy(), **chosen)
    assert set(plan.manifest) == COMMON | {"stages", "assumptions"}
    assert set(hedge.manifest) == COMMON
    for made in (plan.manifest, hedge.manifest):
        assert {key: made[key] for key in chosen} == chosen
        assert made["sha256"] == plan.instance.sha256
    assert plan.manifest["versions"] == hedge.manifest["versions"]


def test_a_solve_without_an_origin_has_no_hash_to_compute() -> None:
    instance, model = choose(toy())
    made = Solver().solve(instance, model).manifest
    assert set(made) == COMMON - {"overrides", "case", "coalition", "sha256", "path"} | {"stages"}
    assert set(Solver().solve(instance, model, origin=Origin()).manifest) == COMMON | {"stages", "assumptions"}


def test_the_path_is_that_of_an_instance_of_one_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it was named; a bundled instance has its name, and one made in memory has none."""
    allocator.write(toy(), tmp_path / "mine.json")
    monkeypatch.chdir(tmp_path)
    for named, path in (("mine.json", "mine.json"), (tmp_path / "mine.json", str(tmp_path / "mine.json"))):
        assert allocator.solve(named, overrides=["forces.units=3"]).manifest["path"] == path
    assert allocator.solve("toy-rotation").manifest["path"] is None
    assert allocator.solve(toy()).manifest["path"] is None


def test_a_problem_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Any] = []
    count(monkeypatch, Problem, read)
    plan = allocator.solve(toy(sources=SOURCES, forces=[{"nation": "AAA", "unit_type": "bn", "units": 2}]))
    assert plan.manifest["assumptions"]["coverage_share"] == 0.0
    assert len(read) == 1


def test_a_plan_is_made_once_with_its_whole_manifest(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    count(monkeypatch, Plan, made)
    allocator.solve(toy())
    assert [set(given[4]) for given in made] == [COMMON | {"stages", "assumptions"}]


@pytest.mark.parametrize("sources", [(), SOURCES])
def test_a_plan_that_the_audit_rejects_is_an_error_with_a_whole_manifest(
    monkeypatch: pytest.MonkeyPatch, sources: Sequence[Row]
) -> None:
    monkeypatch.setattr("allocator.solving.solver.check_tables", lambda *_, **__: [Violation("pool", (), "wrong")])
    plan = allocator.solve(toy(sources=list(sources)))
    assert (plan.status, plan.rows("deployments")) == ("error", [])
    assert plan.reason.startswith("the audit rejects the plan: ")
    assert plan.manifest["status"] == "error"
    assert {"audit", "total", "solver"} <= set(plan.manifest["times"])
    assert (plan.manifest["assumptions"] or {"cost_share": None})["cost_share"] is None
