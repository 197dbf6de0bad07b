"""Pages that stand elsewhere in the repository, brought into the site with links that lead within it."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

COMMAND_PAGES = "docs/reference/commands"
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)")


def places(root: Path) -> dict[str, str]:
    """File in the repository -> its page in the site, both relative to the repository."""
    found = {
        "instances/FORMAT.md": "docs/reference/format.md",
        "models/MATHS.md": "docs/reference/mathematics.md",
        "instances/CLAIMS.md": "docs/forces/claims.md",
        "instances/SWEEPS.md": "docs/forces/sweeps.md",
        "instances/BACKTESTS.md": "docs/forces/backtests.md",
        "instances/EFFECTS.md": "docs/forces/effects.md",
        "CHANGELOG.md": "docs/project/changelog.md",
        "CONTRIBUTING.md": "docs/project/contributing.md",
    }
    for page in sorted((root / "instances").glob("*/README.md")):
        name = page.parent.name
        found[f"instances/{name}/README.md"] = f"docs/forces/{name}.md"
    return found


def linked(text: str, source: str, target: str, known: dict[str, str]) -> str:
    """The text of a page, with links for its new place; a link to a file that has no page becomes its name.

    Parameters
    ----------
    text : str
        Markdown.
    source, target : str
        Where the text stands now and where it goes, relative to the repository.
    known : dict
        As from :func:`places`.

    Examples
    --------
    >>> known = {"instances/CLAIMS.md": "docs/forces/claims.md"}
    >>> linked("[c](instances/CLAIMS.md), [t](instances/claims.toml)", "README.md", "docs/index.md", known)
    '[c](forces/claims.md), `instances/claims.toml`'
    """

    def replaced(link: re.Match[str]) -> str:
        words, path, anchor = link[1], link[2], link[3] or ""
        if "://" in path:
            return link[0]
        there = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        page = known.get(there, there)
        if not (page.startswith("docs/") and page.endswith(".md")):
            return f"`{there}`"
        return f"[{words}]({posixpath.relpath(page, posixpath.dirname(target))}{anchor})"

    return LINK.sub(replaced, text)


def write(target: Path, text: str) -> None:
    """Write a page if it is not there with that text, so that only what changed is built again."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.is_file() or target.read_text(encoding="utf-8") != text:
        target.write_text(text, encoding="utf-8")


def is_made(page: str, known: dict[str, str]) -> bool:
    """Whether code makes or brings a page (relative to the repository), so that nobody writes it by hand.

    Examples
    --------
    >>> is_made("docs/reference/commands/solve.md", {}), is_made("docs/reference/commands/index.md", {})
    (True, False)
    """
    folder, _, name = page.rpartition("/")
    return page in known.values() or folder == "docs/made" or (folder == COMMAND_PAGES and name != "index.md")


def made_pages(root: Path) -> dict[str, str]:
    """Page of the site, relative to the repository -> its text, for all pages that code makes or brings."""
    from allocator.cli import COMMANDS
    from docs.building import commands, models

    known = places(root)
    found = {
        target: linked((root / source).read_text(encoding="utf-8"), source, target, known)
        for source, target in known.items()
    }
    found |= {f"{COMMAND_PAGES}/{name}.md": commands.page(name) for name in COMMANDS}
    return found | {"docs/made/models.md": models.page()}


def bring(root: Path) -> None:
    """Write all pages that code makes or brings: commands, models, forces, format, mathematics."""
    for name, text in made_pages(root).items():
        write(root / name, text)
