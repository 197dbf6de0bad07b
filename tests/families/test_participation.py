"""Who takes part, where and on what terms: each family alone on a toy worked out by hand.

It binds, it is satisfied, and left out it does not bind.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

import allocator
from tests.toys import Row, model, pools, sent, toy, units, willing

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
