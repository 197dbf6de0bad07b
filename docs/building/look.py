"""Opens pages of the built site in headless Chromium, and prints what is wrong with them.

``python -m docs.building.look build/site`` opens a page of each kind (or those that are named after the folder, or
``--all``), light and dark, at 1280 and at 390 pixels. Wrong are an error on the console, a request to anywhere, a page
that is wider than its window, and a serious finding of axe-core. ``--pictures DIR`` keeps a picture of each view. Needs
the extra ``look`` and Chromium.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

KINDS = (
    "index.html",
    "tutorials/first-plan.html",
    "how-to/sweep.html",
    "reference/commands/solve.html",
    "reference/mathematics.html",
    "reference/python.html",
    "reference/results.html",
    "forces/claims.html",
)
"""A page of each kind."""

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTHS = {1280: 900, 390: 844}
"""Width of a window -> its height, pixels."""

HERE = ("file:", "data:")
SERIOUS = ("serious", "critical")
AXE = "async () => (await axe.run(document, {preload: false, resultTypes: ['violations']})).violations"
"""Finds faults of accessibility; without ``preload``, which would read style sheets and cannot do so from files."""


def faults(context: Any, page: Path, scheme: str, width: int, picture: Path | None, axe: str) -> list[str]:
    """What is wrong with one view of a page.

    Parameters
    ----------
    context : BrowserContext
        Of Playwright.
    page : Path
        A file of the site.
    scheme : str
        ``light`` or ``dark``.
    width : int
        Of the window, pixels.
    picture : Path, optional
        Where to keep a picture.
    axe : str
        The script of axe-core.
    """
    found: list[str] = []
    view = context.new_page()
    view.on("console", lambda message: found.append(f"console: {message.text}") if message.type == "error" else None)
    view.on("pageerror", lambda error: found.append(f"error: {error}"))
    view.on(
        "request", lambda sent: None if sent.url.startswith(("file:", "data:")) else found.append(f"asks {sent.url}")
    )
    view.emulate_media(color_scheme=scheme)
    view.set_viewport_size({"width": width, "height": WIDTHS[width]})
    view.goto(page.resolve().as_uri())
    wider = view.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if wider > 0:
        found.append(f"is wider than its window, by {wider} pixels")
    view.evaluate(axe)
    for violation in view.evaluate(AXE):
        if violation["impact"] in SERIOUS:
            nodes = violation["nodes"]
            found.append(f"{violation['id']}, {len(nodes)} times: {violation['help']}: {nodes[0]['html'][:200]}")
    if picture is not None:
        view.screenshot(path=picture)
    view.close()
    return found


def main(arguments: Sequence[str]) -> int:
    """Open the pages and print what is wrong; 1 if something is, 2 if they cannot be opened."""
    parser = argparse.ArgumentParser(prog="python -m docs.building.look", description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("pages", nargs="*")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args(arguments)
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if browser is None:
        print(f"no browser was found ({', '.join(CHROMIUM)}); the site was not looked at", file=sys.stderr)
        return 2
    from playwright.sync_api import sync_playwright

    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    pages = options.pages or KINDS
    if options.all:
        pages = sorted(path.relative_to(options.site).as_posix() for path in options.site.rglob("*.html"))
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="allocator-look-") as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=browser, headless=True, args=list(OPTIONS)
        )
        for name in pages:
            for scheme in ("light", "dark"):
                for width in WIDTHS:
                    picture = None
                    if options.pictures is not None:
                        picture = options.pictures / f"{name.replace('/', '-')}-{scheme}-{width}.png"
                    for fault in faults(context, options.site / name, scheme, width, picture, axe):
                        wrong += 1
                        print(f"{name}, {scheme}, {width}: {fault}")
        context.close()
    print(f"{len(pages)} pages, {wrong} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
