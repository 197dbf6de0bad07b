"""Writes a file or a folder whole or not at all, whatever happens to the process in between.

What is new is made in a folder beside the target and then takes the target's place in one step: ``rename`` for a file,
and for a folder over an earlier one an exchange of the two (``renameat2``, Linux). Where the system or the file system
cannot exchange folders, the earlier one is moved away first; for that moment the target is not there.

The folder beside is locked while it is written. One that nobody has locked was left by a process that was killed; the
next write into the same parent removes it.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

try:
    import fcntl
except ImportError:  # no POSIX system: nothing is locked, and nothing that was left is removed
    fcntl = None  # type: ignore[assignment]

BESIDE = ".allocator-writing-"
"""What the name of a folder beside a target begins with."""

_NEW, _EARLIER = "new", "earlier"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


def write_whole(target: str | os.PathLike[str], content: bytes | Mapping[str, bytes]) -> None:
    """Write a file, or a folder of files, whole or not at all.

    Parameters
    ----------
    target : path
        Where to; links are followed, and folders above it are made.
    content : bytes or mapping
        Of a file; or file name -> content of a folder, which takes the place of an earlier one with all that is in it.

    Raises
    ------
    OSError
        The disk does not take it; nothing is left behind, and what was there before is there still.
    """
    Path(os.path.realpath(target)).parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as new:
        if isinstance(content, bytes):
            _put(new, content)
            return
        new.mkdir()
        for name, part in content.items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            _put(new / name, part)
        _synchronise(new)


@contextlib.contextmanager
def replacing(target: str | os.PathLike[str]) -> Iterator[Path]:
    """A path to make a file or a folder at, for what writes by itself; at the end it takes the target's place.

    The path ends as the target does (``.mps``), and the folder above must be there. Where the block fails, the target
    stays as it is.
    """
    place = Path(os.path.realpath(target))
    _clear(place.parent)
    beside, lock = _beside(place.parent)
    try:
        new = beside / f"{_NEW}{place.suffix}"
        yield new
        _take_place(new, place, beside / _EARLIER)
        _synchronise(place.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _put(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _synchronise(folder: Path) -> None:
    """Have the names in a folder on the disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _beside(parent: Path) -> tuple[Path, int | None]:
    """A new folder in a parent, and the lock that says that it is in use."""
    while True:
        folder = Path(tempfile.mkdtemp(dir=parent, prefix=BESIDE))
        if fcntl is None:
            return folder, None
        with contextlib.suppress(FileNotFoundError):  # taken for one that was left, before it was locked
            lock = _locked(folder, wait=True)
            if folder.exists():
                return folder, lock
            if lock is not None:
                os.close(lock)


def _locked(folder: Path, *, wait: bool) -> int | None:
    """A lock on a folder, to be closed; None where another process has it or the file system has no locks."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(handle)
        return None
    return handle


def _clear(parent: Path) -> None:
    """Remove what killed processes left in a folder, and put back what they had moved away."""
    if fcntl is None:
        return
    for left in parent.glob(f"{BESIDE}*"):
        with contextlib.suppress(OSError):  # another process removes it too, or may alone
            lock = _locked(left, wait=False)
            if lock is None:
                continue
            try:
                for earlier in left.glob(f"{_EARLIER}/*"):
                    if not os.path.lexists(parent / earlier.name):
                        earlier.rename(parent / earlier.name)
                shutil.rmtree(left)
            finally:
                os.close(lock)


def _take_place(new: Path, target: Path, earlier: Path) -> None:
    """Put what is new where a target is."""
    if not new.is_dir():
        new.replace(target)
        return
    try:
        new.rename(target)  # nothing is there, or an empty folder
        return
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
    if _exchanged(new, target):
        return
    earlier.mkdir()
    target.rename(earlier / target.name)
    try:
        new.rename(target)
    except OSError:
        (earlier / target.name).rename(target)
        raise


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system or the file system cannot."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    done: int = renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return done == 0
