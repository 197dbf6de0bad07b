"""Bundled instances beside other solvers, hard grids and building: at their smallest, in this process."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from allocator.solving.heuristics.search import WHOLE
from benchmarks import building, bundled, hard
from benchmarks.alone import PeerMissing, imported
from benchmarks.base import compared, load
from benchmarks.sweeps import HARD
from benchmarks.worker import KINDS


def here(kind: str, task: dict[str, Any]) -> dict[str, Any]:
    """Measures in this process, which has loaded the libraries."""
    return {"process": 0.5, "megabytes": 100.0, **KINDS[kind](task)}


def run(module: Any, monkeypatch: pytest.MonkeyPatch, *given: str) -> int:
    monkeypatch.setattr(module, "measure", here)
    monkeypatch.setattr(sys, "argv", [module.__name__, *given])
    try:
        module.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


class TestBundled:
    def test_every_objective_beside_highs_and_a_base(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        """Both prove all four objectives with the same values; the base holds ours, and changes are named."""
        answers: list[dict[str, Any]] = []

        def kept(kind: str, task: dict[str, Any]) -> dict[str, Any]:
            answers.append(here(kind, task))
            return answers[-1]

        path = tmp_path / "base.json"
        monkeypatch.setattr(bundled, "measure", kept)
        monkeypatch.setattr(sys, "argv", ["bundled", "--only", "sky-shield", "--save", str(path)])
        with pytest.raises(SystemExit) as end:
            bundled.main()
        assert not end.value.code
        ours, files, alone = answers
        assert len(files["files"]) == len(ours["values"]) == len(alone["values"]) == 4
        for (mine, _), (theirs, _) in zip(ours["values"], alone["values"], strict=True):
            assert mine == pytest.approx(theirs, rel=2e-4, abs=1e-5)
        printed = capsys.readouterr().out
        assert re.search(r"^sky-shield( +\d\S*){6} +\S+( %)?  optimal; Optimal$", printed, re.M)
        assert printed.endswith("above 1.2 x HiGHS alone where that takes 1 s: none\n")
        saved = load(path)["bundled sky-shield"]
        assert (saved["status"], saved["value"]) == ("optimal", pytest.approx(1 / 6))
        then = {"bundled sky-shield": saved | {"value": 0.0}}
        assert compared(saved, then["bundled sky-shield"]) == ["worse: value at the end 0 -> 0.1667"]

    def test_slow_solves_and_searches_that_did_not_run_are_named(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        ours = {
            "cpu": 3.0, "total": 3.0, "process": 3.5, "last_gain": 0.25, "status": "feasible", "open": ["cost"],
            "searches": [WHOLE], "values": [(0.2, 0.2), (5.0, 4.0)], "value": 0.2, "bound": 0.2,
        }  # fmt: skip
        alone = {"cpu": 2.0, "total": 2.0, "status": "Optimal", "values": [(0.1, 0.1)]}
        answers = {"allocator": ours, "export": {"files": []}, "highs": alone, "scip": alone}
        monkeypatch.setattr(bundled, "measure", lambda kind, _: answers[kind])
        result = bundled.one("a", {}, "folder", ["scip"])
        printed = capsys.readouterr().out
        assert result["slow"]
        assert "75 %" in printed
        assert "  open: cost\n  WARNING: no search among a part of the columns ran\n" in printed
        assert "WARNING: stage 1: HiGHS alone has 0.1, below our bound 0.2" in printed
        assert "  scip: 2.00 CPU seconds" in printed

    def test_all_bundled_instances_but_toys(self) -> None:
        assert "deterrence-force" in bundled.names()
        assert not [name for name in bundled.names() if name.startswith("toy")]


class TestHard:
    def test_points_proved_and_what_stays_open(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        monkeypatch.setattr(hard, "HARD", {"toy-ceiling": ("forces.units=1:4:2", "nations.troop_ceiling=100:900:2")})
        path = tmp_path / "base.json"
        assert run(hard, monkeypatch, "--save", str(path)) == 0
        printed = capsys.readouterr().out
        assert "hard toy-ceiling, 4 points at 8 s: 4 proved, " in printed
        assert "without a solve; open: none; " in printed
        assert load(path)["hard toy-ceiling, 4 points at 8 s"]["proved"] == 4

    def test_open_points_are_counted_by_objective(self) -> None:
        task = {"folder": "reassurance-force", "vary": ["nations[nation=FRA].troop_ceiling=4000,5000"], "seed": 0}
        found = KINDS["sweep"](task | {"gap": 1e-4, "time_limit": 1e-9})
        assert (found["points"], found["proved"], sum(found["open"].values())) == (2, 0, 2)

    def test_changes(self) -> None:
        then = {"proved": 5, "cpu": 10.0}
        assert hard.changes({"proved": 5, "cpu": 10.5}, then) == []
        assert hard.changes({"proved": 4, "cpu": 5.0}, then) == ["worse: 5 -> 4 proved"]
        assert hard.changes({"proved": 6, "cpu": 50.0}, then) == ["better: 5 -> 6 proved"]
        assert hard.changes({"proved": 5, "cpu": 20.0}, then) == ["worse: CPU seconds 10 -> 20"]
        assert hard.changes(then, None) == []


def test_building(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Columns, rows and CPU seconds of each step."""
    assert run(building, monkeypatch, "--sizes", "1", "--no-peers") == 0
    printed = capsys.readouterr().out
    assert re.search(r"^size 1: [1-9]\d* columns, [1-9]\d* rows, [1-9]\d* non-zeros$", printed, re.M)
    assert re.search(
        r"^  allocator [\d.]+ CPU seconds \(build [\d.]+, compile [\d.]+, pass [\d.]+\), 100 MB$", printed, re.M
    )


def test_a_peer_that_is_missing_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(PeerMissing, match=r"^linopy is not installed; run: pip install 'allocator\[bench\]'$"):
        imported("linopy")


def test_the_saved_base_is_readable() -> None:
    """What it holds can be compared: of bundled instances and of hard grids that there are."""
    for title, held in load(Path(bundled.__file__).with_name("base.json")).items():
        kind, name = re.split(r"[ ,]", title)[:2]
        if kind == "bundled":
            assert name in bundled.names()
            assert compared(held, held) == []
        else:
            assert (kind, name in HARD, hard.changes(held, held)) == ("hard", True, [])
