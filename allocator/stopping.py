"""Stopping in good order: what Ctrl-C, SIGTERM, SIGHUP and a deadline do to work in hand.

Python raises ``KeyboardInterrupt`` wherever it happens to be: half-way through a change of the solver's model, or in a
destructor, where the exception is printed and forgotten. Inside :func:`watched` a signal is therefore always written
down in the :class:`Watch` first. Whether it also raises depends on the section: at once in :func:`at_once` (reading,
building: nothing is lost), not at all in :func:`later` (solving, checking, writing: the section looks at the watch
where it can stop). A second signal always raises.
"""

from __future__ import annotations

import _thread
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from allocator.errors import AllocatorError

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Signals that ask a program to stop."""

ALARM = getattr(signal, "SIGALRM", signal.SIGTERM)
"""Signal by which a passed deadline reaches the main thread; it never leaves the process."""


class DeadlinePassed(BaseException):
    """A deadline passed in a section that is left at once; no library on the way may take it for an error."""


class Watch:
    """What has been asked of the work in hand so far.

    Attributes
    ----------
    interrupted : threading.Event
        A signal asked for a stop.
    answered : bool
        What was printed says that somebody asked for a stop.
    unfinished : list of exception
        Work that was left half done, kept alive: to free a large model takes seconds that a deadline no longer has.
    """

    def __init__(self) -> None:
        self.interrupted = threading.Event()
        self.answered = False
        self.unfinished: list[BaseException] = []
        self.raises = True
        self.alarm = False
        self.handlers: dict[int, Any] = {}
        self.alarm_handler: Any = None

    def check(self) -> None:
        """Raise KeyboardInterrupt where a signal has come, also one whose exception was swallowed."""
        if self.interrupted.is_set():
            raise KeyboardInterrupt

    def receive(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal in place of the caller's own handler, which is called."""
        if number == ALARM and self.alarm:
            self.alarm = False
            if self.raises:
                raise DeadlinePassed
            return
        again = self.interrupted.is_set()
        handler = self.handlers.get(number, self.alarm_handler)
        try:
            if callable(handler):
                handler(number, frame)
        except KeyboardInterrupt:
            self.interrupted.set()
            if self.raises or again:
                raise


_current: Watch | None = None


def _mine() -> Watch | None:
    """The watch of this thread: only the main thread gets signals."""
    return _current if threading.current_thread() is threading.main_thread() else None


@contextmanager
def watched() -> Iterator[Watch]:
    """Write signals down while this lasts; inside another watch, that one does.

    A handler of the caller's own is still called; what it raises counts as a request to stop where it is a
    KeyboardInterrupt. In other threads than the main one there are no signals, and the watch stays silent.
    """
    global _current
    here = _mine()
    if here is not None:
        yield here
        return
    watch = Watch()
    if threading.current_thread() is not threading.main_thread():
        yield watch
        return
    for number in SIGNALS:
        handler = signal.getsignal(number)
        if callable(handler):  # else it is ignored, or ends the process: the caller's choice
            watch.handlers[number] = handler
    _current = watch
    try:
        for number in watch.handlers:
            signal.signal(number, watch.receive)
        yield watch
    finally:
        watch.raises = False
        for number, handler in watch.handlers.items():
            signal.signal(number, handler)
        _current = None


@contextmanager
def _section(raises: bool) -> Iterator[None]:
    watch = _mine()
    if watch is None:
        yield
        return
    before, watch.raises = watch.raises, raises
    try:
        if raises:
            watch.check()
        yield
        if raises:
            watch.check()
    finally:
        watch.raises = before


@contextmanager
def later() -> Iterator[None]:
    """In here signals are only written down; whoever is in here looks at the watch."""
    with _section(False):
        yield


@contextmanager
def at_once(deadline: float | None = None) -> Iterator[None]:
    """In here a signal raises KeyboardInterrupt, and a deadline (of ``time.monotonic``) :class:`DeadlinePassed`.

    Outside :func:`watched`, and in other threads than the main one, a deadline is looked at when the section begins
    and when it ends.
    """
    if deadline is not None and time.monotonic() >= deadline:
        raise DeadlinePassed
    watch = _mine()
    try:
        with _section(True), _alarm(watch, deadline):
            yield
    except BaseException as error:
        stop = _meant(error, watch, deadline)
        if watch is not None and stop is not None:
            watch.unfinished.append(error)
        if stop is None or isinstance(error, stop):
            raise
        raise stop from None
    if deadline is not None and time.monotonic() >= deadline:
        raise DeadlinePassed


def _meant(error: BaseException, watch: Watch | None, deadline: float | None) -> type[BaseException] | None:
    """The request to stop behind an error: a library on the way may have turned it into an error of its own."""
    if watch is None or isinstance(error, AllocatorError):
        return None
    if isinstance(error, KeyboardInterrupt) or watch.interrupted.is_set():
        return KeyboardInterrupt
    return DeadlinePassed if deadline is not None and time.monotonic() >= deadline else None


@contextmanager
def _alarm(watch: Watch | None, deadline: float | None) -> Iterator[None]:
    if watch is None or deadline is None:
        yield
        return
    lock = threading.Lock()
    main = threading.get_ident()
    handler = signal.getsignal(ALARM)

    def ring() -> None:
        with lock:
            if not over:
                watch.alarm = True
                if hasattr(signal, "pthread_kill"):
                    signal.pthread_kill(main, ALARM)  # wakes it from a system call too
                else:
                    _thread.interrupt_main(ALARM)

    over: list[bool] = []
    if handler != watch.receive:
        watch.alarm_handler = handler
    signal.signal(ALARM, watch.receive)
    timer = threading.Timer(deadline - time.monotonic(), ring)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        watch.raises = False
        timer.cancel()
        with lock:
            over.append(True)
        signal.signal(ALARM, handler)  # what is pending reaches the watch before that
        watch.alarm = False
