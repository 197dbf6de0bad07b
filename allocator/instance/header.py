"""The header of a table in rows and columns: where it is, and what is wrong if it is not in its place.

A mistake in the layout of a table is one fault, however many cells it affects.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from allocator.errors import Fault
from allocator.instance.cells import plain, quoted, spelled
from allocator.instance.columns import OWN

Rows = Sequence[tuple[int, Sequence[Any]]]
"""Rows that are not blank: (row number in the author's editor, cells)."""

LOOK = 50
"""Number of rows in which the header is searched."""

LONGEST = 200
"""Most characters of a cell that may be the name of a column."""

SEPARATORS = {";": ";", "\t": "tabs", "|": "|"}


def own(name: str) -> bool:
    """Whether a column or sheet is the author's own."""
    return name.startswith(OWN)


def separator(place: str, text: str, known: Collection[str]) -> Fault | None:
    """The fault of a CSV file that separates columns by something other than commas, or None."""
    lines = [line for line in text[:100_000].splitlines() if line.strip(" ,;|\t")][: LOOK + 1]

    def score(sign: str) -> int:
        """The most columns that a line names; a line without the sign is one cell, which the commas count as well."""
        return max((_score(line.split(sign), known) for line in lines if sign in line), default=0)

    best = {sign: score(sign) for sign in SEPARATORS}
    sign = max(best, key=lambda sign: best[sign])
    if best[sign] == 0 or best[sign] <= max(_score(line.split(","), known) for line in lines):
        return None
    decimal = any(re.search(rf"(^|{re.escape(sign)})-?[0-9]+,[0-9]+({re.escape(sign)}|$)", line) for line in lines)
    save = "save the file with commas" + (", and with points as decimal signs" if decimal else "")
    return Fault(place, None, None, f"columns are separated by {SEPARATORS[sign]}", save, ": ")


def layout(place: str, rows: Rows, known: Collection[str], required: Collection[str]) -> Fault | None:
    """The fault of a table whose header is not in its first row, or None if it seems to be there."""
    at, first = rows[0]
    names = [_normal(cell) for cell in first]
    if set(required) <= set(names):
        return None
    scores = [_score(cells, known) for _, cells in rows[:LOOK]]
    score = max(scores)
    packed = _packed(rows[:LOOK], known)
    if packed and packed[1] > score:
        what = f"all columns are in one cell, separated by {packed[0]}"
        return Fault(
            place, None, None, what, "put each column into its own cells, without quotation marks around a row", ": "
        )
    if score >= 2 and score >= 2 * scores[0]:
        k = scores.index(score)
        last = rows[k][0] - 1
        lines = f"rows {at} to {last}" if last > at else f"row {at}"
        way_out = f"the header is in row {rows[k][0]}: delete {lines}"
        if k == 1:
            return Fault(place, at, None, "looks like a title", way_out, " ")
        return Fault(place, at, None, f"{lines} look like a title", way_out, ": ")
    stubs = [next((cell for cell in cells if cell not in (None, "")), "") for _, cells in rows[:100]]
    if _score(stubs, known) >= 2 and _score(stubs, known) >= 2 * scores[0]:
        return Fault(place, None, None, "rows and columns are exchanged", "put the names of the columns in row 1", ": ")
    if score or _misspelt(names, known):
        return None
    what = "looks like data, and the header is missing" if _data(first) else "has none of the names of the columns"
    return Fault(place, at, None, what, f"write a header with {', '.join(required)} above the data", " ")


def _normal(cell: Any) -> str:
    return spelled(cell) if isinstance(cell, str) else ""


def _score(cells: Iterable[Any], known: Collection[str]) -> int:
    """The number of the table's columns that the cells name, in any spelling."""
    return len({_normal(cell) for cell in cells if isinstance(cell, str) and len(cell) <= LONGEST} & set(known))


def _packed(rows: Rows, known: Collection[str]) -> tuple[str, int] | None:
    """The separator of a header that is in one cell, and the number of columns that it names."""
    found = None
    for _, cells in rows:
        for cell in cells:
            for sign in (",", *SEPARATORS) if isinstance(cell, str) and len(cell) < 10_000 else ():
                score = _score(cell.split(sign), known)
                if score >= 2 and (found is None or score > found[1]):
                    found = ("commas" if sign == "," else SEPARATORS[sign], score)
    return found


def _misspelt(names: list[str], known: Collection[str]) -> bool:
    """Whether at least half of the names are close to the names of columns."""
    filled = [name for name in names if name]
    close = [name for name in filled if difflib.get_close_matches(name[:100], list(known), 1, 0.75)]
    return bool(close) and 2 * len(close) >= len(filled)


def _data(cells: Sequence[Any]) -> bool:
    return any(
        isinstance(cell, int | float) or (isinstance(cell, str) and re.fullmatch(r"[+-]?[0-9]+([.,][0-9]+)*%?", cell))
        for cell in cells
    )


def columns(place: str, rows: Rows, faults: list[Fault], strict: bool) -> dict[int, str]:
    """Position -> name of the columns to read; the author's own columns and columns with a fault are left out.

    If ``strict``, a column without a name is a fault even if it is empty (in CSV, a comma makes such a column).
    """
    at, header = rows[0]
    found: dict[int, str] = {}
    empty: list[int] = []
    names: set[str] = set()
    for i in range(len(header) if strict else max(len(cells) for _, cells in rows)):
        cell = header[i] if i < len(header) else None
        name = "" if cell is None else cell if isinstance(cell, str) else plain(cell)
        if own(name):
            continue
        if not name or re.fullmatch("Unnamed: [0-9]+", name):
            below = [(row, cells[i]) for row, cells in rows[1:] if i < len(cells) and cells[i] not in (None, "")]
            if below:
                faults.append(_nameless(place, at, i, name, below, len(rows) - 1))
            elif strict or name:
                empty.append(i)
        elif name in names:
            faults.append(Fault(place, at, name, "is given twice", "keep one of the two columns", " "))
        else:
            found[i] = name
            names.add(name)
    if len(empty) == 1:
        faults.append(Fault(place, at, _letters(empty[0]), "has neither a name nor values", "delete it", " "))
    elif empty:
        faults.append(
            Fault(place, at, None, f"columns {_listed(empty)} have neither names nor values", "delete them", ": ")
        )
    return found


def _nameless(place: str, at: int, i: int, name: str, below: list[tuple[int, Any]], rows: int) -> Fault:
    """The fault of a column that has values and no name."""
    texts = [cell if isinstance(cell, str) else plain(cell) for _, cell in below]
    counted = len(texts) == rows and texts in ([str(k) for k in range(rows)], [str(k + 1) for k in range(rows)])
    if counted or name:
        found = "has no name and counts the rows" if counted else f"is called {quoted(name)}"
        return Fault(place, at, _letters(i), found, "delete it (pandas leaves it out with index=False)", " ")
    found = f"has no name, but values such as {quoted(texts[0])} in row {below[0][0]}"
    return Fault(place, at, _letters(i), found, f"name it; a name that begins with {OWN} keeps it as your own", " ")


def _listed(positions: list[int]) -> str:
    if positions[-1] - positions[0] == len(positions) - 1:
        return f"{_letters(positions[0])} to {_letters(positions[-1])}"
    return ", ".join(map(_letters, positions[:10])) + (", ..." if len(positions) > 10 else "")


def _letters(i: int) -> str:
    """The name of a column as a spreadsheet shows it: A, B, ..., Z, AA, ..."""
    letters = ""
    i += 1
    while i:
        i, rest = divmod(i - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def uneven(place: str, at: int, cells: Sequence[str], header: Sequence[str]) -> Fault:
    """The fault of a row that has more or fewer cells than the header."""
    found = f"{len(cells)} {'cell' if len(cells) == 1 else 'cells'}"
    return Fault(place, at, None, found, f"{len(header)}, as the header has")
