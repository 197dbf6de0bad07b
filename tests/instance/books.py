"""Workbooks of strings, so that each spelling of a part can be tried."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from tests.toys import toy

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET = "xl/worksheets/sheet2.xml"
"""The part of the sheet forces."""

INSTANCE = toy(forces=[{"nation": "AAA", "unit_type": "bn", "units": 5, "min_units": 2, "note": "Ünit & co"}])
"""What the sound workbooks hold; without ``min_units`` it would be sound, too."""


def cell(at: str, value: object) -> str:
    """A cell of the plainest spelling."""
    if isinstance(value, str):
        return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    if isinstance(value, bool):
        return f'<c r="{at}" t="b"><v>{value:d}</v></c>'
    return f'<c r="{at}"><v>{value!r}</v></c>'


def rows_of(rows: Iterable[Iterable[object]]) -> str:
    """The elements of rows from 1, columns from A."""
    out = []
    for r, row in enumerate(rows, start=1):
        cells = "".join(cell(f"{chr(65 + c)}{r}", value) for c, value in enumerate(row) if value is not None)
        out.append(f'<row r="{r}">{cells}</row>')
    return "".join(out)


def worksheet(rows: str, before: str = "", after: str = "") -> str:
    """A sheet's part."""
    return f'<worksheet xmlns="{MAIN}" xmlns:r="{KIND}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


FORCES: dict[int, dict[str, Any]] = {
    1: {"A": "nation", "B": "unit_type", "C": "units", "D": "min_units", "E": "note"},
    2: {"A": "AAA", "B": "bn", "C": 5, "D": 2, "E": "Ünit & co"},
}


def forces(cells: Mapping[str, str] | Iterable[tuple[str, str]] = (), rows: str = "", after: str = "") -> str:
    """The sheet forces; ``cells`` are reference -> element in place of the plain one, ``rows`` are added."""
    given = dict(cells)
    out = []
    for r, row in FORCES.items():
        elements = [given.pop(f"{c}{r}", cell(f"{c}{r}", value)) for c, value in row.items()]
        elements += [given.pop(at) for at in list(given) if at[1:] == str(r)]
        out.append(f'<row r="{r}">{"".join(elements)}</row>')
    assert not given
    return worksheet("".join(out) + rows, after=after)


def relations(targets: Iterable[tuple[str, str, str]], more: str = "") -> str:
    """A part of relationships: (identity, kind, target)."""
    entries = "".join(
        f'<Relationship Id="{identity}" Type="{kind if ":" in kind else f"{KIND}/{kind}"}" Target="{target}"/>'
        for identity, kind, target in targets
    )
    return f'<Relationships xmlns="{PACKAGE}">{entries}{more}</Relationships>'


def parts(**changed: str) -> dict[str, str]:
    """Name -> text of the parts of a sound workbook; ``forces`` is the sheet of that name."""
    names = {"instance": "sheet1", "forces": "sheet2"}
    tables = {name: rows for name, rows in INSTANCE.to_dict().items() if rows and name not in ("instance", "forces")}
    sheets = {
        "xl/worksheets/sheet1.xml": worksheet(rows_of([("key", "value"), *_settings()])),
        SHEET: changed.get("forces", forces()),
    }
    for i, (name, rows) in enumerate(tables.items(), start=3):
        names[name] = f"sheet{i}"
        columns = list(dict.fromkeys(column for row in rows for column in row))
        sheets[f"xl/worksheets/sheet{i}.xml"] = worksheet(
            rows_of([columns, *([row.get(column) for column in columns] for row in rows)])
        )
    listed = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="r{i}"/>' for i, n in enumerate(names, start=1))
    targets = [(f"r{i}", "worksheet", f"worksheets/{part}.xml") for i, part in enumerate(names.values(), start=1)]
    targets += [("strings", "sharedStrings", "sharedStrings.xml"), ("styles", "styles", "styles.xml")]
    return {
        "_rels/.rels": relations([("r1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{KIND}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(targets),
        "xl/sharedStrings.xml": changed.get("strings", f'<sst xmlns="{MAIN}"><si><t>bn</t></si></sst>'),
        "xl/styles.xml": changed.get("styles", STYLES),
        **sheets,
    }


def _settings() -> list[tuple[str, object]]:
    settings: list[Any] = []
    for key, value in INSTANCE.to_dict()["instance"].items():
        inner = value if isinstance(value, dict) else None
        settings += [(f"{key}.{k}", v) for k, v in inner.items()] if inner is not None else [(key, value)]
    return settings


FORMATS = ["0", "14", "46", "164", "165", "166"]
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm"/>'
    '<numFmt numFmtId="165" formatCode="0.0&quot; days&quot;;[Red]\\d0"/>'
    '<numFmt numFmtId="166" formatCode="[h]:mm"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    f'<cellXfs>{"".join(f"""<xf numFmtId="{n}"/>""" for n in FORMATS)}</cellXfs></styleSheet>'
)


def save(path: Path, content: Mapping[str, str | bytes] | Iterable[tuple[str, str | bytes]]) -> Path:
    """Write parts, given as name -> text or bytes or as pairs, into a container."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
        for name, text in content.items() if isinstance(content, Mapping) else content:
            container.writestr(name, text)
    return path
