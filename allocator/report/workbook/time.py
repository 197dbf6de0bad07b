"""The pages on time: coverage, people and money by period, the rota, and what is built up."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from allocator.plan.measures import coverage_by_period, statement
from allocator.plan.plan import Plan
from allocator.plan.spending import OPERATIONS, flows
from allocator.report.text.periods import month
from allocator.report.text.words import number
from allocator.report.workbook.answer import LINE, look, senders
from allocator.report.workbook.book import COVERED, HEAD, NOTHING, SOME, WHOLE, Book, Field, Page, lines_of
from allocator.report.workbook.book import LINE as LINE_HEIGHT
from allocator.report.workbook.content import Names, Sent

PERIODS = "Periods"
ROTA = "Rota"
BUILD_UP = "Build-up"
DELIVERIES = "Deliveries"

SHADES = ("#4477AA", "#CC6633", "#8FC1E3", "#F2C39B", "#23405E", "#7A3310")
"""Fills of the parts of a chart, told apart in grey too."""

BARS = 12
"""Most periods for which coverage is drawn as bars; for more it is drawn as lines."""

ON_ONE_PAGE = 45
"""Most rows that are printed on one page together with the charts below them."""


def write_periods(book: Book, plan: Plan, known: Names) -> None:
    """Coverage, people and money in each period, with charts below."""
    page = book.page(PERIODS)
    page.title("What changes from period to period", to=9)
    page.sheet.freeze_panes(0, 1)
    periods = range(1, plan.instance.periods + 1)
    by_period = coverage_by_period(statement(plan))
    shares = [(name, by_period[code]) for code, name in known.objective.items() if code in by_period]
    covered = _block(page, plan, "Share of what is asked that is covered", shares, COVERED)
    if covered is not None:
        page.sheet.conditional_format(
            *covered,
            {"type": "3_color_scale", "min_type": "num", "min_value": 0, "mid_type": "num", "mid_value": 0.5,
             "max_type": "num", "max_value": 1, "min_color": NOTHING, "mid_color": SOME, "max_color": "#FFFFFF"},
        )  # fmt: skip
    sent = Sent(plan)
    people = [(known.nation[n["nation"]], sent.by_period(n["nation"])) for n in senders(plan) if n["personnel"]]
    total = {t: sum(figures.get(t, 0) for _, figures in people) for t in periods}
    _block(page, plan, "People deployed", [*people, ("together", total)], WHOLE, last_bold=True)
    spent = flows(plan)
    buys = any(what != OPERATIONS for _, what in spent.paid)
    money = [(f"{who}, {what}" if buys else who, paid) for (who, what), paid in spent.paid.items()]
    charted = None
    if money:
        currency = f"{plan.instance.currency} million".strip()
        together = {t: spent.total(t) for t in periods}
        charted = _block(
            page, plan, f"Money paid, {currency}", [*money, ("together", together)], "number", last_bold=True
        )
    if page.row <= ON_ONE_PAGE:
        page.sheet.fit_to_pages(1, 1)
    _charts(book, page, plan.instance.periods, covered, charted)


Place = tuple[int, int, int, int]
"""First row, first column, last row and last column of figures, from 0."""


def _charts(book: Book, page: Page, periods: int, covered: Place | None, paid: Place | None) -> None:
    """The charts of coverage and of money, side by side below the tables."""
    bars = periods <= BARS
    for place, title, axis in (
        (covered, "Coverage by period", {"min": 0, "max": 1, "num_format": "0 %"}),
        (paid, "Money by period", {"min": 0, "num_format": WHOLE}),
    ):
        if place is None:
            continue
        stacked = {"type": "column", "subtype": "stacked"}
        chart = book.book.add_chart(stacked if place is paid else {"type": "column" if bars else "line"})
        above = place[0] - 1
        for k, r in enumerate(range(place[0], place[2] + (place is not paid))):  # the last row of money is the sum
            colour = {"color": SHADES[k % len(SHADES)]}
            chart.add_series(
                {
                    "name": [page.name, r, 0],
                    "categories": [page.name, above, 1, above, periods],
                    "values": [page.name, r, 1, r, periods],
                    **({"fill": colour, "gap": 50} if bars or place is paid else {"line": colour}),
                }
            )
        _place(page, chart, title, int(place is paid), axis)


def _place(page: Page, chart: Any, title: str, number_of: int, axis: dict[str, Any]) -> None:
    look(chart, title, legend=True)
    chart.set_y_axis({**axis, "major_gridlines": {"visible": True, "line": LINE}})
    chart.set_size({"width": 560, "height": 300})
    page.sheet.insert_chart(page.row + 1, 0, chart, {"x_offset": 10 + 580 * number_of, "description": title})


def _block(
    page: Page, plan: Plan, title: str, rows: list[tuple[str, Any]], kind: str, *, last_bold: bool = False
) -> Place | None:
    """A table with a column for each period; returns the place of its figures, from 0."""
    if not rows:
        return None
    page.put(page.row, 0, title, bold=True, font_size=13)
    page.row += 1
    periods = range(1, plan.instance.periods + 1)
    fields = [Field("", narrow=24), *(Field(f"{t}: {month(plan.instance, t)}", kind, narrow=8) for t in periods)]
    body = [[name, *(figures.get(t) for t in periods)] for name, figures in rows]
    first, last = page.table(fields, body, last_bold=last_bold)
    page.sheet.set_column(0, 0, 34)
    page.row += 1
    return first, 1, last, plan.instance.periods


def write_rota(book: Book, plan: Plan, known: Names) -> None:
    """Who is at each task in each period with what, and what is missing there."""
    page = book.page(ROTA)
    page.title(
        "Rota: nations and their units at each task",
        "Missing lines say what is there of what is asked. – means that the task is not active.",
        to=9,
    )
    instance = plan.instance
    periods = range(1, instance.periods + 1)
    head = page.row
    for c, text in enumerate(["task", "kind of unit or missing", *(f"{t}: {month(instance, t)}" for t in periods)]):
        page.put(head, c, text, bold=True, bg_color=HEAD, bottom=1)
    leaders = {row["task"]: row["nation"] for row in plan.rows("leaders")}
    units: dict[str, dict[str, dict[int, list[str]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for row in plan.rows("deployments"):
        units[row["task"]][row["unit_type"]][row["period"]].append(f"{known.nation[row['nation']]} {row['units']:,}")
    r = head + 1
    widest = 10
    for task in instance.rows("tasks"):
        j = task["task"]
        lines: list[tuple[str, dict[int, str], dict[str, Any]]] = [
            (known.kind[u], {t: "\n".join(sorted(found)) for t, found in units[j][u].items()}, {})
            for u in known.kind if u in units[j]
        ]  # fmt: skip
        lines += [
            (f"missing: {name}", short, {"bg_color": SOME, "bold": True}) for name, short in _short(plan, j, known)
        ]
        led = f"\nled by {known.nation[leaders[j]]}" if j in leaders else ""
        active = range(task["first_period"], task["last_period"] + 1)
        for k, (label, cells, style) in enumerate(lines or [("nobody", {}, {"font_color": "#616E7C"})]):
            line: dict[str, Any] = {"top": 1} if k == 0 else {}
            page.put(r, 0, known.task[j] + led if k == 0 else None, bold=True, text_wrap=True, **line)
            page.put(r, 1, label, text_wrap=True, **line, **style)
            for t in periods:
                text = cells.get(t, "" if t in active else "–")
                fill = style if text and t in active else {}
                page.put(r, 1 + t, text, text_wrap=True, **line, **fill)
                widest = max([widest, *map(len, text.split("\n"))])
            heights = [len(text.split("\n")) for text in cells.values()] + [lines_of(label, 34)]
            heights += [lines_of(known.task[j] + led, 32)] if k == 0 else []
            page.sheet.set_row(r, LINE_HEIGHT * max(heights) + 2)
            r += 1
    page.sheet.set_column(0, 0, 36)
    page.sheet.set_column(1, 1, 34)
    page.sheet.set_column(2, 1 + instance.periods, min(26, widest + 2))
    page.sheet.freeze_panes(head + 1, 2)
    page.sheet.repeat_rows(head)
    page.row = r


def _short(plan: Plan, task: str, known: Names) -> list[tuple[str, dict[int, str]]]:
    """Capability, and period -> what is there of what is asked, where that is less."""
    short: dict[str, dict[int, str]] = defaultdict(dict)
    for row in plan.rows("coverage"):
        if row["task"] == task and row["shortfall"] > 0:
            there = f"{number(row['supplied'])} of {number(row['required'])}"
            short[known.capability[row["capability"]]][row["period"]] = there
    return list(short.items())


def write_build_up(book: Book, plan: Plan, known: Names) -> None:
    """Every order, in the order of their periods."""
    page = book.page(BUILD_UP)
    instance = plan.instance
    currency = f"{instance.currency} million".strip()
    page.title("What is ordered", "Orders are paid in equal parts until the units are ready.", to=8)
    fields = [
        Field("nation"), Field("kind of unit"), Field("ordered in period", "number"), Field("from"),
        Field("units", "number"), Field("of them jointly", "number"), Field("ready in period", "number"),
        Field("ready from"),
        Field(f"cost, {currency}", "number"), Field(f"of it the fund, {currency}", "number"),
    ]  # fmt: skip
    orders = sorted(plan.rows("orders"), key=lambda row: (row["period"], row["nation"], row["unit_type"]))
    rows = [
        [known.nation[row["nation"]], known.kind[row["unit_type"]], row["period"], month(instance, row["period"]),
         row["units"], row["joint"], row["ready"], month(instance, row["ready"]), row["cost"], row["common"]]
        for row in orders
    ]  # fmt: skip
    page.table(fields, rows, filters=True)


def delivers(plan: Plan) -> bool:
    """Whether industry delivers or expands anything."""
    return any(row["deliveries"] or row["expansions"] for row in plan.rows("industry"))


def write_deliveries(book: Book, plan: Plan, known: Names) -> None:
    """What industry delivers in each period, of what it can deliver."""
    page = book.page(DELIVERIES)
    page.title("What industry delivers", "Periods in which it delivers all that it can have a fill.", to=5)
    fields = [
        Field("kind of unit"), Field("period", "number"), Field("from"), Field("delivered, units", "number"),
        Field("capacity, units", "number"), Field("expansions ordered", "number"),
    ]  # fmt: skip
    rows = [
        [known.kind[row["unit_type"]], row["period"], month(plan.instance, row["period"]), row["deliveries"],
         row["capacity"], row["expansions"]]
        for row in plan.rows("industry")
    ]  # fmt: skip
    page.table(fields, rows, filters=True, paint=lambda r: SOME if rows[r][3] and rows[r][3] == rows[r][4] else None)
