"""``allocator.explain``: questions about an instance, answered on one resident model."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from allocator.api import Choice, Source, choose, pass_warnings
from allocator.arguments import Several, function, number, optional, solving, text, texts, whole
from allocator.audit import Violation, check_deployments, check_tables
from allocator.errors import BadUsage, OutOfTime, SolverError
from allocator.explaining.answer import COLUMNS, Answer, columns
from allocator.explaining.bench import Bench, Outcome
from allocator.explaining.core import Core, Part
from allocator.explaining.questions import CHECKS, FACTS, PARTS, PLANLESS, QUESTIONS, WITHIN, named, work
from allocator.explaining.statements import statements
from allocator.instance import Instance
from allocator.instance.cells import near
from allocator.model import Model
from allocator.naming import names_of
from allocator.plan.manifest import Origin, manifest
from allocator.plan.tables import tables
from allocator.purchases import bought
from allocator.solving.versions import versions
from allocator.stopping import DeadlinePassed, Watch, at_once, later, watched

if TYPE_CHECKING:
    import pandas as pd

    from allocator.solving.stage import Progress

Report = Callable[[str, "Progress | None"], None]


class Explainer:
    """Questions about one instance under one model: see :func:`explain`, which makes it.

    Each method answers within the time limit of :func:`explain`, and returns the main list of its answer as a
    DataFrame; the page *Results of other commands* has its columns. Its ``attrs`` hold everything else in the answer,
    and ``complete``, ``open``, ``text`` and ``stopped_by``. :meth:`answer` returns a whole answer.

    Attributes
    ----------
    instance, model : Instance, Model
        What is explained, with all overrides.
    """

    def __init__(
        self, instance: Instance, model: Model, bench: Bench, origin: Origin, *, most: int, within: float | None,
        limit: float | None, progress: Report | None,
    ) -> None:  # fmt: skip
        self.instance, self.model = instance, model
        self._bench, self._origin = bench, origin
        self._within, self._limit, self._progress = within, limit, progress
        self._doing = ""
        self._core = Core(instance, model, bench, most=most, progress=self._step)
        bench.progress = self._solving

    # ---- questions -------------------------------------------------------------------------------------------

    def conflicts(self) -> pd.DataFrame:
        """Minimal conflicts of requirement lines and families: why there is no plan."""
        return self._frame("conflicts", "conflicts")

    def repairs(self) -> pd.DataFrame:
        """Cheapest changes after which there is a plan; ``attrs`` has ``ask_less`` and ``cheapest``."""
        return self._frame("repairs", "repairs")

    def gap(self) -> pd.DataFrame:
        """What the gap, each objective and each line that is short depend on.

        Examples
        --------
        >>> import allocator
        >>> targets = allocator.explain("toy-rotation").gap()
        >>> targets[["target", "plan", "forces"]].values.tolist()[0]
        ['gap', 0.5, 0.0]
        >>> targets.attrs["text"][0]
        'Of the 50 points missing, 50 depend on relief.'
        """
        return self._frame("targets", "targets")

    def limits(self) -> pd.DataFrame:
        """Statements of single nations that lower the gap if each is lifted alone, the best first."""
        return self._frame("limits", "limits")

    def worth(self, key: str = "all") -> pd.DataFrame:
        """What one more of each thing is worth, or with ``KEY+=STEP`` what more and more of one thing is worth."""
        text("key", key)
        if key == "all":
            return self._frame("steps", "steps")
        return self._frame("rungs", "rungs", key)

    def why(self, plea: str) -> pd.DataFrame:
        """What changes without certain deployments: ``NATION [UNIT_TYPE [TASK [PERIOD]]]``, ``*`` for any."""
        return self._frame("why", "objectives", text("plea", plea))

    def why_not(self, plea: str) -> pd.DataFrame:
        """What forbids certain deployments, or what changes with them."""
        return self._frame("why_not", "objectives", text("plea", plea))

    def need(self, condition: str) -> pd.DataFrame:
        """What it takes to keep a condition such as ``coverage.safe_skies>=0.9``."""
        return self._frame("need", "objectives", text("condition", condition))

    def nations(self) -> pd.DataFrame:
        """What is lost without each nation."""
        return self._frame("nations", "nations")

    def pairs(self) -> pd.DataFrame:
        """What is lost without two nations, the worst pairs first."""
        return self._frame("pairs", "pairs")

    def cascade(self) -> pd.DataFrame:
        """Whom each nation's absence takes down through pledges alone; ``attrs`` has the coalitions and triggers."""
        return self._frame("cascade", "keystones")

    def shapley(self) -> pd.DataFrame:
        """The share of each nation in the coverage that all together can reach."""
        return self._frame("shapley", "shapley")

    def alternatives(self) -> pd.DataFrame:
        """Coalitions of plans as good, each a list; ``attrs`` has who is always, never or sometimes in one."""
        return self._frame("alternatives", "coalitions")

    def ranges(self) -> pd.DataFrame:
        """Least and most of each nation, objective and unit type in plans that are as good."""
        return self._frame("ranges", "ranges")

    def repair(self, plan: Any) -> pd.DataFrame:
        """The least change from a plan: a Plan, a result folder or file, or a DataFrame of deployments."""
        return self._frame("repair", "changes", plan)

    def ladder(self, plan: Any) -> pd.DataFrame:
        """How many fewer changes from a plan are needed for each point of the first objective that is given up."""
        return self._frame("ladder", "ladder", plan)

    def fairness(self) -> pd.DataFrame:
        """How fairly own costs are shared under several rules, and what fairness costs."""
        return self._frame("fairness", "rules")

    def asks(self, target: str = "all") -> pd.DataFrame:
        """Whom to telephone, in which order and for what, to reach a target; ``attrs`` has ``sets`` and who ``could``.

        Parameters
        ----------
        target : str
            ``all`` for each unmet line by itself; or ``TASK.CAPABILITY``, an objective, or e.g. ``coverage>=0.8``.

        Examples
        --------
        >>> import allocator
        >>> calls = allocator.explain("toy-caveats").asks("sea_lane.mine_clearance")
        >>> calls[["set", "nation", "stops"]].values.tolist()
        [[1, 'CCC', ['stance']], [2, 'BBB', ['caveat']]]
        """
        return self._frame("asks", "asks", text("target", target))

    def answer(self, question: str | None = None, *arguments: Any, began: float | None = None) -> Answer:
        """The whole answer to a question; without one, the conflicts or the gap.

        Parameters
        ----------
        question : str, optional
            ``conflict``, ``gap``, ``worth``, ``why``, ``why_not``, ``need``, ``who``, ``alternatives``, ``repair``,
            ``fairness`` or ``asks``.
        arguments
            Of the question, as for its method. ``repair`` takes a second one: whether its ladder is wanted too.
        began : float, optional
            Start of the time limit on the clock ``time.monotonic``; the time of the call by default.

        Examples
        --------
        >>> import allocator
        >>> allocator.explain("toy-rotation").answer().question
        'gap'
        """
        if question is not None and question not in QUESTIONS:
            raise BadUsage(f"no question {question!r}; there are {', '.join(QUESTIONS)}{near(question, QUESTIONS)}")
        began = time.monotonic() if began is None else began
        with self._asked(question, began) as watch:
            parts: list[Part] = []
            asked = question
            names, arguments = named(self._core, question, arguments)
            if question not in PLANLESS:
                question = "conflict" if self._core.base.infeasible else question or "gap"
            if asked in (None, question):
                parts = self._parts(names or QUESTIONS[question], arguments)
                if question == "why_not" and not parts[0].lists and self._core.base.infeasible:
                    question = "conflict"
            if question == "why_not" and self._core.tiny:
                _ = self._core.base  # facts sufficed, and the plan in hand takes no time
            refused = asked not in (None, question)
            if refused:
                parts = self._parts(QUESTIONS[question], ())
            return self._answered(question, parts, refused, began, watch)

    # ---- how -------------------------------------------------------------------------------------------------

    @contextmanager
    def _asked(self, question: str | None, began: float) -> Iterator[Watch]:
        """The time and the signals of one question."""
        self._bench.deadline = None if self._limit is None else began + self._limit
        self._core.within = WITHIN.get(question or "", 0.0) if self._within is None else self._within
        with watched() as watch, later():
            self._bench.watch = watch
            yield watch

    def _parts(self, names: tuple[str, ...], arguments: Sequence[Any]) -> list[Part]:
        """The parts of an answer, as far as there is a plan for those that need one."""
        base = self._solved
        if base is not None and not base.found and not base.infeasible:
            names = tuple(name for name in names if name in FACTS)
        return [self._part(name, *arguments) for name in names]

    def _part(self, name: str, *arguments: Any) -> Part:
        found: Part = work(*PARTS[name])(self._core, *arguments)
        if name == "cascade" and name not in found.lists:
            found = replace(found, lists={name: found.lists})
        return found

    def _frame(self, name: str, main: str, *arguments: Any) -> pd.DataFrame:
        """The main list of a part, with the rest in ``attrs``."""
        import pandas as pd

        with self._asked(name, time.monotonic()) as watch:
            if name in CHECKS:
                CHECKS[name](self._core, *arguments)
            if name not in FACTS:
                self._need_plan(watch)
            part = self._part(name, *arguments)
            if name in FACTS and not part.lists:
                self._need_plan(watch)
            stopped_by = "interrupt" if watch.report() else ""
        lists = dict(part.lists)
        inner = lists.get(name)
        if isinstance(inner, dict):
            lists |= inner
            del lists[name]
        rows = lists.pop(main, [])
        frame = pd.DataFrame(rows, columns=heads) if (heads := columns(main, rows)) else pd.DataFrame({main: rows})
        frame.attrs.update(lists, complete=part.complete, open=part.open, text=part.text, stopped_by=stopped_by)
        return frame

    def _need_plan(self, watch: Watch) -> None:
        base = self._core.base
        watch.check()
        if base.infeasible:
            raise BadUsage("this question needs a plan, and there is none: the instance is infeasible; see conflicts()")
        if base.status == "error":
            raise SolverError(base.reason)
        if not base.found:
            raise OutOfTime(f"no plan was found within the time limit of {self._limit:g} s")

    def _answered(self, question: str, parts: Sequence[Part], refused: bool, began: float, watch: Watch) -> Answer:
        base, core = self._solved, self._core
        status = None if base is None else base.status
        lists: dict[str, Any] = {}
        for part in parts:
            lists |= part.lists
        left = [name for part in parts for name in part.open]
        if not any(part.lists for part in parts):
            left = ["everything"]
        elif base is not None and base.status == "feasible":
            left.insert(0, "plan in hand")
        stopped = "interrupt" if watch.report() else "time_limit" if left and self._bench.over else ""
        shown = next((part.plan for part in parts if part.plan is not None), base)
        sentences = [sentence for part in parts for sentence in part.text]
        if refused:
            sentences.insert(0, "This question needs a plan, and there is none.")
        if not any(part.lists for part in parts):
            sentences = [self._nothing(base)]
        made = manifest(
            self.instance, self.model, self._origin,
            options={**self._bench.options, "time_limit": self._limit, "most": core.most, "within": core.within},
            versions=versions(), status=status or "", stopped_by=stopped,
            times={"total": time.monotonic() - began}, solves=self._bench.solves,
        )  # fmt: skip
        texts = {s.id: s.text for s in statements(self.instance, self.model, pools=True)}
        known = names_of(self.instance), self.instance.currency
        return Answer(question, status, left, lists, sentences, self._plan(shown), made, refused, texts, *known)

    def _nothing(self, base: Outcome | None) -> str:
        if base is not None and base.status == "error":
            return f"The solve failed: {base.reason}"
        if base is not None and base.status == "interrupted":
            return "Interrupted before a plan was found."
        return f"No plan was found within the time limit of {self._limit:g} s." if self._limit else "No plan was found."

    @property
    def _solved(self) -> Outcome | None:
        """The base solve, if the question needed it."""
        return self._core.__dict__.get("base")

    def _plan(self, outcome: Outcome | None) -> dict[str, list[dict[str, Any]]] | None:
        """The tables of a plan, which pass the independent audit."""
        if outcome is None or outcome.deployed is None or outcome.problem is None:
            return None
        problem = outcome.problem
        if self._solved is None or problem is not self._solved.problem:  # solved for other aims
            found = tables(self._core.problem, outcome.deployed, {})
            broken = check_deployments(self.instance, self.model, outcome.deployed, bought(outcome.deployed))
            return self._sound(found, broken)
        bounds = {name: bound for name, bound in outcome.bounds.items() if name in problem.model.objectives}
        found = tables(problem, outcome.deployed, bounds)
        stages = [
            {"objective": name, "value": each.value, "bound": each.bound, "gap": each.gap, "how": "solved"}
            for name, each in bounds.items()
        ]
        broken = check_tables(
            self.instance, self.model, found, stages=stages,
            status=outcome.status if outcome is self._solved else "feasible",
            gap=self._bench.options["gap"],
        )  # fmt: skip
        return self._sound(found, broken)

    def _sound(
        self, found: dict[str, list[dict[str, Any]]], broken: Sequence[Violation]
    ) -> dict[str, list[dict[str, Any]]]:
        """The tables of an answer, if the audit finds nothing."""
        if broken:
            raise SolverError("the audit rejects the plan: " + "; ".join(str(violation) for violation in broken[:5]))
        return {name: found[name] for name in ("objectives", "deployments", "coverage", "nations")}

    def _step(self, what: str) -> None:
        self._doing = what
        if self._progress is not None:
            self._progress(what, None)

    def _solving(self, progress: Progress) -> None:
        if self._progress is not None:
            self._progress(self._doing or "the plan in hand", progress)


