"""`python -m benchmarks.hard`: grids of hard points at a short time limit: how many are proved, and what stays open.

A point counts as proved if every objective is. Of the others the first objective that stays open is counted. The time
limit counts CPU seconds, so that a loaded machine proves as many points as an idle one. `--save` keeps the results, and
`--base` says which grids have fewer points proved, or need more CPU seconds for as many.
"""

from __future__ import annotations

import argparse
import platform
import sys
from pathlib import Path
from typing import Any

from allocator.solving.versions import versions
from benchmarks.__main__ import measure, whole
from benchmarks.base import load, save
from benchmarks.sweeps import HARD, thinned

WORSE = 0.1
"""Relative change of the CPU seconds from which a grid counts as slower."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hard", description=__doc__)
    parser.add_argument("--only", choices=list(HARD), nargs="+", default=list(HARD), help="only these (default: all)")
    parser.add_argument("--points", type=whole, help="most points of each grid, at least 4")
    parser.add_argument("--gap", type=float, default=1e-4, help="relative gap of each solve (default: %(default)s)")
    parser.add_argument("--time-limit", type=float, default=8.0, help="CPU seconds a point (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="random seed of HiGHS (default: %(default)s)")
    parser.add_argument("--save", type=Path, help="file to which the results are saved as a base")
    parser.add_argument("--base", type=Path, help="saved base to compare with; exit code 1 if anything is worse")
    chosen = parser.parse_args()
    print(f"{', '.join(f'{name} {number}' for name, number in versions().items())}; {platform.platform()}")
    base = load(chosen.base) if chosen.base else {}
    measured: dict[str, dict[str, Any]] = {}
    worse = False
    for name in chosen.only:
        vary = thinned(HARD[name], chosen.points)
        task = {"folder": name, "vary": vary, "gap": chosen.gap, "time_limit": chosen.time_limit, "seed": chosen.seed}
        found = measure("sweep", task)
        title = f"hard {name}, {found['points']} points at {chosen.time_limit:g} s"
        measured[title] = {key: found[key] for key in ("points", "proved", "known", "open", "cpu")}
        stayed = ", ".join(f"{objective} {count}" for objective, count in sorted(found["open"].items())) or "none"
        print(
            f"{title}: {found['proved']} proved, {found['known']} of them without a solve; open: {stayed}; "
            f"{found['cpu']:.1f} CPU seconds, {found['total']:.1f} wall",
            flush=True,
        )
        for sentence in changes(measured[title], base.get(title)):
            print(f"  {sentence}")
            worse |= sentence.startswith("worse")
    if chosen.save:
        save(measured, chosen.save)
    sys.exit(worse)


def changes(now: dict[str, Any], then: dict[str, Any] | None) -> list[str]:
    """Sentences on what has become better or worse since a base."""
    if then is None:
        return []
    if now["proved"] != then["proved"]:
        return [
            f"{'better' if now['proved'] > then['proved'] else 'worse'}: {then['proved']} -> {now['proved']} proved"
        ]
    change = now["cpu"] / max(then["cpu"], 1e-9) - 1
    if abs(change) < WORSE:
        return []
    return [f"{'worse' if change > 0 else 'better'}: CPU seconds {then['cpu']:.4g} -> {now['cpu']:.4g}"]


if __name__ == "__main__":
    main()
