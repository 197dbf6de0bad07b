"""`python -m benchmarks.bundled`: every bundled instance with all objectives, beside HiGHS alone on the same files.

HiGHS alone gets the exported MPS of each objective, minimises one after the other, and holds each at its value; with
`--peers scip` SCIP does the same. CPU seconds count from the imported program to the audited plan, and from the loaded
files to the last proof; `process` is the CPU time of our whole process. A whole solve may take 1.2 times as long as
HiGHS alone where that takes a second or more. `--save` keeps the results, and `--base` says what has become worse.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

import allocator
from allocator.solving.heuristics.search import RELAXATION, WHOLE
from allocator.solving.versions import versions
from benchmarks.__main__ import measure, ratio, show, whole
from benchmarks.base import compared, load, save

MOST, FROM = 1.2, 1.0
"""Most that a whole solve may take, as a multiple of HiGHS alone where that takes so many CPU seconds."""

HEAD = ("ours cpu", "wall", "process", "HiGHS cpu", "wall", "ratio", "late gain")


def names() -> list[str]:
    """Bundled instances that are no toys."""
    folder = Path(allocator.__file__).parents[1] / "instances"
    found = (path.parent.name for path in folder.glob("*/instance.toml"))
    return sorted(name for name in found if not name.startswith("toy-"))


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bundled", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these instances (default: all but toys)")
    parser.add_argument("--peers", choices=["scip"], nargs="+", default=[], help="other solvers on the same files")
    parser.add_argument("--gap", type=float, default=1e-4, help="relative gap for all (default: %(default)s)")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds for each (default: %(default)s)")
    parser.add_argument("--threads", type=whole, default=1, help="threads of HiGHS (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="random seed of HiGHS (default: %(default)s)")
    parser.add_argument("--save", type=Path, help="file to which the results are saved as a base")
    parser.add_argument("--base", type=Path, help="saved base to compare with; exit code 1 if anything is worse")
    return parser.parse_args(given)


def main() -> None:
    chosen = arguments()
    options = {name: getattr(chosen, name) for name in ("gap", "time_limit", "threads", "seed")} | {"marks": []}
    print(f"{', '.join(f'{name} {number}' for name, number in versions().items())}; {platform.platform()}; {options}")
    base = load(chosen.base) if chosen.base else {}
    measured: dict[str, dict[str, Any]] = {}
    print("".ljust(24) + "".join(head.rjust(10) for head in HEAD) + "  status")
    with tempfile.TemporaryDirectory() as scratch:
        for name in chosen.only or names():
            measured[f"bundled {name}"] = one(name, options, scratch, chosen.peers)
            then = base.get(f"bundled {name}")
            for sentence in compared(measured[f"bundled {name}"], then) if then else ():
                print(f"  {sentence}")
                measured[f"bundled {name}"]["worse"] |= sentence.startswith("worse")
            if chosen.save:  # at once: all of them take minutes
                save(measured, chosen.save)
    slow = [name for name, result in measured.items() if result["slow"]]
    print(f"above {MOST:g} x HiGHS alone where that takes {FROM:g} s: {', '.join(slow) or 'none'}")
    sys.exit(any(result["worse"] for result in measured.values()))


def one(name: str, options: dict[str, Any], scratch: str, peers: list[str]) -> dict[str, Any]:
    """Measure and print one instance; returns what a base holds of it."""
    task = options | {"folder": name, "model": None, "mps": str(Path(scratch) / f"{name}.mps"), "every": True}
    ours = measure("allocator", task)
    task |= measure("export", task)
    alone = measure("highs", task)
    times = (
        ours["cpu"],
        ours["total"],
        ours["process"],
        alone["cpu"],
        alone["total"],
        ratio(ours["cpu"], alone["cpu"]),
    )
    late = "-" if ours["last_gain"] is None else f"{100 * (1 - ours['last_gain']):.0f} %"
    print(name.ljust(24) + "".join(map(show, times)) + late.rjust(10) + f"  {ours['status']}; {alone['status']}")
    if ours["open"]:
        print(f"  open: {', '.join(ours['open'])}")
    if ours["status"] != "optimal" and not [search for search in ours["searches"] if search not in (WHOLE, RELAXATION)]:
        print("  WARNING: no search among a part of the columns ran")
    for stage, (mine, theirs) in enumerate(zip(ours["values"], alone["values"], strict=False), start=1):
        if theirs[0] < mine[1] - 1e-5 * max(1.0, abs(mine[1])):
            print(f"  WARNING: stage {stage}: HiGHS alone has {theirs[0]:g}, below our bound {mine[1]:g}")
            break
        if abs(mine[0] - theirs[0]) > 1e-5 * max(1.0, abs(mine[0])):
            break  # within the gap, but from here on the stages are not the same
    for peer in peers:
        other = measure(peer, task)
        print(f"  {peer}: {other['cpu']:.2f} CPU seconds, {other['total']:.2f} wall; {other['status']}")
    slow = alone["cpu"] >= FROM and ours["cpu"] > MOST * alone["cpu"]
    last = {"value": ours["value"], "bound": ours["bound"], "cpu": ours["cpu"], "status": ours["status"]}
    sys.stdout.flush()
    return {**last, "course": {}, "alone": alone["cpu"], "slow": slow, "worse": False}


if __name__ == "__main__":
    main()
