"""Run all back-tests and record their scores; BACKTESTS.md is written from those and a template, without a solve."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass
from functools import cached_property
from typing import Any

from building.facts import Facts
from building.history import BLIND, FITTED, Case, History, People
from building.prediction import least_change, leaving, part_kept, planned, pools
from building.recorded import FOLDER
from building.scores import brier, compare, misses

NAME = "BACKTESTS"
RECORD = FOLDER / f"{NAME}.json"
SHARES = (0.01, 0.02, 0.04, 0.08)  # of its armed forces that a nation can send: tried on the fitted set
PARTS = tuple(step / 10 for step in range(11))  # of a share that is promised: tried on the fitted set
CLOSER = 0.005  # percentage points by which an error is smaller: less is rounding
PERSISTENCE = "shares unchanged"


@dataclass(frozen=True)
class Fit:
    """Errors on the fitted set by what was tried, and the best of each."""

    by_share: Mapping[float, float]
    by_part: Mapping[float, float]

    @property
    def share(self) -> float:
        return best(self.by_share)

    @property
    def part(self) -> float:
        return best(self.by_part)


def best(errors: Mapping[float, float]) -> float:
    """The value with the smallest error as it is printed; of equal ones the first."""
    return min(errors, key=lambda value: round(errors[value], 2))


def fitted(case: Case) -> Fit:
    """Try every share and every part on one set, and on no other."""

    def error(people: People) -> float:
        return compare(people, case.after, everyone(case)).mean

    by_share = {share: error(planned(case, "reference", pools(case, share))) for share in SHARES}
    pool = pools(case, best(by_share))
    return Fit(by_share, {part: error(planned(case, "reference", pool, part_kept(case, part))) for part in PARTS})


def everyone(case: Case) -> list[str]:
    return sorted({*case.before, *case.after})


def predictions(case: Case, fit: Fit) -> dict[str, People]:
    """Label -> people of each nation, up to a common factor."""
    pool = pools(case, fit.share)
    return {
        PERSISTENCE: case.before,
        "in proportion to GDP": {n: case.gdp[n] for n in case.before},
        "in proportion to armed forces": {n: case.army[n] for n in case.before},
        "model `reference`": planned(case, "reference", pool),
        "model `proportional`": planned(case, "proportional", pools(case, 1.0)),
        "`reference`, least change": planned(case, "reference", pool, least_change(case)),
        f"`reference`, {fit.part:g} of each share promised": planned(
            case, "reference", pool, part_kept(case, fit.part)
        ),
    }


@dataclass(frozen=True)
class Score:
    """Errors of one prediction in percentage points of share."""

    mean: float
    without_usa: float | None
    misplaced: float
    worst: str
    closer: str
    rank: int


def scores(case: Case, predicted: Mapping[str, People]) -> dict[str, Score]:
    """Label -> score; equal errors, as printed, have the same rank."""
    nations = everyone(case)
    miss = {label: misses(people, case.after, nations) for label, people in predicted.items()}
    mean = {label: statistics.fmean(errors.values()) for label, errors in miss.items()}
    others = [n for n in nations if n != "USA"]
    found = {}
    for label, people in predicted.items():
        error, usual = compare(people, case.after, nations), miss[PERSISTENCE]
        found[label] = Score(
            mean[label],
            compare(people, case.after, others).mean if len(others) < len(nations) else None,
            sum(miss[label].values()) / 2,
            f"{error.nation} {error.predicted:.1f} instead of {error.seen:.1f}",
            "" if label == PERSISTENCE else f"{sum(miss[label][n] < usual[n] - CLOSER for n in usual)} of {len(usual)}",
            1 + sum(round(other, 2) < round(mean[label], 2) for other in mean.values()),
        )
    return found


def stances(case: Case, facts: Facts) -> dict[str, dict[str, float]]:
    """Label -> willingness of each nation, from grades that the bundled instances use and what was known before."""
    yes, conditional = facts.assume("stance_yes"), facts.assume("stance_yes_conditional").value
    between_both = (yes.value + conditional) / 2
    burden = {n: people / case.gdp[n] for n, people in case.sent.items()}

    def doubted(measure: People, sign: int) -> dict[str, float]:
        middle = statistics.median(measure.values())
        return {n: conditional if sign * (value - middle) > 0 else yes.value for n, value in measure.items()}

    return {
        f"all a plain yes ({yes.value:g})": dict.fromkeys(case.sent, yes.value),
        f"all at the low end of a yes ({yes.least:g})": dict.fromkeys(case.sent, yes.least),
        f"all a conditional yes ({conditional:g})": dict.fromkeys(case.sent, conditional),
        f"all between the two ({between_both:g})": dict.fromkeys(case.sent, between_both),
        "a conditional yes from the half with the heavier burden": doubted(burden, 1),
        "a conditional yes from the half with the smaller contingents": doubted(case.sent, -1),
    }


def departures(cases: list[Case], facts: Facts) -> dict[str, list[float]]:
    """Label -> Brier score on each set, of stances as `--politics` reads them and of the base rates."""
    first = cases[0].stays
    rate = (1 + sum(not stays for stays in first.values())) / (2 + len(first))
    found: dict[str, list[float]] = {}
    for case in cases:
        left = {n: not stays for n, stays in case.stays.items()}
        for label, willingness in stances(case, facts).items():
            found.setdefault(label, []).append(brier(leaving(case, willingness), left))
        for label, share in {
            f"base rate of the fitted set ({rate:.3f})": rate,
            "the set's own rate, known only afterwards": statistics.fmean(left.values()),
        }.items():
            found.setdefault(label, []).append(brier(dict.fromkeys(left, share), left))
    return found


class Backtests:
    """All sets with their scores; the first set is the fitted one. What was recorded is not computed again."""

    def __init__(self, facts: Facts, record: Mapping[str, Any] | None = None) -> None:
        history = History(facts)
        self.facts, self.record = facts, record or {}
        self.cases = [Case(chosen, history) for chosen in (FITTED, *BLIND)]

    @cached_property
    def fit(self) -> Fit:
        if "fit" not in self.record:
            return fitted(self.cases[0])
        return Fit(*({float(key): error for key, error in tried.items()} for tried in self.record["fit"]))

    @cached_property
    def scores(self) -> list[dict[str, Score]]:
        if "scores" not in self.record:
            return [scores(case, predictions(case, self.fit)) for case in self.cases]
        return [{label: Score(*score) for label, score in found.items()} for found in self.record["scores"]]

    @cached_property
    def departures(self) -> dict[str, list[float]]:
        return self.record.get("departures") or departures(self.cases, self.facts)

    def kept(self) -> dict[str, Any]:
        """What is recorded."""
        return {
            "fit": [dict(self.fit.by_share), dict(self.fit.by_part)],
            "scores": [{label: list(astuple(score)) for label, score in found.items()} for found in self.scores],
            "departures": self.departures,
        }

    def blocks(self) -> dict[str, str]:
        """The generated parts of the page, by mark."""
        parts: dict[str, Callable[[], list[str]]] = {
            "sets": self._sets, "fit": self._fit, "ranks": self._ranks, "scores": self._scores,
            "departures": self._departures,
        }  # fmt: skip
        return {mark: "\n".join(lines()) for mark, lines in parts.items()}

    def _sets(self) -> list[str]:
        def row(case: Case) -> str:
            left_out = ", ".join(case.left_out) or "nobody" if case.set.complete else "nations without a later figure"
            people = f"{sum(case.before.values()):,.0f} to {case.total:,.0f}"
            return (
                f"| {case.set.title} | {'fitted' if case.set == FITTED else 'blind'} | {len(case.before)} | "
                f"{len(case.after.keys() - case.before.keys())} | {people} | {case.set.year} | {left_out} | "
                f"{case.set.quality} |"
            )

        return [
            "| set | use | nations before | new ones | people | figures of | left out | quality |",
            "| --- | --- | ---: | ---: | ---: | ---: | --- | --- |",
            *map(row, self.cases),
        ]

    def _fit(self) -> list[str]:
        fit = self.fit
        return [
            "| a nation can send of its armed forces | mean error of `reference` |",
            "| ---: | ---: |",
            *(f"| {100 * share:g} % | {error:.2f} |" for share, error in fit.by_share.items()),
            "",
            f"Chosen: {100 * fit.share:g} %. With it:",
            "",
            "| part of each share that is promised | mean error |",
            "| ---: | ---: |",
            *(f"| {part:g} | {error:.2f} |" for part, error in fit.by_part.items()),
            "",
            f"Chosen: {fit.part:g}.",
        ]

    def _ranks(self) -> list[str]:
        blind = self.scores[1:]
        lines = {}
        for label in blind[0]:
            rows = [found[label] for found in blind]
            rank = statistics.fmean(row.rank for row in rows)
            lines[label] = (
                f"| {label} | {rank:.2f} | {statistics.fmean(row.mean for row in rows):.2f} | "
                f"{statistics.fmean(row.misplaced for row in rows):.1f} % | {sum(row.rank == 1 for row in rows)} |",
                rank,
            )
        return [
            f"Over the {len(blind)} blind sets, {len(lines)} predictions:",
            "",
            "| prediction | mean rank | mean error | of the force with the wrong nation | sets in which it is best |",
            "| --- | ---: | ---: | ---: | ---: |",
            *(line for line, _ in sorted(lines.values(), key=lambda pair: pair[1])),
        ]

    def _scores(self) -> list[str]:
        lines = []
        for case, found in zip(self.cases, self.scores, strict=True):
            lines += [
                f"### {case.set.title} ({'fitted' if case.set == FITTED else 'blind'})",
                "",
                "| prediction | mean error | rank | without the USA | with the wrong nation | largest error | closer than unchanged |",
                "| --- | ---: | ---: | ---: | ---: | --- | ---: |",
                *(
                    f"| {label} | {s.mean:.2f} | {s.rank} | {'' if s.without_usa is None else f'{s.without_usa:.2f}'} | "
                    f"{s.misplaced:.1f} % | {s.worst} | {s.closer} |"
                    for label, s in found.items()
                ),
                "",
            ]
        return lines[:-1]

    def _departures(self) -> list[str]:
        gone = [
            f"- {case.set.title}: {sum(not s for s in case.stays.values())} of {len(case.stays)} left in "
            f"{case.set.months} months" + who([n for n, s in case.stays.items() if not s])
            for case in self.cases
        ]
        head = [case.set.short for case in self.cases]
        return [
            *gone,
            "",
            "| probability of leaving | " + " | ".join(head) + " |",
            "| --- |" + " ---: |" * len(head),
            *(
                f"| {label} | " + " | ".join(f"{score:.3f}" for score in row) + " |"
                for label, row in self.departures.items()
            ),
        ]


def who(nations: list[str]) -> str:
    return f": {', '.join(nations)}" if nations else ""


def backtests(facts: Facts) -> None:
    """Run all, and record and print what comes out."""
    done = Backtests(facts)
    RECORD.write_text(json.dumps(done.kept(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for content in done.blocks().values():
        print(f"{content}\n")


def load_backtests(facts: Facts) -> Backtests:
    """All back-tests as they were recorded."""
    return Backtests(facts, json.loads(RECORD.read_text(encoding="utf-8")))
