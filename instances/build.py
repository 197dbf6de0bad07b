"""Build the bundled instances from the facts in `instances/data`.

python instances/build.py                 write every instance
python instances/build.py --check         exit 1 when a folder is not what this script writes
python instances/build.py --refresh DIR   extract the rows that are used from the public data in DIR
python instances/build.py --pages         write every page again from its template and what was recorded
python instances/build.py --answer        solve, record, and write expected.toml and README.md
python instances/build.py --again         solve again what is not proved beside the answers, for longer
python instances/build.py --sweeps        run the bundled sweeps, record what they print, and write SWEEPS.md
python instances/build.py --readings      solve earlier readings of the sources, and write EFFECTS.md
python instances/build.py --backtests     run all back-tests, record and print their scores, and write BACKTESTS.md
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from building.facts import Facts
from building.ifor_1996 import ifor_1996, observed
from building.refresh import DATA, refresh
from building.scenario import Scenario
from building.scenarios import scenarios
from building.sweeps import sweeps
from building.writing import HERE, Built


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


def answer(scenario: Scenario, again: bool) -> None:
    """Solve and record an instance, or again what was not proved; write its expected.toml."""
    from building.answer import write_expected
    from building.recorded import load, record

    record(scenario, again)
    write_expected(scenario, load(scenario.name).base)


def write_pages(chosen: list[Scenario], facts: Facts, *, shared: bool, backtest: bool) -> None:
    """Write pages from their templates: those of instances, and those that several instances share."""
    from building.backtest import write_backtest
    from building.backtests_page import write_backtests
    from building.costs import write_costs
    from building.effects import write_effects
    from building.page import write_page
    from building.sweeps import write_sweeps

    for scenario in chosen:
        write_page(scenario, facts)
    if backtest:
        write_backtest(facts)
    if shared:
        write_costs(facts)
        write_sweeps(facts)
        write_backtests(facts)
        write_effects(facts, [scenario.name for scenario in scenarios(facts)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare and write nothing")
    parser.add_argument("--refresh", type=Path, metavar="DIR", help="extract the used rows from DIR first")
    parser.add_argument("--pages", action="store_true", help="write the pages again from what was recorded")
    parser.add_argument("--answer", action="store_true", help="solve, and write the answer")
    parser.add_argument("--again", action="store_true", help="solve again, for longer, the rows that are not proved")
    parser.add_argument("--sweeps", action="store_true", help="run the sweeps, and record what they say")
    parser.add_argument("--backtests", action="store_true", help="run the back-tests, and record their scores")
    parser.add_argument("--readings", action="store_true", help="solve earlier readings of the sources; record them")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these instances")
    options = parser.parse_args()
    if options.refresh:
        refresh(options.refresh)
    facts = Facts(DATA)
    chosen = [s for s in scenarios(facts) if not options.only or s.name in options.only]
    builds = [scenario.build(facts) for scenario in chosen]
    backtest = not options.only or "ifor-1996" in options.only
    if backtest:
        builds += [ifor_1996(facts), observed(facts)]
    if options.check:
        wrong = [f"{build.name}/{name}" for build in builds for name in stale(build)]
        for name in wrong:
            print(f"stale: {name}", file=sys.stderr)
        return 1 if wrong else 0
    for build in builds:
        write(build)
    if options.answer or options.again:
        for scenario in chosen:
            answer(scenario, again=not options.answer)
            print(f"solved {scenario.name}", file=sys.stderr)
        if backtest and options.answer:
            from building.backtest import record_backtest

            record_backtest()
    if options.sweeps:
        sweeps(options.only)
    if options.backtests:
        from building.backtests import backtests

        backtests(facts)
    if options.readings:
        from building.readings import record_readings

        record_readings(facts)
    shared = options.sweeps or options.backtests or options.readings
    if options.pages or options.answer or options.again or shared:
        write_pages(chosen, facts, shared=shared or not options.only, backtest=backtest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
