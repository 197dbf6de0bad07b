"""Writes a page as a file, whole or not at all, and replaces only a page of an earlier run."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from allocator.arguments import path as a_path
from allocator.briefing.findings import Findings
from allocator.errors import BadUsage
from allocator.files import write_whole
from allocator.plan.plan import Plan

MARK = b'<meta name="generator" content="allocator '
"""What is in the head of every page."""

HEAD = 4000
"""Bytes of a file among which the mark is looked for."""


def check_page(path: str | os.PathLike[str]) -> Path:
    """The resolved path of a page that can be written.

    Raises
    ------
    BadUsage
        The name does not end in ``.html``, the folder cannot be written to, or a file there is no page of ours.

    Examples
    --------
    >>> check_page("page.html").name
    'page.html'
    """
    name = a_path("path", path)
    if not name.endswith(".html"):
        raise BadUsage(f"{name}: expected a name that ends in .html")
    target = Path(os.path.realpath(name))
    if target.is_dir():
        raise BadUsage(f"{name} is a folder, not a page")
    parent = target.parent
    while not parent.exists():
        parent = parent.parent
    try:
        tempfile.TemporaryFile(dir=parent).close()
    except OSError as error:
        raise BadUsage(f"{name}: {parent} cannot be written to ({error.strerror})") from None
    if target.exists() and target.stat().st_size:
        with target.open("rb") as file:
            if MARK not in file.read(HEAD):
                raise BadUsage(f"{name} is not a page of an earlier run and is not replaced; choose another name")
    return target


def write(plan: Plan, findings: Findings | None, path: str | os.PathLike[str], *, short: bool = False) -> None:
    """Write a plan as one self-contained page, or as the short form of it.

    Raises
    ------
    BadUsage
        The path cannot be written, or holds something else.
    OSError
        The file cannot be written; an earlier page is unchanged.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import allocator
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(allocator.solve("toy-rotation"), None, f"{folder}/page.html")
    ...     Path(f"{folder}/page.html").read_text().startswith("<!DOCTYPE html>")
    True
    """
    from allocator.report.html.page import draw_page

    write_page(draw_page(plan, findings, short=short), path)


def write_page(page: str, path: str | os.PathLike[str]) -> None:
    """Write a page that is drawn, whole or not at all.

    Raises
    ------
    BadUsage
        The path cannot be written, or holds something else.
    OSError
        The file cannot be written; an earlier page is unchanged.
    """
    write_whole(check_page(path), page.encode("utf-8"))
