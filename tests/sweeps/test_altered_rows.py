"""Rows of a store that were altered there: none is believed, and the points are solved again."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator.errors import AllocatorError
from allocator.sweeps.run.store import Store
from tests.present import present
from tests.sweeps.storing import put
from tests.toys import toy


def altered(path: Path, change: str, *values: Any) -> None:
    """Change what the file of a store says."""
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE points SET {change}", values)
    connection.close()


class TestAlteredRows:
    @pytest.mark.parametrize(
        ("change", "value"),
        [
            ("content = ?", '{"key":"b"}'),
            ("content = ?", '{"key":"a"'),
            ("content = ?", ""),
            ("content = ?", b"\xff\xfe"),
            ("content = CAST(? AS TEXT)", b"\xff\xfe"),
            ("content = ?", 5),
            ("content = CAST(content || ? AS BLOB)", ""),
            ("instance = ?", "another"),
            ("sha256 = ?", "b"),
            ("checksum = ?", "0"),
            ("checksum = ?", b"\xff"),
        ],
    )
    def test_count_as_not_there_and_are_named(self, tmp_path: Path, change: str, value: str | bytes | int) -> None:
        path = tmp_path / "s"
        with Store(path) as store:
            put(store, "a")
            put(store, "large", {"text": "x" * 5000})
        altered(path, f"{change} WHERE key = 'a'", value)
        with Store(path) as store:
            assert store.known(["a", "large"]) == {"large": {"text": "x" * 5000}}
            assert store.damaged == {"a"}
            put(store, "a")
            assert store.known(["a"]) == {"a": {"key": "a"}}

    def test_a_content_moved_to_another_key(self, tmp_path: Path) -> None:
        path = tmp_path / "s"
        with Store(path) as store:
            put(store, "a", {"n": 1})
            put(store, "b", {"n": 2})
        altered(path, "(content, checksum) = (SELECT content, checksum FROM points WHERE key = 'b') WHERE key = 'a'")
        with Store(path) as store:
            assert store.known(["a", "b"]) == {"b": {"n": 2}}

    def test_are_solved_again_and_that_is_said(self, tmp_path: Path) -> None:
        """Three rows of five: one with another value, one without a key, one cut short."""
        path, design = tmp_path / "s", allocator.Design(vary=("forces.units=0:8:5",))

        def values() -> Any:
            with allocator.sweep(toy(), design, store=path, workers=0) as sweep:
                return sweep.damaged, [present(row.values)["gap"] for row in sweep.answers[0].rows]

        assert values() == (0, [1.0, 0.5, 0.0, 0.0, 0.0])
        with sqlite3.connect(path) as connection:
            kept = [json.loads(text) for (text,) in connection.execute("SELECT content FROM points ORDER BY key")]
            texts = [json.dumps({**kept[0], "values": {**kept[0]["values"], "gap": 0.25}})]
            texts += [json.dumps({name: part for name, part in kept[1].items() if name != "measures"})]
            texts += [json.dumps(kept[2])[:-9]]
            for at, text in enumerate(texts):
                key = f"(SELECT key FROM points ORDER BY key LIMIT 1 OFFSET {at})"
                connection.execute(f"UPDATE points SET content = ? WHERE key = {key}", (text,))
        connection.close()
        assert values() == (3, [1.0, 0.5, 0.0, 0.0, 0.0])
        assert values() == (0, [1.0, 0.5, 0.0, 0.0, 0.0])

    @pytest.mark.parametrize(
        "wrong",
        [
            {"measures": None},
            {"values": {}},
            {"values": {"gap": "0", "risk": 0, "cost": 0, "burden": 0}},
            {"stages": [["gap", 0.0]]},
            {"deployments": [["AAA", "bn", "hold", 1]]},
            {"how": [1]},
            {"status": 3},
            {"seconds": []},
            {"aside": 0},
            {"changes": None},
        ],
    )
    def test_rows_of_another_form_are_solved_again(self, tmp_path: Path, wrong: dict[str, Any]) -> None:
        """Their checksum is right: another program wrote them so."""
        path, design = tmp_path / "s", allocator.Design(vary=("forces.units=0,4",))
        allocator.sweep(toy(), design, store=path, workers=0).close()
        with Store(path) as store:
            keys = [key for (key,) in store._connection.execute("SELECT key FROM points").fetchall()]
            for key, content in store.known(keys).items():
                put(store, key, {**content, **wrong}, sha256=toy().sha256)
        with allocator.sweep(toy(), design, store=path, workers=0) as sweep:
            assert sweep.damaged == 2
            assert [present(row.values)["gap"] for row in sweep.answers[0].rows] == [1.0, 0.0]

    def test_a_change_that_cannot_be_read_proves_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "s"
        allocator.sweep(toy(), allocator.Design(vary=("forces.units=0,4",)), store=path, workers=0).close()
        with Store(path) as store:
            keys = [key for (key,) in store._connection.execute("SELECT key FROM points").fetchall()]
            for key, content in store.known(keys).items():
                strange = {"changes": [[["units", "AAA", "bn"], ["four", 1, ["plans"]]]]}
                put(store, key, {**content, **strange}, sha256=toy().sha256)
        with allocator.sweep(toy(), allocator.Design(vary=("forces.units=0,2,4",)), store=path, workers=0) as sweep:
            assert [present(row.values)["gap"] for row in sweep.answers[0].rows] == [1.0, 0.5, 0.0]

    def test_a_row_that_is_gone_is_no_key_error(self, tmp_path: Path) -> None:
        with allocator.sweep(toy(), allocator.Design(vary=("forces.units=0,4",)), workers=0) as sweep:
            present(sweep._store)._connection.execute("DELETE FROM points")
            for read in (list, lambda rows: rows[0]):
                with pytest.raises(AllocatorError, match="was altered while the sweep used it"):
                    read(sweep.answers[0].rows)
