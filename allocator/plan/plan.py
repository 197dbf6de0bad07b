"""A plan: who sends what where and when, what it covers and costs, and the proved bounds on its quality."""

from __future__ import annotations

import os
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from allocator.arguments import shown
from allocator.errors import BadUsage
from allocator.instance import Instance
from allocator.instance.apart import few
from allocator.model import OBJECTIVES, Model
from allocator.notebook import Drawn
from allocator.plan.tables import COLUMNS
from allocator.wording import percent

if TYPE_CHECKING:
    import pandas as pd

    from allocator.report.notebook.charts import PlanCharts

HEAVY = 100.0
"""Burden, in per mille of annual GDP, above which a plan is implausible: more than whole defence budgets."""


@dataclass(frozen=True)
class Plan(Drawn):
    """The result of a solve.

    Attributes
    ----------
    status : str
        ``optimal``, ``feasible``, ``infeasible``, ``no_plan``, ``interrupted`` or ``error``.
    reason : str
        Why there is no plan, or why nothing is deployed; empty otherwise.
    instance, model : Instance, Model
        The instance and the model that were solved, after all overrides.
    manifest : dict
        Name and SHA-256 of the instance, model, options, overrides, case, coalition, versions, status, times, and
        ``assumptions``: the number of figures, how many are assumed, and the shares of cost and coverage that depend on
        those (None if no source of the instance is an assumption).
    stopped_by : str
        ``time_limit``, ``interrupt`` or ``stalled`` if the solve was stopped early, otherwise empty.
    """

    status: str
    reason: str
    instance: Instance
    model: Model
    manifest: dict[str, Any]
    stopped_by: str = ""
    _tables: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        covered = f", coverage {percent(1 - self.value('gap'))}" if self.found else ""
        return f"<Plan of {self.instance.name}, model {self.model.name}: {self.status}{covered}>"

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return self.status in ("optimal", "feasible")

    def interrupted(self) -> Plan:
        """The same plan, marked as the result of an interrupted solve."""
        return replace(self, stopped_by="interrupt", manifest={**self.manifest, "stopped_by": "interrupt"})

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Rows of a result table, such as ``deployments`` or ``coverage``; none if there is no plan.

        Examples
        --------
        >>> import allocator
        >>> [row["units"] for row in allocator.solve("toy-rotation").rows("deployments")]
        [2]
        """
        if not isinstance(table, str) or table not in COLUMNS:
            raise BadUsage(f"no result table {shown(table)}; there are {', '.join(COLUMNS)}")
        return [dict(row) for row in self._tables.get(table, [])]

    def frame(self, table: str) -> pd.DataFrame:
        """A result table as a DataFrame, with the columns that the page *Results* lists.

        Examples
        --------
        >>> import allocator
        >>> allocator.solve("toy-rotation").frame("coverage")["shortfall"].tolist()
        [2.0]
        """
        import pandas as pd

        return pd.DataFrame(self.rows(table), columns=list(COLUMNS[table]))

    @property
    def deployments(self) -> pd.DataFrame:
        """Units, people and cost (millions per period) by nation, unit type, task and period."""
        return self.frame("deployments")

    @property
    def coverage(self) -> pd.DataFrame:
        """Required, supplied and missing quantity, in the capability's unit, by requirement and period."""
        return self.frame("coverage")

    @property
    def objectives(self) -> pd.DataFrame:
        """Value, part given up for later objectives, proved bound and relative gap of the objectives."""
        return self.frame("objectives")

    @property
    def nations(self) -> pd.DataFrame:
        """Membership, most people at once, own cost (millions), burden (per mille of GDP a year), share, and more.

        The parts of the cost are procurement and the part of what the common fund pays, both in millions.
        """
        return self.frame("nations")

    @property
    def leaders(self) -> pd.DataFrame:
        """The framework nation of each task that needs one and at which anyone is."""
        return self.frame("leaders")

    @property
    def orders(self) -> pd.DataFrame:
        """Units ordered, jointly among them, when they are ready, and their cost (millions), by nation and period."""
        return self.frame("orders")

    @property
    def industry(self) -> pd.DataFrame:
        """Deliveries, capacity and expansions ordered, by unit type and period."""
        return self.frame("industry")

    @property
    def chart(self) -> PlanCharts:
        """Altair charts of the plan, for notebooks: ``plan.chart.coverage()``; they need the extra ``charts``.

        There are ``coverage``, ``missing``, ``people``, ``cost``, ``periods``, ``rota`` and ``spending``.
        """
        charts = import_module("allocator.report.notebook.charts")  # charts are made of plans, so plans load them late
        made: PlanCharts = charts.PlanCharts(self)
        return made

    def value(self, objective: str) -> float:
        """The plan's value of an objective, in the objective's own unit.

        Examples
        --------
        >>> import allocator
        >>> allocator.solve("toy-rotation").value("cost")
        64.0
        """
        for row in self.rows("objectives"):
            if row["objective"] == objective:
                return float(row["value"])
        why = "unknown"
        if objective in OBJECTIVES:
            why = f"the model {self.model.name} does not list it" if self.found else "no plan was found"
        raise BadUsage(f"no value of {shown(objective)}: {why}")

    def warnings(self) -> list[str]:
        """Warnings about an implausible plan: nations that pay more than a tenth of their annual GDP."""
        heavy = [row for row in self.rows("nations") if (row["burden"] or 0) > HEAVY]
        lines = [
            f"nations: {row['nation']} pays {row['burden'] / 10:,.4g} % of its GDP a year; check that gdp and costs "
            "are both in millions, or limit it with max_burden in the model"
            for row in sorted(heavy, key=lambda row: -row["burden"])
        ]
        return few(lines, "that pay more than a tenth of their GDP a year")

    def to_dict(self) -> dict[str, Any]:
        """The whole result as one object of plain values, as ``allocator solve --json`` prints it."""
        answer: dict[str, Any] = {"status": self.status}
        if self.reason:
            answer["reason"] = self.reason
        answer.update({table: self.rows(table) for table in ("objectives", *COLUMNS)})
        return {**answer, "manifest": deepcopy(self.manifest)}

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the result tables and the manifest, whole or not at all.

        Parameters
        ----------
        path : path
            A workbook if it ends in ``.xlsx``: the answer in words and pages for people, then the inputs and tables.
            Otherwise a folder of CSV files with ``manifest.json``.

        Raises
        ------
        BadUsage
            The path exists and is not an earlier result.
        OSError
            The files cannot be written; nothing is left behind.
        """
        from allocator.plan.writing import write_plan

        write_plan(self, path)
