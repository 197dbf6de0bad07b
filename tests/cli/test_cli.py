"""The command line as a user runs it."""

from __future__ import annotations

import csv
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import pytest

import allocator
from tests.cli.running import ENVIRONMENT, HERE, run
from tests.present import present
from tests.toys import toy

pytestmark = pytest.mark.slow


class TestStart:
    @pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["solve", "--help"]])
    def test_help_is_light(self, arguments: list[str]) -> None:
        code = (
            "import sys; sys.argv = ['allocator', *sys.argv[1:]]\n"
            "from allocator.cli import main\n"
            "try:\n    main()\nexcept SystemExit:\n    pass\n"
            "heavy = {'pyomo', 'pandas', 'highspy', 'numpy', 'jinja2'} & set(sys.modules)\n"
            "assert not heavy, heavy\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, env=ENVIRONMENT
        )
        assert done.returncode == 0, done.stderr

    @pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
    def test_help_is_quick(self, arguments: list[str]) -> None:
        """Beside what Python itself takes to start; a heavy import would take twenty times as long."""

        def seconds(*command: str) -> float:
            began = time.monotonic()
            assert subprocess.run(command, capture_output=True, check=False, env=ENVIRONMENT).returncode == 0
            return time.monotonic() - began

        both = [(seconds(*HERE, *arguments), seconds(sys.executable, "-c", "")) for _ in range(5)]
        helping, bare = map(median, zip(*both, strict=True))  # a single start may take half as long as others
        assert helping < 8 * bare, both

    def test_no_command_is_help_and_bad_usage(self) -> None:
        done = run()
        assert done.returncode == 2
        assert done.stdout == ""
        assert "Commands:" in done.stderr

    def test_validate_needs_neither_pyomo_nor_highs_nor_pandas(self, case: Path) -> None:
        code = (
            "import sys\n"
            "for name in ('pyomo', 'highspy', 'pandas', 'numpy'): sys.modules[name] = None\n"
            "sys.argv = ['allocator', 'validate', sys.argv[1]]\n"
            "from allocator.cli import main\nmain()\n"
        )
        for path in (case, case.with_suffix(".xlsx"), case.with_suffix(".json")):
            if not path.exists():
                allocator.write(toy(), path)
            done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            assert done.stdout.startswith("toy: sound")

    def test_every_command_has_help(self) -> None:
        from click.testing import CliRunner

        from allocator.cli import COMMANDS, cli

        for name in COMMANDS:
            done = CliRunner().invoke(cli, [name, "--help"])
            assert done.exit_code == 0
            assert done.output.startswith(f"Usage: cli {name}")

    def test_a_misspelt_command(self) -> None:
        done = run("slove", "toy-rotation")
        assert done.returncode == 2
        assert "did you mean solve?" in done.stderr
        assert done.stdout == ""


