"""The workbook of a plan: pages for people, the inputs that were used, and the tables for programs."""

from __future__ import annotations

import io
import json
from typing import Any

from allocator.errors import escaped
from allocator.instance.tables import TABLES
from allocator.plan.plan import Plan
from allocator.plan.tables import COLUMNS
from allocator.report.workbook.answer import ANSWER, people_chart, write_answer
from allocator.report.workbook.book import Book, Field
from allocator.report.workbook.content import Names, coverage_rows
from allocator.report.workbook.forces import (
    BY_NATION,
    CONTRIBUTIONS,
    MATRIX,
    REQUIREMENTS,
    write_contributions,
    write_matrix,
    write_nations,
    write_requirements,
)
from allocator.report.workbook.inputs import INPUT, INPUTS, table_pages, write_inputs, write_table
from allocator.report.workbook.time import (
    BUILD_UP,
    DELIVERIES,
    PERIODS,
    ROTA,
    delivers,
    write_build_up,
    write_deliveries,
    write_periods,
    write_rota,
)

PAGES = {
    REQUIREMENTS: "every line that is asked: what is there, what is missing",
    MATRIX: "people by task and nation, and who leads",
    CONTRIBUTIONS: "every contribution: nation, task, kind of unit",
    BY_NATION: "people, money, burden and units of every nation",
    PERIODS: "coverage, people and money from period to period",
    ROTA: "who is at each task in each period",
    BUILD_UP: "every order: who buys what, when it is ready, what it costs",
    DELIVERIES: "what industry delivers in each period, of what it can",
    INPUTS: "facts, choices and changes that were solved; their tables follow",
}
"""Pages for people after the first, and what each shows."""

TABLE_NOTE = "tables with codes, for programs: "

SHEETS = frozenset({ANSWER, *PAGES, *COLUMNS, "manifest", *(INPUT + name for name in TABLES)})
"""Names of all sheets that a workbook of results can have."""

NEEDED = frozenset({"deployments", "coverage", "objectives", "nations", "manifest"})
"""Sheets that every workbook of results has, those of earlier versions too."""

FORMS = {
    "personnel": "#,##0", "units": "#,##0", "joint": "#,##0", "deliveries": "#,##0", "capacity": "#,##0",
    "expansions": "#,##0", "cost": "#,##0.0##", "procurement": "#,##0.0##", "common": "#,##0.0##",
    "common_part": "#,##0.0##", "share": "0.0 %", "relative_gap": "0.000 %",
}  # fmt: skip
"""Number formats of columns of the tables with codes; the stored figures are the whole ones."""


def workbook(plan: Plan) -> bytes:
    """A plan as a workbook.

    Raises
    ------
    BadUsage
        A table has more rows than a sheet holds.

    Examples
    --------
    >>> import allocator
    >>> workbook(allocator.solve("toy-rotation"))[:2]
    b'PK'
    """
    out = io.BytesIO()
    book = Book(out)
    with book.book:
        book.book.set_properties(
            {"title": escaped(plan.instance.title), "comments": f"allocator, {plan.instance.name}"}
        )
        pages = _pages(plan)
        write_answer(book, plan, {name: PAGES[name] for name in pages})
        answer = book.book.get_worksheet_by_name(ANSWER)
        known = Names(plan)
        writers = {
            REQUIREMENTS: write_requirements, MATRIX: write_matrix, CONTRIBUTIONS: write_contributions,
            PERIODS: write_periods, ROTA: write_rota, BUILD_UP: write_build_up, DELIVERIES: write_deliveries,
        }  # fmt: skip
        for name in pages:
            if name == BY_NATION:
                source = write_nations(book, plan, known)
                if source[2] >= source[1]:
                    people_chart(book, answer, plan, source, len(coverage_rows(plan, known)))
            elif name == INPUTS:
                write_inputs(book, plan)
            else:
                writers[name](book, plan, known)
        for name in table_pages(plan):
            write_table(book, plan, name)
        _tables(book, plan)
    return out.getvalue()


def _pages(plan: Plan) -> list[str]:
    """The pages that this plan has, in their order."""
    if not plan.found:
        return [INPUTS]
    left = set()
    if plan.instance.periods == 1:
        left |= {PERIODS, ROTA}
    if not plan.rows("orders"):
        left.add(BUILD_UP)
    if not delivers(plan):
        left.add(DELIVERIES)
    return [name for name in PAGES if name not in left]


def _tables(book: Book, plan: Plan) -> None:
    """The tables of the result as programs read them: headings in the first row, codes, figures as they are."""
    for table, columns in COLUMNS.items():
        page = book.page(table, colour="#323F4B")
        fields = [Field(column, "text" if column in TEXTS else FORMS.get(column, "general")) for column in columns]
        page.table(fields, [[row[column] for column in columns] for row in plan.rows(table)], filters=True, raw=True)
    page = book.page("manifest", colour="#323F4B")
    content = {**plan.manifest, "reason": plan.reason}
    page.table(
        [Field("key"), Field("value", narrow=90)], [[key, _json(value)] for key, value in content.items()], raw=True
    )
    page.sheet.freeze_panes(1, 0)


TEXTS = {"nation", "unit_type", "task", "objective", "capability"}


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
