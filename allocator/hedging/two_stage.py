r"""Commit now, adapt after some withdraw: a two-stage stochastic programme as one extensive form.

$$\min\ (1 - \lambda) \sum_s p_s\, g_s + \lambda \Big( \eta + \frac{1}{1 - \alpha} \sum_s p_s\, e_s \Big), \qquad
\text{then} \quad \min\ \sum_{n,u,t} k_u\, c_{nut}$$
$$e_s \ge g_s - \eta, \qquad g_s \ge \text{gap}(x_s), \qquad g_s \ge f_s \qquad \forall s$$
$$\sum_j x_{snujt} \le c_{nut} \qquad \forall s, n, u, t$$
$$e_s = 0 \quad \forall s \text{ where } 1 - \alpha \le \min_s p_s \text{: the level is the gap of the worst future}$$
$$c \text{ within rotation, troop ceilings, budgets and max\_burden as if all of it were deployed}$$
$$x_s \text{ within every family of the model in future } s, \text{ or } f_s = 1 \text{ and } x_s = 0$$

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $c$ | `commit` | whole variable, first stage | n, u, t | units made ready and kept for the force |
| $x$ | `deploy` of `future_s` | whole variable, second stage | s, n, u, j, t | units |
| $g$ | `unmet` | variable | s | gap, a share |
| $f$ | `failed` of `future_s` | 0/1 variable | s | what must be met (max_gap) cannot be |
| $e$, $\eta$ | `excess`, `level` | variable | s; – | gap beyond the level; the value at risk |
| $p$ | `future.probability` | parameter | s | share |
| $\lambda$, $\alpha$ | `taste.weight`, `taste.alpha` | parameter | | share |
| $k$ | `scope.unit_cost` | parameter | u | millions a unit and period |

Constraints: `commitment_kept[s, n, u, t]`, `unmet_counted[s]`, `unmet_failed[s]`, `excess_counted[s]`, and those of
the families, on `commit`. A commitment is paid for whether it is used or not; as deployments never exceed it, what
holds for it (rotation, ceilings, budgets) holds in every future and is left out there. A commitment is made by period,
so that with everyone certain to stay the two stages are one and the answer is that of an ordinary solve.

While cost is minimised, the first objective may grow to (1 + tolerance) times its optimum, as in an ordinary solve. Its
bound and relative gap belong to the optimum; what cost took is ``given_up``. The values of planning and of knowing the
future compare plans from which cost takes nothing: otherwise the tolerance, and not the plan, would decide on them.

Sources: two-stage programmes with recourse, the value of the stochastic solution and of perfect information: Birge and
Louveaux (2011), Introduction to Stochastic Programming, 2nd ed., chapters 2 and 4. Conditional value at risk as
a linear programme: Rockafellar and Uryasev (2000), Journal of Risk 2(3). Sampling: Kleywegt, Shapiro and Homem-de-Mello
(2002), SIAM Journal on Optimization 12(2); its error bound: Mak, Morton and Wood (1999), Operations Research Letters
24(1-2).

**Toy.** A stays for sure and B with probability one half; a ceiling on money pays for four battalions, four are asked,
A has three and B four. All from B costs half of the gap on average; three from A and one from B an eighth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import pyomo.core as pyo
from pyomo.core.expr import LinearExpression, MonomialTermExpression

from allocator.families import budget, rotation, troop_ceiling
from allocator.families.rows import Term, linear
from allocator.formulation import formulate, uncollected
from allocator.futures import Future
from allocator.hedging.answer import STAGES
from allocator.hedging.risk import Taste
from allocator.instance import Instance
from allocator.model import Model
from allocator.objectives import burden_terms, cost_terms, gap_terms
from allocator.scope import Scope

COMMITTED = "committed"
"""Stands for the task of a commitment, which has none yet."""

IMPLIED = ("rotation_pool", "troop_ceiling_people", "budget_payer", "budget_burden")
"""Constraints that hold for what is committed, and so in every future."""


NEGLIGIBLE = 1e-12
"""A share of the gap that is left out: beside it a solver takes no others, and nothing is proved so closely."""


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


def two_stage(
    instance: Instance, model: Model, futures: Sequence[Future], taste: Taste, alone: bool
) -> pyo.ConcreteModel:
    """The extensive form as one Pyomo model; the ordinary model of each future is a block of it, ``future_0`` first.

    ``alone`` is whether the worst of all futures, of which these may be some, counts alone (:meth:`Taste.worst_alone`).
    """
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
        m.failed = {}
        m.commitment_kept = pyo.Constraint(pyo.Any, doc="nothing is deployed that is not committed")
        m.unmet_counted = pyo.Constraint(pyo.Any, doc="the gap of a future")
        m.unmet_failed = pyo.Constraint(pyo.Any, doc="a future without a plan has a gap of 1")
        for s, future in enumerate(futures):
            block = formulate(Scope(future.instance(instance), of_future(model)), lean=True, may_fail=True)
            m.add_component(f"future_{s}", block)
            _join(m, s, block)
        _mean_risk(m, futures, taste, alone)
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
    gap = [(-coef, short) for coef, short in gap_terms(block, block.scope) if coef * short.ub > NEGLIGIBLE]
    m.unmet_counted[s] = (0.0, linear([(1.0, unmet), *gap]), None)
    _let_fail(m, s, block)


def _let_fail(m: pyo.ConcreteModel, s: int, block: pyo.ConcreteModel) -> None:
    """Where a future asks for something that must be met, let it be given up, for a gap of 1."""
    if not block.may_fail:
        return
    m.failed[s] = block.failed
    m.unmet_failed[s] = (0.0, linear([(1.0, m.unmet[s]), (-1.0, block.failed)]), None)
    if "gap" in block.limit_objective:
        limit = block.limit_objective["gap"]
        switch = MonomialTermExpression((limit.upper - 1.0, block.failed))
        limit.set_value((None, LinearExpression(args=[*limit.body.args, switch]), limit.upper))


def _mean_risk(m: pyo.ConcreteModel, futures: Sequence[Future], taste: Taste, alone: bool) -> None:
    """The objective ``gap``: expectation and conditional value at risk of the futures' gaps."""
    terms = [(float((1 - taste.weight) * future.probability), m.unmet[s]) for s, future in enumerate(futures)]
    m.level = pyo.Var(bounds=(0.0, 1.0), doc="value at risk")
    m.excess = pyo.Var(pyo.Any, dense=False, bounds=(0.0, 1.0), doc="gap beyond the value at risk")
    m.excess_counted = pyo.Constraint(pyo.Any, doc="what a future's gap has beyond the value at risk")
    if taste.weight:
        terms.append((float(taste.weight), m.level))
        for s, future in enumerate(futures):
            if alone:  # the value is that of the worst future: no division by a tail that may be next to nothing
                m.excess_counted[s] = (0.0, linear([(1.0, m.level), (-1.0, m.unmet[s])]), None)
                continue
            excess = m.excess.add(s)
            m.excess_counted[s] = (0.0, linear([(1.0, excess), (1.0, m.level), (-1.0, m.unmet[s])]), None)
            terms.append((float(taste.weight * future.probability / (1 - taste.alpha)), excess))
    m.objective_gap = pyo.Objective(expr=linear([(coef, variable) for coef, variable in terms if coef]))
