"""The progress line on standard error."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from allocator.cli.terminal import print_message
from allocator.errors import escaped

if TYPE_CHECKING:
    from allocator.solving.stage import Progress


class Line:
    """Shows progress: one live line on a terminal, otherwise a plain line every ten seconds.

    It prints nothing for the first two seconds, and nothing at all with ``quiet``.
    """

    PATIENCE = 2.0
    EVERY = 10.0
    LIVELY = 0.1

    def __init__(self, quiet: bool = False) -> None:
        self.quiet = quiet
        self.live = sys.stderr.isatty()
        self.began = time.monotonic()
        self.last_shown = self.began
        self.shown = False

    def __call__(self, progress: Progress) -> None:
        self.update(lambda: describe(progress))

    def update(self, text: Callable[[], str]) -> None:
        """Show a text that changes often, unless one was shown a moment ago."""
        now = time.monotonic()
        often = self.LIVELY if self.live else self.EVERY
        if self.quiet or now - self.began < self.PATIENCE or now - self.last_shown < often:
            return
        self.last_shown = now
        if self.live:
            self.shown = True
            self._put("\r" + escaped(text())[: shutil.get_terminal_size().columns - 1] + "\x1b[K")
        else:
            print_message(text())

    def step(self, what: str, progress: Progress | None) -> None:
        """Show which of several solves is running, and its progress."""
        now = time.monotonic()
        if self.quiet or (progress is None and self.live) or (progress is not None and not self.live):
            return
        if now - self.began >= self.PATIENCE:
            self.shown = self.live
            text = what if progress is None else f"{what}  {describe(progress)}"
            if self.live:
                self._put("\r" + escaped(text)[: shutil.get_terminal_size().columns - 1] + "\x1b[K")
            else:
                print_message(text)

    def __enter__(self) -> Line:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if self.shown:
            self._put("\r\x1b[K")

    def _put(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            self.quiet = True


def describe(progress: Progress) -> str:
    """The progress of a solve in one line."""
    best = "none yet" if progress.incumbent is None else f"{progress.incumbent:,.6g}"
    bound = "none yet" if progress.bound is None else f"{progress.bound:,.6g}"
    gap = "" if progress.gap is None else f", proved within {100 * progress.gap:.3g} %"
    stage = f"{progress.objective} ({progress.stage} of {progress.stages})"
    search = f" ({progress.search})" if progress.search else ""
    return f"{progress.seconds:5.0f} s  {stage}: best {best}, bound {bound}{gap}{search}"


def rounded_time(seconds: float) -> str:
    """A duration rounded for display: ``40 s``, ``12 min``, ``3.5 h``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
