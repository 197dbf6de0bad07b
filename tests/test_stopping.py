"""Requests to stop leave a trace, keep what was found, and come to an end in time."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator.solving.solver import Solver
from allocator.solving.stage import Progress
from allocator.stopping import ALARM, DeadlinePassed, at_once, later, watched
from benchmarks.generate import generate
from tests.cli.running import ENVIRONMENT, HERE
from tests.present import present
from tests.toys import toy

pytestmark = pytest.mark.slow


def interrupt(number: int = signal.SIGINT) -> None:
    """Send this process a signal, and let it be handled."""
    os.kill(os.getpid(), number)
    for _ in range(100):
        time.sleep(0)


class Swallows:
    """An object in whose destructor an exception is printed and forgotten."""

    def __del__(self) -> None:
        interrupt()


class TestWatch:
    def test_a_signal_raises_at_once_and_is_written_down(self) -> None:
        with watched() as watch:
            with pytest.raises(KeyboardInterrupt):
                interrupt()
            assert watch.report()

    def test_it_waits_where_work_must_not_be_broken(self) -> None:
        with watched() as watch, later():
            interrupt()
            assert watch.report()
        with pytest.raises(KeyboardInterrupt):
            watch.check()

    def test_one_that_comes_too_late_for_the_plan_still_raises(self, monkeypatch: pytest.MonkeyPatch) -> None:
        @contextmanager
        def late() -> Iterator[None]:
            yield
            interrupt()

        monkeypatch.setattr("allocator.solving.solver.uncollected", late)
        with pytest.raises(KeyboardInterrupt):
            allocator.solve(toy())

    def test_a_second_signal_always_raises(self) -> None:
        with watched() as watch, later():
            interrupt()
            with pytest.raises(KeyboardInterrupt):
                interrupt()
            assert watch.report()

    def test_one_that_a_destructor_swallows_is_found_at_the_end_of_the_section(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        printed: list[object] = []
        monkeypatch.setattr(sys, "unraisablehook", printed.append)
        reached = []

        def work() -> None:
            with watched(), later(), at_once():
                Swallows()
                reached.append(True)

        with pytest.raises(KeyboardInterrupt):
            work()
        assert reached
        assert printed == []
        assert sys.unraisablehook == printed.append

    def test_one_that_a_library_turns_into_an_error_of_its_own_stays_a_request_to_stop(self) -> None:
        def work() -> None:
            with watched(), at_once():
                try:
                    interrupt()
                except BaseException:
                    raise ValueError("out of sync") from None

        with pytest.raises(KeyboardInterrupt):
            work()

    def test_an_error_of_the_input_stays_one(self) -> None:
        def work() -> None:
            with watched(), at_once(time.monotonic() + 0.05):
                try:
                    time.sleep(1)
                except BaseException:
                    raise allocator.BadUsage("x") from None

        with pytest.raises(allocator.BadUsage):
            work()

    def test_a_section_is_not_entered_after_a_request(self) -> None:
        with watched() as watch, later():
            interrupt()
            with pytest.raises(KeyboardInterrupt), at_once():
                pytest.fail("entered")
            assert watch.report()

    def test_handlers_are_as_before_afterwards(self) -> None:
        before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, ALARM)]
        with watched(), at_once(time.monotonic() + 5):
            pass
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, ALARM)] == before

    def test_a_handler_of_the_callers_own_is_called(self) -> None:
        seen = []
        before = signal.signal(signal.SIGINT, lambda number, _: seen.append(number))
        try:
            with watched() as watch:
                interrupt()
                assert not watch.interrupted.is_set()
        finally:
            signal.signal(signal.SIGINT, before)
        assert seen == [signal.SIGINT]

    def test_a_deadline_ends_a_section(self) -> None:
        began = time.monotonic()

        def work() -> None:
            with watched(), at_once(began + 0.1):
                while True:
                    sum(range(100))

        with pytest.raises(DeadlinePassed):
            work()
        assert time.monotonic() - began < 5  # without a deadline it never ends

    def test_a_deadline_does_not_break_what_must_be_whole(self) -> None:
        done = []

        def work() -> None:
            with watched(), at_once(time.monotonic() + 0.1), later():
                time.sleep(0.3)
                done.append("whole")

        with pytest.raises(DeadlinePassed):
            work()
        assert done == ["whole"]


@pytest.fixture(scope="module")
def slow() -> allocator.Instance:
    """An instance that takes longer than any of these tests has time."""
    return allocator.Instance.from_dict(generate(3000, 1, binding=True))


def after(seconds: float, number: int = signal.SIGINT) -> threading.Timer:
    """Send this process a signal in a while."""
    import threading

    timer = threading.Timer(seconds, interrupt, [number])
    timer.start()
    return timer


class TestSolver:
    def test_an_interrupted_solver_works_again(self, slow: allocator.Instance) -> None:
        solver = Solver(gap=0)
        model = allocator.load_model("reference")
        after(0.7)
        first = solver.solve(slow, model)
        assert first.stopped_by == "interrupt"
        assert first.status in ("feasible", "interrupted")
        again = solver.solve(toy(), model)
        assert (again.status, again.stopped_by) == ("optimal", "")

    def test_a_solver_whose_run_was_left_behind_works_again(self, slow: allocator.Instance) -> None:
        solver: Any = Solver(gap=0)
        model = allocator.load_model("reference")
        solver.solve(toy(), model)
        solver._resident.lost = True
        assert solver.solve(toy(), model).status == "optimal"

    def test_the_plan_in_hand_is_kept_with_what_was_proved(self, slow: allocator.Instance) -> None:
        at: list[Progress] = []

        def stop(progress: Progress) -> None:
            if progress.incumbent is not None and not at:
                at.append(progress)
                interrupt()

        plan = allocator.solve(slow, gap=0, progress=stop)
        assert plan.stopped_by == plan.manifest["stopped_by"] == "interrupt"
        assert plan.status == "feasible"
        assert plan.deployments["units"].sum() > 0

    def test_a_signal_at_the_very_end_leaves_a_trace(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from allocator.plan.assumptions import assumptions as count

        def counted(*given: Any) -> Any:
            interrupt()
            return count(*given)

        monkeypatch.setattr("allocator.solving.solver.assumptions", counted)
        plan = allocator.solve(toy())
        assert (plan.status, plan.stopped_by) == ("optimal", "interrupt")

    def test_pyomo_prints_nothing_of_it(
        self, slow: allocator.Instance, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        import allocator.families.conditions

        def interrupted(*_: object, **__: object) -> None:
            interrupt()

        monkeypatch.setattr(allocator.families.conditions, "linear", interrupted)
        assert allocator.solve(slow).stopped_by == "interrupt"
        assert capfd.readouterr() == ("", "")

    def test_a_signal_while_the_model_is_built_keeps_the_first_plan(
        self, slow: allocator.Instance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import allocator.solving.solver
        from allocator.formulation import formulate as build

        def interrupted(*arguments: Any, **options: Any) -> Any:
            interrupt()
            return build(*arguments, **options)

        monkeypatch.setattr(allocator.solving.solver, "formulate", interrupted)
        plan = allocator.solve(slow)
        assert (plan.status, plan.stopped_by) == ("feasible", "interrupt")
        assert plan.reason == "Stopped before it was minimised: gap, risk, cost, burden."


class TestTimeLimit:
    @pytest.mark.parametrize("limit", [0.3, 1.0])
    def test_it_covers_reading_and_checking(self, limit: float) -> None:
        """Of an instance whose model alone takes five seconds to build."""
        large = allocator.Instance.from_dict(generate(40_000, 1, binding=True))
        began = time.monotonic()
        plan = allocator.solve(large, time_limit=limit, gap=0)
        assert time.monotonic() - began < limit + 3.0
        assert plan.status in ("feasible", "no_plan")
        assert plan.stopped_by == "time_limit"

    def test_what_could_not_be_started_is_said(self, slow: allocator.Instance, monkeypatch: pytest.MonkeyPatch) -> None:
        import allocator.solving.solver
        from allocator.formulation import formulate as build

        def late(*arguments: Any, **options: Any) -> Any:
            time.sleep(1)
            return build(*arguments, **options)

        monkeypatch.setattr(allocator.solving.solver, "formulate", late)
        plan = allocator.solve(slow, time_limit=0.8)
        assert (plan.status, plan.stopped_by) == ("feasible", "time_limit")
        assert "the solver was not started" in plan.reason
        assert {row["bound"] for row in plan.rows("objectives")} == {0.0}

    def test_reading_may_take_all_of_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import allocator.api

        read = allocator.api.read

        def late(path: str) -> allocator.Instance:
            time.sleep(5)
            return read(path)

        monkeypatch.setattr(allocator.api, "read", late)
        began = time.monotonic()
        with pytest.raises(allocator.OutOfTime, match="while the instance was being read"):
            allocator.solve("toy-rotation", time_limit=0.2)
        assert time.monotonic() - began < 4

    def test_a_search_for_reasons_ends_with_it(self) -> None:
        content = generate(3000, 1, binding=True)
        for row in content["requirements"]:
            row["max_gap"] = 0.0
        began = time.monotonic()
        plan = allocator.solve(allocator.Instance.from_dict(content), time_limit=2.0)
        assert time.monotonic() - began < 6
        assert plan.status in ("infeasible", "no_plan")


LOOP = """
import sys, allocator
instance = allocator.read(sys.argv[1])
print("begun", flush=True)
try:
    while True:
        plan = allocator.solve(instance)
        if plan.stopped_by:
            print(plan.stopped_by)
            break
