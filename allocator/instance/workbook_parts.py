"""Finds and parses the parts of a workbook as the standards of the format define them (ECMA-376; XML with namespaces).

Nothing is guessed: a part that is missing, damaged, given twice, or written so that two programs may read it
differently, is a :class:`Damage`. Document type declarations are refused, so no file can define its own entities.
"""

from __future__ import annotations

import lzma
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote
from xml.parsers import expat

from allocator.instance.cells import quoted

MOST_BYTES = 200_000_000
MOST_RATIO = 200
MOST_SHEETS = 1_000
MOST_STRINGS = 2_000_000
"""Texts that the cells of a workbook may share."""

MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
PACKAGE = ("http://schemas.openxmlformats.org/package/2006/relationships",)
KINDS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
UNPACKING = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What the standard library raises for a damaged container."""

AGAIN = "save the workbook again with your spreadsheet program"
SOUND = f"a sound .xlsx workbook; {AGAIN}"
ENCODINGS = ("utf-8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "iso-8859-1")
CHUNK = 4_000_000
DEEPEST = 100
"""Most levels of nested elements in the small parts; sound parts have about ten."""

DAYS = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
ELAPSED = 46


class Damage(Exception):
    """A workbook, or a sheet of it, cannot be read: what was found, what was expected, and the row if it is known.

    ``whole`` says that the damage concerns every sheet.
    """

    def __init__(self, found: str, expected: str = SOUND, row: int | None = None, whole: bool = False) -> None:
        super().__init__(found)
        self.found, self.expected, self.row, self.whole = found, expected, row, whole


class Package:
    """The parts in a container, by name; upper and lower case and the direction of slashes do not matter."""

    def __init__(self, container: zipfile.ZipFile) -> None:
        self.container = container
        self.entries: dict[str, list[zipfile.ZipInfo]] = {}
        for entry in container.infolist():
            self.entries.setdefault(_key(entry.filename), []).append(entry)

    def __contains__(self, part: str) -> bool:
        return _key(part) in self.entries

    def parse(
        self,
        part: str,
        begin: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None],
        text: Callable[[str], None],
    ) -> None:
        """Parse a part; names reach the handlers as ``namespace}name``."""
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.buffer_size = 65_536
        parser.StartElementHandler = begin
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text

        def declared(_version: str, encoding: str | None, _standalone: int) -> None:
            if encoding is not None and encoding.lower() not in ENCODINGS:
                raise Damage(f"the part {_shown(part)} in the encoding {quoted(encoding)}", f"UTF-8; {AGAIN}")

        def doctype(*_: object) -> None:
            raise Damage(f"the part {_shown(part)} with a document type declaration", f"none; {AGAIN}")

        parser.XmlDeclHandler = declared
        parser.StartDoctypeDeclHandler = doctype
        try:
            for chunk in self._chunks(part):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Damage(f"the part {_shown(part)}, which is not sound XML ({error})") from None

    def _chunks(self, part: str) -> Iterator[bytes]:
        entries = self.entries.get(_key(part), [])
        if not entries:
            raise Damage(f"no part {_shown(part)}")
        if len(entries) > 1:
            raise Damage(f"the part {_shown(part)} {len(entries)} times", f"each part once; {AGAIN}")
        try:
            with self.container.open(entries[0]) as stream:
                while chunk := stream.read(CHUNK):
                    yield chunk
        except UNPACKING as error:
            raise Damage(f"the part {_shown(part)}, which cannot be unpacked ({error})") from None

    def elements(
        self,
        part: str,
        spaces: tuple[str, ...],
        wanted: tuple[str, ...],
        take: Callable[[str, dict[str, str], str], None],
    ) -> None:
        """Call ``take`` with the path, attributes and text of each wanted element, inner elements first.

        A path consists of elements in ``spaces``. A wanted element inside an element of another namespace, such as
        ``mc:AlternateContent``, is a :class:`Damage`, because programs choose differently there.
        """
        root = wanted[0].partition("/")[0]
        paths = [""]
        attributes: list[dict[str, str]] = []
        texts: list[list[str]] = []
        foreign: list[str] = []

        def begin(name: str, attrs: dict[str, str]) -> None:
            space, _, local = name.rpartition("}")
            if space not in spaces:
                if len(paths) == 1:
                    raise Damage(f"the part {_shown(part)} with the root element {quoted(local)}", f"{root}; {AGAIN}")
                foreign.append(local)
                path = paths[-1]
            else:
                path = f"{paths[-1]}/{local}" if paths[-1] else local
                if len(paths) == 1 and path != root:
                    raise Damage(f"the part {_shown(part)} with the root element {quoted(local)}", f"{root}; {AGAIN}")
                if foreign and path in wanted:
                    raise Damage(f"the part {_shown(part)} with {local} inside {quoted(foreign[-1])}")
            if len(paths) > DEEPEST:
                raise Damage(f"the part {_shown(part)} with more than {DEEPEST} elements inside one another")
            paths.append(path)
            attributes.append(attrs)
            texts.append([])

        def end(name: str) -> None:
            path, attrs, pieces = paths.pop(), attributes.pop(), texts.pop()
            if name.rpartition("}")[0] not in spaces:
                foreign.pop()
            elif path in wanted:
                take(path, attrs, "".join(pieces))

        self.parse(part, begin, end, lambda data: texts[-1].append(data))

    def relations(self, source: str) -> dict[str, tuple[str, str]]:
        """Identity -> (kind, part) of each reference of a part; the source of the package itself is ''."""
        folder, name = posixpath.split(source)
        part = posixpath.join(folder, "_rels", f"{name}.rels")
        found: dict[str, tuple[str, str]] = {}

        def take(_path: str, attrs: dict[str, str], _text: str) -> None:
            identity = attrs.get("Id", "")
            if identity in found:
                raise Damage(f"the part {_shown(part)} with the identity {quoted(identity)} twice")
            kind = attrs.get("Type", "")
            space, _, short = kind.rpartition("/")
            inside = attrs.get("TargetMode", "Internal") != "External"
            target = self._target(folder, attrs.get("Target", "")) if inside else ""
            found[identity] = (short if space in KINDS else kind, target)

        self.elements(part, PACKAGE, ("Relationships/Relationship",), take)
        return found

    def _target(self, folder: str, target: str) -> str:
        """The part that a target names, relative to its source's folder or, as some programs write, to the root."""
        target = target.replace("\\", "/")
        spellings = [
            posixpath.normpath(posixpath.join("/", start, text)).lstrip("/")
            for start in (folder, "")
            for text in (target, unquote(target))
        ]
        return next((part for part in spellings if part in self), spellings[0])


