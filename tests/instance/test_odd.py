"""Legal but odd, and legal but implausible: each is named with its table, its row, its column and a way out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator import Instance, read
from allocator.resources import shipped_instances
from tests.cli.running import run
from tests.present import present
from tests.toys import Row, pools, toy, willing

SOUND: dict[str, Any] = {
    "nations": [{"nation": "AAA", "gdp": 1e5}, {"nation": "BBB", "gdp": 2e5}],
    "willingness": willing("AAA", "BBB"),
}
FACTORS = {3: "1000", 6: "1000000", -3: "0.001", -6: "0.000001"}


def words(power: int) -> str:
    return f"{'a thousand' if abs(power) == 3 else 'a million'} times too {'large' if power > 0 else 'small'}"


def scaled(instance: Instance, table: str, column: str, power: int) -> Instance:
    """The instance with all figures of a column times a power of ten."""
    content = instance.to_dict()
    for row in content[table]:
        for name in [cell for cell in row if cell in (column, f"{column}_low", f"{column}_high")]:
            row[name] = row[name] * 10**power if power > 0 else row[name] / 10**-power
    return Instance.from_dict(content)


# --- a whole column ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped_instances())
def test_bundled_instances_are_plausible_in_every_case(name: str) -> None:
    instance = read(name)
    assert instance.warnings() == []
    for end in ("low", "high"):
        assert not [text for text in instance.case(end).warnings() if "looks" in text]


FORCES = ("jef-plus-france", "european-army", "reassurance-force", "safe-seas", "training-mission")


@pytest.mark.parametrize("name", FORCES)
@pytest.mark.parametrize(
    ("column", "powers"),
    [
        ("nations.gdp", (3, -3, -6)),
        ("nations.troop_ceiling", (3, -3)),
        ("unit_types.operating_cost", (3, 6, -3, -6)),
        ("unit_types.personnel", (3, 6)),
        ("forces.units", (3, 6)),
        ("requirements.quantity", (-3, -6)),
    ],
)
def test_a_whole_column_that_is_off(name: str, column: str, powers: tuple[int, ...]) -> None:
    """One warning names the table, the column and the factor, and nothing that is compared with the column warns."""
    table, _, what = column.partition(".")
    for power in powers:
        odd = scaled(read(name), table, what, power).warnings()
        whole = f"{table}: every figure in {what} looks {words(power)}"
        if what == "troop_ceiling" and not odd[0].startswith(whole):  # where most pools fit under one person's ceiling
            assert all(text.startswith(f"{table}: ") for text in odd)
            assert all(words(power) in text for text in odd[:3])
            continue
        (text,) = odd
        assert text.startswith(whole)
        assert f'--set "{column}*={FACTORS[-power]}"' in text


def test_the_way_out_of_a_column_is_one() -> None:
    """What the warning proposes takes the warning away."""
    wrong = read("reassurance-force").override("nations.gdp*=0.001")
    (text,) = wrong.warnings()
    assert wrong.override(present(re.search(r'--set "(.*)"', text))[1]).warnings() == []


def test_gdp_in_billions_beside_costs_in_millions() -> None:
    """AAA pays 5 x 12 = 60 million a year of a GDP of 100 (billion, written as millions): more than half of it."""
    odd = toy(nations=[{"nation": "AAA", "gdp": 100.0}], forces=pools(5, "AAA")).warnings()
    assert len(odd) == 1
    assert odd[0].startswith("nations: every figure in gdp looks a thousand times too small: at operating_cost")
    assert "0.6 times its GDP" in odd[0]
    assert toy(nations=[{"nation": "AAA", "gdp": 100_000.0}], forces=pools(5, "AAA")).warnings() == []


@pytest.mark.parametrize(
    ("currency", "cost", "warned"), [("KRW", 1400.0, False), ("USD", 1400.0, True), ("", 1400.0, False)]
)
def test_money_is_judged_by_itself_only_where_the_currency_is_known(currency: str, cost: float, warned: bool) -> None:
    """A battalion at a thousand times its dollars is a battalion in won, as long as GDP is in won too."""
    content = toy(
        nations=[{"nation": "AAA", "gdp": 3e9}],
        unit_types=[{"unit_type": "bn", "operating_cost": cost}],
    ).to_dict()
    content["instance"]["currency"] = currency
    odd = Instance.from_dict(content).warnings()
    assert [text.split(" looks ")[0] for text in odd] == ["unit_types: every figure in operating_cost"] * warned


def test_a_rotation_in_thousands() -> None:
    unit = {"unit_type": "bn", "operating_cost": 1.0, "rotation_cost": 2000.0}
    odd = toy(unit_types=[unit], nations=[{"nation": "AAA", "gdp": 1e5}]).warnings()
    assert len(odd) == 1
    assert odd[0].startswith("unit_types: every figure in rotation_cost looks a thousand times too large")
    assert "2,000 months of operation" in odd[0]
    assert toy(unit_types=[unit | {"rotation_cost": 2.0}], nations=[{"nation": "AAA", "gdp": 1e5}]).warnings() == []


# --- one figure against the rest --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "power", "likely"),
    [
        ("nations[nation=DEU].gdp", -3, None),
        ("nations[nation=FRA].gdp", 3, None),
        ("nations[nation=EST].gdp", -6, None),
        ("nations[nation=POL].troop_ceiling", 3, None),
        ("nations[nation=POL].troop_ceiling", -3, None),
        ("unit_types[unit_type=infantry_company].operating_cost", 3, None),
        ("unit_types[unit_type=infantry_company].operating_cost", -3, None),
        ("unit_types[unit_type=combat_squadron].personnel", 3, None),
        ("forces[nation=GBR,unit_type=engineer_company].units", 3, None),
        ("budgets[payer=common].amount", 3, "119.2019"),
        ("budgets[payer=common].amount", -3, "119.2019"),
        ("budgets[payer=*].amount", 6, "2,000"),
    ],
)
def test_one_figure_that_is_off(key: str, power: int, likely: str | None) -> None:
    """The one warning names the row and the column, and what may be meant is the figure before the slip."""
    (text,) = read("reassurance-force").override(f"{key}*={FACTORS[power]}").warnings()
    table, row, column = present(re.fullmatch(r"(\w+)\[.*?=([^,\]]+).*\]\.(\w+)", key)).groups()
    assert text.startswith(f"{table}: the {column} of {row}")
    assert words(power) in text
    assert likely is None or text.endswith(f"; {likely} may be meant")


def test_one_of_two_nations() -> None:
    """With two nations there is no rest to compare with; the GDP beside the nation's own costs decides."""
    (text,) = toy(**{**SOUND, "nations": [{"nation": "AAA", "gdp": 100.0}, {"nation": "BBB", "gdp": 2e5}]},
                  forces=pools(5, "AAA", "BBB")).warnings()  # fmt: skip
    assert text.startswith("nations: the gdp of AAA, 100, looks a thousand times too small")
    assert text.endswith("; 100,000 may be meant")


