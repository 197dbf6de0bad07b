"""A plan: who sends what where and when, what it covers, costs and weighs, and how good it is proved to be."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocator.arguments import path as a_path
from allocator.arguments import shown
from allocator.errors import BadUsage
from allocator.files import write_whole
from allocator.instance import Instance
from allocator.instance.plausible import few
from allocator.model import OBJECTIVES, Model
from allocator.outcome import Bounds
from allocator.problem import Problem, Row

if TYPE_CHECKING:
    import pandas as pd

Deployed = Mapping[tuple[str, str, str, int], int]
"""(nation, unit type, task, period) -> units, 1 or more."""

COLUMNS = {
    "deployments": ("nation", "unit_type", "task", "period", "units", "personnel", "cost"),
    "coverage": ("task", "objective", "capability", "period", "required", "supplied", "shortfall"),
    "objectives": ("objective", "value", "given_up", "bound", "relative_gap"),
    "nations": ("nation", "member", "personnel", "cost", "burden", "share"),
}
"""Result tables and their columns (specification of results: README)."""


HEAVY = 100.0
"""Burden, in per mille of GDP a year, above which a plan is implausible: more than whole defence budgets."""


def objective_values(problem: Problem, deployed: Deployed) -> dict[str, Fraction]:
    """All four objectives of a plan, exactly, in their own units."""
    supplied = supplies(problem, deployed)
    gap = Fraction(0)
    for row, share in problem.weighed:
        short = sum(max(Fraction(0), row.quantity - supplied[place(row), row.capability, t]) for t in row.periods)
        gap += share * short if short else 0
    people: dict[tuple[str, str], int] = defaultdict(int)
    own: dict[str, int] = defaultdict(int)
    everyone = 0
    parts, coins = problem.coins
    for (n, u, j, _), units in deployed.items():
        whole, paid = coins[u]
        people[n, problem.objective_of[j]] += problem.personnel[u] * units
        own[n] += paid * units
        everyone += whole * units
    reluctant = sum(((1 - problem.willingness[stance]) * heads for stance, heads in people.items()), start=Fraction(0))
    heaviest = max((spent / problem.gdp[n] for n, spent in own.items() if n in problem.gdp), default=Fraction(0))
    return {
        "gap": gap,
        "risk": reluctant * problem.months / 1000,
        "cost": Fraction(everyone, parts),
        "burden": 1000 * heaviest / (parts * problem.years),
    }


def supplies(problem: Problem, deployed: Deployed) -> dict[tuple[str, str, int], Fraction]:
    """Net supply by place, capability and period; the place of a theatre capability is ``*``."""
    parts, grains = problem.grains
    supplied: dict[tuple[str, str, int], int] = defaultdict(int)
    for (_, u, j, t), units in deployed.items():
        for c, amount in grains.get(u, {}).items():
            supplied["*" if c in problem.theatre else j, c, t] += amount * units
    return defaultdict(Fraction, {key: Fraction(amount, parts) for key, amount in supplied.items()})


def place(row: Row) -> str:
    """Where a line is supplied: its task, or ``*`` for the theatre."""
    return "*" if row.theatre else row.task


def tables(problem: Problem, deployed: Deployed, bounds: Mapping[str, Bounds]) -> dict[str, list[dict[str, Any]]]:
    """The result tables of a plan, as lists of rows."""
    supplied = supplies(problem, deployed)
    parts, coins = problem.coins
    own: dict[str, int] = defaultdict(int)
    people: dict[tuple[str, int], int] = defaultdict(int)
    for (n, u, _, t), units in deployed.items():
        own[n] += coins[u][1] * units
        people[n, t] += problem.personnel[u] * units
    everyone = sum(own.values())
    members = {n for n, _, _, _ in deployed}
    values = objective_values(problem, deployed)
    coverage = []
    for row in problem.rows:
        for t in row.periods if row.given else ():
            net = supplied[place(row), row.capability, t]
            figures = (row.quantity, net, max(Fraction(0), row.quantity - net))
            named = (row.task, problem.objective_of[row.task], row.capability, t)
            coverage.append(dict(zip(COLUMNS["coverage"], (*named, *map(float, figures)), strict=True)))
    return {
        "deployments": [
            {
                "nation": n,
                "unit_type": u,
                "task": j,
                "period": t,
                "units": units,
                "personnel": problem.personnel[u] * units,
                "cost": coins[u][0] * units / parts,
            }
            for (n, u, j, t), units in deployed.items()
        ],
        "coverage": coverage,
        "objectives": [_objective(name, float(values[name]), bounds.get(name)) for name in OBJECTIVES],
        "nations": [
            {
                "nation": n,
                "member": n in members,
                "personnel": max((people[n, t] for t in problem.PERIODS), default=0),
                "cost": own[n] / parts,
                "burden": float(1000 * own[n] / (parts * problem.years * problem.gdp[n])) if n in problem.gdp else None,
                "share": own[n] / everyone if everyone else 0.0,
            }
            for n in problem.NATIONS
        ],
    }


def _objective(name: str, value: float, bounds: Bounds | None) -> dict[str, Any]:
    """A row of ``objectives``: the plan's value, what later objectives took of it, what its own stage proved."""
    proved = (None, None, None) if bounds is None else bounds.beside(value)
    return dict(zip(COLUMNS["objectives"], (name, value, *proved), strict=True))


