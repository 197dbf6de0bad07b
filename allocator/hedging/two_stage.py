r"""Commit now, adapt after some nations withdraw: a two-stage stochastic programme as one extensive form.

$$\min\ (1 - \lambda) \sum_s p_s\, g_s + \lambda \Big( \eta + \frac{1}{1 - \alpha} \sum_s p_s\, e_s \Big), \qquad
\text{then} \quad \min\ \sum_{n,u,t} k_u\, c_{nut} + \text{orders} + \text{expansions}$$
$$e_s \ge g_s - \eta, \qquad g_s \ge \text{gap}(x_s), \qquad g_s \ge f_s \qquad \forall s$$
$$\sum_j x_{snujt} \le c_{nut} \qquad \forall s, n, u, t$$
$$e_s = 0 \quad \forall s \text{ where } 1 - \alpha \le \min_s p_s \text{: the level is the gap of the worst future}$$
$$c \text{ and orders within rotation, troop ceilings, budgets and max\_burden as if all of } c \text{ were deployed}$$
$$x_s \text{ within every family of the model in future } s, \text{ or } f_s = 1 \text{ and } x_s = 0$$

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $c$ | `commit` | whole variable, first stage | n, u, t | units made ready and kept for the force |
| orders, expansions | `single`, `joint`, `expand` | whole variables, first stage | n, u, k | units; expansions |
| $x$ | `deploy` of `future_s` | whole variable, second stage | s, n, u, j, t | units |
| $g$ | `unmet` | variable | s | gap, a share |
| $f$ | `failed` of `future_s` | 0/1 variable | s | what must be met (max_gap, promises) is given up |
| $e$, $\eta$ | `excess`, `level` | variable | s; – | gap beyond the level; the value at risk |
| $p$ | `future.probability` | parameter | s | share |
| $\lambda$, $\alpha$ | `taste.weight`, `taste.alpha` | parameter | | share |
| $k$ | `problem.money.unit_cost` | parameter | u | millions a unit and period |

Units are ordered before it is known who withdraws, so orders are the same in all futures: they are paid for and enlarge
the pools whoever withdraws. Promises bind in each future who has not withdrawn (see :mod:`allocator.withdrawal`).

Constraints: `commitment_kept[s, n, u, t]`, `unmet_counted[s]`, `unmet_failed[s]`, `excess_counted[s]`, and those of
the families, on `commit` and orders. A commitment is paid for whether it is used or not. Deployments never exceed it,
so its limits (rotation, ceilings, budgets) hold in every future and are left out there. A commitment is made by period,
so if everyone is certain to stay, the answer is the same as that of an ordinary solve.

While cost is minimised, the first objective may grow to (1 + tolerance) times its optimum, as in an ordinary solve. The
bound and relative gap refer to the optimum; what cost took is ``given_up``. The values of planning and of knowing the
future compare plans in which cost takes nothing from coverage: otherwise the tolerance would determine them.

The value of planning (of the stochastic solution) compares with a commitment that counts on all. Several can be best if
all stay, and their values differ, so the least value among them counts: the same programme with
$\text{gap}(x_0) \le g^*$ for the future 0 in which nobody withdraws and $\sum k_u c_{nut} + \ldots \le k^*$, where
$g^*$ and $k^*$ are the values of the plan that counts on all, with what a lexicographic solve allows. Future 0 has
probability 0 if it was not drawn.

Sources: two-stage programmes with recourse, the value of the stochastic solution and of perfect information: Birge and
Louveaux (2011), Introduction to Stochastic Programming, 2nd ed., chapters 2 and 4. Conditional value at risk as
a linear programme: Rockafellar and Uryasev (2000), Journal of Risk 2(3). Sampling: Kleywegt, Shapiro and Homem-de-Mello
(2002), SIAM Journal on Optimization 12(2); its error bound: Mak, Morton and Wood (1999), Operations Research Letters
24(1-2).

**Toy.** A stays for sure and B with probability one half; the budget pays for four battalions, four are
required, A has three and B four. Four from B leave a gap of one half on average; three from A and one from B leave one
eighth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property

import pyomo.core as pyo
from pyomo.core.expr import LinearExpression, MonomialTermExpression

from allocator.families import acquisition, budget, industry, joint_purchase, rotation, totals, troop_ceiling
from allocator.families.columns import Cells
from allocator.families.objectives import Amount, burden_terms, cost_terms, gap_terms, imbalance_terms
from allocator.families.rows import Aim, Rows, Term, linear, within
from allocator.formulation import formulate, silent, uncollected
from allocator.hedging.answer import STAGES
from allocator.hedging.first_stage import in_future
from allocator.instance import Instance
from allocator.model import Model
from allocator.problem import Problem
from allocator.statistics import Taste
from allocator.withdrawal import Future

COMMITTED = "committed"
"""Task name of a commitment, which has no task yet."""

IMPLIED = (
    "rotation_pool", "troop_ceiling_people", "budget_payer", "budget_burden", "acquisition_most", "acquisition_least",
    "industry_capacity", "industry_expansions", "joint_purchase_nations",
)  # fmt: skip
"""Constraints that hold for the commitment and its orders, and so in every future."""

FIRST = {
    "troop_ceiling": troop_ceiling.add,
    "budget": budget.add,
    "acquisition": acquisition.add,
    "industry": industry.add,
    "joint_purchase": joint_purchase.add,
}
"""Families of the first stage, beside ``rotation``."""

NEGLIGIBLE = 1e-12
"""Shares of the gap up to this are left out: a solver loses them beside others, and no proof is so close."""


def of_future(model: Model) -> Model:
    """The model of one future: only its gap counts; limits on money apply to the commitment."""
    return replace(in_future(model), objectives=("gap",))


class Roster(Problem):
    """What may be committed: pools as if ``committed`` were the only task."""

    @cached_property
    def cap(self) -> dict[tuple[str, str, str], dict[int, int]]:
        """(nation, unit type, ``committed``) -> period -> most units."""
        cap: dict[tuple[str, str, str], dict[int, int]] = {}
        for (n, u, _), periods in Problem(self.instance, self.model).cap.items():
            here = cap.setdefault((n, u, COMMITTED), {})
            for t, most in periods.items():
                here[t] = max(most, here.get(t, 0))
        return {key: dict(sorted(here.items())) for key, here in cap.items()}


class SecondStage(Problem):
    """One future: what can be ordered raises what can be deployed, but orders are decisions of the first stage."""

    def __init__(self, instance: Instance, model: Model) -> None:
        super().__init__(instance, model)
        _ = self.cap  # counts what orders can bring
        self.pools.programmes, self.pools.industry, self.pools.joint = {}, {}, {}

    @property
    def must(self) -> bool:
        """Whether something must be met, so that it may fail."""
        return super().must or "worst_period" in self.model.limits


def two_stage(
    instance: Instance, model: Model, futures: Sequence[Future], taste: Taste, alone: bool
) -> pyo.ConcreteModel:
    """The extensive form as one Pyomo model; the ordinary model of each future is a block of it, ``future_0`` first.

    ``alone``: only the worst of all futures counts; the futures here may be a part (:meth:`Taste.worst_alone`).
    """
    with uncollected(), silent():
        m = pyo.ConcreteModel(name=f"{instance.name} under withdrawal")
        problem = m.problem = Roster(instance, replace(model, objectives=STAGES))
        indices = ((n, u, t) for (n, u, _), periods in problem.cap.items() for t in periods)
        m.cells, m.lean = Cells(problem.cap, "units kept for the force", indices), True
        m.commit = m.cells.deploy
        totals.start(m)
        acquisition.columns(m, problem)
        rotation.add(m, problem)
        for family, add in FIRST.items():
            if problem.has(family):
                add(m, problem)
        _limits(m, problem)
        m.unmet = pyo.Var(pyo.Any, dense=False, bounds=(0.0, 1.0), doc="gap of a future")
        m.failed = {}
        m.commitment_kept = Rows(doc="nothing is deployed that is not committed")
        m.unmet_counted = Rows(doc="the gap of a future")
        m.unmet_failed = Rows(doc="a future without a plan has a gap of 1")
        for s, future in enumerate(futures):
            block = formulate(SecondStage(future.instance(instance), of_future(model)), lean=True, may_fail=True)
            m.add_component(f"future_{s}", block)
            _join(m, s, block)
        _mean_risk(m, futures, taste, alone)
        m.objective_cost = Aim(linear(cost_terms(m, problem)))
        m.objective_cost.deactivate()
    return m


def _limits(m: pyo.ConcreteModel, problem: Problem) -> None:
    """The model's limits on money, applied to all that is committed."""
    makers: dict[str, Callable[..., Amount]] = {
        "cost": cost_terms,
        "burden": burden_terms,
        "imbalance": imbalance_terms,
    }
    m.limit_objective = Rows(doc="what is committed stays within the model's limits on money")
    for name, most in problem.model.limits.items():
        terms: Amount = makers[name](m, problem) if name in makers else []
        if terms:
            within(m.limit_objective, name, linear(terms), float(most))


