"""The pool: every job ends with an event, whatever happens to of the workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from allocator.errors import AllocatorError, BadUsage
from allocator.sweeps.run.pool import Died, Done, Failed, Pool
from allocator.sweeps.run.runner import Executor
from tests.present import present

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
TOY = "tests.sweeps.jobs:Toy"


def run(pool: Executor, jobs: Mapping[str, Any], patience: float = 60) -> dict[str, Any]:
    """Events by name, all jobs given as workers get free."""
    waiting = deque(jobs.items())
    events: dict[str, Any] = {}
    deadline = time.monotonic() + patience
    while len(events) < len(jobs):
        assert time.monotonic() < deadline
        while waiting and pool.free():
            pool.submit(*waiting.popleft())
        event = pool.next_event(0.25)
        if event is not None:
            assert event.name not in events
            events[event.name] = event
    return events


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def squares(count: int) -> dict[str, tuple[Any, ...]]:
    return {f"square {x}": ("square", x) for x in range(count)}


def is_right(events: Mapping[str, Any], count: int) -> bool:
    return all(events[f"square {x}"].result["square"] == x * x for x in range(count))


class TestJobs:
    def test_fifty_jobs_on_two_workers(self) -> None:
        jobs = {name: ("slow_square", x, 0.01) for name, (_, x) in squares(50).items()}
        with Pool(TOY, {"base": 7}, 2) as pool:
            events = run(pool, jobs)
        assert is_right(events, 50)
        assert {event.result["setup"]["base"] for event in events.values()} == {7}
        pids = {event.result["pid"] for event in events.values()}
        assert len(pids) == 2
        assert os.getpid() not in pids
        assert not any(map(alive, pids))

    def test_an_error_is_reported_and_the_worker_goes_on(self) -> None:
        with Pool(TOY, None, 1) as pool:
            events = run(pool, {"bad": ("root", -1), "strange": ("unpicklable",), "good": ("root", 4)})
        assert isinstance(events["bad"], Failed)
        assert "Traceback" in events["bad"].reason
        assert "ValueError: math domain error" in events["bad"].reason
        assert isinstance(events["strange"], Failed)
        assert events["good"] == Done("good", 2.0)

    def test_stray_prints_and_reads_do_no_harm(self, capfd: pytest.CaptureFixture[str]) -> None:
        with Pool(TOY, None, 1) as pool:
            events = run(pool, {"loud": ("prints",), **squares(3)})
        assert events["loud"] == Done("loud", "")
        assert is_right(events, 3)
        assert capfd.readouterr() == ("", "")

    def test_large_setups_jobs_and_results(self) -> None:
        size = 5_000_000
        with Pool(TOY, "x" * size, 2) as pool:
            events = run(pool, {"out": ("length", "x" * size), "back": ("big", size)})
        assert events["out"].result == len(events["back"].result) == size

    def test_workers_find_what_this_process_finds(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        code = "class Twice:\n    def __init__(self, _): self.n = 2\n    def __call__(self, x): return self.n * x\n"
        (tmp_path / "of_the_caller.py").write_text(code)
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.chdir(tmp_path)
        (tmp_path / "queue.py").write_text("raise RuntimeError('the working folder is not on the path')")
        monkeypatch.setattr(sys, "path", [*sys.path[1:], str(tmp_path)])
        with Pool("of_the_caller:Twice", None, 1) as pool:
            assert run(pool, {"a": 21})["a"].result == 42

    def test_no_job_without_a_free_worker(self) -> None:
        with Pool(TOY, None, 1) as pool:
            with pytest.raises(BadUsage, match="no worker is free"):
                pool.submit("early", ("square", 1))
            assert pool.next_event(30) is None
            assert pool.free() == 1
            pool.submit("a", ("slow_square", 1, 0.5))
            assert pool.free() == 0
            assert pool.next_event(0.01) is None
            event = pool.next_event()
            assert event is not None
            assert event.name == "a"
        with pytest.raises(BadUsage, match="0 workers"):
            Pool(TOY, None, 0)


class TestDeaths:
    def test_a_job_that_aborts_takes_only_itself_along(self) -> None:
        with Pool(TOY, None, 2) as pool:
            events = run(pool, {"abort": ("abort",), **squares(20), "leave": ("leave",)})
        assert isinstance(events["abort"], Died)
        assert events["abort"].reason.startswith("killed by SIGABRT; it wrote: about to fall over")
        assert "in abort" in events["abort"].reason
        assert events["leave"] == Died("leave", "ended with exit status 3")
        assert is_right(events, 20)

    def test_a_worker_that_hangs_is_killed(self) -> None:
        with Pool(TOY, None, 2, silence=3.0) as pool:
            events = run(pool, {"stop": ("stop",), **squares(10)})
        assert events["stop"] == Died("stop", "no sign of life for 3 s")
        assert is_right(events, 10)

    def test_patience_with_one_job_ends(self) -> None:
        with Pool(TOY, None, 2, patience=1.5) as pool:
            events = run(pool, {"slow": ("slow_square", 1, 60), **squares(10), "fair": ("slow_square", 2, 0.2)})
        assert events["slow"] == Died("slow", "more than 1.5 s for one job")
        assert is_right(events, 10)
        assert events["fair"].result["square"] == 4

    def test_idle_workers_that_die_are_replaced(self) -> None:
        with Pool(TOY, None, 2) as pool:
            while pool.free() < 2:
                pool.next_event(1)
            for worker in pool._workers:
                worker.process.kill()
            time.sleep(0.2)
            pool.next_event(0.1)
            assert is_right(run(pool, squares(6)), 6)

    @pytest.mark.parametrize(
        ("make", "workers", "reason"),
        [
            ("tests.sweeps.absent:Toy", 1, "No module named 'tests.sweeps.absent'"),
            ("tests.sweeps.jobs:Absent", 1, "Absent"),
            ("tests.sweeps.jobs:Broken", 1, "no use for this"),
            ("tests.sweeps.jobs:Mute", 2, "exit status 7"),
        ],
    )
    def test_workers_that_cannot_start_are_given_up(self, make: str, workers: int, reason: str) -> None:
        given_up = pytest.raises(AllocatorError, match="3 times before it did")
        with Pool(make, "this", workers) as pool, given_up as failure:
            run(pool, squares(1))
        assert reason in str(failure.value)

    def test_no_python_to_start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("allocator.sweeps.run.pool.COMMAND", ("/absent/python",))
        with pytest.raises(AllocatorError, match="no worker process could be started: No such file"):
            Pool(TOY, None, 2)


class TestParent:
    def test_workers_go_with_a_parent_that_is_killed(self, tmp_path: Path) -> None:
        script = tmp_path / "script.py"  # without a guard, as in a notebook
        script.write_text(
            textwrap.dedent("""
            from allocator.sweeps.run.pool import Pool
            pool = Pool("tests.sweeps.jobs:Toy", None, 2)
            while pool.free() < 2:
                pool.next_event(1)
            for name in "ab":
                pool.submit(name, ("slow_square", 1, 600))
            print(*(worker.process.pid for worker in pool._workers), flush=True)
            pool.next_event()
            """)
        )
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment)
        pids = list(map(int, present(parent.stdout).readline().split()))
        assert len(pids) == 2
        assert all(map(alive, pids))
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        present(parent.stdout).close()
        deadline = time.monotonic() + 20
        while any(map(alive, pids)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(map(alive, pids))

    def test_close_is_prompt_and_leaves_nobody(self) -> None:
        pool = Pool(TOY, None, 2)
        pool.next_event(30)
        pool.submit("long", ("slow_square", 1, 600))
        pids = [worker.process.pid for worker in pool._workers]
        assert os.getsid(0) not in map(os.getsid, pids)  # Ctrl-C in the terminal does not reach them
        began = time.monotonic()
        pool.close()
        assert time.monotonic() - began < 10  # the job would take ten minutes
        assert not any(map(alive, pids))
        pool.close()
