"""The pages on requirements and on who sends what: lines, task by nation, contributions, nations."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from allocator.errors import shortened
from allocator.plan.measures import statement
from allocator.plan.plan import Plan
from allocator.report.text.periods import spans, units_of
from allocator.report.workbook.answer import senders
from allocator.report.workbook.book import COVERED, HEAD, NOTHING, SHARE, SOME, Book, Field, number_format
from allocator.report.workbook.content import EVERYWHERE, Names, Sent, line_row, places

UPRIGHT = 40
"""Most characters of a heading that is turned; other pages have the whole name."""

REQUIREMENTS = "Requirements"
MATRIX = "Tasks by nation"
CONTRIBUTIONS = "Who sends what"
BY_NATION = "By nation"

ORDER = (("nations", "nation"), ("tasks", "task"), ("unit_types", "unit_type"))

BLUES = "#9DC3E6"
"""Fill of the most people in the matrix."""


def write_requirements(book: Book, plan: Plan, known: Names) -> None:
    """Every line of the statement of requirements; what is not met is in colour."""
    page = book.page(REQUIREMENTS)
    several = plan.instance.periods > 1
    mean = "Means over the periods of a line; least is what is there in its worst period. " if several else ""
    page.title(
        "What is asked, and what is there",
        f"{mean}Lines that are not met in full have a fill, lines of which nothing is there a stronger one. Why a line "
        "is short is said where facts prove it of every plan.",
        to=9,
    )
    rows = [[*line_row(line, known, several), known.cause(line)] for line in statement(plan)]
    form = number_format(*([row[c] for row in rows] for c in ((5, 6, 7, 9) if several else (4, 5, 6))))
    fields = [
        Field("objective"), Field("task"), Field("capability"), Field("unit"),
        *([Field("periods")] if several else []),
        Field("asked", form, whole=True), Field("there", form, whole=True), 
        *([Field("least", form, whole=True), Field("in period")] if several else []),
        Field("missing", form, whole=True), Field("covered, share", COVERED), Field("priority", "number"),
        Field("why it is short"),
    ]  # fmt: skip
    covered = len(fields) - 3
    page.table(
        fields, rows, filters=True,
        paint=lambda r: None if rows[r][covered] >= 1 else SOME if rows[r][covered] > 1e-9 else NOTHING,
    )  # fmt: skip


def write_matrix(book: Book, plan: Plan, known: Names) -> None:
    """People by task and nation; framework nations in bold."""
    page = book.page(MATRIX)
    sent = Sent(plan)
    nations = [row["nation"] for row in senders(plan) if row["personnel"]]
    leads = {row["task"]: row["nation"] for row in plan.rows("leaders")}
    used = {j for _, j, _ in sent.units}
    tasks = [j for j in known.task if j in used or j != EVERYWHERE]
    several = plan.instance.periods > 1
    note = "People deployed"
    note += (
        ", most at once; sums are of people at once, so they may be less than the sum of their parts" if several else ""
    )
    if leads:
        note += ". The framework nation of a task is named, and its people are bold in a frame"
    page.title("Who is where", note + ".", to=9)
    head = page.row
    led = ["framework nation"] if leads else []
    for c, text in enumerate(
        ["task", "objective", *led, "people", *(shortened(known.nation[n], UPRIGHT) for n in nations)]
    ):
        turned: dict[str, Any] = {"rotation": 90, "align": "center"} if c > 2 + len(led) else {}
        right: dict[str, Any] = {"align": "right"} if c == 2 + len(led) else {}
        page.put(head, c, text, bold=True, bg_color=HEAD, bottom=1, valign="bottom", **turned, **right)
    longest = max((min(UPRIGHT, len(known.nation[n])) for n in nations), default=0)
    page.sheet.set_row(head, max(20.0, 6.6 * longest + 8))
    first = 3 + len(led)
    for r, j in enumerate(tasks, start=head + 1):
        texts = [
            known.task[j],
            known.objective[known.objective_of[j]],
            *([known.nation.get(leads.get(j, ""), "")] if leads else []),
        ]
        for c, text in enumerate(texts):
            page.put(r, c, text)
        page.put(r, first - 1, sent.most(place=j), num_format="#,##0", bold=True)
        for c, n in enumerate(nations, start=first):
            people = sent.most(n, j)
            frame: dict[str, Any] = {"bold": True, "border": 2} if leads.get(j) == n else {}
            if people:
                page.put(r, c, people, num_format="#,##0", **frame)
    total = head + 1 + len(tasks)
    for c, value in enumerate(["all tasks", *[None] * (first - 2), sent.most(), *(sent.most(n) for n in nations)]):
        page.put(total, c, value, num_format="#,##0", bold=True, top=1)
    if nations:
        page.sheet.conditional_format(
            head + 1, first, total - 1, first + len(nations) - 1,
            {"type": "2_color_scale", "min_type": "num", "min_value": 0, "min_color": "#FFFFFF", "max_color": BLUES},
        )  # fmt: skip
    wide = max(map(len, (known.task[j] for j in tasks)), default=10)
    page.sheet.set_column(0, 0, min(48, wide + 2))
    page.sheet.set_column(1, 1, 2 + max(map(len, known.objective.values()), default=10))
    if leads:
        page.sheet.set_column(2, 2, 18)
    page.sheet.set_column(first - 1, first - 1, 9)
    page.sheet.set_column(first, first + max(0, len(nations) - 1), 7)
    page.sheet.freeze_panes(head + 1, 1)


def write_contributions(book: Book, plan: Plan, known: Names) -> None:
    """A row for each nation, task and kind of unit."""
    page = book.page(CONTRIBUTIONS)
    sent = Sent(plan)
    several = plan.instance.periods > 1
    alike = {unit for unit, place in places(plan).items() if place}
    note = "One row for each nation, task and kind of unit. Cost is over the horizon, whoever pays it."
    if any(unit in alike for _, _, unit in sent.units):
        note += " Units that serve the whole theatre are not bound to a task."
    page.title("Who sends what", note, to=7)
    currency = f"{plan.instance.currency} million".strip()
    fields = [
        Field("nation"), Field("objective"), Field("task"), Field("kind of unit"),
        Field("units, most at once" if several else "units", "number"),
        *([Field("units, fewest in a period", "number"), Field("periods")] if several else []),
        Field("people, most at once" if several else "people", "number"), Field(f"cost, {currency}", "number"),
    ]  # fmt: skip
    rows = []
    for key, units in sorted(sent.units.items(), key=lambda item: _order(plan, item[0])):
        n, j, u = key
        in_time = [min(units.values()), spans(sorted(units))] if several else []
        rows.append(
            [
                known.nation[n],
                known.objective[known.objective_of[j]],
                known.task[j],
                known.kind[u],
                max(units.values()),
                *in_time,
                max(sent.people[key].values()),
                sent.cost[key],
            ]
        )
    page.table(fields, rows, filters=True)


def _order(plan: Plan, key: tuple[str, str, str]) -> tuple[int, ...]:
    """Nations, tasks and kinds in the order of the instance; what serves all tasks comes last."""
    order = []
    for table, column, code in zip(
        ("nations", "tasks", "unit_types"), ("nation", "task", "unit_type"), key, strict=True
    ):
        codes = [row[column] for row in plan.instance.rows(table)]
        order.append(codes.index(code) if code in codes else len(codes))
    return tuple(order)


def write_nations(book: Book, plan: Plan, known: Names) -> tuple[str, int, int]:
    """All nations with people, money and burden; returns the sheet and the rows of those that send people."""
    page = book.page(BY_NATION)
    several = plan.instance.periods > 1
    page.title(
        "Nations: people, money and burden",
        "Own cost is what a nation pays itself over the horizon; the burden is its cost per year, in per mille of its "
        "GDP of a year. Nations that send nothing are at the end.",
        to=7,
    )
    rows = plan.rows("nations")
    order = [row["nation"] for row in senders(plan)]
    rows.sort(key=lambda row: order.index(row["nation"]) if row["nation"] in order else len(order))
    sends, leads = _sends(plan, known), _leads(plan, known)
    currency = f"{plan.instance.currency} million".strip()
    fund = any(row["common_part"] is not None for row in rows)
    buys = any(row["procurement"] for row in rows)
    fields = [
        Field("nation"), Field("people, most at once" if several else "people", "number"), Field("takes part"),
        Field(f"own cost over the horizon, {currency}", "number"),
        *([Field(f"of it orders, {currency}", "number")] if buys else []),
        *([Field(f"part of the fund, {currency}", "number")] if fund else []),
        Field("share of own cost", SHARE), Field("burden, ‰ of GDP", "0.00"), *([Field("leads")] if leads else []),
        Field("sends", wide=72),
    ]  # fmt: skip
    body = [
        [
            known.nation[row["nation"]],
            row["personnel"],
            "fleet of several" if row["member"] is None else "yes" if row["member"] else "no",
            row["cost"],
            *([row["procurement"]] if buys else []),
            *([row["common_part"]] if fund else []),
            row["share"],
            row["burden"],
            *(["\n".join(leads.get(row["nation"], []))] if leads else []),
            "\n".join(sends.get(row["nation"], [])),
        ]
        for row in rows
    ]
    first, _ = page.table(fields, body, filters=True, paint=lambda r: None if rows[r]["nation"] in order else "#F0F4F8")
    with_people = sum(row["personnel"] > 0 for row in rows)
    return BY_NATION, first, first + with_people - 1


def _leads(plan: Plan, known: Names) -> dict[str, list[str]]:
    led: dict[str, list[str]] = defaultdict(list)
    for row in plan.rows("leaders"):
        led[row["nation"]].append(known.task[row["task"]])
    return led


def _sends(plan: Plan, known: Names) -> dict[str, list[str]]:
    """Nation -> one text per task: how many units of each kind, and in which periods."""
    periods = plan.instance.periods
    active = {row["task"]: range(row["first_period"], row["last_period"] + 1) for row in plan.instance.rows("tasks")}
    active[EVERYWHERE] = range(1, periods + 1)
    texts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for (n, j, u), units in sorted(Sent(plan).units.items(), key=lambda item: _order(plan, item[0])):
        texts[n][j].append(units_of(known.kind[u], units, active[j], periods))
    return {n: [f"{known.task[j]}: {', '.join(units)}" for j, units in by_task.items()] for n, by_task in texts.items()}
