"""The cluster: the pool's interface on a real Dask scheduler with worker processes."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

import distributed as dask
import pytest

from allocator.errors import AllocatorError, BadUsage
from allocator.sweeps.run.cluster import HELD, Cluster
from allocator.sweeps.run.pool import Died, Done, Failed
from tests.sweeps.test_pool import TOY, is_right, run, squares

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def local() -> Iterator[dask.LocalCluster]:
    """Two worker processes, started anew when they die.

    Dask gives up a job at which four workers died, and with it any job that waited at each of the four.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        with dask.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as running:
            yield running


class TestJobs:
    def test_fifty_jobs_on_two_workers(self, local: dask.LocalCluster) -> None:
        jobs = {name: ("slow_square", x, 0.02) for name, (_, x) in squares(50).items()}
        with Cluster(TOY, {"base": 7}, local.scheduler_address) as cluster:
            assert cluster.free() == 2
            events = run(cluster, jobs)
        assert is_right(events, 50)
        assert {event.result["setup"]["base"] for event in events.values()} == {7}
        assert len({event.result["pid"] for event in events.values()}) == 2

    def test_errors_are_reported(self, local: dask.LocalCluster) -> None:
        with Cluster(TOY, None, local.scheduler_address) as cluster:
            events = run(cluster, {"bad": ("root", -1), "strange": ("unpicklable",), "good": ("root", 4)})
        assert isinstance(events["bad"], Failed)
        assert "ValueError: math domain error" in events["bad"].reason
        assert isinstance(events["strange"], Failed)
        assert events["good"] == Done("good", 2.0)

    def test_setups_do_not_mix_and_old_ones_go(self, local: dask.LocalCluster) -> None:
        for number in range(HELD + 2):
            with Cluster(TOY, number, local.scheduler_address) as cluster:
                assert {event.result["setup"] for event in run(cluster, squares(4)).values()} == {number}
        with Cluster(TOY, "a", local.scheduler_address) as first, Cluster(TOY, "b", local.scheduler_address) as second:
            for name, cluster in (("a", first), ("b", second), ("a", first)):
                assert {event.result["setup"] for event in run(cluster, squares(3)).values()} == {name}

    def test_nothing_comes_in_time(self, local: dask.LocalCluster) -> None:
        with Cluster(TOY, None, local.scheduler_address) as cluster:
            cluster.submit("slow", ("slow_square", 1, 1.0))
            assert cluster.next_event(0.05) is None
            event = cluster.next_event()
            assert event is not None
            assert event.name == "slow"


class TestDeaths:
    def test_a_worker_killed_in_mid_run_costs_nothing(self, local: dask.LocalCluster) -> None:
        waiting = deque((f"square {x}", ("slow_square", x, 0.1)) for x in range(30))
        events: dict[str, Any] = {}
        killed = None
        with Cluster(TOY, "x" * 1_000_000, local.scheduler_address) as cluster:
            while len(events) < 30:
                while waiting and cluster.free() > 0:
                    cluster.submit(*waiting.popleft())
                event: Any = cluster.next_event(0.25)
                if event is not None:
                    events[event.name] = event
                if killed is None and len(events) >= 8:
                    killed = event.result["pid"]
                    os.kill(killed, signal.SIGKILL)
        assert is_right(events, 30)
        assert len({event.result["pid"] for event in events.values()}) >= 2

    def test_a_job_that_ends_its_workers_is_given_up(self, local: dask.LocalCluster) -> None:
        with Cluster(TOY, None, local.scheduler_address) as cluster:
            events = run(cluster, {"abort": ("abort",), **squares(10)})
            assert events["abort"] == Died("abort", "4 workers of the cluster died at it")
            beside = {name: job for name, job in squares(10).items() if isinstance(events[name], Died)}
            assert is_right(events | run(cluster, beside), 10)

    def test_a_cluster_without_workers_waits_for_them(self) -> None:
        with (
            dask.LocalCluster(n_workers=0, processes=True, dashboard_address=":0") as running,
            Cluster(TOY, None, running.scheduler_address) as cluster,
        ):
            assert cluster.free() == 1
            cluster.submit("a", ("square", 3))
            assert (cluster.free(), cluster.next_event(0.2)) == (0, None)
            running.scale(1)
            done: Any = cluster.next_event(30)
            assert done.result["square"] == 9

    def test_a_scheduler_that_goes_is_reported(self) -> None:
        with dask.LocalCluster(n_workers=1, processes=True, dashboard_address=":0") as running:
            cluster = Cluster(TOY, None, running.scheduler_address)
            cluster.submit("slow", ("slow_square", 1, 30))
            time.sleep(0.2)
        with pytest.raises(AllocatorError, match=r"is gone or was restarted.*; finished points are kept"):
            cluster.next_event(30)
        began = time.monotonic()
        cluster.close()
        assert time.monotonic() - began < 15


class TestRefusals:
    def test_workers_that_cannot_be_set_up(self, local: dask.LocalCluster) -> None:
        for make, reason in (("tests.sweeps.jobs:Broken", "no use for this"), ("absent:Toy", "No module named")):
            with (
                Cluster(make, "this", local.scheduler_address) as cluster,
                pytest.raises(AllocatorError, match=f"(?s)cannot do the jobs: .*{reason}"),
            ):
                run(cluster, squares(2))

    def test_workers_with_other_versions(self, local: dask.LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("allocator.sweeps.run.cluster._versions", lambda: {"highs": "0.1", "python": "4"})
        with (
            Cluster(TOY, None, local.scheduler_address) as cluster,
            pytest.raises(AllocatorError, match=r"the worker has highs [0-9.]+ for 0.1, python [0-9.]+ for 4; "),
        ):
            run(cluster, squares(2))

    def test_dask_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "distributed", None)
        with pytest.raises(BadUsage, match=r'pip install ".\[cluster\]"'):
            Cluster(TOY, None, "tcp://127.0.0.1:8786")

    @pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "", "strange://127.0.0.1:9"])
    def test_nobody_answers(self, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
        monkeypatch.setattr("allocator.sweeps.run.cluster.ANSWERS_WITHIN", 0.5)
        with pytest.raises(BadUsage, match=r"no Dask scheduler answers at .* within 0.5 s"):
            Cluster(TOY, None, address)

    def test_a_client_that_failed_is_closed_at_once(self) -> None:
        """Closed by the garbage collector, it may wait for a lock of Dask's that the same thread holds."""
        with pytest.raises(BadUsage):
            Cluster(TOY, None, "nonsense")
        until = time.monotonic() + 30
        while any(isinstance(thing, dask.Client) and thing.status != "closed" for thing in gc.get_objects()):
            assert time.monotonic() < until
            time.sleep(0.05)

    def test_somebody_else_takes_the_call_and_is_silent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("allocator.sweeps.run.cluster.ANSWERS_WITHIN", 0.5)
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen()
            with pytest.raises(BadUsage, match="no Dask scheduler answers"):
                Cluster(TOY, None, f"tcp://127.0.0.1:{listening.getsockname()[1]}")
