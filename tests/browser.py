"""A headless Chromium for tests of pages; they are skipped, with the reason, where it or what drives it is missing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

import pytest

from docs.building.look import CHROMIUM, OPTIONS, SERIOUS

BROWSER = next(filter(None, map(shutil.which, CHROMIUM)), None)

if BROWSER is None:
    pytest.skip("no Chromium is installed", allow_module_level=True)
playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
pytest.importorskip("axe_playwright_python", reason="the package axe-playwright-python is not installed")

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@contextmanager
def opened(**options: Any) -> Iterator[Any]:
    """A browser with an empty profile; ``options`` are those of Playwright's contexts."""
    with tempfile.TemporaryDirectory(prefix="allocator-browser-") as profile, playwright.sync_playwright() as driver:
        context = driver.chromium.launch_persistent_context(
            profile, executable_path=BROWSER, headless=True, args=list(OPTIONS), **options
        )
        yield context
        context.close()


def barriers(page: Any) -> list[str]:
    """Serious findings of axe-core."""
    page.evaluate(AXE)
    found = page.evaluate("async () => (await axe.run(document, {preload: false})).violations")
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found if each["impact"] in SERIOUS]