except KeyboardInterrupt:
    print("interrupt")
"""


def listening(process: subprocess.Popen[str]) -> None:
    """Wait until a process has handlers of its own for signals; before that the interpreter is still starting."""
    status = Path(f"/proc/{process.pid}/status")
    for _ in range(1000):
        caught = re.search(r"^SigCgt:\s*([0-9a-f]+)", status.read_text(), re.MULTILINE) if status.exists() else None
        if caught is None or int(caught[1], 16) >> (signal.SIGTERM - 1) & 1:
            return
        time.sleep(0.01)


class TestProcesses:
    """Whenever the signal comes, it leaves a trace, and the process soon ends: in a second on a machine of its own.

    Without the signal it would work for minutes.
    """

    def ended(
        self, command: list[str], delay: float, number: int, cwd: Path, within: float = 10.0
    ) -> tuple[int, str, str]:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd=cwd
        )
        listening(process)
        time.sleep(delay)
        process.send_signal(number)
        sent = time.monotonic()
        out, err = process.communicate(timeout=60)
        assert time.monotonic() - sent < within
        assert "Traceback" not in err
        assert "ignored in" not in err
        return process.returncode, out, err

    @pytest.mark.parametrize("delay", [0.1, 0.27, 0.51, 0.83])
    def test_a_loop_of_solves(self, delay: float, tmp_path: Path) -> None:
        command = [sys.executable, "-c", LOOP, "toy-rotation"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd=tmp_path)
        present(process.stdout).readline()
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30)[0].strip() == "interrupt"
        assert process.returncode == 0

    @pytest.mark.parametrize(
        ("delay", "number"),
        [
            (0.0, signal.SIGINT),
            (0.4, signal.SIGINT),
            (1.8, signal.SIGINT),
            (0.4, signal.SIGTERM),
            (1.8, signal.SIGHUP),
        ],
    )
    def test_solve(self, delay: float, number: signal.Signals, hard: str, tmp_path: Path) -> None:
        code, out, err = self.ended([*HERE, "solve", hard, "--json", "--gap", "0"], delay, number, tmp_path)
        assert code in (0, 130)
        if code == 0 or out:
            answer = json.loads(out)
            assert answer["manifest"]["stopped_by"] == "interrupt"
            assert code == (0 if answer["deployments"] else 130)
        else:
            assert "interrupted" in err

    @pytest.mark.parametrize(("delay", "workers"), [(1.5, 0), (2.5, 0), (2.0, 2)])
    def test_sweep(self, delay: float, workers: int, tmp_path: Path) -> None:
        command = [*HERE, "sweep", "us-drawdown", "--one-at-a-time", "--workers", str(workers), "--json"]
        code, out, err = self.ended(command, delay, signal.SIGINT, tmp_path)
        assert code == 130
        assert "interrupted" in err
        assert not out or json.loads(out)["interrupted"]

    def test_a_signal_that_the_caller_ignores_stays_ignored(self, tmp_path: Path) -> None:
        command = ["bash", "-c", f"trap '' INT HUP; exec {' '.join(HERE)} solve reassurance-force --quiet --json"]
        code, out, _ = self.ended(command, 0.5, signal.SIGHUP, tmp_path, within=60)
        assert code == 0
        assert json.loads(out)["status"] == "optimal"


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The slow instance as a file."""
    path = tmp_path_factory.mktemp("hard") / "hard.json"
    path.write_text(json.dumps(generate(3000, 1, binding=True)))
    return str(path)
