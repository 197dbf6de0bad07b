"""The store: safe whatever happens to the process, and nobody else's file is touched."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from allocator.errors import AllocatorError, BadUsage
from allocator.sweeps.run.store import VERSION, Store
from tests.present import present
from tests.sweeps.storing import put

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from allocator.sweeps.run.store import Store
print("begin", flush=True)
store = Store(Path(sys.argv[1]))
first = store.count()
print("open", flush=True)
for number in range(first, first + int(sys.argv[2])):
    store.put(f"key{number}", {"number": number, "text": "x" * (number % 7000)}, instance="toy", sha256="a")
    print(f"key{number}", flush=True)
sys.stdin.read()
"""


def writer(path: Path, rows: int) -> subprocess.Popen[str]:
    """A process that is about to open the store and put rows; it tells of each that is safe."""
    command = [sys.executable, "-c", WRITER, str(path), str(rows)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert present(child.stdout).readline() == "begin\n"
    return child


def ended(child: subprocess.Popen[str]) -> str:
    """The rest of what it told; where it still runs it may end."""
    present(child.stdin).close()
    with present(child.stdout) as stream:
        told = stream.read()
    child.wait()
    return told


def fill(store: Store) -> tuple[int, str]:
    """Rows that the store took before it refused one, and what it said then."""
    for number in range(1000):
        try:
            put(store, str(number), {"text": "x" * 1000})
        except AllocatorError as error:
            return number, str(error)
    raise AssertionError("it took them all")


def refused(path: Path) -> str:
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(BadUsage) as refusal:
        Store(path)
    assert before is None or path.read_bytes() == before
    assert str(path) in str(refusal.value)
    return str(refusal.value)


class TestRows:
    def test_come_back_as_they_were(self, tmp_path: Path) -> None:
        small = {"status": "optimal", "values": {"gap": 0.1 + 0.2}, "text": "é \ud800 \x00", "none": None, "yes": True}
        large = {"deployments": [["FRA", "battalion", "hold", t, 3] for t in range(500)]}
        with Store(tmp_path / "s.sqlite") as store:
            put(store, "small", small)
            put(store, "large", large)
            assert store.known(["small", "large", "absent"]) == {"small": small, "large": large}
            assert store.known([]) == {}
        with Store(tmp_path / "s.sqlite") as store:
            assert store.known(["large", "small"]) == {"small": small, "large": large}
            assert store.count() == 2
        assert [file.name for file in tmp_path.iterdir()] == ["s.sqlite"]

    def test_a_row_put_again_takes_the_place_of_the_first(self, tmp_path: Path) -> None:
        with Store(tmp_path / "s") as store:
            put(store, "a", {"n": 1})
            put(store, "a", {"n": 2})
            assert (store.known(["a"]), store.count()) == ({"a": {"n": 2}}, 1)

    def test_rows_of_a_changed_instance_are_noticed(self, tmp_path: Path) -> None:
        with Store(tmp_path / "s") as store:
            put(store, "a", sha256="old")
            put(store, "b", sha256="new")
            put(store, "c", instance="another", sha256="old")
            assert [store.others("toy", sha256) for sha256 in ("old", "new", "newest")] == [1, 1, 2]

    @pytest.mark.parametrize("number", [float("nan"), float("inf")])
    def test_numbers_that_are_not_finite_are_refused(self, tmp_path: Path, number: float) -> None:
        with Store(tmp_path / "s") as store:
            with pytest.raises(ValueError, match="not JSON compliant"):
                put(store, "a", {"values": {"gap": number}})
            assert store.count() == 0

    def test_ten_thousand_rows_are_found_in_time(self, tmp_path: Path) -> None:
        content = {"deployments": [["FRA", "battalion", "hold", t, 3] for t in range(30)]}
        keys = [f"{number:064}" for number in range(10_000)]
        with Store(tmp_path / "s") as store:
            store._connection.execute("BEGIN")
            for key in keys:
                put(store, key, content)
            store._connection.execute("COMMIT")
        began = time.process_time()
        with Store(tmp_path / "s") as store:
            assert sum(1 for _ in store.each(keys)) == 10_000
            assert len(store.known(keys)) == 10_000
        assert time.process_time() - began < 2

    def test_a_row_costs_little(self, tmp_path: Path) -> None:
        """Beside what the disk itself takes to keep as much."""

        def seconds(keep: Callable[[int], object]) -> float:
            began = time.perf_counter()
            for number in range(100):
                keep(number)
            return time.perf_counter() - began

        with (tmp_path / "plain").open("wb") as file:

            def plainly(number: int) -> None:
                file.write(b"x" * 4096)
                file.flush()
                os.fsync(file.fileno())

            plain = seconds(plainly)
        with Store(tmp_path / "s") as store:
            assert seconds(lambda number: put(store, str(number))) < 1 + 10 * plain


class TestOwner:
    def test_a_second_sweep_is_refused_while_the_first_lives(self, tmp_path: Path) -> None:
        path = tmp_path / "s"
        first = writer(path, 0)
        assert present(first.stdout).readline() == "open\n"
        assert refused(path).endswith("is in use by another sweep")
        assert ended(first) == ""
        assert first.returncode == 0
        Store(path).close()

    def test_within_a_process_too_and_the_lock_holds_on(self, tmp_path: Path) -> None:
        path = tmp_path / "s"
        with Store(path):
            for _ in range(2):
                with pytest.raises(BadUsage, match="in use"):
                    Store(path)
            other = writer(path, 0)
            assert ended(other) == ""
            assert other.returncode == 1
        Store(path).close()

    def test_kill_9_loses_no_row_that_was_acknowledged(self, tmp_path: Path) -> None:
        path = tmp_path / "s"
        acknowledged = []
        chance = random.Random(4)
        for kill in range(15):
            child = writer(path, 100_000)
            assert present(child.stdout).readline() == "open\n"
            if kill % 2:  # however slow the disk is, some kills hit a store that is being filled
                acknowledged.append(present(child.stdout).readline().strip())
            time.sleep(chance.uniform(0.0, 0.25))
            child.send_signal(signal.SIGKILL)
            acknowledged += ended(child).split("\n")[:-1]
            with Store(path) as store:
                found = store.known(acknowledged)
                assert set(acknowledged) <= set(found)
                assert store.count() <= len(acknowledged) + 15
        assert len(acknowledged) >= 7
        assert all(found[key]["number"] == int(key[3:]) for key in acknowledged)

    def test_a_kill_while_it_is_created_leaves_what_opens(self, tmp_path: Path) -> None:
        path = tmp_path / "s"
        chance = random.Random(4)
        for _ in range(10):
            child = writer(path, 0)
            time.sleep(chance.uniform(0.0, 0.008))
            child.kill()
            ended(child)
            Store(path).close()
            path.unlink()

    def test_a_kill_while_the_log_is_moved_into_the_file(self, tmp_path: Path) -> None:
        """The file's first page says already how long it will be."""
        path, log = tmp_path / "s", tmp_path / "s-wal"
        store = Store(path)
        store._connection.execute("PRAGMA wal_autocheckpoint = 0")
        for number in range(50):
            put(store, str(number), {"text": "x" * 1000})
        before, logged = path.read_bytes(), log.read_bytes()
        store.close()
        after = path.read_bytes()
        assert len(after) > 2 * len(before)
        for pages in (1, 3, 10):
            moved = after[: pages * 4096]
            path.write_bytes(moved + before[len(moved) :])
            log.write_bytes(logged)
            with Store(path) as store:
                assert len(store.known(map(str, range(50)))) == 50


class TestStrangeFiles:
    def test_another_version(self, tmp_path: Path) -> None:
        path = tmp_path / "s"
        Store(path).close()
        with sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        connection.close()
        assert f"is a store of version {VERSION + 1}" in refused(path)

    @pytest.mark.parametrize("version", [1, 2])
    def test_a_store_of_an_earlier_version(self, tmp_path: Path, version: int) -> None:
        """Rows of the first have no checksum, and those of the second no orders."""
        path = tmp_path / "s"
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA application_id = 0x616C6C6F")
            connection.execute(f"PRAGMA user_version = {version}")
            connection.execute("CREATE TABLE points (key TEXT PRIMARY KEY, instance TEXT, sha256 TEXT, content)")
        connection.close()
        told = refused(path)
        assert f"is a store of version {version}, and this program uses version {VERSION}" in told
        assert "give another file, delete this one" in told

    def test_a_database_of_another_program(self, tmp_path: Path) -> None:
        path = tmp_path / "s"
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE points (key TEXT)")
        connection.close()
        assert "not a sweep store" in refused(path)

    @pytest.mark.parametrize("content", [b"x", b"name;units\nFRA;3\n" * 5000, b"SQLite format 3\x00 not really"])
    def test_a_file_that_is_no_database(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "forces.csv"
        path.write_bytes(content)
        assert "not a sweep store" in refused(path)

    def test_an_empty_file_is_a_new_store(self, tmp_path: Path) -> None:
        (tmp_path / "s").touch()
        with Store(tmp_path / "s") as store:
            assert store.count() == 0

    def test_places_where_no_file_can_be(self, tmp_path: Path) -> None:
        assert "is a folder" in refused(tmp_path)
        assert "there is no folder" in refused(tmp_path / "absent" / "s")
        (tmp_path / "file").touch()
        assert "there is no folder" in refused(tmp_path / "file" / "s")
        assert "is not a file" in refused(Path(os.devnull))

    def test_what_may_not_be_written(self) -> None:
        folder = Path(tempfile.mkdtemp())
        path = folder / "s"
        Store(path).close()
        folder.chmod(0o755)
        path.chmod(0o444)
        user = os.geteuid()
        try:
            if user == 0:
                os.seteuid(65534)
            else:
                folder.chmod(0o555)
            assert "cannot be opened" in refused(folder / "new")
            with pytest.raises(BadUsage, match=r"read-only|cannot be opened"):
                Store(path)
        finally:
            os.seteuid(user)
            folder.chmod(0o755)
            shutil.rmtree(folder)

    @pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
    def test_a_truncated_file(self, tmp_path: Path, share: float) -> None:
        path = tmp_path / "s"
        with Store(path) as store:
            for number in range(200):
                put(store, str(number), {"text": "".join(random.Random(number).choices("abcdef", k=300))})
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])
        assert "is damaged" in refused(path)

    def test_a_damaged_page(self, tmp_path: Path) -> None:
        path = tmp_path / "s"
        with Store(path) as store:
            for number in range(200):
                put(store, str(number), {"text": "x" * 300})
        with path.open("r+b") as file:
            file.seek(3 * 4096)
            file.write(random.Random(1).randbytes(4096))
        assert "is damaged" in refused(path)


class TestFullDisk:
    def test_what_was_put_before_is_safe(self, tmp_path: Path) -> None:
        path = tmp_path / "s"
        with Store(path) as store:
            store._connection.execute("PRAGMA max_page_count = 20")
            rows, said = fill(store)
            assert said == f"{path} could not be written: disk full; {rows} points are safe in it"
            assert store.count() == rows > 0
        with Store(path) as store:
            assert len(store.known(map(str, range(1000)))) == rows
            put(store, "and on it goes")

    def test_a_limit_of_the_system(self, tmp_path: Path) -> None:
        path = tmp_path / "s"
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        store = Store(path)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
            rows, said = fill(store)
            store.close()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert "could not be written: " in said
        assert said.endswith(f"; {rows} points are safe in it")
        with Store(path) as store:
            assert store.count() == rows > 0
