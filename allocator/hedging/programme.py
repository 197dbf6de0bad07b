r"""Commit now, adapt after some withdraw: a two-stage stochastic programme as one extensive form.

$$\min\ (1 - \lambda) \sum_s p_s\, g_s + \lambda \Big( \eta + \frac{1}{1 - \alpha} \sum_s p_s\, e_s \Big), \qquad
\text{then} \quad \min\ \sum_{n,u,t} k_u\, c_{nut}$$
$$e_s \ge g_s - \eta, \qquad g_s \ge \text{gap}(x_s), \qquad g_s \ge f_s \qquad \forall s$$
$$\sum_j x_{snujt} \le c_{nut} \qquad \forall s, n, u, t$$
$$c \text{ within rotation, troop ceilings, budgets and max\_burden as if all of it were deployed}$$
$$x_s \text{ within every family of the model in future } s, \text{ or } f_s = 1 \text{ and } x_s = 0$$

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $c$ | `commit` | whole variable, first stage | n, u, t | units made ready and kept for the force |
| $x$ | `deploy` of `future_s` | whole variable, second stage | s, n, u, j, t | units |
| $g$ | `unmet` | variable | s | gap, a share |
| $f$ | `failed` | 0/1 variable | s | what must be met (max_gap) cannot be |
| $e$, $\eta$ | `excess`, `level` | variable | s; – | gap beyond the level; the value at risk |
| $p$ | `future.probability` | parameter | s | share |
| $\lambda$, $\alpha$ | `taste.weight`, `taste.alpha` | parameter | | share |
| $k$ | `scope.unit_cost` | parameter | u | millions a unit and period |

Constraints: `commitment_kept[s, n, u, t]`, `unmet_counted[s]`, `unmet_failed[s]`, `excess_counted[s]`, and those of
the families, on `commit`. A commitment is paid for whether it is used or not; as deployments never exceed it, what
holds for it (rotation, ceilings, budgets) holds in every future and is left out there. A commitment is made by period,
so that with everyone certain to stay the two stages are one and the answer is that of an ordinary solve.

Sources: two-stage programmes with recourse, the value of the stochastic solution and of perfect information: Birge and
Louveaux (2011), Introduction to Stochastic Programming, 2nd ed., chapters 2 and 4. Conditional value at risk as
a linear programme: Rockafellar and Uryasev (2000), Journal of Risk 2(3). Sampling: Kleywegt, Shapiro and Homem-de-Mello
(2002), SIAM Journal on Optimization 12(2); its error bound: Mak, Morton and Wood (1999), Operations Research Letters
24(1-2).

**Toy.** A stays for sure and B with probability one half; a ceiling on money pays for four battalions, four are asked,
A has three and B four. All from B costs half of the gap on average; three from A and one from B an eighth.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import pyomo.core as pyo
from pyomo.core.expr import LinearExpression, MonomialTermExpression

from allocator.errors import SolverError
from allocator.families import budget, rotation, troop_ceiling
from allocator.families.rows import Term, linear
from allocator.formulation import build, uncollected
from allocator.futures import Future
from allocator.hedging.check import Broken, Commitment, Decision, check_decision
from allocator.hedging.risk import ONE, Taste, value_at_risk
from allocator.highs import Resident, Sight
from allocator.instance import Instance
from allocator.lexicographic import ATTEMPTS, HOLD, SHARE, Progress
from allocator.matrix import Floats, compile_model
from allocator.model import Model
from allocator.objectives import burden_terms, cost_terms, gap_terms
from allocator.outcome import NUMERICAL, Bounds, Stop, relative_gap
from allocator.plan import objective_values
from allocator.point import Points
from allocator.scope import Scope

COMMITTED = "committed"
"""Stands for the task of a commitment, which has none yet."""

IMPLIED = ("rotation_pool", "troop_ceiling_people", "budget_payer", "budget_burden")
"""Constraints that hold for what is committed, and so in every future."""

STAGES = ("gap", "cost")

Watch = Callable[[Progress], None]


def of_future(model: Model) -> Model:
    """The model of one future: its gap counts, and limits on money are a matter of the commitment."""
    limits = {name: most for name, most in model.limits.items() if name in ("gap", "risk")}
    return replace(model, objectives=("gap",), limits=limits)


class Roster(Scope):
    """What may be committed: pools as if ``committed`` were the one task of all."""

    @cached_property
    def cap(self) -> dict[tuple[str, str, str], dict[int, int]]:
        """(nation, unit type, ``committed``) -> period -> most units."""
        cap: dict[tuple[str, str, str], dict[int, int]] = {}
        for (n, u, _), periods in Scope(self.instance, self.model).cap.items():
            here = cap.setdefault((n, u, COMMITTED), {})
            for t, most in periods.items():
                here[t] = max(most, here.get(t, 0))
        return {key: dict(sorted(here.items())) for key, here in cap.items()}


def two_stage(instance: Instance, model: Model, futures: Sequence[Future], taste: Taste) -> pyo.ConcreteModel:
    """The extensive form as one Pyomo model; the ordinary model of each future is a block of it, ``future_0`` first."""
    with uncollected():
        m = pyo.ConcreteModel(name=f"{instance.name} under withdrawal")
        scope = m.scope = Roster(instance, replace(model, objectives=STAGES))
        m.commit = pyo.Var(pyo.Any, dense=False, domain=pyo.NonNegativeIntegers, doc="units kept for the force")
        m.cells = {}
        for (n, u, _), periods in scope.cap.items():
            here = m.cells[n, u, COMMITTED] = {t: m.commit.add((n, u, t)) for t in periods}
            for t, variable in here.items():
                variable.setub(periods[t])
        rotation.add(m, scope)
        if scope.has("troop_ceiling"):
            troop_ceiling.add(m, scope)
        if scope.has("budget"):
            budget.add(m, scope)
        _limits(m, scope)
        m.unmet = pyo.Var(pyo.Any, dense=False, bounds=(0.0, 1.0), doc="gap of a future")
        m.failed = pyo.Var(pyo.Any, dense=False, domain=pyo.Binary, doc="what must be met cannot be")
        m.commitment_kept = pyo.Constraint(pyo.Any, doc="nothing is deployed that is not committed")
        m.unmet_counted = pyo.Constraint(pyo.Any, doc="the gap of a future")
        m.unmet_failed = pyo.Constraint(pyo.Any, doc="a future without a plan has a gap of 1")
        for s, future in enumerate(futures):
            block = build(future.instance(instance), of_future(model), lean=True)
            m.add_component(f"future_{s}", block)
            _join(m, s, block)
        _mean_risk(m, futures, taste)
        m.objective_cost = pyo.Objective(expr=linear(cost_terms(m, scope)))
        m.objective_cost.deactivate()
    return m


def _limits(m: pyo.ConcreteModel, scope: Scope) -> None:
    """The model's limits on money, on all that is committed."""
    makers = {"cost": cost_terms, "burden": burden_terms}
    m.limit_objective = pyo.Constraint(pyo.Any, doc="what is committed stays within the model's limits on money")
    for name, most in scope.model.limits.items():
        terms = makers[name](m, scope) if name in makers else []
        if terms:
            m.limit_objective[name] = (None, linear(terms), float(most))


