"""Pages in a browser: no message, no request, no barrier; light and dark, wide and narrow, and in print.

The tests need a Chromium and node with the packages playwright-core and axe-core (``npm install`` in ``tests/report``);
they are skipped, with the reason, where one is missing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator.briefing import Findings, gather
from allocator.report.html.writing import write
from tests.report.pages import pair

HERE = Path(__file__).parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NODE = shutil.which("node")
PACKAGES = Path(os.environ.get("ALLOCATOR_BROWSER_PACKAGES", HERE / "node_modules"))


def missing() -> str:
    """What is not here, or nothing."""
    if CHROMIUM is None:
        return "no Chromium is installed"
    if NODE is None:
        return "node is not installed"
    absent = [name for name in ("playwright-core", "axe-core") if not (PACKAGES / name).is_dir()]
    return f"npm packages are missing: {', '.join(absent)}" if absent else ""


pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "everything is here")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What a browser reports of a bundled force's page, and of one whose names are attacks."""
    folder = tmp_path_factory.mktemp("pages")
    plan = allocator.solve("sky-shield")
    write(plan, gather(plan, 20), folder / "force.html")
    evil = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
    names = [{"nation": nation, "name": evil, "gdp": 1000.0} for nation in ("AAA", "BBB", "CCC")]
    write(allocator.solve(pair(nations=names)), Findings(), folder / "evil.html")
    done = subprocess.run(
        [str(NODE), str(HERE / "browser.mjs"), str(CHROMIUM), str(PACKAGES), str(folder / "force.html"),
         str(folder / "evil.html")],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    looks: list[dict[str, Any]] = json.loads(done.stdout)
    assert len(looks) == 4
    return looks


def told(look: dict[str, Any]) -> str:
    return f"{look['page']} {look['scheme']} {look['width']} {look['media']}"


def test_no_message_on_the_console(seen: list[dict[str, Any]]) -> None:
    assert {told(look): look["messages"] for look in seen if look["messages"]} == {}


def test_nothing_is_requested_but_the_page(seen: list[dict[str, Any]]) -> None:
    assert {told(look): look["requests"] for look in seen if len(look["requests"]) != 1} == {}


def test_no_serious_barrier(seen: list[dict[str, Any]]) -> None:
    assert {told(look): look["barriers"] for look in seen if look["barriers"]} == {}


def test_nothing_runs_with_the_policy_and_without(seen: list[dict[str, Any]]) -> None:
    assert not [told(look) for look in seen if "taken" in (look["title"], look["title_without_policy"])]


def test_nothing_is_wider_than_the_screen(seen: list[dict[str, Any]]) -> None:
    assert {told(look): look["overflow"] for look in seen if look["overflow"] > 0} == {}


def test_the_answer_is_on_the_first_printed_page(seen: list[dict[str, Any]]) -> None:
    """A4 in CSS pixels, less the margins of the style sheet, is 1024 high."""
    printed = [look for look in seen if look["media"] == "print"]
    assert printed
    assert all(look["answer_ends"] < 1024 for look in printed), [look["answer_ends"] for look in printed]
