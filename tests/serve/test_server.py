"""The server: who may ask, what is sent, and how it ends."""

from __future__ import annotations

import asyncio
import builtins
import http.client
import json
import signal
import socket
import subprocess
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

import allocator
from allocator.cli import cli
from allocator.errors import BadUsage
from allocator.serve import server
from allocator.serve.app import HEADERS, Stream, application
from allocator.serve.desk import Desk
from allocator.serve.question import Asked, Question
from tests.cli.running import ENVIRONMENT, HERE, run
from tests.present import present
from tests.serve.toys import SCRIPT, hostile, question, told

TOKEN = "a-word"
PORT = 8750
HOST = f"127.0.0.1:{PORT}"


class Here(Desk):
    """Answers in this process, and remembers who left."""

    def __init__(self, question: Question) -> None:
        super().__init__(question)
        self.question = question
        self.left: list[str] = []

    async def open(self) -> None:
        """No process is needed."""

    async def ask(self, page: str, asked: Asked) -> AsyncIterator[dict[str, Any]]:
        for event in [*told(self.question, asked), {"kind": "end", "stopped": False}]:
            yield event

    def leave(self, page: str) -> None:
        self.left.append(page)


def client(asked_of: Question) -> TestClient:
    """A browser of this machine's own page."""
    return TestClient(
        application(asked_of, TOKEN, PORT, Here(asked_of)), base_url=f"http://{HOST}", follow_redirects=False
    )


@pytest.fixture(scope="module")
def page() -> Iterator[TestClient]:
    with client(hostile()) as opened:
        yield opened


def lines(text: str) -> list[dict[str, Any]]:
    """The events of a stream."""
    return [json.loads(line) for line in text.splitlines()]


class TestGuard:
    @pytest.mark.parametrize(
        "host",
        ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:80", f"127.0.0.1.evil.example:{PORT}", ""],
    )
    def test_another_host_name_is_refused(self, page: TestClient, host: str) -> None:
        refused = page.get(f"/{TOKEN}/", headers={"host": host})
        assert refused.status_code == 421
        assert "127.0.0.1" in refused.text

    @pytest.mark.parametrize("path", ["/", "/page.js", "/a-wor/", "/a-wordy/", "/wrong/start", "//a-word", "/%61-wor/"])
    def test_without_the_word_nothing_is_answered(self, page: TestClient, path: str) -> None:
        refused = page.get(path)
        assert refused.status_code == 403
        assert "allocator explore" in refused.text
        assert refused.headers["content-security-policy"] == HEADERS["content-security-policy"]

    @pytest.mark.parametrize(
        "headers",
        [
            {"origin": "http://evil.example"},
            {"origin": "null"},
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
        ],
    )
    def test_a_page_elsewhere_is_refused(self, page: TestClient, headers: dict[str, str]) -> None:
        sent = {"page": "p", "moves": {}}
        assert page.post(f"/{TOKEN}/answer", json=sent, headers=headers).status_code == 403
        assert page.get(f"/{TOKEN}/start", headers=headers).status_code == 403

    def test_localhost_is_this_machine_too(self, page: TestClient) -> None:
        headers = {"host": f"localhost:{PORT}", "origin": f"http://localhost:{PORT}", "sec-fetch-site": "same-origin"}
        assert page.get(f"/{TOKEN}/start", headers=headers).status_code == 200

    def test_every_answer_has_the_policy(self, page: TestClient) -> None:
        for path in ("", "page.css", "page.js", "icon.svg", "start", "nothing"):
            headers = page.get(f"/{TOKEN}/{path}").headers
            assert {name: headers[name] for name in HEADERS} == HEADERS
        policy = HEADERS["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy

    def test_the_address_without_its_last_stroke_leads_to_the_page(self, page: TestClient) -> None:
        assert page.get(f"/{TOKEN}").headers["location"] == f"/{TOKEN}/"

    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            ("{}", "application/json"),
            ("[]", "application/json"),
            ("{", "application/json"),
            ("[" * 20_000, "application/json"),
            (json.dumps({"page": "p", "moves": {"floor": 99}}), "application/json"),
            (json.dumps({"page": "p/../q", "moves": {}}), "application/json"),
            (json.dumps({"page": 1, "moves": {}}), "application/json"),
            (json.dumps({"page": "p", "moves": {}, "last": 1}), "application/json"),
            (json.dumps({"page": "p", "moves": {}}), "text/plain"),
            (json.dumps({"page": "p", "moves": {}, "more": "x" * 200_000}), "application/json"),
        ],
    )
    def test_what_is_no_question_is_refused(self, page: TestClient, content: str, kind: str) -> None:
        refused = page.post(f"/{TOKEN}/answer", content=content, headers={"content-type": kind})
        assert refused.status_code == 400
        assert refused.text.startswith("not a question of this page")

    def test_other_methods_are_refused(self, page: TestClient) -> None:
        assert page.get(f"/{TOKEN}/answer").status_code == 405
        assert page.put(f"/{TOKEN}/").status_code == 405