class TestSolve:
    def test_json_is_one_object_and_nothing_else(self) -> None:
        done = run("solve", "toy-rotation", "--json")
        answer = json.loads(done.stdout)
        assert done.returncode == 0
        tables = ["objectives", "deployments", "coverage", "leaders", "nations", "orders", "industry"]
        assert list(answer) == ["status", *tables, "manifest"]
        assert answer["status"] == "optimal"
        half = {"objective": "gap", "value": 0.5, "given_up": 0.0, "bound": 0.5, "relative_gap": 0.0}
        assert answer["objectives"][0] == half
        assert answer["manifest"]["sha256"] == allocator.read("toy-rotation").sha256

    def test_the_readable_answer(self) -> None:
        done = run("solve", "toy-rotation")
        for part in ("optimal", "50.0 % of what is asked (proved best)", "Most is missing in infantry", "Alpha"):
            assert part in done.stdout
        assert "\x1b" not in done.stdout
        full = run("solve", "toy-rotation", "--full")
        for part in ("optimal", "50.00 %", "Unmet: 1 of 1 line", "Alpha", "2 ", "Together 1,000 people"):
            assert part in full.stdout
        assert done.stderr == ""

    def test_tables_are_written_whole(self, tmp_path: Path) -> None:
        done = run("solve", "toy-rotation", "--out", tmp_path / "a" / "b", "--quiet")
        assert done.returncode == 0, done.stderr
        written = {path.name for path in (tmp_path / "a" / "b").iterdir()}
        tables = ("deployments", "coverage", "objectives", "leaders", "nations", "orders", "industry")
        assert written == {*(f"{table}.csv" for table in tables), "manifest.json"}
        with (tmp_path / "a" / "b" / "deployments.csv").open() as file:
            (row,) = csv.DictReader(file)
        assert (row["units"], row["personnel"], row["cost"]) == ("2", "1000", "64.0")
        again = run("solve", "toy-rotation", "--out", tmp_path / "a" / "b", "--model", "surge")
        assert again.returncode == 0
        assert json.loads((tmp_path / "a" / "b" / "manifest.json").read_text())["model"]["name"] == "surge"

    def test_the_workbook(self, tmp_path: Path) -> None:
        import python_calamine

        assert run("solve", "toy-rotation", "--out", tmp_path / "x.xlsx").returncode == 0
        book = python_calamine.load_workbook(tmp_path / "x.xlsx")
        tables = ["deployments", "coverage", "objectives", "leaders", "nations", "orders", "industry"]
        assert book.sheet_names[0] == "Answer"
        assert book.sheet_names[-8:] == [*tables, "manifest"]

    def test_infeasible_is_3_with_a_reason_and_no_tables(self, tmp_path: Path) -> None:
        done = run("solve", "toy-infeasible", "--json", "--out", tmp_path / "x")
        answer = json.loads(done.stdout)
        assert done.returncode == 3
        assert answer["status"] == "infeasible"
        assert answer["reason"]
        assert answer["deployments"] == answer["coverage"] == answer["nations"] == answer["objectives"] == []
        assert not (tmp_path / "x").exists()

    @pytest.mark.parametrize(
        ("arguments", "path", "value"),
        [
            (["--gap", "0.01"], ("options", "gap"), 0.01),
            (["--time-limit", "30"], ("options", "time_limit"), 30.0),
            (["--threads", "2"], ("options", "threads"), 2),
            (["--seed", "5"], ("options", "seed"), 5),
            (["--model", "fair"], ("model", "name"), "fair"),
            (["--set", "model.tolerance=0.5"], ("model", "tolerance"), 0.5),
        ],
    )
    def test_options_reach_the_solve(self, arguments: list[str], path: tuple[str, str], value: float | str) -> None:
        manifest = json.loads(run("solve", "toy-rotation", "--json", *arguments).stdout)["manifest"]
        for key in path:
            manifest = manifest[key]
        assert manifest == value

    def test_options_reach_highs(self) -> None:
        from allocator.solving.solver import Solver

        solver = Solver(gap=0.25, time_limit=7, threads=2, seed=11)
        m = allocator.build("toy-rotation")
        loaded = solver._load(m)
        read = {name: loaded.resident.solver.getOptionValue(name)[1] for name in solver._highs}
        assert read == {"mip_rel_gap": 0.25, "mip_abs_gap": 1e-9, "threads": 2, "random_seed": 11}

    def test_the_time_limit_reaches_highs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from allocator.solving.highs import Resident
        from allocator.solving.solver import Solver

        limits: list[float] = []
        run_once = Resident.run

        def run_noting(*arguments: Any, **options: Any) -> Any:
            limits.append(arguments[1])
            return run_once(*arguments, **options)

        monkeypatch.setattr(Resident, "run", run_noting)
        Solver(time_limit=7).solve(*allocator.api.choose("toy-rotation"))
        assert limits
        assert all(0 < limit <= 7 for limit in limits)

    def test_an_override_changes_the_answer_and_is_recorded(self) -> None:
        done = run("solve", "toy-rotation", "--json", "--set", "forces.units=16")
        answer = json.loads(done.stdout)
        assert answer["objectives"][0]["value"] == 0.0
        assert answer["manifest"]["overrides"] == ["forces.units=16"]


