"""Reads text files that a user names: only regular files of a limited size, decoded as UTF-8."""

from __future__ import annotations

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
    """A file cannot be read: what was found, what was expected, and the row of the problem (or None)."""

    def __init__(self, found: str, expected: str, row: int | None = None) -> None:
        super().__init__(found, expected, row)
        self.found, self.expected, self.row = found, expected, row

    def fault(self, place: str) -> Fault:
        """The fault of the file."""
        return Fault(place, self.row, None, self.found, self.expected)


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
        line = re.search(r"at line ([0-9]+)", message)
        row = int(line[1]) if line else len(text.splitlines())
        if re.match("Cannot (overwrite|declare|redefine)", message):
            raise Unreadable("a key or a table given twice", "each once", row) from None
        raise Unreadable(re.sub(r" \(at [^()]*\)$", "", message), "TOML", row) from None
    except RecursionError:
        raise Unreadable("nesting that is too deep", "TOML") from None
    except ValueError as error:  # a whole number with thousands of digits, or a date such as 2025-02-30
        long = re.search(r"[0-9_]{4000,}", text)
        if long is None:
            raise Unreadable(str(error), "TOML") from None
        row = text.count("\n", 0, long.start()) + 1
        raise Unreadable(f"a number of {len(long[0]):,} digits", "a number that fits a column", row) from None
