"""Calls from Python: wrong arguments get a sentence, numbers of numpy count as numbers, errors pickle whole."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest

import allocator as package
from allocator import AllocatorError, BadInput, BadUsage, Fault, SolverError
from allocator.solving import solver
from allocator.sweeps.design import file
from allocator.sweeps.sweep import TooMany
from tests.toys import toy

allocator: Any = package  # most calls here have arguments of wrong types
load_model: Any = allocator.load_model
Solver: Any = solver.Solver
Draws: Any = file.Draws
Flip: Any = file.Flip
Front: Any = file.Front
Sampling: Any = file.Sampling
load_design: Any = file.load_design
TOY: Any = toy()


class Bytes:
    def __fspath__(self) -> bytes:
        return b"x"


OPTIONS: list[tuple[str, list[Any]]] = [
    (
        "gap",
        ["a", "0.1", None, True, np.bool_(True), float("nan"), float("inf"), np.float64("nan"), -1, 2, 1j, [0.1], b"1"],
    ),
    ("time_limit", ["1", 0, -1, True, float("nan"), float("inf"), [1], Decimal("NaN"), 10**400]),
    ("threads", [1.0, "1", None, True, 0, -1, np.float64(1), np.bool_(True), float("nan"), Decimal(1)]),
    ("seed", [True, "1", None, 1.5, 0.0, -1, 2**31 - 1, np.float32(1)]),
    ("progress", [5, "print", [print]]),
]
WRONG_OPTIONS = [(name, value) for name, values in OPTIONS for value in values]


@pytest.mark.parametrize(("name", "value"), WRONG_OPTIONS, ids=lambda value: str(value)[:20])
def test_wrong_options_of_every_solve(name: str, value: Any) -> None:
    calls: list[Callable[[], object]] = [
        lambda: allocator.solve(TOY, **{name: value}),
        lambda: allocator.solve(allocator.build(TOY), **{name: value}),
        lambda: allocator.compare(allocator.cases([TOY, TOY]), **{name: value}),
        lambda: allocator.sweep(TOY, allocator.Design(vary=["forces.units=1,2"]), workers=0, **{name: value}),
    ]
    if name in ("gap", "time_limit", "progress"):
        calls.append(lambda: allocator.claims(**{name: value}))
    if name != "threads":
        calls.append(lambda: allocator.hedge(TOY, **{name: value}))
    if name != "progress":
        calls.append(lambda: Solver(**{name: value}))
    for call in calls:
        with pytest.raises(BadUsage, match=f"^{name} is .*, expected ") as bad:
            call()
        assert "\n" not in str(bad.value)


def test_everything_wrong_is_said_together() -> None:
    with pytest.raises(BadUsage) as bad:
        allocator.solve(TOY, gap="a", threads=1.0, seed=-1)
    assert str(bad.value) == (
        "gap is 'a', expected a number from 0 to 1; threads is 1.0, expected a whole number from 1; "
        "seed is -1, expected a whole number from 0 to 2147483646"
    )


@pytest.mark.parametrize(
    "options",
    [
        {"gap": np.float32(0.5), "time_limit": np.int64(60), "threads": np.int32(1), "seed": np.uint8(3)},
        {"gap": 0, "time_limit": 60, "threads": 1, "seed": 3},
        {"gap": Fraction(1, 2), "time_limit": Decimal("60"), "seed": np.int64(2**31 - 2)},
    ],
    ids=["numpy", "whole", "exact"],
)
def test_numbers_of_other_libraries(options: dict[str, Any]) -> None:
    plan = allocator.solve(TOY, **options)
    assert plan.status == "optimal"
    kept = plan.manifest["options"]
    assert [type(kept[key]) for key in ("gap", "time_limit", "threads", "seed")] == [float, float, int, int]
    assert all(kept[key] == value for key, value in options.items())


CHOICES: list[Any] = [
    (lambda more: allocator.solve(None, **more), {}, "instance is None"),
    (lambda more: allocator.solve(5, **more), {}, "instance is 5"),
    (lambda more: allocator.solve(b"toy-rotation", **more), {}, "instance is b'toy-rotation'"),
    (lambda more: allocator.solve([TOY], **more), {}, "instance is "),
    (lambda more: allocator.solve(Bytes(), **more), {}, "instance is of type Bytes"),
    (lambda more: allocator.solve(allocator.Model(), **more), {}, "instance is of type Model"),
]
for call in (
    lambda more: allocator.solve(TOY, **more),
    lambda more: allocator.build(TOY, **more),
    lambda more: allocator.hedge(TOY, **more),
    lambda more: allocator.export(TOY, **{"model": None, "path": "x.lp", **more}),
):
    CHOICES += [
        (
            call,
            {"overrides": "horizon.periods=4"},
            "overrides is 'horizon.periods=4', expected a list of texts, such as",
        ),
        (call, {"overrides": [1]}, r"overrides\[0\] is 1, expected a text"),
        (call, {"overrides": ["forces.units=1", None]}, r"overrides\[1\] is None"),
        (call, {"overrides": None}, "overrides is None"),
        (call, {"overrides": 5}, "overrides is 5"),
        (call, {"overrides": {"forces.units": "1"}}, "overrides is "),
        (call, {"overrides": b"x"}, "overrides is b'x'"),
        (call, {"case": None}, "case is None"),
        (call, {"case": 5}, "case is 5"),
        (call, {"case": ["low"]}, "case is "),
        (call, {"case": "lo"}, "case is 'lo', expected one of low, base, high, favourable, adverse"),
        (call, {"coalition": 5}, "coalition is 5"),
        (call, {"coalition": ["AAA"]}, "coalition is "),
        (call, {"model": 5}, "model is 5, expected a Model"),
        (call, {"model": b"surge"}, "model is b'surge'"),
        (call, {"model": ["surge"]}, "model is "),
        (call, {"model": TOY}, "model is of type Instance"),
        (call, {"model": allocator.Model}, "model is of type type"),
    ]
CALLS = [
    (lambda: allocator.read(None), "path is None"),
    (lambda: allocator.read(5), "path is 5"),
    (lambda: allocator.read(""), "path is ''"),
    (lambda: allocator.read("a\0b"), "path is "),
    (lambda: TOY.write(""), "path is ''"),
    (lambda: allocator.read(b"toy-rotation"), "path is b'toy-rotation'"),
    (lambda: allocator.read(Bytes()), "path is of type Bytes"),
    (lambda: allocator.read(TOY), "path is of type Instance"),
    (lambda: load_model(3), "name is 3"),
    (lambda: load_model(None), "name is None"),
    (lambda: load_model(b"surge"), "name is b'surge'"),
    (lambda: TOY.override(1), r"settings\[0\] is 1"),
    (lambda: TOY.override("forces.units=1", None), r"settings\[1\] is None"),
    (lambda: TOY.override(["forces.units=1"]), r"settings\[0\] is "),
    (lambda: TOY.case(1), "case is 1"),
    (lambda: TOY.case(None), "case is None"),
    (lambda: TOY.case([]), "case is "),
    (lambda: TOY.coalition(None), "coalition is None"),
    (lambda: TOY.coalition(["AAA"]), "coalition is "),
    (lambda: TOY.rows(1), "no table 1"),
    (lambda: TOY.rows([]), "no table "),
    (lambda: TOY.rows("force"), r"no table 'force' \(did you mean forces\?\)"),
    (lambda: TOY.frame("x"), "no table 'x'"),
    (lambda: TOY.frame({}), "no table "),
    (lambda: TOY.write(5), "path is 5"),
    (lambda: TOY.write(b"x"), "path is b'x'"),
    (lambda: TOY.write("a\0b"), "without NUL"),
    (lambda: allocator.write(TOY, 5), "path is 5"),
    (lambda: allocator.write(None, "x"), "instance is None"),
    (lambda: allocator.write("toy-rotation", "x"), "instance is 'toy-rotation'"),
    (lambda: allocator.export(TOY, None, 5), "path is 5"),
    (lambda: allocator.export(TOY, None, "x.txt"), "expected a name that ends in"),
    (lambda: allocator.export(TOY, None, "x.lp", objective=5), "objective is 5"),
    (lambda: allocator.export(TOY, None, "x.lp", objective=""), "does not list the objective ''"),
    (lambda: allocator.cases("toy-rotation"), "instances is 'toy-rotation'"),
    (lambda: allocator.cases(5), "instances is 5"),
    (lambda: allocator.cases(TOY), "instances is of type Instance"),
    (lambda: allocator.cases([5, 6]), "instance is 5"),
    (lambda: allocator.cases([TOY], "case=low"), "variants is 'case=low'"),
    (lambda: allocator.cases([TOY], [5]), r"variants\[0\] is 5"),
    (lambda: allocator.cases([TOY, TOY], overrides="forces.units=1"), "overrides is "),
    (lambda: allocator.cases([TOY, TOY], model=5), "model is 5"),
    (lambda: allocator.compare(5), "chosen is 5"),
    (lambda: allocator.compare("toy-rotation"), "chosen is "),
    (lambda: allocator.compare([TOY, TOY]), r"chosen\[0\] is of type Instance"),
    (lambda: allocator.sweep(TOY, None), "design is None"),
    (lambda: allocator.sweep(TOY, "vary"), "design is 'vary'"),
    (lambda: allocator.sweep(TOY, {"vary": []}), "design is "),
    (lambda: allocator.sweep(5, allocator.Design(vary=["forces.units=1,2"])), "instance is 5"),
    *(
        (lambda more=more: allocator.sweep(TOY, allocator.Design(vary=["forces.units=1,2"]), **more), message)
        for more, message in (
            ({"store": 5}, "store is 5"), ({"resume": None}, "resume is None"), ({"workers": "2"}, "workers is '2'"),
            ({"workers": -1}, "workers is -1"), ({"workers": 1.0}, "workers is 1.0"),
            ({"scheduler": 5}, "scheduler is 5"),
            ({"max_points": None}, "max_points is None"), ({"model": 5}, "model is 5"),
        )
    ),
    (lambda: allocator.Design(vary="forces.units=1,2"), "vary is 'forces.units=1,2'"),
    (lambda: allocator.Design(vary=[5]), r"vary\[0\] is 5"),
    (lambda: allocator.Design(coalitions="groups"), "coalitions is 'groups'"),
    (lambda: allocator.Design(one_at_a_time="forces.units"), "one_at_a_time is 'forces.units'"),
    (lambda: allocator.Design(one_at_a_time=None), "one_at_a_time is None"),
    (lambda: allocator.Design(sample=16), "sample is 16, expected a Sampling"),
    (lambda: allocator.Design(pareto=("gap", "cost")), "pareto is "),
    (lambda: allocator.Design(politics=5), "politics is 5"),
    (lambda: allocator.Design(threshold=Flip("coverage>=0.5", "forces.units=1:2")), "threshold is of type Flip"),
    (lambda: allocator.Design(threshold=["coverage>=0.5"]), r"threshold\[0\] is "),
    (lambda: allocator.Design(overrides="forces.units=1"), "overrides is "),
    (lambda: allocator.Design(case=None, title=5), "title is 5, expected a text; case is None"),
    (lambda: allocator.Design(model=5), "model is 5"),
    (lambda: allocator.Design(gap="1"), "gap is '1'"),
    (lambda: allocator.Design(gap=2, time_limit=0), "gap is 2, expected a number from 0 to 1; time_limit is 0"),
    (lambda: Sampling("16"), "n is '16'"),
    (lambda: Sampling(16, figures="forces.units"), "figures is "),
    (lambda: Front("gap"), "objectives is 'gap'"),
    (lambda: Draws(1.5), "n is 1.5"),
    (lambda: Flip(5, None), "condition is 5, expected a text; over is None"),
    (lambda: load_design(5), "name is 5"),
    (lambda: allocator.hedge(TOY, futures=1.5), "futures is 1.5"),
    (lambda: allocator.hedge(TOY, futures=True), "futures is True"),
    (lambda: allocator.hedge(TOY, cvar="a", weight=None), "cvar is 'a', expected a number .*; weight is None"),
    (lambda: allocator.hedge(TOY, cvar=1), "cvar is 1, expected a number from 0, below 1"),
    (lambda: allocator.hedge(TOY, evaluate="a"), "evaluate is 'a'"),
    (lambda: allocator.hedge(TOY, method=5), "method is 5, expected one of extensive, hedging"),
    (lambda: allocator.hedge(TOY, method=["extensive"]), "method is "),
    (lambda: allocator.claims(5), "path is 5"),
    (lambda: allocator.claims(only="x"), "only is 'x'"),
    (lambda: allocator.claims(only=[5]), r"only\[0\] is 5"),
    (lambda: allocator.Model(name=5), "name is 5"),
    (lambda: allocator.Model(families="rotation"), "families is 'rotation', expected a list of texts, such as"),
    (lambda: allocator.Model(families=5), "families is 5"),
    (lambda: allocator.Model(objectives=[5]), r"objectives\[0\] is 5"),
    (lambda: allocator.Model(objectives=None), "objectives is None"),
    (lambda: allocator.Model(tolerance="0"), "tolerance is '0'"),
    (lambda: allocator.Model(willingness_floor=True), "willingness_floor is True"),
    (lambda: allocator.Model(max_burden=[1]), "max_burden is "),
    (lambda: allocator.Model(limits=[("cost", 5)]), "limits is "),
    (lambda: allocator.Model(limits={"cost": "5"}), "limits.'cost'. is '5'"),
    (lambda: allocator.Model().override(1), r"settings\[0\] is 1"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "more", "message"), CHOICES)
def test_wrong_choices(call: Callable[[Any], Any], more: dict[str, Any], message: str) -> None:
    with pytest.raises(BadUsage, match=message):
        call(more)


@pytest.mark.parametrize(("call", "message"), CALLS, ids=[message for _, message in CALLS])
def test_wrong_arguments(
    call: Callable[..., Any], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadUsage, match=message) as bad:
        call()
    assert "\n" not in str(bad.value)
    assert list(tmp_path.iterdir()) == []


def test_wrong_arguments_of_results() -> None:
    plan = allocator.solve(TOY)
    calls: list[Callable[[], object]] = [
        lambda: plan.rows(5),
        lambda: plan.rows([]),
        lambda: plan.frame(None),
        lambda: plan.value(5),
    ]
    for call in calls:
        with pytest.raises(BadUsage, match=r"^no "):
            call()
    with pytest.raises(BadUsage, match="path is 5"):
        plan.write(5)
    with allocator.sweep(TOY, allocator.Design(vary=["forces.units=1,2"]), workers=0) as sweep:
        with pytest.raises(BadUsage, match="path is 5"):
            sweep.write(5)
        with pytest.raises(BadUsage, match="table is 'plans', expected one of sweep, deployments"):
            sweep.write("x.csv", "plans")


def test_results_are_one_line_in_python() -> None:
    plan = package.solve("toy-rotation")
    assert repr(plan) == "<Plan of toy-rotation, model reference: optimal, coverage 50.0 %>"
    assert repr(package.solve("toy-infeasible")) == "<Plan of toy-infeasible, model reference: infeasible>"
    hedge = package.hedge("toy-rotation")
    assert repr(hedge) == "<Hedge of toy-rotation, model reference: optimal, 2 futures>"
    assert repr(package.compare(package.cases(["toy-rotation"], ["model=surge"]))) == (
        "<Comparison of toy-rotation, model=surge>"
    )
    with package.sweep("toy-rotation", package.Design(vary=("forces.units=4,8",)), workers=0) as sweep:
        assert repr(sweep) == "<Sweep of toy-rotation, model reference: grid of 2 points over 1 key>"


def test_names_that_a_model_does_not_know() -> None:
    with pytest.raises(BadInput, match="did you mean rotation"):
        allocator.Model(families=["rotations"])
    with pytest.raises(BadInput, match="a number"):
        allocator.Model(tolerance=float("nan"))
    with pytest.raises(BadInput, match="did you mean cost"):
        allocator.Model(limits={"costs": 5})
    with pytest.raises(BadUsage, match="a key of limits is 5, expected a text"):
        allocator.Model(limits={5: 5})


def test_a_model_takes_numbers_of_other_libraries() -> None:
    model = allocator.Model(tolerance=np.float32(0.5), willingness_floor=np.int64(0), limits={"cost": Decimal(30)})
    assert model.to_dict()["limits"] == {"cost": 30.0}
    assert [type(model.to_dict()[key]) for key in ("tolerance", "willingness_floor")] == [float, float]
    assert allocator.solve(TOY, model).value("cost") == 24.0


def test_sequences_of_every_kind_and_paths_of_every_kind(tmp_path: Path) -> None:
    for overrides in (("forces.units=2",), ["forces.units=2"], iter(["forces.units=2"]), {"forces.units=2": 0}.keys()):
        plan = allocator.solve(TOY, overrides=overrides)
        assert (plan.value("gap"), plan.manifest["overrides"]) == (0.5, ["forces.units=2"])
    array = np.array(["forces.units=2"])
    assert allocator.solve(TOY, overrides=array).manifest["overrides"] == ["forces.units=2"]
    assert allocator.Design(vary=["forces.units=1,2"], overrides=iter(["nations.gdp=5"])).overrides == (
        "nations.gdp=5",
    )
    allocator.write(TOY, os.fspath(tmp_path / "a.json"))
    assert allocator.read(Path(tmp_path / "a.json")) == allocator.read(PurePosixPath(tmp_path / "a.json")) == TOY
    assert allocator.read(np.str_(tmp_path / "a.json")) == TOY


FAULTS = (Fault("forces.csv", 2, "units", '"x"', "a whole number"), Fault("x", None, None, "", "y"))
ERRORS = [
    BadInput(FAULTS), BadInput([]), BadUsage("gap is 5"), SolverError("failed"), AllocatorError("a", "b"),
    TooMany(10, 5),
]  # fmt: skip


def noted() -> AllocatorError:
    error = BadInput(iter(FAULTS))
    error.add_note("in forces")
    return error


def fail(error: BaseException) -> None:
    raise error


def pickled(error: AllocatorError, level: int) -> Any:
    return pickle.loads(pickle.dumps(error, level))


WAYS: dict[str, Any] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{f"pickle {level}": partial(pickled, level=level) for level in range(6)},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("error", [*ERRORS, noted()], ids=lambda error: type(error).__name__)
def test_errors_are_copied_whole(error: Any, way: Callable[..., Any]) -> None:
    other = way(error)
    assert type(other) is type(error)
    assert (str(other), other.args, vars(other)) == (str(error), error.args, vars(error))
    if isinstance(error, BadInput):
        assert other.faults == error.faults


def test_faults_come_whole_from_another_process() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool, pytest.raises(BadInput) as bad:
        pool.apply(fail, (BadInput(FAULTS),))
    assert bad.value.faults == FAULTS
    assert str(bad.value) == "\n".join(map(str, FAULTS))
