"""The store of a sweep's rows: one SQLite file that one process owns."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

from allocator.errors import AllocatorError, BadUsage

APPLICATION = 0x616C6C6F
"""Mark in the file's header that identifies a store."""

VERSION = 3
"""Version of the layout."""

LAYOUT = (
    "CREATE TABLE points (key TEXT PRIMARY KEY, instance TEXT NOT NULL, sha256 TEXT NOT NULL, content NOT NULL, "
    "checksum TEXT NOT NULL)"
)

RESULT = (
    "CREATE TABLE IF NOT EXISTS result (id INTEGER PRIMARY KEY CHECK (id = 1), content NOT NULL, checksum NOT NULL)"
)
"""Layout of the result of the last sweep; a store without one is whole."""

ROW = "SELECT key, CAST(instance AS BLOB), CAST(sha256 AS BLOB), CAST(content AS BLOB), typeof(content), checksum"

LARGE = 2000
"""Characters above which a content is compressed."""

AT_ONCE = 500
"""Keys in one query."""

PATIENCE = 0.5
"""Seconds to wait for a process that is ending."""

NO_STORE = "is not a sweep store; give a new name, or the file of an earlier sweep"


class Store:
    """Rows of points by their key.

    The file belongs to one process: the process locks it when it opens it, and the lock ends with the process, however
    that ends. Once put, a row is safe from ``kill -9`` and from a loss of power: each row is a transaction of its own
    in a write-ahead log that is synchronised with the disk (about 0.3 ms per row on a local disk). Each row has a
    checksum of its key and content. A row that was altered on the disk counts as missing, and :attr:`damaged` holds its
    key.

    Parameters
    ----------
    path : Path
        The file; it is created if it does not exist.
    lasting : bool
        Whether the file outlives the process; if not, rows are not synchronised with the disk.

    Attributes
    ----------
    damaged : set of str
        Keys of rows that were requested but are damaged.

    Raises
    ------
    BadUsage
        Another sweep uses the file, or it is not a store that this version reads; the file is unchanged.

    Notes
    -----
    Nothing else in the process may open the file: on POSIX, closing any handle of a file releases the locks that the
    process holds on it.
    """

    def __init__(self, path: Path, *, lasting: bool = True) -> None:
        self.path = path
        self.damaged: set[str] = set()
        self._synchronous = "FULL" if lasting else "OFF"
        if path.exists() and not path.is_file():
            raise BadUsage(f"{path} is {'a folder' if path.is_dir() else 'not a file'}; a store is a file")
        if not path.absolute().parent.is_dir():
            raise BadUsage(f"{path}: there is no folder {path.absolute().parent}")
        if path.exists() and not os.access(path, os.W_OK):
            raise BadUsage(f"{path} is read-only; a sweep writes its rows there")
        try:
            if path.exists() and path.stat().st_size:
                self._look()
            self._connection = sqlite3.connect(
                path.absolute(), timeout=PATIENCE, isolation_level=None, check_same_thread=False
            )
            try:
                self._open()
            except BaseException:
                self._connection.close()
                raise
        except sqlite3.Error as error:
            raise BadUsage(f"{path} {_meaning(error)}") from None

    def _look(self) -> None:
        """Refuse a file that is not a store, without locking or changing it."""
        beside = sqlite3.connect(f"{self.path.absolute().as_uri()}?immutable=1", uri=True)
        with contextlib.closing(beside):
            try:
                self._check(beside)
            except sqlite3.DatabaseError as error:
                if _code(error) != sqlite3.SQLITE_CORRUPT:  # shorter than its header: the rest may be in the log
                    raise

    def _check(self, connection: sqlite3.Connection) -> None:
        application, version = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        )
        if application != APPLICATION:
            raise BadUsage(f"{self.path} {NO_STORE}")
        if version != VERSION:
            raise BadUsage(
                f"{self.path} is a store of version {version}, and this program uses version {VERSION}; "
                "give another file, delete this one, or use the program that wrote it"
            )

    def _open(self) -> None:
        connection = self._connection
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute(f"PRAGMA synchronous = {self._synchronous}")
        connection.execute("BEGIN EXCLUSIVE")
        if connection.execute("PRAGMA schema_version").fetchone()[0] == 0:
            # one transaction that ends in the file itself: a killed process leaves a store or an empty file
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute(LAYOUT)
        self._check(connection)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
        faults = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if faults != "ok":
            raise BadUsage(f"{self.path} is damaged ({' '.join(faults.split())})")

    def each(self, keys: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Key and content of the keys in the store; read one by one, so that they need little memory."""
        left = iter(keys)
        while some := list(islice(left, AT_ONCE)):
            query = f"{ROW} FROM points WHERE key IN ({','.join('?' * len(some))})"
            try:
                rows = self._connection.execute(query, some).fetchall()
            except sqlite3.Error as error:
                raise BadUsage(f"{self.path} is damaged ({error})") from None
            for key, *kept, checksum in rows:
                content = _sound(key, kept, checksum)
                if content is None:
                    self.damaged.add(key)
                else:
                    yield key, content

    def known(self, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Contents by key, for the keys in the store; thousands of plans take hundreds of MB (see :meth:`each`)."""
        from allocator.formulation import uncollected

        with uncollected():
            return dict(self.each(keys))

    def put(self, key: str, content: Mapping[str, Any], *, instance: str, sha256: str) -> None:
        """Store a row in place of an earlier row with the key; the row is safe when this returns.

        Parameters
        ----------
        key : str
        content : mapping
            Plain values for JSON.
        instance, sha256 : str
            Name and content hash of the instance that was solved.

        Raises
        ------
        AllocatorError
            The row cannot be written; earlier rows stay.
        ValueError
            The content has a number that is not finite.
        """
        text = json.dumps(content, allow_nan=False, separators=(",", ":"))
        kept = text if len(text) <= LARGE else zlib.compress(text.encode(), 1)
        whole = kept.encode() if isinstance(kept, str) else kept
        kind = "text" if isinstance(kept, str) else "blob"
        row = (key, instance, sha256, kept, _checksum(key, [instance.encode(), sha256.encode(), whole, kind]))
        try:
            self._connection.execute("INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?, ?)", row)
        except sqlite3.Error as error:
            raise AllocatorError(
                f"{self.path} could not be written: {_cause(error)}; {self.count()} points are safe in it"
            ) from None

    def keep(self, result: Mapping[str, Any]) -> None:
        """Store the result of a whole sweep in place of an earlier one.

        Parameters
        ----------
        result : mapping
            The object of :meth:`allocator.Sweep.to_dict`.

        Raises
        ------
        AllocatorError
            It cannot be written; the rows stay, and so does an earlier result.
        """
        kept = zlib.compress(json.dumps(result, allow_nan=False, separators=(",", ":")).encode(), 6)
        row = (1, kept, hashlib.blake2b(kept, digest_size=16).hexdigest())
        try:
            self._connection.execute(RESULT)
            self._connection.execute("INSERT OR REPLACE INTO result VALUES (?, ?, ?)", row)
        except sqlite3.Error as error:
            raise AllocatorError(f"{self.path} could not be written: {_cause(error)}; its points are safe") from None

    def others(self, instance: str, sha256: str) -> int:
        """Number of rows of an instance with this name and other content."""
        return self._number("SELECT count(*) FROM points WHERE instance = ? AND sha256 <> ?", instance, sha256)

    def count(self) -> int:
        """Number of rows."""
        return self._number("SELECT count(*) FROM points")

    def _number(self, query: str, *values: str) -> int:
        try:
            return int(self._connection.execute(query, values).fetchone()[0])
        except sqlite3.Error as error:
            raise BadUsage(f"{self.path} could not be read: {_cause(error)}") from None

    def close(self) -> None:
        """Close and unlock the file."""
        with contextlib.suppress(sqlite3.Error):  # the rows are safe in the log
            self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def kept_result(path: Path) -> dict[str, Any] | None:
    """The result of the last sweep in a store, which stays unchanged; None if there is none, or it is damaged.

    Raises
    ------
    BadUsage
        The file is no store, is in use, or cannot be read.
    """
    in_use = path.with_name(f"{path.name}-wal").exists()  # or of a process that was killed
    source = f"{path.absolute().as_uri()}?{'mode=ro' if in_use else 'immutable=1'}"
    try:
        with contextlib.closing(sqlite3.connect(source, uri=True, timeout=PATIENCE)) as db:
            if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
                raise BadUsage(f"{path} {NO_STORE}")
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'result'").fetchall():
                return None
            found = db.execute("SELECT content, checksum FROM result").fetchall()
    except sqlite3.Error as error:
        raise BadUsage(f"{path} {_meaning(error)}") from None
    for content, checksum in found:
        if isinstance(content, bytes) and hashlib.blake2b(content, digest_size=16).hexdigest() == checksum:
            try:
                result = json.loads(zlib.decompress(content))
            except (zlib.error, ValueError):
                return None
            return result if isinstance(result, dict) else None
    return None


def _checksum(key: str, kept: Sequence[Any]) -> str:
    """Checksum of a stored row: key, instance, sha256, content, kind of content."""
    return hashlib.blake2b(repr((key, *kept)).encode(), digest_size=16).hexdigest()


def _sound(key: str, kept: Sequence[Any], checksum: Any) -> dict[str, Any] | None:
    """The content of a row; None if it was altered."""
    if _checksum(key, kept) != checksum:
        return None
    *_, content, kind = kept
    try:
        found = json.loads(zlib.decompress(content) if kind == "blob" else content)
    except (zlib.error, ValueError, TypeError):
        return None
    return found if isinstance(found, dict) else None


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 if there is none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _cause(error: sqlite3.Error) -> str:
    return "disk full" if _code(error) == sqlite3.SQLITE_FULL else str(error)


def _meaning(error: sqlite3.Error) -> str:
    """Why a file cannot be opened; a phrase that follows its name."""
    meanings = {
        sqlite3.SQLITE_BUSY: "is in use by another sweep",
        sqlite3.SQLITE_NOTADB: NO_STORE,
        sqlite3.SQLITE_CORRUPT: f"is damaged ({error})",
    }
    return meanings.get(_code(error), f"cannot be opened as a store: {_cause(error)}")
