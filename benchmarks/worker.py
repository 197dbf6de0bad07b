"""One measurement in a process of its own: `python -m benchmarks.worker KIND JSON`.

`allocator` reads, builds, solves and audits a folder; `export` writes the same programme as MPS, a file for each
objective; `highs` and `scip` solve those files. `sweep` runs a sweep in the process itself, with its time limit in CPU
seconds. `hand-over` builds a model and hands it to HiGHS, `linopy` does so with the same model through linopy. Each
writes one JSON object to standard output; a peer that is not installed is the exit code 3.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import alone, handing
from benchmarks.cpu_clock import by_cpu

Answer = dict[str, Any]

MISSING = 3
"""Exit code where a peer is not installed."""


def of_allocator(task: dict[str, Any]) -> Answer:
    import allocator
    import allocator.solving.solver
    from benchmarks.course import Course

    course = Course()
    began = time.perf_counter()
    instance = allocator.read(task["folder"])
    read = time.perf_counter() - began
    plan = allocator.solve(
        instance,
        task["model"],
        gap=task["gap"],
        time_limit=task["time_limit"],
        threads=task["threads"],
        seed=task["seed"],
        progress=course,
    )
    times = plan.manifest["times"]
    stages = plan.manifest.get("stages") or []
    first = stages[0] if stages else {}
    return {
        "read": read,
        "load": times.get("load"),  # None if the instance was settled without a solver
        "solve": times["solver"],
        "audit": times.get("audit"),
        "total": time.perf_counter() - began,
        "status": plan.status,
        "value": first.get("value"),
        "bound": first.get("bound"),
        "values": [(stage["value"], stage["bound"]) for stage in stages],
        "open": [stage["objective"] for stage in stages if stage["gap"] > 1.1 * task["gap"] + 1e-9],
        **course.summary(task["marks"]),
    }


def of_export(task: dict[str, Any]) -> Answer:
    """Write the file of each objective; the answer names them, and the tolerance of the model."""
    from allocator.api import choose, export

    _, model = choose(task["folder"], task["model"])
    files = [task["mps"]]
    export(task["folder"], task["model"], task["mps"])
    for name in model.objectives[1:] if task.get("every") else ():
        files.append(str(Path(task["mps"]).with_suffix(f".{name}.mps")))
        export(task["folder"], task["model"], files[-1], objective=name)
    return {"files": files, "tolerance": model.tolerance}


def of_sweep(task: dict[str, Any]) -> Answer:
    """A sweep: points that are proved, and how often each objective is the first that stays open."""
    import allocator
    from allocator.outcome import relative_gap

    began, cpu = time.perf_counter(), time.process_time()
    design = allocator.Design(vary=tuple(task["vary"]))
    with allocator.sweep(
        task["folder"], design, gap=task["gap"], time_limit=task["time_limit"], seed=task["seed"], workers=0
    ) as sweep:
        rows = [row for one in sweep.answers for row in one.rows]
    stayed: dict[str, int] = {}
    for row in rows:
        gaps = {name: relative_gap(value, bound) for name, value, bound in row.stages}
        if row.status in ("feasible", "no_plan"):
            name = next((name for name, gap in gaps.items() if gap > task["gap"] + 1e-9), "no plan")
            stayed[name] = stayed.get(name, 0) + 1
    proved = sum(row.status in ("optimal", "infeasible") for row in rows)
    took = {"total": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    return {"points": len(rows), "proved": proved, "known": sum(row.proved for row in rows), "open": stayed, **took}


KINDS: dict[str, Callable[[dict[str, Any]], Answer]] = {
    "allocator": of_allocator,
    "export": of_export,
    "highs": alone.highs,
    "scip": alone.scip,
    "sweep": of_sweep,
    "hand-over": handing.ours,
    "linopy": handing.linopy,
}

if __name__ == "__main__":
    if sys.argv[1] == "sweep":
        by_cpu()
    try:
        result = KINDS[sys.argv[1]](json.loads(sys.argv[2]))
    except alone.PeerMissing as missing:
        sys.stderr.write(f"{missing}\n")
        sys.exit(MISSING)
    result["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result["process"] = time.process_time()
    sys.stdout.write(json.dumps(result) + "\n")
