"""An answer to a question about an instance, as text: sentences first, tables after, a screen at the most."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from rich.console import RenderableType

from allocator.explaining.answer import Answer
from allocator.explaining.words import RULE_WORDS
from allocator.report.text.explain_tables import columns_of
from allocator.report.text.explain_words import Row, Words
from allocator.report.text.page import WIDTH, Page
from allocator.report.text.words import count, table

HEIGHT = 40
"""Lines of an answer without ``full``, where its sentences and the first rows of its lists fit."""

LEAST = 3
"""Rows of each list that are shown in any case."""

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

SPOKEN = ("shapley",)
"""Lists of which a sentence says the first rows: left out where the first rows of all lists are more than a screen."""


def draw_answer(out: Page, answer: Answer, *, full: bool = False) -> None:
    """Print an answer: sentences, lists, and what is open, on about :data:`HEIGHT` lines or, with ``full``, whole."""
    out.width = min(out.width, WIDTH)
    sentences = answer.sentences if full else answer.sentences[:SENTENCES]
    words = Words(answer)
    lists = _lists(answer)
    kept = {name: rows for name, rows in lists.items() if full or name != "could" or not _several_targets(rows)}
    made = {name: _block(answer, words, name, rows, full) for name, rows in kept.items()}
    blocks = list(made.values())
    hidden = len(answer.sentences) - len(sentences) + sum(len(rows) for name, rows in lists.items() if name not in kept)
    short = hidden > 0 or any(block.short for block in blocks)
    shown = [len(block.rows) for block in blocks]
    priced = ["", PRICE] if lists.keys() & set(PRICED) else []
    end = [*priced, *_open(answer, words)]
    room = HEIGHT - out.lines_of([*sentences, *end]) - (3 if short else 0)
    if not full and out.lines_of(part for block in blocks for part in block.parts(len(block.rows))) > room:
        room -= 0 if short else 3
        if out.lines_of(part for block in blocks for part in block.parts(block.least)) > room:
            hidden += sum(len(made[name].rows) for name in SPOKEN if name in made)
            blocks = [made[name] for name in made if name not in SPOKEN]
        shown = _fitted(out, blocks, room)
    hidden += sum(len(block.rows) - most for block, most in zip(blocks, shown, strict=True))
    drawn = [block.parts(most) for block, most in zip(blocks, shown, strict=True)]
    for part in [*sentences, *(part for parts in drawn for part in parts), *end]:
        out.print(part)
    if hidden or short:
        more = count(hidden, "more line") if hidden else "every name"
        out.print()
        out.print(f"--full prints {more}; --json and --out have everything, with the codes to type back.")


class Block(NamedTuple):
    """A list as it is printed: a heading, the first of its rows, and a line on the rows that say nothing else."""

    heading: str
    rows: Sequence[Any]
    draw: Callable[[Sequence[Any]], RenderableType]
    below: Sequence[str]
    short: bool
    """Whether that line names only the first of them."""

    def parts(self, most: int) -> list[RenderableType]:
        """The list with so many rows, after a blank line."""
        left = len(self.rows) - most
        table = [self.draw(self.rows[:most])] if most else []
        return ["", self.heading, *table, *([f"and {left:,} more"] if left else []), *self.below]

    @property
    def ends(self) -> list[int]:
        """The numbers of rows after which the list may be cut: the calls of a set stay together."""
        rows = self.rows
        return [at for at in range(1, len(rows) + 1) if at == len(rows) or not _goes_with(rows[at - 1], rows[at])]

    @property
    def least(self) -> int:
        """Rows that are shown in any case: :data:`LEAST`, or the calls of the first set."""
        ends = self.ends
        return 0 if not ends else ends[0] if len(ends) < len(self.rows) else min(LEAST, len(self.rows))

    def fitted(self, out: Page, height: int) -> int:
        """How many rows fit in a height."""
        return max((at for at in self.ends if out.lines_of(self.parts(at)) <= height), default=0) or self.least


def _block(answer: Answer, words: Words, name: str, rows: Sequence[Any], full: bool) -> Block:
    """A list with its heading, without the rows that are said on one line."""
    idle = _idle(words, name, rows)
    zero = _zero(answer, rows) if name == "targets" else []
    rows = [row for row in rows if name not in IDLE or not IDLE[name][1](row)]
    if not isinstance(rows[0] if rows else {}, Mapping):
        rows = words.pledges(rows) if name != "coalitions" else list(map(words.nations, rows))
    most = len(idle) if full else LISTED
    return Block(
        f"{TITLES[name]}{', means over the periods' if name == 'ranges' and _several(answer) else ''}:",
        rows,
        lambda shown: _drawn(answer, name, rows, shown),
        [f"0.0 everywhere: {', '.join(zero)}"] if zero else [f"{IDLE[name][0]}: {_plain(idle, most)}"] if idle else [],
        len(idle) > most,
    )


def _zero(answer: Answer, rows: Sequence[Row]) -> list[str]:
    """The headings of columns in which no row has a point: they are said on one line, and the table is narrower."""
    return [column.heading for column in columns_of(answer, "targets", rows) if {*map(column.cell, rows)} == {"0.0"}]


def _goes_with(row: Any, following: Any) -> bool:
    """Whether two rows are calls of one set."""
    return isinstance(row, Mapping) and "call" in row and following["call"] > 1


def _fitted(out: Page, blocks: Sequence[Block], room: int) -> list[int]:
    """How many rows of each list fit in a number of lines, as evenly as it can be."""
    needs = [(out.lines_of(block.parts(block.least)), out.lines_of(block.parts(len(block.rows)))) for block in blocks]
    return [block.fitted(out, height) for block, height in zip(blocks, shared_lines(needs, room), strict=True)]


def shared_lines(needs: Sequence[tuple[int, int]], room: int) -> list[int]:
    """Lines for each list: not below its least nor above its most, and otherwise the same for all.

    Examples
    --------
    >>> shared_lines([(6, 20), (4, 5), (6, 30)], 35)
    [15, 5, 15]
    """
    found = [least for least, _ in needs]
    for height in range(room + 1):
        wider = [max(least, min(most, height)) for least, most in needs]
        if sum(wider) > room:
            break
        found = wider
    return found


LISTED = 12
"""Names on one line without ``full``."""


def _idle(words: Words, name: str, rows: Sequence[Any]) -> list[str]:
    """The names in the rows of a list that are said on one line."""
    if name not in IDLE:
        return []
    _, idle, column = IDLE[name]
    return [RULE_WORDS.get(row[column]) or words.names.any(row[column]) for row in rows if idle(row)]


def _drawn(answer: Answer, name: str, rows: Sequence[Any], shown: Sequence[Any]) -> RenderableType:
    """The first rows of a list as a table, or as numbered texts."""
    if not isinstance(shown[0], Mapping):
        grid = table(("", "right"), ("", "left"))
        grid.show_header = False
        for at, text in enumerate(shown, start=1):
            grid.add_row(str(at), text)
        return grid
    columns = columns_of(answer, name, rows)
    cells = [[column.cell(row) for column in columns] for row in shown]
    zero = _zero(answer, rows) if name == "targets" else []
    kept = [
        at for at in range(len(columns)) if columns[at].heading not in zero and any(row[at] != "–" for row in cells)
    ]
    grid = table(*((columns[at].heading, columns[at].side) for at in kept))
    for row in cells:
        grid.add_row(*(row[at] for at in kept))
    return grid


def _open(answer: Answer, words: Words) -> list[str]:
    """What is open, and what settles it: more of a list, or more time."""
    if not answer.open:
        return []
    left = [words.open(each) for each in _first_open(answer.open)]
    named = "; ".join(left[:6]) + (f"; and {len(left) - 6} more" if len(left) > 6 else "")
    options = answer.manifest["options"]
    asked = [each for each in answer.open if re.search(rf" beyond {options.get('most')}\b", each)]
    more = f" --most {2 * options['most']} lists more." if asked else ""
    found = ["", f"Not settled{' (interrupted)' if answer.interrupted else ''}: {named}.{more}"]
    if len(asked) < len(answer.open) and not answer.interrupted and options["time_limit"] is None:
        found.append("A longer --time-limit gives each solve more time; ~ marks values that were not proved.")
    return found


def _first_open(left: Sequence[str]) -> list[str]:
    """What is open; of sets beyond one number and another for the same target, the first."""
    found = {re.sub(r"^sets beyond \d+ ", "sets ", each): each for each in reversed(left)}
    return [each for each in left if each in found.values()]


def _lists(answer: Answer) -> dict[str, list[Any]]:
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
    return {name: rows for name, rows in found.items() if rows and _known(rows)}


def _several_targets(rows: Sequence[Any]) -> bool:
    """Whether a list is about more than one target."""
    return len({row["target"] for row in rows}) > 1


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
