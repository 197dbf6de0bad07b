"""Two saved results: real changes are told, and what is free or below proof is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator.errors import BadInput, BadUsage
from allocator.plan.plan import Plan
from allocator.plan.tables import tables
from allocator.problem import Problem
from tests.cli.running import invoke
from tests.toys import model, pools, toy, willing


def saved(folder: Path, plan: Plan, units: dict[str, int] | None = None, **more: Any) -> Path:
    """A result in a folder; ``units``: battalions by nation in place of those that were found."""
    if units is not None:
        deployed = {(n, "bn", "hold", 1): count for n, count in units.items()}
        found = tables(Problem(plan.instance, plan.model), deployed, {})
        plan = Plan(plan.status, "", plan.instance, plan.model, {**plan.manifest, **more}, "", found)
    plan.write(folder)
    return folder


def of_two(units: int = 3, quantity: float = 4.0) -> allocator.Instance:
    """Two nations for four battalions, with so many each."""
    return toy(
        nations=[{"nation": "AAA"}, {"nation": "BBB"}], forces=pools(units, "AAA", "BBB"),
        willingness=willing("AAA", "BBB"), requirements=[{"task": "hold", "capability": "inf", "quantity": quantity}],
    )  # fmt: skip


def test_who_sends_what_is_free(tmp_path: Path) -> None:
    """Three and one, or one and three: both are as good."""
    instance = of_two()
    plan = allocator.solve(instance, model())
    one = saved(tmp_path / "one", plan, {"AAA": 3, "BBB": 1})
    two = saved(tmp_path / "two", plan, {"AAA": 1, "BBB": 3})
    found = allocator.compare_results(one, two, [instance])
    assert found.changes(found.columns[1]) == []
    assert found.free() == ["what AAA sends", "what BBB sends"]
    assert found.closest
    assert found.certain == {}


def test_what_really_changes(tmp_path: Path) -> None:
    """With seven asked for and four each, three more are sent; before, either may send three."""
    before, after = of_two(), of_two(units=4, quantity=7.0)
    one = saved(tmp_path / "one", allocator.solve(before, model()), {"AAA": 1, "BBB": 3})
    two = saved(tmp_path / "two", allocator.solve(after, model()), {"AAA": 4, "BBB": 3})
    found = allocator.compare_results(one, two, [before, after])
    changes = found.changes(found.columns[1])
    assert changes == ["AAA sends other units: +3 Battalions, Hold"]
    assert found.certain == {"AAA": False}  # three of AAA are as good before, and three after
    assert found.closest


def test_a_certain_change(tmp_path: Path) -> None:
    """Alpha alone has battalions: with one less, it sends one less in every plan."""
    before, after = of_two(units=2), of_two(units=1)
    one = saved(tmp_path / "one", allocator.solve(before, model()))
    two = saved(tmp_path / "two", allocator.solve(after, model()))
    found = allocator.compare_results(one, two, [before, after])
    assert found.certain == {"AAA": True, "BBB": True}
    assert found.changes(found.columns[1])[0] == "newly unmet: Hold, Infantry, 50 % of it"
    assert "in any two equally good plans these nations send different units: AAA and BBB" in found.notes()


def test_below_proof_is_no_change(tmp_path: Path) -> None:
    """One result misses a quarter and has proved only that nothing is below 0; the other misses nothing."""
    instance = of_two()
    plan = allocator.solve(instance, model(objectives=("gap",)))
    stage = {"objective": "gap", "value": 0.25, "bound": 0.0}
    open_ = saved(tmp_path / "open", plan, {"AAA": 3}, status="feasible", stages=[stage])
    best = saved(tmp_path / "best", plan, {"AAA": 3, "BBB": 1})
    found = allocator.compare_results(open_, best, [instance])
    assert found.unproved() == ["gap differs by 25 points, less than was proved of it"]
    assert found.changes(found.columns[1]) == []
    proved = saved(tmp_path / "proved", plan, {"AAA": 3}, stages=[{**stage, "bound": 0.25}])
    assert allocator.compare_results(proved, best, [instance]).unproved() == []


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    allocator.solve("toy-rotation").write(folder / "four")
    eight = allocator.solve("toy-rotation", overrides=["forces.units=4"])
    (folder / "eight.json").write_text(json.dumps(eight.to_dict()))
    return folder


class TestCommand:
    def test_text_and_json(self, results: Path) -> None:
        pair = (results / "four", results / "eight.json")
        shown = invoke("compare", *pair, "--quiet").stdout
        assert "  Alpha sends other units: -1 Infantry battalion, Hold the port" in shown
        found = json.loads(invoke("compare", *pair, "--json", "--of", "toy-rotation").stdout)
        assert (found["certain"], found["free"], found["closest"]) == ({"AAA": True}, [], True)
        assert found["cases"][1]["changes"][0].startswith("more unmet: Hold the port, Infantry, 75 %")

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["four", "toy-rotation"], "four is a saved result, and toy-rotation is none: save its plan with solve"),
            (["four", "nowhere"], "and there is nothing at nowhere; compare two saved results, or instances alone"),
            (["book.xlsx", "four"], "book.xlsx is a workbook, which cannot be compared with it"),
            (["four"], "compare two saved results, or instances alone"),
            (["four", "eight.json", "--set", "forces.units=4"], "saved results are compared as they are"),
            (["four", "eight.json", "--of", "toy-ceiling"], "it is of another instance than toy-ceiling"),
            (["toy-rotation", "toy-ceiling", "--of", "toy-ceiling"], "--of names the instance of saved results"),
        ],
    )
    def test_bad_usage(self, results: Path, arguments: list[str], told: str) -> None:
        (results / "book.xlsx").touch()
        here = [str(results / a) if (results / a).exists() else a for a in arguments]
        done = invoke("compare", *here)
        assert isinstance(done.exception, BadUsage)
        assert done.stdout == ""
        assert told in str(done.exception)


def test_what_is_no_result(tmp_path: Path) -> None:
    plan = allocator.solve("toy-rotation")
    plan.write(tmp_path / "good")
    for name, change, told in (
        ("none", {"status": "infeasible"}, "no plan to compare"), ("other", {"sha256": "0"}, "has changed since"),
        ("gone", {"instance": "nowhere"}, "cannot be read again"),
        ("moved", {"path": "a/b"}, "toy-rotation was read from a/b and is not there now; name the instance"),
        ("bare", {"model": None}, "a model that cannot"),
    ):  # fmt: skip
        plan.write(tmp_path / name)
        (tmp_path / name / "manifest.json").write_text(json.dumps({**plan.manifest, **change}))
        with pytest.raises((BadInput, BadUsage), match=told):
            allocator.compare_results(tmp_path / name, tmp_path / "good")
    allocator.write(allocator.read("toy-rotation"), tmp_path / "mine.json")
    allocator.solve(tmp_path / "mine.json").write(tmp_path / "own")
    assert allocator.compare_results(tmp_path / "own", tmp_path / "own").columns
    rows = (tmp_path / "good" / "deployments.csv").read_text()
    (tmp_path / "good" / "deployments.csv").write_text(rows.replace(",1,2,", ",1,9,"))
    with pytest.raises(BadInput, match="breaks a rule"):
        allocator.compare_results(tmp_path / "good", tmp_path / "good")


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("stages", ["gap"], "no values and bounds"), ("stages", None, "no values and bounds"),
        ("overrides", None, "overrides"), ("overrides", [3], "overrides"), ("case", 5, "case"),
        ("coalition", [], "coalition"),
        ("instance", 3, "instance"), ("status", ["optimal"], "status"), ("model", [], "model"),
    ],
)  # fmt: skip
def test_damaged_manifests(tmp_path: Path, name: str, value: Any, found: str) -> None:
    instance = of_two()
    one = saved(tmp_path / "one", allocator.solve(instance, model()))
    manifest = json.loads((one / "manifest.json").read_text(encoding="utf-8"))
    (one / "manifest.json").write_text(json.dumps({**manifest, name: value}), encoding="utf-8")
    with pytest.raises(BadInput, match=found):
        allocator.compare_results(one, one, [instance])
