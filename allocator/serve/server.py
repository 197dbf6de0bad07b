"""The server of the live page, on this machine alone."""

from __future__ import annotations

import errno
import secrets
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

from allocator.errors import BadUsage
from allocator.serve.question import Question

LOOPBACK = "127.0.0.1"
PORT = 8750
"""Port if none is given; the next free one is taken if it is in use."""

TRIES = 20
"""Ports from :data:`PORT` on that are tried."""

MISSING = (
    "allocator explore needs the packages starlette and uvicorn, which are not installed; "
    'in the clone: pip install ".[explore]"'
)


def check_installed() -> None:
    """Refuse to start without the packages of the server.

    Raises
    ------
    BadUsage
    """
    try:
        import starlette
        import uvicorn  # noqa: F401
    except ImportError:
        raise BadUsage(MISSING) from None
    _ = starlette


def listening(port: int | None) -> socket.socket:
    """A socket that listens on this machine alone.

    Parameters
    ----------
    port : int or None
        The port; 0 for any free one, None for :data:`PORT` or one of the next.

    Raises
    ------
    BadUsage
        The port is in use, or may not be used.
    """
    tried = range(PORT, PORT + TRIES) if port is None else (port,)
    for number in tried:
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if hasattr(socket, "SO_REUSEADDR") and socket.SO_REUSEADDR and not hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was just left is free
            made.bind((LOOPBACK, number))
            made.listen(128)
        except OSError as error:
            made.close()
            if error.errno == errno.EADDRINUSE and port is None and number != tried[-1]:
                continue
            if error.errno == errno.EADDRINUSE:
                what = f"ports {tried[0]} to {tried[-1]} are" if port is None else f"port {port} is"
                raise BadUsage(f"{what} in use; give another with --port, or --port 0 for any that is free") from None
            raise BadUsage(
                f"port {number} cannot be used ({error.strerror or error}); give another with --port"
            ) from None
        return made
    raise AssertionError("no port was tried")


def serve(question: Question, listener: socket.socket, ready: Callable[[str], None]) -> None:
    """Answer pages until a signal asks to stop; then end their processes, and pass the signal on.

    Parameters
    ----------
    question : Question
        What pages start from.
    listener : socket
        From :func:`listening`.
    ready : callable
        Called with the address once the server answers.
    """
    import uvicorn

    from allocator.serve.app import application
    from allocator.serve.desk import Desk

    token = secrets.token_urlsafe(24)
    port = listener.getsockname()[1]
    desk = Desk(question)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready(f"http://{LOOPBACK}:{port}/{token}/")

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            desk.close()  # answers in hand end, and with them what the server would wait for
            await super().shutdown(sockets)

    config = uvicorn.Config(
        application(question, token, port, desk), log_level="error", access_log=False, lifespan="on", ws="none",
        server_header=False, date_header=False, timeout_graceful_shutdown=2, proxy_headers=False,
    )  # fmt: skip
    running = Server(config)
    with _hanging_up(running.handle_exit):
        running.run(sockets=[listener])


@contextmanager
def _hanging_up(handle: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Pass a closed terminal on to the server, which handles the other requests to stop; not if it is ignored."""
    number = getattr(signal, "SIGHUP", None)
    before = None if number is None else signal.getsignal(number)
    if number is None or before in (signal.SIG_IGN, None) or current_thread() is not main_thread():
        yield
        return
    signal.signal(number, handle)
    try:
        yield
    finally:
        signal.signal(number, before)
