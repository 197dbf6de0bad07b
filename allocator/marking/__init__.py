"""Marks the faults of an instance in the workbook that holds it, and leaves everything else in it as it is.

The parts of the workbook are edited as XML with lxml, and a part that holds no mark keeps every byte. A library of
workbooks would write only what it understands: openpyxl 3.1 loses the stored results of formulas (after which the
workbook cannot be read as an instance), sparklines, data bars, shapes and the formats inside a text.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.errors import BadUsage, Fault
from allocator.marking.places import FAULTS

if TYPE_CHECKING:
    from allocator.marking.write import Marked

__all__ = ["FAULTS", "check_marked", "mark"]


def check_marked(source: str, target: str | os.PathLike[str]) -> None:
    """Refuse, before anything is read, what cannot be marked, and a place where the marked workbook must not go.

    Raises
    ------
    BadUsage
    """
    from allocator.instance.workbook_parts import Damage, sheet_names

    given, place = Path(source), Path(target)
    if given.suffix.lower() != ".xlsx" or not given.is_file():
        what = "a folder" if given.is_dir() else "no workbook"
        raise BadUsage(f"--mark gives back a workbook (.xlsx) with its faults marked; {source} is {what}")
    if place.suffix != ".xlsx":
        raise BadUsage(f"{target}: the marked workbook needs a name that ends in .xlsx")
    if place.is_dir():
        raise BadUsage(f"{target} is a folder, not a workbook")
    if place.exists():
        if place.samefile(given):
            raise BadUsage(f"{target} is the workbook that is checked; choose another name for the marked one")
        try:
            earlier = FAULTS in sheet_names(place)
        except Damage:
            earlier = False
        if not earlier:
            raise BadUsage(f"{target} already exists and is not a marked workbook; choose another name")
    try:
        import lxml  # noqa: F401
    except ImportError:
        raise BadUsage('--mark needs lxml; in the clone: pip install ".[mark]"') from None


def mark(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    faults: Sequence[Fault],
    warnings: Sequence[str] = (),
) -> Marked:
    """Write a copy of a workbook in which faulty cells are in colour and have a comment with the sentence.

    All faults are listed on the sheet ``_faults``, those without a cell first. Marks of an earlier check are removed.

    Parameters
    ----------
    source, target : path
        The workbook that was checked, and the one to write.
    faults : sequence of Fault
        What a :class:`BadInput` of this workbook holds; none gives a copy without marks.
    warnings : sequence of str
        Sentences for the list.

    Returns
    -------
    Marked
        The number of faults, and of those that have a cell.

    Raises
    ------
    BadUsage
        The workbook is damaged.
    OSError
        The workbook cannot be written; nothing is left behind.

    Examples
    --------
    >>> import tempfile
    >>> import allocator
    >>> from allocator.errors import Fault
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     allocator.write(allocator.read("toy-rotation"), f"{folder}/toy.xlsx")
    ...     fault = Fault("forces", 2, "units", '"ten"', "a whole number")
    ...     mark(f"{folder}/toy.xlsx", f"{folder}/marked.xlsx", [fault])
    Marked(faults=1, in_cells=1)
    """
    from allocator.marking.write import write_marked

    return write_marked(Path(source), Path(target), faults, warnings)
