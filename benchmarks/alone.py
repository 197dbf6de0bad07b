"""Other solvers on the exported files: each objective after the other, as a user would do it by hand.

A task has ``files``, one for each objective in the model's order: the same columns and rows, another objective. Each
objective is minimised, and then held at its value, times 1 + ``tolerance``, plus a millionth.
"""

from __future__ import annotations

import time
from typing import Any

from benchmarks.course import Course

Answer = dict[str, Any]

HOLD = 1e-6
"""What later objectives may take from an earlier one, relative to max(1, its size)."""


class PeerMissing(Exception):
    """A peer that is measured only on request is not installed."""


def imported(name: str) -> Any:
    """A module of the extra ``bench``.

    Raises
    ------
    PeerMissing
        It is not installed.
    """
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError:
        raise PeerMissing(f"{name} is not installed; run: pip install 'allocator[bench]'") from None


def highs(task: Answer) -> Answer:
    """HiGHS alone, on one loaded model: from stage to stage it keeps its solution."""
    import highspy

    began = time.perf_counter()
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    costs = []
    for path in reversed(task["files"]):  # the first objective is read last and stays
        solver.readModel(path)
        costs.append(list(solver.getLp().col_cost_))
    course = Course()
    read, work = time.perf_counter() - began, time.perf_counter()
    names = {"mip_rel_gap": "gap", "threads": "threads", "random_seed": "seed"}
    for option, key in names.items():
        if solver.setOptionValue(option, task[key]) != highspy.HighsStatus.kOk:
            raise SystemExit(f"HiGHS refuses {option}={task[key]!r}")
    solver.cbMipInterrupt.subscribe(lambda event: course.note(*known(event.data_out)))
    values, status, columns = [], "Optimal", list(range(solver.getNumCol()))
    for cost in reversed(costs):
        left = task["time_limit"] - (time.perf_counter() - work)
        if left <= 0:
            status = "Time limit reached"
            break
        solver.setOptionValue("time_limit", left)
        solver.changeColsCost(len(columns), columns, cost)
        solver.run()
        status = solver.modelStatusToString(solver.getModelStatus())
        info = solver.getInfo()
        if info.primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
            break
        values.append((info.objective_function_value, info.mip_dual_bound))
        used = [at for at in columns if cost[at]]
        solver.addRow(-highspy.kHighsInf, held(values[-1][0], task), len(used), used, [cost[at] for at in used])
        if status != "Optimal":
            break
    return answer(course, task, read, work, status, values) | {"columns": len(columns), "rows": solver.getNumRow()}


def scip(task: Answer) -> Answer:
    """SCIP alone; each objective begins with the solution of the one before."""
    pyscipopt = imported("pyscipopt")
    began = time.perf_counter()
    costs = []
    for path in reversed(task["files"]):
        model = pyscipopt.Model()
        model.hideOutput()
        model.readProblem(path)
        costs.append({variable.name: variable.getObj() for variable in model.getVars()})
    course = Course()
    read, work = time.perf_counter() - began, time.perf_counter()
    model.setParam("limits/gap", task["gap"])
    values, status = [], "optimal"
    for cost in reversed(costs):
        left = task["time_limit"] - (time.perf_counter() - work)
        if left <= 0:
            status = "timelimit"
            break
        model.setParam("limits/time", left)
        total = pyscipopt.quicksum(cost[variable.name] * variable for variable in model.getVars())
        model.setObjective(total, "minimize")
        model.optimize()
        status = model.getStatus()
        if not model.getNSols():
            break
        values.append((model.getObjVal(), model.getDualbound()))
        course.note(*values[-1])
        model.freeTransform()
        model.addCons(total <= held(values[-1][0], task))
        if status not in ("optimal", "gaplimit"):
            break
    return answer(course, task, read, work, status, values)


def held(value: float, task: Answer) -> float:
    """The most that later objectives may leave of an earlier one."""
    return float((1 + task.get("tolerance", 0.0)) * value + HOLD * max(1.0, abs(value)))


def answer(
    course: Course, task: Answer, read: float, work: float, status: str, values: list[tuple[float, float]]
) -> Answer:
    """What a worker reports; ``cpu`` does not include reading the files."""
    done = status if len(values) == len(task["files"]) else f"{status}, {len(values)} of {len(task['files'])}"
    first = values[0] if values else (None, None)
    took = time.perf_counter() - work
    summary = {"read": read, "solve": took, "total": read + took, "status": done, "values": values}
    return {**summary, "value": first[0], "bound": first[1], **course.summary(task["marks"])}


def known(event: Any) -> tuple[float | None, float | None]:
    """Value and bound that HiGHS reports, None where infinite."""
    value, bound = event.mip_primal_bound, event.mip_dual_bound
    return value if abs(value) < 1e100 else None, bound if abs(bound) < 1e100 else None
