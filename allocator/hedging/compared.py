"""Of the plans that are equally good if all stay, the one that is worth most over some futures."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from allocator.hedging.check import Decision
from allocator.hedging.expected import Expected
from allocator.hedging.setting import Setting
from allocator.outcome import relative_gap
from allocator.solving.stage import proved
from allocator.withdrawal import Future

FEWER = (6, 12)
"""Numbers of the most probable futures for which a large programme is solved first."""

LARGE = 1_000
"""Columns from which a programme is large: HiGHS then keeps its first plan for minutes."""

SHARE = 0.25
"""Share of the time limit for each solve with fewer futures."""


def compared(
    setting: Setting, expected: Sequence[Expected], sample: Sequence[Future], start: Sequence[Decision], floor: float
) -> tuple[list[Expected], list[Decision]]:
    """For each case, the best of the plans that are as good if all stay; and all decisions that are known then.

    Parameters
    ----------
    setting : Setting
    expected : sequence of Expected
        The plans that count on all.
    sample : sequence of Future
        The futures, that in which nobody withdraws among them.
    start : sequence of Decision
        Known decisions over ``sample``, those of ``expected`` among them.
    floor : float
        No decision has a lower value.
    """
    stay = next(s for s, future in enumerate(sample) if not future.withdrawn)
    found: list[Expected] = []
    known = list(start)
    for case in expected:
        allowed = [d for d in known if case.allows(setting.problem, d.deployed[stay], d.commitment)]
        best, bound = min(allowed, key=lambda decision: setting.value(decision, sample)), floor
        near = relative_gap(float(setting.value(best, sample)), floor) <= setting.options["gap"]
        if setting.options["method"] == "extensive" and not near:
            best, bound = _solved(setting, case, sample, stay, allowed, floor)
        known.append(best)
        setting.learn(best, sample)
        value = proved("value", float(setting.value(best, sample)), bound)
        found.append(case.replaced(setting.problem, best, stay, value))
    return found, known


def _solved(
    setting: Setting, case: Expected, sample: Sequence[Future], stay: int, start: Sequence[Decision], floor: float
) -> tuple[Decision, float]:
    """The best decision that is as good as a case if all stay, and the bound that is proved for it."""
    began, limit = time.monotonic(), setting.options["time_limit"]
    programme = setting.programme(sample)
    known = list(start)
    counts = [count for count in FEWER if 2 * count < len(sample) and len(programme.matrix.columns) >= LARGE]
    try:
        for count in counts:
            known.append(_in_fewer(setting, case, sample, stay, known, count))
    except KeyboardInterrupt:  # what is known by then is kept
        pass
    left = None if limit is None else max(0.0, began + limit - time.monotonic())
    answer = programme.solve(
        known, stages=("gap",), limits=case.limits, floor=floor, time_limit=left, interrupted=setting.interrupted,
        watch=setting.watch(f"plans that count on all, in {len(sample)} futures"),
    )  # fmt: skip
    return answer.decision, answer.bounds["gap"].bound


def _in_fewer(
    setting: Setting, case: Expected, sample: Sequence[Future], stay: int, known: Sequence[Decision], count: int
) -> Decision:
    """The best decision over the most probable futures alone, with the best deployments in all."""
    likely = sorted(range(len(sample)), key=lambda s: -sample[s].probability)[:count]
    some = sorted({stay, *likely})
    total = sum(sample[s].probability for s in some)
    futures = [replace(sample[s], probability=sample[s].probability / total) for s in some]
    limit = setting.options["time_limit"]
    answer = setting.another(futures).solve(
        [Decision(d.commitment, tuple(d.deployed[s] for s in some)) for d in known],
        stages=("gap",), limits=case.limits, time_limit=None if limit is None else SHARE * limit,
        interrupted=setting.interrupted, watch=setting.watch(f"plans that count on all, in {len(futures)} futures"),
    )  # fmt: skip
    setting.learn(answer.decision, futures)
    (decision,) = setting.decisions(sample, [answer.decision.commitment], "plans that count on all")
    return decision
