"""Many seeds, outside the suite; a line a disagreement.

`python -m tests.oracle N` (or `FIRST LAST`): instances with everything that they can hold, `allocator.solve` against
enumeration, where there are few enough plans, and else against the formulation; ends with a line for each part of an
instance: how many had it, and of how many `allocator` said the same. `--oracles` instead compares the two oracles,
`--deciding` counts the instances whose optimum changes without the part, `--size wide` draws larger ones, `--extreme`
figures from one end of what is legal to the other (enumeration alone judges them; larger ones are left out).

`python -m tests.oracle SIZE FIRST LAST [FACTOR ...]`: instances about the forces that there are. With factors
(0.001 1 1000, say) each instance is first rescaled by them. SIZE `extreme` gives tiny ones with figures from one end of
what is legal to the other, `hedge` two-stage plans of such and of ordinary ones; those with more plans than can be
looked at are left out.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from typing import Any

from allocator.errors import BadInput
from tests.oracle import brute, formulation, hedged
from tests.oracle.check import check
from tests.oracle.compare import disagreements, oracles_disagree
from tests.oracle.extremes import extreme_instance
from tests.oracle.lifting import lifted
from tests.oracle.random_instances import SIZES, random_instance, random_model, rescaled
from tests.oracle.random_more import full_instance, full_model

PLANS = 3000
"""Most plans that are looked at one by one."""


def forces_there_are(size: str, first: int, last: int, factors: list[str]) -> None:
    bad = 0
    for seed in range(first, last):
        found = hedged.random_check(seed) if size == "hedge" else _one(size, seed, factors)
        if found:
            bad += 1
            print(size, seed, found, flush=True)
    print(f"{bad} of {last - first} seeds disagree")


def _one(size: str, seed: int, factors: list[str]) -> list[str]:
    extreme = size == "extreme"
    obj, model = random_instance(seed, "tiny" if extreme else size), random_model(seed)
    if extreme:
        obj = extreme_instance(obj, seed)
        try:
            brute.solve(obj, model, PLANS // 2)
        except brute.TooMany:
            return []
    if factors:
        obj = rescaled(obj, seed, tuple(map(float, factors)))
    try:
        return check(obj, model, enumerate_up_to=PLANS if size in ("tiny", "extreme") else 0)
    except BadInput as fault:
        return [] if extreme else [str(fault)]
    except Exception as error:
        return [repr(error)]


def extreme_check(obj: dict[str, Any], model: dict[str, Any]) -> list[str]:
    try:
        brute.solve(obj, model, PLANS // 2)
        return check(obj, model, enumerate_up_to=PLANS)
    except (brute.TooMany, BadInput):
        return []


def everything(
    size: str,
    seeds: range,
    compare: Callable[[dict[str, Any], dict[str, Any]], list[str]],
    change: Callable[[dict[str, Any], int], dict[str, Any]] = lambda obj, seed: obj,
) -> None:
    had: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    for seed in seeds:
        obj, model = change(full_instance(seed, size), seed), full_model(seed)
        try:
            found = compare(obj, model)
        except Exception as error:
            found = [repr(error)]
        if found:
            print(size, seed, found, model, flush=True)
        for name in ("any", *(name for name, _ in lifted(obj))):
            had[name] += 1
            agreed[name] += not found
    for name, count in had.most_common():
        print(f"{name:25} {count:6} had it {agreed[name]:6} agree")


def deciding(size: str, seeds: range) -> None:
    had: Counter[str] = Counter()
    decides: Counter[str] = Counter()
    for seed in seeds:
        obj, model = full_instance(seed, size), full_model(seed)
        truth = formulation.solve(obj, model)
        for name, less in lifted(obj):
            had[name] += 1
            stages = {"values": truth["stages"]}  # the final values depend on which of equal plans was found
            other = formulation.solve(less, model)
            decides[name] += bool(disagreements(model, {**truth, **stages}, {**other, "values": other["stages"]}))
    for name, count in had.most_common():
        print(f"{name:25} {count:6} had it {decides[name]:6} change without it {decides[name] / count:5.0%}")


def main() -> None:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("numbers", nargs="+")
    parser.add_argument("--size", choices=("least", "wide"), default="least")
    parser.add_argument("--oracles", action="store_true")
    parser.add_argument("--deciding", action="store_true")
    parser.add_argument("--extreme", action="store_true")
    chosen = parser.parse_args()
    first, *rest = chosen.numbers
    if first in (*SIZES, "extreme", "hedge"):
        forces_there_are(first, int(rest[0]), int(rest[1]), rest[2:])
        return
    seeds = range(int(first), int(rest[0])) if rest else range(int(first))
    many = PLANS if chosen.size == "least" else 0
    if chosen.deciding:
        deciding(chosen.size, seeds)
    elif chosen.extreme:
        everything("least", seeds, extreme_check, extreme_instance)
    elif chosen.oracles:
        everything(chosen.size, seeds, lambda obj, model: oracles_disagree(obj, model, many))
    else:
        everything(chosen.size, seeds, lambda obj, model: check(obj, model, enumerate_up_to=many))


if __name__ == "__main__":
    main()
