"""Cases side by side as a page, from what ``allocator compare --json`` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from allocator.case_changes import MET_WITHIN, missing, place
from allocator.naming import Names
from allocator.report.charts.kinds import Bar, Bars, Piece, Table
from allocator.report.studies.study import Block, Items, Section, Study, Text
from allocator.report.studies.words import count, first_capital, listed, made_with, money, number, percent, short
from allocator.report.text.settings import AS_IT_IS, case_words
from allocator.report.text.words import SHARES, objective_heading
from allocator.wording import counted

Row = Mapping[str, Any]

KEY = (("same", "the first case"), ("more", "other cases"), ("open", "found, not proved to the requested gap"))
"""Kind of a bar -> what it means."""

STATUS = {
    "optimal": "proved", "feasible": "best found, not proved", "infeasible": "infeasible: proved that there is no plan",
    "no_plan": "no plan found in the time", "interrupted": "interrupted before a plan was found", "error": "failed",
}  # fmt: skip
"""Status -> words."""


def comparison_study(content: Row) -> Study:
    """What a page says of cases side by side.

    Parameters
    ----------
    content : mapping
        The object of ``allocator compare --json``.
    """
    typed = content["cases"]
    cases, names = _named(typed, "free" in content), Names.merged(case.get("names") or {} for case in typed)
    figures = [{(row["section"], row["key"]): row["value"] for row in case["figures"]} for case in cases]
    found = [
        (case, known) for case, known in zip(cases, figures, strict=True) if case["status"] in ("optimal", "feasible")
    ]
    sections = [_coverage(cases, figures, names), _money(cases, figures), _people(cases, figures, names)]
    sections += [_changes(case, cases[0], content) for case in cases[1:]]
    if "free" in content:
        sections.append(_free(content))
    sections += [_all(cases, figures, names), _sure(cases, figures)]
    proved = all(case["status"] in ("optimal", "infeasible") for case in cases)
    return Study(
        f"{count(len(cases), 'case')} side by side", _answer(found),
        ("Comparison", *(short(case["case"], 40) for case in cases[:4])),
        question=(f"All cases are compared with the first: {cases[0]['case']}.",),
        sentences=tuple(f"{first_capital(note)}." for note in content["notes"]),
        tiles=_tiles(cases, figures), badge="All proved" if proved else "Not all proved", proof=_proof(cases),
        sections=tuple(section for section in sections if section.blocks),
        facts=tuple((case["case"], _status(case)) for case in cases)
        + tuple(
            (case["case"], f"typed as {old['case']}")
            for case, old in zip(cases, typed, strict=True)
            if case != old and not case["case"].endswith(AS_IT_IS)
        )
        + _made(cases)
        + ((("Read from", content["read_from"]),) if "read_from" in content else ()),
    )  # fmt: skip


def _named(cases: Sequence[Row], saved: bool) -> list[Row]:
    """The cases with what tells them apart in words in the place of settings; saved results have their own names."""
    instances = [str((case.get("manifest") or {}).get("instance") or "") for case in cases]
    if saved or not all(instances):
        return list(cases)
    labels = [str(case["case"]) for case in cases]
    words = case_words(labels, instances, [Names(case.get("names") or {}) for case in cases])
    said = [
        f"{instance} {AS_IT_IS}" if text == AS_IT_IS else text if text.startswith(instance) else first_capital(text)
        for text, instance in zip(words, instances, strict=True)
    ]
    return [{**case, "case": text} for case, text in zip(cases, said, strict=True)]


def _made(cases: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    """Instances, models, options and versions of the cases, each said once where the cases share it."""
    made = [case.get("manifest") or {} for case in cases]
    rows: list[tuple[str, str]] = []
    for head, say in (
        ("Instance", lambda one: f"{one['instance']}, SHA-256 {one['sha256']}" if one.get("sha256") else ""),
        ("Model", lambda one: one["model"]["name"] if one.get("model") else ""),
    ):
        said = list(dict.fromkeys(filter(None, map(say, made))))
        rows += [(head if len(said) == 1 else f"{head} {at}", text) for at, text in enumerate(said, start=1)]
    return (*rows, *made_with(made[0].get("options"), made[0].get("versions")))


def _status(case: Row) -> str:
    """The status of a case in words."""
    return STATUS.get(str(case["status"]), str(case["status"]))


def _covered(case: Row, figures: Mapping[tuple[str, str], Any]) -> str | None:
    """The weighted share that is covered, where the model makes the unmet share small."""
    gap = figures.get(("objective", "gap"))
    return None if gap is None else ("" if case["status"] == "optimal" else "~") + percent(1 - gap, 1)


def _answer(found: Sequence[tuple[Row, Mapping[tuple[str, str], Any]]]) -> str:
    known = [(case, figures) for case, figures in found if ("objective", "gap") in figures]
    if not found:
        return "None of the cases has a plan"
    if len(known) < 2:
        return f"{count(len(found), 'case')} {'has' if len(found) == 1 else 'have'} a plan"
    best = min(known, key=lambda pair: pair[1]["objective", "gap"])
    worst = max(known, key=lambda pair: pair[1]["objective", "gap"])
    if _covered(*best) == _covered(*worst):
        return f"All cover the same: {_covered(*best)} of what is asked"
    return f"{_called(best[0])} covers most, {_covered(*best)}; {_called(worst[0])} least, {_covered(*worst)}"


def _called(case: Row) -> str:
    """A case inside a sentence: in quotation marks, as its words may be a clause."""
    return f"“{short(case['case'])}”"


def _tiles(cases: Sequence[Row], figures: Sequence[Mapping[tuple[str, str], Any]]) -> tuple[tuple[str, str, str], ...]:
    tiles = []
    for case, known in zip(cases[:4], figures[:4], strict=True):
        value, note = "No plan", _status(case)
        if ("people", "all") in known:
            people = f"{known['people', 'all']:,.0f} people"
            nations = count(int(known["nations", "members"]), "nation")
            covered = _covered(case, known)
            value = people if covered is None else covered
            note = f"from {nations}" if covered is None else f"covered, with {people} from {nations}"
        tiles.append((short(case["case"], 40), value, note))
    return tuple(tiles)


def _key(cases: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    there = {_kind(at, case) for at, case in enumerate(cases)}
    return tuple(entry for entry in KEY if entry[0] in there)


def _kind(at: int, case: Row) -> str:
    return "open" if case["status"] == "feasible" else "more" if at else "same"


def _grouped(
    cases: Sequence[Row], figures: Sequence[Mapping[tuple[str, str], Any]], keys: Sequence[tuple[tuple[str, str], str]],
    show: Any,
) -> tuple[Bar, ...]:  # fmt: skip
    """A bar for each key and each case."""
    values = [known[key] for key, _ in keys for known in figures if isinstance(known.get(key), int | float)]
    most = max(values, default=0.0) or 1.0
    most = 1.0 if keys and keys[0][0][0] == "coverage" else most
    bars = []
    for key, label in keys:
        for at, (case, known) in enumerate(zip(cases, figures, strict=True)):
            value = known.get(key)
            planned = case["status"] in ("optimal", "feasible")
            text = ("not asked" if planned else "no plan") if value is None else show(value)
            text = f"~{text}" if case["status"] == "feasible" and value is not None else text
            pieces = () if value is None else (Piece(_kind(at, case), 0.0, max(0.0, value) / most),)
            bars.append(Bar(case["case"], (text,), pieces, group=label))
    return tuple(bars)


def _coverage(cases: Sequence[Row], figures: Sequence[Mapping[tuple[str, str], Any]], names: Names) -> Section:
    objectives = list(dict.fromkeys(key for known in figures for key in known if key[0] == "coverage"))
    if not objectives:
        return Section("Coverage", "", ())
    spans = {}
    for key in objectives:
        there = [known[key] for known in figures if key in known]
        spans[key] = max(there) - min(there)
    widest = max(spans, key=lambda key: spans[key])
    shared = [key for key in objectives if sum(key in known for known in figures) > 1]
    heading_ = "No objective is covered differently" if shared else "No two cases ask for the same objective"
    if spans[widest] > 5e-4:
        there = [known[widest] for known in figures if widest in known]
        name = names.of("objectives", widest[1])
        heading_ = f"{name} differs most: from {percent(min(there), 1)} to {percent(max(there), 1)} of what it asks"
    keys = [(key, names.of("objectives", key[1])) for key in objectives]
    bars = _grouped(cases, figures, keys, lambda value: percent(value, 1))
    picture = Bars("coverage", heading_, "Objective and case", "Covered", ("of what is asked",), bars, _key(cases))
    return Section("Coverage", heading_, (picture,))


def _money(cases: Sequence[Row], figures: Sequence[Mapping[tuple[str, str], Any]]) -> Section:
    key = ("money", "cost a year")
    there = [(case, known[key]) for case, known in zip(cases, figures, strict=True) if key in known]
    if not there or not any(value for _, value in there):
        return Section("Cost", "", ())
    currencies = {case["currency"] for case, _ in there}
    currency = next(iter(currencies)) if len(currencies) == 1 else ""
    cheap, dear = (pick(there, key=lambda pair: pair[1]) for pick in (min, max))
    text = f"{_called(cheap[0])} is cheapest and {_called(dear[0])} dearest: "
    text = (
        f"{text}{money(cheap[1], currency)} and {money(dear[1], currency)} a year"
        if len(currencies) == 1
        else "Costs are in different currencies"
    )
    if number(cheap[1]) == number(dear[1]):
        text = f"All cost the same: {money(cheap[1], currency)} a year"
    bars = _grouped(cases, figures, [(key, "")], number)
    unit = f"{currency} million" if currency else "million"
    return Section("Cost", text, (Bars("cost", text, "Case", "Cost a year", (unit,), bars, _key(cases)),))


def _people(cases: Sequence[Row], figures: Sequence[Mapping[tuple[str, str], Any]], names: Names) -> Section:
    keys = list(dict.fromkeys(key for known in figures for key in known if key[0] == "people"))
    keys = [key for key in keys if key[1] == "all"] if len(keys) == 2 else keys
    if not keys:
        return Section("People", "", ())
    there = [
        (case, known["people", "all"]) for case, known in zip(cases, figures, strict=True) if ("people", "all") in known
    ]
    few, many = (pick(there, key=lambda pair: pair[1]) for pick in (min, max))
    text = f"{_called(many[0])} takes most people, {many[1]:,.0f}; {_called(few[0])} fewest, {few[1]:,.0f}"
    text = f"All take {few[1]:,.0f} people" if few[1] == many[1] else text
    labels = [(key, "All" if key[1] == "all" else names.of("objectives", key[1])) for key in keys]
    labels = [(key, "") for key in keys] if len(keys) == 1 else labels
    bars = _grouped(cases, figures, labels, lambda value: f"{value:,.0f}")
    return Section(
        "People", text, (Bars("people", text, "Objective and case", "People", ("people",), bars, _key(cases)),)
    )


def _changes(case: Row, first: Row, content: Row) -> Section:
    """What changes from the first case to another one, in names."""
    names = Names.merged(each.get("names") or {} for each in (case, first))
    link = short(case["case"], 30)
    rows = case["differences"]
    lines = [row for row in rows if row["kind"] == "line"]
    moves = [row for row in rows if row["kind"] == "move"]
    orders = [row for row in rows if row["kind"] == "order"]
    blocks: list[Block] = []
    if lines:
        cells = tuple(
            (names.line(f"{row['task']}.{row['capability']}"), missing(row["before"], row["worst_before"]),
             missing(row["after"], row["worst_after"]), _word(row))
            for row in lines
        )  # fmt: skip
        heads = ("Line", "unmet before", "unmet now", "now")
        blocks.append(Table(heads, cells, text=(3,), caption=f"{link}: lines"))
    if moves:
        cells = tuple(
            (names.nation(row["nation"]), row["how"], _posts(row, names), f"{row['people']:,}") for row in moves
        )
        peak = " (most at once)" if moves[0]["peak"] else ""
        blocks.append(
            Table(("Nation", "what it does", f"units{peak}", "people"), cells, text=(1, 2), caption=f"{link}: nations")
        )
    if orders:
        ordered = tuple(
            (names.nation(row["nation"]), names.of("unit_types", row["unit_type"]), f"{row['units']:+,}")
            for row in orders
        )
        blocks.append(Table(("Nation", "orders", "units"), ordered, text=(1,), caption=f"{link}: orders"))
    if moves and "free" not in content:
        blocks.append(
            Text("Which nations move is arbitrary among equally good plans; what is unmet is not.", note=True)
        )
    if not rows:
        words = "there is no plan" if case["status"] not in ("optimal", "feasible") else "nothing changes"
        return Section(link, f"{short(case['case'])}: {words}", (Text(case["reason"] or f"{first_capital(words)}."),))
    return Section(link, f"{_called(case)}, against {_called(first)}: {_counted(lines, moves, orders)}", tuple(blocks))


def _counted(lines: Sequence[Row], moves: Sequence[Row], orders: Sequence[Row]) -> str:
    worse = sum(row["after"] > row["before"] for row in lines)
    parts = [f"{count(worse, 'line')} met less"] if worse else []
    parts += [f"{count(len(lines) - worse, 'line')} met more"] if len(lines) > worse else []
    for how, word in (("comes in", "in"), ("leaves", "out")):
        there = sum(row["how"] == how for row in moves)
        parts += [f"{count(there, 'nation')} {word}"] if there else []
    moved = sum(row["how"] == "moves" for row in moves)
    parts += [f"{count(moved, 'nation')} {'sends' if moved == 1 else 'send'} other units"] if moved else []
    parts += [f"{count(len(orders), 'order')} changed"] if orders else []
    return listed(parts)


def _word(row: Row) -> str:
    if row["before"] <= MET_WITHIN:
        return "newly unmet"
    if row["after"] <= MET_WITHIN:
        return "newly met"
    return "more unmet" if row["after"] > row["before"] else "less unmet"


def _posts(row: Row, names: Names) -> str:
    return "; ".join(
        f"{counted(more, names.of('unit_types', unit), '+')}, {place(names, task)}".replace(
            "-", "−", 1 if more < 0 else 0
        )
        for more, unit, task in row["posts"]
    )


def _free(content: Row) -> Section:
    """What differs between two saved results and is free."""
    differ = len(content["free"])
    text = f"{count(differ, 'difference')} of the saved plans {'is' if differ == 1 else 'are'} free"
    heading_ = (
        f"{text}: equally good plans agree"
        if content["free"]
        else "No difference of the saved plans is known to be free"
    )
    blocks: list[Block] = [Items("Not shown as changes", tuple(content["free"]))] if content["free"] else []
    open_ = (
        ""
        if content["closest"]
        else "Time was too short to bring equally good plans as close as possible: more may be free. "
    )
    names = Names.merged(case.get("names") or {} for case in content["cases"])
    sure = [names.nation(code) for code, certain in content["certain"].items() if certain]
    words = f"In any two equally good plans these nations send different units: {listed(sure)}." if sure else ""
    blocks.append(Text((open_ + words) or "The two closest of equally good plans are compared."))
    return Section("Free", heading_, tuple(blocks))


def _all(cases: Sequence[Row], figures: Sequence[Mapping[tuple[str, str], Any]], names: Names) -> Section:
    """Every figure of every case."""
    keys = list(dict.fromkeys(key for known in figures for key in known))
    rows = tuple((_label(key, names), *(_value(key, known.get(key), names) for known in figures)) for key in keys)
    table = Table(("", *(case["case"] for case in cases)), rows, fold=f"{count(len(rows), 'figure')} of each case")
    return Section("All figures", "Every figure, case by case", (table,))


def _label(key: tuple[str, str], names: Names) -> str:
    section, name = key
    words = objective_heading(name, "million")
    return {
        "objective": first_capital(words),
        "given up": f"{first_capital(words)}: given up for later objectives",
        "proved to": f"{first_capital(words)}: proved to within",
        "coverage": f"Covered: {names.of('objectives', name)}",
        "worst coverage": f"Covered in the worst period: {names.of('objectives', name)}",
        "people": f"People: {'all' if name == 'all' else names.of('objectives', name)}",
    }.get(section, first_capital({"cost a year": "cost a year, million"}.get(name, f"{section}: {name}")))


def _value(key: tuple[str, str], value: Any, names: Names) -> str:
    section, name = key
    if value is None:
        return "–"
    if isinstance(value, str):
        return (
            listed([names.nation(code) for code in value.split(" ")])
            if section == "nations"
            else STATUS.get(value, value)
        )
    if section in ("coverage", "worst coverage") or (section in ("objective", "given up") and name in SHARES):
        return percent(value, 1)
    return percent(value, 2) if section == "proved to" else number(value)


def _proof(cases: Sequence[Row]) -> str:
    words = [f"{short(case['case'])}: {STATUS.get(case['status'], case['status'])}" for case in cases]
    text = "; ".join(words) + "."
    open_ = any(case["status"] == "feasible" for case in cases)
    return text + (" ~ marks figures of plans that are not proved to the requested gap." if open_ else "")


def _sure(cases: Sequence[Row], figures: Sequence[Mapping[tuple[str, str], Any]]) -> Section:
    keys = list(dict.fromkeys(key for known in figures for key in known if key[0] == "proved to"))
    rows = tuple(
        (
            case["case"], _status(case),
            *("–" if known.get(key) is None else percent(known[key], 2) for key in keys), case["reason"] or "–",
        )
        for case, known in zip(cases, figures, strict=True)
    )  # fmt: skip
    heads = (
        "Case",
        "status",
        *(f"{objective_heading(name, 'million').partition(',')[0]} within" for _, name in keys),
        "why",
    )
    proved = sum(case["status"] in ("optimal", "infeasible") for case in cases)
    text = "Every case is proved" if proved == len(cases) else f"{proved} of {count(len(cases), 'case')} are proved"
    return Section("How sure", text, (Table(heads, rows, text=(1, len(heads) - 1)),))
