"""Comments of cells: the texts, and the boxes in which spreadsheets draw them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import ceil
from typing import Any

from lxml import etree

from allocator.instance.workbook_cells import letters
from allocator.instance.workbook_parts import Damage
from allocator.marking.package import COMMENTS_TYPE, VML_TYPE, Editor, stored

HEADING = "allocator validate:"
"""First line of what a check writes into a comment; marks of an earlier check are known by it."""

V = "urn:schemas-microsoft-com:vml"
OFFICE = "urn:schemas-microsoft-com:office:office"
X = "urn:schemas-microsoft-com:office:excel"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"

AFTER = ("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst")
"""Children of a sheet that come after the reference to the boxes."""

BOXES = f"""<xml xmlns:v="{V}" xmlns:o="{OFFICE}" xmlns:x="{X}">\
<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>\
<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">\
<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype></xml>"""

BOX = """<v:shape xmlns:v="{v}" xmlns:o="{o}" xmlns:x="{x}" id="_x0000_s{number}" type="#_x0000_t202" \
style="position:absolute;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>\
<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox><div style="text-align:left"/>\
</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>\
<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"""


WIDTH, ROW, LINE, LETTER = 192.0, 15.0, 12.0, 5.0
"""Points: the usual width of a box, the height of a row of cells and of a line of text, and the width of a letter."""


