"""Writes the marked copy of a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from lxml import etree

from allocator.errors import BadUsage, Fault
from allocator.files import write_whole
from allocator.instance.workbook_cells import letters
from allocator.instance.workbook_parts import Damage, opened
from allocator.marking.cells import Cells
from allocator.marking.comments import SPACE, Comments
from allocator.marking.package import SHEET_TYPE, Editor, stored
from allocator.marking.places import FAULTS, Entry, entries, layouts, places, sentences
from allocator.marking.styles import Styles

FITS, LINE = 120, 15
"""Letters on a line of the list of faults, which has a column of 130, and the height of a line in points."""


@dataclass(frozen=True)
class Marked:
    """How many faults there are, and how many of them have a cell that is marked."""

    faults: int
    in_cells: int


def write_marked(source: Path, target: Path, faults: Sequence[Fault], warnings: Sequence[str]) -> Marked:
    """Write the marked copy: see ``mark`` of this package."""
    try:
        with opened(source) as container:
            editor = Editor(container)
            known = layouts(editor.book)
            found = places(faults, known)
            styles = Styles(editor)
            texts = sentences(found)
            parts = {name: part for name, part, trouble in editor.book.sheets if not trouble}
            for name in known:
                mine = {(p.row, p.column): lines for p, lines in texts.items() if p.sheet == name}
                _mark_sheet(editor, parts[name], styles, mine)
            _list(editor, styles, entries(found, warnings))
            content = editor.packed()
    except Damage as damage:
        raise BadUsage(f"{source} cannot be marked: found {damage.found}; expected {damage.expected}") from None
    write_whole(target, content)
    return Marked(len(found), sum(place is not None for _, place in found))


def _mark_sheet(editor: Editor, part: str, styles: Styles, marks: dict[tuple[int, int], list[str]]) -> None:
    """Take earlier marks of a sheet away, and set those of this check; a sheet with neither keeps its bytes."""
    has_comments = editor.related(part, "comments") is not None
    if not marks and not styles.marked and not has_comments:
        return
    root = editor.edit(part) if marks or styles.marked else editor.tree(part)
    cells, comments = Cells(root, editor.space), Comments(editor, part, root)
    cells.unmark(styles)
    comments.unmark()
    cells.mark(marks, styles)
    comments.mark(marks)


def _list(editor: Editor, styles: Styles, lines: Sequence[Entry]) -> None:
    """Write the sheet with the list of faults; that of an earlier check is replaced."""
    space = editor.space
    root = etree.Element(f"{{{space}}}worksheet", nsmap={None: space})
    paper = etree.SubElement(etree.SubElement(root, f"{{{space}}}sheetPr"), f"{{{space}}}pageSetUpPr")
    paper.set("fitToPage", "1")
    view = etree.SubElement(
        etree.SubElement(root, f"{{{space}}}sheetViews"), f"{{{space}}}sheetView", workbookViewId="0"
    )
    etree.SubElement(view, f"{{{space}}}pane", ySplit="1", topLeftCell="A2", state="frozen", activePane="bottomLeft")
    columns = etree.SubElement(root, f"{{{space}}}cols")
    for number, width in (("1", "24"), ("2", "130")):
        etree.SubElement(columns, f"{{{space}}}col", min=number, max=number, width=width, customWidth="1")
    data = etree.SubElement(root, f"{{{space}}}sheetData")
    wrapped = str(styles.wrapped())
    rows = [("cell", "what was found, and what was expected")]
    rows += [
        ("" if place is None else f"{place.sheet}!{letters(place.column)}{place.row}", text) for place, text in lines
    ]
    if not lines:
        rows.append(("", "no fault was found"))
    links = []
    for r, cells in enumerate(rows, start=1):
        row = etree.SubElement(data, f"{{{space}}}row", r=str(r))
        if len(cells[1]) > FITS:
            row.set("ht", str(LINE * ceil(len(cells[1]) / FITS)))
            row.set("customHeight", "1")
        for column, text in zip("AB", cells, strict=True):
            style = str(styles.with_mark(0)) if r == 1 else wrapped
            cell = etree.SubElement(row, f"{{{space}}}c", r=f"{column}{r}", t="inlineStr", s=style)
            held = etree.SubElement(etree.SubElement(cell, f"{{{space}}}is"), f"{{{space}}}t")
            held.text = stored(text)
            held.set(SPACE, "preserve")
        if r > 1 and cells[0]:
            sheet, _, reference = cells[0].partition("!")
            links.append((f"A{r}", f"'{sheet}'!{reference}"))
    if links:
        held = etree.SubElement(root, f"{{{space}}}hyperlinks")
        for reference, location in links:
            etree.SubElement(held, f"{{{space}}}hyperlink", ref=reference, location=location)
    etree.SubElement(root, f"{{{space}}}pageSetup", paperSize="9", orientation="landscape", fitToHeight="0")
    _add_sheet(editor, root)


def _add_sheet(editor: Editor, root: Any) -> None:
    earlier = next((part for name, part, _ in editor.book.sheets if name == FAULTS), None)
    if earlier:
        editor.add(earlier, root, SHEET_TYPE)
        return
    part = editor.free("xl/worksheets/markFaults{}.xml")
    editor.add(part, root, SHEET_TYPE)
    identity = editor.relate(editor.book.main, "worksheet", part)
    sheets = editor.main.find(f"{{{editor.space}}}sheets")
    number = 1 + max(int(sheet.get("sheetId", "0")) for sheet in sheets)
    editor.edit(editor.book.main)
    made = etree.SubElement(sheets, f"{{{editor.space}}}sheet", name=FAULTS, sheetId=str(number))
    made.set(f"{{{editor.kind}}}id", identity)
