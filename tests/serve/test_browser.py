"""The page in a browser: where Chromium and the packages that drive it are installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import allocator
from tests.browser import barriers, opened
from tests.serve.test_server import Running
from tests.serve.toys import SCRIPT, hostile

WHOLE = "() => document.querySelector('#progress').textContent.includes('proved to')"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """The server, with names that are code."""
    allocator.write(hostile().instance, tmp_path / "toy.json")
    made = Running(str(tmp_path / "toy.json"))
    yield made
    made.process.terminate()
    made.process.wait(30)


def view(browser: Any, address: str, scheme: str, width: int, wrong: list[str]) -> Any:
    """The page in a window; what it must not do is added to ``wrong``."""
    page = browser.new_page()
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    page.on("request", lambda sent: None if sent.url.startswith(address) else wrong.append(sent.url))
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)
    page.wait_for_function(WHOLE)
    return page


def test_controls_move_and_the_answer_follows(running: Running) -> None:
    """No error, no foreign request, no serious finding of axe-core, no overflow, and names stay text; keyboard only."""
    wrong: list[str] = []
    with opened() as browser:
        for scheme, width in (("light", 1280), ("dark", 390)):
            page = view(browser, running.address.geturl(), scheme, width, wrong)
            assert page.locator("#share").text_content() == "75.0 %"  # AAA has 3 of the 4 asked for
            assert SCRIPT in page.locator("#nations").text_content()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            wrong += barriers(page)
            if width < 760:  # groups are folded there
                page.locator("summary", has_text="Who takes part").click()
            page.get_by_label("Only those at least this willing").focus()
            for _ in range(2):  # from 0.5 to 0.4, at which BBB is willing
                page.keyboard.press("ArrowLeft")
            page.wait_for_function("() => document.querySelector('#share').textContent === '100.0 %'")
            page.wait_for_function(WHOLE)
            assert page.locator("#changes").text_content() == "Only those at least this willing: 0.40"
            assert page.locator("#command").text_content().endswith("--set model.willingness_floor=0.4")
            assert page.locator("#runs tbody tr").count() == 2
            page.get_by_role("button", name="Undo all").click()
            page.wait_for_function("() => document.querySelector('#share').textContent === '75.0 %'")
            page.close()
    assert wrong == []
