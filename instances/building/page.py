"""The README of an instance, from its template, the facts and what was recorded; nothing is solved."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from typing import Any

from building.answer import answer_text, assumptions_text
from building.facts import Facts
from building.quotes import Quotes
from building.recorded import FOLDER as RECORDED
from building.recorded import Recorded, load
from building.scenario import Scenario
from building.statements import STATEMENTS
from building.writing import HERE, count_text

KEPT = ("#", "|", "<!--", "```")
"""Beginnings of what is not wrapped: headings, tables, marks."""

WIDTH = 118
TEMPLATES = RECORDED.parent / "pages"


def rendered(scenario: Scenario, facts: Facts, record: Recorded | None = None) -> str:
    """The whole page.

    Raises
    ------
    ValueError
        A statement of the page does not hold any more, or a number cannot be said in the words of the template.
    """
    record = record or load(scenario.name)
    quotes = Quotes(scenario, facts, record)
    extra, holds = STATEMENTS[scenario.name](quotes)
    blocks = {
        "answer": answer_text(scenario, facts, record),
        "assumptions": assumptions_text(facts, record.tornado, 1 - record.base.values["gap"]),
        "count": count_text(record.base.assumptions or {}),
    }
    return filled(scenario.name, quotes.names(extra) | blocks, holds)


def filled(name: str, fields: Mapping[str, Any], holds: Mapping[str, bool]) -> str:
    """A page from its template, if all that it states is true.

    Raises
    ------
    ValueError
        A statement of the page does not hold any more, or a number cannot be said in the words of the template.
    """
    wrong = [statement for statement, true in holds.items() if not true]
    if wrong:
        raise ValueError(f"{name}: no longer true: {'; '.join(wrong)}")
    return wrapped((TEMPLATES / f"{name}.md").read_text(encoding="utf-8").format_map(fields))


def wrapped(page: str) -> str:
    """The page with its paragraphs and list items wrapped anew, since the lengths of figures change; code stays as it is."""
    parts = re.split(r"(^```.*?^```$)", page, flags=re.DOTALL | re.MULTILINE)
    return "".join(part if part.startswith("```") else _wrapped(part) for part in parts)


def _wrapped(part: str) -> str:
    return "\n\n".join(block if block.startswith(KEPT) else paragraph(block) for block in part.split("\n\n"))


def paragraph(block: str) -> str:
    lines: list[str] = []
    for line in block.splitlines():
        starts = not lines or line.startswith(("- ", *KEPT)) or lines[-1].startswith(KEPT)
        lines = [*lines, line] if starts else [*lines[:-1], f"{lines[-1]} {line.strip()}"]
    return "\n".join(
        line if line.startswith(KEPT) else textwrap.fill(
            line, WIDTH, subsequent_indent="  " if line.startswith("- ") else "", break_long_words=False,
            break_on_hyphens=False,
        ) for line in lines
    ) + ("\n" if block.endswith("\n") else "")  # fmt: skip


def write_page(scenario: Scenario, facts: Facts) -> None:
    (HERE / scenario.name / "README.md").write_text(rendered(scenario, facts), encoding="utf-8")
