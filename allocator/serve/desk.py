"""A process for each open page, asked and stopped from the server's event loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import sys
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Any

from allocator.serve.question import Asked, Question
from allocator.sweeps.run.worker import HEAD, pack

MOST_PAGES = 4
"""Pages that are answered at a time; the one that has been still for longest gives up its process to another."""

COMMAND = (sys.executable, "-m", "allocator.serve.worker")

Event = dict[str, Any]

END: Event = {"kind": "end", "stopped": True}


class Seat:
    """The process of one page.

    Attributes
    ----------
    number : int
        Of the newest job; each page counts its own.
    """

    def __init__(self, process: asyncio.subprocess.Process, first: bytes) -> None:
        self.process = process
        self.number = 0
        self.events: asyncio.Queue[Event] | None = None
        self.gone = False
        self._write(first)
        self._reader = asyncio.ensure_future(self._read())

    def ask(self, asked: Asked) -> asyncio.Queue[Event]:
        """Stop the job in hand and begin another; returns where its events arrive."""
        self.stop(self.number)
        self.number += 1
        self.events = asyncio.Queue()
        if self.gone:
            self._died()
        else:
            self._write(pack((self.number, asked)))
        return self.events

    def stop(self, number: int) -> None:
        """Stop a job if it is still in hand; its events end."""
        if self.events is not None and number == self.number:
            self.events.put_nowait(END)
            self.events = None
            self._write(pack((number, None)))

    def close(self, why: str = "") -> None:
        """End the process at once."""
        self.gone = True
        if self.events is not None:
            if why:
                self.events.put_nowait({"kind": "refused", "text": why})
            self.events.put_nowait(END)
            self.events = None
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()

    async def ended(self) -> None:
        """Wait until the process has ended and nothing of it is left."""
        await self.process.wait()
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader
        if self.process.stdin is not None:
            self.process.stdin.close()

    def _write(self, frame: bytes) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError, RuntimeError):  # what has died is seen by the reader
            self.process.stdin.write(HEAD.pack(len(frame)) + frame)

    async def _read(self) -> None:
        assert self.process.stdout is not None
        try:
            while True:
                (size,) = HEAD.unpack(await self.process.stdout.readexactly(HEAD.size))
                number, event = pickle.loads(await self.process.stdout.readexactly(size))
                if number == self.number and self.events is not None:
                    self.events.put_nowait(event)
                    if event["kind"] == "end":
                        self.events = None
        except (asyncio.IncompleteReadError, OSError):
            self._died()

    def _died(self) -> None:
        """Say that the process is gone; the next question starts another."""
        self.gone = True
        if self.events is not None:
            text = "The process of this page ended, perhaps because memory ran out. Move something to start another."
            self.events.put_nowait({"kind": "refused", "text": text})
            self.events.put_nowait(END)
            self.events = None


class Desk:
    """Answers pages, each in a process of its own.

    Parameters
    ----------
    question : Question
        What all pages start from.
    """

    def __init__(self, question: Question) -> None:
        self._first = pack(question)
        self._seats: OrderedDict[str, Seat] = OrderedDict()
        self._spare: Seat | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._closed = False

    async def open(self) -> None:
        """Start a process for the first page, so that it is ready when the page is."""
        self._spare = await self._start()

    async def ask(self, page: str, asked: Asked) -> AsyncIterator[Event]:
        """The events of an answer; it stops the job in hand of the same page, and ends itself if nobody listens."""
        seat = await self._seat(page)
        if seat is None:
            yield {"kind": "refused", "text": "The server is stopping."}
            return
        events = seat.ask(asked)
        number = seat.number
        try:
            while True:
                event = await events.get()
                yield event
                if event["kind"] == "end":
                    return
        finally:
            seat.stop(number)

    def leave(self, page: str) -> None:
        """End the process of a page that was closed."""
        seat = self._seats.pop(page, None)
        if seat is not None:
            self._bury(seat)

    def close(self) -> None:
        """End all processes; all answers end."""
        self._closed = True
        for page in list(self._seats):
            self.leave(page)
        if self._spare is not None:
            self._bury(self._spare)
            self._spare = None

    async def closed(self) -> None:
        """Wait until all processes have ended."""
        self.close()
        if self._leaving:
            await asyncio.wait(self._leaving)

    async def _seat(self, page: str) -> Seat | None:
        seat = self._seats.get(page)
        if seat is None or seat.gone:
            self.leave(page)
            started = self._spare or await self._start()
            self._spare = None
            if self._closed or page in self._seats:  # while this one started
                self._bury(started)
            else:
                self._seats[page] = started
            while len(self._seats) > MOST_PAGES:
                _, oldest = self._seats.popitem(last=False)
                self._bury(
                    oldest, f"More than {MOST_PAGES} pages are open, so this one gave up its solver. Move something."
                )
        if self._closed:
            return None
        self._seats.move_to_end(page)
        return self._seats[page]

    def _bury(self, seat: Seat, why: str = "") -> None:
        seat.close(why)
        task = asyncio.ensure_future(seat.ended())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _start(self) -> Seat:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(os.path.abspath(entry) for entry in sys.path)}
        process = await asyncio.create_subprocess_exec(
            *COMMAND, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=environment,
            start_new_session=True,  # Ctrl-C reaches the server alone
        )  # fmt: skip
        return Seat(process, self._first)
