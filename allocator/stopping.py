"""Orderly stops: the effect of Ctrl-C, SIGTERM, SIGHUP and a deadline on running work.

Python raises ``KeyboardInterrupt`` wherever it happens to be: half-way through a change of the solver's model, or in a
destructor, where the exception is printed and ignored. Inside :func:`watched`, a signal is therefore always recorded in
the :class:`Watch` first. Whether it also raises depends on the section: it raises at once in :func:`at_once` (reading
and building, where nothing is lost) and not at all in :func:`later` (solving, checking and writing, where the section
checks the watch whenever it can stop). A second signal always raises.
"""

from __future__ import annotations

import _thread
import signal
import sys
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
"""Signal that reports a passed deadline to the main thread; it never leaves the process."""


class DeadlinePassed(BaseException):
    """A deadline passed in a section that stops at once; a BaseException, so that no library handles it as an error."""


class Watch:
    """The requests to stop that have arrived so far.

    Attributes
    ----------
    interrupted : threading.Event
        Set if a signal requested a stop.
    answered : bool
        Whether the printed output says that a stop was requested.
    reported : bool
        Whether a result says so, see :meth:`report`.
    unfinished : list of exception
        References to unfinished work: freeing a large model takes seconds that are not left after a deadline.
    """

    def __init__(self) -> None:
        self.interrupted = threading.Event()
        self.answered = False
        self.reported = False
        self.unfinished: list[BaseException] = []
        self.raises = True
        self.alarm = False
        self.handlers: dict[int, Any] = {}
        self.alarm_handler: Any = None

    def check(self) -> None:
        """Raise KeyboardInterrupt if a signal has arrived, even if its exception was swallowed."""
        if self.interrupted.is_set():
            raise KeyboardInterrupt

    def report(self) -> bool:
        """Whether a signal has arrived; the caller's result must say so, since nothing is raised for it later."""
        self.reported = self.interrupted.is_set()
        return self.reported

    def receive(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal in place of the caller's own handler, and call that handler."""
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
    """The watch of this thread; only the main thread receives signals."""
    return _current if threading.current_thread() is threading.main_thread() else None


@contextmanager
def watched() -> Iterator[Watch]:
    """Record signals inside the block; if another watch is active, that one records them.

    A handler of the caller's own is still called; if it raises KeyboardInterrupt, that counts as a request to stop.
    A signal that no result reports raises KeyboardInterrupt when the block ends, so that none is lost: it may come
    after the last look at the watch.
    Threads other than the main one receive no signals, and their watch records nothing.
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
        if callable(handler):  # otherwise the caller chose that the signal is ignored or ends the process
            watch.handlers[number] = handler
    hook = sys.unraisablehook

    def report(ignored: sys.UnraisableHookArgs) -> None:
        """Print nothing of a stop that Python ignores, as in a destructor: it is recorded."""
        if not issubclass(ignored.exc_type, (KeyboardInterrupt, DeadlinePassed)):
            hook(ignored)

    _current = watch
    try:
        sys.unraisablehook = report
        for number in watch.handlers:
            signal.signal(number, watch.receive)
        yield watch
    finally:
        watch.raises = False
        for number, handler in watch.handlers.items():
            signal.signal(number, handler)
        sys.unraisablehook = hook
        _current = None
    if not watch.reported:
        watch.check()


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
    """Only record signals inside the block; the code in it checks the watch."""
    with _section(False):
        yield


@contextmanager
def at_once(deadline: float | None = None) -> Iterator[None]:
    """Raise KeyboardInterrupt for a signal, and :class:`DeadlinePassed` after a deadline (of ``time.monotonic``).

    Outside :func:`watched`, and in threads other than the main one, the deadline is checked only when the section
    begins and when it ends.
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
    """The request to stop that caused an error: a library may have turned it into an error of its own."""
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
                    signal.pthread_kill(main, ALARM)  # also interrupts a system call
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
        signal.signal(ALARM, handler)  # a pending signal reaches the watch before this line
        watch.alarm = False
