"""The page of back-tests: every number of it computed again, without the optimiser, and a part of it solved again.

Where burdens are levelled, the plan is known: every nation stands at one burden, or at what it can send, or at what it
promised.
"""

from __future__ import annotations

import csv
import dataclasses
import importlib
import re
import statistics
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from tests.present import present

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
DATA = ROOT / "instances" / "data"
PAGE = (ROOT / "instances" / "BACKTESTS.md").read_text(encoding="utf-8")
UNCHANGED = "shares unchanged"
FIT = (0.01, 0.9)

People = dict[str, float]


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def people(name: str) -> People:
    kind = {"ifor_1996": "historic_ifor_troops", "sfor_1998": "historic_sfor_troops"}.get(name)
    if kind:
        return {r["nation"]: float(r["value"]) for r in rows("inventory") if r["unit_type"] == kind and r["value"]}
    return {r["nation"]: float(r["value"]) for r in rows("contributions") if r["list"] == name}


def figures(attribute: str, year: int) -> People:
    wanted = (attribute, str(year))
    return {r["nation"]: float(r["value"]) for r in rows("figures_by_year") if (r["attribute"], r["year"]) == wanted}


@dataclasses.dataclass(frozen=True)
class Pair:
    before: str
    after: str
    year: int
    title: str
    without_usa: bool = False
    complete: bool = True

    @cached_property
    def gdp(self) -> People:
        return figures("gdp", self.year)

    @cached_property
    def army(self) -> People:
        return figures("armed_forces", self.year)

    @cached_property
    def later(self) -> People:
        return people(self.after)

    @cached_property
    def then(self) -> People:
        """The earlier list, of nations with a known end."""
        found = people(self.before)
        return {n: v for n, v in found.items() if self.complete or n in self.later}

    @cached_property
    def old(self) -> People:
        return {n: v for n, v in self.then.items() if n in self.army}

    @cached_property
    def new(self) -> People:
        return {n: v for n, v in self.later.items() if n in self.army and not (self.without_usa and n == "USA")}

    @cached_property
    def nations(self) -> list[str]:
        return sorted({*self.old, *self.new})

    def levelled(self, share: float, floor: People | None = None, caps: People | None = None) -> People:
        """Everybody at the same burden, within what it can send and what it promised."""
        total, floor = sum(self.new.values()), floor or {}
        growth = total / sum(self.old.values())
        most = caps or {n: max(v, growth * v, share * self.army[n]) for n, v in self.old.items()}
        low, high = 0.0, 1e3
        for _ in range(200):
            level = (low + high) / 2
            sent = {n: max(floor.get(n, 0.0), min(most[n], level * self.gdp[n])) for n in self.old}
            low, high = (level, high) if sum(sent.values()) < total else (low, level)
        return sent

    def promised(self, part: float) -> People:
        growth = sum(self.new.values()) / sum(self.old.values())
        return self.levelled(FIT[0], {n: part * growth * v for n, v in self.old.items()})

    def least_change(self) -> People:
        grows = sum(self.new.values()) >= sum(self.old.values())
        return self.levelled(FIT[0], floor=self.old) if grows else self.levelled(FIT[0], caps=self.old)

    def predictions(self) -> dict[str, People]:
        gdp = {n: self.gdp[n] for n in self.old}
        return {
            UNCHANGED: self.old,
            "in proportion to GDP": gdp,
            "in proportion to armed forces": {n: self.army[n] for n in self.old},
            "model `reference`": self.levelled(FIT[0]),
            "model `proportional`": gdp,
            "`reference`, least change": self.least_change(),
            "`reference`, 0.9 of each share promised": self.promised(FIT[1]),
        }

    def misses(self, predicted: People, nations: list[str] | None = None) -> People:
        chosen = [n for n in nations or self.nations if predicted.get(n) or self.new.get(n)]
        ours, theirs = (sum(p.get(n, 0.0) for n in chosen) for p in (predicted, self.new))
        return {n: abs(100 * predicted.get(n, 0.0) / ours - 100 * self.new.get(n, 0.0) / theirs) for n in chosen}


