"""A sweep as a caller runs it: from a design to rows, again from the store, with workers that die, on a cluster."""

from __future__ import annotations

import csv
import itertools
import json
import os
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import distributed
import pytest

import allocator
from allocator.errors import BadInput, BadUsage
from allocator.sweeps import sweep as module
from allocator.sweeps import tables
from allocator.sweeps.design.parts import Point
from allocator.sweeps.run import runner
from allocator.sweeps.run.pool import Died, Done
from allocator.sweeps.run.task import Setup

pytestmark = pytest.mark.slow

TOY = "toy-enablers"
VARY = ("forces[nation=AAA,unit_type=squadron].units=0:6:7", "requirements[task=west].quantity=12:60:5")
GRID = allocator.Design(vary=VARY)


def answers(sweep: allocator.Sweep) -> list[tuple[dict[str, Any], str, dict[str, Any]]]:
    """Inputs, status and values of every row."""
    return [
        (dict(row.point.inputs), row.status, dict(row.values or {})) for answer in sweep.answers for row in answer.rows
    ]


@pytest.fixture(scope="module")
def right() -> list[tuple[dict[str, Any], str, Any]]:
    """What the grid comes to when each point is solved by itself."""
    plans = []
    with allocator.sweep(TOY, GRID, workers=0) as sweep:
        for answer in sweep.answers:
            for point, _ in answer.rows.points:
                plan = allocator.solve(TOY, overrides=point.overrides)
                values = {name: plan.value(name) for name in allocator.Model().objectives}
                plans.append((dict(point.inputs), plan.status, pytest.approx(values, rel=2e-4, abs=1e-9)))
    return plans


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_rows_are_those_of_single_solves(right: list[tuple[dict[str, Any], str, Any]], workers: int) -> None:
    with allocator.sweep(TOY, GRID, workers=workers) as sweep:
        assert answers(sweep) == right
        assert sum(row.proved for row in sweep.answers[0].rows) > 5