class TestBadInput:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["solve", "nowhere"],
            ["solve", "toy-rotation", "--model", "nowhere"],
            ["solve", "toy-rotation", "--gap", "nan"],
            ["solve", "toy-rotation", "--gap", "2"],
            ["solve", "toy-rotation", "--time-limit", "0"],
            ["solve", "toy-rotation", "--time-limit", "inf"],
            ["solve", "toy-rotation", "--threads", "0"],
            ["solve", "toy-rotation", "--seed", "-1"],
            ["solve", "toy-rotation", "--set", "horizon.period=3"],
            ["solve", "toy-rotation", "--out", "/proc/x"],
            ["solve"],
            ["solve", "toy-rotation", "--colour"],
            ["export", "toy-rotation", "x.txt"],
            ["convert", "toy-rotation", "."],
            ["new", "."],
            ["show", "nowhere"],
            ["validate", "nowhere"],
            ["completion", "cmd"],
        ],
    )
    def test_is_2_on_standard_error_without_a_traceback(self, arguments: list[str], tmp_path: Path) -> None:
        done = run(*arguments, cwd=tmp_path)
        assert done.returncode == 2, done.stderr
        assert done.stdout == ""
        assert done.stderr.strip()
        assert "Traceback" not in done.stderr
        assert list(tmp_path.iterdir()) == []

    def test_all_faults_are_told(self, case: Path) -> None:
        (case / "forces.csv").write_text("nation,unit_type,units\nAAB,bn,x\n")
        done = run("solve", case, "--out", case.parent / "x", "--json")
        assert done.returncode == 2
        assert done.stdout == ""
        assert done.stderr.count("forces.csv, row 2") == 2
        assert "2 faults" in done.stderr
        assert not (case.parent / "x").exists()

    def test_a_folder_with_other_files_is_not_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "diary.txt").write_text("dear diary")
        done = run("solve", "toy-rotation", "--out", tmp_path)
        assert done.returncode == 2
        assert "diary.txt" in done.stderr
        assert (tmp_path / "diary.txt").read_text() == "dear diary"

    def test_warnings_are_talk(self, case: Path) -> None:
        (case / "forces.csv").write_text("nation,unit_type,units,min_units\nAAA,bn,2,3\n")
        done = run("solve", case, "--json")
        assert json.loads(done.stdout)["status"] == "optimal"
        assert "warning: forces: AAA bn has min_units 3" in done.stderr
        assert run("solve", case, "--json", "--quiet").stderr == ""

    def test_nothing_can_be_deployed(self, case: Path) -> None:
        (case / "willingness.csv").write_text("nation,objective,willingness\nAAA,land,0.1\n")
        done = run("solve", case, "--json")
        answer = json.loads(done.stdout)
        assert done.returncode == 0
        assert answer["objectives"][0]["value"] == 1.0
        assert "below the willingness floor" in answer["reason"]


