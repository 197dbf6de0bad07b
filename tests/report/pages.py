"""A page as a test reads it: tags, attributes, and the cells of its tables by section."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import allocator
from allocator import Instance
from allocator.briefing import Findings
from allocator.report.html.page import draw_page
from tests.toys import toy

VOID = ("meta", "link", "br", "rect", "path", "circle", "line", "use", "polygon")


class Page(HTMLParser):
    """What stands on a page.

    ``tags`` is every tag with its attributes; ``texts`` the text of each section by its id, ``rows`` the cells of each
    row of its tables, ``style`` the content of the style sheet.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.rows: dict[str, list[list[str]]] = {}
        self.style = ""
        self.open: list[str] = []
        self._section = ""
        self._cell: list[str] | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("section", "header"):
            self._section = dict(attrs).get("id") or tag
            self.texts[self._section], self.rows[self._section] = "", []
        elif tag == "tr":
            self.rows[self._section].append([])
        elif tag in ("td", "th"):
            self._cell = []
        elif tag in ("small", "li", "p", "b") and self._cell:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag
        if tag in ("td", "th") and self._cell is not None:
            self.rows[self._section][-1].append(" ".join("".join(self._cell).split()))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data
        elif self._section:
            self.texts[self._section] += data.replace("\u00a0", " ")
            if self._cell is not None:
                self._cell.append(data)

    def row(self, section: str, name: str) -> list[str]:
        """The first row of a section whose first cell begins with a name."""
        return next(row for row in self.rows[section] if row and row[0].startswith(name))


def drawn(
    instance: Instance | str, model: object = None, findings: Findings | None = None, *, short: bool = False
) -> Page:
    """The page of a plan."""
    return Page(draw_page(allocator.solve(instance, model), findings, short=short))  # type: ignore[arg-type]


def pair(**tables: list[dict[str, Any]]) -> Instance:
    """Two nations for a port that asks for four battalions and a sky that asks for a squadron.

    AAA is half willing and comes only in peace; BBB pays less and has a caveat.
    """
    return toy(
        events={"peace": True},
        **{
            "nations": [
                {"nation": "AAA", "name": "Aland", "gdp": 1000.0},
                {"nation": "BBB", "name": "Bland", "gdp": 4000.0},
                {"nation": "CCC", "name": "Cland", "gdp": 500.0},
            ],
            "unit_types": [{"unit_type": "bn"}, {"unit_type": "sq", "name": "Squadron", "domain": "air"}],
            "capabilities": [
                {"capability": "inf", "name": "Infantry", "unit": "battalion"},
                {"capability": "air", "name": "Air cover", "unit": "squadron"},
            ],
            "yields": [
                {"unit_type": "bn", "capability": "inf", "amount": 1.0},
                {"unit_type": "sq", "capability": "air", "amount": 1.0},
            ],
            "objectives": [{"objective": "land", "name": "Port"}, {"objective": "sky", "name": "Sky"}],
            "tasks": [
                {"task": "hold", "name": "Hold the port", "area": "the port", "latitude": 46.5, "longitude": 30.7},
                {"task": "fly", "name": "Watch the sky", "objective": "sky"},
            ],
            "requirements": [
                {"task": "hold", "capability": "inf", "quantity": 4.0},
                {"task": "fly", "capability": "air", "quantity": 1.0},
            ],
            "forces": [
                {"nation": "AAA", "unit_type": "bn", "units": 2},
                {"nation": "BBB", "unit_type": "bn", "units": 1},
                {"nation": "BBB", "unit_type": "sq", "units": 1},
            ],
            "willingness": [
                {"nation": "AAA", "objective": "land", "willingness": 0.5},
                {"nation": "BBB", "objective": "land", "willingness": 1.0},
                {"nation": "BBB", "objective": "sky", "willingness": 1.0},
                {"nation": "CCC", "objective": "land", "willingness": 0.2},
            ],
            "caveats": [{"nation": "BBB", "unit_type": "sq"}],
            "conditions": [{"nation": "AAA", "requires": "event", "value": "peace"}],
            **tables,
        },  # type: ignore[arg-type]
    )


def many() -> Instance:
    """Thirty nations, eight objectives and twenty lines, all with names of forty letters and a long description."""
    nations = [f"{a}{b}X" for a in "ABCDE" for b in "ABCDEF"]
    objectives, tasks = [f"o{i}" for i in range(8)], [f"t{i}" for i in range(20)]

    def named(key: str, name: str) -> dict[str, Any]:
        return {key: name, "name": f"{name} {'and something more ' * 2}"[:40].strip()}

    content = toy(
        nations=[{**named("nation", n), "gdp": 1000.0} for n in nations],
        unit_types=[named("unit_type", f"bn{i}") for i in range(4)],
        yields=[{"unit_type": f"bn{i}", "capability": "inf", "amount": 1.0} for i in range(4)],
        objectives=[named("objective", o) for o in objectives],
        tasks=[{**named("task", t), "objective": objectives[i % 8]} for i, t in enumerate(tasks)],
        requirements=[{"task": t, "capability": "inf", "quantity": 20.0} for t in tasks],
        forces=[{"nation": n, "unit_type": f"bn{i}", "units": 1} for n in nations for i in range(4)],
        willingness=[{"nation": n, "objective": o, "willingness": 1.0} for n in nations for o in objectives],
    ).to_dict()  # fmt: skip
    content["instance"]["description"] = "A question of many words. " * 60
    return Instance.from_dict(content)
