"""A page does no harm: every text is escaped, nothing is loaded, and the policy allows one style sheet alone."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib.resources import files

import pytest

import allocator
from allocator.briefing import Change, Findings
from tests.report.pages import Page, drawn, pair
from tests.toys import toy

EVIL = "<script>alert(1)</script>"
QUOTE = "\"'><img src=x onerror=alert(1)>"
FORMULA = "=1+1"


@pytest.fixture(scope="module")
def evil() -> Page:
    """Names, texts and links that try to leave their place."""
    instance = pair(
        nations=[
            {"nation": "AAA", "name": EVIL, "gdp": 1000.0},
            {"nation": "BBB", "name": QUOTE, "gdp": 4000.0},
            {"nation": "CCC", "name": "turned \u202e name"},
        ],
        tasks=[
            {"task": "hold", "name": FORMULA, "area": EVIL, "latitude": 46.5, "longitude": 30.7},
            {"task": "fly", "name": QUOTE, "objective": "sky"},
        ],
        objectives=[{"objective": "land", "name": EVIL}, {"objective": "sky", "name": QUOTE}],
        sources=[
            {"source": "a", "title": EVIL, "url": "javascript:alert(1)"},
            {"source": "b", "title": QUOTE, "url": 'https://example.org/"onmouseover="alert(1)'},
        ],
    )
    settings = {**instance.settings, "title": EVIL, "description": QUOTE}
    content = {**instance.to_dict(), "instance": settings}
    change = Change(EVIL, QUOTE, 0.5, 0.5)
    found = Findings(change, (change,), ways=(EVIL,), open=(QUOTE,))
    return drawn(allocator.Instance.from_dict(content), None, found)


def test_names_are_text(evil: Page) -> None:
    assert EVIL in evil.texts["who"]
    assert QUOTE in evil.texts["missing"]
    assert FORMULA in evil.texts["map"]
    assert r"turned \u202e name" in evil.texts["politics"]


def test_no_tag_comes_from_a_name(evil: Page) -> None:
    plain = drawn(pair(), None, Findings(Change("a", "b", 0.5, 0.5), (Change("a", "b", 0.5, 0.5),), ways=("c",)))
    assert {tag for tag, _ in evil.tags} - {tag for tag, _ in plain.tags} <= {"a", "details", "summary"}
    assert not {tag for tag, _ in evil.tags} & {"script", "img", "iframe", "object", "embed", "form", "base"}


def test_no_attribute_runs_or_loads_anything(evil: Page) -> None:
    for tag, attributes in evil.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in ("style", "src", "srcset", "xlink:href", "ping"), (tag, name)
            if name == "href":
                assert re.match(r"#[\w-]+$|data:,$|https://example\.org/", value or ""), (tag, value)


def test_links_lead_to_what_is_there(evil: Page) -> None:
    ids = [attributes["id"] for _, attributes in evil.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    asked = {str(attributes["href"])[1:] for _, attributes in evil.tags if str(attributes.get("href"))[:1] == "#"}
    assert asked <= set(ids)


def test_the_policy_allows_this_style_sheet_and_nothing_else(evil: Page) -> None:
    (policy,) = (a["content"] for tag, a in evil.tags if a.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.split(" ", 1) for rule in str(policy).split("; "))
    digest = base64.b64encode(hashlib.sha256(evil.style.encode()).digest()).decode()
    assert rules == {
        "default-src": "'none'", "style-src": f"'sha256-{digest}'", "img-src": "data:", "base-uri": "'none'",
        "form-action": "'none'",
    }  # fmt: skip
    assert "url(http" not in evil.style
    assert "@import" not in evil.style


def test_every_chart_has_a_table() -> None:
    page = drawn(pair())
    for section in ("coverage", "missing", "cost", "politics", "map"):
        assert page.rows[section], section


def test_the_symbols_are_plain_shapes() -> None:
    """What the package trusts: shapes of known tags, with numbers and colours as attributes."""
    data = json.loads(files("allocator.report.html").joinpath("data/symbols.json").read_text(encoding="utf-8"))
    listed = [*data["frames"].values(), *data["echelons"].values()]
    listed += [icon for icons in data["icons"].values() for icon in icons.values()]
    for shape in (shape for shapes in listed for shape in shapes):
        tag, attributes, *text = shape
        assert tag in ("path", "circle", "text", "line", "polygon", "rect")
        assert all(re.fullmatch(r"[\w\s.,()#%+-]*", value) for value in attributes.values()), shape
        assert all(re.fullmatch(r"[\w &/+!?.-]{0,20}", word) for word in text), shape


def test_an_unknown_code_gets_the_frame_of_its_domain() -> None:
    page = drawn(toy(unit_types=[{"unit_type": "bn", "symbol": "1003100000999999" + "0000"}]))
    assert any(tag == "symbol" for tag, _ in page.tags)


def test_a_name_of_one_long_word_can_break() -> None:
    """No column becomes wider than a page; longer than 40 letters, a word breaks after each 20."""
    html = drawn(pair(nations=[{"nation": n, "name": n * 40, "gdp": 1000.0} for n in ("AAA", "BBB", "CCC")])).html
    assert "\u00ad".join(["A" * 20] * 6) in html
    assert "A" * 41 not in html


def test_the_largest_pages_stay_small() -> None:
    """With every nation, map and symbol of a bundled force, without what further solves add (under 10 kB)."""
    page = drawn("reassurance-rotation", allocator.Model(objectives=("gap",)))
    assert len(page.html.encode()) < 150_000
