"""A damaged part of a workbook is named; damage by chance is refused, or changes nothing."""

from __future__ import annotations

import random
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from allocator import BadInput, Instance, read, write
from tests.instance.books import INSTANCE, KIND, MAIN, SHEET, STYLES, forces, parts, relations, save
from tests.instance.pasted import faults
from tests.toys import toy

SHARED = parts(forces=forces({"B2": '<c r="B2" t="s"><v>0</v></c>'}))


def drop(*names: str) -> dict[str, str]:
    return {name: text for name, text in SHARED.items() if name not in names}


def edit(name: str, *change: str) -> dict[str, str]:
    text = SHARED[name]
    for old, new in zip(change[::2], change[1::2], strict=True):
        assert old in text
        text = text.replace(old, new)
    return SHARED | {name: text}


BOMB = '<!DOCTYPE x [<!ENTITY a "2"><!ENTITY b "&a;&a;">]>'
RELS = "xl/_rels/workbook.xml.rels"
PARTS = {
    "no sheet": (drop(SHEET), "forces", SHEET),
    "no shared texts": (drop("xl/sharedStrings.xml"), "", "xl/sharedStrings.xml"),
    "no relation to shared texts": (edit(RELS, f"{KIND}/sharedStrings", "x"), "", "shared texts"),
    "no styles": (drop("xl/styles.xml"), "", "xl/styles.xml"),
    "no workbook": (drop("xl/workbook.xml"), "", "xl/workbook.xml"),
    "no relations of the workbook": (drop(RELS), "", RELS),
    "no relations": (drop("_rels/.rels"), "", "_rels/.rels"),
    "nothing": ({}, "", "_rels/.rels"),
    "no XML": (SHARED | {SHEET: "PK\x03\x04"}, "forces", SHEET),
    "an empty part": (SHARED | {SHEET: ""}, "forces", SHEET),
    "half of a part": (SHARED | {SHEET: SHARED[SHEET][:-30]}, "forces", SHEET),
    "more behind the end": (SHARED | {SHEET: SHARED[SHEET] + "<c/>"}, "forces", SHEET),
    "an attribute twice": (edit(SHEET, '<c r="C2"', '<c r="C2" r="C2"'), "forces", SHEET),
    "an unknown prefix": (edit(SHEET, '<c r="C2"', '<c q:r="C2"'), "forces", SHEET),
    "a sheet of another kind": (edit(SHEET, "worksheet", "chartsheet"), "forces", "chartsheet"),
    "a sheet in no namespace": (edit(SHEET, f' xmlns="{MAIN}"', ""), "forces", "worksheet"),
    "texts of another kind": (edit("xl/sharedStrings.xml", "sst", "sts"), "", "xl/sharedStrings.xml"),
    "not UTF-8": (SHARED | {SHEET: SHARED[SHEET].encode("latin-1")}, "forces", SHEET),
    "another encoding": (SHARED | {SHEET: f'<?xml version="1.0" encoding="cp037"?>{SHARED[SHEET]}'}, "forces", "cp037"),
    "UTF-7": (SHARED | {SHEET: f'<?xml version="1.0" encoding="utf-7"?>{SHARED[SHEET]}'}, "forces", "utf-7"),
    "a character that XML has not": (edit(SHEET, "AAA", "AA\x01"), "forces", SHEET),
    "an entity": (edit(SHEET, "AAA", "&a;"), "forces", SHEET),
    "a declaration": (SHARED | {SHEET: f"<!DOCTYPE worksheet>{SHARED[SHEET]}"}, "forces", "document type"),
    "entities": (SHARED | {SHEET: BOMB + SHARED[SHEET].replace("AAA", "&b;")}, "forces", "document type"),
    "entities of texts": (
        SHARED | {"xl/sharedStrings.xml": BOMB + SHARED["xl/sharedStrings.xml"]},
        "",
        "document type",
    ),
    "entities from elsewhere": (
        SHARED | {SHEET: f'<!DOCTYPE x SYSTEM "file:///etc/hostname">{SHARED[SHEET]}'},
        "forces",
        "document type",
    ),
    "the name of a part twice": ([*SHARED.items(), (SHEET, SHARED[SHEET])], "forces", f"{SHEET} 2 times"),
    "in two spellings": (SHARED | {SHEET.upper(): SHARED[SHEET]}, "forces", f"{SHEET} 2 times"),
    "two workbooks": (
        SHARED | {"_rels/.rels": relations([(c, "officeDocument", f"{c}.xml") for c in "ab"])},
        "",
        "2 workbooks",
    ),
    "an identity twice": (edit(RELS, "strings", "styles"), "", RELS),
    "two parts of shared texts": (edit(RELS, "/styles", "/sharedStrings"), "", "sharedStrings"),
    "a sheet elsewhere": (
        edit(RELS, 'Target="worksheets/sheet2.xml"', 'Target="worksheets/sheet2.xml" TargetMode="External"'),
        "forces",
        "without a part",
    ),
    "a sheet without a relation": (edit("xl/workbook.xml", 'r:id="r2"', 'r:id="r22"'), "forces", "without a part"),
    "a sheet without an identity": (edit("xl/workbook.xml", 'r:id="r2"', 'id="r2"'), "forces", "without a part"),
    "a sheet without a name": (edit("xl/workbook.xml", 'name="forces"', ""), "", "without a name"),
    "a chart under a table's name": (
        edit(RELS, f'Id="r2" Type="{KIND}/worksheet"', f'Id="r2" Type="{KIND}/chartsheet"'),
        "forces",
        "chartsheet",
    ),
    "a sheet listed twice": (
        edit("xl/workbook.xml", "</sheets>", '<sheet name="forces" r:id="r2"/></sheets>'),
        "forces",
        "a second time",
    ),
    "a name in capitals, too": (
        edit("xl/workbook.xml", "</sheets>", '<sheet name="FORCES" r:id="r2"/></sheets>'),
        "FORCES",
        "an unknown table",
    ),
    "sheets to choose from": (
        edit("xl/workbook.xml", "<sheets>", '<sheets><m:Choice xmlns:m="m">', "</sheets>", "</m:Choice></sheets>"),
        "",
        "inside",
    ),
    "texts to choose from": (
        edit("xl/sharedStrings.xml", "<si>", '<m:Choice xmlns:m="m"><si>', "</si>", "</si></m:Choice>"),
        "",
        "inside",
    ),
    "sheets without end": (
        edit("xl/workbook.xml", "</sheets>", '<sheet name="_" r:id="r2"/>' * 1000 + "</sheets>"),
        "",
        "more than 1,000 sheets",
    ),
    "deep": (edit("xl/workbook.xml", "<sheets>", "<a>" * 9999 + "</a>" * 9999 + "<sheets>"), "", "inside one another"),
    "shared texts out of range": (edit("xl/sharedStrings.xml", "<si><t>bn</t></si>", ""), "forces", "of 0"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(("content", "place", "found"), PARTS.values(), ids=PARTS)
def test_damaged_parts_are_named(
    tmp_path: Path, content: dict[str, str] | dict[str, Any] | list[tuple[str, str]], place: str, found: str
) -> None:
    path = save(tmp_path / "x.xlsx", content)
    (fault,) = faults(path)
    assert fault.place == (place or str(path))
    assert found in fault.found


def test_the_sound_ones_among_them(tmp_path: Path) -> None:
    assert read(save(tmp_path / "x.xlsx", SHARED)) == INSTANCE
    assert read(save(tmp_path / "y.xlsx", edit("xl/styles.xml", STYLES, STYLES))) == INSTANCE
    without = relations([(f"r{i}", "worksheet", f"worksheets/sheet{i}.xml") for i in range(1, 12)])
    assert read(save(tmp_path / "z.xlsx", parts() | {RELS: without})) == INSTANCE


def packed(path: Path, name: str) -> tuple[int, int]:
    """Where the packed bytes of a part begin and end in a container."""
    with zipfile.ZipFile(path) as container:
        entry = container.getinfo(name)
    begin = entry.header_offset + 30 + len(name)
    return begin, begin + entry.compress_size


@pytest.mark.parametrize("how", ["first byte", "middle", "sum", "length", "method", "name"])
def test_damaged_streams(tmp_path: Path, how: str) -> None:
    path = save(tmp_path / "x.xlsx", SHARED)
    content = bytearray(path.read_bytes())
    begin, end = packed(path, SHEET)
    entry = content.rindex(SHEET.encode()) - 46
    at = {
        "first byte": begin,
        "middle": (begin + end) // 2,
        "sum": entry + 16,
        "length": entry + 25,
        "method": entry + 10,
        "name": begin - 3,
    }[how]
    content[at] ^= content[at] if how == "length" else 0b111
    path.write_bytes(content)
    (fault,) = faults(path)
    assert fault.place == "forces"
    assert SHEET in fault.found


def test_a_password(tmp_path: Path) -> None:
    path = save(tmp_path / "x.xlsx", SHARED)
    content = bytearray(path.read_bytes())
    content[content.rindex(SHEET.encode()) - 38] |= 1
    path.write_bytes(content)
    (fault,) = faults(path)
    assert fault.expected == "one without a password"


def test_text_that_unpacks_wrongly_is_noticed_by_its_sum(tmp_path: Path) -> None:
    """Of a part that is not packed, a changed byte is legal XML."""
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as container:
        for name, text in SHARED.items():
            container.writestr(name, text)
    content = path.read_bytes()
    assert zlib.crc32(SHARED[SHEET].encode()).to_bytes(4, "little") in content
    path.write_bytes(content.replace(b'<c r="D2"><v>2<', b'<c r="D2"><v>3<'))
    (fault,) = faults(path)
    assert "CRC" in fault.found


# ---- chance -----------------------------------------------------------------------------------------------


def outcome(path: Path) -> Instance | None:
    """The instance, or None where it is refused with faults; whatever else happens is not caught."""
    try:
        return read(path)
    except BadInput:
        return None


def test_flipped_and_missing_bytes(tmp_path: Path) -> None:
    """A written workbook, damaged by chance: it is refused, or what it holds is unchanged."""
    chance = random.Random(9)
    path = tmp_path / "x.xlsx"
    write(toy(), path)
    sound = path.read_bytes()
    refused = 0
    for _ in range(300):
        content = bytearray(sound)
        how = chance.randrange(4)
        for _ in range(chance.choice((1, 1, 2, 20))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        if how == 0:
            del content[chance.randrange(len(content)) :]
        elif how == 1:
            at = chance.randrange(len(content))
            del content[at : at + chance.randrange(1, 200)]
        path.write_bytes(content)
        instance = outcome(path)
        refused += instance is None
        assert instance in (None, toy())
    assert 100 < refused < 300


def test_changed_characters_of_xml(tmp_path: Path) -> None:
    """With sums that fit: it is refused, or read as something that XML can hold."""
    chance = random.Random(9)
    names = list(SHARED)
    pieces = [
        "<",
        ">",
        "/",
        '"',
        "&",
        " ",
        "r",
        "A",
        "0",
        "9",
        "-",
        "_",
        ":",
        "<v>",
        "</c>",
        "<!--",
        "]]>",
        "é",
        "\x00",
    ]
    refused = 0
    for _ in range(300):
        content = dict(SHARED)
        name = chance.choice([SHEET, SHEET, *names])
        text = content[name]
        for _ in range(chance.choice((1, 1, 3))):
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice(["", *pieces]) + text[at + chance.randrange(3) :]
        instance = outcome(save(tmp_path / "x.xlsx", content | {name: text}))
        refused += instance is None
        assert instance is None or isinstance(instance, Instance)
    assert 100 < refused < 300