PAIRS = [
    Pair("ifor_1996", "sfor_1998", 1995, "Bosnia, 1996 to 1998"),
    Pair("isaf_2009", "isaf_2012", 2008, "Afghanistan, October 2009 to March 2012"),
    Pair("iraq_2004", "iraq_2007_02", 2003, "Iraq, late 2004 to February 2007", without_usa=True),
    Pair("iraq_2007_02", "iraq_2007_10", 2006, "Iraq, February to October 2007"),
    Pair("kfor_2017", "kfor_2022", 2016, "Kosovo, February 2017 to August 2022", complete=False),
]
BLIND = PAIRS[1:]


def block(mark: str) -> str:
    return present(re.search(f"<!-- {mark} -->\n(.*?)\n<!-- /{mark} -->", PAGE, re.DOTALL))[1]


def table(text: str) -> dict[str, list[str]]:
    """First cell -> the other cells, of the tables in a text."""
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    return {cells[0]: cells[1:] for cells in lines if not set(cells[0]) <= set("-: ")}


def scored(pair: Pair) -> dict[str, list[str]]:
    """The rows of a set under its heading."""
    heading = rf"### {re.escape(pair.title)} \((?:fitted|blind)\)\n"
    part = present(re.search(rf"{heading}(.*?)(?:\n###|\Z)", block("scores"), re.DOTALL))[1]
    return {label: cells for label, cells in table(part).items() if label != "prediction"}


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.after)
def test_every_score_follows_from_the_lists(pair: Pair) -> None:
    told, predicted = scored(pair), pair.predictions()
    assert told.keys() == predicted.keys()
    miss = {label: pair.misses(p) for label, p in predicted.items()}
    mean = {label: statistics.fmean(m.values()) for label, m in miss.items()}
    for label, (error, rank, without, wrong, worst, closer) in told.items():
        assert float(error) == pytest.approx(mean[label], abs=0.011), label
        lower = [told[other] for other in told if float(told[other][0]) < float(error)]
        assert int(rank) == 1 + len(lower)
        assert float(wrong.removesuffix(" %")) == pytest.approx(sum(miss[label].values()) / 2, abs=0.11)
        if "USA" in pair.nations:
            others = pair.misses(predicted[label], [n for n in pair.nations if n != "USA"])
            assert float(without) == pytest.approx(statistics.fmean(others.values()), abs=0.011)
        else:
            assert without == ""
        nation, ours, theirs = present(re.fullmatch(r"(\w+) ([0-9.]+) instead of ([0-9.]+)", worst)).groups()
        assert miss[label][nation] == pytest.approx(max(miss[label].values()), abs=0.06)
        assert abs(float(ours) - float(theirs)) == pytest.approx(miss[label][nation], abs=0.11)
        if label == UNCHANGED:
            assert closer == ""
            continue
        better = sum(miss[label][n] < miss[UNCHANGED][n] - 0.005 for n in pair.nations)
        of = [int(number) for number in closer.split(" of ")]
        assert of[1] == len(pair.nations)
        assert abs(of[0] - better) <= 1


def test_the_fit_uses_bosnia_and_takes_the_smallest_error() -> None:
    first, told = PAIRS[0], block("fit")
    by_share = {float(key.removesuffix(" %")) / 100: float(v[0]) for key, v in table(told).items() if key.endswith("%")}
    by_part = {float(key): float(v[0]) for key, v in table(told).items() if re.fullmatch(r"[0-9.]+", key)}
    assert [*by_share] == [0.01, 0.02, 0.04, 0.08]
    assert [*by_part] == [step / 10 for step in range(11)]
    for share, error in by_share.items():
        assert error == pytest.approx(statistics.fmean(first.misses(first.levelled(share)).values()), abs=0.011)
    for part, error in by_part.items():
        assert error == pytest.approx(statistics.fmean(first.misses(first.promised(part)).values()), abs=0.011)
    assert (min(by_share, key=lambda s: by_share[s]), min(by_part, key=lambda p: by_part[p])) == FIT
    assert re.findall(r"Chosen: (\d+(?:\.\d+)?)", told) == ["1", "0.9"]


