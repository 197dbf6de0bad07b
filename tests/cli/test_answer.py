"""The answer as a person reads it, and what the other commands tell."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator.plan.measures import coverage_of, statement
from allocator.report.text.words import money, number, percent
from tests.cli.running import run
from tests.toys import toy


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.30000000000000004, "0.3"),
        (2.0, "2"),
        (1234.5678, "1,235"),
        (51400.0, "51,400"),
        (1 / 3, "0.3333"),
        (1e-7, "below 0.001"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0.0 %"), (1.0, "100.0 %"), (0.99999, ">99.9 %"), (0.00001, "<0.1 %"), (0.625, "62.5 %")],
)
def test_a_share_is_nothing_or_all_only_where_it_is(share: float, text: str) -> None:
    assert percent(share) == text


def test_another_plan_is_looked_for_however_heavy_the_burden(tmp_path: Path) -> None:
    """24 million a year beside the least gdp that a cell can hold."""
    allocator.write(toy(nations=[{"nation": "AAA", "gdp": 1e-9}]), tmp_path / "x.json")
    result = run("solve", str(tmp_path / "x.json"))
    assert result.returncode == 0
    assert "\nNo other plan is as good.\n" in result.stdout


def test_money() -> None:
    assert money(1944.2, "USD") == "USD 1,944 million"
    assert money(49.85, "") == "49.85 million"


def test_coverage_is_the_complement_of_the_gap() -> None:
    plan = allocator.solve("reassurance-force", gap=0.05)
    priority = {row["objective"]: row["priority"] for row in plan.instance.rows("objectives")}
    lines = statement(plan)
    weight = dict.fromkeys(priority, 0.0)
    for line in lines:
        weight[line["objective"]] += line["priority"] * priority[line["objective"]]
    covered = sum(share * weight[objective] for objective, share in coverage_of(lines).items())
    assert 1 - covered / sum(weight.values()) == pytest.approx(plan.value("gap"))


def test_the_reassurance_force_fits_on_a_page() -> None:
    done = run("solve", "reassurance-force", "--gap", "0.05", COLUMNS="80")
    lines = done.stdout.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80
    assert not re.search(r"\d\.\d{5,}", done.stdout)
    assert all(line == line.rstrip() for line in lines)
    for name in ("Türkiye", "Safe skies", "Most is missing in ", "from the common fund", "Led by ", "Next: --full"):
        assert name in done.stdout
    assert "GBR" not in done.stdout


def test_many_periods_are_summed_up_not_listed() -> None:
    done = run("solve", "toy-rotation", "--set", "horizon.periods=20")
    assert "peak people" in done.stdout
    assert "on average" in done.stdout
    assert len(done.stdout.splitlines()) < 30
    full = run("solve", "toy-rotation", "--set", "horizon.periods=20", "--full").stdout
    assert "(mean of its periods)" in full
    assert re.search(r"[0-2] to [3-9]× Infantry battalion \(50 tours in \d+ periods\)", full)  # 20 x 10 / 4


def test_infeasible_says_why_and_what_you_can_do() -> None:
    done = run("solve", "toy-infeasible")
    assert done.returncode == 3
    assert "hold_port" in done.stdout
    assert "What you can do" in done.stdout


def test_infeasible_names_a_conflict_and_ways_out() -> None:
    """Three of four battalions must be there, and eight sustain two at a rotation of 4."""
    text = " ".join(run("solve", "toy-infeasible").stdout.split())
    assert "with any one of them lifted there is a plan (this line and rotation): “Hold the port” may miss" in text
    assert "Ask less: let “Hold the port” miss up to 50 % of its infantry (now 25 %)." in text
    assert "Give more: give Alpha 12 infantry battalions (now 8)." in text


def test_an_infeasible_limit_of_the_model_is_no_rule() -> None:
    """With two battalions at the most, half of the gap cannot be closed, whatever the solve may cost."""
    done = run("solve", "toy-rotation", "--set", "model.limits=gap<=0.4,cost<=0")
    text = " ".join(done.stdout.split())
    assert done.returncode == 3
    assert "no rule is to blame: the limits that the model sets on objectives leave no plan" in text
    assert "Give more: no change but a larger max_gap leads to a plan." in text


def test_nothing_deployed_says_why(case: Path) -> None:
    (case / "willingness.csv").write_text("nation,objective,willingness\nAAA,land,0.1\n")
    done = run("solve", case)
    assert done.returncode == 0
    assert "below the willingness floor" in done.stdout
    assert "0.0 %" in done.stdout


def test_an_objective_that_is_not_minimised_is_said_so() -> None:
    done = run("solve", "toy-rotation", "--set", "model.objectives=gap", "--gap", "0", "--full")
    assert done.stdout.count("not minimised by this model") == 3
    assert "every objective is proved to be the least possible" in done.stdout


def test_names_that_look_like_markup_are_shown_as_they_are(tmp_path: Path) -> None:
    content = toy().to_dict()
    content["nations"][0]["name"] = "[red]Alpha[/] :smile:"
    content["tasks"][0]["name"] = "[bold]Hold"
    content["instance"]["title"] = "[link=x]A[/link]"
    (tmp_path / "x.json").write_text(json.dumps(content))
    for command in ("solve", "show"):
        shown = run(command, tmp_path / "x.json").stdout
        assert "[bold]Hold" in shown
        assert "[link=x]A[/link]" in shown
    assert "[red]Alpha[/] :smile:" in run("solve", tmp_path / "x.json").stdout


def test_an_audit_that_rejects_the_plan_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from click.exceptions import Exit

    from allocator.cli import cli

    def rejected(*_: Any, **__: Any) -> allocator.Plan:
        return allocator.Plan("error", "the audit rejects the plan: x", read, model, manifest)

    plan = allocator.solve("toy-rotation")
    read, model, manifest = plan.instance, plan.model, plan.manifest
    monkeypatch.setattr("allocator.api.solve", rejected)
    with pytest.raises(Exit) as left, cli.make_context("allocator", ["solve", "toy-rotation"]) as context:
        cli.invoke(context)
    assert left.value.exit_code == 1
    assert "the audit rejects the plan" in capsys.readouterr().err


class TestValidate:
    def test_one_line_when_sound(self) -> None:
        done = run("validate", "reassurance-force")
        assert done.stdout.startswith("reassurance-force: sound")
        assert "34 nations" in done.stdout
        assert done.stdout.count("\n") == 1

    def test_the_model_is_checked_too(self, tmp_path: Path) -> None:
        (tmp_path / "my.toml").write_text("willingness_flor = 2\n")
        done = run("validate", "toy-rotation", "--model", tmp_path / "my.toml")
        assert (done.returncode, done.stdout) == (2, "")
        assert "willingness_floor" in done.stderr
        assert "surge" in run("validate", "toy-rotation", "--model", "surge").stdout

    def test_overrides_are_checked(self) -> None:
        done = run("validate", "toy-rotation", "--set", "forces.units=-1", "--set", "horizon.periods=0")
        assert (done.returncode, done.stdout) == (2, "")
        assert run("validate", "toy-rotation", "--set", "forces.units=1").returncode == 0

    def test_warnings_are_told(self, case: Path) -> None:
        (case / "forces.csv").write_text("nation,unit_type,units,min_units\nAAA,bn,2,3\n")
        done = run("validate", case)
        assert done.returncode == 0
        assert "warning: forces" in done.stderr
        assert "warning" not in done.stdout


class TestShow:
    def test_what_nobody_offers_is_flagged(self, case: Path) -> None:
        (case / "willingness.csv").write_text("nation,objective,willingness\nAAA,land,0.1\n")
        assert "nobody offers it" in run("show", case).stdout

    def test_events_tasks_and_units(self) -> None:
        shown = run("show", "reassurance-force").stdout
        for part in (
            "Assumed to happen: peace agreement",
            "us_backstop",
            "Reassure Kyiv",
            "units need it",
        ):
            assert part in shown
        content = json.loads(run("show", "toy-rotation", "--json").stdout)
        assert content["capabilities"][0]["units"] == 2
        assert content["horizon"]["months_per_period"] == 6

    @pytest.mark.parametrize(("change", "offered"), [(["--model", "surge"], 10), (["--set", "forces.units=16"], 4)])
    def test_options_reach_the_offer(self, change: list[str], offered: int) -> None:
        content = json.loads(run("show", "toy-rotation", "--json", *change).stdout)
        assert content["capabilities"][0]["offered"] == offered


def test_export_takes_model_and_overrides(tmp_path: Path) -> None:
    import highspy

    def optimum(name: str) -> float:
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.readModel(str(tmp_path / name))
        solver.run()
        return float(solver.getInfo().objective_function_value)

    run("export", "toy-rotation", "a.mps", cwd=tmp_path)
    run("export", "toy-rotation", "b.mps", "--model", "surge", cwd=tmp_path)
    run("export", "toy-rotation", "c.mps", "--set", "forces.units=4", cwd=tmp_path)
    assert [optimum(name) for name in ("a.mps", "b.mps", "c.mps")] == pytest.approx([0.5, 0.0, 0.75])


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("allocator so", ["solve"]),
        ("allocator solve toy-per", ["toy-periods"]),
        ("allocator solve toy-periods --model su", ["surge"]),
        ("allocator export toy-periods x.mps --objective ri", ["risk"]),
    ],
)
def test_completion_offers_names(words: str, offered: list[str]) -> None:
    count = len(words.split()) - 1
    done = run(_ALLOCATOR_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(count))
    assert done.returncode == 0, done.stderr
    assert [line.partition(",")[2] for line in done.stdout.splitlines()] == offered


def test_what_supplies_the_whole_theatre_stands_apart() -> None:
    """At which task a radar aircraft is makes no difference, so none is named."""
    shown = " ".join(run("solve", "toy-enablers", "--quiet", "--full").stdout.split())  # a cell may be wrapped
    assert "For all tasks: 2× Radar aircraft" in shown
    assert "Patrol the west: 1× Tanker aircraft; Patrol the south" in shown
