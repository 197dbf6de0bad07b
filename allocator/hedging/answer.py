"""The result of a two-stage plan: what to commit before it is known who withdraws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from allocator.arguments import shown
from allocator.errors import BadUsage
from allocator.hedging.check import Broken, Decision, check_decision
from allocator.instance import Instance
from allocator.model import Model
from allocator.naming import names_of
from allocator.notebook import Drawn
from allocator.plan.tables import COLUMNS as PLAN_COLUMNS
from allocator.statistics import Estimate
from allocator.withdrawal import Future

if TYPE_CHECKING:
    import pandas as pd


STAGES = ("gap", "cost")
"""Objectives in their order: the gap over the futures, then the cost of what is committed."""

PLANS = ("two_stage", "expected_case", "wait_and_see")
"""The plan under withdrawal, the plan that counts on all who are willing enough, and full knowledge of the future."""

STRICT = ("two_stage_strict", "expected_case_strict")
"""The first two plans if cost may take nothing from coverage, whatever the model's tolerance."""

OTHER = "expected_case_other"
"""Another plan that counts on all, as good if all stay as the one that is compared with: the first that was found."""

COLUMNS = {
    "commitments": ("nation", "unit_type", "period", "units", "people", "cost", "expected_case"),
    "orders": PLAN_COLUMNS["orders"],
    "industry": PLAN_COLUMNS["industry"],
    "plans": ("plan", "value", "coverage", "coverage_worst", "coverage_all_stay", "no_plan", "cost"),
    "futures": ("future", "withdrawn", "probability", *PLANS, *STRICT, OTHER),
    "objectives": ("objective", "value", "given_up", "bound", "relative_gap"),
    "expected_objectives": ("plan", "objective", "value", "given_up", "bound", "relative_gap"),
    "deployments": ("future", "nation", "unit_type", "task", "period", "units"),
}
"""Result tables and their columns."""


@dataclass(frozen=True)
class Hedge(Drawn):
    """The result of :func:`allocator.hedge`.

    Attributes
    ----------
    status : str
        As in :func:`allocator.solve`; ``optimal`` if both objectives are proved over the futures of the plan.
    reason : str
        Why there is no answer; empty otherwise.
    instance, model : Instance, Model
        What was solved, after all overrides.
    method : str
        ``extensive`` or ``hedging``.
    enumerated : bool
        True if ``futures`` holds every future, with exact probabilities; otherwise they are drawn, and the figures of
        ``plans`` come from an independent sample.
    decision : Decision or None
        The commitment, and what is deployed from it in each of ``futures``.
    futures : tuple of Future
        The futures that the commitment is made for.
    possible : int
        Number of different futures.
    vss : float or None
        Value of planning for withdrawal: ``value`` of ``expected_case`` minus ``value`` of ``two_stage`` in the table
        ``plans``. Of plans that are equally good if all stay, ``expected_case`` is the one that does best over the
        futures of the plan; against another, planning is worth as much or more. If the model has a tolerance, the plans
        compared are those in which cost takes nothing from coverage: ``expected_case_strict`` and ``two_stage_strict``.
    evpi : float or None
        Further value of knowing the future: ``two_stage`` (``two_stage_strict``) minus ``wait_and_see``.
    vss_range, evpi_range : (float, float) or None
        Range of each value while gaps of the solver are open; None if futures are drawn. That of ``vss`` is for plans
        as good as the one that was found for all staying; ``expected_objectives`` says how far that one is proved.
    estimate : Estimate or None
        The sampling error of the plan in which cost takes nothing from coverage; None if nothing is sampled.
    manifest : dict
        Name and SHA-256 of the instance, model, options, overrides, case, coalition, versions, status, times.
    stopped_by : str
        ``time_limit`` or ``interrupt``, otherwise empty.
    """

    status: str
    reason: str
    instance: Instance
    model: Model
    method: str
    enumerated: bool
    decision: Decision | None = None
    futures: tuple[Future, ...] = ()
    possible: int = 0
    vss: float | None = None
    evpi: float | None = None
    vss_range: tuple[float, float] | None = None
    evpi_range: tuple[float, float] | None = None
    estimate: Estimate | None = None
    manifest: dict[str, Any] = field(default_factory=dict)
    stopped_by: str = ""
    _tables: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        return f"<Hedge of {self.instance.name}, model {self.model.name}: {self.status}, {len(self.futures)} futures>"

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return self.status in ("optimal", "feasible")

    def rows(self, table: str = "commitments") -> list[dict[str, Any]]:
        """Rows of a result table.

        The tables are commitments, orders, industry, plans, futures, objectives, expected_objectives and deployments.
        """
        if not isinstance(table, str) or table not in COLUMNS:
            raise BadUsage(f"no result table {shown(table)}; there are {', '.join(COLUMNS)}")
        return [dict(row) for row in self._tables.get(table, [])]

    def frame(self, table: str = "commitments") -> pd.DataFrame:
        """A result table as a DataFrame."""
        import pandas as pd

        return pd.DataFrame(self.rows(table), columns=list(COLUMNS[table]))

    def plan(self, name: str) -> dict[str, Any]:
        """The row of ``plans`` for ``two_stage``, ``expected_case`` or ``wait_and_see``.

        If the model has a tolerance, ``two_stage_strict`` and ``expected_case_strict`` exist as well. If every future
        counts, ``expected_case_other`` may be there: it is as good as the plan that counts on all if all stay.
        """
        rows = {row["plan"]: row for row in self.rows("plans")}
        if name not in rows:
            raise BadUsage(f"no figures for a plan {name!r}; there are {', '.join(rows) or 'none'}")
        return rows[name]

    def to_dict(self) -> dict[str, Any]:
        """The whole answer as one object of plain values, as ``allocator hedge --json`` prints it."""
        answer: dict[str, Any] = {"status": self.status}
        if self.reason:
            answer["reason"] = self.reason
        answer |= {"method": self.method, "enumerated": self.enumerated, "possible": self.possible}
        answer |= {table: self.rows(table) for table in COLUMNS}
        answer |= {"vss": self.vss, "evpi": self.evpi}
        for name, ends in (("vss_range", self.vss_range), ("evpi_range", self.evpi_range)):
            answer[name] = None if ends is None else list(ends)
        answer["estimate"] = None if self.estimate is None else asdict(self.estimate)
        about = {"title": self.instance.title, "currency": self.instance.currency, "names": names_of(self.instance)}
        return {**answer, "manifest": self.manifest, **about}

    def check(self) -> list[Broken]:
        """The independent check: commitments, orders and the plan of every future, in exact arithmetic."""
        if self.decision is None:
            return []
        return check_decision(self.instance, self.model, self.futures, self.decision)