def _key(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").lower()


def _shown(part: str) -> str:
    return part if part.isprintable() and len(part) <= 60 else quoted(part)


class Book:
    """A workbook: its sheets in order, the texts that cells share, and which formats are dates.

    ``sheets`` holds (name, part, trouble); trouble says why the sheet cannot be read and is empty if it can.
    """

    def __init__(self, container: zipfile.ZipFile) -> None:
        self.package = Package(container)
        self.sheets: list[tuple[str, str, str]] = []
        self.since_1904 = False
        mains = {part for kind, part in self.package.relations("").values() if kind == "officeDocument"}
        if len(mains) != 1:
            raise Damage("no workbook in it" if not mains else f"{len(mains)} workbooks in it", "an .xlsx workbook")
        self.main = mains.pop()
        if self.main not in self.package:
            raise Damage(f"no part {_shown(self.main)}")
        self.relations = self.package.relations(self.main)
        self._sheets()

    def _sheets(self) -> None:
        identities = [f"{space}}}id" for space in KINDS]
        names: set[str] = set()

        def take(path: str, attrs: dict[str, str], _text: str) -> None:
            if path == "workbook/workbookPr":
                self.since_1904 = attrs.get("date1904", "0") in ("1", "true", "on")
                return
            name = unescape(attrs.get("name", ""))
            if not name:
                raise Damage("a sheet without a name")
            identity = next((attrs[key] for key in identities if key in attrs), None)
            kind, part = self.relations.get(identity or "", ("", ""))
            trouble = ""
            if name in names:
                trouble = "the sheet a second time"
            elif not part:
                trouble = "a sheet without a part in the workbook"
            elif kind != "worksheet":
                trouble = f"a sheet without cells ({_shown(kind.rpartition('/')[2])})"
            names.add(name)
            self.sheets.append((name, part, trouble))
            if len(self.sheets) > MOST_SHEETS:
                raise Damage(f"more than {MOST_SHEETS:,} sheets", "fewer")

        self.package.elements(self.main, MAIN, ("workbook/workbookPr", "workbook/sheets/sheet"), take)

    def _part(self, kind: str) -> str | None:
        parts = {part for named, part in self.relations.values() if named == kind}
        if len(parts) > 1:
            raise Damage(f"{len(parts)} parts of the kind {kind}", f"one; {AGAIN}")
        return parts.pop() if parts else None

    def strings(self) -> list[str] | None:
        """The texts that cells share, by number; None if the workbook has no part for them."""
        part = self._part("sharedStrings")
        if part is None:
            return None
        strings: list[str] = []
        pieces: list[str] = []

        def take(path: str, _attrs: dict[str, str], text: str) -> None:
            if path != "sst/si":
                pieces.append(text)
                return
            strings.append(unescape("".join(pieces)))
            pieces.clear()
            if len(strings) > MOST_STRINGS:
                raise Damage(f"more than {MOST_STRINGS:,} texts in the part {_shown(part)}", "fewer")

        self.package.elements(part, MAIN, ("sst/si", "sst/si/t", "sst/si/r/t"), take)
        return strings

    def formats(self) -> list[str]:
        """For each cell style, whether its numbers are a ``date``, an ``elapsed`` time, or neither ('')."""
        part = self._part("styles")
        if part is None:
            return [""]
        codes: dict[str, str] = {}
        numbers: list[str] = []

        def take(path: str, attrs: dict[str, str], _text: str) -> None:
            if path == "styleSheet/cellXfs/xf":
                numbers.append(attrs.get("numFmtId", "0"))
            else:
                codes[attrs.get("numFmtId", "")] = attrs.get("formatCode", "")

        self.package.elements(part, MAIN, ("styleSheet/cellXfs/xf", "styleSheet/numFmts/numFmt"), take)
        dated = {number: _dated(number, codes) for number in set(numbers)}
        return [dated[number] for number in numbers] or [""]


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The container of a workbook, after a check that it is safe to unpack.

    Raises
    ------
    Damage
    """
    try:
        container = zipfile.ZipFile(path)
    except UNPACKING as error:
        raise Damage(f"a file that is not a workbook ({error})", f"an .xlsx workbook; {AGAIN}") from None
    with container:
        _check_sizes(container.infolist())
        yield container


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    total = sum(entry.file_size for entry in entries)
    if total > MOST_BYTES:
        raise Damage(f"{total:,} bytes when unpacked", f"at most {MOST_BYTES:,}")
    for entry in entries:
        ratio = entry.file_size // max(entry.compress_size, 1)
        if entry.file_size > 1_000_000 and ratio > MOST_RATIO:
            raise Damage(f"a part packed {ratio} to 1", f"at most {MOST_RATIO} to 1")
        if entry.flag_bits & 1:
            raise Damage("an encrypted workbook", "one without a password")


def sheet_names(path: Path) -> list[str]:
    """The names of a workbook's sheets, in order."""
    with opened(path) as container:
        return [name for name, _, _ in Book(container).sheets]


def _dated(number: str, codes: dict[str, str]) -> str:
    if number not in codes:
        return "elapsed" if number == str(ELAPSED) else "date" if number in map(str, DAYS) else ""
    code = re.sub(r'"[^"]*"?|\\.|_.|\*.', "", codes[number].lower())
    if re.search(r"\[(h+|m+|s+)\]", code):
        return "elapsed"
    return "date" if re.search("[dmyhs]", re.sub(r"\[[^]]*\]?", "", code)) else ""


def unescape(text: str) -> str:
    """A text of a workbook, in which ``_x000D_`` means a character that XML cannot hold; CR LF is read as LF."""
    if "_x" not in text:
        return text
    return re.sub("_x([0-9A-Fa-f]{4})_", _character, text).replace("\r\n", "\n")


def _character(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return match[0] if "\ud800" <= character <= "\udfff" else character
