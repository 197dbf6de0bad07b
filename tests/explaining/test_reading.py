"""A changed instance that is read from what it shares with others gives the programme of one that is read alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from allocator.audit.facts import READ, facts_of
from allocator.exact import exact
from allocator.explaining.asks import asks
from allocator.explaining.conflicts import Search
from allocator.explaining.core import Core
from allocator.explaining.statements import lift, statements
from allocator.explaining.worth import MOVED, Step, moved
from allocator.formulation import formulate
from allocator.instance import Instance
from allocator.model import Model
from allocator.problem import FOLLOWS, Problem
from allocator.solving.standard_form import Matrix, compile_model
from tests.explaining.helpers import bundled, explained
from tests.explaining.test_programmes import built as built
from tests.explaining.test_programmes import loose
from tests.oracle.random_more import full_instance, full_model

Changed = tuple[Instance, Model]


def changes(core: Core) -> Iterator[Changed]:
    """One statement after the other lifted, and one more of what there can be more of."""
    for statement in statements(core.instance, core.model, pools=True):
        yield lift(core.instance, core.model, [statement])
        if statement.kind in MOVED:
            more = statement.value + 1 if isinstance(statement.value, int) else float(exact(statement.value) * 2)
            yield moved(core.instance, core.model, [Step(statement, more)])


def alone(instance: Instance) -> Instance:
    """The same instance without anything that it shares with another."""
    return Instance(instance.settings, {name: [dict(row) for row in rows] for name, rows in instance.tables.items()})


def programme(problem: Problem) -> Matrix:
    """A problem as arrays."""
    m = formulate(problem, lean=True)
    matrix = compile_model(m)
    _ = matrix.column_keys, matrix.row_keys  # while the Pyomo model exists
    return matrix


def equal(one: Matrix, other: Matrix) -> bool:
    """Whether two programmes have the same columns, rows, bounds, coefficients and costs, in the same order."""
    keys = (one.column_keys, one.row_keys) == (other.column_keys, other.row_keys)
    arrays = ("lower", "upper", "integral", "row_lower", "row_upper", "start", "index", "value")
    same = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays)
    return keys and same and all(np.array_equal(cost, other.costs[name]) for name, cost in one.costs.items())


@pytest.mark.parametrize("seed", range(2))
def test_every_single_change(seed: int) -> None:
    with explained(*loose(seed)) as core:
        programme(core.problem)  # the first one has worked everything out
        found = list(changes(core))
        for instance, model in found:
            shared = core.bench.read(instance, model)
            assert equal(programme(shared), programme(Problem(alone(instance), model)))
        assert len(found) > 5


def bumped(instance: Instance, table: str) -> Iterator[Instance]:
    """The instance with one number of a table changed, once for each column."""
    rows = instance.tables[table]
    for column, value in rows[0].items() if rows else ():
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield instance.with_tables({table: [{**rows[0], column: value + 1}, *rows[1:]]})


def test_what_follows_from_which_tables() -> None:
    """Whatever number changes, nothing is taken over that depends on it."""
    tried = 0
    for seed in range(3):
        choices: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in full_model(seed).items()}
        model, base = Model(**choices), Instance.from_dict(full_instance(seed))
        first = Problem(base, model)
        _ = [getattr(first, name) for name in FOLLOWS]  # worked out
        for instance in (changed for table in base.tables for changed in bumped(base, table)):
            try:
                expected = {name: getattr(Problem(alone(instance), model), name) for name in FOLLOWS}
            except (KeyError, ValueError, ZeroDivisionError):  # no longer a sound instance
                continue
            shared = Problem(instance, model)
            shared.share(first)
            assert {name: getattr(shared, name) for name in FOLLOWS} == expected, seed
            tried += 1
        other = Problem(base, Model(**(choices | {"willingness_floor": 0.9})))
        other.share(first)
        assert not FOLLOWS.keys() & vars(other).keys()
    assert tried > 40


def test_what_is_shared_is_not_worked_out_again() -> None:
    with bundled("toy-caveats") as core:
        first = core.problem
        _ = first.cap, first.weighed
        caveat = next(s for s in statements(core.instance, core.model) if s.kind == "caveats")
        after = core.bench.read(*core.lifted([caveat]))
        assert after.weighed is first.weighed
        assert after.pool_cap is first.pool_cap
        assert after.cap != first.cap


def test_an_override_shares_what_it_does_not_change() -> None:
    with bundled("toy-caveats") as core:
        first, other = core.instance, core.instance.override("nations[nation=AAA].troop_ceiling=1")
        assert [name for name, rows in first.tables.items() if rows is not other.tables[name]] == ["nations"]
        _ = core.problem.weighed
        assert core.bench.read(other, core.model).weighed is core.problem.weighed
        longer = first.override("horizon.periods=2")
        assert longer.rows("willingness")[0]["last_period"] == 2


def test_the_facts_of_a_few_instances_are_kept() -> None:
    with bundled("toy-caveats") as core:
        several = [core.instance.with_tables({}) for _ in range(READ + 1)]
        facts = [facts_of(instance) for instance in several]
        assert [facts_of(instance) for instance in several[1:]] == facts[1:]
        assert facts_of(several[0]) is not facts[0]


def test_sets_of_nations_are_searched_on_one_programme(built: list[Any]) -> None:
    """The plan in hand, what all can reach, and who is asked: three programmes for all sets."""
    with bundled("toy-caveats") as core:
        assert len(asks(core).lists["sets"]) == 2
        assert len(built) == 3


def test_what_takes_little_part_in_a_proof_is_left_out_first(monkeypatch: Any) -> None:
    asked: list[list[list[str]]] = []
    needed = Search._needed

    def noted(self: Search, background: list[str], parts: list[list[str]], brief: bool = False) -> Any:
        asked.append(parts)
        return needed(self, background, parts, brief)

    with bundled("toy-infeasible") as core:
        search = Search(core)
        monkeypatch.setattr(Search, "_needed", noted)
        monkeypatch.setattr(search.oracle, "weight", lambda few: {i: float(len(i)) for i in few})
        conflict = search.first()
    assert conflict is not None
    members = [part[0] for part in asked[-1]]
    assert members == sorted(members, key=lambda i: -len(i))
