"""Comparison of solved cases in the terms of force planning."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from allocator.api import Choice, Source, choose, solve
from allocator.arguments import Several, instance_of, sequence, solving, texts
from allocator.case_changes import Change, differences
from allocator.errors import BadInput, BadUsage, Fault
from allocator.explaining.words import listed as listed_in_words
from allocator.instance import Instance
from allocator.model import Model
from allocator.naming import Names, names_of
from allocator.notebook import Drawn
from allocator.plan.measures import EVERYWHERE, bound_to_task, coverage_by_period, coverage_of, measure, statement
from allocator.plan.measures import members as taking_part
from allocator.plan.plan import Plan

if TYPE_CHECKING:
    import pandas as pd

    from allocator.solving.stage import Progress


@dataclass(frozen=True)
class Case:
    """One column: an instance and a model to solve, and a label."""

    label: str
    instance: Instance
    model: Model


@dataclass(frozen=True)
class Column:
    """A solved case.

    Attributes
    ----------
    figures : mapping
        (section, key) -> value; shares from 0 to 1, money in millions, people in heads.
    unmet, worst : mapping
        (task, capability) -> unmet share: mean of the periods, and in the worst of them.
    posts : mapping
        (nation, unit type, task) -> most units deployed at once; the task is empty for units that supply all alike.
    orders : mapping
        (nation, unit type) -> units ordered.
    """

    case: Case
    plan: Plan
    figures: dict[tuple[str, str], float | str]
    unmet: dict[tuple[str, str], float]
    worst: dict[tuple[str, str], float]
    posts: dict[tuple[str, str, str], int]
    orders: dict[tuple[str, str], int] = field(default_factory=dict)


def cases(
    instances: Sequence[Source],
    variants: Sequence[str] = (),
    *,
    model: Choice = None,
    overrides: Sequence[str] = (),
) -> list[Case]:
    """The cases to compare: each instance, and each again with every variant.

    Parameters
    ----------
    instances : sequence of Instance or path
    variants : sequence of str
        Settings separated by spaces: ``KEY=VALUE`` as in an override, ``model=NAME``, ``coalition=JEF+FRA``,
        ``case=low``.
    model, overrides
        For every column.

    Raises
    ------
    BadInput, BadUsage
        With the faults of all of them.

    Examples
    --------
    >>> import allocator
    >>> [case.label for case in allocator.cases(["toy-rotation"], ["model=surge"])]
    ['toy-rotation', 'model=surge']
    """
    several = Several()
    instances = several(sequence, "instances", instances, "a list of instances or paths")
    variants = several(texts, "variants", variants, "model=surge")
    overrides = several(texts, "overrides", overrides, "horizon.periods=4")
    several.done()
    found: list[Case] = []
    faults = []
    for source in instances:
        for variant in ("", *variants):
            try:
                found.append(_case(source, variant, model, overrides))
            except BadInput as bad:
                faults += [fault for fault in bad.faults if fault not in faults]
    if faults:
        raise BadInput(faults)
    if len(found) < 2:
        raise BadUsage("nothing to compare; name two instances, or one and --with SETTINGS")
    if len(instances) > 1 and variants:
        names = [case.instance.name for case in found]
        found = [
            case if case.label == name else Case(f"{name} {case.label}", case.instance, case.model)
            for case, name in zip(found, names, strict=True)
        ]
    return found


def _case(source: Source, variant: str, model: Choice, overrides: Sequence[str]) -> Case:
    """The case of an instance with the settings of a variant, which take precedence; its label is the variant."""
    given: dict[str, str] = {}
    settings = []
    for setting in split(variant):
        key, _, value = setting.partition("=")
        if key in ("model", "coalition", "case"):
            given[key] = value
        else:
            settings.append(setting)
    try:
        instance, chosen = choose(
            source,
            given.get("model", model),
            [*overrides, *settings],
            case=given.get("case", "base"),
            coalition=given.get("coalition"),
        )
    except BadInput as bad:
        raise BadInput(_of_variant(fault, settings) for fault in bad.faults) from None
    return Case(variant or instance.name, instance, chosen)


def _of_variant(fault: Fault, settings: Sequence[str]) -> Fault:
    """A fault that names the settings of a variant by the option that gave them."""
    place = fault.place
    for setting in settings:
        place = place.replace(f"--set {setting}", f"--with {setting}")
    return replace(fault, place=place)


def split(variant: str) -> list[str]:
    """The settings of a variant."""
    try:
        return shlex.split(variant)
    except ValueError as error:
        raise BadUsage(f"--with {variant}: {error}") from None


@dataclass(frozen=True)
class Comparison(Drawn):
    """Solved cases; all others are compared with the first."""

    columns: tuple[Column, ...]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {', '.join(column.case.label for column in self.columns)}>"

    def changes(self, column: Column) -> list[str]:
        """Changes from the first column: lines that become met or unmet, nations that come, leave, move or buy."""
        return [change.text(self.names(column)) for change in self.differences(column)]

    def names(self, column: Column) -> Names:
        """The names behind codes: those of the first case, else those of another one."""
        return Names.merged(names_of(each.case.instance) for each in (self.columns[0], column))

    def differences(self, column: Column) -> list[Change]:
        """The same as :meth:`changes`, as plain values."""
        return differences(self.columns[0], column)

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies of the cases, each once; an unnamed currency is an empty text."""
        return tuple(dict.fromkeys(column.case.instance.currency for column in self.columns))

    def notes(self) -> list[str]:
        """Figures that cannot be compared: money in different currencies, sums over horizons of different lengths."""
        notes = []
        if len(self.currencies) > 1:
            named = [f"{name} million" if name else "millions of an unnamed currency" for name in self.currencies]
            notes.append(f"costs are in {listed_in_words(named)}; they cannot be compared directly")
        months = {c.case.instance.periods * c.case.instance.months_per_period: None for c in self.columns}
        if len(months) > 1:
            listed = {name for column in self.columns for name in column.case.model.measured}
            called = {"cost": "cost", "risk": "reluctance", "turnover": "turnover", "imbalance": "imbalance"}
            sums = [word for name, word in called.items() if name in listed]
            lengths = listed_in_words([f"{length:,}" for length in months])
            notes.append(
                f"{listed_in_words(sums)} are sums over horizons of {lengths} months; they cannot be compared directly"
            )
        return notes

    def rows(self) -> list[dict[str, Any]]:
        """Tidy rows: case, section, key, value."""
        rows = [
            {"case": column.case.label, "section": section, "key": key, "value": value}
            for column in self.columns
            for (section, key), value in column.figures.items()
        ]
        rows += [
            {"case": c.case.label, "section": "money", "key": "currency", "value": c.case.instance.currency}
            for c in self.columns
        ]
        for column in self.columns[1:]:
            rows += [
                {"case": column.case.label, "section": "change", "key": str(number), "value": text}
                for number, text in enumerate(self.changes(column), start=1)
            ]
        return rows

    def frame(self) -> pd.DataFrame:
        """The rows as a DataFrame with the columns case, section, key and value."""
        import pandas as pd

        return pd.DataFrame(self.rows(), columns=["case", "section", "key", "value"])

    def to_dict(self) -> dict[str, Any]:
        """The object that ``allocator compare --json`` prints."""
        return {
            "notes": self.notes(),
            "cases": [
                {
                    "case": column.case.label,
                    "currency": column.case.instance.currency,
                    "status": column.plan.status,
                    "reason": column.plan.reason,
                    "figures": [{"section": s, "key": k, "value": v} for (s, k), v in column.figures.items()],
                    "changes": self.changes(column) if column is not self.columns[0] else [],
                    "differences": [asdict(change) for change in self.differences(column)],
                    "names": names_of(column.case.instance),
                    "manifest": column.plan.manifest,
                }
                for column in self.columns
            ],
        }