def _join(m: pyo.ConcreteModel, s: int, block: pyo.ConcreteModel) -> None:
    """Tie the model of a future to the commitment."""
    block.objective_gap.deactivate()
    for name in IMPLIED:
        if block.component(name) is not None:
            block.component(name).deactivate()
    out: dict[tuple[str, str, int], list[Term]] = defaultdict(list)
    for (n, u, _), here in block.cells.items():
        for t, deploy in here.items():
            out[n, u, t].append((1.0, deploy))
    for key, terms in out.items():
        m.commitment_kept[(s, *key)] = (None, linear([*terms, (-1.0, m.commit[key])]), 0.0)
    unmet = m.unmet.add(s)
    gap = [(-coef, shortfall) for coef, shortfall in gap_terms(block, block.scope)]
    m.unmet_counted[s] = (0.0, linear([(1.0, unmet), *gap]), None)
    _let_fail(m, s, block)


def _let_fail(m: pyo.ConcreteModel, s: int, block: pyo.ConcreteModel) -> None:
    """Where a future asks for something that must be met, let it be given up, for a gap of 1."""
    must = []
    for key, row in block.requirement_supply.items():
        most = block.shortfall[key].ub if key in block.shortfall else 0.0
        if row.lower - most > 0:
            must.append((row, row.lower - most))
    limit = next((row for name, row in block.limit_objective.items() if name == "gap"), None)
    if not must and limit is None:
        return
    failed = m.failed.add(s)
    m.unmet_failed[s] = (0.0, linear([(1.0, m.unmet[s]), (-1.0, failed)]), None)
    for row, least in must:
        row.set_value((row.lower, _and(row.body, least, failed), None))
    if limit is not None:
        limit.set_value((None, _and(limit.body, limit.upper - 1.0, failed), limit.upper))


