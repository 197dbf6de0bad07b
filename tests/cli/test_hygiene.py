"""What bad input may do to a terminal and to a reader: nothing. No raw control character, no flood, no endless wait."""

from __future__ import annotations

import io
import json
import os
import socket
import unicodedata
from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator.cli.terminal import print_message
from tests.cli.running import run
from tests.toys import toy

EVIL = "\x1b[31mred\u202e\x9b"


def clean(text: str) -> bool:
    """Whether a text moves no cursor and turns no direction."""
    return all(sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cf", "Zl", "Zp") for sign in text)


def refused(*arguments: object, **options: Any) -> str:
    """Standard error of a call that ends with status 2, prints nothing else and is clean."""
    done = run(*arguments, **options)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
    assert clean(done.stderr), ascii(done.stderr)
    return done.stderr


class TestControlCharacters:
    def test_in_a_header(self, case: Path) -> None:
        path = case / "forces.csv"
        path.write_text(path.read_text().replace("units", f"units{EVIL}"))
        assert r"column units\x1b[31mred\u202e\x9b" in refused("validate", case)

    def test_in_a_key_and_an_event(self, case: Path) -> None:
        path = case / "instance.toml"
        text = path.read_text()
        path.write_text('"a\\u001b[31m\\nb" = 1\n' + text)
        assert r"a\x1b[31m\nb" in refused("validate", case)
        path.write_text(text.replace("[events]", "") + '\n[events]\n"a\\u202eb" = true\n')
        assert r"a\u202eb" in refused("validate", case)

    def test_in_json(self, tmp_path: Path) -> None:
        content = toy().to_dict()
        content["instance"]["x\x1b\n"] = 1
        content["ta\u202eble"] = []
        content["forces"][0]["u\x00"] = 1
        path = tmp_path / "x.json"
        path.write_text(json.dumps(content))
        told = refused("validate", path)
        assert [sign in told for sign in (r"x\x1b\n", r"ta\u202eble", r"u\x00")] == [True] * 3
        assert len(told.splitlines()) == 4

    def test_in_a_sheet(self, tmp_path: Path) -> None:
        import openpyxl

        path = tmp_path / "x.xlsx"
        allocator.write(toy(), path)
        book = openpyxl.load_workbook(path)
        book.create_sheet("a\u202eb")
        book.save(path)
        assert r"a\u202eb: found an unknown table" in refused("validate", path)

    def test_in_a_claim(self, tmp_path: Path) -> None:
        path = tmp_path / "claims.toml"
        row = 'id = "a"\ntext = "x\\u001b[31m"\ninstance = "toy-pledges"\nmeasure = "people"\nleast = 1\n'
        path.write_text(f"[[claim]]\n{row}")
        assert r'row 1, column text: found "x\x1b[31m"; expected text, and no control' in refused("claims", path)

    def test_in_the_name_of_a_file(self, case: Path) -> None:
        (case / f"a{EVIL}\n.csv").write_text("x\n1\n")
        assert r"a\x1b[31mred\u202e\x9b\n.csv: found an unknown table" in refused("validate", case)
        moved = case.parent / f"b{EVIL}\n"
        case.rename(moved)
        (moved / "yields.csv").unlink()
        refused("validate", moved)
        refused("validate", case.parent / f"c{EVIL}\n")

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--set", f"forces[nation=A{EVIL}\n].units=1"],
            ["--set", f"events.{EVIL}\n=true"],
            ["--set", f"{EVIL}\n"],
            ["--set", f"model.{EVIL}\n=1"],
            ["--model", f"{EVIL}\n"],
            ["--model", f"{EVIL}\n.toml"],
            [f"--{EVIL}"],
            [f"{EVIL}\n"],
        ],
    )
    def test_in_options(self, case: Path, arguments: list[str]) -> None:
        assert r"\x1b" in refused("validate", case, *arguments)

    def test_in_values_of_options_of_click(self, case: Path) -> None:
        refused("solve", case, "--gap", EVIL)
        refused("solve", case, "--coalition", f"A{EVIL}\nB")
        refused(f"sol{EVIL}ve")

    def test_names_that_turn_a_text_are_printed_as_they_are_written(self, tmp_path: Path) -> None:
        name = "Land\u202eABC"
        allocator.write(toy(nations=[{"nation": "AAA", "name": name, "gdp": 1000.0}]), tmp_path / "x")
        done = run("solve", tmp_path / "x")
        assert done.returncode == 0
        assert clean(done.stdout), ascii(done.stdout)
        shown = json.loads(run("solve", tmp_path / "x", "--json").stdout)
        assert shown["status"] == "optimal"


