"""The house itself: who imports whom, what is documented, what ships."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

import allocator
from allocator.cli import COMMANDS, cli
from allocator.families.__main__ import maths
from allocator.instance.assumed import totals
from allocator.model import FAMILIES, OBJECTIVES
from tests.present import present

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "allocator"
BUILDING = ROOT / "instances" / "building"


def test_the_mathematics_in_the_folder_is_that_of_the_code() -> None:
    assert (ROOT / "models" / "MATHS.md").read_text() == maths()


def test_the_format_in_the_folder_is_that_of_the_code() -> None:
    from allocator.instance.__main__ import text

    assert (ROOT / "instances" / "FORMAT.md").read_text() == text()


@pytest.mark.parametrize("family", [*FAMILIES, "requirement", "participation"])
def test_every_family_is_documented_and_tested(family: str) -> None:
    text = (PACKAGE / "families" / f"{family}.py").read_text()
    for part in ("$$", "| symbol | code |", "**Toy.**", "Source:"):
        assert part in text
    name = "".join(word.title() for word in family.split("_"))
    assert any(f"class Test{name}:" in path.read_text() for path in (ROOT / "tests" / "families").glob("test_*.py"))


def test_every_constraint_stands_in_the_mathematics() -> None:
    text = maths()
    for path in (PACKAGE / "families").glob("*.py"):
        for name in re.findall(r"m\.(\w+) = (?:Rows|pyo\.Constraint|pyo\.Var)\(", path.read_text()):
            assert f"`{name}" in text, name
    assert all(f"`{name}`" in text for name in OBJECTIVES)


def long_functions(folder: Path) -> list[str]:
    """Functions of more than 60 lines, with their docstrings."""
    return [
        f"{path.relative_to(folder.parent)}: {node.name} has {present(node.end_lineno) - node.lineno + 1} lines"
        for path in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and present(node.end_lineno) - node.lineno >= 60
    ]


def test_no_function_is_above_60_lines() -> None:
    folders = (PACKAGE, ROOT / "benchmarks", ROOT / "docs", BUILDING)
    assert [found for folder in folders for found in long_functions(folder)] == []


def test_a_long_function_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("class A:\n    def f():\n" + "        x = 1\n" * 59)
    (tmp_path / "b.py").write_text("def f():\n" + "    x = 1\n" * 60)
    assert long_functions(tmp_path) == [f"{tmp_path.name}/b.py: f has 61 lines"]


def test_no_file_is_above_400_lines() -> None:
    files = [
        path for name in ("allocator", "benchmarks", "docs", "tests") for path in sorted((ROOT / name).rglob("*.py"))
    ]
    files += BUILDING.rglob("*.py")
    assert {str(path): count for path in files if (count := len(path.read_text().splitlines())) > 400} == {}


def test_public_names_have_docstrings() -> None:
    for name in allocator.__all__:
        assert getattr(allocator, name).__doc__, name


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = ("pyomo", "pandas", "numpy", "highspy", "click")
    code = f"import sys, allocator; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_the_reassurance_force_is_what_its_script_builds() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "instances" / "build.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_answer_on_the_page_of_an_instance_is_what_its_script_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Solved and recorded anew, with its tornado."""
    monkeypatch.syspath_prepend(ROOT / "instances")
    recorded, mission, facts, refresh, page = (
        importlib.import_module(f"building.{name}")
        for name in ("recorded", "training_mission", "facts", "refresh", "page")
    )
    known = facts.Facts(refresh.DATA)
    scenario = mission.training_mission(known)
    monkeypatch.setattr(recorded, "FOLDER", tmp_path)
    recorded.record(scenario)
    written = (ROOT / "instances" / "training-mission" / "README.md").read_text()
    assert page.rendered(scenario, known, recorded.load("training-mission")) == written


@pytest.mark.parametrize("page", sorted((ROOT / "instances").glob("*/README.md")), ids=lambda path: path.parent.name)
def test_the_count_of_assumptions_on_a_page_is_that_of_its_tables(page: Path) -> None:
    counted = re.search(r"<!-- count -->\n([0-9,]+) of ([0-9,]+) figures are assumptions[;.]", page.read_text())
    if counted is not None:
        found = present(totals(allocator.read(page.parent)))
        assert [found["assumed"], found["figures"]] == [int(part.replace(",", "")) for part in counted.groups()]
    else:
        assert "<!-- count -->" not in page.read_text()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_every_option_has_a_help_text(name: str) -> None:
    command = present(cli.get_command(click.Context(cli), name))
    assert command.name == name
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.opts
            assert not parameter.hidden, parameter.opts
        else:  # an argument is explained where the command is
            shown = parameter.make_metavar(click.Context(command)).strip("[]{}.")
            assert shown.split("|")[0] in present(command.help), shown


def test_the_makefile_s_commands_are_documented() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    documented = re.findall(r"`make ([a-z]+)", (ROOT / "CONTRIBUTING.md").read_text())
    assert set(targets) - {"help"} == set(documented)


def test_no_host_of_a_package_registry_is_named() -> None:
    hosts = re.compile(r"(pypi\.org|pythonhosted|registry\.npmjs|deb\.debian)", re.IGNORECASE)
    for path in subprocess.run(
        ["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=True
    ).stdout.split():
        file = ROOT / path
        if file.suffix in (".py", ".md", ".toml", ".csv") and file != Path(__file__):
            assert not hosts.search(file.read_text(encoding="utf-8")), path
