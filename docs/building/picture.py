"""Makes the picture of a report for the README.

``python -m docs.building.picture docs/static/report.png`` solves the bundled reassurance force, writes its page, opens
it in headless Chromium and keeps a picture of its beginning. Needs the extra ``look`` and Chromium.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from docs.building.look import CHROMIUM, OPTIONS

FORCE = "reassurance-force"
SIZE = {"width": 1100, "height": 1000}
"""Window in pixels, about the size of the first printed page."""

COLOURS = 64
"""Colours of the picture; the page has few, and so it takes a third of the bytes."""

MOST = 150_000
"""Most bytes of the picture."""


def page(folder: Path) -> Path:
    """The page of the force, as ``allocator report`` writes it without further solves."""
    import allocator
    from allocator.briefing import Findings
    from allocator.report.html.writing import write

    write(allocator.solve(FORCE), Findings(), folder / "page.html")
    return folder / "page.html"


def taken(of: Path, browser: str) -> bytes:
    """A picture of the beginning of a page, in light colours."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as profile, sync_playwright() as driver:
        context: Any = driver.chromium.launch_persistent_context(
            profile, executable_path=browser, headless=True, args=list(OPTIONS), viewport=SIZE, color_scheme="light"
        )
        view = context.new_page()
        view.goto(of.as_uri())
        picture: bytes = view.screenshot()
        context.close()
    return packed(picture)


def packed(picture: bytes) -> bytes:
    """The same picture in :data:`COLOURS`."""
    from PIL import Image

    out = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()


def main(arguments: list[str]) -> int:
    """Write the picture to the path that is given."""
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if len(arguments) != 1 or browser is None:
        print("give a path for the picture" if browser else "no Chromium is installed", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="allocator-picture-") as folder:
        picture = taken(page(Path(folder)), browser)
    if len(picture) > MOST:
        print(f"the picture has {len(picture):,} bytes, more than {MOST:,}; it was not written", file=sys.stderr)
        return 1
    Path(arguments[0]).write_bytes(picture)
    print(f"wrote {arguments[0]} ({len(picture):,} bytes)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