def test_the_ranks_are_those_of_the_blind_sets() -> None:
    told = {label: cells for label, cells in table(block("ranks")).items() if label != "prediction"}
    blind = [scored(pair) for pair in BLIND]
    exact = [{label: pair.misses(p) for label, p in pair.predictions().items()} for pair in BLIND]
    for label, (rank, error, wrong, best) in told.items():
        ranks = [int(found[label][1]) for found in blind]
        assert float(rank) == pytest.approx(statistics.fmean(ranks), abs=0.006)
        means = [statistics.fmean(miss[label].values()) for miss in exact]
        assert float(error) == pytest.approx(statistics.fmean(means), abs=0.011)
        halves = [sum(miss[label].values()) / 2 for miss in exact]
        assert float(wrong.removesuffix(" %")) == pytest.approx(statistics.fmean(halves), abs=0.11)
        assert int(best) == ranks.count(1)
    assert f"Over the {len(BLIND)} blind sets, {len(told)} predictions:" in PAGE


def test_the_sets_are_those_of_the_lists() -> None:
    told = table(block("sets"))
    for pair in PAIRS:
        use, before, new, size, year, left_out, _ = told[pair.title]
        assert use == ("fitted" if pair == PAIRS[0] else "blind")
        assert (int(before), int(new)) == (len(pair.old), len(pair.new.keys() - pair.old.keys()))
        assert size == f"{sum(pair.old.values()):,.0f} to {sum(pair.new.values()):,.0f}"
        assert int(year) == pair.year
        if pair.complete:
            named = {*people(pair.before), *pair.later}
            assert left_out == (", ".join(sorted(named - set(pair.nations))) or "nobody")


def willingness(pair: Pair) -> dict[str, People]:
    burden = {n: v / pair.gdp[n] for n, v in pair.then.items()}

    def half(measure: Mapping[str, float], sign: int) -> People:
        middle = statistics.median(measure.values())
        return {n: 0.7 if sign * v > sign * middle else 1.0 for n, v in measure.items()}

    return {
        "all a plain yes (1)": dict.fromkeys(pair.then, 1.0),
        "all at the low end of a yes (0.9)": dict.fromkeys(pair.then, 0.9),
        "all a conditional yes (0.7)": dict.fromkeys(pair.then, 0.7),
        "all between the two (0.85)": dict.fromkeys(pair.then, 0.85),
        "a conditional yes from the half with the heavier burden": half(burden, 1),
        "a conditional yes from the half with the smaller contingents": half(pair.then, -1),
    }


def test_who_left_and_the_brier_scores() -> None:
    told = table(block("departures"))
    left = [{n: not pair.later.get(n, 0) for n in pair.then} for pair in PAIRS]
    rate = 1 / (2 + len(left[0]))
    assert not any(left[0].values())
    for column, (pair, gone) in enumerate(zip(PAIRS, left, strict=True)):
        names = [n for n in gone if gone[n]]
        line = rf"- {re.escape(pair.title)}: {len(names)} of {len(gone)} left in \d+ months(?:: (.*))?$"
        assert set((present(re.search(line, PAGE, re.MULTILINE))[1] or "").split(", ")) - {""} == set(names)
        forecasts = {label: {n: 1 - v for n, v in w.items()} for label, w in willingness(pair).items()}
        forecasts[f"base rate of the fitted set ({rate:.3f})"] = dict.fromkeys(gone, rate)
        own = len(names) / len(gone)
        forecasts["the set's own rate, known only afterwards"] = dict.fromkeys(gone, own)
        for label, forecast in forecasts.items():
            score = statistics.fmean((forecast[n] - gone[n]) ** 2 for n in gone)
            assert float(told[label][column]) == pytest.approx(score, abs=0.00051), (label, pair.title)