def test_a_point_is_understood_once_where_it_is_solved_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven points, each read once: for its order among the others and for its solve."""
    before = Setup.at
    points: list[Point] = []

    def at(setup: Setup, point: Point) -> tuple[allocator.Instance, allocator.Model]:
        points.append(point)
        return before(setup, point)

    monkeypatch.setattr(Setup, "at", at)
    with allocator.sweep(TOY, allocator.Design(vary=VARY[:1]), workers=0) as sweep:
        assert sorted(point.overrides for point in points) == sorted(
            p.overrides for p, _ in sweep.answers[0].rows.points
        )


def test_points_beyond_those_that_are_kept_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allocator.sweeps.run.runner.KEPT", 2)
    with allocator.sweep(TOY, allocator.Design(vary=VARY[:1]), workers=0) as sweep:
        few = answers(sweep)
    monkeypatch.undo()
    with allocator.sweep(TOY, allocator.Design(vary=VARY[:1]), workers=0) as sweep:
        assert answers(sweep) == few


def test_what_is_in_the_store_is_not_solved_again(tmp_path: Path) -> None:
    told = []
    store = tmp_path / "a.sweep"
    with allocator.sweep(TOY, allocator.Design(vary=VARY[:1]), workers=0, store=store) as sweep:
        first = answers(sweep)
    with allocator.sweep(TOY, GRID, workers=0, store=store, progress=lambda p: told.append(p.found)) as sweep:
        assert len(answers(sweep)) == 35
    with allocator.sweep(
        TOY, allocator.Design(vary=VARY[:1]), workers=0, store=store, progress=lambda p: told.append(p.found)
    ) as sweep:
        assert answers(sweep) == first
    assert set(told) == {0}, "the grid shares no point with the line, and the line was there whole"
    line = allocator.Design(vary=VARY[:1])
    fresh: list[int] = []
    with allocator.sweep(TOY, line, workers=0, store=store, resume=False, progress=lambda p: fresh.append(p.done)):
        assert max(fresh) >= 6


def test_a_changed_instance_and_other_options_are_noticed(tmp_path: Path) -> None:
    store, design = tmp_path / "a.sweep", allocator.Design(vary=VARY[:1])
    with allocator.sweep(TOY, design, workers=0, store=store) as sweep:
        assert sweep.changed == 0
    changed = allocator.read(TOY).override("nations[nation=AAA].gdp*=2")
    solved: list[Any] = []
    with allocator.sweep(changed, design, workers=0, store=store, progress=solved.append) as sweep:
        assert sweep.changed == 7
        assert solved
    for other in ({"gap": 1e-3}, {"seed": 1}, {"time_limit": 9.0}, {"model": "surge"}):
        solved.clear()
        with allocator.sweep(TOY, design, workers=0, store=store, progress=solved.append, **other):
            assert solved, other


class TestRefused:
    def test_before_anything_is_solved(self, tmp_path: Path) -> None:
        solved: list[Any] = []

        def sweep(**more: Any) -> allocator.Sweep:
            design = allocator.Design(**{"vary": VARY, **more})
            return allocator.sweep(TOY, design, workers=0, store=tmp_path / "a", progress=solved.append, max_points=35)

        for wrong in (
            {"vary": ("forces[nation=ZZZ].units=1,2",)},
            {"vary": ("requirements[task=west].max_gap=0:2:5",)},
            {"vary": ()},
            {"vary": (*VARY, "model.tolerance=0,0.1")},
        ):
            with pytest.raises((BadInput, BadUsage)):
                sweep(**wrong)
        assert not solved

    def test_a_point_that_breaks_the_instance(self) -> None:
        """Each value can be set alone, the two together make last_period come before first_period."""
        design = allocator.Design(vary=("requirements.first_period=1,2", "requirements.last_period=1,2"))
        with pytest.raises(BadInput, match="period"):
            allocator.sweep("toy-periods", design, workers=0)

    def test_a_table_that_cannot_be_written(self, tmp_path: Path) -> None:
        for name in ("a.txt", "nowhere/a.csv", "."):
            with pytest.raises(BadUsage):
                tables.check_table(tmp_path / name)


@pytest.mark.parametrize("suffix", tables.SUFFIXES)
def test_tables_are_written_and_read_again(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    with allocator.sweep(TOY, GRID, workers=0) as sweep:
        sweep.write(path)
        sweep.write(tmp_path / f"who{suffix}", "deployments")
        frame, columns = sweep.frame(), sweep.columns()
    assert len(frame) == 35
    if suffix == ".csv":
        rows = list(csv.DictReader(path.open()))
        assert list(rows[0]) == columns
        assert float(rows[-1]["gap"]) == frame["gap"].iloc[-1]
    elif suffix == ".json":
        assert [row["gap"] for row in json.loads(path.read_text())] == list(frame["gap"])
    else:
        import pandas as pd

        read = pd.read_excel(path, engine="openpyxl") if suffix == ".xlsx" else pd.read_parquet(path)
        assert list(read["gap"]) == pytest.approx(list(frame["gap"]))
        assert list(read.columns) == columns


def test_a_point_that_kills_its_workers_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, right: list[tuple[dict[str, Any], str, Any]]
) -> None:
    """One point aborts whatever process solves it: it costs two workers, and no other point anything."""
    monkeypatch.setattr(module, "WORKER", "tests.sweeps.jobs:Deadly")
    store = tmp_path / "a.sweep"
    for _ in range(2):  # the second time it is not tried again
        with allocator.sweep(TOY, GRID, workers=2, store=store) as sweep:
            found = answers(sweep)
            rows = list(sweep.answers[0].rows)
    bad = [number for number, (_, status, _) in enumerate(found) if status == "error"]
    assert len(bad) == 1
    assert "died 2 times" in rows[bad[0]].reason
    assert [a for n, a in enumerate(found) if n not in bad] == [a for n, a in enumerate(right) if n not in bad]
    (folder,) = (tmp_path / "a.sweep.aside").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == ["instance.json", "model.mps", "model.toml"]
    plan = allocator.solve(folder / "instance.json", folder / "model.toml")
    assert plan.value("gap") == allocator.solve(TOY, overrides=rows[bad[0]].point.overrides).value("gap")


def test_points_that_died_together_are_tried_again_one_at_a_time(
    monkeypatch: pytest.MonkeyPatch, right: list[tuple[dict[str, Any], str, Any]]
) -> None:
    """A worker of a cluster may hold two jobs: the innocent one of them must not end with the guilty one twice."""
    attempts: Counter[str] = Counter()

    def free(self: runner.Here) -> int:
        return 2 - len(self._waiting)

    def next_event(self: runner.Here, _: float | None) -> Any:
        jobs = list(self._waiting)
        name, job = self._waiting.popleft()
        attempts[name] += 1
        second = [name for name, _ in jobs if attempts[name] > (name == jobs[0][0])]
        assert len(second) <= 1
        return Died(name, "gone") if attempts[name] == 1 else Done(name, self._worker(job))

    monkeypatch.setattr(runner.Here, "free", free)
    monkeypatch.setattr(runner.Here, "next_event", next_event)
    with allocator.sweep(TOY, GRID, workers=0) as sweep:
        assert answers(sweep) == right
    assert set(attempts.values()) == {2}


def test_an_interrupt_leaves_what_was_done(tmp_path: Path) -> None:
    store = tmp_path / "a.sweep"

    def stop(progress: Any) -> None:
        if progress.done == 10:
            raise KeyboardInterrupt

    with allocator.sweep(TOY, GRID, workers=0, store=store, progress=stop) as sweep:
        assert sweep.interrupted
        assert len(sweep.answers[0].rows) == 10
    found = []
    with allocator.sweep(TOY, GRID, workers=0, store=store, progress=lambda p: found.append(p.found)) as sweep:
        assert set(found) == {10}
        assert len(sweep.answers[0].rows) == 35


def test_on_a_cluster_with_a_worker_killed_in_the_middle(right: list[tuple[dict[str, Any], str, Any]]) -> None:
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)
    with cluster:
        pids = list(distributed.Client(cluster).run(os.getpid).values())
        started = threading.Event()

        def kill() -> None:
            started.wait(60)
            time.sleep(0.1)
            os.kill(pids[0], signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        with allocator.sweep(
            TOY, GRID, scheduler=cluster.scheduler_address, progress=lambda p: started.set() if p.done >= 3 else None
        ) as sweep:
            assert answers(sweep) == right
        killer.join()


def test_a_table_longer_than_a_sheet_is_refused() -> None:
    """A sheet has 1,048,576 lines, and the first of them is the heading."""
    long = itertools.chain(itertools.repeat({}, 1_048_575), [{"a": 1}])
    with pytest.raises(BadUsage, match="a sheet holds 1,048,576 lines"):
        tables._xlsx(["a"], long)


def test_a_table_in_a_workbook_has_formats_and_text_stays_text(tmp_path: Path) -> None:
    import openpyxl

    columns = ["case", "gap", "gap_gap", "cost", "coverage.land", "members"]
    rows = [{"case": "=1+1", "gap": 0.5, "gap_gap": 0.0, "cost": 1234.5, "coverage.land": 0.5, "members": 3}]
    (tmp_path / "x.xlsx").write_bytes(tables._xlsx(columns, iter(rows)))
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["sweep"]
    assert [cell.value for cell in sheet[2]] == list(rows[0].values())
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].quotePrefix
    shown = [cell.number_format for cell in sheet[2]][1:]
    assert shown == ["0.00 %", "0.00 %", "#,##0.0", "0.00 %", "General"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:F2")
