"""`python -m benchmarks`: seconds and megabytes for each size, compared with HiGHS alone on the same programme.

`load` builds the Pyomo model and hands it to HiGHS, `solve` is the time in HiGHS, `total` includes the imports,
`megabytes` is the peak of the process; ratios are ours divided by those of HiGHS alone. HiGHS alone gets the exported
MPS of the model's first objective. By default the comparison minimises only that objective; `--model` names a model
with more.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from allocator.model import load_model
from allocator.solving.solver import versions
from benchmarks.build_up import build_up
from benchmarks.generate import SIZES, deployable, generate, possible, write

STEPS = ("read", "load", "solve", "audit", "total", "megabytes")
BUILD_UP = (30, 12, 6, 10)
"""Nations, unit types, tasks and years of the largest build-up; other sizes are in proportion."""

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


def main() -> None:
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
    parser.add_argument(
        "--build-up", action="store_true",
        help=f"build-ups over years under the model build instead; --sizes counts nations (default: {BUILD_UP[0]})",
    )  # fmt: skip
    arguments = parser.parse_args()
    options = {name: getattr(arguments, name) for name in ("gap", "time_limit", "threads", "seed")}
    named = ", ".join(f"{name} {number}" for name, number in versions().items())
    print(f"{named}; {platform.platform()}; {options}, median of {arguments.repeat}")
    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch) / "first.toml"
        model.write_text(BUILDING if arguments.build_up else FIRST_ONLY, encoding="utf-8")
        task = options | {"model": arguments.model or str(model)}
        for size in arguments.sizes or (BUILD_UP[:1] if arguments.build_up else SIZES):
            values = []
            for number in range(1, arguments.instances + 1):
                obj, what = instance(size, number, arguments)
                values.append(compare(f"size {size}, instance {number}: {what}", obj, task, scratch, arguments.repeat))
            found = [value for value in values if value]
            if len(found) > 1:
                best, worst = min(found), max(found)
                mean = statistics.geometric_mean(found)
                print(f"size {size}: value over HiGHS alone: geometric mean {mean:.3f}, {best:.3f} to {worst:.3f}")


def instance(size: int, number: int, arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """A generated instance, and how large it is."""
    if not arguments.build_up:
        obj = generate(size, number, arguments.binding)
        return obj, f"{deployable(obj)} of {possible(obj)} deployable"
    nations, types, tasks, years = (size, *(max(2, round(size * part / BUILD_UP[0])) for part in BUILD_UP[1:]))
    obj = build_up(number, nations, types, tasks, years)
    return obj, f"{types} unit types, {tasks} tasks, {years} years, {len(obj['acquisitions'])} programmes"


def compare(title: str, obj: dict[str, Any], task: dict[str, Any], scratch: str, repeat: int) -> float | None:
    """Measure one instance, print a block, and return the ratio of the values."""
    folder = Path(scratch) / obj["instance"]["name"]
    write(obj, folder)
    task = task | {"folder": str(folder), "mps": f"{folder}.mps"}
    measure("export", task)
    ours = [measure("allocator", task) for _ in range(repeat)]
    alone = [measure("highs", task) for _ in range(repeat)]
    print_one(title, ours, alone)
    return ratio(median(ours, "value"), median(alone, "value"))


def print_one(title: str, ours: list[dict[str, Any]], alone: list[dict[str, Any]]) -> None:
    first = alone[0]
    print(f"\n{title}; {first['rows']} rows, {first['columns']} columns")
    print(" " * 10 + "".join(step.rjust(10) for step in STEPS) + "     value     bound  status")
    for name, runs in (("allocator", ours), ("highs", alone)):
        cells = "".join(show(median(runs, key)) for key in (*STEPS, "value", "bound"))
        print(name.ljust(10) + cells + f"  {runs[0]['status']}")
    ratios = "".join(show(ratio(median(ours, key), median(alone, key))) for key in (*STEPS, "value"))
    print("ratio".ljust(10) + ratios, flush=True)


if __name__ == "__main__":
    main()