class TestPage:
    def test_an_answer_comes_line_by_line_and_begins_with_what_is_saved(self, page: TestClient) -> None:
        sent = {"page": "p", "moves": {"factor": 4, "nation.BBB": 0}, "last": "factor"}
        events = lines(page.post(f"/{TOKEN}/answer", json=sent).text)
        assert events[0]["kind"] == "asked"
        assert events[0]["command"] == "allocator solve toy.json --set 'requirements.quantity*=0.75' --coalition=-BBB"
        assert events[-1] == {"kind": "end", "stopped": False}
        assert any(event["kind"] == "answer" and event["found"] for event in events)

    def test_names_are_sent_as_data_and_never_as_a_page(self, page: TestClient) -> None:
        start = page.get(f"/{TOKEN}/start")
        assert start.headers["content-type"] == "application/json"
        labels = [control["label"] for control in start.json()["controls"]]
        assert {SCRIPT, "=1+1"} <= set(labels)
        assert start.json()["groups"] == {"WEST": ["nation.AAA"]}
        for path in ("", "page.js"):
            assert SCRIPT not in page.get(f"/{TOKEN}/{path}").text

    def test_the_script_writes_text_only(self) -> None:
        script = (Path(server.__file__).parent / "page" / "page.js").read_text(encoding="utf-8")
        for sink in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "http:",
        ):
            assert sink not in script

    def test_a_reader_that_leaves_ends_the_answer(self) -> None:
        """The connection closes after the first line; the events that would have followed are given up."""
        given_up: list[bool] = []
        sent: list[Any] = []

        async def read() -> None:
            first = asyncio.Event()

            async def events() -> AsyncIterator[dict[str, Any]]:
                try:
                    yield {"kind": "answer"}
                    await asyncio.Event().wait()  # a solve without an end
                finally:
                    given_up.append(True)

            async def receive() -> dict[str, Any]:
                await first.wait()
                return {"type": "http.disconnect"}

            async def send(message: Any) -> None:
                sent.append(message)
                if message.get("body"):
                    first.set()

            await Stream(events())({"type": "http"}, receive, send)

        asyncio.run(read())
        assert given_up == [True]
        assert [message.get("body") for message in sent] == [None, b'{"kind": "answer"}\n']

    def test_a_page_that_closes_gives_up_its_process(self) -> None:
        asked_of = question()
        desk = Here(asked_of)
        with TestClient(application(asked_of, TOKEN, PORT, desk), base_url=f"http://{HOST}") as opened:
            assert opened.post(f"/{TOKEN}/leave", content="p").status_code == 204
        assert desk.left == ["p"]


