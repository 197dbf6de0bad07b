"""What tasks ask for: a plan that holds and one that breaks the rule by a unit, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from allocator import Instance
from allocator.purchases import Cell
from tests.audit.by_hand import NO_FAMILY, at, broken, finite, one
from tests.toys import model, pools, willing


class TestRequirements:
    def test_what_must_be_met_in_each_period(self) -> None:
        line = {"task": "hold", "capability": "inf", "quantity": 4.0, "max_gap": 0.25, "last_period": 2}
        assert broken(finite(requirements=[line]), NO_FAMILY, at("AAA", {1: 3, 2: 3})) == []
        text = "hold gets 2 inf in period 2, but needs at least 3"
        found = broken(finite(requirements=[line]), NO_FAMILY, at("AAA", {1: 3, 2: 2}))
        one(found, "requirement_supply", ("hold", "inf", 2), text, 1)

    @pytest.mark.parametrize(
        ("scope", "place", "text"),
        [
            ("task", "hold", "hold is short of 1 fuel in period 1 for what is deployed there"),
            ("theatre", "*", "the theatre is short of 1 fuel in period 1 for what is deployed"),
        ],
    )
    def test_what_is_deployed_is_supplied(self, scope: str, place: str, text: str) -> None:
        instance = finite(
            unit_types=[{"unit_type": "bn"}, {"unit_type": "log"}],
            capabilities=[
                {"capability": "inf", "name": "Infantry", "unit": "battalion"},
                {"capability": "fuel", "name": "Fuel", "unit": "day", "scope": scope},
            ],
            yields=[
                {"unit_type": "bn", "capability": "inf", "amount": 1.0},
                {"unit_type": "bn", "capability": "fuel", "amount": -0.5},
                {"unit_type": "log", "capability": "fuel", "amount": 1.0},
            ],
            forces=[*pools(5, "AAA"), *pools(1, "AAA", unit="log")],
        )
        fuel = at("AAA", {1: 1}, unit="log")
        assert broken(instance, NO_FAMILY, at("AAA", {1: 2}) | fuel) == []
        one(broken(instance, NO_FAMILY, at("AAA", {1: 4}) | fuel), "requirement_supply", (place, "fuel", 1), text, 1)


class TestPrerequisites:
    chosen = model("prerequisites")

    def waiting(self, scope: str = "task", **line: Any) -> Instance:
        return finite(
            capabilities=[{"capability": "inf", "name": "Infantry", "unit": "battalion", "scope": scope}],
            tasks=[{"task": "hold"}, {"task": "guard"}],
            requirements=[
                {"task": "hold", "capability": "inf", "quantity": 4.0, **({"last_period": 2} | line)},
                *([{"task": "guard", "capability": "inf", "quantity": 1.0}] if scope == "task" else []),
            ],
            prerequisites=[{"task": "guard", "needs_task": "hold", "capability": "inf", "share": 0.75}],
        )

    def test_the_line_is_met_in_each_period_in_which_it_stands(self) -> None:
        guard = at("AAA", {2: 1, 3: 1}, "guard")
        assert broken(self.waiting(), self.chosen, at("AAA", {1: 1, 2: 3}) | guard) == []
        text = "there are units at guard in period 2, but hold gets 2 inf then and must get at least 3 first"
        found = broken(self.waiting(), self.chosen, at("AAA", {1: 3, 2: 2}) | guard)
        one(found, "prerequisites_met", ("guard", "hold", "inf", 2), text, 1)

    def test_nobody_there_asks_nothing_and_neither_does_a_model_without_the_family(self) -> None:
        assert broken(self.waiting(), self.chosen, at("AAA", {1: 1})) == []
        assert broken(self.waiting(), NO_FAMILY, at("AAA", {2: 1}, "guard")) == []

    def test_supply_of_the_theatre_counts_wherever_it_is(self) -> None:
        instance = finite(
            unit_types=[{"unit_type": "bn"}, {"unit_type": "radar"}],
            capabilities=[
                {"capability": "inf", "name": "Infantry", "unit": "battalion"},
                {"capability": "view", "name": "Air picture", "unit": "orbit", "scope": "theatre"},
            ],
            yields=[
                {"unit_type": "bn", "capability": "inf", "amount": 1.0},
                {"unit_type": "bn", "capability": "view", "amount": 0.5},
                {"unit_type": "radar", "capability": "view", "amount": 1.0},
            ],
            tasks=[{"task": "hold"}, {"task": "watch"}],
            requirements=[
                {"task": "hold", "capability": "inf", "quantity": 4.0},
                {"task": "watch", "capability": "view", "quantity": 2.0},
            ],
            prerequisites=[{"task": "hold", "needs_task": "watch", "capability": "view"}],
        )
        assert broken(instance, self.chosen, at("AAA", {1: 4})) == []
        text = "there are units at hold in period 1, but watch gets 1.5 view then and must get at least 2 first"
        found = broken(instance, self.chosen, at("AAA", {1: 3}))
        one(found, "prerequisites_met", ("hold", "watch", "view", 1), text, "1/2")


class TestConditions:
    chosen = model("conditions")

    def pledged(self, requires: str, value: str) -> Instance:
        return finite(
            nations=[{"nation": n} for n in ("AAA", "BBB", "CCC")] + [{"nation": "FLT", "collective": True}],
            groups=[{"group": "OWN", "nation": "FLT"}],
            forces=pools(5, "AAA", "BBB", "CCC", "FLT"),
            willingness=willing("AAA", "BBB", "CCC", "FLT"),
            conditions=[{"nation": "AAA", "requires": requires, "value": value}],
        )

    def wrong(self, t: int, condition: str) -> tuple[str, tuple[Any, ...], str]:
        return ("conditions_pledge", ("AAA", "land", t),
                f"AAA joins land in period {t}, but its condition ({condition}) is not met then")  # fmt: skip

    @pytest.mark.parametrize(
        ("requires", "value", "others"),
        [
            ("nation", "BBB", at("BBB", {2: 1})),
            ("nation", "FLT", at("FLT", {2: 1})),
            ("any_of", "CCC BBB", at("BBB", {2: 1})),
            ("any_of", "CCC OWN", at("FLT", {2: 1})),
            ("coalition_size", "2", at("CCC", {2: 1})),
        ],
    )
    def test_in_each_period(self, requires: str, value: str, others: dict[Cell, int]) -> None:
        instance = self.pledged(requires, value)
        assert broken(instance, self.chosen, at("AAA", {2: 1}) | others) == []
        found = broken(instance, self.chosen, at("AAA", {1: 1, 2: 1}) | others)
        one(found, *self.wrong(1, f"{requires} {value}"))
        assert broken(instance, NO_FAMILY, at("AAA", {1: 1, 2: 1}) | others) == []

    def test_a_collective_is_not_counted(self) -> None:
        instance = self.pledged("coalition_size", "2")
        one(broken(instance, self.chosen, at("AAA", {1: 1}) | at("FLT", {1: 1})), *self.wrong(1, "coalition_size 2"))


class TestFramework:
    chosen = model("framework_nation")

    def led(self, named: str | None = None) -> Instance:
        task = {"task": "hold", "framework_share": 0.5} | ({"framework_nation": named} if named else {})
        return finite(
            nations=[{"nation": n, "can_lead": n != "CCC"} for n in ("AAA", "BBB", "CCC")],
            forces=pools(5, "AAA", "BBB", "CCC"),
            willingness=willing("AAA", "BBB", "CCC"),
            tasks=[task],
        )

    def test_one_nation_in_every_period_in_which_anyone_is_there(self) -> None:
        held = at("AAA", {1: 2, 3: 2}) | at("BBB", {1: 1, 3: 1}) | at("CCC", {1: 1, 3: 1})
        assert broken(self.led(), self.chosen, held) == []  # nobody is there in period 2
        assert broken(self.led(), self.chosen, {}) == []
        text = "hold: no nation that can lead provides a share of 0.5 of the people there in every period"
        found = broken(self.led(), self.chosen, held | at("CCC", {3: 2}))  # 200 of 500: 50 people too few
        one(found, "framework_nation_share", ("hold",), text, 50)
        apart = at("AAA", {1: 1}) | at("BBB", {2: 1})  # each leads once
        one(broken(self.led(), self.chosen, apart), "framework_nation_share", ("hold",), text, 50)

    def test_a_given_one_is_that_nation(self) -> None:
        held = at("AAA", {1: 2}) | at("BBB", {1: 2})
        assert broken(self.led("BBB"), self.chosen, held) == []
        text = "hold: BBB, its framework nation, does not provide a share of 0.5 of the people there in every period"
        found = broken(self.led("BBB"), self.chosen, held | at("AAA", {1: 3}))
        one(found, "framework_nation_share", ("hold",), text, 50)
        assert broken(self.led(), self.chosen, held | at("AAA", {1: 3})) == []

    def test_who_cannot_lead_does_not(self) -> None:
        text = "hold: no nation that can lead provides a share of 0.5 of the people there in every period"
        one(broken(self.led(), self.chosen, at("CCC", {1: 4})), "framework_nation_share", ("hold",), text, 200)