def _join(m: pyo.ConcreteModel, s: int, block: pyo.ConcreteModel) -> None:
    """Link the model of a future to the commitment."""
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
    gap = [(-coef, short) for coef, short in gap_terms(block, block.problem) if coef * short.ub > NEGLIGIBLE]
    m.unmet_counted[s] = (0.0, linear([(1.0, unmet), *gap]), None)
    _let_fail(m, s, block)


def _let_fail(m: pyo.ConcreteModel, s: int, block: pyo.ConcreteModel) -> None:
    """Allow a future to give up what must be met, at a gap of 1."""
    if not block.may_fail:
        return
    m.failed[s] = block.failed
    m.unmet_failed[s] = (0.0, linear([(1.0, m.unmet[s]), (-1.0, block.failed)]), None)
    for name in ("gap", "worst_period"):
        if name not in block.limit_objective:
            continue
        limit = block.limit_objective[name]
        switch = MonomialTermExpression((limit.upper - 1.0, block.failed))
        limit.set_value((None, LinearExpression(args=[*limit.body.args, switch]), limit.upper))


def _mean_risk(m: pyo.ConcreteModel, futures: Sequence[Future], taste: Taste, alone: bool) -> None:
    """The objective ``gap``: expectation and conditional value at risk of the futures' gaps."""
    terms = [(float((1 - taste.weight) * future.probability), m.unmet[s]) for s, future in enumerate(futures)]
    m.level = pyo.Var(bounds=(0.0, 1.0), doc="value at risk")
    m.excess = pyo.Var(pyo.Any, dense=False, bounds=(0.0, 1.0), doc="gap beyond the value at risk")
    m.excess_counted = Rows(doc="excess of a future's gap over the value at risk")
    if taste.weight:
        terms.append((float(taste.weight), m.level))
        for s, future in enumerate(futures):
            if not future.probability:
                continue
            if alone:  # the value is that of the worst future, without a division by a tail that may be tiny
                m.excess_counted[s] = (0.0, linear([(1.0, m.level), (-1.0, m.unmet[s])]), None)
                continue
            excess = m.excess.add(s)
            m.excess_counted[s] = (0.0, linear([(1.0, excess), (1.0, m.level), (-1.0, m.unmet[s])]), None)
            terms.append((float(taste.weight * future.probability / (1 - taste.alpha)), excess))
    m.objective_gap = pyo.Objective(expr=linear([(coef, variable) for coef, variable in terms if coef]).expression())
