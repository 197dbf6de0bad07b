"""One source or assumption at a time, worked by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator.errors import BadInput, BadUsage
from allocator.instance import Instance, write
from allocator.instance.assumed import origins
from allocator.sweeps.design.file import load_design
from allocator.sweeps.design.sources import by_source, sources
from tests.cli.running import run
from tests.toys import toy

SOURCES = [{"source": "book", "title": "A book"}, {"source": "assumption", "title": "Assumed"}]
KEYED = "units assumed ([fleet] nobody has counted them)"


def case(**tables: Any) -> Instance:
    """10 battalions are asked for; AAA and BBB have 4 each, all of which can go; a month of one costs 1 million.

    Both pools rest on one assumption, 2 to 6; the 10 (8 to 12) and the cost (0.5 to 2) come from a book.
    """
    pool = {"unit_type": "bn", "units": 4, "units_low": 2, "units_high": 6, "source": "assumption", "note": KEYED}
    asked = {"task": "hold", "capability": "inf", "quantity": 10.0, "quantity_low": 8.0, "quantity_high": 12.0}
    cost = {"operating_cost": 1.0, "operating_cost_low": 0.5, "operating_cost_high": 2.0}
    return toy(
        sources=SOURCES,
        nations=[{"nation": "AAA"}, {"nation": "BBB"}],
        unit_types=[{"unit_type": "bn", **cost, "source": "book"}],
        requirements=[{**asked, "source": "book"}],
        forces=[{"nation": "AAA", **pool}, {"nation": "BBB", **pool}],
        willingness=[{"nation": n, "objective": "land", "willingness": 1.0} for n in ("AAA", "BBB")],
        **tables,
    )


def found(instance: Instance, design: allocator.Design | None = None) -> dict[str, Any]:
    design = design or allocator.Design(one_at_a_time=True, by="source")
    with allocator.sweep(instance, design, workers=0, gap=0.0) as sweep:
        (answer,) = sweep.to_dict()["answers"]
    assert answer["kind"] == "by-source"
    result: dict[str, Any] = answer["result"]
    return result


def test_the_figures_of_a_source_move_together_to_the_end_that_hurts_and_to_the_one_that_helps() -> None:
    """8 of 10 at base; 4 of 10 and 10 of 10 with the fleets; 8 of 12 and 8 of 8 with the book.

    The book says how much is asked and what it costs: the end that hurts has more of both, so that they do not cancel.
    """
    result = found(case())
    assert result["base"]["coverage"] == pytest.approx(0.8)
    assert [row["source"] for row in result["sources"]] == ["book", "fleet"]
    book, fleet = result["sources"]
    assert [book[end]["coverage"] for end in ("adverse", "favourable")] == pytest.approx([8 / 12, 1.0])
    assert [fleet[end]["coverage"] for end in ("adverse", "favourable")] == pytest.approx([0.4, 1.0])
    assert [fleet[end]["change"]["coverage"] for end in ("adverse", "favourable")] == pytest.approx([-0.4, 0.2])
    assert [book[end]["cost"] for end in ("adverse", "favourable")] == pytest.approx([8 * 6 * 2.0, 8 * 6 * 0.5])
    assert (book["figures"], book["fixed"], book["title"]) == (2, 1, "A book")
    assert book["columns"] == {"unit_types.operating_cost": 1, "requirements.quantity": 1}
    assert (fleet["figures"], fleet["fixed"], fleet["title"]) == (2, 0, "")


def test_all_together_bound_every_value_in_between() -> None:
    """4 of 12, and 8 of 8; no value of the figures within their ranges has less or more."""
    together = found(case())["together"]
    assert together["adverse"]["coverage"] == together["least"] == pytest.approx(4 / 12)
    assert together["favourable"]["coverage"] == together["most"] == pytest.approx(1.0)


def test_figures_without_a_range_are_counted_and_do_not_move() -> None:
    """Two stances, a yield and a unit's people have none; two pools, the quantity and the cost have one."""
    result = found(case())
    assert (result["fixed"], result["of"], result["still"]) == (4, 8, 0)


def test_a_source_alone_is_the_same_as_its_overrides() -> None:
    """Each end, solved by hand of the same overrides in one solve."""
    instance = case()
    rows = {row["source"]: row for row in found(instance)["sources"]}
    for origin in sources(instance):
        for end, settings in origin.ends.items():
            plan = allocator.solve(instance, overrides=settings, gap=0.0)
            assert 1 - plan.value("gap") == pytest.approx(rows[origin.key][end]["coverage"])


