"""Standard output for results and standard error for messages, and what can go wrong with either.

Every command prints its results with :func:`emit` or :func:`emit_json`: whole, once, and without a failure when the
reader has closed the pipe.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from os import get_terminal_size
from textwrap import TextWrapper
from typing import TYPE_CHECKING, Any, TextIO

from allocator.errors import Fault, escaped
from allocator.report.text.words import count
from allocator.stopping import at_once

if TYPE_CHECKING:
    from allocator.report.text.page import Page

WIDE = 160
"""Width in columns if standard output is not a terminal and ``COLUMNS`` is not set, so that few lines are wrapped."""

NARROWEST, USUAL, WIDEST = 20, 80, 1_000
"""Width in columns: the least for which messages are wrapped, of a terminal that does not say its own, and the most."""

ASCII_SIGNS = str.maketrans(
    {
        "█": "#",
        "░": ".",
        "…": "...",
        "–": "-",
        "−": "-",
        "×": "x",
        "▒": "=",
        "│": "|",
        "●": "o",
        "└": "+",
        "─": "-",
        "‰": "per mille",
        "±": "+-",
        "σ": "sigma",
        "·": ".",
        **dict(zip("▁▂▃▄▅▆▇", "0124679", strict=True)),  # tenths
    }
)
"""Replacements for the signs of charts if the encoding of standard output lacks them."""


def load_solver() -> None:
    """Load what every solve needs; Ctrl-C stops the loading at once."""
    with at_once():
        import allocator.api
        import allocator.solving.solver  # noqa: F401


def open_streams() -> None:
    """Open standard streams that the caller has closed, so that no file gets their descriptor."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def discard_stdout() -> None:
    """Discard all further text on standard output."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)


MOST_FAULTS = 50
"""Faults of one file that are printed; the others are counted."""

BIDI = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
"""Escapes for characters that reverse the direction of a text and can make one name look like another."""


def print_message(*lines: str) -> None:
    """Write messages to standard error, without control characters; a closed stream is no failure.

    On a terminal they are wrapped at its width; elsewhere each message is one line, to be searched.
    """
    try:
        for line in lines:
            sys.stderr.write(wrapped(escaped(line, keep="\n\t\u200d")) + "\n")
        sys.stderr.flush()
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
        os.close(null)


def wrapped(message: str, stream: TextIO | None = None) -> str:
    """A message, wrapped between words if its stream, standard error, is a terminal; lines that are indented stay."""
    stream = stream or sys.stderr
    if not stream.isatty():
        return message
    width = max(NARROWEST, _asked() or get_terminal_size(stream.fileno()).columns or USUAL)
    fill = TextWrapper(
        width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False, replace_whitespace=False,
        expand_tabs=False,
    ).fill  # fmt: skip
    return "\n".join(line if line[:1] in ("", " ", "\t") else fill(line) for line in message.split("\n"))


def print_faults(faults: Sequence[Fault]) -> None:
    """Print the first :data:`MOST_FAULTS` faults of each file, and the number of all faults."""
    places = Counter(fault.place for fault in faults)
    printed: Counter[str] = Counter()
    for fault in faults:
        printed[fault.place] += 1
        if printed[fault.place] <= MOST_FAULTS:
            print_message(str(fault))
        elif printed[fault.place] == places[fault.place]:
            print_message(f"and {count(places[fault.place] - MOST_FAULTS, 'more fault')} of {fault.place}")
    print_message(f"{count(len(faults), 'fault')}; nothing was done")


def emit(text: str) -> None:
    """Print results on standard output; a reader that closes the pipe (``| head``) is no failure."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(ASCII_SIGNS).encode(encoding, "replace").decode(encoding)
    _write(text if text.endswith("\n") else text + "\n")


def emit_json(content: Any) -> None:
    """Print one JSON object, in UTF-8 under every locale."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors="backslashreplace")
    _write(text + "\n")


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        discard_stdout()


def console() -> Page:
    """A console for standard output: as wide as the terminal or ``COLUMNS``, otherwise :data:`WIDE`.

    It is in colour only on a terminal without ``NO_COLOR``.
    """
    from allocator.report.text.page import LEAST, Page

    width = _asked()
    if not width:
        width = Page(file=sys.stdout).width if sys.stdout.isatty() else WIDE
    return Page(file=sys.stdout, width=max(LEAST, width), highlight=False, markup=False, emoji=False)


def _asked() -> int:
    """Width that ``COLUMNS`` asks for; 0 if it asks for none."""
    given = os.environ.get("COLUMNS", "")
    return min(int(given), WIDEST) if given.isascii() and given.isdigit() and len(given) < 10 else 0


def printed(draw: Callable[[Page], None]) -> None:
    """Draw on a console and print the result as one text, without spaces at the ends of lines."""
    from allocator.report.text.page import untied

    out = console()
    with out.capture() as capture:
        draw(out)
    emit("".join(line.rstrip() + "\n" for line in untied(capture.get()).translate(BIDI).splitlines()))
