"""Answers, within a time budget, what a reader asks of a plan: what would change it, why lines are short, what is free.

The time is shared: each kind of question may use a part of what is left, so that one hard solve does not take all of
it. What is not answered is named in ``Findings.open``; everything that is returned is proved as its class says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from allocator.arguments import function, number
from allocator.briefing.findings import Cause, Change, Findings, Range
from allocator.briefing.given import GivenCore
from allocator.briefing.proposals import Proposal, proposals
from allocator.errors import BadInput
from allocator.explaining.bench import Bench
from allocator.explaining.causes import called
from allocator.explaining.first import first_ways
from allocator.explaining.gap import causes, targets
from allocator.explaining.ranges import ranges
from allocator.instance import Instance
from allocator.plan.plan import Plan
from allocator.purchases import decided
from allocator.stopping import Watch, later, watched

GAP = 1e-3
"""Relative gap to which one-change solves are solved."""

Step = Callable[[str], None]


def gather(plan: Plan, seconds: float, *, progress: Step | None = None) -> Findings:
    """What further solves find of a plan.

    Parameters
    ----------
    plan : Plan
        What was solved; also without a plan, where it was proved that there is none.
    seconds : float
        Time for all solves together; 0 asks for none.
    progress : callable, optional
        Called with what is being done.

    Returns
    -------
    Findings
        What is proved; after an interruption, as far as that goes.

    Examples
    --------
    >>> import allocator
    >>> found = gather(allocator.solve("toy-ceiling"), 20)
    >>> [(change.label, change.covered) for change in found.changes][0]
    ('every pool has a quarter more units', 0.875)
    """
    seconds = number("seconds", seconds, least=0)
    function("progress", progress)
    began = time.monotonic()
    with watched() as watch, later():
        asked = _Asked(plan, began + seconds, watch, progress or (lambda _: None))
        if seconds and plan.found:
            found = asked.of_plan()
        elif seconds and plan.status == "infeasible":
            options = plan.manifest["options"]
            asked.progress("why there is no plan")
            ways = first_ways(
                plan.instance, plan.model, seconds, watch, threads=options["threads"], seed=options["seed"]
            )
            found = Findings(ways=tuple(ways))
        else:
            found = Findings()
        return replace(found, seconds=time.monotonic() - began, stopped=watch.report())


class _Asked:
    """The questions about one plan."""

    def __init__(self, plan: Plan, end: float, watch: Watch, progress: Step) -> None:
        self.plan, self.end, self.watch, self.progress = plan, end, watch, progress
        options = plan.manifest["options"]
        self.bench = Bench(options["gap"], None, options["threads"], options["seed"], watch)
        self.open: list[str] = []

    def part(self, share: float) -> None:
        """Give the next questions a share of the time left."""
        now = time.monotonic()
        self.bench.deadline = now + share * max(0.0, self.end - now)

    def of_plan(self) -> Findings:
        self.part(0.5)
        before = self._before()
        asked = proposals(self.plan)
        changes = tuple(self._each(asked))
        if len(changes) < len(asked):
            self.open.append(f"{len(asked) - len(changes)} of {len(asked)} changes")
        self.part(0.3)
        favourable, adverse = self._case("favourable"), self._case("adverse")
        core = GivenCore(self.plan, self.bench, self.progress)
        self.part(0.6)
        found_causes = self._causes(core)
        self.part(1.0)
        found_ranges = self._ranges(core)
        return Findings(
            before, changes, favourable, adverse, found_causes, found_ranges, open=tuple(self.open)
        )  # fmt: skip

    # ---- one change ------------------------------------------------------------------------------------------

    def _before(self) -> Change | None:
        """The most that can be covered as things are; known where the gap is what is minimised first."""
        row = next(row for row in self.plan.rows("objectives") if row["objective"] == "gap")
        if self.plan.model.objectives[0] == "gap":
            return Change("nothing changes", "", 1 - (row["value"] - row["given_up"]), 1 - row["bound"])
        return self._solved(Proposal("nothing changes", "", self.plan.instance, self.plan.model))

    def _each(self, asked: list[Proposal]) -> Iterator[Change]:
        for at, proposal in enumerate(asked, start=1):
            self.progress(f"{at} of {len(asked)} changes: {proposal.label}")
            found = self._solved(proposal)
            if found is not None:
                yield found

    def _solved(self, proposal: Proposal) -> Change | None:
        """The most that can be covered under a proposal; None if the time does not suffice for any answer."""
        if self.bench.over:
            return None
        outcome = self.bench.run(
            proposal.instance, proposal.model, ["gap"], plans=[decided(self.plan.rows)], gap=GAP,
            limit=self.bench.patience * 2,
        )  # fmt: skip
        if outcome.infeasible:
            return Change(proposal.label, proposal.settings, None, None, True)
        if not outcome.found or "gap" not in outcome.bounds:
            return None
        bounds = outcome.bounds["gap"]
        at_most = 1 - max(0.0, bounds.bound)
        return Change(proposal.label, proposal.settings, 1 - bounds.value, max(at_most, 1 - bounds.value))

    def _case(self, name: str) -> Change | None:
        """All figures with a range at one end of it."""
        instance = self.plan.instance
        try:
            ended: Instance = instance.case(name)
        except BadInput:
            return None
        if ended == instance:
            return None
        self.progress(f"the {name} case")
        label = f"every range is at its {name} end"
        found = self._solved(Proposal(label, f"--case {name}", ended, self.plan.model))
        if found is None:
            self.open.append(f"the {name} case")
        return found

    # ---- explanations ----------------------------------------------------------------------------------------

    def _causes(self, core: GivenCore) -> dict[tuple[str, str], Cause]:
        parts = causes(core)
        words = {cause: called(cause, {statement.family for statement in part}) for cause, part in parts.items()}
        answer = targets(core)
        unsettled = {name.removeprefix("target ") for name in answer.open}
        found = {}
        for row in answer.lists["targets"]:
            task, _, capability = row["target"].partition(".")
            if row["least"] is None:
                continue
            shares = {words[each["cause"]]: each["share"] for each in row["causes"]}
            settled = row["target"] not in unsettled
            found[task, capability] = Cause(row["plan"], row["competition"], row["forces"], shares, settled)
        if unsettled:
            self.open.append(f"causes of {len(unsettled)} of {len(core.targets)} short lines")
        return found

    def _ranges(self, core: GivenCore) -> dict[str, Range]:
        if self.bench.over:
            self.open.append("how many people each nation sends in plans that are as good")
            return {}
        answer = ranges(core, ("nation",))
        left = {name.removeprefix("ranges ") for name in answer.open}
        if left:
            self.open.append(f"how far {len(left)} nations are free in plans that are as good")
        return {
            row["name"]: Range(row["low"], row["high"], row["name"] not in left)
            for row in answer.lists["ranges"]
            if row["name"] not in left or row["low"] > 0  # other bounds may be those of the pools alone
        }


__all__ = ["gather"]
