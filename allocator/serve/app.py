"""The pages of the server, and the guard before them.

Only this machine may ask, and only with the random word in the address. The guard refuses every other host name (a page
elsewhere could make its own name point here), and requests that a page elsewhere makes.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import aclosing, asynccontextmanager
from functools import cache
from pathlib import Path
from secrets import compare_digest
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from allocator.serve.controls import checked
from allocator.serve.desk import Desk
from allocator.serve.question import Asked, Question
from allocator.serve.shown import described

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PAGE = Path(__file__).parent / "page"
FILES = {
    "": ("index.html", "text/html; charset=utf-8"),
    "page.css": ("page.css", "text/css; charset=utf-8"),
    "page.js": ("page.js", "text/javascript; charset=utf-8"),
    "icon.svg": ("icon.svg", "image/svg+xml"),
}

MOST_BYTES = 100_000
"""Size of the largest request."""

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
"""Headers of every answer."""

_PAGE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Guard:
    """Passes on only requests of this machine's own page, with the headers of every answer.

    Parameters
    ----------
    app : ASGI application
    token : str
        First part of every address.
    port : int
    """

    def __init__(self, app: Any, token: str, port: int) -> None:
        self.app = app
        self.token = token
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"} | ({"127.0.0.1", "localhost"} if port == 80 else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *own]
            await send(message)

        refusal = self._refusal(scope) if scope["type"] == "http" else (403, "Only HTTP is spoken here.")
        if refusal is None and scope["path"] == f"/{self.token}":
            await RedirectResponse(f"/{self.token}/", 307)(scope, receive, with_headers)
        elif refusal is None:
            await self.app({**scope, "path": self._inner(scope)}, receive, with_headers)
        elif scope["type"] == "http":
            status, text = refusal
            await PlainTextResponse(text + "\n", status)(scope, receive, with_headers)
        else:
            await send({"type": "websocket.close", "code": 1008})

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Status and text if a request is refused."""
        given: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            given.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        hosts = given.get("host", [])
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            return 421, "This server answers only to 127.0.0.1 and localhost."
        origins = {origin.lower() for origin in given.get("origin", [])}
        sites = set(given.get("sec-fetch-site", []))
        if origins - {f"http://{host}" for host in self.hosts} or sites - {"same-origin", "none"}:
            return 403, "Requests from other pages are refused."
        first = scope["path"].lstrip("/").split("/", 1)[0]
        if not compare_digest(first.encode(), self.token.encode()):
            return 403, "The address lacks the word that allocator explore printed; open the whole address."
        return None

    def _inner(self, scope: Scope) -> str:
        """The path behind the token; the page itself is at ``TOKEN/``."""
        path: str = scope["path"]
        return path.removeprefix(f"/{self.token}")


@cache
def _file(name: str) -> bytes:
    return (PAGE / name).read_bytes()


class Stream(Response):
    """Objects, one a line, as they come; a reader that leaves ends them."""

    def __init__(self, events: AsyncIterator[dict[str, Any]]) -> None:
        super().__init__()
        self.events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def gone() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        async def lines() -> None:
            headers = [(b"content-type", b"application/x-ndjson; charset=utf-8")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            async with aclosing(self.events) as events:  # type: ignore[type-var]
                async for event in events:
                    body = json.dumps(event, ensure_ascii=False, allow_nan=False).encode() + b"\n"
                    await send({"type": "http.response.body", "body": body, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        tasks = [asyncio.ensure_future(lines()), asyncio.ensure_future(gone())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            done = await asyncio.gather(*tasks, return_exceptions=True)
        if isinstance(done[0], Exception) and not isinstance(done[0], OSError):
            raise done[0]


class Site:
    """What the page asks for.

    Parameters
    ----------
    question : Question
        What pages start from.
    desk : Desk
        Where answers come from.
    """

    def __init__(self, question: Question, desk: Desk) -> None:
        self.question = question
        self.desk = desk
        self.head = {
            **described(*question.base, question.name),
            "controls": [control.for_page() for control in question.controls.values()],
            "groups": _groups(question),
        }

    async def start(self, _: Request) -> Response:
        """What the page shows before the first answer."""
        return JSONResponse(self.head)

    async def answer(self, request: Request) -> Response:
        """The events of an answer, as they come."""
        try:
            sent = await _sent(request)
            page, last = sent["page"], sent.get("last", "")
            moves = checked(self.question.controls, sent["moves"])
            if not (isinstance(page, str) and _PAGE_NAME.fullmatch(page) and isinstance(last, str)):
                raise ValueError("the page has no name")
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            return PlainTextResponse(f"not a question of this page: {error}\n", 400)
        return Stream(self._events(page, self.question.asked(moves, last)))

    async def _events(self, page: str, asked: Asked) -> AsyncIterator[dict[str, Any]]:
        yield {"kind": "asked", "command": self.question.command(asked), "sweep": self.question.sweep(asked)}
        async with aclosing(self.desk.ask(page, asked)) as found:  # type: ignore[type-var]
            async for event in found:
                yield event

    async def leave(self, request: Request) -> Response:
        """Give up the process of a page that was closed."""
        try:
            self.desk.leave((await _body(request)).decode("latin-1"))
        except ValueError as error:
            return PlainTextResponse(f"not a page: {error}\n", 400)
        return Response(status_code=204)

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Processes live as long as the server."""
        await self.desk.open()
        try:
            yield
        finally:
            await self.desk.closed()


def application(question: Question, token: str, port: int, desk: Desk | None = None) -> Guard:
    """The server's application.

    Parameters
    ----------
    question : Question
        What pages start from.
    token : str
        Random word without which nothing is answered.
    port : int
        Port of 127.0.0.1 on which it listens.
    desk : Desk, optional
        Where answers come from.
    """
    site = Site(question, desk or Desk(question))
    routes = [
        *(Route(f"/{name}", _static(name), methods=["GET"]) for name in FILES),
        Route("/start", site.start, methods=["GET"]),
        Route("/answer", site.answer, methods=["POST"]),
        Route("/leave", site.leave, methods=["POST"]),
    ]
    return Guard(Starlette(routes=routes, lifespan=site.lifespan), token, port)


def _static(name: str) -> Callable[[Request], Awaitable[Response]]:
    file, kind = FILES[name]

    async def send(_: Request) -> Response:
        return Response(_file(file), media_type=kind)

    return send


def _groups(question: Question) -> dict[str, list[str]]:
    """Group of nations -> the controls of its members that can send something."""
    found: dict[str, list[str]] = {}
    for row in question.base[0].rows("groups"):
        if f"nation.{row['nation']}" in question.controls:
            found.setdefault(row["group"], []).append(f"nation.{row['nation']}")
    return found


async def _body(request: Request) -> bytes:
    """The body of a request.

    Raises
    ------
    ValueError
        It is too long.
    """
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise ValueError("the request is too long")
    return body


async def _sent(request: Request) -> dict[str, Any]:
    """The object of a request.

    Raises
    ------
    ValueError
        It is none, or too long.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise ValueError("the content is not application/json")
    sent = json.loads(await _body(request))
    if not isinstance(sent, dict):
        raise ValueError("the content is not an object")
    return sent
