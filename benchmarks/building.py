"""`python -m benchmarks.building`: CPU seconds of building a model and handing it to HiGHS, beside linopy.

Ours runs from the instance in memory through Pyomo and the arrays to the model in HiGHS. linopy gets the finished
arrays of the same model, so that only its own part is measured. It belongs to the extra `bench`.
"""

from __future__ import annotations

import argparse
import platform
import tempfile
from pathlib import Path

from allocator.solving.versions import versions
from benchmarks.__main__ import FIRST_ONLY, measure, whole
from benchmarks.generate import SIZES, generate, write


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.building", description=__doc__)
    parser.add_argument(
        "--sizes",
        type=whole,
        nargs="+",
        default=[SIZES[-1]],
        help="whole-number columns, roughly (default: %(default)s)",
    )
    parser.add_argument("--no-peers", action="store_true", help="leave out linopy")
    parser.add_argument("--model", default=None, help="name or path of a model (default: the reference families, gap)")
    chosen = parser.parse_args()
    print(f"{', '.join(f'{name} {number}' for name, number in versions().items())}; {platform.platform()}")
    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch) / "first.toml"
        model.write_text(FIRST_ONLY, encoding="utf-8")
        for size in chosen.sizes:
            folder = Path(scratch) / f"size-{size}"
            write(generate(size, 1), folder)
            task = {"folder": str(folder), "model": chosen.model or str(model)}
            ours = measure("hand-over", task)
            print(
                f"size {size}: {ours['columns']} columns, {ours['rows']} rows, {ours['nonzeros']} non-zeros\n"
                f"  allocator {ours['cpu']:.2f} CPU seconds (build {ours['build']:.2f}, compile {ours['compile']:.2f}, "
                f"pass {ours['pass']:.2f}), {ours['megabytes']:.0f} MB",
                flush=True,
            )
            if not chosen.no_peers:
                peer = measure("linopy", task)
                print(f"  linopy    {peer['cpu']:.2f} CPU seconds; ratio {ours['cpu'] / peer['cpu']:.1f}", flush=True)


if __name__ == "__main__":
    main()
