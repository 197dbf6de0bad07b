"""The wheel: it holds what a user needs and nothing else, and it runs where it is installed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
SOURCES = ("allocator", "models", "instances", "pyproject.toml", "setup.py", "README.md", "LICENSE")


def can_build() -> bool:
    """Whether setuptools is here and as new as pyproject.toml asks; else pip has to fetch it."""
    try:
        return int(version("setuptools").split(".")[0]) >= 77 and importlib.util.find_spec("pip") is not None
    except PackageNotFoundError:
        return False


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built from a copy so that the checkout stays as it is."""
    source = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        place = ROOT / name
        if place.is_dir():
            shutil.copytree(place, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(place, source)
    there = tmp_path_factory.mktemp("wheel")
    offline = ["--no-build-isolation"] if can_build() else []
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", *offline, "-w", str(there), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (built,) = there.glob("allocator-*.whl")
    return built


def contents(wheel: Path) -> set[str]:
    """Files of the package in a wheel, relative to it."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    return {name.removeprefix("allocator/") for name in names if ".dist-info/" not in name}


def files(folder: str, *patterns: str) -> set[str]:
    """Files of a folder of the checkout that match one of the patterns, relative to the checkout."""
    found = (path for pattern in patterns for path in (ROOT / folder).glob(pattern))
    return {path.relative_to(ROOT).as_posix() for path in found if "__pycache__" not in path.parts}


def test_it_holds_the_program_the_choices_and_the_facts_and_nothing_else(wheel: Path) -> None:
    program = {name.removeprefix("allocator/") for name in files("allocator", "**/*.py")}
    program |= {name.removeprefix("allocator/") for name in files("allocator", "report/html/*/*")}
    assert {"report/html/data/outlines.json", "report/html/templates/style.css"} <= program
    choices = files("models", "*.toml", "*.md")
    facts = files("instances", "*.toml", "*.md", "*/*.toml", "*/*.md", "*/*.csv", "*/sweeps/*.toml")
    facts = {name for name in facts if not name.startswith("instances/data/")}
    assert "instances/toy-rotation/README.md" in facts
    assert "models/reference.toml" in choices
    page = {name.removeprefix("allocator/") for name in files("allocator", "serve/page/*")}
    assert contents(wheel) == program | page | {"py.typed"} | choices | facts


def test_it_carries_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (licence,) = (name for name in archive.namelist() if name.endswith("/licenses/LICENSE"))
        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()


def test_it_runs_where_it_is_installed(wheel: Path, tmp_path: Path) -> None:
    """In a fresh environment, from another folder; other libraries come from the running interpreter's."""
    venv.create(tmp_path / "venv", with_pip=False)
    (site,) = (tmp_path / "venv").rglob("site-packages")
    scripts = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COV"))}

    def output(*command: str | Path) -> str:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    output(
        sys.executable, "-m", "pip", "--python", scripts / "python", "install", "-q", "--no-deps", "--no-index", wheel
    )
    theirs = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    (site / "theirs.pth").write_text("\n".join(theirs))
    where = output(scripts / "python", "-c", "import allocator; print(allocator.__file__)")
    assert Path(where.strip()).is_relative_to(site)
    listed = output(scripts / "allocator", "list")
    for name in (path.parent.name for path in (ROOT / "instances").glob("*/instance.toml")):
        assert name in listed
    plan = output(scripts / "allocator", "solve", "toy-rotation")
    assert "optimal" in plan
    output(scripts / "allocator", "report", "toy-rotation", "--out", "page.html", "--extra-time", "0")
    assert "50\u00a0% of what is asked" in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "meet 50.0 % of what is asked" in plan