class TestCommand:
    def test_a_port_in_use_is_a_sentence(self) -> None:
        taken = server.listening(0)
        port = taken.getsockname()[1]
        with taken, pytest.raises(BadUsage, match=rf"port {port} is in use; give another with --port"):
            server.listening(port)

    def test_without_a_port_the_next_free_one_is_taken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with server.listening(0) as taken:
            monkeypatch.setattr(server, "PORT", taken.getsockname()[1])
            with server.listening(None) as other:
                assert server.PORT < other.getsockname()[1] < server.PORT + server.TRIES
            monkeypatch.setattr(server, "TRIES", 1)
            with pytest.raises(BadUsage, match="in use"):
                server.listening(None)

    def test_it_listens_on_this_machine_alone(self) -> None:
        with server.listening(0) as made:
            assert made.getsockname()[0] == "127.0.0.1"

    def test_without_its_packages_there_is_a_way_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = builtins.__import__

        def missing(name: str, *arguments: Any, **named: Any) -> Any:
            if name == "uvicorn":
                raise ImportError(name)
            return real(name, *arguments, **named)

        monkeypatch.setattr(builtins, "__import__", missing)
        with pytest.raises(BadUsage, match=r'in the clone: pip install "\.\[explore\]"'):
            server.check_installed()

    def test_every_option_takes_effect(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What the options say reaches the server, which is not started here."""
        served: list[tuple[Question, int]] = []
        opened = threading.Event()

        def serve(asked_of: Question, listener: socket.socket, ready: Callable[[str], None]) -> None:
            served.append((asked_of, listener.getsockname()[1]))
            listener.close()
            ready("http://127.0.0.1/a-word/")

        monkeypatch.setattr(server, "serve", serve)
        monkeypatch.setattr(webbrowser, "open", lambda address: opened.set())
        with server.listening(0) as free:
            port = free.getsockname()[1]
        options = [
            "--model", "surge", "--gap", "0.01", "--time-limit", "9", "--threads", "2", "--seed", "3", "--case", "low",
            "--set", "model.max_burden=0.5", "--coalition", "AAA", "--port", str(port),
        ]  # fmt: skip
        done = CliRunner().invoke(cli, ["explore", "toy-rotation", *options, "--no-open", "--quiet"])
        assert (done.exit_code, done.stdout, done.stderr) == (0, "http://127.0.0.1/a-word/\n", "")
        expected = Question(
            "toy-rotation", allocator.read("toy-rotation"), "surge", ("model.max_burden=0.5",), "low", "AAA",
            gap=0.01, time_limit=9.0, threads=2, seed=3,
        )  # fmt: skip
        assert served == [(expected, port)]
        assert not opened.is_set()
        loud = CliRunner().invoke(cli, ["explore", "toy-infeasible", "--set", "unit_types.operating_cost*=1e6"])
        assert opened.wait(10)
        assert "warning: " in loud.stderr
        assert loud.stderr.endswith("The page opens in your browser. Ctrl-C ends it.\n")

    def test_bad_input_is_reported_before_anything_listens(self) -> None:
        done = run("explore", "toy-budget", "--no-open", "--coalition", "ZZZ")
        assert (done.returncode, done.stdout) == (2, "")
        assert "--coalition" in done.stderr


class Running:
    """``allocator explore`` in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [*HERE, "explore", *arguments, "--no-open", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env=ENVIRONMENT,
        )  # fmt: skip
        self.address = urlsplit(present(self.process.stdout).readline().strip())

    def ask(self, page: str, moves: dict[str, int]) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """Begin a question; the caller reads the answer, or leaves."""
        connection = http.client.HTTPConnection("127.0.0.1", present(self.address.port), timeout=60)
        body = json.dumps({"page": page, "moves": moves})
        headers = {"content-type": "application/json"}
        connection.request("POST", f"{self.address.path}answer", body, headers)
        return connection, connection.getresponse()

    def workers(self) -> set[int]:
        """Processes that the server started and that still run."""
        table = subprocess.run(["ps", "-eo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
        rows = (line.split() for line in table.splitlines())
        return {
            int(pid) for pid, parent, state in rows if int(parent) == self.process.pid and not state.startswith("Z")
        }


def until(response: http.client.HTTPResponse, kind: str) -> dict[str, Any]:
    """Read a stream up to an event of a kind."""
    while line := response.readline():
        event: dict[str, Any] = json.loads(line)
        if event["kind"] == kind:
            return event
    raise AssertionError(f"no {kind}")


def test_two_pages_at_once_a_question_that_is_left_and_an_orderly_end() -> None:
    """A page asks what takes ten seconds, moves on and leaves; another is answered meanwhile; Ctrl-C ends all."""
    running = Running("reassurance-force", "--set", "budgets[payer=*].amount=1200")
    try:
        assert running.address.hostname == "127.0.0.1"
        for name in ("one", "two"):  # each page has its process before the slow questions begin
            opened, quick = running.ask(name, {"floor": 20})
            until(quick, "warnings")
            opened.close()
        first, slow = running.ask("one", {})
        until(slow, "answer")
        left, other = running.ask("two", {})
        until(other, "answer")
        left.sock.shutdown(socket.SHUT_RDWR)  # as a closed tab does
        left.close()
        third, next_one = running.ask("one", {"floor": 20})
        assert until(slow, "end")["stopped"] is True
        assert until(next_one, "status")["status"] == "optimal"
        for connection in (first, third):
            connection.close()
        assert len(running.workers()) == 2
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(30) == 0
        assert running.workers() == set()
        assert (
            present(running.process.stderr).read() == "Open the address in a browser of this machine. Ctrl-C ends it.\n"
        )
    finally:
        running.process.kill()
        running.process.wait()