class Comments:
    """The comments of one sheet."""

    def __init__(self, editor: Editor, sheet: str, root: Any) -> None:
        self.editor, self.sheet, self.root = editor, sheet, root
        self.space = editor.space
        self.part = editor.related(sheet, "comments")
        self.texts: Any = None if self.part is None else editor.tree(self.part)

    def _name(self, name: str) -> str:
        return f"{{{self.space}}}{name}"

    def _all(self) -> list[Any]:
        return [] if self.texts is None else list(self.texts.iter(self._name("comment")))

    def unmark(self) -> None:
        """Take away what an earlier check wrote."""
        for comment in self._all():
            text = "".join(part.text or "" for part in comment.iter(self._name("t")))
            before, heading, _ = text.partition(HEADING)
            if not heading or self.part is None:
                continue
            self.editor.edit(self.part)
            if before.strip():
                self._write(comment, before.rstrip())
            else:
                comment.getparent().remove(comment)
                self._remove_box(comment.get("ref", ""))

    def _write(self, comment: Any, text: str) -> None:
        """Replace the text of a comment by a plain one."""
        held = comment.find(self._name("text"))
        for child in list(held):
            held.remove(child)
        self._run(held, text)

    def _run(self, held: Any, text: str) -> None:
        run = etree.SubElement(held, self._name("r"))
        line = etree.SubElement(run, self._name("t"))
        line.text = stored(text)
        line.set(SPACE, "preserve")

    def mark(self, sentences: Mapping[tuple[int, int], list[str]]) -> None:
        """Write sentences into the comments of cells (row from 1, column from 0); a comment that is there stays."""
        if not sentences or not self._drawable():
            return
        if self.part is None:
            self._make_texts()
        else:
            self.editor.edit(self.part)
        there = {comment.get("ref"): comment for comment in self._all()}
        author = self._author()
        listed = self.texts.find(self._name("commentList"))
        for (row, column), lines in sentences.items():
            reference = f"{letters(column)}{row}"
            text = "\n".join([HEADING, *lines])
            comment = there.get(reference)
            if comment is not None:
                if not self._threaded(comment):
                    self._add(comment, text)
                continue
            comment = etree.SubElement(listed, self._name("comment"), ref=reference, authorId=author)
            self._run(etree.SubElement(comment, self._name("text")), text)
            self._add_box(row, column, lines)

    def _threaded(self, comment: Any) -> bool:
        """Whether a comment stands for a conversation, which is kept elsewhere; the list of faults has its sentence."""
        authors = self.texts.find(self._name("authors"))
        number = comment.get("authorId", "0")
        author = authors[int(number)].text if number.isdecimal() and int(number) < len(authors) else ""
        return (author or "").startswith("tc=")

    def _add(self, comment: Any, text: str) -> None:
        held = comment.find(self._name("text"))
        plain = held.find(self._name("t"))
        if plain is not None:  # a text without runs becomes one run
            self._write(comment, plain.text or "")
        self._run(held, f"\n\n{text}")
        self._fit_box(comment.get("ref", ""), "".join(part.text or "" for part in comment.iter(self._name("t"))))

    def _make_texts(self) -> None:
        self.part = self.editor.free("xl/markComments{}.xml")
        self.texts = etree.Element(self._name("comments"), nsmap={None: self.space})
        etree.SubElement(self.texts, self._name("authors"))
        etree.SubElement(self.texts, self._name("commentList"))
        self.editor.add(self.part, self.texts, COMMENTS_TYPE)
        self.editor.relate(self.sheet, "comments", self.part)

    def _author(self) -> str:
        authors = self.texts.find(self._name("authors"))
        names = [author.text for author in authors]
        if "allocator" not in names:
            etree.SubElement(authors, self._name("author")).text = "allocator"
            return str(len(names))
        return str(names.index("allocator"))

    def _drawing(self) -> str | None:
        """The part with the boxes of this sheet."""
        drawing = self.root.find(self._name("legacyDrawing"))
        identity = None if drawing is None else drawing.get(f"{{{self.editor.kind}}}id")
        return self.editor.relations(self.sheet).get(identity or "")

    def _drawable(self) -> bool:
        """Whether boxes can be added; a few old programs write them in a form that is no XML."""
        part = self._drawing()
        try:
            return part is None or self.editor.tree(part) is not None
        except Damage:
            return False

    def _boxes(self) -> Any:
        """The drawing with the boxes; made if there is none."""
        part = self._drawing()
        if part is not None:
            return self.editor.edit(part)
        part = self.editor.free("xl/drawings/markDrawing{}.vml")
        boxes = etree.fromstring(BOXES)
        self.editor.add(part, boxes, VML_TYPE)
        identity = self.editor.relate(self.sheet, "vmlDrawing", part)
        drawing = self.root.makeelement(
            self._name("legacyDrawing"), {f"{{{self.editor.kind}}}id": identity}, nsmap={"r": self.editor.kind}
        )
        later = {self._name(name) for name in AFTER}
        at = next((i for i, child in enumerate(self.root) if child.tag in later), len(self.root))
        self.root.insert(at, drawing)
        return boxes

    def _add_box(self, row: int, column: int, lines: list[str]) -> None:
        boxes = self._boxes()
        taken = [int(n) for n in re.findall(r"_x0000_s(\d+)", etree.tostring(boxes, encoding="unicode"))]
        high = 2 + sum(1 + len(line) // 38 for line in lines)
        anchor = f"{column + 1}, 15, {max(0, row - 2)}, 4, {column + 4}, 60, {max(0, row - 2) + high}, 4"
        text = BOX.format(
            v=V, o=OFFICE, x=X, number=max(taken, default=1024) + 1, anchor=anchor, row=row - 1, column=column
        )
        boxes.append(etree.fromstring(text))

    def _remove_box(self, reference: str) -> None:
        for data in self._boxes_of(reference):
            shape = data.getparent()
            shape.getparent().remove(shape)

    def _fit_box(self, reference: str, text: str) -> None:
        """Make the box of a cell so high that it shows all of a text; one that is higher stays."""
        for data in self._boxes_of(reference):
            shape, anchor = data.getparent(), data.find(f"{{{X}}}Anchor")
            style = shape.get("style", "")
            letters_ = max(10, int(_points("width", style, WIDTH) / LETTER))
            high = LINE * sum(1 + len(line) // letters_ for line in text.split("\n")) + LINE
            if _points("height", style, 0.0) < high:
                shape.set("style", re.sub(r"(?<![\w-])height:[^;]*", f"height:{high:g}pt", style))
            ends = [part.strip() for part in (anchor.text or "").split(",")] if anchor is not None else []
            if anchor is not None and len(ends) == 8 and all(end.isdecimal() for end in ends):
                ends[6] = str(max(int(ends[6]), int(ends[2]) + ceil(high / ROW)))
                anchor.text = ", ".join(ends)

    def _boxes_of(self, reference: str) -> list[Any]:
        """What the boxes of a cell say of themselves; they can be edited."""
        part = self._drawing()
        if part is None or not self._drawable():
            return []
        found = []
        for data in self.editor.edit(part).iter(f"{{{X}}}ClientData"):
            row, column = (data.findtext(f"{{{X}}}{name}", "").strip() for name in ("Row", "Column"))
            if row.isdecimal() and column.isdecimal() and f"{letters(int(column))}{int(row) + 1}" == reference:
                found.append(data)
        return found


def _points(measure: str, style: str, otherwise: float) -> float:
    """A width or height in the style of a box, in points.

    Examples
    --------
    >>> _points("width", "position:absolute;width:144px;height:79.5pt", 0.0), _points("height", "width:1pt", 192.0)
    (108.0, 192.0)
    """
    found = re.search(rf"(?<![\w-]){measure}:\s*([\d.]+)(pt|px)", style)
    return otherwise if found is None else float(found[1]) * (0.75 if found[2] == "px" else 1.0)
