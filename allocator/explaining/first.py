"""What ``solve`` says of an instance without a plan: its first conflict, how to ask less, and the first repair."""

from __future__ import annotations

import time

from allocator.explaining.bench import Bench
from allocator.explaining.conflicts import Search, sentence
from allocator.explaining.core import Core
from allocator.explaining.repairs import Mender, said
from allocator.instance import Instance
from allocator.model import Model
from allocator.stopping import Watch
from allocator.wording import first_small

LEAST = 5.0
"""Seconds that the search may take at the least."""

SHARE = 0.6
"""Share of the remaining time that a step may use if others follow."""


def first_ways(
    instance: Instance, model: Model, seconds: float, watch: Watch, *, threads: int = 1, seed: int = 0
) -> list[str]:
    """Sentences on why an instance that is proved to have no plan has none, and on what would help.

    Parameters
    ----------
    instance, model : Instance, Model
        What has no plan.
    seconds : float
        Most time to use; what is not found in it is named.
    watch : Watch
        Of :func:`allocator.stopping.watched`; an interruption ends the search.
    threads, seed : int
        As in :func:`allocator.solve`.
    """
    end = time.monotonic() + seconds

    def core(last: bool = False) -> Core:
        now = time.monotonic()
        until = end if last else now + SHARE * (end - now)
        return Core(instance, model, Bench(1e-4, until, threads, seed, watch))

    less, known = Mender(core()).ask_less()
    search = Search(core(), infeasible=True)
    search.quick()
    conflict = search.first()
    mender = Mender(core(last=True))
    more, more_known = next(mender.give_more())
    found = [f"Conflict: {first_small(sentence(conflict))}"] if conflict is not None else []
    missing = [] if conflict is not None and conflict.minimal else ["a smallest conflict"]
    for name, repair, settled, none in (
        ("Ask less", less, known, "no larger max_gap alone leads to a plan."),
        ("Give more", more, more_known, "no change but a larger max_gap leads to a plan."),
    ):
        if repair is not None and not repair.proved:
            found.append(f"{name}, though perhaps not the least: {said(mender.row(repair))}")
        elif repair is not None:
            found.append(f"{name}: {said(mender.row(repair))}")
        elif settled:
            found.append(f"{name}: {none}")
        else:
            missing.append(f"how to {name.lower()}")
    if missing:
        found.append(f"There was no time to find {' and '.join(missing)}; allocator explain searches without a limit.")
    return found
