"""What is promised and what must be met first: each family alone on a toy worked out by hand.

It binds, it is satisfied, and left out it does not bind.
"""

from __future__ import annotations

from typing import Any

import pytest

import allocator
from tests.toys import Row, model, pools, sent, toy, units, willing

NONE = model()
TWO_TASKS: list[Row] = [{"task": "hold"}, {"task": "guard"}]


def line(task: str, quantity: float, capability: str = "inf", **columns: Any) -> Row:
    """A row of ``requirements``."""
    return {"task": task, "capability": capability, "quantity": quantity, **columns}


class TestCommitments:
    CHEAPEST = model("commitments", objectives=("cost",))

    def promised(self, *rows: Row, periods: int = 1, **tables: Any) -> allocator.Instance:
        commitments = [{"nation": "AAA", "unit_type": "bn", **row} for row in rows]
        return toy(periods=periods, indefinite=False, commitments=commitments, **tables)

    def test_a_promise_is_kept_although_nothing_would_be_cheaper(self) -> None:
        instance = self.promised({"task": "hold", "at_least": 2})
        assert units(instance, self.CHEAPEST) == 2
        assert units(instance, model(objectives=("cost",))) == 0
        assert units(instance, model("commitments")) == 4  # all that is asked for, which is more than promised

    def test_at_a_task_it_is_kept_there_and_at_all_together_anywhere(self) -> None:
        both = [line("hold", 4.0), line("guard", 4.0)]
        here = self.promised({"task": "guard", "at_least": 3}, tasks=TWO_TASKS, requirements=both)
        assert sent(allocator.solve(here, self.CHEAPEST)) == {("AAA", "bn", "guard", 1): 3}
        anywhere = self.promised({"at_least": 3}, tasks=TWO_TASKS, requirements=both)
        assert units(anywhere, self.CHEAPEST) == 3

    def test_no_more_than_a_nation_will_give_at_a_task(self) -> None:
        # five in the pool, four asked at each task: one at hold, so four at guard
        instance = self.promised(
            {"task": "hold", "at_most": 1},
            tasks=TWO_TASKS,
            requirements=[line("hold", 4.0, priority=2.0), line("guard", 4.0)],
        )
        assert sent(allocator.solve(instance, model("commitments"), gap=0.0)) == {
            ("AAA", "bn", "hold", 1): 1,
            ("AAA", "bn", "guard", 1): 4,
        }
        assert sent(allocator.solve(instance, NONE, gap=0.0))["AAA", "bn", "hold", 1] == 4

    def test_no_more_than_a_nation_will_give_at_all_tasks_together(self) -> None:
        instance = self.promised({"at_most": 3}, tasks=TWO_TASKS, requirements=[line("hold", 2.0), line("guard", 2.0)])
        assert units(instance, model("commitments")) == 3
        assert units(instance, NONE) == 4

    def test_rows_hold_in_their_periods_and_all_at_once(self) -> None:
        # 3 in each period, and in the second only 2
        rows: list[Row] = [{"at_most": 3}, {"first_period": 2, "last_period": 2, "at_least": 1, "at_most": 2}]
        instance = self.promised(*rows, periods=3)
        assert units(instance, model("commitments")) == 3 + 2 + 3
        assert sent(allocator.solve(instance, self.CHEAPEST)) == {("AAA", "bn", "hold", 2): 1}

    def test_a_promise_of_the_whole_pool_and_of_one_more(self) -> None:
        assert units(self.promised({"at_least": 5}), self.CHEAPEST) == 5
        plan = allocator.solve(self.promised({"at_least": 6}), self.CHEAPEST)
        assert plan.status == "infeasible"

    @pytest.mark.parametrize(
        "tables",
        [
            {"willingness": willing("AAA", at=0.1)},
            {"tasks": [{"task": "hold", "first_period": 2}]},
            {"forces": pools(5, "AAA", first_period=2)},
        ],
    )
    def test_a_promise_that_the_rules_forbid_leaves_no_plan(self, tables: dict[str, Any]) -> None:
        instance = self.promised({"task": "hold", "first_period": 1, "at_least": 1}, periods=2, **tables)
        assert allocator.solve(instance, model("commitments")).status == "infeasible"
        assert allocator.solve(instance, NONE).status == "optimal"