def test_what_the_page_concludes_follows_from_its_tables() -> None:
    ranks = table(block("ranks"))
    error = {label: float(cells[1]) for label, cells in ranks.items() if label != "prediction"}
    assert min(error, key=lambda label: error[label]) == UNCHANGED
    for model in ("reference", "proportional"):
        assert error[f"model `{model}`"] > 2 * error[UNCHANGED]
    assert error["`reference`, least change"] < 1.1 * error[UNCHANGED]
    best = [min(found, key=lambda label: float(found[label][0])) for found in map(scored, BLIND)]
    assert best == [UNCHANGED] * 3 + ["`reference`, least change"]
    for found in map(scored, BLIND):
        assert float(found["`reference`, 0.9 of each share promised"][0]) > float(found[UNCHANGED][0])
        assert found["model `proportional`"][0] == found["in proportion to GDP"][0]
    brier = {label: list(map(float, cells)) for label, cells in table(block("departures")).items() if "0." in cells[-1]}
    plain, low, gloomy, spread = (next(brier[k] for k in brier if f"({w})" in k) for w in ("1", "0.9", "0.7", "0.85"))
    base = next(brier[label] for label in brier if label.startswith("base rate"))
    for column in (2, 3, 4):
        assert low[column] < plain[column]
        assert low[column] < base[column]
    assert min(plain[2], low[2], base[2]) > gloomy[2]
    assert all(gloomy[column] > low[column] for column in (0, 1, 3, 4))
    for half in ("heavier burden", "smaller contingents"):
        scores = next(brier[label] for label in brier if label.endswith(half))
        assert all(a >= b for a, b in zip(scores, spread, strict=True))


def test_every_figure_has_a_source() -> None:
    for row in rows("contributions") + rows("figures_by_year"):
        assert row["source"]
        assert row["basis"] in {"seen", "computed", "from memory"}
        assert float(row["value"]) >= 0


@pytest.fixture
def building(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT / "instances")
    names = ("backtests", "facts", "history", "prediction", "refresh")
    return {name: importlib.import_module(f"building.{name}") for name in names}


@pytest.mark.parametrize("title", ["Iraq, February to October 2007", "Iraq, late 2004 to February 2007"])
def test_a_set_solved_again(building: Any, title: str) -> None:
    """Two sets, one that grows and one that shrinks; of the later list, predictions know the sum alone."""
    tests = building["backtests"].Backtests(building["facts"].Facts(building["refresh"].DATA))
    (case,) = [case for case in tests.cases if case.set.title == title]
    fit = building["backtests"].Fit({FIT[0]: 0.0}, {FIT[1]: 0.0})
    predicted = building["backtests"].predictions(case, fit)
    (pair,) = [pair for pair in PAIRS if pair.title == title]
    told = scored(pair)
    for label, score in building["backtests"].scores(case, predicted).items():
        assert f"{score.mean:.2f}" == told[label][0]
        assert f"{score.misplaced:.1f} %" == told[label][3]
    changed = predicted["`reference`, least change"]
    anew = sum(max(0.0, changed[n] - 12 * case.before[n]) for n in case.before)
    assert anew == pytest.approx(12 * max(0.0, case.total - sum(case.before.values())), abs=5)

    other = building["history"].History(tests.facts)
    later = other.lists[case.set.after]
    other.lists[case.set.after] = dict(zip(later, reversed(later.values()), strict=True))
    if "USA" not in case.set.without:
        again = building["backtests"].predictions(building["history"].Case(case.set, other), fit)
        assert again == predicted


def test_politics_reads_a_stance_as_the_page_says(building: Any) -> None:
    tests = building["backtests"].Backtests(building["facts"].Facts(building["refresh"].DATA))
    case = tests.cases[-1]
    given = {n: 1.0 if n == "USA" else 0.7 for n in case.sent}
    leaving = building["prediction"].leaving(case, given)
    assert leaving == {n: pytest.approx(1 - value) for n, value in given.items()}
