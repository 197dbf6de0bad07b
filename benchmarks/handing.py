"""Building a model and handing it to HiGHS: ours, and linopy with the same columns and rows.

linopy gets the finished arrays, so that its time is that of a modelling layer alone: no reading of an instance, and no
term that would have to be found. Each constraint family is one labelled block, as a user of linopy would write it.
"""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.alone import imported

Answer = dict[str, Any]


def ours(task: Answer) -> Answer:
    """CPU seconds from the instance in memory to the model in HiGHS."""
    from allocator.api import choose
    from allocator.formulation import formulate
    from allocator.problem import Problem
    from allocator.solving.highs import Resident
    from allocator.solving.standard_form import compile_model

    instance, model = choose(task["folder"], task["model"])
    marks = [time.process_time()]
    m = formulate(Problem(instance, model), lean=True)
    marks.append(time.process_time())
    matrix = compile_model(m)
    marks.append(time.process_time())
    Resident(matrix, {"threads": 1})
    marks.append(time.process_time())
    build, compiled, passed = (after - before for before, after in pairwise(marks))
    size = {"columns": len(matrix.columns), "rows": len(matrix.rows), "nonzeros": len(matrix.value)}
    return {"cpu": marks[-1] - marks[0], "build": build, "compile": compiled, "pass": passed, **size}


def linopy(task: Answer) -> Answer:
    """CPU seconds of linopy from the arrays of the same model to the model in HiGHS."""
    from allocator.api import choose
    from allocator.formulation import formulate
    from allocator.problem import Problem
    from allocator.solving.standard_form import compile_model

    lp, xarray = imported("linopy"), imported("xarray")
    pyomo = formulate(Problem(*choose(task["folder"], task["model"])), lean=True)  # the arrays name its rows
    matrix = compile_model(pyomo)
    blocks: dict[tuple[str, bool], list[int]] = {}
    for row, (name, _) in enumerate(matrix.row_keys):
        blocks.setdefault((name, bool(np.isfinite(matrix.row_lower[row]))), []).append(row)
    cost = matrix.costs[next(iter(matrix.costs))]
    began = time.process_time()
    m = lp.Model()
    label = np.zeros(len(matrix.columns), dtype=np.int64)
    for whole in (True, False):
        at = np.flatnonzero(matrix.integral == whole)
        if len(at):
            index = [xarray.DataArray(at, dims="column", name="column").to_index()]
            added = m.add_variables(matrix.lower[at], matrix.upper[at], index, name=f"x{whole:d}", integer=whole)
            label[at] = added.labels.values

    def expression(terms: Any, coefs: Any, constant: Any, dims: tuple[str, ...]) -> Any:
        data = {"coeffs": ((*dims, "_term"), coefs), "vars": ((*dims, "_term"), terms), "const": (dims, constant)}
        return lp.LinearExpression(xarray.Dataset(data), m)

    for (name, least), rows in blocks.items():
        here = np.array(rows)
        count = matrix.start[here + 1] - matrix.start[here]
        inside = np.arange(max(1, int(count.max())))[None, :] < count[:, None]
        place = np.repeat(matrix.start[here], count) + np.concatenate([np.arange(n) for n in count])
        terms, coefs = np.full(inside.shape, -1), np.full(inside.shape, np.nan)
        terms[inside], coefs[inside] = label[matrix.index[place]], matrix.value[place]
        left = expression(terms, coefs, np.zeros(len(here)), ("row",))
        side = matrix.row_lower[here] if least else matrix.row_upper[here]
        m.add_constraints(left, ">=" if least else "<=", xarray.DataArray(side, dims="row"), name=f"{name}{least:d}")
    used = np.flatnonzero(cost)
    m.add_objective(expression(label[used], cost[used], 0.0, ()))
    solver = m.to_highspy()
    taken = time.process_time() - began
    return {"cpu": taken, "columns": solver.getNumCol(), "rows": solver.getNumRow()}
