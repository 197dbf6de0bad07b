"""Sweep files, and the parts of a design."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import allocator
from allocator.resources import shipped
from allocator.sweeps.design.file import Design, Draws, Flip, Front, Sampling, load_design, parts, sweeps_of
from tests.toys import model, toy

WHOLE = """
title = "What money buys"
description = "All there is"
vary = ["forces.units=1,2", "model.willingness_floor=0,0.5"]
coalitions = ["all", "AAA"]
one_at_a_time = ["forces.units"]
set = ["horizon.months_per_period=3"]
case = "base"
model = "fair"
gap = 0
time_limit = 60

[sample]
n = 4
method = "morris"
figures = ["forces.units"]
seed = 1

[pareto]
objectives = ["gap", "cost"]
steps = 5

[politics]
n = 10
success = ["coverage>=0.5"]

[[threshold]]
condition = "coverage>=0.5"
over = "forces.units"

[[threshold]]
condition = "cost<=5"
over = "nations.gdp=10:20"
tolerance = 2.5
"""

DESIGN = Design(
    title="What money buys",
    description="All there is",
    vary=("forces.units=1,2", "model.willingness_floor=0,0.5"),
    coalitions=("all", "AAA"),
    one_at_a_time=("forces.units",),
    sample=Sampling(4, "morris", ("forces.units",), 1),
    pareto=Front(("gap", "cost"), 5),
    politics=Draws(10, 0, ("coverage>=0.5",)),
    threshold=(Flip("coverage>=0.5", "forces.units"), Flip("cost<=5", "nations.gdp=10:20", 2.5)),
    overrides=("horizon.months_per_period=3",),
    model="fair",
    gap=0.0,
    time_limit=60.0,
)


def uncertain() -> allocator.Instance:
    return toy(forces=[{"nation": "AAA", "unit_type": "bn", "units": 5, "units_low": 2}])


def faults(path: Path) -> list[str]:
    with pytest.raises(allocator.BadInput) as caught:
        load_design(path)
    return [str(fault) for fault in caught.value.faults]


def written(folder: Path, text: str) -> Path:
    path = folder / "try.toml"
    path.write_text(text)
    return path


def test_a_whole_file(tmp_path: Path) -> None:
    assert load_design(written(tmp_path, WHOLE)) == DESIGN


def test_its_parts() -> None:
    asked = parts(DESIGN, uncertain(), model())
    assert [(part.kind, part.size) for part in asked] == [
        ("grid", 8), ("one-at-a-time", 2), ("morris", 8), ("pareto", 5), ("politics", 1), ("threshold", 4),
        ("threshold", 4),
    ]  # fmt: skip
    assert all(part.title for part in asked)


def test_all_figures_one_at_a_time(tmp_path: Path) -> None:
    design = load_design(written(tmp_path, "one_at_a_time = true"))
    assert [part.size for part in parts(design, uncertain(), model())] == [2]


def test_by_name_beside_an_instance(tmp_path: Path) -> None:
    shutil.copytree(shipped("instances") / "toy-budget", tmp_path / "toy")
    (tmp_path / "toy" / "sweeps").mkdir()
    (tmp_path / "toy" / "sweeps" / "money.toml").write_text('vary = ["budgets[payer=*].amount=100:250:4"]')
    instance = allocator.read(tmp_path / "toy")
    assert list(sweeps_of(instance)) == ["money"]
    assert load_design("money", instance).vary == ("budgets[payer=*].amount=100:250:4",)
    with pytest.raises(allocator.BadInput) as caught:
        load_design("mony", instance)
    assert str(caught.value) == (
        'sweep: found "mony"; expected one of money (did you mean money?), or a path that ends in .toml'
    )
    with pytest.raises(allocator.BadInput, match=r'found "money"; .* \(there is none\), or a path that ends in \.toml'):
        load_design("money", toy())


def test_faults_of_a_file_together(tmp_path: Path) -> None:
    text = """
titel = "x"
vary = "forces.units=1,2"
coalitions = [1]
one_at_a_time = "forces.units"
case = "lowest"
gap = -1
time_limit = 0

[sample]
method = "sobl"
seeds = 1

[pareto]
steps = 1

[politics]
n = 1.5

[[threshold]]
over = "a"
"""
    assert faults(written(tmp_path, text)) == [
        "try.toml, titel: found an unknown key; expected one of title, description, by, case, coalition, model, "
        "gap, time_limit, vary, coalitions, set, one_at_a_time, sample, pareto, politics, threshold "
        "(did you mean title?)",
        'try.toml, vary: found "forces.units=1,2"; expected a list of texts',
        'try.toml, coalitions: found "[1]"; expected a list of texts',
        'try.toml, one_at_a_time: found "forces.units"; expected true, false or a list of texts',
        'try.toml, case: found "lowest"; expected one of low, base, high, favourable, adverse (did you mean low?)',
        'try.toml, gap: found "-1"; expected a number of at least 0',
        'try.toml, time_limit: found "0"; expected a number above 0',
        'try.toml, sample.method: found "sobl"; expected one of lhs, sobol, morris (did you mean sobol?)',
        "try.toml, sample.seeds: found an unknown key; expected one of n, method, figures, seed (did you mean seed?)",
        "try.toml, sample.n: found nothing; expected a value; add this key",
        'try.toml, pareto.steps: found "1"; expected a whole number of at least 2',
        "try.toml, pareto.objectives: found nothing; expected a value; add this key",
        'try.toml, politics.n: found "1.5"; expected a whole number of at least 1: write 1, or 2',
        "try.toml, threshold 1.condition: found nothing; expected a value; add this key",
    ]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert faults(tmp_path / "none.toml")[0].endswith("none.toml: found nothing there; expected a file")
    assert "row 1: found the end of the file; expected TOML: a value: " in faults(written(tmp_path, "vary = ["))[0]
    assert faults(written(tmp_path, "threshold = 1\nsample = 2")) == [
        'try.toml, threshold: found "1"; expected tables [[threshold]]',
        'try.toml, sample: found "2"; expected a table with n, method, figures, seed',
    ]


def test_faults_of_all_parts_together() -> None:
    design = Design(
        vary=("forces.unts=1,2",),
        coalitions=("BBB",),
        coalition="AAA",
        pareto=Front(("gap",)),
        politics=Draws(0),
        threshold=(Flip("x>=1", "y=1:2"),),
    )
    with pytest.raises(allocator.BadInput) as caught:
        parts(design, uncertain(), model())
    assert [fault.place for fault in caught.value.faults] == [
        "--coalitions", "--vary forces.unts=1,2", "--coalitions BBB", "--pareto gap", "--politics 0",
        "--threshold x>=1", "--over y=1:2",
    ]  # fmt: skip
    with pytest.raises(allocator.BadUsage) as refused:
        parts(Design(sample=Sampling(6, "sobol"), pareto=Front(("gap",))), uncertain(), model())
    assert str(refused.value) == (
        "a sobol sample of 6, expected a power of two, such as 4 or 8\n"
        "--pareto gap: found 1 objective; expected two or three"
    )


def test_an_empty_design() -> None:
    with pytest.raises(allocator.BadUsage, match="nothing to sweep: give at least one of --vary"):
        parts(Design(title="x", overrides=("forces.units=1",)), uncertain(), model())
