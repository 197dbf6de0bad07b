"""Writes a file or a folder whole or not at all, whatever happens to the process meanwhile.

The new content is written to a temporary folder beside the target and then replaces the target in one step: by
``rename`` for a file, and by an exchange of the two folders (``renameat2``, Linux) if the target is a folder. If the
system or the file system cannot exchange folders, the earlier folder is moved away first; the target is missing for
that moment.

The temporary folder is locked while it is written. A temporary folder without a lock was left by a process that was
killed; the next write into the same parent removes it.
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
except ImportError:  # not a POSIX system: nothing is locked, and temporary folders of killed processes stay
    fcntl = None  # type: ignore[assignment]

BESIDE = ".allocator-writing-"
"""Prefix of the names of temporary folders."""

_NEW, _EARLIER = "new", "earlier"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


def write_whole(target: str | os.PathLike[str], content: bytes | Mapping[str, bytes]) -> None:
    """Write a file, or a folder of files, whole or not at all.

    Parameters
    ----------
    target : path
        Where to write; links are followed, and missing parent folders are made.
    content : bytes or mapping
        Content of a file; or file name -> content of a folder, which replaces an earlier folder and all its files.

    Raises
    ------
    OSError
        The content cannot be written; nothing is left behind, and an earlier target is unchanged.
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
    """A temporary path at which the caller writes a file or a folder; at the end of the block it replaces the target.

    The path has the ending of the target (``.mps``), and the target's parent folder must exist. If the block fails, the
    target does not change.
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
    """Write the names in a folder to the disk, if the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _beside(parent: Path) -> tuple[Path, int | None]:
    """A new temporary folder in a parent, and the lock that marks it as used."""
    while True:
        folder = Path(tempfile.mkdtemp(dir=parent, prefix=BESIDE))
        if fcntl is None:
            return folder, None
        with contextlib.suppress(FileNotFoundError):  # another process removed it before it was locked
            lock = _locked(folder, wait=True)
            if folder.exists():
                return folder, lock
            if lock is not None:
                os.close(lock)


def _locked(folder: Path, *, wait: bool) -> int | None:
    """A lock on a folder, to be closed; None if another process holds it or the file system has no locks."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(handle)
        return None
    return handle


def _clear(parent: Path) -> None:
    """Remove the temporary folders of killed processes, and put back what those had moved away."""
    if fcntl is None:
        return
    for left in parent.glob(f"{BESIDE}*"):
        with contextlib.suppress(OSError):  # another process removes it as well, or this one has no permission
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
    """Replace a target by the new file or folder."""
    if not new.is_dir():
        new.replace(target)
        return
    try:
        new.rename(target)  # succeeds if the target is missing or an empty folder
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
    """Exchange two folders in one step; False if the system or the file system cannot."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    done: int = renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return done == 0
