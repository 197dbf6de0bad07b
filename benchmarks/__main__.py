"""`python -m benchmarks`: seconds and megabytes for each size, compared with HiGHS alone on the same programme.

`load` builds the Pyomo model and hands it to HiGHS, `solve` is the time in HiGHS, `total` includes the imports,
`megabytes` is the peak of the process, `points` are points of coverage between value and bound; ratios are ours divided
by those of HiGHS alone. HiGHS alone gets the exported MPS of the model's first objective. By default the comparison
minimises only that objective; `--model` names a model with more.

Below come value and bound after some CPU seconds of each process, what the searches did, and, with `--base`, what has
become better or worse since a base was saved with `--save`.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from allocator.model import load_model
from allocator.solving.heuristics.search import AVERAGED, RELAXATION, WHOLE
from allocator.solving.versions import versions
from benchmarks.base import compared, load, save
from benchmarks.build_up import build_up
from benchmarks.generate import SIZES, deployable, generate, made, possible, write

STEPS = ("read", "load", "solve", "audit", "total", "megabytes")
BUILD_UP = (30, 12, 6, 10)
"""Nations, unit types, tasks and years of the largest build-up; other sizes are in proportion."""

DECADE = (35, 25, 12, 20)
"""Nations, unit types, tasks and half-years of the largest decade."""

FIRST_ONLY = 'title = "First objective"\ndescription = "Gap alone."\nobjectives = ["gap"]\n'
BUILDING = FIRST_ONLY + f"families = {json.dumps(load_model('build').families)}\n"


def measure(kind: str, task: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.worker", kind, json.dumps(task)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{kind}: {done.stderr.strip()}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def median(runs: list[dict[str, Any]], key: str) -> float | None:
    values = [run[key] for run in runs if run.get(key) is not None]
    return statistics.median(values) if values else None


def show(value: Any, width: int = 10) -> str:
    text = "-" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
    return text.rjust(width)


def ratio(ours: float | None, alone: float | None) -> float | None:
    return None if ours is None or not alone else ours / alone


def whole(text: str) -> int:
    """A whole number of at least 1, for argparse."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--sizes", type=whole, nargs="+",
        help=f"whole-number variables, roughly (default: {' '.join(map(str, SIZES))}); 100 takes a second",
    )  # fmt: skip
    parser.add_argument("--binding", action="store_true", help="minimums, pledges, ceilings and budgets bind")
    parser.add_argument("--model", default=None, help="name or path of a model; by default gap alone is minimised")
    parser.add_argument("--gap", type=float, default=1e-4, help="relative gap for both (default: %(default)s)")
    parser.add_argument("--time-limit", type=float, default=30.0, help="seconds for each (default: %(default)s)")
    parser.add_argument("--threads", type=whole, default=1, help="threads of HiGHS (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="random seed of HiGHS (default: %(default)s)")
    parser.add_argument(
        "--repeat", type=whole, default=3, help="runs of which the median is shown (default: %(default)s)"
    )
    parser.add_argument(
        "--instances", type=whole, default=1, help="generated instances of each size (default: %(default)s)"
    )
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument(
        "--build-up", action="store_true",
        help=f"build-ups over years under the model build instead; --sizes counts nations (default: {BUILD_UP[0]})",
    )  # fmt: skip
    kinds.add_argument(
        "--decade", action="store_true",
        help=f"decades of half-years instead; --sizes counts nations (default: {DECADE[0]})",
    )  # fmt: skip
    parser.add_argument(
        "--marks", type=float, nargs="+", default=[10.0, 30.0, 60.0, 300.0],
        help="CPU seconds after which value and bound are shown (default: 10 30 60 300)",
    )  # fmt: skip
    parser.add_argument("--ours", action="store_true", help="leave out HiGHS alone")
    parser.add_argument("--save", type=Path, help="file to which the results are saved as a base")
    parser.add_argument("--base", type=Path, help="saved base to compare with; exit code 1 if anything is worse")
    return parser.parse_args()


def main() -> None:
    chosen = arguments()
    options = {name: getattr(chosen, name) for name in ("gap", "time_limit", "threads", "seed", "marks")}
    named = ", ".join(f"{name} {number}" for name, number in versions().items())
    print(f"{named}; {platform.platform()}; {options}, median of {chosen.repeat}")
    base = load(chosen.base) if chosen.base else {}
    measured: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch) / "first.toml"
        model.write_text(BUILDING if chosen.build_up else FIRST_ONLY, encoding="utf-8")
        task = options | {"model": chosen.model or str(model)}
        gap_first = load_model(task["model"]).objectives[0] == "gap"
        largest = BUILD_UP[:1] if chosen.build_up else DECADE[:1] if chosen.decade else SIZES
        for size in chosen.sizes or largest:
            values = []
            for number in range(1, chosen.instances + 1):
                obj, what = instance(size, number, chosen)
                ours, alone = compare(obj, task, scratch, chosen)
                print_one(f"size {size}, instance {number}: {what}", ours, alone, gap_first)
                measured[obj["instance"]["name"]] = result = kept(ours)
                for sentence in compared(result, base[name]) if (name := obj["instance"]["name"]) in base else ():
                    print(sentence)
                    result["worse"] = result["worse"] or sentence.startswith("worse")
                values.append(ratio(median(ours, "value"), median(alone, "value")))
            found = [value for value in values if value]
            if len(found) > 1:
                best, worst = min(found), max(found)
                mean = statistics.geometric_mean(found)
                print(f"size {size}: value over HiGHS alone: geometric mean {mean:.3f}, {best:.3f} to {worst:.3f}")
    if chosen.save:
        save(measured, chosen.save)
    sys.exit(any(result["worse"] for result in measured.values()))


