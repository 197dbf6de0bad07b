"""What really differs between two saved results: not what was never proved, nor what equally good plans leave open.

Each result has many plans that are as good as its own. The search goes back and forth: among the plans as good as the
first it takes the one closest to the second, then among those as good as the second the one closest to that, until the
two come no closer. What still differs is shown as changes; what differs between the saved plans alone is free. A change
of a nation is *certain* if its people in all plans as good as the first lie apart from those in all plans as good as
the second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from allocator.api import Source
from allocator.case_changes import MET_WITHIN
from allocator.case_changes import Change as CaseChange
from allocator.comparison import Case, Column, Comparison, column_of
from allocator.explaining.as_good import Space, as_good, space_of
from allocator.explaining.bench import Bench
from allocator.explaining.core import SAME, Core
from allocator.explaining.least_change import Change, changed_least
from allocator.explaining.ranges import amounts, least, most
from allocator.explaining.results import Result, result
from allocator.explaining.words import amount, listed
from allocator.plan.tables import tables
from allocator.plan.values import Deployed
from allocator.stopping import later, watched

if TYPE_CHECKING:
    from allocator.solving.stage import Progress

SECONDS = 20.0
"""Time of the search where the user gives none."""

ROUNDS = 5
"""Rounds of the search at the most."""


@dataclass(frozen=True)
class RealChanges(Comparison):
    """A comparison of two saved results that tells real changes only.

    Attributes
    ----------
    near : tuple of Column
        The two plans, as good as the saved ones, that are closest to each other.
    closest : bool
        Whether it is proved that neither plan can come closer to the other one.
    certain : mapping
        Nation that changes -> whether no two equally good plans agree on its people; None if that is open.
    """

    near: tuple[Column, Column] = field(default=None)  # type: ignore[assignment]
    closest: bool = False
    certain: dict[str, bool | None] = field(default_factory=dict)

    def differences(self, column: Column) -> list[CaseChange]:
        """Real changes from the first result."""
        if column is self.columns[0]:
            return []
        return Comparison(self.near).differences(self.near[1])

    def free(self) -> list[str]:
        """What differs between the saved plans and is free: the two closest of equally good plans agree on it."""
        saved, near = (_differing(*columns) for columns in (self.columns, self.near))
        names = self.names(self.columns[1])
        nations = [f"what {names.nation(n)} sends" for n in saved[0] if n not in near[0]]
        lines = [(names.of("tasks", j), names.of("capabilities", c)) for j, c in saved[1] if (j, c) not in near[1]]
        return nations + [f"how far {task}, {capability} is met" for task, capability in lines]

    def unproved(self) -> list[str]:
        """Differences of objectives that are smaller than what was proved of them."""
        found = []
        first, second = (column.plan for column in self.columns)
        bounds = {row["objective"]: row for row in (*first.rows("objectives"), *second.rows("objectives"))}
        for name in first.model.objectives:
            if name not in second.model.objectives or name not in bounds:
                continue
            worse, better = sorted((first, second), key=lambda plan: -plan.value(name))
            difference = worse.value(name) - better.value(name)
            bound = next(row["bound"] for row in worse.rows("objectives") if row["objective"] == name)
            same = difference <= SAME * max(1.0, abs(worse.value(name)))
            if not same and bound is not None and bound <= better.value(name):
                found.append(f"{name} differs by {amount(name, difference)}, less than was proved of it")
        return found

    def notes(self) -> list[str]:
        """Also what is below proof, and how sure the changes are."""
        notes = super().notes() + self.unproved()
        sure = [self.names(self.columns[1]).nation(n) for n, certain in self.certain.items() if certain]
        if sure:
            notes.append(f"in any two equally good plans these nations send different units: {listed(sure)}")
        return notes

    def to_dict(self) -> dict[str, Any]:
        """The object that ``allocator compare --json`` prints."""
        return {
            **super().to_dict(), "free": self.free(), "certain": dict(self.certain), "closest": self.closest,
        }  # fmt: skip


def compare_results(
    first: Source,
    second: Source,
    of: Sequence[Source] = (),
    *,
    time_limit: float | None = None,
    threads: int = 1,
    seed: int = 0,
    progress: Callable[[str, Progress | None], None] | None = None,
) -> RealChanges:
    """Compare two saved results and tell real changes only.

    Parameters
    ----------
    first, second : path
        Folders that ``solve --out`` wrote, or files with the object of ``solve --json``.
    of : sequence of Instance or path
        The instance that was solved, or one for each; by default those whose names the results have.
    time_limit : float, optional
        Seconds of the search, 20 by default. What is open afterwards is not called certain, nor free.
    threads, seed, progress
        As in :func:`allocator.compare`.

    Raises
    ------
    BadInput, BadUsage
        One of them is no result, has no plan, or is of another instance.

    Examples
    --------
    >>> import allocator, tempfile
    >>> folder = tempfile.mkdtemp()
    >>> for name, overrides in (("four", []), ("eight", ["forces.units=4"])):
    ...     allocator.solve("toy-rotation", overrides=overrides).write(f"{folder}/{name}")
    >>> found = allocator.compare_results(f"{folder}/four", f"{folder}/eight")
    >>> found.changes(found.columns[1])[1]
    'Alpha sends other units: -1 Infantry battalion, Hold the port'
    """
    results = (result(first, of[0] if of else None), result(second, of[-1] if of else None))
    deadline = time.monotonic() + (SECONDS if time_limit is None else time_limit)
    with watched() as watch, later():
        benches = [Bench(0.0, deadline, threads, seed, watch) for _ in results]
        cores = tuple(each.core(bench) for each, bench in zip(results, benches, strict=True))
        if progress is not None:
            progress("the closest of equally good plans", None)
            for bench in benches:
                bench.progress = lambda state: progress("the closest of equally good plans", state)
        near, closest = _closest(cores, results)
        columns = tuple(_column(each) for each in results)
        nearest = tuple(_column(each, plan, core) for each, plan, core in zip(results, near, cores, strict=True))
        found = RealChanges(columns, near=(nearest[0], nearest[1]), closest=closest)
        differ = {key[0] for key in {*near[0], *near[1]} if near[0].get(key, 0) != near[1].get(key, 0)}
        certain = {n: _certain(cores, near, n) for n in sorted(differ)}
    return replace(found, certain=certain)


def _differing(first: Column, second: Column) -> tuple[list[str], list[tuple[str, str]]]:
    """Nations that send or order something else, and lines that are met to another degree."""
    posts = {**first.posts, **second.posts}
    moved = {key[0] for key in posts if first.posts.get(key, 0) != second.posts.get(key, 0)}
    ordered = {**first.orders, **second.orders}
    moved |= {key[0] for key in ordered if first.orders.get(key, 0) != second.orders.get(key, 0)}
    lines = [line for line, short in second.unmet.items() if abs(short - first.unmet.get(line, short)) > MET_WITHIN]
    return sorted(moved), lines


def _closest(cores: Sequence[Core], results: Sequence[Result]) -> tuple[list[Deployed], bool]:
    """Two plans as good as the saved ones that are close to each other, and whether neither can come closer."""
    near: list[Deployed] = [each.deployed for each in results]
    distance = Change(near[0]).moved(near[1])
    settled = [False, False]
    for turn in range(2 * ROUNDS):
        mine = turn % 2
        change = Change(near[1 - mine])
        if cores[mine].bench.over or not distance:
            break
        outcome = changed_least(cores[mine], change, as_good(cores[mine]), [near[mine]])
        if outcome.deployed is None:
            break
        settled[mine] = outcome.settled
        closer = change.moved(outcome.deployed)
        if closer < distance:
            near[mine], distance = outcome.deployed, closer
            settled[1 - mine] = False
        elif all(settled):
            break
    return near, not distance or all(settled)


def _column(result: Result, plan: Deployed | None = None, core: Core | None = None) -> Column:
    """A column of a result, or of another plan that is as good."""
    shown = result.plan
    if plan is not None:
        shown = replace(shown, _tables=tables(result.problem, plan, {}))
    return column_of(Case(result.label, shown.instance, shown.model), shown)


def _certain(cores: Sequence[Core], near: Sequence[Deployed], nation: str) -> bool | None:
    """Whether the people of a nation differ between any two plans that are as good; None if that is open."""
    sent = []
    for core in cores:
        problem = core.base.problem
        assert problem is not None
        known = {each.name: each for each in amounts(problem) if each.kind == "nation"}
        sent.append((space_of(core), known.get(nation), problem))
    people = [0.0, 0.0]
    for at, (_, each, problem) in enumerate(sent):
        people[at] = 0.0 if each is None else each.of(near[at]) * each.step / problem.last
    if people[0] == people[1]:
        return False
    low, high = (0, 1) if people[0] < people[1] else (1, 0)
    ends = [_end(sent[low], near[low], upper=True), _end(sent[high], near[high], upper=False)]
    if ends[0][0] < ends[1][0]:
        return True
    return None if ends[0][1] or ends[1][1] else False


def _end(sent: tuple[Space, Any, Any], plan: Deployed, *, upper: bool) -> tuple[float, bool]:
    """The most or the least people of a nation in plans as good, and whether that is only a bound."""
    space, each, problem = sent
    if each is None:
        return 0.0, False
    if plan not in space.plans:
        space.plans.append(plan)
    steps, is_open = most(space, problem, each) if upper else least(space, each)
    return steps * each.step / problem.last, is_open