def test_one_requirement_of_a_thousand_times_all_there_is() -> None:
    (text,) = toy(
        nations=[{"nation": "AAA", "gdp": 1e5}],
        requirements=[{"task": "hold", "capability": "inf", "quantity": 4000.0}],
    ).warnings()
    assert text.startswith("requirements: the quantity of hold inf, 4,000, looks a thousand times too large")
    assert text.endswith("; 4 may be meant")


@pytest.mark.parametrize(
    ("payer", "amount", "power"),
    [("AAA", 1e4, 3), ("AAA", 1e8, 6), ("AAA", 0.03, -3), ("AAA", 6.0, 0), ("AAA", 0.0, 0), ("AAA", 800.0, 0),
     ("*", 0.01, -3), ("*", 30.0, 0), ("common", 5.0, 0), ("BBB", 5.0, 0)],
)  # fmt: skip
def test_a_budget_beside_what_is_to_be_paid(payer: str, amount: float, power: int) -> None:
    """A battalion costs 6 for its period and all five 30; nothing is common, and BBB has none: no bound for them."""
    odd = toy(**SOUND, forces=pools(5, "AAA"), budgets=[{"payer": payer, "amount": amount}]).warnings()
    assert len(odd) == (1 if power else 0)
    if power:
        assert odd[0].startswith(f"budgets: the amount of {payer}")
        assert words(power) in odd[0]


def test_many_of_a_kind_are_counted() -> None:
    names = [f"A{a}{b}" for a in "ABC" for b in "ABC"]
    odd = toy(
        nations=[{"nation": name, "gdp": 1e5} for name in names],
        willingness=willing(*names),
        forces=[{"nation": name, "unit_type": "bn", "units": 5, "min_units": 6} for name in names],
    ).warnings()
    assert len(odd) == 4
    assert odd[3] == "forces: 6 more pools with min_units above the pool"


# --- facts without effect ---------------------------------------------------------------------------------------


def test_a_task_that_asks_for_nothing() -> None:
    two = [{"task": "hold"}, {"task": "guard"}]
    asked = [{"task": "hold", "capability": "inf", "quantity": 4.0}]
    for requirements in (asked, [*asked, {"task": "guard", "capability": "inf", "quantity": 0.0}]):
        (text,) = toy(tasks=two, requirements=requirements).warnings()
        assert text.startswith("tasks: guard has no row in requirements")