class TestLength:
    def test_long_names_are_cut(self, case: Path, tmp_path: Path) -> None:
        long = "x" * 100_000
        path = case / "forces.csv"
        path.write_text(path.read_text().replace("units", long))
        assert len(refused("validate", case)) < 2_000
        content = toy().to_dict()
        content["instance"][long] = 1
        content[long] = [{long: 1}]
        content["forces"][0][long] = long
        (tmp_path / "x.json").write_text(json.dumps(content))
        assert len(refused("validate", tmp_path / "x.json")) < 5_000
        assert len(refused("validate", case, "--set", f"forces.{long}=1")) < 3_000
        assert len(refused("solve", case, "--gap", long)) < 3_000
        assert len(refused("solve", case, "--coalition", long)) < 3_000


def flood(case: Path, rows: int) -> None:
    lines = (case / "forces.csv").read_text().splitlines()
    (case / "forces.csv").write_text("\n".join([*lines, *(f"AAA,u{i},x" for i in range(rows))]) + "\n")


class TestMany:
    def test_past_fifty_faults_of_a_file_the_rest_is_counted(self, case: Path) -> None:
        flood(case, 169)  # each has a bad figure and an unknown unit type
        path = case / "tasks.csv"
        path.write_text(path.read_text() + "a b,land,x\n")
        lines = refused("validate", case).splitlines()
        assert sum(line.startswith("forces.csv, row") for line in lines) == 50
        assert "and 288 more faults of forces.csv" in lines
        assert sum(line.startswith("tasks.csv") for line in lines) == 1
        assert lines[-1] == "339 faults; nothing was done"

    def test_fifty_and_fifty_one(self, case: Path) -> None:
        path = case / "forces.csv"
        text = path.read_text()
        for faults, more in ((50, []), (51, ["and 1 more fault of forces.csv"])):
            path.write_text(text + "AAA,bn,x,y\n" * faults)
            lines = refused("validate", case).splitlines()
            assert sum(line.startswith("forces.csv") for line in lines) == 50
            assert [line for line in lines if line.startswith("and")] == more
            assert lines[-1] == f"{faults} faults; nothing was done"

    def test_json_holds_all_of_them(self, case: Path) -> None:
        flood(case, 169)
        done = run("validate", case, "--json")
        assert (done.returncode, done.stderr) == (2, "")
        answer = json.loads(done.stdout)
        assert answer["sound"] is False
        assert answer["warnings"] == []
        assert len(answer["faults"]) == 338
        assert answer["faults"][0] == {
            "place": "forces.csv",
            "row": 3,
            "column": "units",
            "found": '"x"',
            "expected": "a whole number of at least 0",
        }

    def test_json_of_a_sound_instance(self, case: Path) -> None:
        done = run("validate", case, "--json", "--set", "forces.min_units=9")
        answer = json.loads(done.stdout)
        assert (done.returncode, done.stderr, answer["sound"], answer["faults"]) == (0, "", True, [])
        assert "min_units" in answer["warnings"][0]

    def test_json_of_a_solve_stays_empty(self, case: Path) -> None:
        flood(case, 2)
        refused("solve", case, "--json")


KINDS = ["pipe", "socket", "device", "folder", "sparse"]


def put(path: Path, kind: str) -> None:
    """Something at a place that is no file to read."""
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as place:
            here = os.getcwd()
            os.chdir(path.parent)  # the name of a socket is short
            place.bind(path.name)
            os.chdir(here)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    else:
        with path.open("wb") as file:
            file.truncate(10**12)


FOUND = {
    "pipe": "found a named pipe; expected a file",
    "socket": "found a socket; expected a file",
    "device": "found a device; expected a file",
    "folder": "found a folder; expected a file",
    "sparse": "found 1,000,000,000,000 bytes; expected at most",
}


