"""Questions about toys, and what a page is told about them."""

from __future__ import annotations

from typing import Any

import allocator
from allocator.serve.question import Asked, Question
from allocator.serve.worker import Answerer
from tests.toys import pools, toy, willing

SCRIPT = "<script>alert(1)</script>"
"""A name that must stay text."""


def question(name: str = "toy-budget", **options: Any) -> Question:
    """A bundled toy as it was asked."""
    return Question(name, allocator.read(name), **options)


def hostile() -> Question:
    """Two nations and a task whose names are code, with an event and a group."""
    nations = [{"nation": "AAA", "name": SCRIPT, "gdp": 1000.0}, {"nation": "BBB", "name": "=1+1", "gdp": 500.0}]
    instance = toy(
        events={"peace": True}, nations=nations, willingness=[*willing("AAA"), *willing("BBB", at=0.4)],
        forces=[*pools(3, "AAA"), *pools(2, "BBB")], tasks=[{"task": "hold", "name": '"><img src=x onerror=alert(2)>'}],
        groups=[{"group": "WEST", "nation": "AAA"}],
    )  # fmt: skip
    return Question("toy.json", instance)


def told(asked_of: Question, asked: Asked) -> list[dict[str, Any]]:
    """Everything that a page is told of a question."""
    events: list[dict[str, Any]] = []
    Answerer(asked_of).answer(asked, events.append)
    return events


def kinds(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The events of a kind."""
    return [event for event in events if event["kind"] == kind]
