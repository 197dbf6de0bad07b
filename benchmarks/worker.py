"""One measurement in a process of its own: `python -m benchmarks.worker allocator|export|highs JSON`.

`allocator` reads, builds, solves and audits a folder; `export` writes the same programme as MPS; `highs` solves that
file with HiGHS alone. Each writes one JSON object to standard output.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

Answer = dict[str, Any]


def of_allocator(task: dict[str, Any]) -> Answer:
    import allocator
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
        **course.summary(task["marks"]),
    }


def of_export(task: dict[str, Any]) -> Answer:
    from allocator.api import export

    export(task["folder"], task["model"], task["mps"])
    return {}


def of_highs(task: dict[str, Any]) -> Answer:
    import highspy

    from benchmarks.course import Course

    course = Course()
    began = time.perf_counter()
    solver = highspy.Highs()
    names = {"mip_rel_gap": "gap", "time_limit": "time_limit", "threads": "threads", "random_seed": "seed"}
    solver.setOptionValue("output_flag", False)
    solver.readModel(task["mps"])  # before the options, because a time limit stops the reading too
    read = time.perf_counter() - began
    for option, key in names.items():
        if solver.setOptionValue(option, task[key]) != highspy.HighsStatus.kOk:
            raise SystemExit(f"HiGHS refuses {option}={task[key]!r}")
    solver.cbMipInterrupt.subscribe(lambda event: course.note(*_known(event.data_out)))
    solver.run()
    info = solver.getInfo()
    found = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    return {
        "read": read,
        "solve": time.perf_counter() - began - read,
        "total": time.perf_counter() - began,
        "status": solver.modelStatusToString(solver.getModelStatus()),
        "value": info.objective_function_value if found else None,
        "bound": info.mip_dual_bound,
        "columns": solver.getNumCol(),
        "rows": solver.getNumRow(),
        **course.summary(task["marks"]),
    }


def _known(event: Any) -> tuple[float | None, float | None]:
    """Value and bound that HiGHS reports, None where infinite."""
    value, bound = event.mip_primal_bound, event.mip_dual_bound
    return value if abs(value) < 1e100 else None, bound if abs(bound) < 1e100 else None


KINDS: dict[str, Callable[[dict[str, Any]], Answer]] = {
    "allocator": of_allocator,
    "export": of_export,
    "highs": of_highs,
}

if __name__ == "__main__":
    result = KINDS[sys.argv[1]](json.loads(sys.argv[2]))
    result["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps(result) + "\n")