def _and(body: LinearExpression, coef: float, variable: Any) -> LinearExpression:
    return LinearExpression(args=[*body.args, MonomialTermExpression((coef, variable))])


def _mean_risk(m: pyo.ConcreteModel, futures: Sequence[Future], taste: Taste) -> None:
    """The objective ``gap``: expectation and conditional value at risk of the futures' gaps."""
    terms = [(float((1 - taste.weight) * future.probability), m.unmet[s]) for s, future in enumerate(futures)]
    m.level = pyo.Var(bounds=(0.0, 1.0), doc="value at risk")
    m.excess = pyo.Var(pyo.Any, dense=False, bounds=(0.0, 1.0), doc="gap beyond the value at risk")
    m.excess_counted = pyo.Constraint(pyo.Any, doc="what a future's gap has beyond the value at risk")
    if taste.weight:
        terms.append((float(taste.weight), m.level))
        for s, future in enumerate(futures):
            excess = m.excess.add(s)
            m.excess_counted[s] = (0.0, linear([(1.0, excess), (1.0, m.level), (-1.0, m.unmet[s])]), None)
            terms.append((float(taste.weight * future.probability / (1 - taste.alpha)), excess))
    m.objective_gap = pyo.Objective(expr=linear([(coef, variable) for coef, variable in terms if coef]))


@dataclass
class Answer:
    """The best two-stage plan found, and what was proved of each objective in its stage."""

    decision: Decision
    bounds: dict[str, Bounds] = field(default_factory=dict)
    stop: Stop = Stop.PROVED
    closed: bool = True