def test_a_nation_with_pools_and_no_willingness() -> None:
    facts = {**SOUND, "forces": pools(5, "AAA", "BBB")}
    assert toy(**facts).warnings() == []
    for stances in (willing("AAA"), [*willing("AAA"), *willing("BBB", at=0.0)]):
        (text,) = toy(**{**facts, "willingness": stances}).warnings()
        assert text.startswith("willingness: BBB has pools in forces but no willingness above 0")
    assert toy(**{**facts, "willingness": willing("AAA"), "forces": pools(5, "AAA")}).warnings() == []
    assert (
        toy(**{**facts, "willingness": willing("AAA"), "forces": [*pools(5, "AAA"), *pools(0, "BBB")]}).warnings() == []
    )


def test_a_coalition_leaves_nations_out_without_a_warning() -> None:
    instance = toy(**SOUND, forces=pools(5, "AAA", "BBB"))
    assert instance.coalition("AAA").warnings() == []
    assert instance.coalition("AAA").coalition("-AAA").warnings() == []


@pytest.mark.parametrize(
    ("periods", "indefinite", "units", "ratio", "warned"),
    [(1, True, 2, 3, True), (1, True, 3, 3, False), (1, False, 2, 3, False), (2, True, 1, 3, True),
     (2, True, 2, 3, False), (3, True, 1, 3, False), (1, True, 0, 3, False)],
)  # fmt: skip
def test_a_pool_that_is_too_small_for_its_relief(
    periods: int, indefinite: bool, units: int, ratio: int, warned: bool
) -> None:
    """On an indefinite horizon of T periods a window of the ratio counts a period ratio / T times, rounded up."""
    instance = toy(
        periods=periods, indefinite=indefinite, unit_types=[{"unit_type": "bn", "rotation_ratio": ratio}],
        nations=[{"nation": "AAA", "gdp": 1e5}], forces=pools(units, "AAA"),
    )  # fmt: skip
    said = [text for text in instance.warnings() if "relieve" in text]
    assert len(said) == warned
    if units:
        assert (sum(r["units"] for r in allocator.solve(instance, "reference").rows("deployments")) == 0) == warned


@pytest.mark.parametrize(
    ("requires", "value", "warned"),
    [("nation", "AAA", True), ("nation", "BBB", False), ("any_of", "G", True), ("any_of", "BBB G", True),
     ("any_of", "H", False), ("any_of", "BBB", False), ("coalition_size", "3", True), ("coalition_size", "2", False),
     ("coalition_size", "2.0", False)],
)  # fmt: skip
def test_pledges(requires: str, value: str, warned: bool) -> None:
    odd = toy(
        **SOUND,
        groups=[{"group": "G", "nation": "AAA"}, {"group": "G", "nation": "BBB"}, {"group": "H", "nation": "BBB"}],
        conditions=[{"nation": "AAA", "requires": requires, "value": value}],
    ).warnings()
    assert [text.split(":")[0] for text in odd] == ["conditions"] * warned


@pytest.mark.parametrize(
    ("yields", "quantity", "scope", "useless"),
    [
        ([("bn", "inf", 1.0)], 4.0, "task", ["tank"]),
        ([("bn", "inf", 1.0), ("tank", "arm", 1.0)], 4.0, "task", ["tank"]),
        ([("bn", "inf", 1.0), ("tank", "inf", -1.0)], 4.0, "task", ["tank"]),
        ([("bn", "inf", 1.0), ("bn", "arm", -1.0), ("tank", "arm", 1.0)], 4.0, "task", []),
        ([("bn", "inf", 1.0), ("bn", "arm", -1.0), ("tank", "arm", 1.0)], 4.0, "theatre", []),
        ([("bn", "inf", 1.0), ("tank", "arm", 1.0)], 0.0, "task", ["bn", "tank"]),
    ],
)
def test_a_unit_type_that_no_task_can_use(
    yields: list[tuple[str, str, float]], quantity: float, scope: str, useless: list[str]
) -> None:
    """What supplies only what nobody asks for or consumes; a line of quantity 0 asks too."""
    asked = [{"task": "hold", "capability": "arm" if quantity == 0 else "inf", "quantity": 4.0}]
    if quantity == 0:
        asked = [{"task": "hold", "capability": "eng", "quantity": 4.0}]
    odd = toy(
        nations=[{"nation": "AAA", "gdp": 1e5}],
        unit_types=[{"unit_type": "bn"}, {"unit_type": "tank"}],
        capabilities=[
            {"capability": c, "name": c, "unit": "one", "scope": scope if c == "arm" else "task"}
            for c in ("inf", "arm", "eng")
        ],
        yields=[{"unit_type": u, "capability": c, "amount": a} for u, c, a in yields],
        requirements=asked,
    ).warnings()
    assert [
        text.split("can use ")[1].split(":")[0] for text in odd if text.startswith("unit_types: no task")
    ] == useless