class TestStrangeFiles:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("name", ["forces.csv", "instance.toml"])
    def test_in_a_folder(self, case: Path, kind: str, name: str) -> None:
        put(case / name, kind)
        told = refused("validate", case)
        assert (FOUND[kind] if kind != "device" else "a link that leaves the folder") in told

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("ending", [".json", ".xlsx"])
    def test_as_an_instance(self, tmp_path: Path, kind: str, ending: str) -> None:
        path = tmp_path / f"x{ending}"
        put(path, kind)
        if kind == "folder":
            assert "instance.toml is missing" in refused("validate", path)
        else:
            assert FOUND[kind] in refused("validate", path)

    @pytest.mark.parametrize("kind", KINDS)
    def test_as_a_model_a_sweep_or_claims(self, case: Path, tmp_path: Path, kind: str) -> None:
        path = tmp_path / "x.toml"
        put(path, kind)
        assert FOUND[kind] in refused("validate", case, "--model", path)
        assert FOUND[kind] in refused("sweep", case, path)
        assert FOUND[kind] in refused("claims", path)

    @pytest.mark.parametrize("path", ["/dev/zero", "/dev/stdin", "/dev/null"])
    def test_devices(self, case: Path, path: str) -> None:
        assert "a folder, .xlsx or .json" in refused("validate", path)
        if path != "/dev/stdin":
            assert "found a device; expected a file" in refused("claims", path)

    def test_what_may_not_be_read_hides_no_other_fault(self, case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        real = os.open

        def denied(path: Path, *more: Any, **options: Any) -> Any:
            if str(path).endswith("forces.csv"):
                raise PermissionError(13, "Permission denied", str(path))
            return real(path, *more, **options)

        monkeypatch.setattr("allocator.reading.os.open", denied)
        (case / "yields.csv").unlink()
        with pytest.raises(allocator.BadInput) as caught:
            allocator.read(case)
        assert {str(fault) for fault in caught.value.faults} == {
            "forces.csv: found an error (Permission denied); expected a readable file",
            "yields.csv is missing; add it (one row is what one deployed unit gives (above 0) or takes (below 0))",
        }


def test_a_missing_table_is_told_with_what_a_row_is(case: Path) -> None:
    (case / "nations.csv").unlink()
    assert refused("validate", case).splitlines()[0] == "nations.csv is missing; add it (one row per nation)"


class TestWidthOfMessages:
    """On a terminal, messages are as wide as it is; elsewhere each is one line."""

    TEXT = 'forces.csv, row 2, column units: found "many"; expected a whole number, 0 or more\n  an indented line stays'

    def lines(self, monkeypatch: pytest.MonkeyPatch, columns: str, terminal: bool) -> list[str]:
        stream = io.StringIO()
        monkeypatch.setattr(stream, "isatty", lambda: terminal)
        monkeypatch.setattr(stream, "fileno", lambda: 2)
        monkeypatch.setattr("sys.stderr", stream)
        monkeypatch.setenv("COLUMNS", columns)
        print_message(self.TEXT)
        return stream.getvalue().splitlines()

    @pytest.mark.parametrize("columns", [30, 60, 80, 1000])
    def test_on_a_terminal(self, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
        lines = self.lines(monkeypatch, str(columns), terminal=True)
        assert max(map(len, lines[:-1])) <= columns
        assert " ".join(line.strip() for line in lines) == self.TEXT.replace("\n  ", " ")
        assert lines[-1] == "  an indented line stays"
        assert all(line.startswith("  ") for line in lines[1:])

    def test_elsewhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.lines(monkeypatch, "30", terminal=False) == self.TEXT.splitlines()

    @pytest.mark.parametrize("columns", ["1", "0", "many", "9" * 30])
    def test_widths_that_no_terminal_has(self, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
        monkeypatch.setattr("allocator.cli.terminal.get_terminal_size", lambda _: os.terminal_size((80, 24)))
        lines = self.lines(monkeypatch, columns, terminal=True)
        assert max(map(len, lines[:-1])) <= (20 if columns == "1" else 80)
