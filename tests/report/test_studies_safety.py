"""Pages and figures of studies do no harm: names are text in them, whatever they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from xml.etree import ElementTree

import pytest

import allocator
from allocator.report.charts.drawing import drawn
from allocator.report.html.figures import plan_figures
from allocator.report.studies.claims import claims_study
from allocator.report.studies.comparison import comparison_study
from allocator.report.studies.hedge import hedge_study
from allocator.report.studies.study import Study
from allocator.report.studies.sweep import sweep_study
from tests.report.studies import (
    EVIL,
    FORMULA,
    KINDS,
    LONG,
    RIGHT_TO_LEFT,
    compared,
    hedged,
    judged,
    kind,
    named,
    page_of,
    sampled,
)

SHAPES = {"svg", "title", "desc", "defs", "pattern", "rect", "line", "circle", "text", "path"}
"""Tags of a figure."""

MAKERS: dict[str, Callable[[], Study]] = {
    **{name: partial(lambda name: sweep_study(kind(name)), name) for name in KINDS},
    **{name: partial(lambda name: sweep_study(sampled(name, EVIL)), name) for name in ("morris", "sobol", "lhs")},
    "hedge": lambda: hedge_study(hedged()),
    "compare": lambda: comparison_study(compared()),
    "claims": lambda: claims_study(
        {"claims": [judged(claim=EVIL, who=RIGHT_TO_LEFT, unit=FORMULA, doubts={LONG: 0.1}, depends_on=[LONG])],
         "interrupted": False}
    ),
}  # fmt: skip


def tags(svg: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Tags and attributes of a figure."""
    for element in ElementTree.fromstring(svg).iter():
        yield element.tag.rpartition("}")[2], element.attrib


@pytest.mark.parametrize("name", MAKERS)
def test_no_tag_and_no_attribute_comes_from_a_name(name: str) -> None:
    study = MAKERS[name]()
    page = page_of(study)
    forbidden = {"script", "img", "iframe", "object", "embed", "form", "base", "foreignobject"}
    assert not {tag for tag, _ in page.tags} & forbidden
    for tag, attributes in page.tags:
        for key, value in attributes.items():
            assert not key.startswith("on"), (tag, key)
            assert key not in ("style", "src", "srcset", "xlink:href", "ping"), (tag, key)
            if key == "href":
                assert re.match(r"#[\w-]+$|data:,$", value or ""), (tag, value)
    assert "\u202e" not in page.html
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    asked = {str(attributes["href"])[1:] for _, attributes in page.tags if str(attributes.get("href"))[:1] == "#"}
    assert asked <= set(ids)
    for picture in study.pictures():
        assert re.fullmatch(r"[a-z0-9-]+", picture.name), picture.name
        found = list(tags(drawn(picture)))
        assert {tag for tag, _ in found} <= SHAPES
        assert not [key for _, attributes in found for key in attributes if key.startswith("on") or "href" in key]


def test_names_stand_there_as_text() -> None:
    page = page_of(sweep_study(kind("withdrawal")))
    (evil,) = {row[0] for rows in page.rows.values() for row in rows if row and row[0] == EVIL}
    assert evil == EVIL
    page = page_of(comparison_study(compared()))
    assert FORMULA in page.html
    assert f"<bdi>{RIGHT_TO_LEFT}</bdi>" in page.html
    assert "turned \\u202e name" in page.html


def test_the_figures_of_a_plan_are_shapes_and_texts() -> None:
    plan = allocator.solve(named())
    pictures, further = plan_figures(plan)
    svgs = [*map(drawn, pictures), *further.values()]
    assert len(svgs) >= 3
    for svg in svgs:
        assert {tag for tag, _ in tags(svg)} <= SHAPES
    assert any(EVIL in (text.text or "") for svg in svgs for text in ElementTree.fromstring(svg).iter())


def test_a_page_of_a_study_has_the_policy_of_a_plan() -> None:
    page = page_of(Study("a", "b"))
    (policy,) = (a["content"] for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert str(policy).startswith("default-src 'none'; style-src 'sha256-")


def test_every_picture_has_its_figures_in_a_table() -> None:
    """A plot is followed by its table; a bar is part of a row of one."""
    for name in ("curve", "map", "front", "morris", "withdrawal"):
        study = MAKERS[name]()
        page = page_of(study)
        for at, section in enumerate(study.sections, start=1):
            if any(hasattr(block, "name") for block in section.blocks):
                assert len(page.rows[f"section-{at}"]) > 1, (name, section.heading)


def content_of(svg: str) -> list[Any]:
    """The texts of a figure."""
    return [element.text for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("text")]


def test_a_long_name_is_cut_and_stays_in_the_picture() -> None:
    for picture in sweep_study(kind("withdrawal")).pictures():
        for text in content_of(drawn(picture)):
            assert len(text) < 130
