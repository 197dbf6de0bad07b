"""The fill of a faulty cell: each style gets a copy with the fill, so that formats of numbers and borders stay."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Any

from lxml import etree

from allocator.marking.package import STYLES_TYPE, Editor

FILL = "FFFF9E80"
"""Colour of a faulty cell, alpha first; marks of an earlier check are known by it."""

ORDER = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors",
    "extLst",
)  # fmt: skip
"""Children of a style sheet, in the order of the standard."""


class Styles:
    """The styles of a workbook, with a marked copy of each that is needed."""

    def __init__(self, editor: Editor) -> None:
        part = editor.related(editor.book.main, "styles")
        if part is None:
            part = editor.free("xl/markStyles{}.xml")
            editor.add(part, etree.Element(f"{{{editor.space}}}styleSheet", nsmap={None: editor.space}), STYLES_TYPE)
            editor.relate(editor.book.main, "styles", part)
        self.root = editor.edit(part)
        self.space = editor.space
        self.forms = self._child("cellXfs")
        if not len(self.forms):
            self._append(self.forms, "xf", numFmtId="0")
        self.copies: dict[int, int] = {}
        self.marked = {i for i, form in enumerate(self.forms) if form.get("fillId") in self._fills()}

    def _child(self, name: str) -> Any:
        found = self.root.find(f"{{{self.space}}}{name}")
        if found is None:
            found = self.root.makeelement(f"{{{self.space}}}{name}", count="0")
            later = {f"{{{self.space}}}{other}" for other in ORDER[ORDER.index(name) + 1 :]}
            at = next((i for i, child in enumerate(self.root) if child.tag in later), len(self.root))
            self.root.insert(at, found)
        return found

    def _append(self, parent: Any, name: str, **attributes: str) -> Any:
        child = etree.SubElement(parent, f"{{{self.space}}}{name}", attributes)
        parent.set("count", str(len(parent)))
        return child

    def _fills(self) -> set[str]:
        """Numbers of the fills that are the mark's."""
        fills = self._child("fills")
        colour = f"{{{self.space}}}patternFill/{{{self.space}}}fgColor"
        return {
            str(i) for i, fill in enumerate(fills) for found in fill.findall(colour) if found.get("rgb", "") == FILL
        }

    def _fill(self) -> str:
        fills = self._child("fills")
        found = self._fills()
        if found:
            return min(found, key=int)
        for pattern in (*("none", "gray125")[len(fills) :], "solid"):  # the first two fills of every workbook
            made = etree.SubElement(self._append(fills, "fill"), f"{{{self.space}}}patternFill", patternType=pattern)
        etree.SubElement(made, f"{{{self.space}}}fgColor", rgb=FILL)
        etree.SubElement(made, f"{{{self.space}}}bgColor", indexed="64")
        return str(len(fills) - 1)

    def with_mark(self, style: int) -> int:
        """The copy of a style that has the fill of a mark."""
        if style not in self.copies:
            fill = self._fill()
            form = deepcopy(self.forms[style if style < len(self.forms) else 0])
            form.set("fillId", fill)
            form.set("applyFill", "1")
            self.forms.append(form)
            self.forms.set("count", str(len(self.forms)))
            self.copies[style] = len(self.forms) - 1
        return self.copies[style]

    def without_mark(self, style: int, at: tuple[int, int], used: Mapping[int, Collection[tuple[int, int]]]) -> int:
        """The style of a cell that loses the mark of an earlier check: that of the nearest otherwise equal cell.

        ``used`` maps styles to the cells that have them.
        """
        bare = _bare(self.forms[style])
        alike = [i for i, form in enumerate(self.forms) if i not in self.marked and _bare(form) == bare]
        if alike:
            away = {i: [abs(r - at[0]) + abs(c - at[1]) for r, c in used.get(i, ())] for i in alike}
            return min(alike, key=lambda i: (min(away[i], default=10**9), i))
        form = deepcopy(self.forms[style])
        form.set("fillId", "0")
        form.attrib.pop("applyFill", None)
        self.forms.append(form)
        self.forms.set("count", str(len(self.forms)))
        return len(self.forms) - 1

    def wrapped(self) -> int:
        """A style whose text is wrapped, for the list of faults."""
        form = self._append(self.forms, "xf", numFmtId="0", fontId="0", fillId="0", borderId="0", applyAlignment="1")
        etree.SubElement(form, f"{{{self.space}}}alignment", wrapText="1", vertical="top")
        return len(self.forms) - 1


def _bare(form: Any) -> bytes:
    copy = deepcopy(form)
    copy.tail = None
    for name in ("fillId", "applyFill"):
        copy.attrib.pop(name, None)
    text: bytes = etree.tostring(copy, method="c14n")
    return text
