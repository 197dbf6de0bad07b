"""What each nation may send: a plan that holds and one that breaks the rule by a unit, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from allocator import Instance, Model
from allocator.audit import check_commitments
from tests.audit.by_hand import NO_FAMILY, Units, at, broken, finite, one, orders
from tests.toys import model, pools, toy

ROTATION = model("rotation")
BUYING = model("rotation", "acquisition")


def ratio(most: int, **columns: Any) -> dict[str, Any]:
    return {"unit_types": [{"unit_type": "bn", "rotation_ratio": most, **columns}]}


class TestStances:
    stances = (
        {"nation": "AAA", "objective": "land", "willingness": 0.6, "last_period": 1},
        {"nation": "AAA", "objective": "land", "willingness": 0.4, "first_period": 3},
    )

    def test_the_stance_of_the_period_counts(self) -> None:
        instance = finite(willingness=self.stances)
        assert broken(instance, NO_FAMILY, at("AAA", {1: 1})) == []
        assert broken(instance, model(willingness_floor=0.4), at("AAA", {1: 1, 3: 1})) == []
        text = "AAA sends 1 bn to hold in period 3: the nation is not willing enough for land (0.4)"
        one(broken(instance, NO_FAMILY, at("AAA", {1: 1, 3: 1})), "deploy", ("AAA", "bn", "hold", 3), text)

    def test_a_period_without_a_row_is_0(self) -> None:
        text = "AAA sends 1 bn to hold in period 2: the nation is not willing enough for land (0)"
        found = broken(finite(willingness=self.stances), model(willingness_floor=0.0), at("AAA", {2: 1}))
        one(found, "deploy", ("AAA", "bn", "hold", 2), text)


def test_a_pool_is_ready_to_its_last_period() -> None:
    instance = finite(forces=pools(5, "AAA", first_period=2, last_period=2))
    assert broken(instance, NO_FAMILY, at("AAA", {2: 5})) == []
    for t in (1, 3):
        text = f"AAA sends 1 bn to hold in period {t}: the pool is ready only from period 2 to 2"
        one(broken(instance, NO_FAMILY, at("AAA", {t: 1})), "deploy", ("AAA", "bn", "hold", t), text)


class TestSingleDeployments:
    """A battalion supplies infantry and takes fuel; a depot gives fuel, which nobody asks for in so many words."""

    def instance(self, last: int = 1, scope: str = "task", **tables: Any) -> Instance:
        return finite(
            unit_types=[{"unit_type": "bn"}, {"unit_type": "depot"}, {"unit_type": "band"}],
            capabilities=[
                {"capability": "inf", "name": "Infantry", "unit": "battalion"},
                {"capability": "fuel", "name": "Fuel", "unit": "day", "scope": scope},
                {"capability": "music", "name": "Music", "unit": "march"},
            ],
            yields=[
                {"unit_type": "bn", "capability": "inf", "amount": 1.0},
                {"unit_type": "bn", "capability": "fuel", "amount": -1.0},
                {"unit_type": "depot", "capability": "fuel", "amount": 1.0},
                {"unit_type": "band", "capability": "music", "amount": 1.0},
                {"unit_type": "band", "capability": "inf", "amount": -1.0},
            ],
            tasks=[{"task": "hold", "last_period": 2}, {"task": "rest"}],
            requirements=[
                {"task": "hold", "capability": "inf", "quantity": 4.0},
                {"task": "rest", "capability": "music", "quantity": 1.0},
                {"task": "rest", "capability": "fuel", "quantity": 0.0, "last_period": last},
            ],
            forces=[*pools(5, "AAA"), *pools(5, "AAA", unit="depot"), *pools(5, "AAA", unit="band")],
            **tables,
        )

    def wrong(
        self, deployed: dict[tuple[str, str, str, int], int], why: str, chosen: Model = NO_FAMILY, **tables: Any
    ) -> None:
        ((n, u, j, t), units) = next(iter(deployed.items()))
        text = f"{n} sends {units} {u} to {j} in period {t}: {why}"
        one(broken(self.instance(**tables), chosen, deployed), "deploy", (n, u, j, t), text)

    def test_known_and_whole(self) -> None:
        self.wrong(at("BBB", {1: 1}), "there is no such pool or task")
        self.wrong(at("AAA", {1: 1}, unit="gun"), "there is no such pool or task")
        self.wrong(at("AAA", {1: 1}, "march"), "there is no such pool or task")
        wrong: list[Any] = [0, -1, 1.0, True]
        for units in wrong:
            self.wrong(at("AAA", {1: units}), "not a whole number of units above 0")

    def test_active(self) -> None:
        assert broken(self.instance(), NO_FAMILY, at("AAA", {2: 1}) | at("AAA", {2: 1}, unit="depot")) == []
        self.wrong(at("AAA", {3: 1}), "the task is not active then")

    @pytest.mark.parametrize("last", [1, 2, 3])
    def test_a_unit_supplies_what_is_asked_for_or_taken_there(self, last: int) -> None:
        asked = at("AAA", {1: 1}, unit="depot") | at("AAA", {1: 1}, "rest", unit="depot")
        assert broken(self.instance(last), NO_FAMILY, asked) == []
        self.wrong(at("AAA", {1: 1}, unit="band"), "the unit supplies nothing that the task asks for")

    def test_what_no_line_asks_for_is_implied_where_it_is_taken(self) -> None:
        # infantry is taken at rest, where no line asks for it; music is taken nowhere
        taken = at("AAA", {1: 1}, "rest") | at("AAA", {1: 1}, "rest", unit="depot")
        assert broken(self.instance(), NO_FAMILY, taken) == []

    def test_a_line_of_the_theatre_stands_for_every_task_in_its_periods(self) -> None:
        depot = at("AAA", {1: 1}, unit="depot")
        assert broken(self.instance(1, "theatre"), NO_FAMILY, depot) == []  # implied at hold in period 2
        self.wrong(depot, "the unit supplies nothing that the task asks for", last=2, scope="theatre")

    @pytest.mark.parametrize("caveat", [{"task": "hold"}, {"unit_type": "bn"}, {"task": "hold", "unit_type": "bn"}])
    def test_caveats(self, caveat: dict[str, Any]) -> None:
        caveats: dict[str, Any] = {"caveats": [{"nation": "AAA", "objective": "land", **caveat}]}
        self.wrong(at("AAA", {1: 1}), "a caveat forbids it", model("caveats"), **caveats)
        deployed = at("AAA", {1: 1}) | at("AAA", {1: 1}, unit="depot")
        assert broken(self.instance(**caveats), NO_FAMILY, deployed) == []
        other: dict[str, Any] = {"caveats": [{"nation": "AAA", "task": "rest", "unit_type": "bn"}]}
        assert broken(self.instance(**other), model("caveats"), deployed) == []


class TestMinimumContribution:
    def test_so_many_or_none(self) -> None:
        instance = finite(forces=pools(5, "AAA", min_units=2))
        assert broken(instance, model("minimum_contribution"), at("AAA", {1: 2})) == []
        text = "AAA sends 1 bn to hold in period 2, but must send at least 2 or none"
        found = broken(instance, model("minimum_contribution"), at("AAA", {1: 2, 2: 1}))
        one(found, "minimum_contribution_least", ("AAA", "bn", "hold", 2), text, 1)


class TestEvents:
    @pytest.mark.parametrize("objective", [{}, {"objective": "land"}])
    def test_a_pledge_that_requires_a_false_event(self, objective: dict[str, Any]) -> None:
        row = {"nation": "AAA", "requires": "event", "value": "peace", **objective}
        for peace in (True, False):
            instance = toy(events={"peace": peace}, conditions=[row])
            assert broken(instance, NO_FAMILY, at("AAA", {1: 1})) == []
            found = broken(instance, model("conditions"), at("AAA", {1: 1}))
            if peace:
                assert found == []
                continue
            text = "AAA sends 1 bn to hold in period 1: the pledge requires the event peace, which is false"
            one(found, "deploy", ("AAA", "bn", "hold", 1), text)


class TestConstantPools:
    def test_windows_on_a_finite_horizon(self) -> None:
        instance = finite(**ratio(2))
        assert broken(instance, ROTATION, at("AAA", {1: 5, 3: 5})) == []
        text = "AAA deploys 6 bn over 2 periods from 2, but can use 5 of its pool"
        one(broken(instance, ROTATION, at("AAA", {1: 3, 2: 2, 3: 4})), "rotation_pool", ("AAA", "bn", 2), text, 1)

    def test_without_the_family_each_period_counts_alone(self) -> None:
        assert broken(finite(**ratio(2)), NO_FAMILY, at("AAA", {1: 5, 2: 5, 3: 5})) == []
        text = "AAA deploys 6 bn in period 2, but can use 5 of its pool"
        one(broken(finite(), NO_FAMILY, at("AAA", {2: 6})), "rotation_pool", ("AAA", "bn", 2), text, 1)

    @pytest.mark.parametrize(
        ("rho", "holds", "breaks", "start"),
        [
            (2, {1: 2, 2: 3, 3: 2}, {1: 2, 2: 3, 3: 4}, 2),  # 2..3 has 7
            (2, {1: 3, 2: 2, 3: 2}, {1: 3, 2: 1, 3: 3}, 3),  # 3..1 has 6
            (4, {1: 1, 2: 1, 3: 1}, {1: 2, 2: 1, 3: 1}, 1),  # each once, and the first a second time: 4, then 6
            (1000000, {}, {3: 1}, 1),
        ],
    )
    def test_windows_wrap_as_often_as_needed(self, rho: int, holds: Units, breaks: Units, start: int) -> None:
        instance = toy(periods=3, **ratio(rho))
        assert broken(instance, ROTATION, at("AAA", holds)) == []
        (found,) = broken(instance, ROTATION, at("AAA", breaks))
        assert (found.constraint, found.index) == ("rotation_pool", ("AAA", "bn", start))

    def test_one_period_without_end(self) -> None:
        assert broken(toy(**ratio(2)), ROTATION, at("AAA", {1: 2})) == []
        text = "AAA deploys 6 bn over 2 periods from 1, but can use 5 of its pool"
        one(broken(toy(**ratio(2)), ROTATION, at("AAA", {1: 3})), "rotation_pool", ("AAA", "bn", 1), text, 1)

    @pytest.mark.parametrize("chosen", [NO_FAMILY, ROTATION])
    def test_what_can_be_used_may_be_a_fraction(self, chosen: Model) -> None:
        instance = toy(forces=pools(5, "AAA", availability=0.5, home_units=1))  # 2.5, of which one stays
        assert broken(instance, chosen, at("AAA", {1: 1})) == []
        text = "AAA deploys 2 bn in period 1, but can use 1.5 of its pool"
        one(broken(instance, chosen, at("AAA", {1: 2})), "rotation_pool", ("AAA", "bn", 1), text, "1/2")

    def test_more_at_home_than_there_are_leaves_nothing(self) -> None:
        instance = toy(forces=pools(5, "AAA", availability=0.5, home_units=4))
        text = "AAA deploys 1 bn in period 1, but can use 0 of its pool"
        one(broken(instance, NO_FAMILY, at("AAA", {1: 1})), "rotation_pool", ("AAA", "bn", 1), text, 1)

    @pytest.mark.parametrize("chosen", [NO_FAMILY, ROTATION])
    def test_what_is_used_up_is_used_once(self, chosen: Model) -> None:
        instance = finite(**ratio(1, expendable=True))
        assert broken(instance, chosen, at("AAA", {1: 2, 2: 2, 3: 1})) == []
        text = "AAA deploys 6 bn over 3 periods from 1, but can use 5 of its pool"
        one(broken(instance, chosen, at("AAA", {1: 2, 2: 2, 3: 2})), "rotation_pool", ("AAA", "bn", 1), text, 1)


def changes(*rows: tuple[int, int]) -> dict[str, Any]:
    return {"force_changes": [{"nation": "AAA", "unit_type": "bn", "period": t, "change": c} for t, c in rows]}


class TestChangingPools:
    def test_units_join(self) -> None:
        instance = finite(**changes((2, 2)))
        assert broken(instance, NO_FAMILY, at("AAA", {1: 5, 2: 7, 3: 7})) == []
        text = "AAA deploys 6 bn in period 1, but can use 5 of its pool"
        one(broken(instance, NO_FAMILY, at("AAA", {1: 6})), "rotation_pool", ("AAA", "bn", 1, 1), text, 1)
        text = "AAA deploys 8 bn in period 2, but can use 7 of its pool"
        one(broken(instance, NO_FAMILY, at("AAA", {2: 8})), "rotation_pool", ("AAA", "bn", 2, 2), text, 1)

    def test_units_that_leave_may_have_deployed_before(self) -> None:
        instance = finite(**ratio(2), **changes((2, -2)))  # 1..2: five; from 2 on: three
        assert broken(instance, ROTATION, at("AAA", {1: 2, 2: 3})) == []
        text = "AAA deploys 6 bn over 2 periods from 1, but can use 5 of its pool"
        one(broken(instance, ROTATION, at("AAA", {1: 3, 2: 3})), "rotation_pool", ("AAA", "bn", 1, 2), text, 1)
        text = "AAA deploys 4 bn in period 2, but can use 3 of its pool"
        one(broken(instance, ROTATION, at("AAA", {1: 1, 2: 4})), "rotation_pool", ("AAA", "bn", 2, 2), text, 1)
        text = "AAA deploys 4 bn over 2 periods from 2, but can use 3 of its pool"
        one(broken(instance, ROTATION, at("AAA", {2: 2, 3: 2})), "rotation_pool", ("AAA", "bn", 2, 3), text, 1)

    def test_who_leaves_and_who_joins_in_a_span_count_both(self) -> None:
        instance = finite(**ratio(3), **changes((2, -2), (3, 4)))  # 1..3: 5 + 4; 2..3: 3 + 4; 3: 7
        assert broken(instance, ROTATION, at("AAA", {1: 2, 2: 3, 3: 4})) == []
        text = "AAA deploys 10 bn over 3 periods from 1, but can use 9 of its pool"
        one(broken(instance, ROTATION, at("AAA", {1: 3, 2: 2, 3: 5})), "rotation_pool", ("AAA", "bn", 1, 3), text, 1)

    def test_what_is_used_up_can_be_replaced(self) -> None:
        instance = finite(**ratio(1, expendable=True), **changes((3, 3)))
        assert broken(instance, NO_FAMILY, at("AAA", {1: 4, 2: 1, 3: 3})) == []
        text = "AAA deploys 6 bn over 2 periods from 1, but can use 5 of its pool"
        one(broken(instance, NO_FAMILY, at("AAA", {1: 4, 2: 2})), "rotation_pool", ("AAA", "bn", 1, 2), text, 1)
        text = "AAA deploys 9 bn over 3 periods from 1, but can use 8 of its pool"
        one(broken(instance, NO_FAMILY, at("AAA", {1: 4, 2: 1, 3: 4})), "rotation_pool", ("AAA", "bn", 1, 3), text, 1)

    def test_a_change_makes_a_pool(self) -> None:
        instance = finite(forces=pools(1, "AAA", unit="x"), unit_types=[{"unit_type": "bn"}, {"unit_type": "x"}],
                          **changes((2, 2)))  # fmt: skip
        assert broken(instance, NO_FAMILY, at("AAA", {2: 2, 3: 2})) == []
        text = "AAA deploys 1 bn in period 1, but can use 0 of its pool"
        one(broken(instance, NO_FAMILY, at("AAA", {1: 1})), "rotation_pool", ("AAA", "bn", 1, 1), text, 1)

    def test_orders_come_on_top_of_what_stays_at_home(self) -> None:
        terms = {"nation": "AAA", "unit_type": "bn", "price": 1.0, "max_units": 9, "lead_periods": 1}
        instance = finite(forces=pools(4, "AAA", availability=0.5, home_units=3), acquisitions=[terms])
        bought = orders("AAA", {1: 4})  # two of four can be used and stay; of the four ordered two, from period 2
        assert broken(instance, BUYING, at("AAA", {2: 2, 3: 2}), bought) == []
        text = "AAA deploys 3 bn in period 3, but can use 2 of its pool"
        one(broken(instance, BUYING, at("AAA", {3: 3}), bought), "rotation_pool", ("AAA", "bn", 3, 3), text, 1)
        text = "AAA deploys 1 bn in period 1, but can use 0 of its pool"
        one(broken(instance, BUYING, at("AAA", {1: 1}), bought), "rotation_pool", ("AAA", "bn", 1, 1), text, 1)

    def test_a_programme_makes_a_pool_even_if_nothing_is_ordered(self) -> None:
        terms = {"nation": "AAA", "unit_type": "bn", "price": 1.0, "max_units": 9}
        instance = finite(forces=pools(1, "AAA", unit="x"), unit_types=[{"unit_type": "bn"}, {"unit_type": "x"}],
                          acquisitions=[terms])  # fmt: skip
        assert broken(instance, BUYING, at("AAA", {1: 2, 3: 2}), orders("AAA", {1: 2})) == []
        text = "AAA deploys 1 bn in period 1, but can use 0 of its pool"
        one(broken(instance, BUYING, at("AAA", {1: 1})), "rotation_pool", ("AAA", "bn", 1), text, 1)


def test_a_ceiling_holds_in_each_period() -> None:
    instance = finite(nations=[{"nation": "AAA", "troop_ceiling": 200}])
    assert broken(instance, model("troop_ceiling"), at("AAA", {1: 2, 2: 2})) == []
    text = "AAA has 300 people deployed in period 2, but its ceiling is 200"
    found = broken(instance, model("troop_ceiling"), at("AAA", {1: 2, 2: 3}))
    one(found, "troop_ceiling_people", ("AAA", 2), text, 100)


class TestCommitments:
    chosen = model("commitments")

    def promised(self, **row: Any) -> Instance:
        tasks = [{"task": "hold"}, {"task": "guard", "first_period": 2}]
        lines = [{"task": task, "capability": "inf", "quantity": 4.0} for task in ("hold", "guard")]
        row = {"nation": "AAA", "unit_type": "bn", **row}
        return finite(tasks=tasks, requirements=lines, commitments=[row])

    def test_at_a_task_in_each_of_its_periods(self) -> None:
        instance = self.promised(task="guard", at_least=2)
        assert broken(instance, self.chosen, at("AAA", {2: 2, 3: 2}, "guard")) == []
        found = broken(instance, self.chosen, at("AAA", {1: 2, 3: 2}) | at("AAA", {2: 1, 3: 2}, "guard"))
        text = "AAA sends 1 bn to guard in period 2, but has promised at least 2"
        one(found, "commitments_least", (1, 2), text, 1)

    def test_at_all_tasks_together_and_what_is_not_sent_counts_as_0(self) -> None:
        instance = self.promised(at_least=2, first_period=2, last_period=3)
        assert broken(instance, self.chosen, at("AAA", {2: 1, 3: 2}) | at("AAA", {2: 1}, "guard")) == []
        text = "AAA sends 0 bn to all tasks together in period 3, but has promised at least 2"
        one(broken(instance, self.chosen, at("AAA", {2: 2})), "commitments_least", (1, 3), text, 2)

    def test_at_the_most(self) -> None:
        instance = self.promised(at_most=3, last_period=2)
        assert broken(instance, self.chosen, at("AAA", {1: 3, 2: 3, 3: 5})) == []
        found = broken(instance, self.chosen, at("AAA", {1: 3, 2: 2}) | at("AAA", {2: 2}, "guard"))
        text = "AAA sends 4 bn to all tasks together in period 2, but will send at most 3"
        one(found, "commitments_most", (1, 2), text, 1)

    def test_left_out_nothing_is_asked(self) -> None:
        assert broken(self.promised(at_least=9), NO_FAMILY, {}) == []


class TestWhatAHedgeCommits:
    def test_pools_over_spans_and_their_last_period(self) -> None:
        instance = finite(**ratio(2), **changes((2, -2)), forces=pools(5, "AAA", last_period=2))
        assert check_commitments(instance, ROTATION, {("AAA", "bn", 1): 2, ("AAA", "bn", 2): 3}) == []
        text = "AAA deploys 6 bn over 2 periods from 1, but can use 5 of its pool"
        found = check_commitments(instance, ROTATION, {("AAA", "bn", 1): 3, ("AAA", "bn", 2): 3})
        one(found, "rotation_pool", ("AAA", "bn", 1, 2), text, 1)
        text = "AAA commits 1 bn in period 3: there is no such pool, or it is not ready"
        one(check_commitments(instance, ROTATION, {("AAA", "bn", 3): 1}), "commit", ("AAA", "bn", 3), text)

    def test_what_a_nation_carries_of_the_fund_counts(self) -> None:
        chosen = model("budget", max_burden=0.06)  # 60 million of a GDP of 1,000 in a year
        shared = {"unit_types": [{"unit_type": "bn", "common_share": 0.5}]}
        instance = finite(periods=2, **shared, funding_keys=[{"nation": "AAA", "weight": 2.0}])
        assert check_commitments(instance, chosen, {("AAA", "bn", 1): 5, ("AAA", "bn", 2): 5}) == []
        more = finite(periods=2, **shared, forces=pools(6, "AAA"), funding_keys=[{"nation": "AAA", "weight": 2.0}])
        text = "AAA pays 66 million over the horizon, but max_burden allows 60 million"
        found = check_commitments(more, chosen, {("AAA", "bn", 1): 6, ("AAA", "bn", 2): 5})
        one(found, "budget_burden", ("AAA",), text, 6)

    def test_limits_on_money(self) -> None:
        chosen = model(limits={"cost": 12.0, "burden": 24.0, "imbalance": 0.0, "gap": 0.0, "turnover": 0.0})
        assert check_commitments(toy(), chosen, {("AAA", "bn", 1): 2}) == []
        found = check_commitments(toy(), chosen, {("AAA", "bn", 1): 3})
        assert [(v.index, v.text) for v in found] == [
            (("cost",), "cost of what is committed is 18, its limit is 12"),
            (("burden",), "burden of what is committed is 36, its limit is 24"),
        ]
