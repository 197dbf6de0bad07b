"""An answer to a question about an instance, as text: sentences first, tables after, a screen at the most."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import Console

from allocator.explaining.answer import Answer
from allocator.explaining.words import RULE_WORDS
from allocator.report.text.explain_tables import columns_of
from allocator.report.text.explain_words import Row, Words
from allocator.report.text.words import table

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
    "limits": "Single limits of a nation that would help if lifted alone, and points that each adds",
    "steps": "What one more of each adds",
    "rungs": "What more and more of it adds",
    "objectives": "Objectives of the plan in hand, and of the plan that was asked about",
    "nations": "What is lost without a nation",
    "pairs": "What is lost without two nations",
    "keystones": "Whose absence takes others down, through pledges alone",
    "shapley": "Points of coverage that each nation adds, on average over all orders in which they may join",
    "greatest": "Pledges that can be kept together",
    "least": "Pledges that wait for nobody",
    "waiting": "Pledges that wait for others",
    "coalitions": "Coalitions that are as good",
    "ranges": "Least and most in plans that are as good",
    "ladder": "Moves saved by giving up some of the first objective",
    "changes": "Changes from the earlier plan",
    "rules": "Shares of own cost under several rules",
    "sets": "Smallest sets of nations whose yes suffices, and points missing before and after",
    "asks": "Calls in order, and points of the target that each adds",
    "could": "Who could give what is missing, and what stops more",
}
"""List -> its heading."""

PRICED = ("repairs", "ask_less", "cheapest", "sets")
"""Lists with a price of changes."""

PRICE = "Price of a change: 1 for a rule that is lifted; for a figure, the share by which it changes."

IDLE: Mapping[str, tuple[str, Callable[[Row], bool], str]] = {
    "ranges": ("nothing in any such plan", lambda row: row["low"] == row["high"] == 0, "name"),
    "nations": (
        "nothing is lost without",
        lambda row: row["loss"] == 0 and bool(row["survives"]) and not row["takes_over"],
        "nation",
    ),
    "rules": ("no figures for", lambda row: row["unfairness"] is None, "rule"),
    "shapley": ("nothing is added by", lambda row: row["value"] == 0 == row["error"], "nation"),
}
"""List -> what is said on one line of the rows that say nothing else, which they are, and the column of their names."""

SAID = ("always", "never", "sometimes", "swaps", "triggers")
"""Lists that sentences say in full."""


def draw_answer(out: Console, answer: Answer, *, full: bool = False) -> None:
    """Print an answer: sentences, lists, and what is open."""
    out.width = min(out.width, WIDTH)
    told = answer.sentences if full else answer.sentences[:SENTENCES]
    for sentence in told:
        out.print(sentence)
    shown = len(told) == len(answer.sentences)
    lists, words = _lists(answer, full), Words(answer)
    room = max(LEAST, MOST // max(1, len(lists)))
    for name, rows in lists.items():
        idle = _idle(words, name, rows)
        rows = [row for row in rows if name not in IDLE or not IDLE[name][1](row)]
        if not isinstance(rows[0] if rows else {}, Mapping):
            rows = words.pledges(rows) if name != "coalitions" else list(map(words.nations, rows))
        most = len(rows) if full or len(rows) <= room + 1 else room
        out.print()
        out.print(f"{TITLES[name]}{', means over the periods' if name == 'ranges' and _several(answer) else ''}:")
        _draw(out, answer, name, rows[:most])
        shown = shown and len(rows) <= most
        if len(rows) > most:
            out.print(f"and {len(rows) - most:,} more")
        if idle:
            out.print(f"{IDLE[name][0]}: {_plain(idle, len(idle) if full else LISTED)}")
            shown = shown and (full or len(idle) <= LISTED)
    if lists.keys() & set(PRICED):
        out.print()
        out.print(PRICE)
    _ending(out, answer, words, shown)


LISTED = 12
"""Names on one line without ``full``."""


def _idle(words: Words, name: str, rows: Sequence[Any]) -> list[str]:
    """The names in the rows of a list that are said on one line."""
    if name not in IDLE:
        return []
    _, idle, column = IDLE[name]
    return [RULE_WORDS.get(row[column]) or words.names.any(row[column]) for row in rows if idle(row)]


def _draw(out: Console, answer: Answer, name: str, rows: Sequence[Any]) -> None:
    """Draw a list as a table, or as numbered texts."""
    if rows and not isinstance(rows[0], Mapping):
        grid = table(("", "right"), ("", "left"))
        grid.show_header = False
        for at, text in enumerate(rows, start=1):
            grid.add_row(str(at), text)
        out.print(grid)
        return
    columns = columns_of(answer, name, rows)
    cells = [[column.cell(row) for column in columns] for row in rows]
    kept = [at for at in range(len(columns)) if any(row[at] != "–" for row in cells)]
    grid = table(*((columns[at].heading, columns[at].side) for at in kept))
    for row in cells:
        grid.add_row(*(row[at] for at in kept))
    if rows:
        out.print(grid)


def _ending(out: Console, answer: Answer, words: Words, shown: bool) -> None:
    """What is open, and how to see what is not shown."""
    if answer.open:
        left = [words.open(each) for each in _first_open(answer.open)]
        named = "; ".join(left[:6]) + (f"; and {len(left) - 6} more" if len(left) > 6 else "")
        out.print()
        out.print(f"Not settled{' (interrupted)' if answer.interrupted else ''}: {named}.")
        if not answer.interrupted and answer.manifest["options"]["time_limit"] is None:
            out.print("A longer --time-limit gives each solve more time; ~ marks values that were not proved.")
    if not shown:
        out.print()
        out.print("--full prints every line; --json and --out have everything, with the codes to type back.")


def _first_open(left: Sequence[str]) -> list[str]:
    """What is open; of sets beyond one number and another for the same target, the first."""
    found = {re.sub(r"^sets beyond \d+ ", "sets ", each): each for each in reversed(left)}
    return [each for each in left if each in found.values()]


def _lists(answer: Answer, full: bool) -> dict[str, list[Any]]:
    """The lists in the order of the answer, without empty ones and what sentences say already."""
    found = answer.tables()
    if answer.question != "repair":
        found.pop("changes", None)  # those of the ways out, which are shown whole
    if answer.question == "why_not":
        found.pop("rules", None)
    found.pop("greatest" if found.get("waiting") else "least", None)
    for name in SAID:
        found.pop(name, None)
    if found.get("cheapest") == found.get("ask_less"):
        found.pop("cheapest", None)
    for name, column in LARGEST_FIRST.items():
        if name in found:
            found[name] = sorted(found[name], key=lambda row: -(row.get(column) or 0))
    if not any(row["forced"] != row["value"] for row in found.get("objectives", ())):
        found.pop("objectives", None)
    if len(answer.names.get("objectives", {})) == 1 and "targets" in found:
        found["targets"] = [row for row in found["targets"] if row["target"] == "gap" or "." in row["target"]]
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


LARGEST_FIRST = {"nations": "loss", "shapley": "value", "ranges": "high"}
"""List with a row for every nation -> the column in whose order it is shown; JSON and CSV keep that of the instance."""


def _several(answer: Answer) -> bool:
    """Whether the plan has several periods."""
    return answer.plan is not None and any(row["period"] > 1 for row in answer.plan["coverage"])


def _plain(rows: Sequence[str], most: int) -> str:
    """Names, separated by commas."""
    more = f", and {len(rows) - most:,} more" if len(rows) > most else ""
    return ", ".join(rows[:most]) + more