def kept(ours: list[dict[str, Any]]) -> dict[str, Any]:
    """What a base holds of an instance: medians, and the course of the first run."""
    medians = {key: median(ours, key) for key in ("value", "bound", "cpu")}
    return {**medians, "status": ours[0]["status"], "course": ours[0]["course"], "worse": False}


def scaled(size: int, largest: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Dimensions in proportion to a number of nations."""
    types, tasks, periods = (max(2, round(size * part / largest[0])) for part in largest[1:])
    return size, types, tasks, periods


def instance(size: int, number: int, chosen: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """A generated instance, and how large it is."""
    if chosen.build_up:
        nations, types, tasks, years = scaled(size, BUILD_UP)
        obj = build_up(number, nations, types, tasks, years)
        return obj, f"{types} unit types, {tasks} tasks, {years} years, {len(obj['acquisitions'])} programmes"
    if chosen.decade:
        dimensions = scaled(size, DECADE)
        name = f"decade-{size}-{number}{'-binding' if chosen.binding else ''}"
        obj = made(random.Random(name), name, dimensions, chosen.binding)
    else:
        obj = generate(size, number, chosen.binding)
    return obj, f"{deployable(obj)} of {possible(obj)} deployable"


def compare(
    obj: dict[str, Any], task: dict[str, Any], scratch: str, chosen: argparse.Namespace
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Measure one instance: our runs, and those of HiGHS alone."""
    folder = Path(scratch) / obj["instance"]["name"]
    write(obj, folder)
    task = task | {"folder": str(folder), "mps": f"{folder}.mps"}
    ours = [measure("allocator", task) for _ in range(chosen.repeat)]
    if chosen.ours:
        return ours, []
    task |= measure("export", task)
    return ours, [measure("highs", task) for _ in range(chosen.repeat)]


def points(value: float | None, bound: float | None, gap: bool) -> str:
    """Points of coverage between value and bound, if they are of the unmet share."""
    return show(100 * max(0.0, value - bound) if gap and value is not None and bound is not None else None)


def print_one(title: str, ours: list[dict[str, Any]], alone: list[dict[str, Any]], gap: bool) -> None:
    size = f"; {alone[0]['rows']} rows, {alone[0]['columns']} columns" if alone else ""
    print(f"\n{title}{size}")
    print(" " * 10 + "".join(step.rjust(10) for step in STEPS) + "     value     bound    points  status")
    for name, runs in (("allocator", ours), ("highs", alone)):
        cells = "".join(show(median(runs, key)) for key in (*STEPS, "value", "bound"))
        if runs:
            cells += points(median(runs, "value"), median(runs, "bound"), gap)
            print(name.ljust(10) + cells + f"  {runs[0]['status']}")
    if alone:
        ratios = "".join(show(ratio(median(ours, key), median(alone, key))) for key in (*STEPS, "value"))
        print("ratio".ljust(10) + ratios)
    for name, runs in (("allocator", ours), ("highs", alone)):
        for mark, (value, bound) in runs[0]["course"].items() if runs else ():
            between = points(value, bound, gap)
            print(f"{name.ljust(10)}after {mark} CPU seconds: value{show(value)}, bound{show(bound)}, points{between}")
    print_searches(ours[0])


def print_searches(run: dict[str, Any]) -> None:
    """What ran, how long ago the plan last became better, and a warning if nothing but HiGHS ran where it should."""
    names = ", ".join(run["searches"]) or "none"
    late = "" if run["last_gain"] is None else f"; last gain after {100 * run['last_gain']:.0f} % of the CPU time"
    print(f"searches: {names}{late}", flush=True)
    parts = [name for name in run["searches"] if name not in (WHOLE, RELAXATION, AVERAGED)]
    if run["status"] != "optimal" and not parts:
        print("WARNING: no search among a part of the columns ran", flush=True)


if __name__ == "__main__":
    main()
