"""An answer to a question about an instance, as text: sentences first, tables after, a screen at the most."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from allocator.explaining.answer import Answer, columns
from allocator.report.text.words import number, percent, table

WIDTH = 100
"""Columns of an answer on a terminal that is not narrower."""

MOST, LEAST = 24, 4
"""Rows of all lists together that are shown without ``full``, and rows of each list in any case."""

SENTENCES = 8
"""Sentences that are shown without ``full``."""

TITLES = {
    "conflicts": "Conflicts: with these rules alone in force there is no plan",
    "repairs": "Ways out that give more",
    "ask_less": "The cheapest way out that asks less",
    "cheapest": "The cheapest way out of all",
    "targets": "Points that are missing, and what they depend on",
    "limits": "Single limits of a nation that would help if lifted alone",
    "steps": "What one more of each is worth, in the first objective",
    "rungs": "What more and more of it is worth, in the first objective",
    "objectives": "Objectives of the plan in hand, and of the plan that was asked about",
    "nations": "Without each nation, in the first objective",
    "pairs": "Without two nations, in the first objective",
    "keystones": "Whom the absence of a nation takes down, through pledges alone",
    "shapley": "Points of coverage that each nation adds on average",
    "coalitions": "Coalitions that are as good",
    "swaps": "Members that can be exchanged",
    "ranges": "Least and most in plans that are as good",
    "ladder": "Changes saved for each point that is given up",
    "changes": "Changes from the earlier plan",
    "rules": "Shares of own cost under several rules",
    "sets": "Smallest sets of nations whose yes suffices",
    "asks": "Calls in order, and points of the target that each adds",
    "could": "Who could give what is missing, and what stops more",
}
"""List -> its heading; other lists have their names."""


def draw_answer(out: Console, answer: Answer, *, full: bool = False) -> None:
    """Print an answer: sentences, lists, and what is open."""
    out.width = min(out.width, WIDTH)
    told = answer.sentences if full else answer.sentences[:SENTENCES]
    for sentence in told:
        out.print(sentence)
    shown = len(told) == len(answer.sentences)
    lists = _lists(answer, full)
    plain = {name: rows for name, rows in lists.items() if not isinstance(rows[0], Mapping)}
    if plain:
        out.print()
    for name, rows in plain.items():
        out.print(f"{TITLES.get(name, name)}: {_plain(rows, len(rows) if full else MOST)}")
    tables = {name: rows for name, rows in lists.items() if name not in plain}
    room = max(LEAST, MOST // max(1, len(tables)))
    for name, rows in tables.items():
        idle = [row["name"] for row in rows if name == "ranges" and row["low"] == row["high"] == 0]
        rows = [row for row in rows if name != "ranges" or row["name"] not in idle]
        most = len(rows) if full or len(rows) <= room + 1 else room
        out.print()
        out.print(f"{TITLES.get(name, name)}:")
        _table(out, answer, name, rows[:most])
        shown = shown and len(rows) <= most
        if len(rows) > most:
            out.print(f"and {len(rows) - most:,} more")
        if idle:
            out.print(f"nothing in any such plan: {_plain(idle, len(idle) if full else MOST)}")
            shown = shown and (full or len(idle) <= MOST)
    _ending(out, answer, shown)


def _ending(out: Console, answer: Answer, shown: bool) -> None:
    """What is open, and how to see what is not shown."""
    if answer.open:
        named = ", ".join(answer.open[:6]) + (f", and {len(answer.open) - 6} more" if len(answer.open) > 6 else "")
        out.print()
        out.print(f"Not settled{' (interrupted)' if answer.interrupted else ''}: {named}.")
        if not answer.interrupted and answer.manifest["options"]["time_limit"] is None:
            out.print("A longer --time-limit gives each solve more time; ~ marks values that were not proved.")
    if not shown:
        out.print()
        out.print("--full prints every line; --json and --out have everything.")


def _lists(answer: Answer, full: bool) -> dict[str, list[Any]]:
    """The lists in the order of the answer, without empty ones and the rules of a refusal, which the sentence names."""
    found = answer.tables()
    if answer.question != "repair":
        found.pop("changes", None)  # those of the ways out, which are shown whole
    if answer.question == "why_not":
        found.pop("rules", None)
    if found.get("least") == found.get("greatest"):
        found.pop("least", None)
    if found.get("cheapest") == found.get("ask_less"):
        found.pop("cheapest", None)
    for name, column in LARGEST_FIRST.items():
        if name in found:
            found[name] = sorted(found[name], key=lambda row: -(row.get(column) or 0))
    sets = found.get("sets", [])
    if len({row["target"] for row in sets}) == len(sets):
        found.pop("sets", None)  # the calls say it all
    if len({row["target"] for row in found.get("could", ())}) > 1 and not full:
        found.pop("could")
    return {name: rows for name, rows in found.items() if rows and _known(rows)}


def _known(rows: Sequence[Any]) -> bool:
    """Whether a list says anything besides names."""
    if not isinstance(rows[0], Mapping):
        return True
    return any(value is not None for row in rows for value in list(row.values())[1:])


def _plain(rows: Sequence[Any], most: int) -> str:
    """Names, or sets of names, separated by commas."""
    more = f", and {len(rows) - most:,} more" if len(rows) > most else ""
    return ", ".join(map(_joined, rows[:most])) + more


def _joined(value: Any) -> str:
    return "–".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


# ---- tables ------------------------------------------------------------------------------------------------------


def _table(out: Console, answer: Answer, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if name == "targets":
        _targets(out, rows)
        return
    if name == "asks":
        _asks(out, rows)
        return
    heads = [head for head in columns(name, list(rows)) if any(row.get(head) is not None for row in rows)]
    heads = [head for head in heads if head not in HIDDEN.get(name, ())]
    if name == "could" and len({row["target"] for row in rows}) == 1:
        heads.remove("target")
    grid = table(*((HEADINGS.get(head, head.replace("_", " ")), _side(rows, head)) for head in heads))
    for row in rows:
        grid.add_row(*(_cell(answer, name, head, row) for head in heads))
    out.print(grid)


HEADINGS = {"id": "what", "families": "rules", "members": "what they say"}
"""Column -> its heading, where that is not its name."""

LARGEST_FIRST = {"nations": "loss", "shapley": "value", "ranges": "high"}
"""List with a row for every nation -> the column in whose order it is shown; JSON and CSV keep that of the instance."""

HIDDEN = {
    "steps": ("bound",), "rungs": ("bound",), "repairs": ("verified",), "ask_less": ("verified",),
    "cheapest": ("verified",), "limits": ("bound", "nation"), "objectives": ("bound",), "rules": ("nations",),
    "sets": ("target", "verified"),
}  # fmt: skip
"""List -> columns that only --json and --out have."""

SHARES = {
    "targets": ("plan", "least"), "limits": ("least", "gain"), "shapley": ("value", "error"),
    "rules": ("unfairness", "gap"), "nations": (), "pairs": (), "sets": ("now", "after"),
}  # fmt: skip
"""List -> columns that are shares whatever the model minimises."""

VALUES = ("value", "gain", "loss", "extra", "bound", "forced")
"""Columns in the unit of an objective: of the row's, or the first."""


