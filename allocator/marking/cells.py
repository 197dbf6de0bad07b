"""The cells of a sheet: their fill, and cells that are not there yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from allocator.instance.workbook_cells import letters
from allocator.marking.places import number_of
from allocator.marking.styles import Styles


class Cells:
    """The rows and cells of a sheet's part."""

    def __init__(self, root: Any, space: str) -> None:
        self.root, self.space = root, space
        self.data = root.find(self._name("sheetData"))
        self.rows: dict[int, Any] = {}
        number = 0
        for row in self.data.findall(self._name("row")):
            number = int(row.get("r", number + 1))
            row.set("r", str(number))  # a row that is added must not move those that follow
            self.rows.setdefault(number, row)

    def _name(self, name: str) -> str:
        return f"{{{self.space}}}{name}"

    def unmark(self, styles: Styles) -> None:
        """Take the fills of an earlier check away."""
        if not styles.marked:
            return
        used: dict[int, list[tuple[int, int]]] = defaultdict(list)
        marked = []
        for number, row in self.rows.items():
            for at, cell in self._cells(number, row):
                style = int(cell.get("s", "0"))
                used[style].append((number, at))
                if style in styles.marked:
                    marked.append((cell, (number, at)))
        for cell, place in marked:
            cell.set("s", str(styles.without_mark(int(cell.get("s", "0")), place, used)))

    def _cells(self, number: int, row: Any) -> Iterator[tuple[int, Any]]:
        """The cells of a row with their columns from 0; each gets its reference, so that others can be added."""
        at = -1
        for cell in row.findall(self._name("c")):
            reference = cell.get("r", "").rstrip("0123456789")
            at = number_of(reference) if reference else at + 1
            cell.set("r", f"{letters(at)}{number}")
            yield at, cell

    def mark(self, places: Collection[tuple[int, int]], styles: Styles) -> None:
        """Give cells (row from 1, column from 0) the fill of a mark; those that are not there are added."""
        for row, column in places:
            cell = self._cell(row, column)
            cell.set("s", str(styles.with_mark(int(cell.get("s", "0")))))

    def _cell(self, number: int, column: int) -> Any:
        row = self.rows.get(number)
        if row is None:
            row = self.data.makeelement(self._name("row"), r=str(number))
            later = [self.data.index(other) for at, other in self.rows.items() if at > number]
            self.data.insert(min(later, default=len(self.data)), row)
            self.rows[number] = row
        cells = dict(self._cells(number, row))
        if column in cells:
            return cells[column]
        wanted = sum(at < column for at in cells)
        made = row.makeelement(self._name("c"), r=f"{letters(column)}{number}")
        style = self._style(row, column)
        if style != "0":
            made.set("s", style)
        row.insert(wanted, made)
        self._widen(row)
        return made

    def _style(self, row: Any, column: int) -> str:
        """The style of a cell that is not there: its row's or its column's."""
        if row.get("customFormat") in ("1", "true"):
            return str(row.get("s", "0"))
        for block in self.root.iter(self._name("col")):
            if int(block.get("min", "0")) <= column + 1 <= int(block.get("max", "0")):
                return str(block.get("style", "0"))
        return "0"

    def _widen(self, row: Any) -> None:
        """Leave out what says how far the cells reach; it is no more than a help for programs."""
        row.attrib.pop("spans", None)
        dimension = self.root.find(self._name("dimension"))
        if dimension is not None:
            self.root.remove(dimension)
