"""Pages of sweeps, comparisons, hedges and claims in a browser: no message, no request, no barrier, and they fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from allocator.report.html.study import draw_study
from tests.browser import barriers, opened
from tests.report.studies import EVIL
from tests.report.test_page_browser import LOOKS, view
from tests.report.test_studies_safety import MAKERS

pytestmark = pytest.mark.slow

SAME = ("effects", "sources", "sobol", "lhs")
"""Kinds whose pages are made of nothing that the others lack."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sections of all kinds of studies that look different on one page, with names that are attacks."""
    studies = [make() for name, make in MAKERS.items() if name not in SAME]
    every = replace(studies[0], title=EVIL, sections=tuple(section for study in studies for section in study.sections))
    path = tmp_path_factory.mktemp("pages") / "every.html"
    path.write_text(draw_study(every), encoding="utf-8")
    return path


def test_it_is_quiet_alone_and_fits(page: Path) -> None:
    """Positions are shares and sizes are pixels: a tick of a plot is as large at 390 pixels as at 1280."""
    with opened() as browser:
        for look in LOOKS:
            shown, messages, requests = view(browser, page, *look)
            assert (messages, requests) == ([], [page.as_uri()]), look
            assert shown.title() == EVIL
            assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth"), look
            assert shown.evaluate("getComputedStyle(document.querySelector('text.tick')).fontSize") == "12px"


def test_no_barrier_and_nothing_runs_without_the_policy_either(page: Path) -> None:
    """Light and dark, with all folds open; the policy would stop axe-core, which is a script."""
    with opened(bypass_csp=True) as browser:
        for look in LOOKS[:2]:
            shown, _, _ = view(browser, page, *look)
            assert shown.title() == EVIL
            shown.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
            assert barriers(shown) == [], look