def explain(
    instance: Source, model: Choice = None, *, gap: float = 1e-4, time_limit: float | None = None, threads: int = 1,
    seed: int = 0, overrides: Sequence[str] = (), case: str = "base", coalition: str | None = None, most: int = 10,
    within: float | None = None, progress: Report | None = None, warn: Callable[[str], None] | None = None,
    began: float | None = None,
) -> Explainer:  # fmt: skip
    """Ask an instance why its plan is as it is, what would change it, who matters and what else is as good.

    Nothing is solved before the first question: the Explainer has a method for each.

    Parameters
    ----------
    instance, model, gap, threads, seed, overrides, case, coalition, warn
        As for :func:`allocator.solve`.
    time_limit : float, optional
        Seconds for each question; what is proved in them is returned, and what is open is named. Without it, single
        solves that take long are left open after ten seconds.
    most : int
        Conflicts, repairs, coalitions and rungs that are listed at the most.
    within : float, optional
        How much worse an objective may be in a plan that is as good: by default 0.05 for alternatives, otherwise 0.
    progress : callable, optional
        Called with what is being done, and with the progress of a solve (None at the start).
    began : float, optional
        Start of the time in which the instance is read, on the clock ``time.monotonic``; now by default.

    Raises
    ------
    BadInput, BadUsage
        As for :func:`allocator.solve`.
    OutOfTime
        The time limit passed while the instance was being read.

    Examples
    --------
    >>> import allocator
    >>> allocator.explain("toy-ceiling").limits()[["id", "gain"]].values.tolist()
    [['nations.1.troop_ceiling', 0.125]]
    """
    began = time.monotonic() if began is None else began
    several = Several()
    gap, time_limit, threads, seed = solving(gap, time_limit, threads, seed)
    most = several(whole, "most", most, least=1)
    within = several(optional, "within", within, number, least=0)
    several(function, "progress", progress)
    several(function, "warn", warn)
    several.done()
    origin = Origin(tuple(texts("overrides", overrides, "horizon.periods=4")), case, coalition)
    with watched() as watch, later():
        try:
            with at_once(None if time_limit is None else began + time_limit):
                chosen = choose(instance, model, origin.overrides, case=case, coalition=coalition)
        except DeadlinePassed:
            raise OutOfTime(
                f"The time limit of {time_limit:g} s passed while the instance was being read; nothing was explained."
            ) from None
        pass_warnings(*chosen, warn)
        bench = Bench(gap, None, threads, seed, watch)
    return Explainer(*chosen, bench, origin, most=most, within=within, limit=time_limit, progress=progress)


__all__ = ["COLUMNS", "Answer", "Explainer", "explain"]
