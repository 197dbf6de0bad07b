"""Reads text files that a user names: only regular files of a limited size, decoded as UTF-8."""

from __future__ import annotations

import json
import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from allocator.errors import Fault

MOST_BYTES = 200_000_000
"""Size of the largest file that is read."""

MOST_TOML = 1_000_000
"""Size of the largest TOML file that is read."""

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class Unreadable(Exception):
    """A file cannot be read: what was found, what was expected, and row and column of the problem (or None)."""

    def __init__(self, found: str, expected: str, row: int | None = None, column: int | None = None) -> None:
        super().__init__(found, expected, row, column)
        self.found, self.expected, self.row, self.column = found, expected, row, column

    def fault(self, place: str) -> Fault:
        """The fault of the file."""
        return Fault(place, self.row, None if self.column is None else str(self.column), self.found, self.expected)


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """The content of a regular file. Pipes, devices and files that are too large are refused before reading.

    Raises
    ------
    Unreadable
    """
    check_file(path, most)
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise _unreadable(error) from None
    try:
        with os.fdopen(handle, "rb", closefd=True) as file:
            _check(os.fstat(handle), most)
            content = file.read(most + 1)
    except OSError as error:
        raise _unreadable(error) from None
    if len(content) > most:
        raise Unreadable(f"more than {most:,} bytes", f"at most {most:,}")
    return content


def check_file(path: Path, most: int = MOST_BYTES) -> None:
    """Refuse a file that :func:`read_bytes` would refuse, without reading it.

    Raises
    ------
    Unreadable
    """
    try:
        _check(os.stat(path), most)
    except (OSError, ValueError) as error:
        raise _unreadable(error) from None


def _check(status: os.stat_result, most: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = next((name for test, name in _KINDS if test(status.st_mode)), "something that is not a regular file")
        raise Unreadable(kind, "a file")
    if status.st_size > most:
        raise Unreadable(f"{status.st_size:,} bytes", f"at most {most:,}")


def _unreadable(error: OSError | ValueError) -> Unreadable:
    if isinstance(error, FileNotFoundError):
        return Unreadable("nothing there", "a file")
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return Unreadable(f"an error ({reason})", "a readable file")


def read_text(path: Path, most: int = MOST_BYTES) -> str:
    """The text of a regular file in UTF-8, without a byte order mark.

    Raises
    ------
    Unreadable
    """
    content = read_bytes(path, most)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise Unreadable("UTF-16 text", "UTF-8 text: save the file in UTF-8") from None
        line = content.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{content[error.start]:02x}, which is not UTF-8"
        raise Unreadable(found, "UTF-8 text: save the file in UTF-8", line) from None


SNIPPET = 40
"""Most characters of a line that are shown from the place on at which a file breaks its format."""

_JSON = {
    "Expecting value": "a value: a text in double quotation marks, a number, true, false, null, a list or an object",
    "Expecting property name enclosed in double quotes": "a key in double quotation marks",
    "Expecting ':' delimiter": "a colon after the key",
    "Expecting ',' delimiter": "a comma, or the end of the list or object",
    "Illegal trailing comma before end of object": "no comma before the end of an object",
    "Illegal trailing comma before end of array": "no comma before the end of a list",
    "Unterminated string starting at": "a text with a quotation mark at its end",
    "Invalid control character at": r"no line break or tab in a text: write \n or \t",
    "Extra data": "the end of the file, since a JSON file holds one value",
}
_TOML = {
    "Invalid value": "a value: a text in double quotation marks, a number, true, false or a list",
    "Invalid statement": "key = value, or [section]",
    "Expected '=' after a key in a key/value pair": "an equals sign after the key: key = value",
    "Expected newline or end of document after a statement": "the end of the line after the value",
    "Expected ']' at the end of a table declaration": "] at the end of the name of a section",
    "Unclosed array": "] at the end of a list",
    "Unterminated string": "a quotation mark at the end of a text",
    "Illegal character '\\n'": "a quotation mark at the end of a text",
}
"""Message of the parser -> what it expected, in words."""


def _there(text: str, row: int, column: int) -> str:
    """What a text has in a row from a column on, in quotation marks, or that it ends there."""
    lines = text.split("\n")
    rest = lines[row - 1][column - 1 :].rstrip("\r") if row <= len(lines) else ""
    if not rest.strip():
        return "the end of the file" if not "".join(lines[row:]).strip() else "the end of the line"
    return f'"{rest[:SNIPPET]}{"..." if len(rest) > SNIPPET else ""}"'


def not_json(error: json.JSONDecodeError, whole: str) -> Unreadable:
    """What breaks the format of JSON, and where; ``whole`` is what is expected of a file that is something else.

    Examples
    --------
    >>> import json
    >>> from allocator.reading import not_json
    >>> try:
    ...     json.loads('{"units": 3,}')
    ... except json.JSONDecodeError as error:
    ...     wrong = not_json(error, "an object")
    >>> str(wrong.fault("mine.json"))
    'mine.json, row 1, column 13: found "}"; expected JSON: a key in double quotation marks, or no comma before it'
    """
    text = error.doc
    found = _there(text, error.lineno, error.colno)
    expected = _JSON.get(error.msg, error.msg) if text[: error.pos].strip() else whole
    if text[: error.pos].rstrip().endswith(",") and text[error.pos : error.pos + 1] in ("}", "]"):
        expected += ", or no comma before it"
    return Unreadable(found, f"JSON: {expected}", error.lineno, error.colno)


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file.

    Raises
    ------
    Unreadable
    """
    text = read_text(path, MOST_TOML)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = re.search(r"at line ([0-9]+), column ([0-9]+)", message)
        row = int(at[1]) if at else len(text.splitlines())
        if re.match("Cannot (overwrite|declare|redefine)", message):
            raise Unreadable("a key or a table given twice", "each once", row) from None
        column = int(at[2]) if at else None
        what = re.sub(r" \(at [^()]*\)$", "", message)
        found = _there(text, row, column) if column else "the end of the file"
        raise Unreadable(found, f"TOML: {_TOML.get(what, what)}", row, column) from None
    except RecursionError:
        raise Unreadable("nesting that is too deep", "TOML") from None
    except ValueError as error:  # a whole number with thousands of digits, or a date such as 2025-02-30
        long = re.search(r"[0-9_]{4000,}", text)
        if long is None:
            raise Unreadable(str(error), "TOML") from None
        row = text.count("\n", 0, long.start()) + 1
        raise Unreadable(f"a number of {len(long[0]):,} digits", "a number that fits a column", row) from None
