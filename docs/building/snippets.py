"""Commands, Python and files that pages show: found, run in order, and compared with what the page says.

In a page, a fenced block of

- ``console`` holds commands (``$ …``), each with what it prints on standard output, or on standard error if it prints
  nothing there. ``<!-- exit 2 -->`` before a block names an exit status other than 0. One line ``…`` stands for lines
  that the page leaves out;
- ``python`` holds code, and the block ``output`` after it what the code prints. All code of a page is one session;
- ``{code-block}`` with a ``:caption:`` is a file of that name.

``<!-- by hand`` begins a comment with Python that does what the page asks the reader to do in another program, or that
checks a file of the page. All blocks of a page run in order in one empty folder. Blocks of ``sh`` are not run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docs.building.brought import is_made, places

FENCE = re.compile(
    r"(?:<!-- exit (?P<status>\d+) -->\n)?"
    r"^```(?P<kind>console|python|output|\{code-block\} *\w*)\n(?P<body>.*?)^```$"
    r"|<!-- by hand\n(?P<hand>.*?)-->",
    re.DOTALL | re.MULTILINE,
)
SECONDS = re.compile(r"\b\d+(\.\d+)? s\b")
OMITTED = "…"


@dataclass(frozen=True)
class Command:
    """A command and what the page says that it prints."""

    line: str
    shown: str
    status: int


@dataclass(frozen=True)
class Code:
    """Python and what the page says that it prints; ``by_hand`` if readers do it in another program."""

    text: str
    shown: str = ""
    by_hand: bool = False


@dataclass(frozen=True)
class File:
    """A file that the page asks the reader to write."""

    name: str
    text: str


@dataclass(frozen=True)
class Snippet:
    """What is run, and where in the page its output is."""

    what: Command | Code | File
    start: int
    end: int


def snippets(page: str) -> Iterator[Snippet]:
    """Everything that a page asks to run, in its order.

    Examples
    --------
    >>> page = "Text.\\n```console\\n$ allocator list\\nInstances\\n```\\n"
    >>> [snippet.what for snippet in snippets(page)]
    [Command(line='allocator list', shown='Instances\\n', status=0)]
    """
    blocks = list(FENCE.finditer(page))
    for place, block in enumerate(blocks):
        kind, start = block["kind"], block.start("body")
        if block["hand"] is not None:
            yield Snippet(Code(block["hand"], by_hand=True), block.start(), block.start())
        elif kind == "console":
            yield from _commands(block["body"], start, int(block["status"] or 0))
        elif kind == "python":
            after = blocks[place + 1] if place + 1 < len(blocks) else None
            shown = after if after is not None and after["kind"] == "output" else None
            span = shown.span("body") if shown is not None else (block.end(), block.end())
            yield Snippet(Code(block["body"], shown["body"] if shown is not None else ""), *span)
        elif kind.startswith("{"):
            caption = re.match(r":caption: (\S+)\n(?::\w.*\n)*\n?", block["body"])
            if caption is not None:
                yield Snippet(File(caption[1], block["body"][caption.end() :]), start, start)


def _commands(body: str, start: int, status: int) -> Iterator[Snippet]:
    """The commands of one block of a page; a line that ends in a backslash continues in the next."""
    found = list(re.finditer(r"^\$ ((?:.*\\\n)*.*)\n", body, re.MULTILINE))
    for place, command in enumerate(found):
        end = found[place + 1].start() if place + 1 < len(found) else len(body)
        line = command[1].replace("\\\n", " ")
        shown = body[command.end() : end]
        yield Snippet(Command(line, shown, status), start + command.end(), start + end)


def agrees(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed: without the seconds that it took, and except for lines left out.

    Examples
    --------
    >>> agrees("solved (0.1 s)\\n…\\nend\\n", "solved (12.0 s)\\na\\nb\\nend  \\n")
    True
    >>> agrees("solved\\nend\\n", "solved\\na\\nend\\n")
    False
    """
    told, came = ([SECONDS.sub("s", line.rstrip()) for line in text.splitlines()] for text in (shown, printed))
    if OMITTED not in told:
        return told == came
    gap = told.index(OMITTED)
    head, tail = told[:gap], told[gap + 1 :]
    return len(came) >= len(head) + len(tail) and came[:gap] == head and came[len(came) - len(tail) :] == tail


def renewed(shown: str, printed: str) -> str:
    """What the page shall show: all that was printed, or as many lines before and after ``…`` as now.

    Examples
    --------
    >>> renewed("one\\n…\\nlast\\n", "a\\nb\\nc\\nd\\n")
    'a\\n…\\nd\\n'
    """
    if agrees(shown, printed):
        return shown
    told, came = shown.splitlines(), [line.rstrip() for line in printed.splitlines()]
    if OMITTED in told:
        head, tail = told.index(OMITTED), len(told) - told.index(OMITTED) - 1
        if len(came) > head + tail:
            came = [*came[:head], OMITTED, *came[len(came) - tail :]]
    return "".join(f"{line}\n" for line in came)


def pages(root: Path) -> list[Path]:
    """The pages that are written by hand: the README and those of the site that no code makes."""
    known = places(root)
    found = {page.relative_to(root).as_posix() for page in (root / "docs").rglob("*.md")}
    return [root / "README.md", *(root / page for page in sorted(found) if not is_made(page, known))]