class TestPrerequisites:
    def guarded(
        self, batteries: int, quantity: float = 2.0, periods: int = 1, row: Row | None = None, **needs: Any
    ) -> allocator.Instance:
        """Battalions go to hold, which waits for the batteries at guard."""
        return toy(
            periods=periods,
            indefinite=False,
            unit_types=[{"unit_type": "bn"}, {"unit_type": "ad"}],
            capabilities=[
                {"capability": "inf", "name": "Infantry", "unit": "battalion"},
                {"capability": "air", "name": "Air defence", "unit": "battery"},
            ],
            yields=[
                {"unit_type": "bn", "capability": "inf", "amount": 1.0},
                {"unit_type": "ad", "capability": "air", "amount": 1.0},
            ],
            tasks=TWO_TASKS,
            requirements=[line("hold", 4.0), line("guard", quantity, "air", **(row or {}))],
            forces=[*pools(5, "AAA"), *pools(batteries, "AAA", unit="ad")],
            prerequisites=[{"task": "hold", "needs_task": "guard", "capability": "air", **needs}],
        )

    def test_nobody_is_there_until_it_is_met(self) -> None:
        assert units(self.guarded(1), model("prerequisites")) == 1  # one battery of two: no battalion
        assert units(self.guarded(2), model("prerequisites")) == 2 + 4
        assert units(self.guarded(1), NONE) == 1 + 4

    def test_a_share_of_the_line_is_enough(self) -> None:
        assert units(self.guarded(1, share=0.5), model("prerequisites")) == 1 + 4
        # 0.6 of two is 1.2, and batteries come whole
        assert units(self.guarded(1, share=0.6), model("prerequisites")) == 1
        assert units(self.guarded(2, share=0.6), model("prerequisites")) == 2 + 4

    def test_no_more_of_it_is_met_than_must_be(self) -> None:
        # a battalion must be there, and so must two batteries of three
        chosen = model("prerequisites", "commitments", objectives=("cost",))
        instance = self.guarded(3).override("commitments[nation=AAA,unit_type=bn,task=hold].at_least=1")
        assert sent(allocator.solve(instance, chosen, gap=0.0)) == {
            ("AAA", "bn", "hold", 1): 1,
            ("AAA", "ad", "guard", 1): 2,
        }

    def test_a_period_in_which_the_line_does_not_stand_asks_nothing(self) -> None:
        instance = self.guarded(1, periods=2, row={"first_period": 2})
        assert sent(allocator.solve(instance, model("prerequisites"), gap=0.0)) == {
            ("AAA", "bn", "hold", 1): 4,
            ("AAA", "ad", "guard", 2): 1,
        }

    def test_a_line_of_nothing_asks_nothing(self) -> None:
        assert units(self.guarded(1, quantity=0.0), model("prerequisites")) == 4

    def test_two_tasks_that_wait_for_each_other_are_met_together(self) -> None:
        circle = "prerequisites[task=guard,needs_task=hold,capability=inf].share=1"
        assert units(self.guarded(1).override(circle), model("prerequisites")) == 0
        assert units(self.guarded(2).override(circle), model("prerequisites")) == 2 + 4

    def test_every_prerequisite_of_a_task_must_be_met(self) -> None:
        # the second needs 3 of 4 at watch, and only two of five are left for it if hold gets what it may
        instance = toy(
            tasks=[{"task": "hold"}, {"task": "guard"}, {"task": "watch"}],
            requirements=[line("hold", 2.0, priority=9.0), line("guard", 1.0), line("watch", 4.0)],
            prerequisites=[
                {"task": "hold", "needs_task": "guard", "capability": "inf"},
                {"task": "hold", "needs_task": "watch", "capability": "inf", "share": 0.75},
            ],
        )
        assert sent(allocator.solve(instance, model("prerequisites"), gap=0.0)) == {
            ("AAA", "bn", "hold", 1): 1,
            ("AAA", "bn", "guard", 1): 1,
            ("AAA", "bn", "watch", 1): 3,
        }

    @pytest.mark.parametrize(("scope", "at_hold"), [("theatre", 4), ("task", 1)])
    def test_supply_of_the_theatre_counts_wherever_it_is(self, scope: str, at_hold: int) -> None:
        # a battalion gives half an orbit: four of five are needed, at hold as well if anywhere will do
        instance = toy(
            capabilities=[
                {"capability": "inf", "name": "Infantry", "unit": "battalion"},
                {"capability": "view", "name": "Air picture", "unit": "orbit", "scope": scope},
            ],
            yields=[
                {"unit_type": "bn", "capability": "inf", "amount": 1.0},
                {"unit_type": "bn", "capability": "view", "amount": 0.5},
            ],
            tasks=[{"task": "hold"}, {"task": "watch"}],
            requirements=[line("hold", 4.0, priority=9.0), line("watch", 2.0, "view")],
            prerequisites=[{"task": "hold", "needs_task": "watch", "capability": "view"}],
        )
        plan = allocator.solve(instance, model("prerequisites"), gap=0.0)
        assert sent(plan)["AAA", "bn", "hold", 1] == at_hold