class TestLimits:
    def test_a_time_limit_keeps_the_best_plan(self, hard: Path) -> None:
        for limit in (3, 12, 36):  # a slow machine takes longer to begin
            began = time.monotonic()
            done = run("solve", hard, "--json", "--time-limit", limit, "--gap", 0, "--quiet")
            answer = json.loads(done.stdout)
            if answer["status"] == "feasible":
                break
        assert done.returncode == 0
        assert answer["status"] == "feasible"
        assert answer["manifest"]["stopped_by"] == "time_limit"
        assert all(row["bound"] is not None and row["relative_gap"] >= 0 for row in answer["objectives"])
        assert time.monotonic() - began < limit + 8

    def test_a_run_that_heeds_no_limit_is_left_behind(self, hard: Path) -> None:
        """With no patience at all the first run is given up, and the constructed plan is the answer."""
        script = "import allocator.cli, allocator.solving.running as r; r.GRACE = -60.0; allocator.cli.main()"
        done = subprocess.run(
            [
                sys.executable, "-c", script, "solve", str(hard), "--set", "model.objectives=gap", "--json",
                "--time-limit", "30", "--quiet",
            ],
            capture_output=True, text=True,
        )  # fmt: skip
        answer = json.loads(done.stdout)
        assert (done.returncode, answer["status"]) == (0, "feasible")
        assert answer["deployments"]
        assert answer["objectives"][0]["bound"] == 0.0

    def test_ctrl_c_keeps_the_best_plan_and_is_prompt(self, hard: Path) -> None:
        at_once = "from allocator.cli.progress import Line; Line.PATIENCE = Line.EVERY = 0.0"
        script = f"import allocator.cli; {at_once}; allocator.cli.main()"
        process = subprocess.Popen(
            [sys.executable, "-c", script, "solve", str(hard), "--json", "--gap", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        )
        for line in present(process.stderr):
            if re.search(r"best \d", line):
                break
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert time.monotonic() - began < 10  # a second at most on an idle machine; without the signal it takes minutes
        answer = json.loads(out)
        assert process.returncode == 0, err
        assert answer["status"] == "feasible"
        assert answer["manifest"]["stopped_by"] == "interrupt"
        assert answer["deployments"]


class TestOthers:
    def test_list(self) -> None:
        done = run("list", "--json")
        content = json.loads(done.stdout)
        assert "reassurance-force" in {entry["name"] for entry in content["instances"]}
        assert {"reference", "surge", "no-politics", "fair"} <= {entry["name"] for entry in content["models"]}
        assert "reassurance-force" in run("list").stdout

    def test_list_is_wrapped_by_words_on_a_terminal(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        import rich.console

        from allocator.cli import list as listed

        monkeypatch.setattr(listed, "console", lambda: rich.console.Console(width=80))
        present(listed.command.callback)(False, False)
        lines = capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= 80
        assert len(lines) <= 40
        assert "                coverage, risk and cost allow." in lines
        assert any(line.endswith(" toy-rotation, toy-stance") for line in lines)
        present(listed.command.callback)(True, False)
        full = capsys.readouterr().out.splitlines()
        assert "  toy-rotation           Relief: how much of a pool can stay deployed for ever" in full

    def test_show(self) -> None:
        done = run("show", "toy-rotation", "--json")
        (row,) = json.loads(done.stdout)["capabilities"]
        assert (row["asked"], row["offered"], row["nations"]) == (4.0, 2.0, 1)
        assert "less than asked" in run("show", "toy-rotation").stdout

    def test_new_is_sound_and_solves(self, tmp_path: Path) -> None:
        for name in ("my-case", "my.xlsx", "my.json"):
            assert run("new", name, cwd=tmp_path).returncode == 0
            assert run("validate", name, cwd=tmp_path).returncode == 0
            assert run("solve", name, cwd=tmp_path).returncode == 0
        assert "# true: " in (tmp_path / "my-case" / "instance.toml").read_text()
        assert "rotation_ratio" in (tmp_path / "my-case" / "README.md").read_text()

    def test_commands_that_are_proposed_name_what_the_user_named(self, tmp_path: Path) -> None:
        said = run("new", "my case", cwd=tmp_path).stderr
        assert said == "wrote my case; next: allocator validate 'my case', allocator solve 'my case'\n"
        assert "\n  allocator sweep 'my case' --pareto gap,cost\n" in run("sweep", "my case", cwd=tmp_path).stderr
        assert "\n  allocator sweep toy-rotation --pareto" in run("sweep", "toy-rotation", cwd=tmp_path).stderr

    def test_convert_there_and_back(self, tmp_path: Path) -> None:
        for source, target in (("toy-periods", "a.xlsx"), ("a.xlsx", "b.json"), ("b.json", "c")):
            assert run("convert", source, target, cwd=tmp_path).returncode == 0
        assert allocator.read(tmp_path / "c") == allocator.read("toy-periods")

    def test_schema_is_json(self) -> None:
        assert json.loads(run("schema").stdout)["title"].startswith("allocator")

    def test_export_takes_every_objective_that_the_model_lists(self, tmp_path: Path) -> None:
        unlisted = run("export", "toy-periods", "x.lp", "--objective", "turnover", cwd=tmp_path)
        assert unlisted.returncode == 2
        assert "turnover" in unlisted.stderr
        run("export", "toy-periods", "x.lp", "--objective", "turnover", "--model", "steady", cwd=tmp_path)
        assert "anew" in (tmp_path / "x.lp").read_text()

    @pytest.mark.parametrize("ending", ["mps", "lp"])
    def test_export_is_read_by_highs_with_the_same_optimum(self, tmp_path: Path, ending: str) -> None:
        import highspy

        assert run("export", "toy-periods", f"x.{ending}", "--objective", "cost", cwd=tmp_path).returncode == 0
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.readModel(str(tmp_path / f"x.{ending}"))
        solver.run()
        plan = allocator.solve("toy-periods", overrides=["model.objectives=cost"])
        assert solver.getInfo().objective_function_value == pytest.approx(plan.value("cost"))

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_completion(self, shell: str) -> None:
        assert "_ALLOCATOR_COMPLETE" in run("completion", shell).stdout