@dataclass(frozen=True)
class Plan:
    """The answer of a solve.

    Attributes
    ----------
    status : str
        ``optimal``, ``feasible``, ``infeasible``, ``no_plan``, ``interrupted`` or ``error``.
    reason : str
        Why there is no plan, or why nothing is deployed; empty otherwise.
    instance, model : Instance, Model
        What was solved, overrides applied.
    manifest : dict
        Name and SHA-256 of the instance, model, options, overrides, case, coalition, versions, status, times, and
        ``assumptions``: figures, how many are assumed, and the shares of cost and coverage that hang on one (None
        where no source of the instance is an assumption).
    stopped_by : str
        ``time_limit`` or ``interrupt`` where the solve was stopped early, else empty.
    """

    status: str
    reason: str
    instance: Instance
    model: Model
    manifest: dict[str, Any]
    stopped_by: str = ""
    _tables: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False)

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return self.status in ("optimal", "feasible")

    def interrupted(self) -> Plan:
        """The same plan, marked as one whose solve somebody asked to stop."""
        return replace(self, stopped_by="interrupt", manifest={**self.manifest, "stopped_by": "interrupt"})

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Rows of ``deployments``, ``coverage``, ``objectives`` or ``nations``; none where there is no plan.

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
        """A result table as a DataFrame, columns as in the specification of results.

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
        """Units, people and cost (millions a period) by nation, unit type, task and period."""
        return self.frame("deployments")

    @property
    def coverage(self) -> pd.DataFrame:
        """Required, supplied and short, in the capability's unit, by requirement and period."""
        return self.frame("coverage")

    @property
    def objectives(self) -> pd.DataFrame:
        """Value, what later objectives took of it, proved bound and relative gap of the four objectives."""
        return self.frame("objectives")

    @property
    def nations(self) -> pd.DataFrame:
        """Membership, peak personnel, own cost (millions), burden (per mille of GDP a year) and share."""
        return self.frame("nations")

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
        raise BadUsage(
            f"no value of {shown(objective)}: {'no plan was found' if objective in OBJECTIVES else 'unknown'}"
        )

    def warnings(self) -> list[str]:
        """What is implausible about the plan: nations that pay more than a tenth of their GDP a year."""
        heavy = [row for row in self.rows("nations") if (row["burden"] or 0) > HEAVY]
        lines = [
            f"nations: {row['nation']} pays {row['burden'] / 10:,.4g} % of its GDP a year; check that gdp and costs "
            "are both in millions, or bound it with max_burden in the model"
            for row in sorted(heavy, key=lambda row: -row["burden"])
        ]
        return few(lines, "that pay more than a tenth of their GDP a year")

    def to_dict(self) -> dict[str, Any]:
        """The whole answer as one object of plain values, as ``allocator solve --json`` prints it."""
        answer: dict[str, Any] = {"status": self.status}
        if self.reason:
            answer["reason"] = self.reason
        answer.update({table: self.rows(table) for table in ("objectives", "deployments", "coverage", "nations")})
        return {**answer, "manifest": deepcopy(self.manifest)}

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the result tables and the manifest, whole or not at all.

        Parameters
        ----------
        path : path
            A workbook where it ends in ``.xlsx``, else a folder of CSV files with ``manifest.json``.

        Raises
        ------
        BadUsage
            Something that is not an earlier result stands there.
        OSError
            The disk does not take it; nothing is left behind.
        """
        target = Path(a_path("path", path))
        check_target(target)
        if target.suffix == ".xlsx":
            write_whole(target, _workbook(self))
            return
        content = {f"{table}.csv": _csv(table, self.rows(table)) for table in COLUMNS}
        content["manifest.json"] = (
            json.dumps({**self.manifest, "reason": self.reason}, indent=2, ensure_ascii=False) + "\n"
        )
        write_whole(target, {name: text.encode("utf-8") for name, text in content.items()})


def check_target(path: str | os.PathLike[str]) -> None:
    """Refuse, before anything is solved, a place to which results could not be written.

    Raises
    ------
    BadUsage
        With the reason.
    """
    target = Path(a_path("path", path))
    parent = target.absolute().parent
    while not parent.exists():
        parent = parent.parent
    try:
        tempfile.TemporaryFile(dir=parent).close()
    except OSError as error:
        raise BadUsage(f"{target}: nothing can be written into {parent} ({error.strerror})") from None
    if target.suffix == ".xlsx":
        if target.is_dir():
            raise BadUsage(f"{target} is a folder, not a workbook")
    elif target.exists():
        if not target.is_dir():
            raise BadUsage(f"{target} is a file; results need a folder or a name that ends in .xlsx")
        known = {"manifest.json", *(f"{table}.csv" for table in COLUMNS)}
        strange = sorted(entry.name for entry in target.iterdir() if entry.name not in known)
        if strange:
            raise BadUsage(f"{target} holds other files ({', '.join(strange[:3])}); choose another folder")


def _csv(table: str, rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS[table])
    for row in rows:
        writer.writerow([_cell(row[column]) for column in COLUMNS[table]])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def _workbook(plan: Plan) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        for table, columns in COLUMNS.items():
            sheet = book.add_worksheet(table)
            sheet.write_row(0, 0, columns, bold)
            sheet.freeze_panes(1, 0)
            for r, row in enumerate(plan.rows(table), start=1):
                sheet.write_row(r, 0, [row[column] for column in columns])
            sheet.autofit()
        sheet = book.add_worksheet("manifest")
        sheet.write_row(0, 0, ("key", "value"), bold)
        for r, (key, value) in enumerate({**plan.manifest, "reason": plan.reason}.items(), start=1):
            sheet.write_string(r, 0, key)
            sheet.write_string(r, 1, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        sheet.autofit()
    return out.getvalue()
