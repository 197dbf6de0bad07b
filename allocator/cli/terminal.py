"""Standard output and standard error: data and talk, and what can go wrong with either.

Whatever a command prints as data goes through :func:`emit` or :func:`emit_json`: whole, once, and without a failure
when the reader has gone.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from allocator.errors import Fault, escaped
from allocator.report.text.words import count
from allocator.stopping import at_once

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 160
"""Columns where standard output is no terminal, so that nothing is wrapped for no reason."""

POOR = str.maketrans(
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
    }
)
"""What stands for our own signs where standard output cannot take them."""


def load_solver() -> None:
    """Load what every solve needs; Ctrl-C is heeded while that lasts."""
    with at_once():
        import allocator.api
        import allocator.solving.solver  # noqa: F401


def open_streams() -> None:
    """Give standard streams that the caller has closed somewhere to go, so that no file takes their place."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def forsake_stdout() -> None:
    """Send what is still to come on standard output nowhere."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)


MOST_FAULTS = 50
"""Faults of one file that are printed; the rest is counted."""

BIDI = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
"""Characters that turn the direction of a text, with which a name can pass for another, as they are printed."""


def talk(*lines: str) -> None:
    """Write messages to standard error, without control characters; nothing happens where nobody can read them."""
    try:
        for line in lines:
            sys.stderr.write(escaped(line, keep="\n\t\u200d") + "\n")
        sys.stderr.flush()
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
        os.close(null)


def talk_faults(faults: Sequence[Fault]) -> None:
    """Print faults, of each file the first :data:`MOST_FAULTS`, and how many there are."""
    places = Counter(fault.place for fault in faults)
    printed: Counter[str] = Counter()
    for fault in faults:
        printed[fault.place] += 1
        if printed[fault.place] <= MOST_FAULTS:
            talk(str(fault))
        elif printed[fault.place] == places[fault.place]:
            talk(f"and {count(places[fault.place] - MOST_FAULTS, 'more fault')} of {fault.place}")
    talk(f"{count(len(faults), 'fault')}; nothing was done")


def emit(text: str) -> None:
    """Print data on standard output; a reader that has gone (``| head``) is no failure."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(POOR).encode(encoding, "replace").decode(encoding)
    _write(text if text.endswith("\n") else text + "\n")


def emit_json(content: Any) -> None:
    """Print one JSON object, in UTF-8 whatever the locale."""
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
        forsake_stdout()


def console() -> Console:
    """A console for standard output: as wide as a terminal, or :data:`WIDE`; colour on a terminal only."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else WIDE
    return Console(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False)


def printed(draw: Callable[[Console], None]) -> None:
    """Draw on a console and print it as one text, without blanks at the ends of lines."""
    out = console()
    with out.capture() as capture:
        draw(out)
    emit("".join(line.rstrip() + "\n" for line in capture.get().translate(BIDI).splitlines()))