def _side(rows: Sequence[Mapping[str, Any]], head: str) -> str:
    numeric = all(isinstance(row.get(head), int | float | None) for row in rows)
    return "right" if numeric else "left"


def _cell(answer: Answer, name: str, head: str, row: Mapping[str, Any]) -> str:
    value = row.get(head)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "–"
    if head == "id":
        return answer.texts.get(str(value), str(value))
    if isinstance(value, int | float):
        objective = row.get("objective") or answer.manifest["model"]["objectives"][0]
        share = head in SHARES.get(name, ()) or (
            head in VALUES and name not in SHARES and objective in ("gap", "worst_period")
        )
        share = share or (name in ("nations", "pairs") and head in VALUES and objective in ("gap", "worst_period"))
        open_ = head == "value" and row.get("bound") is not None and row["bound"] < value - 1e-6 * max(1.0, abs(value))
        return ("~" if open_ else "") + (percent(value) if share else number(value))
    return _words(value)


def _words(value: Any) -> str:
    """A nested value in words."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        if "text" in value:
            return str(value["text"])
        return ", ".join(f"{key} {_words(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        if value and isinstance(value[0], list | tuple):
            return ", ".join(map(_joined, value))
        between = "; " if value and isinstance(value[0], Mapping) else ", "
        return between.join(map(_words, value)) or "none"
    return json.dumps(value)


def _targets(out: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """The divided gap in points."""
    named = list(dict.fromkeys(each["cause"] for row in rows for each in row["causes"]))
    heads = ("missing", "others", *named, "nowhere")
    grid = table(("target", "left"), *((head, "right") for head in heads))
    for row in rows:
        shares = {each["cause"]: each for each in row["causes"]}
        cells = [row["plan"], row["competition"], *(shares[name]["share"] for name in named), row["forces"]]
        errors = [None, None, *(shares[name]["error"] for name in named), None]
        grid.add_row(row["target"], *map(_points, cells, errors))
    out.print(grid)


def _asks(out: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """The calls: to whom, for what, what is in the way, and what a yes adds."""
    several = len({row["set"] for row in rows}) > 1
    what = "set" if several else "target"
    heads = (("to", "left"), ("for", "left"), ("in the way", "left"), ("adds", "right"))
    grid = table((what, "left"), ("call", "right"), *heads)
    before = None
    for row in rows:
        here = row["target"], row["set"]
        gives = ", ".join(f"{each['units']} {each['unit_type']} at {each['task']}" for each in row["gives"])
        cells = (gives or "no more units", ", ".join(row["stops"]), _points(row["worth"], None))
        grid.add_row("" if here == before else str(row[what]), str(row["call"]), row["nation"], *cells)
        before = here
    out.print(grid)


def _points(share: float | None, error: float | None) -> str:
    if share is None:
        return "–"
    sure = error is None or error < 0.0005
    return ("" if sure else "~") + f"{100 * share + 1e-9:.1f}"