class Programme:
    """The extensive form over some futures, in HiGHS.

    Parameters
    ----------
    instance, model : Instance, Model
        What would be solved if nobody withdrew.
    futures : sequence of Future
        Their probabilities add up to 1.
    taste : Taste
        How much the worst futures count.
    options : mapping
        Options of HiGHS; ``mip_rel_gap`` is the relative gap at which an objective counts as proved.
    """

    def __init__(
        self, instance: Instance, model: Model, futures: Sequence[Future], taste: Taste, options: Mapping[str, Any]
    ) -> None:
        self.instance, self.model, self.futures, self.taste = instance, model, tuple(futures), taste
        self.options = dict(options)
        self.gap: float = options["mip_rel_gap"]
        m = self.m = two_stage(instance, model, futures, taste)
        self.matrix = compile_model(m)
        self.blocks = [m.component(f"future_{s}") for s in range(len(self.futures))]
        self.points = [Points(block, self.matrix) for block in self.blocks]
        self.scopes: list[Scope] = [block.scope for block in self.blocks]
        self.shares = [future.probability for future in self.futures]
        self.resident = Resident(self.matrix, options)
        self.keys: list[tuple[str, str, int]] = list(m.commit)
        self.at = np.array([self.matrix.column_of[id(m.commit[key])] for key in self.keys], dtype=np.int64)

    @property
    def nothing(self) -> Decision:
        """Nothing is committed; what must be met is given up."""
        return Decision({}, tuple(None if s in self.m.failed else {} for s in range(len(self.futures))))

    # ---- decisions and points ---------------------------------------------------------------------------------

    def gaps(self, decision: Decision) -> list[Fraction]:
        """Exact gap of each future."""
        return [
            ONE if deployed is None else objective_values(scope, deployed)["gap"]
            for scope, deployed in zip(self.scopes, decision.deployed, strict=True)
        ]

    def values(self, decision: Decision) -> dict[str, Fraction]:
        """Exact values of both objectives."""
        cost: dict[str, Fraction] = self.m.scope.unit_cost
        spent = sum((cost[u] * units for (_, u, _), units in decision.commitment.items()), start=Fraction(0))
        return {"gap": self.taste.value(self.gaps(decision), self.shares), "cost": spent}

    def broken(self, decision: Decision) -> list[Broken]:
        """What a decision breaks, exactly."""
        return check_decision(self.instance, self.model, self.futures, decision)

    def decision(self, point: Floats) -> Decision:
        """The decision that a point stands for, in whole units."""
        units = np.rint(point[self.at]).astype(int).tolist()
        commitment = {key: count for key, count in zip(self.keys, units, strict=True) if count > 0}
        m, column_of = self.m, self.matrix.column_of
        return Decision(
            commitment,
            tuple(
                None if s in m.failed and point[column_of[id(m.failed[s])]] > 0.5 else points.deployed(point)
                for s, points in enumerate(self.points)
            ),
        )

    def point(self, decision: Decision) -> Floats:
        """A value for each column that fits a decision."""
        m, column_of = self.m, self.matrix.column_of
        gaps = self.gaps(decision)
        level = value_at_risk(gaps, self.shares, self.taste.alpha)
        x = np.zeros(len(self.matrix.columns))
        for s, (points, deployed) in enumerate(zip(self.points, decision.deployed, strict=True)):
            x += points.point(deployed or {})
            x[column_of[id(m.unmet[s])]] = float(gaps[s])
            if s in m.failed:
                x[column_of[id(m.failed[s])]] = deployed is None
            if s in m.excess:
                x[column_of[id(m.excess[s])]] = float(max(Fraction(0), gaps[s] - level))
        if self.taste.weight:
            x[column_of[id(m.level)]] = float(level)
        x[self.at] = [decision.commitment.get(key, 0) for key in self.keys]
        capped: Floats = np.minimum(x, self.matrix.upper)
        return capped

    # ---- solving --------------------------------------------------------------------------------------------------

    def solve(
        self,
        start: Sequence[Decision],
        *,
        stages: Sequence[str] = STAGES,
        fixed: Commitment | None = None,
        floor: float = 0.0,
        time_limit: float | None = None,
        interrupted: threading.Event | None = None,
        watch: Watch | None = None,
    ) -> Answer:
        """Minimise the objectives one after the other.

        Parameters
        ----------
        start : sequence of Decision
            At least one, each of them free of faults; the best is the first incumbent of a stage.
        stages : sequence of str
            ``gap``, or ``gap`` and ``cost``.
        fixed : commitment, optional
            Keep to this one.
        floor : float
            Known to be no more than the least gap.
        time_limit : float, optional
            Seconds for all stages.
        interrupted : Event, optional
            Set to stop.
        watch : callable, optional
            Told what is known while it lasts.
        """
        began = time.monotonic()
        deadline = None if time_limit is None else began + time_limit
        known = [(decision, self.values(decision)) for decision in start]
        answer = Answer(min(known, key=lambda pair: pair[1]["gap"])[0])
        held = None
        if fixed is not None:
            self.resident.restrict(self.at, np.array([float(fixed.get(key, 0)) for key in self.keys]))
        for name in stages:
            best = min(
                (pair for pair in known if held is None or pair[1]["gap"] <= held), key=lambda pair: pair[1][name]
            )
            tell = _telling(watch, name, stages.index(name) + 1, len(stages), began)
            share = 1.0 if name == stages[-1] else SHARE
            left = None if deadline is None else max(0.0, deadline - time.monotonic()) * share
            answer.stop, bound = Stop.PROVED, floor if name == "gap" else 0.0
            if relative_gap(float(best[1][name]), bound) > self.gap:
                answer.stop, bound = self._stage(name, best, known, bound, held, left, interrupted, tell)
                best = min(
                    (pair for pair in known if held is None or pair[1]["gap"] <= held), key=lambda pair: pair[1][name]
                )
            answer.decision, value = best[0], best[1][name]
            answer.bounds[name] = proved(name, float(value), bound)
            met = answer.stop is Stop.PROVED and answer.bounds[name].gap <= self.gap + NUMERICAL
            answer.closed = answer.closed and met
            if name == "gap":
                tolerance = Fraction(repr(self.model.tolerance))
                held = (1 + tolerance) * value + Fraction(repr(HOLD)) * max(ONE, value)
                if len(stages) > 1:
                    self.resident.hold(name, float(held))
        self.resident.release()
        return answer

    def _stage(
        self,
        name: str,
        best: tuple[Decision, dict[str, Fraction]],
        known: list[tuple[Decision, dict[str, Fraction]]],
        floor: float,
        held: Fraction | None,
        limit: float | None,
        interrupted: threading.Event | None,
        tell: Callable[[Sight], None] | None,
    ) -> tuple[Stop, float]:
        """Minimise one objective from the best decision known; what is found joins the known."""
        resident = self.resident
        resident.minimise(name)
        target = {"objective_target": resident.scaled(floor)} if floor > 0 else {}
        settings: dict[str, Any] = {}
        broken: list[Broken] = []
        for _ in range(ATTEMPTS):
            resident.start_from(self.point(best[0]))
            run = resident.run(limit, interrupted, tell, limit, **target, **settings)
            if run.stop is Stop.INFEASIBLE:
                if settings:
                    raise SolverError(f"HiGHS calls {name} infeasible, but there is a plan that passes every check")
                settings = {"presolve": "off", "random_seed": self.options["random_seed"] + 1}
                continue
            if run.point is None:
                return run.stop, max(run.bound, floor)
            found = self.decision(run.point)
            broken = self.broken(found)
            if not broken:
                known.append((found, self.values(found)))
                return run.stop, max(run.bound, floor)
            self._tighten(broken)
        raise SolverError("the exact check rejects what HiGHS found: " + "; ".join(map(str, broken[:3])))

    def _tighten(self, broken: Sequence[Broken]) -> None:
        """Move limits that were passed within the solver's tolerances inward, by as much and a little more."""
        for fault in broken:
            violation = fault.violation
            inner = fault.future is not None and violation.constraint not in IMPLIED
            owner = self.blocks[fault.future] if inner and fault.future is not None else self.m
            component = owner.component(violation.constraint)
            if violation.excess is None or violation.excess > Fraction(1, 100) or component is None:
                raise SolverError(f"the exact check rejects what HiGHS found: {fault}")
            key = violation.index if len(violation.index) > 1 else violation.index[0]
            rows = [component[key]] if key in component else [row for k, row in component.items() if k[0] == key]
            for row in rows:
                at = self.matrix.row_at[id(row)]
                side = "lower" if self.matrix.row_lower[at] > float("-inf") else "upper"
                self.resident.tighten(at, side, float(violation.excess) + 1e-6)


def _telling(watch: Watch | None, name: str, stage: int, stages: int, began: float) -> Callable[[Sight], None] | None:
    if watch is None:
        return None

    def tell(sight: Sight) -> None:
        known = sight.incumbent is not None and sight.bound is not None
        gap = relative_gap(sight.incumbent or 0.0, sight.bound or 0.0) if known else None
        watch(Progress(name, stage, stages, time.monotonic() - began, sight.incumbent, sight.bound, gap))

    return tell


def proved(name: str, value: float, bound: float) -> Bounds:
    """Value and bound of a stage; neither objective can be below 0."""
    bound = max(bound, 0.0)
    if bound > value + NUMERICAL * max(1.0, abs(value)):
        raise SolverError(f"{name} >= {bound:g} is proved, but a plan that passes every check has {value:g}")
    if bound > value or value - bound <= 1e-9 * max(1.0, abs(value)):
        bound = value
    return Bounds(name, value, bound)
