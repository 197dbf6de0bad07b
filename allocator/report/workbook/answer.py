"""The first page: the answer in words, and the tables and charts that a reader wants first."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from allocator.plan.measures import statement
from allocator.plan.plan import Plan
from allocator.report.text.brief_tables import least_of
from allocator.report.text.periods import in_periods
from allocator.report.text.plan import how_it_ended
from allocator.report.text.words import header, number, yearly
from allocator.report.workbook.book import (
    BLUE,
    COVERED,
    GREY,
    HEAD,
    NOTHING,
    ORANGE,
    ROW,
    SHARE,
    SOME,
    Book,
    Field,
    Page,
    number_format,
)
from allocator.report.workbook.content import Names, coverage_rows, least_covered, line_row
from allocator.report.workbook.sentences import MEANING, money_parts, proof, sentences, unmet

ANSWER = "Answer"
LAST = 7
"""Last column of the text, from 0; charts are to the right of it."""

WIDTHS = (27, 28, 19, 10, 10, 10, 11, 25)
TOP, CHART = 3, 460
"""Row of the first chart, and the width of charts in pixels."""

SHORT, ON_ONE_PAGE = 26, 34
"""Rows up to which all is on the first printed page, and up to which all but money and proofs is."""

CHARTED = 14
"""Most nations in the chart of people, which ends on the first page."""

MOST = 10
"""Lines and nations on this page; the other pages have all of them."""

COLOURS = {"optimal": "#2B6CB0", "feasible": "#8A6D00"}
"""Colours of a status; every other one is a failure."""


def write_answer(book: Book, plan: Plan, pages: dict[str, str]) -> None:
    """Write the page; ``pages`` are the other pages for people, with what each shows."""
    page = book.page(ANSWER)
    page.sheet.hide_gridlines(2)
    page.sheet.set_zoom(90)
    for c, width in enumerate(WIDTHS):
        page.sheet.set_column(c, c, width)
    width = sum(WIDTHS)
    instance = plan.instance
    page.paragraph(instance.title, to=LAST, width=width, bold=True, font_size=18)
    about = header(instance, plan.model.name, plan.manifest["case"], plan.manifest["coalition"])
    page.paragraph(about, to=LAST, width=width, font_color=GREY)
    page.row += 1
    colour = COLOURS.get(plan.status, "#B00020")
    for text in sentences(plan):
        page.paragraph(text, to=LAST, width=width, font_size=13)
    page.paragraph(f"{plan.status}: {how_it_ended(plan)}", to=LAST, width=width, bold=True, font_color=colour)
    page.row += 1
    if plan.found:
        known = Names(plan)
        _coverage(page, plan, known)
        _missing(page, plan, known)
        above = page.row
        _nations(page, plan, known)
        if page.row > SHORT:
            page.sheet.set_h_pagebreaks([above if page.row > ON_ONE_PAGE else page.row])
        _money(page, plan)
        _proof(page, plan)
    _contents(page, pages)


def _heading(page: Page, text: str) -> None:
    page.put(page.row, 0, text, bold=True, font_size=13)
    page.row += 1


def _coverage(page: Page, plan: Plan, known: Names) -> None:
    rows = coverage_rows(plan, known)
    if not rows:
        return
    _heading(page, "How much of what is asked is covered")
    several = plan.instance.periods > 1
    fields = [
        Field("objective"), Field("lines met in full"), Field("covered, share", COVERED),
        Field("people, most at once" if several else "people", "number"),
        *([Field("least, share", COVERED), Field("in period")] if several else []),
    ]  # fmt: skip
    least = least_covered(plan, known) if several else {}
    body = [[name, f"{met:,} of {of:,}", share, people, *least.get(name, [])] for name, share, met, of, people in rows]
    first, last = page.table(fields, body, paint=lambda r: _fill(rows[r][1]), widths=WIDTHS)
    page.row += 1
    chart = page.book.book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "covered",
            "categories": [page.name, first, 0, last, 0],
            "values": [page.name, first, 2, last, 2],
            "fill": {"color": BLUE},
            "gap": 60,
            "data_labels": {"value": True, "num_format": "0 %"},
        }
    )
    look(chart, "Coverage by objective", reverse=True)
    chart.set_x_axis({"min": 0, "max": 1, "visible": False, "major_gridlines": {"visible": True, "line": LINE}})
    height = coverage_height(len(rows))
    chart.set_size({"width": CHART, "height": height})
    page.sheet.insert_chart(TOP, LAST + 2, chart, {"description": "Share of what is asked, by objective"})


def coverage_height(objectives: int) -> int:
    """The height of the chart of coverage in pixels."""
    return 70 + 40 * objectives


LINE = {"color": "#D9E2EC", "width": 0.75}


def look(chart: Any, title: str, *, reverse: bool = False, legend: bool = False) -> None:
    """Title, axes and legend of a chart, the same on every page."""
    chart.set_title({"name": title, "name_font": {"size": 12, "bold": True}, "overlay": False})
    every: dict[str, Any] = {"interval_unit": 1} if reverse else {}  # a bar without a label says nothing
    chart.set_y_axis({"reverse": reverse, "major_gridlines": {"visible": not reverse, "line": LINE}, **every})
    chart.set_legend({"position": "bottom"} if legend else {"none": True})


def _fill(share: float) -> str | None:
    """The fill of a line by the share that is covered; none if all of it is."""
    return None if share >= 1 else SOME if share > 1e-9 else NOTHING


def _missing(page: Page, plan: Plan, known: Names) -> None:
    lines = unmet(plan)
    if not lines:
        return
    several = plan.instance.periods > 1
    more = f", the {MOST} largest of {len(lines)}" if len(lines) > MOST else ""
    _heading(page, f"What is missing{more}{' (mean over the periods)' if several else ''}")
    rows = [line_row(line, known, False) for line in lines[:MOST]]
    pairs = Counter((line["task"], line["capability"]) for line in statement(plan))
    for row, line in zip(rows, lines, strict=False):
        if pairs[line["task"], line["capability"]] > 1:  # one line after the other in time
            row[2] += f", {in_periods(list(line['supplies']))}"
    form = number_format(*([row[c] for row in rows] for c in (4, 5, 6)))
    fields = [
        Field("task"), Field("capability"), Field("unit"), Field("asked", form, whole=True),
        Field("there", form, whole=True), Field("worst") if several else Field("missing", form, whole=True),
        Field("covered, share", COVERED), Field("why"),
    ]  # fmt: skip
    if several:
        for row, line in zip(rows, lines, strict=False):
            row[6] = least_of(line["supplies"])
    body = [[*row[1:8], known.cause(line)] for row, line in zip(rows, lines, strict=False)]
    page.table(fields, body, paint=lambda r: _fill(rows[r][7]), widths=WIDTHS)
    page.row += 1


def _nations(page: Page, plan: Plan, known: Names) -> None:
    rows = senders(plan)
    if not rows:
        return
    several = plan.instance.periods > 1
    more = f", the first {MOST} of {len(rows)}" if len(rows) > MOST else ""
    _heading(page, f"Who sends what{more}")
    serves: dict[str, set[str]] = defaultdict(set)
    for row in plan.rows("deployments"):
        serves[row["nation"]].add(known.objective[known.objective_of[row["task"]]])
    currency = f"{plan.instance.currency} million".strip()
    fields = [
        Field("nation"), Field("objectives that it serves"),
        Field("people, most at once" if several else "people", "number"),
        Field(f"own cost over the horizon, {currency}", "number"), Field("share of it", SHARE),
        Field("burden, ‰ of GDP", "0.00"),
    ]  # fmt: skip
    body = []
    for row in rows[:MOST]:
        n = row["nation"]
        listed = ", ".join(name for name in known.objective.values() if name in serves[n])
        figures = [row[column] for column in ("personnel", "cost", "share", "burden")]
        body.append([known.nation[n], listed or "only buys", *figures])
    page.table(fields, body, widths=WIDTHS)
    led: dict[str, list[str]] = defaultdict(list)
    for row in plan.rows("leaders"):
        led[known.nation[row["nation"]]].append(known.task[row["task"]])
    if led:
        listed = "; ".join(f"{name} ({', '.join(where)})" for name, where in led.items())
        page.paragraph(f"Framework nations: {listed}.", to=LAST, width=sum(WIDTHS))
    page.row += 1


def senders(plan: Plan) -> list[dict[str, Any]]:
    """Rows of the nations and fleets that send or pay something, those with most people first."""
    rows = [row for row in plan.rows("nations") if row["personnel"] or row["cost"] > 0]
    return sorted(rows, key=lambda row: (-row["personnel"], -row["cost"], row["nation"]))


def _money(page: Page, plan: Plan) -> None:
    total, own, common = money_parts(plan)
    if not total:
        return
    _heading(page, "What it costs")
    currency = f"{plan.instance.currency} million".strip()
    rows: list[list[Any]] = [["nations", "", own, yearly(plan, own)]]
    if common > 1e-6:
        rows.append(["common fund", "", common, yearly(plan, common)])
        rows.append(["together", "", total, yearly(plan, total)])
    fields = [
        Field("paid by"), Field(""), Field(f"over the horizon, {currency}", "number"),
        Field("a year", "number"),
    ]  # fmt: skip
    page.table(fields, rows, widths=WIDTHS, last_bold=len(rows) > 1)
    page.row += 1


def _proof(page: Page, plan: Plan) -> None:
    _heading(page, "What is proved")
    sides: list[dict[str, Any]] = [{}, {}, {"align": "right"}, {"indent": 1}, {}, {}, {}, {}]
    for c, (text, side) in enumerate(
        zip(("objective", "what it is", "value", "proved", "", "", "", ""), sides, strict=True)
    ):
        page.put(page.row, c, text, bold=True, bg_color=HEAD, bottom=1, **side)
    page.row += 1
    for row in plan.rows("objectives"):
        name, value = row["objective"], row["value"]
        share = name in ("gap", "worst_period")
        words = MEANING[name].replace("millions", f"{plan.instance.currency} million".strip())
        page.put(page.row, 0, name)
        page.put(page.row, 1, words, text_wrap=True)
        page.put(page.row, 2, value, num_format="0.00 %" if share else _decimals(value))
        page.put(page.row, 3, proof(row), indent=1)
        page.sheet.set_row(page.row, ROW + 15.5 * (len(words) > 1.1 * WIDTHS[1]))
        page.row += 1
    page.row += 1


def _decimals(value: float) -> str:
    """A number format with about four digits, as the sentences have them."""
    text = number(value)
    return "#,##0" + ("." + "0" * len(text.partition(".")[2]) if "." in text and "below" not in text else "")


def _contents(page: Page, pages: dict[str, str]) -> None:
    _heading(page, "What else is in this workbook")
    for name, words in pages.items():
        page.sheet.write_url(
            page.row, 0, f"internal:'{name}'!A1", page.book.form(font_color="#2B6CB0", underline=1), name
        )
        page.put(page.row, 1, words)
        page.row += 1


def people_chart(book: Book, sheet: Any, plan: Plan, source: tuple[str, int, int], objectives: int) -> None:
    """The chart of people by nation, from rows (sheet, first, last) whose columns are nation, then people."""
    name, first, last = source
    more, last = last - first >= CHARTED, min(last, first + CHARTED - 1)
    chart = book.book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "people",
            "categories": [name, first, 0, last, 0],
            "values": [name, first, 1, last, 1],
            "fill": {"color": ORANGE},
            "gap": 40,
            "data_labels": {"value": True, "num_format": "#,##0"},
        }
    )
    title = "People by nation" + (", most at once" if plan.instance.periods > 1 else "")
    look(chart, title + (f": the first {CHARTED}" if more else ""), reverse=True)
    room = 1.25 * max(row["personnel"] for row in plan.rows("nations"))  # for the figures beside the bars
    chart.set_x_axis({"min": 0, "max": room, "visible": False, "major_gridlines": {"visible": True, "line": LINE}})
    chart.set_size({"width": CHART, "height": 70 + 23 * (last - first + 1)})
    below = {"y_offset": coverage_height(objectives) + 20, "description": "Most people deployed at once, by nation"}
    sheet.insert_chart(TOP, LAST + 2, chart, below)
