"""Files and folders are written whole or not at all; ``python -m tests.writing 300`` kills a writer 300 times."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import allocator
from allocator import files
from tests.toys import Row, toy
from tests.writing import trial

OLD, NEW = {"a.csv": b"old", "gone.csv": b"old"}, {"a.csv": b"new", "b/c.csv": b"new"}


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(params=["exchanged", "moved away"])
def plan(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is there, where folders can be exchanged and where they cannot."""
    if request.param == "moved away":
        monkeypatch.setattr(files, "_exchanged", lambda one, other: False)
    files.write_whole(tmp_path / "plan", OLD)
    return tmp_path / "plan"


def test_a_folder_takes_the_place_of_another(plan: Path) -> None:
    assert content(plan) == OLD
    files.write_whole(plan, NEW)
    assert content(plan) == NEW
    assert names(plan.parent) == ["plan"]


def test_a_file_takes_the_place_of_another_and_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("there/x.json")
    for text in (b"old", b"new"):
        files.write_whole(tmp_path / "link", text)
        assert (tmp_path / "link").is_symlink()
        assert content(tmp_path)["there/x.json"] == text
    (tmp_path / "way").symlink_to("far/plan")
    for each in (OLD, NEW):
        files.write_whole(tmp_path / "way", each)
        assert content(tmp_path / "far" / "plan") == each
    assert names(tmp_path) == ["far", "link", "there", "way"]
    assert names(tmp_path / "far") == ["plan"]


@pytest.mark.parametrize("target", ["file", "folder"])
def test_one_kind_does_not_replace_the_other(tmp_path: Path, target: str) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine").write_text("mine")
    with pytest.raises(OSError, match=r"directory|folder"):
        files.write_whole(tmp_path / target, NEW if target == "file" else b"new")
    assert content(tmp_path) == {"file": b"mine", "folder/mine": b"mine"}
    assert names(tmp_path) == ["file", "folder"]


def test_what_fails_leaves_what_was_there(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("allocator.files.os.fsync", full)
    for target, new in ((plan, NEW), (plan.parent / "x.json", b"new"), (plan.parent / "fresh", NEW)):
        with pytest.raises(OSError, match="No space left"):
            files.write_whole(target, new)
        assert content(plan) == OLD
        assert names(plan.parent) == ["plan"]


def test_where_the_folder_cannot_be_moved_the_earlier_one_comes_back(
    plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_exchanged", lambda one, other: False)
    rename = Path.rename

    def refused(path: Path, target: str | Path) -> Path:
        if path.name == "new" and plan.name == Path(target).name and not plan.exists():
            raise OSError(errno.EIO, "Input/output error")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(OSError, match="Input/output"):
        files.write_whole(plan, NEW)
    assert content(plan) == OLD
    assert names(plan.parent) == ["plan"]


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    """A limit of the system on the size of a file stands for it."""
    files.write_whole(tmp_path / "plan", OLD)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
        with pytest.raises(OSError, match="File too large"):
            files.write_whole(tmp_path / "plan", {"a.csv": b"new", "b.csv": b"x" * 20_000})
        with pytest.raises(OSError, match="File too large"):
            allocator.write(toy(nations=many()), tmp_path / "x.json")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert content(tmp_path / "plan") == OLD
    assert names(tmp_path) == ["plan"]


def many() -> list[Row]:
    return [{"nation": "AAA"}, *({"nation": f"B{a}{b}"} for a in "ABCDEFGHIJKLMNOP" for b in "ABCDEFGHIJKLMNOP")]


KILLED = """
import os, signal, sys
from allocator import files
take_place = files._take_place
def killed(new, target, earlier):
    if sys.argv[2] == "after":
        take_place(new, target, earlier)
    if sys.argv[2] == "between":
        earlier.mkdir()
        target.rename(earlier / target.name)
    os.kill(os.getpid(), signal.SIGKILL)
files._take_place = killed
files.write_whole(sys.argv[1], {"a.csv": b"new", "b/c.csv": b"new"})
"""


@pytest.mark.parametrize(("instant", "left"), [("before", OLD), ("between", OLD), ("after", NEW)])
def test_what_a_killed_process_left_is_cleared_by_the_next_write(
    tmp_path: Path, instant: str, left: dict[str, bytes]
) -> None:
    files.write_whole(tmp_path / "plan", OLD)
    child = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "plan"), instant], check=False)
    assert child.returncode == -9
    assert len(names(tmp_path)) == (1 if instant == "between" else 2)
    files.write_whole(tmp_path / "other", b"x")
    assert names(tmp_path) == ["other", "plan"]
    assert content(tmp_path / "plan") == left


def test_what_another_process_writes_is_left_alone(tmp_path: Path) -> None:
    with files.replacing(tmp_path / "one.mps") as new:
        assert new.suffix == ".mps"
        new.write_bytes(b"mine")
        files.write_whole(tmp_path / "two", b"x")
        assert new.read_bytes() == b"mine"
        assert not (tmp_path / "one.mps").exists()
    assert names(tmp_path) == ["one.mps", "two"]
    (tmp_path / f"{files.BESIDE}file").write_text("mine")
    (tmp_path / ".allocator-mine").mkdir()
    files.write_whole(tmp_path / "two", b"y")
    assert names(tmp_path) == [".allocator-mine", f"{files.BESIDE}file", "one.mps", "two"]


def test_many_writers_at_once(tmp_path: Path) -> None:
    """Whoever comes last wins; nobody's folder is taken for one that was left."""
    wrong = []

    def write(number: int) -> None:
        try:
            for _ in range(20):
                files.write_whole(tmp_path / "plan", dict.fromkeys(("a", "b"), b"%d" % number))
        except OSError as error:
            wrong.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(set(content(tmp_path / "plan").values())) == 1
    assert names(tmp_path) == ["plan"]


def test_killed_at_random_instants() -> None:
    writes, left = trial(12, seed=1)
    assert writes >= 12  # one at least before each kill
    assert left > 0, "no kill hit a write"


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="POSIX alone has a mask for new files")
def test_rights_are_those_that_the_user_gives_new_files(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        files.write_whole(tmp_path / "plan", OLD)
    finally:
        os.umask(before)
    assert (tmp_path / "plan").stat().st_mode & 0o777 == 0o750
    assert (tmp_path / "plan" / "a.csv").stat().st_mode & 0o777 == 0o640
