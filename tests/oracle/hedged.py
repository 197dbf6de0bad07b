"""Two-stage plans of tiny instances by looking at every commitment, and at every plan of every future."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import allocator
from allocator.audit.audit import check_commitments
from allocator.errors import BadInput
from allocator.problem import Problem
from allocator.statistics import Taste
from tests.oracle import brute
from tests.oracle.check import as_model
from tests.oracle.extremes import extreme_instance
from tests.oracle.random_instances import random_instance, random_model

HOLD = Fraction(1, 10**6)
"""What an objective may take from an earlier one."""

Need = tuple[tuple[tuple[str, str, int], int], ...]
"""(nation, unit type, period) and the units that a plan needs."""


def gaps_by_need(obj: dict[str, Any], model: dict[str, Any], limit: int) -> dict[Need, Fraction]:
    """What plans need, and the least gap of those that need it."""
    judge = brute.Judge(obj, model)
    least: dict[Need, Fraction] = {}
    for plan in brute.plans(judge, limit):
        if judge.faults(plan):
            continue
        needs: dict[tuple[str, str, int], int] = {}
        for (n, u, _, t), units in plan.deploy.items():
            needs[n, u, t] = needs.get((n, u, t), 0) + units
        need = tuple(sorted(needs.items()))
        least[need] = min(judge.values(plan)["gap"], least.get(need, Fraction(1)))
    return least


def check(obj: dict[str, Any], model: dict[str, Any], weight: float, cvar: float, limit: int = 1500) -> list[str]:
    """Where `allocator.hedge` differs from the best of all commitments; raises TooMany above `limit` of them."""
    instance, chosen = allocator.Instance.from_dict(obj), as_model({**model, "tolerance": 0.0})
    found = allocator.hedge(instance, chosen, weight=weight, cvar=cvar, gap=0.0)
    if found.status == "infeasible":
        return []
    if not found.found:
        return [f"{found.status}: {found.reason}"]
    problem, shares = Problem(instance, chosen), [future.probability for future in found.futures]
    most: dict[tuple[str, str, int], int] = {}
    for (n, u, _), here in problem.cap.items():
        for t, units in here.items():
            most[n, u, t] = max(units, most.get((n, u, t), 0))
    stay = next(s for s, future in enumerate(found.futures) if not future.withdrawn)
    futures = [gaps_by_need(future.instance(instance).to_dict(), model, limit) for future in found.futures]
    values = []
    for number, counts in enumerate(product(*(range(units + 1) for units in most.values()))):
        if number > limit:
            raise brute.TooMany
        commitment = {key: units for key, units in zip(most, counts, strict=True) if units}
        if check_commitments(instance, chosen, commitment):
            continue
        gaps = [
            min((g for need, g in by.items() if all(k <= commitment.get(c, 0) for c, k in need)), default=Fraction(1))
            for by in futures
        ]
        cost = sum((problem.money.unit_cost[u] * units for (_, u, _), units in commitment.items()), start=Fraction(0))
        values.append((Taste.of(weight, cvar).value(gaps, shares), cost, gaps[stay]))
    least = min(value for value, _, _ in values)
    cost = min(cost for value, cost, _ in values if value <= least + HOLD)
    gap, spent = found.rows("objectives")
    truth, claim = (float(least), float(cost)), (gap["value"], spent["value"])
    same = all(abs(a - b) <= 3e-6 * max(1, abs(a)) for a, b in zip(truth, claim, strict=True))
    proved = gap["bound"] <= truth[0] + 1e-9 and spent["bound"] <= truth[1] * (1 + 1e-9) + 1e-9
    if not (same and proved):
        return [f"{truth} against {claim}, proved {(gap['bound'], spent['bound'])}"]
    counting, told = float(counting_on_all(values)), found.plan("expected_case")["value"]
    low, high = found.vss_range or (0.0, 0.0)
    near = abs(told - counting) <= 3e-6 and low - 3e-6 <= counting - truth[0] <= high + 3e-6
    return [] if near else [f"counting on all {counting} against {told}, {(low, high)}"]


def counting_on_all(values: Sequence[tuple[Fraction, Fraction, Fraction]]) -> Fraction:
    """The best value of the commitments that are best if all stay, from (value, cost, gap if all stay) of each."""
    least = min(stays for _, _, stays in values) + HOLD
    cheapest = min(cost for _, cost, stays in values if stays <= least)
    most = cheapest + HOLD * max(Fraction(1), cheapest)
    return min(value for value, cost, stays in values if stays <= least and cost <= most)


def random_check(seed: int) -> list[str]:
    """The same for a random instance, of odd seeds with extreme figures; nothing where there is too much to look at."""
    obj, model = random_instance(seed, "tiny"), random_model(seed)
    if seed % 2:
        obj = extreme_instance(obj, seed)
    try:
        return check(obj, model, (0, 0.3, 1)[seed // 3 % 3], (0, 0.5, 0.999)[seed // 9 % 3])
    except brute.TooMany:
        return []
    except BadInput as bad:
        return [] if seed % 2 else [str(bad)]
    except Exception as error:
        return [repr(error)]
