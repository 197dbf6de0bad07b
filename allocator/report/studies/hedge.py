"""A two-stage plan as a page, from what ``allocator hedge --json`` prints."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from allocator.hedging.answer import OTHER
from allocator.naming import Names
from allocator.report.charts.kinds import Bar, Bars, Cell, Heat, Piece, Table
from allocator.report.studies.study import Block, Section, Study, Text, names_in
from allocator.report.studies.words import count, listed, made_with, money, number, percent, points, short
from allocator.report.text.hedge_words import compared_with, worse

Row = Mapping[str, Any]

PLANS = {
    "two_stage": "This plan",
    "expected_case": "A plan that counts on all who are willing",
    "wait_and_see": "If it were known who withdraws",
}
"""Plans that are compared -> their names."""

MOST_FUTURES, MOST_UNITS = 12, 40
"""Futures and rows that are shown in full."""


def hedge_study(content: Row) -> Study:
    """What a page says of a two-stage plan.

    Parameters
    ----------
    content : mapping
        The object of ``allocator hedge --json``.
    """
    names, made = names_in(content), content["manifest"]
    found = content["status"] in ("optimal", "feasible")
    title = f"{content.get('title') or made['instance']}: commit now, adapt after some withdraw"
    parts = ("Plan for withdrawal", made["instance"], f"model {made['model']['name']}", _futures(content))
    if not found:
        heading = {"infeasible": "There is no plan"}.get(content["status"], "No plan was found")
        return Study(
            title, heading, parts, sentences=(str(content.get("reason", "")),), badge="No plan", facts=_facts(content)
        )
    plans = {row["plan"]: row for row in content["plans"]}
    sections = [_now(content, names)]
    if plans:
        sections += [_value(content, plans), _scenarios(content, names), _done(content, names)]
    sections.append(_sure(content))
    return Study(
        title, _answer(content, plans), parts, (_made_for(content),),
        sentences=tuple(f"{section.heading}." for section in sections[:1]), tiles=_tiles(content, plans),
        badge="Proved" if content["status"] == "optimal" else "Best found", proof=_proof(content),
        sections=tuple(section for section in sections if section.blocks), facts=_facts(content),
    )  # fmt: skip


def _futures(content: Row) -> str:
    return count(len(content["futures"]) or content["possible"], "future")


def _made_for(content: Row) -> str:
    options = content["manifest"]["options"]
    first = "Each nation stays in an objective with a probability equal to its willingness. "
    if content["enumerated"]:
        return (
            first + f"Made for all {count(content['possible'], 'future')} that are possible, with their probabilities."
        )
    return first + (
        f"Made for a sample of {options['futures']} draws out of {content['possible']:,} possible futures, and "
        f"evaluated in {options['evaluate']} new draws."
    )


def _mixed(content: Row) -> str:
    options = content["manifest"]["options"]
    weight, tail = options["weight"], 1 - options["cvar"]
    return f"{percent(1 - weight)} the expectation, {percent(weight)} the worst {percent(tail)} of the futures"


def _answer(content: Row, plans: Mapping[str, Row]) -> str:
    if not plans:
        return "The commitments are found; they were not evaluated in other futures"
    plan = plans["two_stage"]
    tail = percent(1 - content["manifest"]["options"]["cvar"])
    expected, worst = percent(plan["coverage"], 1), percent(plan["coverage_worst"], 1)
    return f"Coverage is expected to be {expected}, and {worst} in the worst {tail} of the futures"


def _tiles(content: Row, plans: Mapping[str, Row]) -> tuple[tuple[str, str, str], ...]:
    if not plans:
        return ()
    plan, tail = plans["two_stage"], percent(1 - content["manifest"]["options"]["cvar"])
    cost = "–" if plan["cost"] is None else money(plan["cost"], content.get("currency", "")).replace("\u00a0", " ")
    return (
        ("Expected coverage", percent(plan["coverage"], 1), "mean over the futures"),
        ("In the worst futures", percent(plan["coverage_worst"], 1), f"mean of the worst {tail}"),
        ("If all stay", percent(plan["coverage_all_stay"], 1), "nobody withdraws"),
        ("Cost of what is committed", cost, "over the horizon"),
    )


def _now(content: Row, names: Names) -> Section:
    """What is committed here and now, against a plan that counts on all who are willing."""
    rows = content["commitments"]
    differ = [row for row in rows if row["units"] != row["expected_case"]]
    more = sum(max(0, row["units"] - row["expected_case"]) for row in differ)
    fewer = sum(max(0, row["expected_case"] - row["units"]) for row in differ)
    parts = [f"{count(more, 'unit')} more"] if more else []
    parts += [f"{count(fewer, 'unit')} fewer"] if fewer else []
    heading = "Commit the same units as if all who are willing stayed"
    if differ:
        heading = f"Commit {listed(parts)} than if all who are willing stayed"
    several = len({row["period"] for row in rows}) > 1
    most = max((max(row["units"], row["expected_case"]) for row in rows), default=1) or 1
    ordered = sorted(rows, key=lambda row: -abs(row["units"] - row["expected_case"]))
    bars = tuple(
        Bar(
            f"{names.nation(row['nation'])}: {names.of('unit_types', row['unit_type'])}",
            (f"{row['units']:,}", f"{row['expected_case']:,}", _difference(row["units"] - row["expected_case"])),
            (Piece("more", 0.0, row["units"] / most),), (row["expected_case"] / most,),
            note=f"in period {row['period']}" if several else "",
        )
        for row in ordered
    )  # fmt: skip
    columns = ("to commit", "if all stayed", "difference")
    note = (
        "What must be promised before it is known who withdraws. The mark is a plan that counts on all who are willing."
    )
    picture = Bars(
        "commitments", heading, "Nation and unit", "Units", columns, bars[:MOST_UNITS], (("more", "to commit"),)
    )
    blocks: list[Block] = [Text(note, note=True), picture]
    if len(bars) > MOST_UNITS:
        table = tuple((bar.label, *bar.cells) for bar in bars[MOST_UNITS:])
        blocks.append(Table(("Nation and unit", *columns), table, fold=f"{len(bars) - MOST_UNITS:,} more"))
    return Section("Here and now", heading, tuple(blocks))


def _difference(units: int) -> str:
    return f"{units:+,}".replace("-", "−") if units else "the same"


def _value(content: Row, plans: Mapping[str, Row]) -> Section:
    """What planning for withdrawal is worth, and what knowing who withdraws would be."""
    vss, evpi = content["vss"], content["evpi"]
    heading = "What planning for withdrawal is worth was not evaluated"
    blocks: list[Block] = []
    if vss is not None:
        heading = f"Planning for withdrawal is worth {_points(vss)}; knowing who withdraws, {_points(evpi)} more"
        proofs = content.get("expected_objectives", ()) if content["possible"] > 1 else ()
        with_what = compared_with(proofs, plans, content["enumerated"])
        blocks.append(Text(f"In coverage that counts {_mixed(content)}. {with_what}".rstrip(), note=True))
        ranges = (
            ("Planning for withdrawal", vss, content["vss_range"]),
            ("Knowing who withdraws", evpi, content["evpi_range"]),
        )
        most = max(abs(end) for _, value, span in ranges for end in (value, *(span or ()))) or 1.0
        bars = tuple(_worth(name, value, span, most) for name, value, span in ranges)
        blocks.append(Bars("value-of-hedging", heading, "Worth of", "Points of coverage", ("worth", "possible"), bars))
    tail = percent(1 - content["manifest"]["options"]["cvar"])
    rows: list[Bar] = []
    for plan, label in PLANS.items():
        for name, note in ((plan, ""), (f"{plan}_strict", "with nothing given up for cost")):
            row = plans.get(name)
            if row is not None:
                rows.append(_plan(row, label, note))
        if plan == "expected_case" and worse(plans):
            rows.append(_plan(plans[OTHER], label, "another that is as good if all stay"))
    columns = ("expected", f"worst {tail}", "if all stay", "no plan", "cost")
    blocks.append(Bars(
        "plans", f"Coverage of three plans: dark the worst {tail}, light the expectation", "Plan", "Coverage", columns,
        tuple(rows), (("same", "expected"), ("more", f"worst {tail}")),
    ))  # fmt: skip
    return Section("Value of hedging", heading, tuple(blocks))


def _plan(row: Row, label: str, note: str) -> Bar:
    cells = (*(percent(row[key], 1) for key in ("coverage", "coverage_worst", "coverage_all_stay", "no_plan")),
             "–" if row["cost"] is None else number(row["cost"]))  # fmt: skip
    pieces = (Piece("same", 0.0, row["coverage"]), Piece("more", 0.0, row["coverage_worst"]))
    return Bar(label, cells, pieces, (row["coverage_all_stay"],), note=note)


def _worth(name: str, value: float, span: Sequence[float] | None, most: float) -> Bar:
    ends = None if span is None else (max(0.0, span[0] / most), max(0.0, span[1] / most))
    possible = "drawn futures: see the sampling error"
    if span is not None:
        low, high = map(_points, span)
        possible = "exact" if low == high else f"{low} to {high}"
    return Bar(name, (_points(value), possible), (Piece("more", 0.0, max(0.0, value / most)),), span=ends)


def _points(share: float) -> str:
    return points(share).lstrip("+").replace("no change", "nothing")


def _scenarios(content: Row, names: Names) -> Section:
    """Each future: who withdraws, how likely it is, and what each plan covers in it."""
    rows = sorted(content["futures"], key=lambda row: -row["probability"])
    if not rows:
        return Section("Futures", "", ())
    gains = [row for row in rows if (row["two_stage"] or 0) - (row["expected_case"] or 0) > 1e-9]
    losses = [row for row in rows if (row["expected_case"] or 0) - (row["two_stage"] or 0) > 1e-9]
    likely = percent(sum(row["probability"] for row in gains))
    heading = f"This plan covers more than one that counts on everybody in {count(len(gains), 'future')} of {len(rows)}"
    heading += f" (probability {likely})" + (f", and less in {len(losses)}" if losses else "")
    if not gains and not losses:
        heading = "This plan covers as much as one that counts on everybody in every future"
    bars = tuple(
        Bar(
            _withdrawn(row["withdrawn"], names),
            (percent(row["probability"], 1),
             *("no plan" if row[plan] is None else percent(row[plan], 1) for plan in PLANS)),
            (Piece("more", 0.0, row["two_stage"] or 0.0),),
            tuple(row[plan] for plan in ("expected_case", "wait_and_see") if row[plan] is not None),
        )
        for row in rows
    )  # fmt: skip
    columns = ("probability", "this plan", "counts on all", "if it were known")
    note = Text(
        "The marks are a plan that counts on all who are willing, and what could be done if the future were known.",
        note=True,
    )
    picture = Bars(
        "futures", heading, "Who withdraws", "Coverage", columns, bars[:MOST_UNITS], (("more", "this plan"),)
    )
    blocks: list[Block] = [note, picture]
    if len(bars) > MOST_UNITS:
        table = tuple((bar.label, *bar.cells) for bar in bars[MOST_UNITS:])
        blocks.append(Table(("Who withdraws", *columns), table, fold=f"{len(bars) - MOST_UNITS:,} less likely futures"))
    return Section("Futures", heading, tuple(blocks))


def _withdrawn(text: str, names: Names) -> str:
    """Who withdraws, in names; in brackets the objectives that a nation leaves while it stays in others."""
    if text in ("", "nobody"):
        return "Nobody withdraws"
    found = []
    for nation, left in re.findall(r"([^\s,()]+)(?: \(([^)]*)\))?", text):
        parts = [
            " ".join([names.of("objectives", part.split(" ")[0]), *part.split(" ")[1:]]) for part in left.split(", ")
        ]
        found.append(names.nation(nation) + (f" ({', '.join(parts)})" if left else ""))
    return listed(found, 5)


def _done(content: Row, names: Names) -> Section:
    """What is committed now against what is deployed of it in each future."""
    futures = sorted(content["futures"], key=lambda row: -row["probability"])[:MOST_FUTURES]
    used: dict[tuple[str, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in content["deployments"]:
        used[row["nation"], row["unit_type"]][row["future"]] += row["units"]
    committed: dict[tuple[str, str], int] = defaultdict(int)
    for row in content["commitments"]:
        committed[row["nation"], row["unit_type"]] += row["units"]
    keys = [key for key, units in committed.items() if units]
    if not futures or not keys or not content["deployments"]:
        return Section("In each future", "", ())
    idle = [key for key in keys if all(used[key][row["future"]] == 0 for row in futures)]
    changing = [key for key in keys if len({used[key][row["future"]] for row in futures}) > 1]
    verb = "is" if len(changing) == 1 else "are"
    heading = f"{len(changing)} of {count(len(keys), 'commitment')} {verb} used differently from future to future"
    if not changing:
        heading = "Every commitment is used in the same way in each future"
    heading += f"; {count(len(idle), 'commitment')} in none of those shown" if idle else ""
    rows = tuple(
        (
            f"{names.nation(n)}: {names.of('unit_types', u)}",
            (Cell(f"{committed[n, u]:,}", 0),
             *(_used(used[n, u][row["future"]], committed[n, u]) for row in futures)),
        )
        for n, u in sorted(keys, key=lambda key: key not in changing)[:MOST_UNITS]
    )  # fmt: skip
    columns = (
        "committed",
        *(f"{short(_withdrawn(row['withdrawn'], names), 40)} ({percent(row['probability'])})" for row in futures),
    )
    notes = "Units deployed, summed over tasks and periods, by who withdraws and how likely that is. Darker: more of "
    notes += "what is committed."
    if len(content["futures"]) > MOST_FUTURES:
        notes += f" The {MOST_FUTURES} most likely of {len(content['futures'])} futures."
    if len(keys) > MOST_UNITS:
        notes += f" {MOST_UNITS} of {len(keys)} commitments, those that change first."
    heat = Heat(
        "here-and-now",
        "Units deployed in each future, of what is committed",
        "Nation and unit",
        "Future",
        columns,
        rows,
    )
    return Section("In each future", heading, (Text(notes, note=True), heat))


def _used(units: int, committed: int) -> Cell:
    if not units:
        return Cell("–", 0)
    return Cell(f"{units:,}", max(1, min(5, round(5 * units / committed))))


def _proof(content: Row) -> str:
    rows = content["objectives"]
    parts = []
    for row in rows:
        name = {"gap": "what stays unmet", "cost": "the cost"}.get(row["objective"], row["objective"])
        if row["bound"] == 0 < row["value"] - row["given_up"]:
            parts.append(f"{name} is not proved at all")
        else:
            parts.append(f"{name} is within {percent(row['relative_gap'], 2)} of the least")
    text = f"For the futures that it is made for, {listed(parts)}."
    return text + {
        "time_limit": " The time limit stopped the search.",
        "interrupt": " The search was interrupted.",
    }.get(content["manifest"].get("stopped_by") or "", "")


def _sure(content: Row) -> Section:
    estimate = content["estimate"]
    blocks: list[Block] = [Text(_proof(content))]
    heading = (
        "Proved for all futures that are possible" if content["enumerated"] else "Proved for a sample of the futures"
    )
    if content["status"] != "optimal":
        heading = "Not proved: the best plan that was found"
    if estimate is not None:
        blocks.append(Text(
            f"Over all futures, no plan is better than this one by more than {_points(estimate['error'])}, with "
            f"{percent(estimate['confidence'])} confidence (best estimate {_points(estimate['gap'])}; "
            f"{estimate['replications']} samples, {estimate['draws']} draws)."
        ))  # fmt: skip
        heading += f"; the sampling error is at most {_points(estimate['error'])}"
    blocks.append(
        Text("That a willingness is a probability, and that nations decide independently, is assumed.", note=True)
    )
    return Section("How sure", heading, tuple(blocks))


def _facts(content: Row) -> tuple[tuple[str, str], ...]:
    made = content["manifest"]
    facts = [
        ("Instance", f"{made['instance']}, SHA-256 {made['sha256']}"),
        ("Model", f"{made['model']['name']}: {made['model']['description'] or made['model']['title']}"),
        ("Method", content["method"]),
        ("Changed on the command line", "; ".join(made.get("overrides") or ()) or "nothing"),
        ("Case", made.get("case") or "base"),
        ("Coalition", made.get("coalition") or "everyone"),
        *made_with(made.get("options"), made.get("versions")),
    ]
    return (*facts, *((("Read from", content["read_from"]),) if "read_from" in content else ()))
