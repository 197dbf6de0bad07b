"""Sweeps against the loop that a user would write: ``python -m benchmarks.sweeps``.

The loop builds the Pyomo model at each point and solves its objectives one after the other with
``SolverFactory("appsi_highs")`` to the same gap. The loop solves every n-th point of the same design (`--every`), the
sweep all points; the ratio compares proved points a second. The answers are compared as well. Some points of the grids
in `HARD` take the loop minutes: `--time-limit`.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import resource
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyomo.environ as pyo

import allocator
from allocator.api import choose
from allocator.solving.versions import versions
from benchmarks.__main__ import whole

GRIDS = {
    "reassurance-force": (
        "nations[nation=FRA].troop_ceiling=1000:20000:20",
        "budgets[payer=common].amount=20:200:10",
    ),
    "sky-shield": ("nations[nation=FRA].troop_ceiling=500:10000:20", "nations[nation=GBR].troop_ceiling=500:5000:10"),
    "us-drawdown": (
        "nations[nation=FRA].troop_ceiling=1000:20000:20",
        "nations[nation=GBR].troop_ceiling=1000:10000:10",
    ),
}
"""Two right-hand sides each, 200 points."""

HARD = {
    "jef-plus-france": (
        "nations[nation=FRA].troop_ceiling=2000:9000:8",
        "nations[nation=GBR].troop_ceiling=1000:5000:5",
    ),
    "deterrence-force": (
        "nations[nation=FRA].troop_ceiling=4000:20000:8",
        "nations[nation=TUR].troop_ceiling=8000:40000:5",
    ),
    "european-army": (
        "nations[nation=FRA].troop_ceiling=2000:16000:8",
        "nations[nation=DEU].troop_ceiling=1000:9000:5",
    ),
}
"""Two ceilings each, 40 points, each of which is a search of its own."""

LONG = ("training-mission", "nations[nation=GBR].troop_ceiling=20:2000:100", "budgets.amount*=0.02:2:100")
"""10,000 points."""

REPEATED = 60.0
"""Sweeps that take fewer seconds are run on one worker and on two with several seeds of HiGHS."""

Values = dict[str, float]


def by_hand(instance: Any, model: Any, gap: float, limit: float | None = None) -> tuple[float, Values]:
    """Seconds of one point of the loop, and the objectives that it proves; HiGHS may pass the limit by seconds."""
    began = time.perf_counter()
    m = allocator.build(instance, model)
    solver = pyo.SolverFactory("appsi_highs")
    solver.config.mip_gap = gap
    solver.highs_options = {"threads": 1}
    m.held = pyo.ConstraintList()
    values: Values = {}
    for name in model.objectives:
        if limit is not None:
            left = limit - (time.perf_counter() - began)
            if left <= 0:
                break
            solver.config.time_limit = left
        for other in model.objectives:
            m.component(f"objective_{other}").deactivate()
        objective = m.component(f"objective_{name}")
        objective.activate()
        if str(solver.solve(m, load_solutions=False).solver.termination_condition) != "optimal":
            break
        solver.load_vars()
        values[name] = pyo.value(objective)
        m.held.add(objective.expr <= values[name] + 1e-6 * max(1.0, abs(values[name])))
    return time.perf_counter() - began, values


def swept(
    name: str, design: allocator.Design, gap: float, workers: int, seed: int = 0, limit: float | None = None
) -> tuple[float, list[Any], list[Any]]:
    """Seconds of a whole sweep, its rows and its extra rows; in this process (0 workers) or including worker start."""
    began = time.perf_counter()
    with allocator.sweep(name, design, gap=gap, workers=workers, time_limit=limit, seed=seed) as sweep:
        took = time.perf_counter() - began
        rows = [row for answer in sweep.answers for row in answer.rows]
        helpers = [row for answer in sweep.answers for row in answer.helpers]
        return took, rows, helpers


def seconds(what: str, rows: list[Any]) -> float:
    """Seconds of all rows, ``total`` or in the ``solver``."""
    return math.fsum(row.seconds[what] for row in rows if row.seconds)


def thinned(vary: tuple[str, ...], points: int | None) -> tuple[str, ...]:
    """The axes of a grid, reduced to at most this many points together."""
    if points is None:
        return vary
    most = max(2, math.isqrt(points))
    axes = (axis.rpartition(":") for axis in vary)
    return tuple(f"{span}:{min(int(steps), most)}" for span, _, steps in axes)


def measure(
    name: str, title: str, design: allocator.Design, gap: float, every: int, seeds: int, limit: float | None = None
) -> None:
    """Measure one design on one instance: the sweep in this process, the loop, and one and two workers."""
    here, rows, helpers = swept(name, design, gap, 0, limit=limit)
    solver = seconds("solver", rows + helpers)
    shared = (here - seconds("total", rows + helpers)) / len(rows)
    own = shared + statistics.median(row.seconds["total"] - row.seconds["solver"] for row in rows)
    instance, model = choose(name)
    loop, differences, closed = [], [0.0], 0
    for row in rows[:: min(every, max(1, len(rows) // 10))]:
        took, values = by_hand(*choose(instance, model, row.point.overrides), gap, limit)
        loop.append(took)
        closed += len(values) == len(model.objectives)
        first = model.objectives[0]
        if first in values and row.status == "optimal":
            differences.append(abs(values[first] - row.values[first]) / max(1e-3, abs(values[first])))
    known, proved = sum(row.proved for row in rows), sum(row.status == "optimal" for row in rows)
    ours, theirs = proved / here, closed / math.fsum(loop)
    print(
        f"{name}, {title}: {len(rows)} points, {proved} proved, {known} of them without a solve\n"
        f"  in this process {here:.1f} s ({ours:.2f} proved points/s), of which HiGHS {solver:.1f} s, "
        f"own {1e3 * (here - solver) / len(rows):.1f} ms a point, median {1e3 * own:.1f}\n"
        f"  loop, {len(loop)} of the points: {closed} proved, mean {statistics.mean(loop):.3f} s, "
        f"median {statistics.median(loop):.3f} s a point; greatest difference of {first} {max(differences):.1e}\n"
        f"  ratio of proved points a second: {ours / theirs if theirs else math.inf:.1f}",
        flush=True,
    )
    ones, twos = [], []  # which points need a solve depends on their order, and so on chance
    for seed in range(seeds if here < REPEATED else 1):
        ones.append(swept(name, design, gap, 1, seed, limit)[0])
        twos.append(swept(name, design, gap, 2, seed, limit)[0])
    ratios = [one / two for one, two in zip(ones, twos, strict=True)]
    one, two = statistics.median(ones), statistics.median(twos)
    print(
        f"  one worker process {one:.1f} s, two {two:.1f} s: {statistics.median(ratios):.2f} x "
        f"({', '.join(f'{ratio:.2f}' for ratio in ratios)} by seed); "
        f"two workers beside the loop: {proved / two / theirs if theirs else math.inf:.1f} x",
        flush=True,
    )
    if design.vary:
        began = time.perf_counter()
        with ThreadPoolExecutor(2) as both:
            list(both.map(lambda _: swept(name, design, gap, 1), range(2)))
        apart = time.perf_counter() - began
        print(f"  two such sweeps at once {apart:.1f} s: the machine gives at most {2 * one / apart:.2f} x", flush=True)


def long(gap: float, points: int | None) -> None:
    """10,000 points: memory during the sweep, and the time to read all of them again."""
    name, *vary = LONG
    design = allocator.Design(vary=thinned(tuple(vary), points))
    used: list[float] = []

    def note_memory(progress: Any) -> None:
        if progress.done % max(1, progress.points // 10) == 0:
            used.append(resident())

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.sweep"
        began = time.perf_counter()
        with allocator.sweep(name, design, gap=gap, workers=0, store=path, progress=note_memory) as sweep:
            rows = sum(len(answer.rows) for answer in sweep.answers)
        took = time.perf_counter() - began
        began = time.perf_counter()
        with allocator.sweep(name, design, gap=gap, workers=0, store=path):
            again = time.perf_counter() - began
    print(
        f"{name}: {rows} points in {took:.0f} s ({1e3 * took / rows:.1f} ms each) on one process; memory from a tenth "
        f"of them to the last {used[-1] - used[min(1, len(used) - 1)]:+.1f} MB; found again in {again:.2f} s"
    )


def resident() -> float:
    """Resident memory of this process in MB."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 2**20
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweeps", description=__doc__)
    parser.add_argument("--gap", type=float, default=1e-4, help="relative gap of each solve (default: %(default)s)")
    parser.add_argument(
        "--every", type=whole, default=10, help="the loop solves every n-th point (default: %(default)s)"
    )
    parser.add_argument(
        "--only", choices=[*GRIDS, *HARD], nargs="+", default=list(GRIDS),
        help=f"only these instances (default: {', '.join(GRIDS)})",
    )  # fmt: skip
    parser.add_argument("--time-limit", type=float, help="seconds a point, of the grid and of the loop (default: none)")
    parser.add_argument(
        "--skip", choices=("grid", "one-at-a-time", "long"), nargs="+", default=(), help="leave these designs out"
    )
    parser.add_argument("--points", type=whole, help="most points of each grid and of the long sweep, at least 4")
    parser.add_argument(
        "--figures", nargs="+", metavar="NAME", help="figures of the design one-at-a-time (default: all with a range)"
    )
    parser.add_argument(
        "--seeds", type=whole, default=5,
        help="seeds with which sweeps on one worker and on two are repeated (default: %(default)s)",
    )  # fmt: skip
    arguments = parser.parse_args()
    named = ", ".join(f"{name} {number}" for name, number in versions().items())
    print(f"{named}; {platform.platform()}, {os.cpu_count()} processors; gap {arguments.gap:g}", flush=True)
    for name in arguments.only:
        if "grid" not in arguments.skip:
            grid = allocator.Design(vary=thinned({**GRIDS, **HARD}[name], arguments.points))
            limit = arguments.time_limit
            measure(name, "grid", grid, arguments.gap, arguments.every, arguments.seeds, limit)
        if "one-at-a-time" not in arguments.skip:
            alone = allocator.Design(one_at_a_time=tuple(arguments.figures or ()) or True)
            measure(name, "one at a time", alone, arguments.gap, arguments.every, arguments.seeds)
    if "long" not in arguments.skip:
        long(arguments.gap, arguments.points)


if __name__ == "__main__":
    main()
