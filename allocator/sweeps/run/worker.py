"""A process that does jobs for a pool: ``python -m allocator.sweeps.run.worker``.

Messages are pickles, each preceded by its length in eight bytes. The worker receives ``(make, setup)`` and then one job
at a time. It sends ``(kind, content)``: a heartbeat every second, a message that it is ready, and the result of each
job.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import os
import pickle
import queue
import signal
import struct
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO, NoReturn

BEAT = 1.0
"""Seconds between two heartbeats."""

READY, ALIVE, DONE, FAILED = "ready", "alive", "done", "failed"
"""Kinds of message from a worker."""

HEAD = struct.Struct(">Q")


def send(stream: BinaryIO, frame: bytes) -> None:
    """Write one message."""
    stream.write(HEAD.pack(len(frame)) + frame)
    stream.flush()


def receive(stream: BinaryIO) -> bytes | None:
    """Read one message; None if the stream ends before the message is complete."""
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    (size,) = HEAD.unpack(head)
    frame = stream.read(size)
    return frame if len(frame) == size else None


def pack(content: Any) -> bytes:
    """Content as bytes."""
    return pickle.dumps(content, protocol=pickle.HIGHEST_PROTOCOL)


def handler(make: str, setup: Any) -> Callable[[Any], Any]:
    """The object that does the jobs: the class ``package.module:Class``, called with the setup."""
    module, _, name = make.partition(":")
    made: Callable[[Any], Any] = getattr(importlib.import_module(module), name)(setup)
    return made


def answer(work: Callable[[Any], Any], job: bytes) -> bytes:
    """Do one job; returns the message to send back, whatever happens."""
    try:
        return pack((DONE, work(pickle.loads(job))))
    except BaseException:
        return pack((FAILED, traceback.format_exc()))


def main() -> NoReturn:
    """Do jobs until the parent closes standard input."""
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    inbound, outbound = private_streams()
    jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    lock = threading.Lock()

    def reply(frame: bytes) -> None:
        try:
            with lock:
                send(outbound, frame)
        except OSError:
            os._exit(0)  # the parent is gone

    def listen() -> None:
        with contextlib.suppress(OSError):
            while (frame := receive(inbound)) is not None:
                jobs.put(frame)
        os._exit(0)  # the parent is gone, or has no more jobs

    def beat() -> None:
        while True:
            reply(pack((ALIVE, None)))
            time.sleep(BEAT)

    for loop in (listen, beat):
        threading.Thread(target=loop, daemon=True).start()
    try:
        work = handler(*pickle.loads(jobs.get()))
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    reply(pack((READY, None)))
    while True:
        reply(answer(work, jobs.get()))


def private_streams() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output kept for messages; other prints go to standard error, other reads get nothing."""
    inbound, outbound = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return inbound, outbound


if __name__ == "__main__":
    main()
