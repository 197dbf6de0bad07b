"""HiGHS through its array interface; only this file imports highspy.

A :class:`Resident` holds one loaded model and solves it again and again: another objective, another row, another
start point. It reports why a run stopped, what it found and what it proved, and nothing more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import highspy
import numpy as np
from numpy.typing import NDArray

from allocator.errors import BadUsage, SolverError
from allocator.outcome import Stop
from allocator.solving.running import GRACE, Run, Running, Sight
from allocator.solving.stalling import Stall
from allocator.solving.standard_form import Floats, Matrix

VERSION = highspy.Highs().version()
TYPICAL = 1e3
"""Size to which a typical objective coefficient is scaled: HiGHS drops improvements below 1e-6."""

SCALE_LIMIT = 2.0**40

AGGREGATOR = 1 << 12
"""A rule of presolve that is off: with it, HiGHS 1.15.1 overlooks plans.

It calls small programmes infeasible that have a plan, and plans optimal that are not, where a pool can send its least
contribution or nothing.
"""

Method = Literal["inside", "corner", "again"]
"""How a relaxation is solved: see :meth:`Resident.relaxation`."""

LARGE = 1_000
"""Columns from which a relaxation is solved by interior points."""

MANY = 0.05
"""Share of the non-zeros that may change before a model is loaded anew."""

_MEANING = {
    highspy.HighsModelStatus.kOptimal: Stop.PROVED,
    highspy.HighsModelStatus.kInfeasible: Stop.INFEASIBLE,
    highspy.HighsModelStatus.kTimeLimit: Stop.TIME_LIMIT,
    highspy.HighsModelStatus.kInterrupt: Stop.INTERRUPT,
    highspy.HighsModelStatus.kSolutionLimit: Stop.NODE_LIMIT,
    highspy.HighsModelStatus.kObjectiveTarget: Stop.PROVED,  # set only where nothing better is possible
}


FAR = 0.01
"""By how much the relative gap of a proof that HiGHS reports may exceed the gap that was asked for."""


@dataclass(frozen=True)
class Relaxation:
    """An optimum of the model without the requirement of whole numbers.

    ``point`` has one value per column; ``reduced_cost`` is what one more unit of a column would add (in HiGHS's
    units); ``price`` is what one more unit of a row's limit would add, in the objective's and the row's own units; no
    plan is below ``bound``; ``corner`` is true if the point is a corner of the feasible set.
    """

    corner: bool
    point: Floats
    reduced_cost: Floats
    price: Floats
    bound: float


def set_option(solver: Any, name: str, value: bool | int | float | str) -> None:
    """Set an option of HiGHS.

    Raises
    ------
    BadUsage
        HiGHS has no such option, or refuses the value.
    """
    if solver.getOptionType(name)[0] != highspy.HighsStatus.kOk:
        raise BadUsage(f"HiGHS {VERSION} has no option {name!r}")
    if solver.setOptionValue(name, value) == highspy.HighsStatus.kError:
        raise BadUsage(f"HiGHS {VERSION} refuses {value!r} for its option {name!r}")


class Resident:
    """One model loaded into HiGHS.

    Parameters
    ----------
    matrix : Matrix
        Columns, rows and objectives.
    options : mapping
        Options of HiGHS by name.

    Raises
    ------
    BadUsage
        An option is unknown to HiGHS.
    SolverError
        HiGHS did not accept the whole model.
    """

    def __init__(self, matrix: Matrix, options: Mapping[str, bool | int | float | str]) -> None:
        self.matrix = matrix
        self.options = dict(options)
        self._row_scale, self._column_scale = matrix.scales
        self.solver = self._load()
        for name, value in {"output_flag": False, "small_matrix_value": 1e-12, **options}.items():
            set_option(self.solver, name, value)
        self._scale = 1.0
        self.objective = ""  # that is minimised
        self.held: list[tuple[str, float]] = []  # objectives with rows that keep them at or below a value
        self.seconds = 0.0  # spent in HiGHS
        self.grace = GRACE  # seconds in which a run may follow an interruption
        self.iterations = 0  # of the simplex method in the last run
        self.lost: Stop | None = None  # why a run was left behind; nothing may touch the solver after that

    def _load(self) -> Any:
        matrix, rows, columns = self.matrix, self._row_scale, self._column_scale
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(matrix.columns), len(matrix.rows)
        lp.col_cost_ = np.zeros(lp.num_col_)
        lp.col_lower_, lp.col_upper_ = matrix.lower / columns, matrix.upper / columns
        lp.row_lower_, lp.row_upper_ = matrix.row_lower * rows, matrix.row_upper * rows
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[integral] for integral in matrix.integral.tolist()]
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = lp.num_col_, lp.num_row_
        lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.start, matrix.index
        lp.a_matrix_.value_ = matrix.value * rows[matrix.row_index] * columns[matrix.index]
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("small_matrix_value", 1e-12)
        set_option(solver, "presolve_rule_off", AGGREGATOR)
        answer = solver.passModel(lp)
        expected = (lp.num_col_, lp.num_row_, np.count_nonzero(matrix.value))  # HiGHS drops zeros of a layout
        loaded = (solver.getNumCol(), solver.getNumRow(), solver.getNumNz())
        if answer == highspy.HighsStatus.kError or expected != loaded:
            raise SolverError(
                f"HiGHS accepted {loaded} columns, rows and non-zeros, but the model has {expected}; nothing was solved"
            )
        return solver

    def change_to(self, matrix: Matrix) -> bool:
        """Change the loaded model to another of the same layout (:func:`laid_out`), in place.

        Only coefficients that differ are changed. Rows added since the start and what HiGHS remembers of earlier runs
        are removed. Returns False and changes nothing if so many differ that loading anew is quicker.
        """
        if self.lost is not None:
            return False
        solver, width = self.solver, len(matrix.columns)
        place = matrix.row_index * width + matrix.index
        before = np.zeros(len(place))
        before[np.searchsorted(place, self.matrix.row_index * width + self.matrix.index)] = self.matrix.value
        changed = np.nonzero(before != matrix.value)[0]
        if len(changed) > max(100, MANY * len(place)):
            return False
        rows, columns = self._row_scale, self._column_scale
        solver.clearSolver()
        self.let_go()
        self.matrix = matrix
        self.release()
        every = np.arange(len(matrix.rows), dtype=np.int32)
        solver.changeRowsBounds(len(every), every, matrix.row_lower * rows, matrix.row_upper * rows)
        for k in changed.tolist():
            row, column = int(matrix.row_index[k]), int(matrix.index[k])
            solver.changeCoeff(row, column, float(matrix.value[k] * rows[row] * columns[column]))
        return True

    def forget(self) -> None:
        """Remove what HiGHS remembers of earlier runs."""
        if self.lost is None:
            self.solver.clearSolver()

    def prove_to(self, gap: float) -> None:
        """Set the relative gap at which later runs end."""
        if self.lost is None and self.options.get("mip_rel_gap") != gap:
            self.options["mip_rel_gap"] = gap
            set_option(self.solver, "mip_rel_gap", gap)

    def minimise(self, objective: str) -> None:
        """Choose the objective of the next run.

        Coefficients are scaled to about a thousand, so that the solver's absolute tolerances mean the same for a share
        of a requirement as for millions.
        """
        if self.lost is not None:
            return
        self.objective = objective
        cost = self.matrix.costs[objective] * self._column_scale
        used = np.abs(cost[cost != 0])
        self._scale = 1.0
        if len(used):
            middle = float(np.exp(np.mean(np.log(used))))
            self._scale = float(2.0 ** np.round(np.log2(min(max(TYPICAL / middle, 1 / SCALE_LIMIT), SCALE_LIMIT))))
        columns = np.arange(len(cost), dtype=np.int32)
        self.solver.changeColsCost(len(cost), columns, cost * self._scale)

    def scaled(self, value: float) -> float:
        """A value of the objective to minimise, in HiGHS's units, with an allowance for rounding."""
        return value * self._scale + 1e-9 * max(1.0, abs(value * self._scale))

    def hold(self, objective: str, most: float) -> None:
        """Add a row that keeps an objective at or below a value, in the objective's own unit."""
        self.held.append((objective, most))  # parts of a model that is lost keep it too
        if self.lost is not None:
            return
        cost = self.matrix.costs[objective] * self._column_scale
        used = np.nonzero(cost)[0].astype(np.int32)
        largest = float(np.abs(cost[used]).max()) if len(used) else 1.0
        scale = 2.0 ** np.round(np.log2(1e3 / largest)) if len(used) else 1.0
        self.solver.addRow(-np.inf, most * scale, len(used), used, cost[used] * scale)

    def relaxation(
        self,
        time_limit: float | None,
        interrupted: threading.Event,
        watch: Callable[[Sight], None] | None,
        patience: float | None,
        method: Method = "inside",
    ) -> Relaxation | None:
        """Solve without the requirement of whole numbers; None if that is not done in time, or there is no solution.

        Large models are solved by interior points: the simplex method takes several times as long. ``inside`` stops
        there, ``corner`` moves on to a corner, and ``again`` starts the simplex method where the previous run ended.
        """
        options: dict[str, Any] = {"solve_relaxation": True}
        if method == "again":
            options["presolve"] = "off"
        elif len(self.matrix.columns) > LARGE:
            options |= {"solver": "ipm", "run_crossover": "off" if method == "inside" else "on"}
        run = self.run(time_limit, interrupted, watch, patience, **options)
        if run.stop is Stop.FAILED and options.get("run_crossover") == "off":  # not precise enough without a corner
            options["run_crossover"] = "on"
            run = self.run(time_limit, interrupted, watch, patience, **options)
        if run.stop is not Stop.PROVED or run.point is None:
            return None
        info = self.solver.getInfo()
        value = info.objective_function_value
        bound = (value - info.primal_dual_objective_error * (1 + abs(value))) / self._scale
        corner = options.get("run_crossover") != "off"
        solution = self.solver.getSolution()
        price = np.array(solution.row_dual)[: len(self.matrix.rows)] * self._row_scale / self._scale
        return Relaxation(corner, run.point, np.array(solution.col_dual), price, bound)

    def restrict(self, columns: NDArray[np.int64], lower: Floats, upper: Floats | None = None) -> None:
        """Keep whole-number columns between bounds (by default at given values) until :meth:`release`."""
        if self.lost is not None:
            return
        self.solver.changeColsBounds(len(columns), columns.astype(np.int32), lower, lower if upper is None else upper)

    def release(self) -> None:
        """Give all columns their own bounds again."""
        if self.lost is not None:
            return
        every = np.arange(len(self.matrix.columns), dtype=np.int32)
        lower, upper = self.matrix.lower / self._column_scale, self.matrix.upper / self._column_scale
        self.solver.changeColsBounds(len(every), every, lower, upper)

    def let_go(self) -> None:
        """Remove the rows of :meth:`hold`."""
        if self.lost is None:
            added = np.arange(len(self.matrix.rows), self.solver.getNumRow(), dtype=np.int32)
            self.solver.deleteRows(len(added), added)
        self.held.clear()

    def tighten(self, row: int, side: str, by: float) -> None:
        """Move the limit of a row inward (``side`` is ``lower`` or ``upper``) by an amount in the row's unit."""
        if self.lost is not None:
            return
        bounds = {"lower": self.matrix.row_lower, "upper": self.matrix.row_upper}
        bounds[side][row] += by if side == "lower" else -by
        scale = self._row_scale[row]
        self.solver.changeRowBounds(row, bounds["lower"][row] * scale, bounds["upper"][row] * scale)

    def relax(self, rows: list[int], sums: list[tuple[list[int], list[float]]]) -> list[int]:
        """Remove the limits of rows; require that sums of whole-number columns reach 1, or fall short at a price.

        Returns
        -------
        list of int
            For each sum, the new column that holds its shortfall.
        """
        solver, count = self.solver, len(self.matrix.columns)
        solver.changeColsCost(count, np.arange(count, dtype=np.int32), np.zeros(count))
        self._scale = 1.0
        for row in rows:
            solver.changeRowBounds(row, -np.inf, np.inf)
        short = list(range(count, count + len(sums)))
        for column, (columns, values) in zip(short, sums, strict=True):
            solver.addCol(1.0, 0.0, np.inf, 0, np.zeros(0, dtype=np.int32), np.zeros(0))
            solver.addRow(1.0, np.inf, len(columns) + 1, np.array([*columns, column], dtype=np.int32), [*values, 1.0])
        return short

    def start_from(self, point: Floats | None, known: NDArray[np.int32] | None = None) -> None:
        """Give HiGHS a point to start from: all columns, or the known ones, which HiGHS completes."""
        if point is None or self.lost is not None:
            return
        if known is None:
            solution = highspy.HighsSolution()
            solution.col_value = list(point / self._column_scale)
            self.solver.setSolution(solution)
        else:
            self.solver.setSolution(len(known), known, (point / self._column_scale)[known])

    def run(
        self,
        time_limit: float | None = None,
        interrupted: threading.Event | None = None,
        watch: Callable[[Sight], None] | None = None,
        patience: float | None = None,
        stall: float = 0.0,
        checks: int | None = None,
        **options: bool | int | float | str,
    ) -> Run:
        """Solve within the limits, until done or interrupted.

        Parameters
        ----------
        time_limit : float, optional
            Seconds for this run.
        interrupted : threading.Event, optional
            Set it before or during the run to stop the run.
        watch : callable, optional
            Called about four times a second with what is known.
        patience : float, optional
            Seconds after which a run that does not heed its time limit is left behind.
        stall : float, optional
            Least work after which a run that has stalled ends, 0 for never: :mod:`allocator.solving.stalling`.
        checks : int, optional
            How many times HiGHS may ask whether to stop: a limit that does not depend on the machine.
        options
            Options of HiGHS for this run alone.
        """
        solver = self.solver
        if self.lost is not None:
            return Run(self.lost, None, -np.inf)
        if solver.getNumCol() == 0:
            met = (self.matrix.row_lower <= 0).all() and (self.matrix.row_upper >= 0).all()
            return Run(Stop.PROVED, np.zeros(0), 0.0) if met else Run(Stop.INFEASIBLE, None, -np.inf)
        if (interrupted := interrupted or threading.Event()).is_set():
            return Run(Stop.INTERRUPT, None, -np.inf)
        until = time_limit if time_limit is not None else np.inf
        if "solve_relaxation" in options or not self.matrix.integral.any():
            until += solver.getRunTime()  # for linear programmes HiGHS counts all runs so far
        for name, value in {**options, "time_limit": until}.items():
            set_option(solver, name, value)
        stalling = Stall(stall, len(self.matrix.columns)) if stall else None
        running = Running(self._scale, self.grace, stalling, checks)
        limit = None if time_limit is None else max(time_limit, patience or 0.0)
        reason = running.follow(solver, limit, interrupted, None if watch is None else self._unscaling(watch))
        if running.left_behind:
            self.lost = reason
            return Run(reason, self._unscaled(running.point), -np.inf)
        self.seconds += running.seconds
        for name in options:
            set_option(solver, name, self.options.get(name, highspy.Highs().getOptionValue(name)[1]))
        return self._end(reason, running)

    def _unscaling(self, watch: Callable[[Sight], None]) -> Callable[[Sight], None]:
        """Passes what is known on, with the point in the model's own units."""
        return lambda sight: watch(replace(sight, point=self._unscaled(sight.point)))

    def _unscaled(self, point: Floats | None) -> Floats | None:
        """A point of HiGHS in the model's own units (columns added since the start are not scaled)."""
        if point is None:
            return None
        scale = np.ones(len(point))
        scale[: len(self._column_scale)] = self._column_scale
        return point * scale

    def _end(self, reason: Stop, running: Running) -> Run:
        solver = self.solver
        status = solver.getModelStatus()
        stop = _MEANING.get(status, Stop.FAILED)
        if stop is Stop.INTERRUPT:
            stop = reason
        info = solver.getInfo()
        self.iterations = max(0, info.simplex_iteration_count)
        feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        point = self._unscaled(np.array(solver.getSolution().col_value) if feasible else running.point)
        bound = info.mip_dual_bound if self.matrix.integral.any() else -np.inf
        if stop is Stop.PROVED and not self.matrix.integral.any():
            bound = info.objective_function_value
        if stop is Stop.INFEASIBLE:
            point = None
        least = FAR + float(self.options.get("mip_rel_gap", 0.0))
        doubtful = stop is Stop.PROVED and self.matrix.integral.any() and least < info.mip_gap < np.inf
        return Run(stop, point, bound / self._scale if abs(bound) < 1e100 else -np.inf, bool(doubtful))