# --- budgets and the horizon, burdens, the command line ----------------------------------------------------------


def budgets(*rows: Row, periods: int = 2) -> Instance:
    return toy(**SOUND, periods=periods, forces=pools(5, "AAA"), budgets=list(rows))


WHOLE = {"payer": "*", "amount": 30.0}


@pytest.mark.parametrize(
    ("rows", "settings", "factors"),
    [
        ([WHOLE], ["horizon.periods=4"], [2]),
        ([WHOLE], ["horizon.periods=1"], [0.5]),
        ([WHOLE], ["horizon.months_per_period=12"], [2]),
        ([WHOLE], ["horizon.months_per_period=12", "horizon.periods=1"], []),
        ([WHOLE], ["horizon.periods=2"], []),
        ([WHOLE], ["horizon.periods=4", "budgets.amount*=2"], []),
        ([WHOLE | {"amount": 0.0}], ["horizon.periods=4"], []),
        ([WHOLE | {"first_period": 1, "last_period": 1}], ["horizon.periods=4"], []),
        ([WHOLE | {"first_period": 1, "last_period": 1}], ["horizon.months_per_period=3"], [0.5]),
        ([WHOLE | {"first_period": 2}], ["horizon.periods=4"], [3]),
        ([WHOLE, WHOLE | {"payer": "AAA"}], ["horizon.periods=4"], [2, 2]),
        ([WHOLE, WHOLE | {"last_period": 1}], ["horizon.periods=4"], [2]),
        ([WHOLE], ["events.peace=true"], []),
    ],
)
def test_a_budget_that_an_override_of_the_horizon_leaves_as_it_was(
    rows: list[dict[str, Any]], settings: list[str], factors: list[float]
) -> None:
    instance = toy(**SOUND, periods=2, events={"peace": False}, forces=pools(5, "AAA"), budgets=rows)
    assert instance.warnings() == []
    odd = instance.override(*settings).warnings()
    assert [float(text.rstrip('"').rpartition("*=")[2]) for text in odd] == factors
    for text in odd:  # the way out leads out, and touches no other row
        way = present(re.search(r'--set "(.*)"', text))[1]
        assert len(instance.override(*settings, way).warnings()) == len(odd) - 1


def test_notes_survive_what_comes_after() -> None:
    changed = budgets(WHOLE).override("horizon.periods=4").override("budgets.amount=40").coalition("AAA")
    assert len(changed.warnings()) == 1


def test_the_command_line_warns_of_the_horizon() -> None:
    done = run("validate", "jef-plus-france", "--set", "horizon.periods=4")
    assert done.returncode == 0
    assert done.stderr.startswith("warning: budgets: the amount for * (2,000) did not change with the horizon")
    assert '--set "budgets[payer=*].amount*=4"' in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("instance", "design", "warned"),
    [
        ("toy-budget", ["--vary", "horizon.periods=1,2"], True),
        ("toy-budget", ["--threshold", "coverage>=0.5", "--over", "horizon.months_per_period=6:7"], True),
        ("toy-budget", ["--vary", "budgets[payer=*].amount*=1,2"], False),
        ("toy-rotation", ["--vary", "horizon.periods=1,2"], False),
    ],
)
def test_a_sweep_over_the_horizon(instance: str, design: list[str], warned: bool, tmp_path: Path) -> None:
    """Twice the periods for the same money: what a sweep shows is then the budget as much as the horizon."""
    done = run("sweep", instance, *design, "--store", str(tmp_path / "a.sweep"), "--workers", "0", "--csv")
    assert done.returncode == 0
    assert ("budgets: amounts for the whole horizon (" in done.stderr) == warned


def test_a_plan_that_asks_for_more_than_a_tenth_of_gdp() -> None:
    """Four battalions cost 4 x 12 = 48 a year: 4.8 % of 1,000, 12 % of 400."""
    assert allocator.solve(toy()).warnings() == []
    plan = allocator.solve(toy(nations=[{"nation": "AAA", "gdp": 400.0}]))
    (text,) = plan.warnings()
    assert text.startswith("nations: AAA pays 12 % of its GDP a year")
    assert allocator.solve(toy(nations=[{"nation": "AAA"}])).warnings() == []


def test_the_solve_of_every_gdp_in_billions() -> None:
    done = run("solve", "toy-rotation", "--set", "nations.gdp*=0.001")
    assert done.returncode == 0
    told = done.stderr.splitlines()
    assert any("warning: nations: every figure in gdp looks a thousand times too small" in line for line in told)
    assert any("warning: nations: AAA pays 200 % of its GDP a year" in line for line in told)
    assert "warning" not in done.stdout
    assert "warning" not in run("solve", "toy-rotation", "--set", "nations.gdp*=0.001", "--quiet").stderr
