"""Build the bundled instances from the facts in `instances/data`.

python instances/build.py                 write every instance
python instances/build.py --check         exit 1 when a folder is not what this script writes
python instances/build.py --refresh DIR   extract the rows that are used from the public data in DIR
python instances/build.py --answer        solve, and write expected.toml and the answer in README.md
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from building.answer import answer
from building.backtest import answer as answer_backtest
from building.facts import Facts
from building.ifor_1996 import ifor_1996, observed
from building.nations import contributors
from building.reassurance_force import reassurance_force
from building.refresh import DATA, refresh
from building.writing import HERE, Built

ANSWERS = {"reassurance-force": answer, "ifor-1996": answer_backtest}


def build_all() -> list[Built]:
    facts = Facts(DATA)
    return [reassurance_force(facts, contributors(facts)), ifor_1996(facts), observed(facts)]


def stale(build: Built) -> list[str]:
    """The files of the folder that are not what is built, and tables that are not built at all."""
    folder = HERE / build.name
    wrong = [
        name
        for name, content in build.files.items()
        if not (folder / name).exists() or (folder / name).read_bytes() != content.encode()
    ]
    return wrong + [path.name for path in folder.glob("*.csv") if path.name not in build.files]


def write(build: Built) -> None:
    folder = HERE / build.name
    folder.mkdir(exist_ok=True)
    for name, content in build.files.items():
        (folder / name).write_bytes(content.encode())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare and write nothing")
    parser.add_argument("--refresh", type=Path, metavar="DIR", help="extract the used rows from DIR first")
    parser.add_argument("--answer", action="store_true", help="solve, and write the answer")
    options = parser.parse_args()
    if options.refresh:
        refresh(options.refresh)
    builds = build_all()
    if options.check:
        wrong = [f"{build.name}/{name}" for build in builds for name in stale(build)]
        for name in wrong:
            print(f"stale: {name}", file=sys.stderr)
        return 1 if wrong else 0
    for build in builds:
        write(build)
    if options.answer:
        for name, write_answer in ANSWERS.items():
            write_answer(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
