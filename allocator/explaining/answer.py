"""The answer to a question: lists, sentences, what is open, the plan in hand, and how it was found."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from allocator.files import write_whole
from allocator.notebook import Drawn
from allocator.plan.writing import check_target

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "conflicts": ("families", "members", "minimal"),
    "repairs": ("changes", "price", "verified"),
    "ask_less": ("changes", "price", "verified"),
    "cheapest": ("changes", "price", "verified"),
    "targets": ("target", "plan", "least", "competition", "forces", "causes"),
    "limits": ("id", "nation", "least", "gain"),
    "steps": ("id", "to", "value", "bound", "gain"),
    "rungs": ("at", "value", "bound", "gain"),
    "objectives": ("objective", "value", "forced", "bound"),
    "nations": ("nation", "able", "value", "loss", "survives", "takes_over"),
    "pairs": ("nations", "value", "loss", "extra"),
    "keystones": ("nation", "takes_down"),
    "shapley": ("nation", "value", "error"),
    "ranges": ("kind", "name", "low", "high"),
    "changes": ("nation", "unit_type", "task", "period", "from", "to"),
    "ladder": ("given_up", "value", "nations_changed", "units_moved", "saved"),
    "rules": ("rule", "unfairness", "load", "cost", "price", "gap", "nations"),
    "sets": ("target", "set", "nations", "units", "now", "after", "price", "verified"),
    "asks": ("target", "set", "call", "nation", "gives", "stops", "changes", "alone", "worth"),
    "could": ("target", "nation", "unit_type", "units", "here", "elsewhere", "stops"),
}
"""List of an answer whose entries are rows -> its columns; an open value has a further column ``bound``."""

PLAIN = (
    "rules", "greatest", "least", "waiting", "triggers", "always", "never", "sometimes", "coalitions", "swaps",
)  # fmt: skip
"""Further lists of answers; ``rules`` of ``why_not`` are names."""

SINGLE = ("ask_less", "cheapest")
"""Entries of answers that are one repair."""

FILES = ("answer.json", *(f"{name}.csv" for name in dict.fromkeys([*COLUMNS, *PLAIN, *SINGLE])))
"""Names of the files of an answer."""


@dataclass(frozen=True)
class Answer(Drawn):
    """The answer to a question.

    Attributes
    ----------
    question : str
        ``conflict``, ``gap``, ``worth``, ``why``, ``why_not``, ``need``, ``who``, ``alternatives``, ``repair``,
        ``fairness`` or ``asks``.
    status : str or None
        Of the base solve; None where the answer needed none.
    open : list of str
        What time, the number asked for, or an interruption leaves open.
    answer : dict
        The lists.
    sentences : list of str
        The answer in words, the main thing first.
    plan : dict or None
        ``objectives``, ``deployments``, ``coverage`` and ``nations`` of the plan in hand.
    manifest : dict
        Instance, model, options and versions.
    refused : bool
        Whether the question needs a plan and there is none: the answer is the conflicts.
    texts : mapping
        Id of a statement -> what it says.
    names : mapping
        Table -> code -> name, of the instance.
    currency : str
        Of the instance.
    """

    question: str
    status: str | None
    open: list[str]
    answer: dict[str, Any]
    sentences: list[str]
    plan: dict[str, list[dict[str, Any]]] | None
    manifest: dict[str, Any] = field(repr=False)
    refused: bool = False
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    currency: str = ""

    @property
    def complete(self) -> bool:
        """Whether nothing is open."""
        return not self.open

    @property
    def interrupted(self) -> bool:
        """Whether the user stopped it."""
        return bool(self.manifest["stopped_by"] == "interrupt")

    def to_dict(self) -> dict[str, Any]:
        """The whole answer as one object of plain values, as ``allocator explain --json`` prints it."""
        return {
            "question": self.question, "status": self.status, "complete": self.complete, "open": list(self.open),
            "answer": deepcopy(self.answer), "text": " ".join(self.sentences), "plan": deepcopy(self.plan),
            "manifest": deepcopy(self.manifest),
        }  # fmt: skip

    def tables(self) -> dict[str, list[Any]]:
        """The lists, those of the cascade too; a single repair is a list of one."""
        content = {**self.answer, **self.answer.get("cascade", {})}
        single = {name: [content[name]] for name in SINGLE if content.get(name) is not None}
        return {name: value for name, value in content.items() if isinstance(value, list)} | single

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write each list as a CSV file, and the whole answer as ``answer.json``; all of it or nothing.

        Raises
        ------
        BadUsage
            The path exists and is not an earlier answer.
        OSError
            The files cannot be written; nothing is left behind.
        """
        check_target(path, FILES)
        content = {f"{name}.csv": _csv(name, rows) for name, rows in self.tables().items()}
        content["answer.json"] = json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n"
        write_whole(path, {name: text.encode("utf-8") for name, text in content.items()})


def columns(name: str, rows: list[Any]) -> list[str]:
    """The columns of a list: those of its name, and what its rows have besides."""
    found = dict.fromkeys(COLUMNS.get(name, ()) if not rows or isinstance(rows[0], Mapping) else ())
    for row in rows:
        if isinstance(row, Mapping):
            found |= dict.fromkeys(row)
    return list(found)


def _csv(name: str, rows: list[Any]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    heads = columns(name, rows)
    writer.writerow(heads or [name])
    for row in rows:
        writer.writerow([_cell(row.get(head)) for head in heads] if heads else [_cell(row)])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return " ".join(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | tuple | Mapping) else value