def compare(
    chosen: Iterable[Case],
    *,
    gap: float = 1e-4,
    time_limit: float | None = None,
    threads: int = 1,
    seed: int = 0,
    progress: Callable[[str, Progress | None], None] | None = None,
) -> Comparison:
    """Solve cases (from :func:`cases`) one after the other and compare them.

    Parameters
    ----------
    chosen : iterable of Case
        All others are compared with the first.
    gap, time_limit, threads, seed
        As in :func:`allocator.solve`, for each case.
    progress : callable, optional
        Called with a label of the current solve, and with its progress (None at the start). After Ctrl-C the cases
        solved so far are returned.

    Examples
    --------
    >>> import allocator
    >>> comparison = allocator.compare(allocator.cases(["toy-rotation"], ["model=surge"]))
    >>> [column.plan.value("gap") for column in comparison.columns]
    [0.5, 0.0]
    """
    listed = sequence("chosen", chosen, "cases as allocator.cases() gives them")
    for place, case in enumerate(listed):
        instance_of(f"chosen[{place}]", case, Case, "a case as allocator.cases() gives it")
    gap, time_limit, threads, seed = solving(gap, time_limit, threads, seed, progress)
    columns: list[Column] = []
    for number, case in enumerate(listed, start=1):
        label = f"{number} of {len(listed)}: {case.label}"
        if progress is not None:
            progress(label, None)

        def report(state: Progress, label: str = label) -> None:
            if progress is not None:
                progress(label, state)

        plan = solve(
            case.instance, case.model, gap=gap, time_limit=time_limit, threads=threads, seed=seed, progress=report
        )
        columns.append(column_of(case, plan))
        if plan.stopped_by == "interrupt" or plan.status == "interrupted":
            break
    return Comparison(tuple(columns))


