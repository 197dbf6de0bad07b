r"""Progressive hedging with mpi-sppy (the extra ``futures``): futures are solved one by one and brought to agree.

Each future has a commitment of its own. Every round adds a price for leaving the average and a penalty on the distance
to it, until the commitments agree or the rounds are over (Rockafellar and Wets 1991, Mathematics of Operations Research
16(1); mpi-sppy: Knueven, Mildebrath, Muir, Siirola, Watson and Woodruff 2023, Mathematical Programming Computation
15(4)). The value at risk is a decision of the first stage as well, so that the conditional value at risk is an
expectation. With whole numbers this is a heuristic: the average is rounded to a commitment within all limits, and the
ordinary second stages evaluate it. The prices prove a lower bound (Gade et al. 2016, Mathematical
Programming 157(1)).
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import floor
from typing import Any

import pyomo.core as pyo

from allocator.audit import check_commitments
from allocator.families.rows import linear
from allocator.hedging.first_stage import Commitment
from allocator.hedging.two_stage import two_stage
from allocator.instance import Instance
from allocator.model import Model
from allocator.statistics import ONE, Taste
from allocator.withdrawal import Future

ROUNDS = 10
"""Most rounds of progressive hedging."""

PENALTY = 0.2
"""Penalty of a distance as great as the range of a decision, in gap, times two."""

NEAR = 1e-3
"""The rounds end when the mean distance to the average, in units, is below this."""


def consensus(
    instance: Instance,
    model: Model,
    futures: Sequence[Future],
    taste: Taste,
    options: Mapping[str, Any],
    time_limit: float | None,
) -> tuple[Commitment, float]:
    """A commitment on which the futures nearly agree, in whole units within all limits, and a bound of the gap."""
    alone = taste.worst_alone([future.probability for future in futures])
    with contextlib.redirect_stdout(io.StringIO()):
        import pyomo.environ  # noqa: F401  (registers the solver)
        from mpisppy.opt.ph import PH
        from mpisppy.utils.sputils import attach_root_node, solver_options_layer

        def scenario(name: str, **_: Any) -> pyo.ConcreteModel:
            future = futures[int(name.rpartition("_")[2])]
            m = two_stage(instance, model, [replace(future, probability=ONE)], taste, alone)
            first = [*m.commit.values(), *([m.level] if taste.weight else [])]
            most = sum(variable.ub for variable in m.commit.values())
            every = linear((1.0, x) for x in m.commit.values()).expression()
            m.every_commitment = pyo.Constraint(expr=(None, every, most))
            attach_root_node(m, 0.0, first)  # each first-stage variable must be in some row
            m._mpisppy_probability = float(future.probability)
            return m

        def penalties(m: pyo.ConcreteModel) -> list[tuple[int, float]]:
            rho = [(id(variable), PENALTY / variable.ub**2) for variable in m.commit.values()]
            return [*rho, (id(m.level), PENALTY)] if taste.weight else rho

        solver = {key: options[key] for key in ("mip_rel_gap", "mip_abs_gap", "threads", "random_seed")}
        settings = {
            "solver_name": "appsi_highs",
            "PHIterLimit": ROUNDS,
            "defaultPHrho": 1.0,
            "convthresh": NEAR,
            "verbose": False,
            "display_progress": False,
            "solver_options_layers": [solver_options_layer("default", solver)],
            "linearize_proximal_terms": True,
            "time_limit": time_limit,
            "toc": False,
        }
        names = [f"future_{s}" for s in range(len(futures))]
        hedging = PH(settings, names, scenario, rho_setter=penalties)
        _, _, trivial = hedging.ph_main(finalize=False)
        m = hedging.local_scenarios[names[0]]
        average = {variable.index(): 0.0 for variable in m.commit.values()}
        for position, variable in enumerate(m.commit.values()):
            average[variable.index()] = float(m._mpisppy_model.xbars["ROOT", position].value)
        bound = max(trivial, hedging.post_solve_bound(solver))
    return rounded(instance, model, average), float(bound)


def rounded(instance: Instance, model: Model, average: Mapping[tuple[str, str, int], float]) -> Commitment:
    """Whole units near an average of commitments: rounded down, then up where the limits allow it."""
    units = {key: floor(value + 1e-6) for key, value in average.items()}
    order = sorted(average, key=lambda key: units[key] - average[key])
    for key in order:
        if average[key] - units[key] > 1e-6:
            more = {**units, key: units[key] + 1}
            if not check_commitments(instance, model, {k: count for k, count in more.items() if count}):
                units = more
    return {key: count for key, count in units.items() if count}
