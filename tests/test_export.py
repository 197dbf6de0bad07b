"""What ``export`` writes is the programme that is solved, whoever reads it."""

from __future__ import annotations

import gc
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import highspy
import numpy as np
import pytest

import allocator
from allocator.errors import BadUsage
from allocator.formulation import build
from allocator.model import load_model
from allocator.resources import shipped_instances
from allocator.solving.entries import nothing
from allocator.solving.programme_file import LONGEST, unique_names, write_programme
from allocator.solving.standard_form import Matrix, compile_model
from tests.oracle.random_instances import random_instance
from tests.present import present

pytestmark = pytest.mark.slow

INFEASIBLE = float("inf")
LP_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_(),]*")


def by_highs(path: Path) -> tuple[float, int]:
    """Optimum and number of whole-number columns."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    assert solver.readModel(str(path)) == highspy.HighsStatus.kOk
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.run()
    whole = sum(kind == highspy.HighsVarType.kInteger for kind in solver.getLp().integrality_)
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return INFEASIBLE, whole
    return solver.getInfo().objective_function_value, whole


def by_cbc(path: Path) -> tuple[float, None]:
    out = path.with_name(path.name + ".cbc")
    command = ["cbc", str(path), "-ratio", "0", "-solve", "-solu", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "read with 0 errors" in done.stdout or path.suffix == ".lp", done.stdout
    first = out.read_text().splitlines()[0]
    if "infeasible" in first.lower():
        return INFEASIBLE, None
    assert first.startswith("Optimal"), done.stdout
    return float(first.rpartition(" ")[2]), None


def by_glpk(path: Path) -> tuple[float, int]:
    out = path.with_name(path.name + ".glpk")
    kind = "--lp" if path.suffix == ".lp" else "--freemps"
    done = subprocess.run(["glpsol", kind, str(path), "-o", str(out)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
    told = out.read_text()
    whole = re.search(r"^Columns: .*\((\d+) integer", told, re.MULTILINE)
    count = int(whole[1]) if whole else 0
    if "PROBLEM HAS NO" in done.stdout or "INFEASIBLE" in told or "UNDEFINED" in told:
        return INFEASIBLE, count
    return float(present(re.search(r"^Objective: .*= *(\S+) \(MINimum\)", told, re.MULTILINE))[1]), count


Reader = Callable[[Path], tuple[float, int | None]]
READERS: dict[str, Reader] = {"highs": by_highs, "cbc": by_cbc, "glpk": by_glpk}
PROGRAMS = {"cbc": "cbc", "glpk": "glpsol"}


@pytest.fixture(params=list(READERS))
def reader(request: pytest.FixtureRequest) -> Reader:
    program = PROGRAMS.get(request.param)
    if program and shutil.which(program) is None:
        pytest.skip(f"{program} is not installed (Debian: apt install coinor-cbc glpk-utils)")
    return READERS[request.param]


@pytest.fixture(params=["lp", "mps"])
def ending(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def check(
    reader: Reader, instance: str | allocator.Instance, path: Path, objective: str, model: str | None = None
) -> None:
    """Written, read and solved elsewhere, it has the optimum of ``solve`` and as many whole-number columns."""
    instance = allocator.read(instance) if isinstance(instance, str) else instance
    choices = load_model(model or instance.model or "reference")
    choices = replace(choices, objectives=tuple(dict.fromkeys((*choices.objectives, objective))))
    allocator.export(instance, choices, path, objective=objective)
    value, whole = reader(path)
    plan = allocator.solve(instance, choices.override(f"model.objectives={objective}"), gap=0)
    assert value == pytest.approx(plan.value(objective) if plan.found else INFEASIBLE, rel=1e-6, abs=1e-7)
    if whole is not None:
        assert whole == compile_model(build(instance, choices, lean=True)).integral.sum()


@pytest.mark.parametrize("name", [name for name in shipped_instances() if name.startswith("toy-")])
def test_every_toy(reader: Reader, ending: str, name: str, tmp_path: Path) -> None:
    check(reader, name, tmp_path / f"a.{ending}", "gap")


@pytest.mark.parametrize(
    ("objective", "name", "max_gap", "value"),
    [
        ("risk", "toy-ammunition", 0.5, 0.0162),
        ("cost", "toy-joint", 0.0, 308.0),
        ("burden", "toy-funding", 0.5, 1.875),
        ("worst_period", "toy-industry", 0.8, 0.4),
        ("turnover", "toy-joint", 0.0, 0.27),
        ("imbalance", "toy-funding", 0.5, 32.475248),
    ],
)
def test_every_objective(
    reader: Reader, ending: str, objective: str, name: str, max_gap: float, value: float, tmp_path: Path
) -> None:
    """Something must be done, so that none of them is 0."""
    instance = allocator.read(name).override(f"requirements.max_gap={max_gap}")
    path = tmp_path / f"a.{ending}"
    check(reader, instance, path, objective)
    assert reader(path)[0] == pytest.approx(value)


def test_random_instances(reader: Reader, ending: str, tmp_path: Path) -> None:
    for seed in range(6):
        check(reader, allocator.Instance.from_dict(random_instance(seed, "tiny")), tmp_path / f"a.{ending}", "gap")


def test_the_bundled_force(ending: str, tmp_path: Path) -> None:
    """The optimum of the whole numbers, not that of the relaxation."""
    path = tmp_path / f"a.{ending}"
    allocator.export("reassurance-force", None, path)
    for name, read in READERS.items():
        if name != "glpk" and shutil.which(PROGRAMS.get(name, "sh")):  # GLPK takes too long
            assert read(path)[0] == pytest.approx(0.4660, abs=1e-4), name


def renamed(instance: str, old: str, new: str) -> allocator.Instance:
    """The same instance with a task or unit type under another identifier."""

    def other(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: other(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [other(inner) for inner in value]
        return new if value == old else value

    return allocator.Instance.from_dict(other(allocator.read(instance).to_dict()))


@pytest.mark.parametrize("name", ["a-b", "free", "e1", "End", "n" * 300, "n-" * 16_000])
def test_identifiers_that_files_do_not_take(reader: Reader, ending: str, name: str, tmp_path: Path) -> None:
    task = allocator.read("toy-rotation").rows("tasks")[0]["task"]
    path = tmp_path / f"a.{ending}"
    check(reader, renamed("toy-rotation", task, name), path, "gap")
    lines = path.read_text(encoding="ascii").splitlines()
    assert max(map(len, lines)) < 255
    if len(name) < 10:
        assert any(f",{name.replace('-', '_')}," in line for line in lines)


def test_names_stay_apart() -> None:
    long = "n" * 32_767
    keys = [
        *[("deploy", ("FRA", unit, "t", 1)) for unit in ("a-b", "a_b", "a.b", "a_b_2")],
        *[("deploy", ("FRA", long + end, long, 1)) for end in "xyz"],
        *[("member", n) for n in ("FRA", "*", "theatre")],
        ("heaviest", None),
    ]
    names = unique_names(keys)
    assert len(set(names)) == len(keys)
    assert all(len(name) <= LONGEST and LP_NAME.fullmatch(name) for name in names)
    assert names[0] == "deploy(FRA,a_b,t,1)"
    assert names[-4:] == ["member(FRA)", "member(theatre)", "member(theatre)_2", "heaviest"]


def programme(
    columns: Sequence[tuple[float, float, bool]],
    rows: Sequence[tuple[float, float, dict[int, float]]],
    cost: Sequence[float],
) -> Matrix:
    """A matrix from (lower, upper, whole) and (lower, upper, {column: coefficient})."""
    lower, upper, whole = zip(*columns, strict=True) if columns else ((), (), ())
    matrix = Matrix(
        nothing(len(columns)),
        np.array(lower, dtype=float),
        np.array(upper, dtype=float),
        np.array(whole, dtype=bool),
        nothing(len(rows)),
        np.array([row[0] for row in rows], dtype=float),
        np.array([row[1] for row in rows], dtype=float),
        np.cumsum([0, *(len(row[2]) for row in rows)]).astype(np.int32),
        np.array([k for row in rows for k in row[2]], dtype=np.int32),
        np.array([a for row in rows for a in row[2].values()], dtype=float),
        {"cost": np.array(cost, dtype=float)},
    )
    keys = SimpleNamespace(column_keys=[("x", k) for k in range(len(columns))], row_keys=[("r", 1)] * len(rows))
    matrix.__dict__.update(vars(keys))
    return matrix


INF = float("inf")


@pytest.mark.parametrize(
    ("columns", "rows", "cost", "optimum"),
    [
        pytest.param([(-INF, INF, False)], [(-7.5, INF, {0: 1})], [1], -7.5, id="free"),
        pytest.param([(-INF, -2, False)], [(-9, INF, {0: 2})], [1], -4.5, id="upper below 0"),
        pytest.param([(-INF, -2, True)], [(-9, INF, {0: 2})], [1], -4, id="whole, upper below 0"),
        pytest.param([(-3, 5, True)], [(-2.5, INF, {0: 1})], [1], -2, id="whole, lower below 0"),
        pytest.param([(0, INF, True)], [(2.5, INF, {0: 1})], [1], 3, id="whole without an upper bound"),
        pytest.param([(4, 4, True), (0, 1, True)], [(0.5, INF, {1: 1})], [1, 1], 5, id="fixed"),
        pytest.param([(0, 0, True), (1, 1, True)], [(0, INF, {0: 1, 1: 1})], [1, 1], 1, id="fixed 0 and 1"),
        pytest.param([(0, 9, False)], [(2, 6, {0: 1}), (-INF, 5, {0: 1})], [-1], -5, id="two limits, most"),
        pytest.param([(0, 9, False)], [(2, 6, {0: 1})], [1], 2, id="two limits, least"),
        pytest.param([(0, 9, False)], [(3, 3, {0: 2})], [1], 1.5, id="equal"),
        pytest.param([(0, 9, False)], [(-INF, INF, {0: 2})], [1], 0, id="no limit"),
        pytest.param([(0, 1, True), (1, 2, False)], [(1, INF, {1: 1})], [0, 0], 0, id="no objective"),
        pytest.param([(0, 1, True), (1, 2, False)], [], [0, 3], 3, id="no rows"),
        pytest.param([(0, 1, False)], [(-INF, 1, {})], [1], 0, id="empty row that holds"),
        pytest.param([(0, 1, False)], [(1, INF, {})], [1], INFEASIBLE, id="empty row that does not"),
        pytest.param([], [(-INF, 1, {})], [], 0, id="no columns"),
        pytest.param([(0, INF, False)], [(0.1 + 0.2, INF, {0: 1e-9})], [1e-9], 0.1 + 0.2, id="digits and exponents"),
        pytest.param([(0, 1, True)] * 60, [(59, INF, dict.fromkeys(range(60), 1))], [1] * 60, 59, id="long row"),
    ],
)
def test_every_kind_of_bound_and_row(
    reader: Reader,
    ending: str,
    columns: list[tuple[float, float, bool]],
    rows: list[tuple[float, float, dict[int, float]]],
    cost: list[float],
    optimum: float,
    tmp_path: Path,
) -> None:
    path = tmp_path / f"a.{ending}"
    write_programme(programme(columns, rows, cost), "cost", path)
    value, whole = reader(path)
    assert value == pytest.approx(optimum, abs=1e-9)
    if whole is not None:
        assert whole == sum(column[2] for column in columns)


class TestTargets:
    @pytest.mark.parametrize("name", ["a.LP", "a.Mps"])
    def test_endings_in_capitals(self, name: str, tmp_path: Path) -> None:
        allocator.export("toy-rotation", None, tmp_path / name)
        small = tmp_path / f"b{name[1:].lower()}"
        allocator.export("toy-rotation", None, small)
        assert (tmp_path / name).read_bytes() == small.read_bytes()

    @pytest.mark.parametrize(
        ("name", "said"), [("a.txt", "expected"), ("a", "expected"), ("is.lp", "folder"), ("no/a.lp", "no folder")]
    )
    def test_other_places_are_refused(self, name: str, said: str, tmp_path: Path) -> None:
        (tmp_path / "is.lp").mkdir()
        with pytest.raises(BadUsage, match=said):
            allocator.export("toy-rotation", None, tmp_path / name)
        assert [path.name for path in tmp_path.iterdir()] == ["is.lp"]

    def test_what_cannot_be_written_whole_leaves_the_old_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "a.lp"
        path.write_text("old")

        def breaks(listing: object) -> Iterator[str]:
            yield "Minimize"
            raise OSError(28, "No space left on device")

        monkeypatch.setitem(allocator.solving.programme_file.WRITERS, ".lp", breaks)
        with pytest.raises(OSError, match="No space"):
            allocator.export("toy-rotation", None, path)
        assert path.read_text() == "old"
        assert list(tmp_path.iterdir()) == [path]


def test_a_programme_is_written_whenever_memory_is_freed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of a Pyomo model lose their names with it; a collection of garbage before writing must change nothing."""

    def collect_and_write(*arguments: Any) -> None:
        gc.collect()
        write_programme(*arguments)

    monkeypatch.setattr("allocator.solving.programme_file.write_programme", collect_and_write)
    allocator.export("toy-rotation", "reference", tmp_path / "a.mps", overrides=["forces.units=4"])
    assert by_highs(tmp_path / "a.mps") == (0.75, 2)  # a deployment, and the missing steps