def column_of(case: Case, plan: Plan) -> Column:
    """The column of a case and its plan."""
    figures: dict[tuple[str, str], float | str] = {("plan", "status"): plan.status}
    if not plan.found:
        return Column(case, plan, figures, {}, {}, {})
    lines = statement(plan)
    nations = plan.rows("nations")
    members = sorted(taking_part(plan), key=lambda row: -row["personnel"])
    heaviest = max((row for row in nations if row["burden"] is not None), key=lambda row: row["burden"], default=None)
    for row in plan.rows("objectives"):
        name = row["objective"]
        figures["objective", name] = row["value"]
        if row["given_up"]:
            figures["given up", name] = row["given_up"]
        if row["relative_gap"] is not None:
            figures["proved to", name] = row["relative_gap"]
    for objective, share in coverage_of(lines).items():
        figures["coverage", objective] = share
    if plan.instance.periods > 1:
        for objective, shares in coverage_by_period(lines).items():
            figures["worst coverage", objective] = min(shares.values())
    figures["people", "all"] = measure(plan, "people")
    for objective in dict.fromkeys(row["objective"] for row in plan.instance.rows("tasks")):
        figures["people", objective] = measure(plan, f"people.{objective}")
    figures["money", "cost a year"] = measure(plan, "cost_a_year")
    if plan.rows("orders"):
        figures["money", "procurement"] = measure(plan, "procurement")
        figures["orders", "units"] = measure(plan, "orders")
        figures["orders", "jointly"] = measure(plan, "joint_orders")
    figures["nations", "members"] = float(len(members))
    figures["nations", "names"] = " ".join(row["nation"] for row in members)
    if heaviest is not None and heaviest["burden"]:
        figures["nations", "heaviest burden"] = heaviest["nation"]
    bound = bound_to_task(plan.instance)
    units: defaultdict[tuple[tuple[str, str, str], int], int] = defaultdict(int)
    for row in plan.rows("deployments"):
        task = row["task"] if row["unit_type"] in bound else EVERYWHERE
        units[(row["nation"], row["unit_type"], task), row["period"]] += row["units"]
    posts: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for (post, _), count in units.items():
        posts[post] = max(posts[post], count)
    unmet: defaultdict[tuple[str, str], float] = defaultdict(float)
    worst: defaultdict[tuple[str, str], float] = defaultdict(float)
    for line in lines:
        at = line["task"], line["capability"]
        unmet[at] = max(unmet[at], float(line["missed"]))
        worst[at] = max(worst[at], 1 - min(line["supplies"].values()) / line["required"])
    orders: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in plan.rows("orders"):
        orders[row["nation"], row["unit_type"]] += row["units"]
    return Column(case, plan, figures, dict(unmet), dict(worst), dict(posts), dict(orders))
