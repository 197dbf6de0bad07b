"""Pages in a browser: no message, no request, no barrier; light and dark, wide and narrow, and in print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator.briefing import Findings, gather
from allocator.report.html.writing import write
from tests.browser import barriers, opened
from tests.report.pages import pair

pytestmark = pytest.mark.slow

LOOKS = (("light", 1280, "screen"), ("dark", 390, "screen"), ("light", 688, "print"))
"""Scheme, width in pixels, medium; A4 less the margins of the style sheet is 688 wide and 1024 high."""

EVIL = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of a bundled force, one whose names are attacks, and one whose names are words of forty letters."""
    folder = tmp_path_factory.mktemp("pages")
    plan = allocator.solve("sky-shield")
    write(plan, gather(plan, 20), folder / "force.html")
    names = [{"nation": nation, "name": EVIL, "gdp": 1000.0} for nation in ("AAA", "BBB", "CCC")]
    write(allocator.solve(pair(nations=names)), Findings(), folder / "evil.html")
    wide = [{"nation": nation, "name": 40 * nation[0], "gdp": 1000.0} for nation in ("AAA", "BBB", "CCC")]
    write(allocator.solve(pair(nations=wide)), Findings(), folder / "wide.html")
    return {name: folder / f"{name}.html" for name in ("force", "evil", "wide")}


def view(browser: Any, path: Path, scheme: str, width: int, medium: str) -> tuple[Any, list[str], list[str]]:
    """A page in a window, what it wrote on the console, and what it asked for."""
    page = browser.new_page()
    messages: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda sent: None if sent.url.startswith("data:") else requests.append(sent.url))
    page.emulate_media(color_scheme=scheme, media=medium)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path.as_uri())
    return page, messages, requests


def test_a_page_is_quiet_alone_and_fits(pages: dict[str, Path]) -> None:
    with opened() as browser:
        for name, looks in (("force", LOOKS), ("evil", LOOKS[1:2]), ("wide", LOOKS[2:])):
            for look in looks:
                page, messages, requests = view(browser, pages[name], *look)
                assert (messages, requests) == ([], [pages[name].as_uri()]), look
                assert page.title() != "taken"
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), look
                if look[2] == "print":
                    below = "document.getElementById('answer').getBoundingClientRect().bottom + scrollY"
                    assert page.evaluate(below) < 1024  # the answer is on the first printed page


def test_no_barrier_and_nothing_runs_without_the_policy_either(pages: dict[str, Path]) -> None:
    """The policy would stop axe-core, which is a script; all folds are open."""
    with opened(bypass_csp=True) as browser:
        for name, looks in (("force", LOOKS), ("evil", LOOKS[1:2])):
            for look in looks:
                page, _, _ = view(browser, pages[name], *look)
                assert page.title() != "taken"
                page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
                assert barriers(page) == [], look
