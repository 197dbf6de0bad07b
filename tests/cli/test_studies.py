"""``--report`` and ``--figures`` of the commands, and pages of what they saved."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click import Command
from click.testing import CliRunner

import allocator
from allocator.cli import claims, compare, hedge, report, solve, sweep
from allocator.errors import BadInput, BadUsage
from allocator.report.charts.writing import has_fonts
from allocator.report.studies.saved import command_of, saved_study
from allocator.sweeps.run.store import Store
from tests.cli.running import run
from tests.report.pages import Page
from tests.report.studies import compared, hedged, judged, kind

needs_a_font = pytest.mark.skipif(not has_fonts(), reason="no font is installed")

CLAIM = """
[[claim]]
id = "half"
text = "Half is met"
who = "a toy"
instance = "toy-rotation"
measure = "coverage"
least = 0.5
"""


def written(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


def figures(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@needs_a_font
class TestCommands:
    def test_sweep(self, case: Path, tmp_path: Path) -> None:
        """Printing, the page and the figures are of one sweep; five battalions for ten are half of it."""
        done = run("sweep", case, "--vary", "requirements.quantity=4,10", "--workers", "0", "--quiet", "--csv",
                   "--report", "a.html", "--figures", "f", cwd=tmp_path)  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "wrote a.html\nwrote 3 figures to f\n" in done.stderr
        assert done.stdout.startswith("part,point,")
        page = written(tmp_path / "a.html")
        assert "coverage goes from 100.0 % to 50.0 %" in page.texts["answer"]
        names = ("coverage-curve", "cost-curve", "sometimes-lines")
        assert figures(tmp_path / "f") == {f"{name}.{ending}" for name in names for ending in ("svg", "png")}

    def test_compare(self, case: Path, tmp_path: Path) -> None:
        done = run("compare", case, "--with", "requirements.quantity=10", "--with", "case=low", "--quiet", "--report",
                   tmp_path / "a.html", "--figures", tmp_path / "f")  # fmt: skip
        assert (done.returncode, done.stdout[:1]) == (0, "t"), done.stderr  # the title of the toy
        assert "“Quantity of all requirements 10” least, 50.0 %" in written(tmp_path / "a.html").texts["answer"]
        assert {"coverage.svg", "cost.png"} <= figures(tmp_path / "f")

    def test_saved_results_side_by_side(self, case: Path, tmp_path: Path) -> None:
        for name, more in (("a", ()), ("b", ("--set", "requirements.quantity=10"))):
            assert run("solve", case, *more, "--out", tmp_path / name, "--quiet").returncode == 0
        done = run("compare", tmp_path / "a", tmp_path / "b", "--of", case, "--report", tmp_path / "a.html", "--quiet")
        assert done.returncode == 0, done.stderr
        assert "Free" in written(tmp_path / "a.html").texts["header"]

    def test_hedge(self, case: Path, tmp_path: Path) -> None:
        done = run("hedge", case, "--evaluate", "2", "--replications", "2", "--quiet", "--json", "--report",
                   tmp_path / "a.html", "--figures", tmp_path / "f")  # fmt: skip
        assert json.loads(done.stdout)["status"] == "optimal", done.stderr
        assert "Coverage is expected to be 100.0 %" in written(tmp_path / "a.html").texts["answer"]
        assert "commitments.svg" in figures(tmp_path / "f")

    def test_claims(self, tmp_path: Path) -> None:
        (tmp_path / "c.toml").write_text(CLAIM)
        done = run("claims", "c.toml", "--quiet", "--csv", "--report", "a.html", "--figures", "f", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("id,claim,")
        assert "Of 1 claim, 1 holds" in written(tmp_path / "a.html").texts["answer"]
        assert figures(tmp_path / "f") == {"claims-holds.svg", "claims-holds.png"}

    def test_figures_of_a_plan(self, case: Path, tmp_path: Path) -> None:
        for command in (("solve", case), ("report", case, "--out", tmp_path / "a.html", "--extra-time", "0")):
            done = run(*command, "--figures", tmp_path / command[0], "--quiet", "--time-limit", "20")
            assert done.returncode == 0, done.stderr
            assert {"coverage.svg", "coverage.png"} <= figures(tmp_path / str(command[0]))
        done = run("solve", "toy-infeasible", "--figures", tmp_path / "none", "--quiet")
        assert "no plan was found; nothing was written to" in done.stderr
        assert not (tmp_path / "none").exists()


def refused(command: Command, *arguments: object) -> str:
    """What a call says that is refused before anything is solved; in this process."""
    done = CliRunner().invoke(command, [str(argument) for argument in arguments])
    assert done.exit_code != 0
    return str(done.exception) if isinstance(done.exception, BadUsage | BadInput) else done.output


@pytest.mark.parametrize(
    "command",
    [
        (sweep.command, "toy-rotation", "--pareto", "gap,cost"),
        (compare.command, "toy-rotation", "--with", "model=surge"),
        (hedge.command, "toy-rotation"),
        (claims.command,),
        (solve.command, "toy-rotation"),
    ],
)
def test_what_cannot_be_written_is_refused_before_a_solve(command: tuple[Command, object], tmp_path: Path) -> None:
    (tmp_path / "mine.html").write_text("<p>mine</p>")
    assert "is not a page of an earlier run" in refused(*command, "--report", tmp_path / "mine.html")
    assert "expected a name that ends in .html" in refused(*command, "--report", "a.htm")
    assert "which is no earlier figure" in refused(*command, "--figures", tmp_path)
    assert "expected a folder" in refused(*command, "--figures", "a.png.xlsx")


class TestSaved:
    def saved(self, folder: Path, content: object) -> Path:
        (folder / "saved.json").write_text(json.dumps(content))
        return folder / "saved.json"

    @pytest.mark.parametrize("name", ["sweep", "compare", "hedge", "claims"])
    def test_what_a_command_printed_becomes_a_page(self, name: str, tmp_path: Path) -> None:
        contents: dict[str, Callable[[], object]] = {
            "sweep": lambda: kind("withdrawal"), "compare": compared, "hedge": hedged,
            "claims": lambda: {"claims": [judged()], "interrupted": False},
        }  # fmt: skip
        path = self.saved(tmp_path, contents[name]())
        assert command_of(path) == name
        more = ["--figures", str(tmp_path / "f")] if name == "sweep" and has_fonts() else []
        done = CliRunner().invoke(report.command, [str(path), "--out", str(tmp_path / "a.html"), *more])
        assert done.exit_code == 0, done.output
        assert (
            "saved.json, as it is: its figures were not worked out again" in written(tmp_path / "a.html").texts["run"]
        )
        assert (tmp_path / "f").exists() == bool(more)

    def test_a_store_alone_becomes_a_page(self, tmp_path: Path) -> None:
        store, page = tmp_path / "a.sweep", tmp_path / "a.html"
        design = allocator.Design(vary=("forces.units=0,4,8",))
        with allocator.sweep("toy-rotation", design, store=store, workers=0, gap=0.0) as done:
            with pytest.raises(BadUsage, match="in use"):
                command_of(store)
            done.keep()
            before = done.to_dict()
        made = store.read_bytes()
        assert command_of(store) == "sweep"
        assert CliRunner().invoke(report.command, [str(store), "--out", str(page)]).exit_code == 0
        shown = written(page)
        assert before["title"] in shown.html
        assert "a.sweep, as it is: its figures were not worked out again" in shown.texts["run"]
        assert "gap 0.0; time limit 60.0; threads 1; seed 0" in shown.texts["run"]
        assert store.read_bytes() == made
        assert {path.name for path in tmp_path.iterdir()} == {"a.sweep", "a.html"}
        with closing(sqlite3.connect(store)) as other:
            other.execute("UPDATE result SET checksum = 'x'")
            other.commit()
        assert "no result of a whole sweep" in refused(report.command, store, "--out", page)

    def test_a_store_without_a_result_says_how(self, tmp_path: Path) -> None:
        Store(tmp_path / "a.sweep").close()
        message = refused(report.command, tmp_path / "a.sweep", "--out", tmp_path / "a.html")
        assert "run the same allocator sweep again: the points in the store are not solved again" in message
        (tmp_path / "b.sweep").write_bytes(b"SQLite format 3\x00 and more")
        assert "is not a sweep store" in refused(report.command, tmp_path / "b.sweep", "--out", tmp_path / "a.html")

    def test_options_without_effect(self, tmp_path: Path) -> None:
        path = self.saved(tmp_path, {"claims": [judged()], "interrupted": False})
        for option in (("--set", "a=b"), ("--instance", "toy-rotation"), ("--model", "surge")):
            told = refused(report.command, path, "--out", tmp_path / "a.html", *option)
            assert option[0] in told
        assert not (tmp_path / "a.html").exists()

    @pytest.mark.parametrize(
        "content",
        [
            {"claims": [1], "interrupted": False},
            {"claims": [{}], "interrupted": False},
            {"cases": [], "notes": []},
            {"cases": [{"case": "a"}], "notes": []},
            {"answers": [{}], "points": [], "model": {}},
            {"answers": 1, "points": [], "model": {}},
            {"commitments": [], "vss": 1, "manifest": {}},
            {"claims": [judged(least=float("inf"))], "interrupted": False},
            {"claims": [judged(figure=float("nan"))], "interrupted": False},
        ],
    )
    def test_something_strange_is_one_sentence(self, content: object, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="something is missing or strange; expected the object that allocator sweep"):
            saved_study(self.saved(tmp_path, content))
        assert command_of("toy-rotation") is None
        assert command_of(self.saved(tmp_path, [])) is None
