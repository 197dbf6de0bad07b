"""The generated parts of a page: the answer, the rows beside it, and the assumptions that matter most."""

from __future__ import annotations

from collections import Counter
from typing import Any

from building.facts import ARTICLE, Facts
from building.recorded import TIGHT, Recorded, Run
from building.scenario import OBJECTIVE_NAMES, Scenario
from building.writing import HERE

ROUNDED = 1e-3
"""Share of a line that may lack: the shares of an orbit are rounded in the tables."""

ORDER = ("gap", "risk", "cost", "burden")
MARK = "~"
MOST = 5
"""Assumptions that a page names."""


def settled(base: Run) -> list[str]:
    """Objectives whose values do not depend on which plan was found: up to the first that is proved to a gap alone."""
    proofs = {name: gap for name, _, _, gap in base.stages}
    found: list[str] = []
    for name in base.model.objectives:
        found.append(name)
        if proofs[name] is None or proofs[name] > 1e-9:
            break
    return found


def write_expected(scenario: Scenario, base: Run) -> None:
    """The recorded answer that `tests/test_matrix.py` solves again."""
    values = {name: value for name, value, _, _ in base.stages}
    lines = [
        f'status = "{base.status}"',
        f'why = "as solved to a gap of {TIGHT:g} within {scenario.seconds:g} seconds and accepted by the audit; see README.md"',
        "",
        "[objectives]",
        *(f"{key} = {round(values[key], 9)}" for key in settled(base)),
    ]
    (HERE / scenario.name / "expected.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def answer_text(scenario: Scenario, facts: Facts, record: Recorded) -> str:
    """The answer as Markdown: what is met, who sends people, and the results of the what-ifs."""
    base, rows = record.base, list(record.runs.values())
    coverage = [row for row in base.tables["coverage"] if amount(row["required"]) > 0]
    unmet = [row for row in coverage if amount(row["shortfall"]) > ROUNDED * amount(row["required"])]
    nearly = sum(amount(row["shortfall"]) > 0 for row in coverage) > len(unmet)
    senders = sorted(
        (row for row in base.tables["nations"] if amount(row["personnel"]) > 0),
        key=lambda row: -amount(row["personnel"]),
    )
    tasks = {task.key: task.objective for task in scenario.tasks}
    several = scenario.periods > 1
    units = {row["capability"]: row["unit"] for row in base.instance.rows("capabilities")}
    people_at: Counter[str] = Counter()
    for row in base.tables["deployments"]:
        people_at[tasks[str(row["task"])]] += int(amount(row["personnel"]))
    by_objective = ", ".join(
        f"{OBJECTIVE_NAMES[o][0].lower()}{OBJECTIVE_NAMES[o][1:]} {people_at[o] / scenario.periods:,.0f}"
        for o in dict.fromkeys(tasks.values())
    )
    people = sum(people_at.values()) / scenario.periods
    lines = [
        f"Model `{scenario.model or 'reference'}`, {base.status}: {met(len(coverage) - len(unmet), len(coverage), several)} met in full"
        + (f" or lack at most {100 * ROUNDED:g} %" if nearly else "")
        + (f", and {people:,.0f} people are deployed{' on average' if several else ''} ({by_objective})" if scenario.kinds else "")
        + "." + (" Not met in full:" if unmet else ""),
        "",
    ]  # fmt: skip
    if unmet:
        lines += unmet_lines(unmet, units, several)
    lines += [
        *(
            [
                f"People{', the most in one period' if several else ''}: "
                + ", ".join(f"{row['nation']} {amount(row['personnel']):,.0f}" for row in senders)
                + "."
            ]
            if scenario.kinds
            else []
        ),
        *beside(scenario, facts, people_at["peace_on_land"] / scenario.periods),
        "",
        *what_if_lines(scenario, rows),
    ]
    return "\n".join(lines).replace("\n\n\n", "\n\n")


def unmet_lines(unmet: list[dict[str, Any]], units: dict[str, str], several: bool) -> list[str]:
    """The lines that are not met, with the unit of each."""
    lines = ["| task | capability | required | supplied | unit |", "| --- | --- | ---: | ---: | --- |"]
    for row in unmet:
        capability = str(row["capability"])
        cells = (place(row, several), capability, shown(row["required"]), shown(row["supplied"]), units[capability])
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def what_if_lines(scenario: Scenario, rows: list[Run]) -> list[str]:
    """The answer and the rows beside it; those without a plan are last."""
    lines = [
        "| if | unmet share, 0 to 1 | reluctance, thousand person-months | cost, USD million | "
        "heaviest burden, ‰ of GDP a year | status |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
        *(
            "| "
            + " | ".join([solved.label, *(cell(solved, key, scenario.what_if_gap) for key in ORDER), solved.status])
            + " |"
            for solved in rows
            if solved.values
        ),
        *(f"| {solved.label} | | | | | {solved.status} |" for solved in rows if not solved.values),
    ]
    gap = f"a relative gap of {100 * scenario.what_if_gap:g} %"
    if any(MARK in line for line in lines):
        return [*lines, "", f"The rows beside the answer are proved to {gap}, but for the values that `{MARK}` marks."]
    return [*lines, "", f"The rows beside the answer are proved to {gap}."] if scenario.what_if_gap > TIGHT else lines


def cell(solved: Run, objective: str, gap: float = TIGHT) -> str:
    """A value of a run, marked where its proof is open."""
    proofs = {name: gap for name, _, _, gap in solved.stages}
    open_ = solved.status == "feasible" and (proofs.get(objective) or 0.0) > gap
    value = solved.values[objective]
    return f"{MARK if open_ else ''}{f'{value:,.0f}' if value >= 1000 else f'{value:.4g}'}"


def met(full: int, of: int, several: bool) -> str:
    """How many lines are met, as the subject of a sentence: "3 of 10 requirements are"."""
    if of == 1:
        return f"the only requirement is{'' if full else ' not'}"
    each = ", each in each period," if several else ""
    return f"{full or 'none'} of {of} requirements{each} {'is' if full < 2 else 'are'}"


def place(row: dict[str, Any], several: bool) -> str:
    return f"{row['task']}, period {row['period']}" if several else str(row["task"])


def shown(cell: object) -> str:
    return f"{amount(cell):,.10g}"


def amount(cell: object) -> float:
    assert isinstance(cell, int | float)
    return float(cell)


def beside(scenario: Scenario, facts: Facts, on_land: float) -> list[str]:
    """How many of them stand on land in Ukraine beside its own forces and against those of Russia."""
    if not (on_land and "peace_agreement" in scenario.events):
        return []
    own, others = facts.seed("SF24").value, facts.seed("SF25").value
    return [
        "",
        f"Ukraine's own forces are roughly {own:,.0f} people (SF24), and {others:,.0f} Russians are in the country (SF25): "
        f"for each one on land, {own / on_land:,.0f} Ukrainians and {others / on_land:,.0f} Russians.",
    ]


def assumptions_text(facts: Facts, found: dict[str, Any], coverage: float) -> str:
    """The assumptions that matter most, with their effect on coverage, and the proved range of all together."""
    rows = found["sources"][:MOST]
    text = [f"Coverage is {100 * coverage:.1f} %. "]
    if found["least"] is not None and found["most"] - found["least"] < 1e-4:
        text[0] += (
            "With every figure at either end of its range (`--case adverse`, `--case favourable`) it is the same: that is "
            "proved for all values in between. "
        )
    elif found["least"] is not None:
        text[0] += (
            f"With every figure at the end of its range that hurts it is {100 * found['least']:.1f} % or more, and with "
            f"every figure at the end that helps {100 * found['most']:.1f} % or less (`--case adverse`, `--case "
            "favourable`): that is proved for all values in between. "
        )
    else:
        none = [end for end, status in found["ends"].items() if status == "infeasible"]
        text[0] += (
            f"With every figure at its {' or at its '.join(none)} end no plan keeps all rules, so that no range is proved. "
            if none else "The two cases are not proved, so that no range is given. "
        )  # fmt: skip
    tornado = "(`allocator sweep --one-at-a-time --by source`, proved to half a per cent of the gap)"
    text[0] += (
        f"{found['fixed']} of {found['of']} figures have no range and stay, as priorities and cores do, which can do "
        "either. "
    )
    if not rows:
        return f"{text[0]}None of {found['all']} sources and assumptions is shown to change coverage {tornado}."
    text[0] += (
        f"Of {found['all']} sources and assumptions {len(found['sources'])} are shown to change coverage; "
        + ("these change it most" if len(found["sources"]) > MOST else "here are all of them")
        + f" {tornado}, in percentage points:"
    )
    text += ["", "| assumption or source | what it is | at its adverse or low end | at its favourable or high end |",
             "| --- | --- | ---: | ---: |"]  # fmt: skip
    for row in rows:
        change = [
            f"{100 * row['change'][end]:+.1f}" if end in row["change"] else "" for end in ("adverse", "favourable")
        ]
        text.append("| " + " | ".join([f"`{row['source']}`", what(facts, row), *change]) + " |")
    if found["unproved"]:
        text += ["", f"Points of this tornado that are not proved: {found['unproved']}; a change that is not proved is not "
                 "shown."]  # fmt: skip
    return "\n".join(text)


def what(facts: Facts, row: dict[str, Any]) -> str:
    """A source or assumption in words, with its value and range where it is one figure."""
    key = row["source"]
    places = ", ".join(
        f"`{column}` in {count} row{'' if count == 1 else 's'}" for column, count in row["columns"].items()
    )
    known = facts.assumptions.get(key) or facts.ratios.get(key) or facts.seeds.get(key)
    if "." in key and known is None:
        known = facts.units.get(tuple(key.split(".", 1)))  # type: ignore[call-overload]
    if known is None:
        title = "the article" if row["title"] == ARTICLE else row["title"].replace("|", "/")
        return f"{title} ({places})" if title else places
    unit = facts.measured[key]
    if known.least == known.most:
        return f"{known.value:,g} {unit}, with data that have a range ({places})"
    return f"{known.value:,g} ({known.least:,g} to {known.most:,g}) {unit} ({places})"
