"""What the solves of a page found, kept beside the scripts; every figure of a page is worked out from it without a solve.

A record holds the deployments, orders and proofs of the answer and of each row beside it, and the tornado over sources.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from building.scenario import Scenario, WhatIf
from building.writing import HERE

FOLDER = Path(__file__).parent / "recorded"
TIGHT = 1e-4  # relative gap of the recorded answers, the default of a solve
PATIENCE = 600.0  # seconds for a row that was not proved before
TORNADO_GAP = 5e-3
TORNADO_SECONDS = 300.0
BASE = "unchanged"

Row = dict[str, Any]


def record(scenario: Scenario, again: bool = False) -> None:
    """Solve the answer, the rows beside it and the tornado, and write what they found.

    With ``again`` only the rows that are not proved are solved, and those that are better proved then are kept.
    """
    import_allocator()
    import allocator

    instance, file = allocator.read(HERE / scenario.name), FOLDER / f"{scenario.name}.json"
    FOLDER.mkdir(exist_ok=True)
    known: Row = json.loads(file.read_text(encoding="utf-8")) if again else {"runs": []}
    runs = {run["label"]: run for run in known["runs"]}
    for what_if in (WhatIf(BASE), *scenario.what_ifs):
        before = runs.get(what_if.label)
        if before and before["status"] != "feasible":
            continue
        gap = TIGHT if what_if.label == BASE else scenario.what_if_gap
        plan = allocator.solve(
            instance, what_if.model or None, gap=gap, time_limit=PATIENCE if again else scenario.seconds,
            overrides=what_if.overrides,
        )  # fmt: skip
        after = found(what_if, plan)
        if before is None or better(after, before):
            runs[what_if.label] = after
        if again:
            file.write_text(compact(known | {"runs": list(runs.values())}), encoding="utf-8")
    if not again:
        file.write_text(
            compact({"name": scenario.name, "runs": list(runs.values()), "tornado": tornado(instance)}),
            encoding="utf-8",
        )


def better(one: Row, other: Row) -> bool:
    """Whether a run is proved where the other is not, or more tightly in the first objective in which they differ."""
    if one["status"] != "feasible" or not one["stages"]:
        return one["status"] == "optimal"
    gaps = ([gap or 0.0 for *_, gap in run["stages"]] for run in (one, other))
    return next((a < b for a, b in zip(*gaps, strict=True) if abs(a - b) > 1e-9), False)


def found(what_if: WhatIf, plan: Any) -> Row:
    """A run as plain values."""
    from allocator.purchases import decided

    plain = decided(plan.rows)
    return {
        "label": what_if.label,
        "model": what_if.model,
        "set": list(what_if.overrides),
        "status": plan.status,
        "stages": [
            [row["objective"], row["value"], row["bound"], row["relative_gap"]] for row in plan.rows("objectives")
        ],
        "deployments": [[*cell, units] for cell, units in plain.items()],
        "orders": [[*key, *units] for key, units in plain.purchases.orders.items()],
        "expansions": [[*key, count] for key, count in plain.purchases.expansions.items()],
    }


def tornado(instance: Any) -> Row:
    """The tornado over sources and assumptions, of coverage: those that surely change it, the largest first."""
    import allocator

    design = allocator.Design(one_at_a_time=True, by="source", overrides=("model.objectives=gap",))
    with allocator.sweep(instance, design, workers=0, gap=TORNADO_GAP, time_limit=TORNADO_SECONDS) as sweep:
        (answer,) = sweep.to_dict()["answers"]
    result = answer["result"]
    sources = []
    for row in result["sources"]:
        change = {
            end: row[end]["change"]["coverage"]
            for end in ("adverse", "favourable")
            if end in row and row[end]["sure"] and row[end]["sure"]["coverage"]
        }
        if change:
            sources.append({key: row[key] for key in ("source", "title", "figures", "columns")} | {"change": change})
    sources.sort(key=lambda row: -max(map(abs, row["change"].values())))
    together = result["together"]
    return {
        "coverage": result["base"]["coverage"], "least": together["least"], "most": together["most"],
        "of": result["of"], "fixed": result["fixed"], "all": len(result["sources"]), "unproved": answer["unproved"],
        "ends": {end: together[end]["status"] for end in ("adverse", "favourable") if end in together},
        "sources": sources,
    }  # fmt: skip


def compact(content: Row) -> str:
    """JSON with a line for each run and each source."""
    runs = ",\n".join(json.dumps(run, ensure_ascii=False) for run in content["runs"])
    tornado = dict(content["tornado"])
    sources = ",\n".join(json.dumps(row, ensure_ascii=False) for row in tornado.pop("sources"))
    head = json.dumps(tornado)[:-1]
    return f'{{"name": "{content["name"]}", "runs": [\n{runs}\n], "tornado": {head}, "sources": [\n{sources}\n]}}}}\n'


def import_allocator() -> None:
    """Let the scripts import the program of this clone."""
    if str(HERE.parent) not in sys.path:
        sys.path.insert(0, str(HERE.parent))


@dataclass(frozen=True)
class Run:
    """A recorded run, with its tables worked out anew from its deployments and orders."""

    label: str
    status: str
    stages: list[list[Any]]
    tables: Mapping[str, list[Row]]
    broken: list[Any]
    assumptions: Row | None
    model: Any
    instance: Any

    @property
    def values(self) -> dict[str, float]:
        return {row["objective"]: float(row["value"]) for row in self.tables.get("objectives", [])}


@dataclass(frozen=True)
class Recorded:
    """What is known of an instance: its runs by label, and its tornado."""

    name: str
    runs: dict[str, Run]
    tornado: Row

    @property
    def base(self) -> Run:
        return self.runs[BASE]


def load(name: str) -> Recorded:
    """A record, with the tables of its runs."""
    import_allocator()
    import allocator

    content = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    instance = allocator.read(HERE / name)
    return Recorded(name, {run["label"]: again(instance, run) for run in content["runs"]}, content["tornado"])


def again(instance: Any, run: Row) -> Run:
    """The tables of a run from its deployments and orders, and the rules that they break."""
    from allocator.api import choose
    from allocator.audit.audit import check_deployments
    from allocator.plan.assumptions import assumptions
    from allocator.plan.tables import tables
    from allocator.problem import Problem
    from allocator.purchases import Decided, Purchases

    changed, model = choose(instance, run["model"] or None, tuple(run["set"]))
    stages, status, label = run["stages"], run["status"], run["label"]
    if status not in ("optimal", "feasible"):
        return Run(label, status, stages, {}, [], None, model, changed)
    purchases = Purchases(
        {(n, u, k): (units, joint) for n, u, k, units, joint in run["orders"]},
        {(u, k): count for u, k, count in run["expansions"]},
    )
    deployed = Decided({(n, u, j, t): units for n, u, j, t, units in run["deployments"]}, purchases)
    problem = Problem(changed, model)
    return Run(
        label, status, stages, tables(problem, deployed, {}), check_deployments(changed, model, dict(deployed), purchases),
        assumptions(changed, problem, deployed) if label == BASE else None, model, changed,
    )  # fmt: skip
