"""Who takes part, where and on what terms: each family alone on a toy worked out by hand.

It binds, it is satisfied, and left out it does not bind.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

import allocator
from tests.toys import Row, model, pools, sent, toy, units, values, willing

NONE = model()


class TestParticipation:
    def test_willingness_must_be_above_nothing_and_reach_the_floor(self) -> None:
        instance = toy(willingness=willing("AAA", at=0.5))
        assert units(instance, model(willingness_floor=0.5)) == 4
        assert units(instance, model(willingness_floor=0.51)) == 0
        assert units(toy(willingness=willing("AAA", at=0.0)), model(willingness_floor=0.0)) == 0

    def test_a_nation_is_a_member_when_it_deploys(self) -> None:
        two = toy(nations=[{"nation": "AAA"}, {"nation": "BBB"}])
        rows = {row["nation"]: row["member"] for row in allocator.solve(two, NONE).rows("nations")}
        assert rows == {"AAA": True, "BBB": False}

    def test_the_stance_of_each_period_counts(self) -> None:
        # willing enough in the first and last of three, and without a stance in the second
        stances = [
            *willing("AAA", at=0.6, last_period=1),
            *willing("AAA", at=0.4, first_period=3),
        ]
        instance = toy(periods=3, willingness=stances)
        for floor, periods in ((0.4, {1, 3}), (0.5, {1}), (0.7, set())):
            plan = allocator.solve(instance, model(willingness_floor=floor), gap=0.0)
            assert {t for _, _, _, t in sent(plan)} == periods
        # the reluctance is that of the period: (0.4 + 0.6) x 400 people x 6 months
        assert allocator.solve(instance, model(willingness_floor=0.4), gap=0.0).value("risk") == pytest.approx(2.4)


class TestConditions:
    NATIONS = ({"nation": "AAA"}, {"nation": "BBB"}, {"nation": "CCC"})

    def three(
        self, *conditions: Row, at_c: float = 1.0, groups: Iterable[Row] = (), events: Row | None = None
    ) -> allocator.Instance:
        return toy(
            nations=list(self.NATIONS),
            requirements=[{"task": "hold", "capability": "inf", "quantity": 6.0}],
            forces=pools(2, "AAA", "BBB", "CCC"),
            willingness=[*willing("AAA", "BBB"), *willing("CCC", at=at_c)],
            conditions=list(conditions),
            groups=list(groups),
            events=events,
        )

    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            ({"requires": "nation", "value": "CCC"}, 2),
            ({"requires": "nation", "value": "AAA"}, 4),
            ({"requires": "any_of", "value": "CCC AAA"}, 4),
            ({"requires": "any_of", "value": "G"}, 2),
            ({"requires": "coalition_size", "value": "2"}, 4),
            ({"requires": "coalition_size", "value": "3"}, 2),
            ({"requires": "event", "value": "peace"}, 2),
            ({"requires": "event", "value": "peace", "objective": "land"}, 2),
        ],
    )
    def test_b_s_pledge_where_c_is_unwilling(self, condition: dict[str, str], expected: int) -> None:
        instance = self.three(
            {"nation": "BBB", **condition},
            at_c=0.1,
            groups=[{"group": "G", "nation": "CCC"}],
            events={"peace": False},
        )
        assert units(instance, model("conditions")) == expected
        assert units(instance, NONE) == 4

    def test_pledges_cascade(self) -> None:
        instance = self.three(
            {"nation": "AAA", "requires": "nation", "value": "BBB"},
            {"nation": "BBB", "requires": "nation", "value": "CCC"},
            {"nation": "CCC", "requires": "event", "value": "peace"},
            events={"peace": False},
        )
        assert units(instance, model("conditions")) == 0

    def test_two_that_wait_for_each_other_come_together(self) -> None:
        instance = self.three(
            {"nation": "AAA", "requires": "nation", "value": "BBB"},
            {"nation": "BBB", "requires": "nation", "value": "AAA"},
        )
        assert units(instance, model("conditions")) == 6

    def test_a_pledge_holds_in_each_period_in_which_what_it_asks_for_does(self) -> None:
        # AAA is ready in the second year alone, and CCC in the third
        def joined(requires: str, value: str, *families: str) -> set[int]:
            instance = toy(
                periods=3,
                nations=list(self.NATIONS),
                requirements=[{"task": "hold", "capability": "inf", "quantity": 6.0}],
                forces=[
                    *pools(2, "AAA", first_period=2, last_period=2), *pools(2, "BBB"), *pools(2, "CCC", first_period=3),
                ],
                willingness=willing("AAA", "BBB", "CCC"),
                conditions=[{"nation": "BBB", "requires": requires, "value": value}],
            )  # fmt: skip
            return {t for n, _, _, t in sent(allocator.solve(instance, model(*families), gap=0.0)) if n == "BBB"}

        assert joined("nation", "AAA", "conditions") == {2}
        assert joined("any_of", "AAA CCC", "conditions") == {2, 3}
        assert joined("coalition_size", "2", "conditions") == {2, 3}
        assert joined("coalition_size", "3", "conditions") == set()
        assert joined("nation", "AAA") == {1, 2, 3}

    @pytest.mark.parametrize(
        ("requires", "value", "expected"),
        [
            ("nation", "FLT", 2 + 2),
            ("any_of", "CCC FLT", 2 + 2),
            ("any_of", "OWN", 2 + 2),
            ("coalition_size", "1", 2 + 2),
            ("coalition_size", "2", 2),  # BBB and the collective are one nation
        ],
    )
    def test_a_collective_takes_part_but_is_not_counted(self, requires: str, value: str, expected: int) -> None:
        instance = toy(
            nations=[*self.NATIONS, {"nation": "FLT", "collective": True}],
            groups=[{"group": "OWN", "nation": "FLT"}],
            requirements=[{"task": "hold", "capability": "inf", "quantity": 6.0}],
            forces=pools(2, "BBB", "FLT"),
            willingness=willing("BBB", "FLT"),
            conditions=[{"nation": "BBB", "requires": requires, "value": value}],
        )
        assert units(instance, model("conditions")) == expected
        assert units(instance, NONE) == 2 + 2

    def test_another_nation_makes_the_number_full_where_a_collective_does_not(self) -> None:
        # four asked: BBB and the collective have two each at six million, AAA two at twelve, and one of them must go
        instance = toy(
            nations=[*self.NATIONS, {"nation": "FLT", "collective": True}],
            unit_types=[{"unit_type": "bn"}, {"unit_type": "dear", "operating_cost": 2.0}],
            yields=[{"unit_type": u, "capability": "inf", "amount": 1.0} for u in ("bn", "dear")],
            forces=[*pools(2, "BBB", "FLT"), *pools(2, "AAA", unit="dear")],
            willingness=willing("AAA", "BBB", "FLT"),
            conditions=[{"nation": "BBB", "requires": "coalition_size", "value": "2"}],
        )
        chosen = model("conditions", objectives=("gap", "cost"))
        for plan in (
            allocator.solve(instance, chosen, gap=0.0),
            allocator.solve(allocator.build(instance, chosen), gap=0.0),
        ):
            assert (plan.value("gap"), plan.value("cost")) == (0.0, 3 * 6.0 + 12.0)
        assert values(instance, model(objectives=("gap", "cost")))["cost"] == 4 * 6.0

    def test_a_collective_s_own_pledge_waits_for_nations(self) -> None:
        instance = toy(
            nations=[*self.NATIONS, {"nation": "FLT", "collective": True}],
            requirements=[{"task": "hold", "capability": "inf", "quantity": 9.0}],
            forces=pools(2, "AAA", "BBB", "FLT"),
            willingness=willing("AAA", "BBB", "FLT"),
            conditions=[{"nation": "FLT", "requires": "coalition_size", "value": "2"}],
        )
        assert units(instance, model("conditions")) == 2 + 2 + 2
        three = instance.override("conditions.value=3")
        assert units(three, model("conditions")) == 2 + 2

    def test_a_size_of_three_counts_who_deploys_not_who_could(self) -> None:
        # C is dear and useless to the gap, yet A and B are worth more with it than without
        instance = toy(
            nations=list(self.NATIONS),
            unit_types=[{"unit_type": "bn"}, {"unit_type": "band"}],
            capabilities=[
                {"capability": "inf", "name": "Infantry", "unit": "battalion"},
                {"capability": "music", "name": "Music", "unit": "band"},
            ],
            yields=[
                {"unit_type": "bn", "capability": "inf", "amount": 1.0},
                {"unit_type": "band", "capability": "music", "amount": 1.0},
            ],
            requirements=[
                {"task": "hold", "capability": "inf", "quantity": 4.0},
                {"task": "hold", "capability": "music", "quantity": 0.0},
            ],
            forces=[*pools(2, "AAA", "BBB"), *pools(1, "CCC", unit="band")],
            willingness=willing("AAA", "BBB", "CCC"),
            conditions=[{"nation": "AAA", "requires": "coalition_size", "value": "3"}],
        )
        plan = allocator.solve(instance, model("conditions"), gap=0.0)
        assert plan.value("gap") == 0
        assert ("CCC", "band", "hold", 1) in sent(plan)


class TestCaveats:
    @pytest.mark.parametrize("columns", [{"task": "hold"}, {"unit_type": "bn"}, {"objective": "land"}])
    def test_what_is_forbidden_does_not_go(self, columns: dict[str, str]) -> None:
        instance = toy(caveats=[{"nation": "AAA", **columns}])
        assert units(instance, model("caveats")) == 0
        assert units(instance, NONE) == 4

    def test_all_filled_columns_must_fit(self) -> None:
        instance = toy(
            tasks=[{"task": "hold"}, {"task": "guard"}],
            caveats=[{"nation": "AAA", "task": "guard", "unit_type": "bn"}],
        )
        assert units(instance, model("caveats")) == 4


class TestFrameworkNation:
    def instance(
        self, share: float, lead: tuple[str, ...] = ("AAA",), periods: int = 1, **tables: list[Row]
    ) -> allocator.Instance:
        nations = [{"nation": n, "can_lead": n in lead} for n in ("AAA", "BBB", "CCC")]
        content: dict[str, Any] = {
            "tasks": [{"task": "hold", "framework_share": share}],
            "requirements": [{"task": "hold", "capability": "inf", "quantity": 6.0}],
            "forces": pools(2, "AAA", "BBB", "CCC"),
            "willingness": willing("AAA", "BBB", "CCC"),
            **tables,
        }
        return toy(periods=periods, nations=nations, **content)

    def test_the_leader_gives_its_share(self) -> None:
        assert units(self.instance(0.5), model("framework_nation")) == 4
        assert units(self.instance(0.4), model("framework_nation")) == 5
        assert units(self.instance(0.5), NONE) == 6

    def test_shares_of_two_who_could_lead_do_not_add_up(self) -> None:
        assert units(self.instance(0.6, lead=("AAA", "BBB")), model("framework_nation")) == 3

    def test_without_a_leader_nobody_goes(self) -> None:
        plan = allocator.solve(self.instance(0.1, lead=()), model("framework_nation"))
        assert sent(plan) == {}
        assert "Nothing can be deployed" in plan.reason

    def test_the_same_nation_leads_in_every_period(self) -> None:
        forces = [
            *pools(2, "AAA"),
            *pools(2, "BBB", first_period=2),
            *pools(2, "CCC"),
        ]
        instance = self.instance(
            0.6, lead=("BBB", "CCC"), periods=2, forces=forces, caveats=[{"nation": "CCC", "task": "hold"}]
        )
        # B can lead only from period 2; C not at all: nobody may be there in period 1
        plan = allocator.solve(instance, model("framework_nation", "caveats"), gap=0.0)
        assert {t for _, _, _, t in sent(plan)} == {2}

    def test_the_same_nation_leads_wherever_anyone_is_there_and_may_be_away_elsewhere(self) -> None:
        # A is not willing in the second of three years: nobody goes then, and A leads in the others
        instance = self.instance(
            0.5,
            periods=3,
            willingness=[
                *willing("AAA", last_period=1), *willing("AAA", first_period=3), *willing("BBB", "CCC"),
            ],
        )  # fmt: skip
        plan = allocator.solve(instance, model("framework_nation"), gap=0.0)
        assert sum(sent(plan).values()) == 4 + 4
        assert {t for _, _, _, t in sent(plan)} == {1, 3}
        assert plan.rows("leaders") == [{"task": "hold", "nation": "AAA"}]

    def test_two_who_could_lead_by_turns_do_not_add_up(self) -> None:
        # A can lead four in the first year and B four in the second, but one of them leads in both
        instance = self.instance(
            0.5,
            lead=("AAA", "BBB"),
            periods=2,
            forces=[*pools(2, "AAA", last_period=1), *pools(2, "BBB", first_period=2), *pools(2, "CCC")],
        )
        assert units(instance, model("framework_nation")) == 4
        assert units(instance, NONE) == 4 + 4

    def test_the_named_nation_leads_and_no_other(self) -> None:
        # A's four lead all six that are asked; B's one leads two
        named: dict[str, Any] = {"forces": [*pools(4, "AAA"), *pools(1, "BBB"), *pools(2, "CCC")]}

        def task(**columns: Any) -> allocator.Instance:
            tasks = [{"task": "hold", "framework_share": 0.5, **columns}]
            return self.instance(0.5, lead=("AAA", "BBB"), **named, tasks=tasks)

        assert units(task(), model("framework_nation")) == 6
        assert units(task(framework_nation="AAA"), model("framework_nation")) == 6
        plan = allocator.solve(task(framework_nation="BBB"), model("framework_nation"), gap=0.0)
        assert sum(sent(plan).values()) == 2
        assert plan.rows("leaders") == [{"task": "hold", "nation": "BBB"}]
        assert units(task(framework_nation="BBB"), NONE) == 6
        without = task(framework_nation="BBB", framework_share=0.0, framework_share_high=0.5)
        assert units(without, model("framework_nation")) == 6

    def test_columns_are_nation_by_nation_as_deployments_are(self) -> None:
        """In another order HiGHS took thirty times as long for deterrence-force with all who could lead."""
        instance = self.instance(
            0.5,
            lead=("AAA", "BBB"),
            periods=2,
            tasks=[{"task": task, "framework_share": 0.5} for task in ("hold", "relieve")],
            requirements=[{"task": task, "capability": "inf", "quantity": 6.0} for task in ("hold", "relieve")],
        )
        m = allocator.build(instance, model("framework_nation"))
        wanted = [(n, j, t) for n in ("AAA", "BBB") for j in ("hold", "relieve") for t in (1, 2)]
        assert [(n, j, t) for n, _, j, t in m.deploy if n != "CCC"] == wanted
        assert list(m.led) == list(m.framework_nation_leads) == wanted
        assert list(m.leads) == list(dict.fromkeys((n, j) for n, j, _ in wanted))