def test_a_figure_that_can_do_either_goes_low_and_high() -> None:
    """A priority helps nobody: adverse is its low end, favourable its high end, and the cases leave it alone."""
    instance = toy(
        sources=SOURCES,
        capabilities=[{"capability": c, "name": c, "unit": "one"} for c in ("inf", "sea")],
        requirements=[
            {"task": "hold", "capability": "inf", "quantity": 4.0},
            {"task": "hold", "capability": "sea", "quantity": 1.0, "priority": 1.0, "priority_low": 0.5,
             "priority_high": 3.0, "source": "book"},
        ],
    )  # fmt: skip
    result = found(instance)
    (book,) = result["sources"]
    assert result["base"]["coverage"] == pytest.approx(1 / 2)
    assert book["adverse"]["coverage"] == pytest.approx(1 / 1.5)
    assert book["favourable"]["coverage"] == pytest.approx(1 / 4)
    assert result["together"] == {"least": pytest.approx(0.5), "most": pytest.approx(0.5)}


def test_a_figure_without_a_source_moves_alone() -> None:
    pools = [{"nation": n, "unit_type": "bn", "units": 2, "units_low": 1} for n in ("AAA", "BBB")]
    instance = toy(nations=[{"nation": "AAA"}, {"nation": "BBB"}], forces=pools)
    assert [origin.key for origin in sources(instance)] == [
        "forces[nation=AAA,unit_type=bn].units",
        "forces[nation=BBB,unit_type=bn].units",
    ]


@pytest.mark.parametrize(
    ("note", "origin"),
    [
        ("units assumed ([k] a guess)", "k"),
        ("units from memory ([k] a guess)", "k"),
        ("units computed ([k] a product)", "k"),
        ("units seen ([k])", "k"),
        ("min_units and units assumed ([k.l] a guess; [no] key)", "k.l"),
        ("min_units assumed ([k] a guess)", "book"),
        ("units assumed (a guess)", "book"),
        ("[k]", "book"),
        ("", "book"),
    ],
)
def test_the_key_of_an_assumption_comes_before_the_source(note: str, origin: str) -> None:
    assert origins("forces", {"units": 4, "source": "book", "note": note})["units"] == origin


def test_no_plan_at_an_end_is_said_and_the_range_is_open() -> None:
    result = found(case().override("requirements.max_gap=0.5"))
    (fleet,) = (row for row in result["sources"] if row["source"] == "fleet")
    assert fleet["adverse"]["status"] == "infeasible"
    assert fleet["adverse"]["change"] is None
    assert (result["together"]["least"], result["together"]["most"]) == (None, None)


def test_without_gap_as_the_first_objective_no_range_is_proved() -> None:
    design = allocator.Design(one_at_a_time=True, by="source", overrides=("model.objectives=cost,gap",))
    assert found(case(), design)["together"]["most"] is None


def test_some_figures_alone_and_nothing_to_move() -> None:
    assert [origin.key for origin in by_source(case(), ["forces.units"]).origins] == ["fleet"]
    with pytest.raises(BadInput, match="no figure with a range in toy"):
        by_source(toy())
    with pytest.raises(BadUsage, match="--by needs --one-at-a-time"):
        allocator.sweep(case(), allocator.Design(vary=("requirements.quantity=4,5",), by="source"), workers=0)
    with pytest.raises(BadUsage, match="by is 'row', expected one of figure, source"):
        allocator.Design(one_at_a_time=True, by="row")


def test_a_file_asks_for_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('one_at_a_time = true\nby = "source"\n')
    assert load_design(path) == allocator.Design(one_at_a_time=True, by="source")


def test_the_command(tmp_path: Path) -> None:
    """The text, the JSON, and the rows that the store gives again."""
    write(case(), tmp_path / "case")
    command = ("sweep", "case", "--one-at-a-time", "--by", "source", "--workers", "0")
    text = run(*command, cwd=tmp_path).stdout
    assert "toy: 2 sources one at a time: 7 points" in text
    assert "At base: coverage 80.0 %, cost 48 million." in text
    assert "All figures together: coverage 33.3 % to 100.0 %, proved for all values" in " ".join(text.split())
    (line,) = [line for line in text.splitlines() if line.startswith("fleet") and "-40.00" in line]
    assert "units (2)" in line
    assert "+20.00" in line
    assert line.index("▒") < line.index("│") < line.index("█")
    assert "book A book" in text
    assert "4 of 8 figures have no range and do not move." in text
    again = json.loads(run(*command, "--json", cwd=tmp_path).stdout)
    assert {(row["source"], row["end"]) for row in again["points"]} == {
        (None, "base"), *((source, end) for source in (None, "book", "fleet") for end in ("adverse", "favourable"))
    }  # fmt: skip
    wrong = run("sweep", "case", "--by", "source", "--vary", "requirements.quantity=4,5", cwd=tmp_path)
    assert (wrong.returncode, "--by needs --one-at-a-time" in wrong.stderr) == (2, True)
