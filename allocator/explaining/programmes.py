"""Programmes that stay in HiGHS for many solves: another aim, nations that are away, and one more row each time.

A solve changes the bounds of columns, the objective, and rows that are added at the end; it begins as a programme that
was loaded anew does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from allocator.explaining.aimed import built
from allocator.explaining.aims import Aim, Extend, More
from allocator.families.rows import Term
from allocator.instance import Instance
from allocator.model import Model
from allocator.problem import Problem
from allocator.solving.answer import Loaded
from allocator.solving.columns import Points
from allocator.solving.highs import Resident
from allocator.solving.standard_form import Floats, Matrix, compile_model

COLUMNS = 20_000
"""Columns of all programmes together that are kept."""


@dataclass(frozen=True)
class Programme:
    """An instance under a model, with what was added to it, in HiGHS."""

    problem: Problem
    extend: Extend | None
    m: Any
    matrix: Matrix
    resident: Resident

    def fits(self, instance: Instance, model: Model, extend: Extend | None) -> bool:
        """Whether it is the programme of an instance under a model."""
        return self.problem.instance is instance and self.extend is extend and self.problem.model == model

    def changed(self, order: Sequence[Aim | str], absent: Collection[str], more: More | None) -> Loaded:
        """The programme with other aims, without the deployments of some nations, and with more rows."""
        costs = dict(self.matrix.costs)
        costs |= {aim.name: self._cost(aim.terms(self.m, self.problem)) for aim in order if isinstance(aim, Aim)}
        rows = {} if more is None else dict(enumerate(more(self.m)))
        costs |= {f"added {number}": self._cost(terms) for number, (terms, _) in rows.items()}
        upper = self.matrix.upper.copy()
        columns = [self.matrix.column_of[id(x)] for key, x in self.m.deploy.items() if absent and key[0] in absent]
        upper[columns] = 0.0
        matrix = replace(
            self.matrix, costs=costs, upper=upper, row_lower=self.matrix.row_lower.copy(),
            row_upper=self.matrix.row_upper.copy(),
        )  # fmt: skip
        matrix.__dict__.update({name: self.matrix.__dict__[name] for name in SAME if name in self.matrix.__dict__})
        self.resident.change_to(matrix)
        for number, (_, most) in rows.items():
            self.resident.hold(f"added {number}", most)
        return Loaded(self.m, matrix, Points(self.m, matrix), self.resident)

    def _cost(self, terms: Sequence[Term]) -> Floats:
        cost = np.zeros(len(self.matrix.columns))
        for factor, column in terms:
            cost[self.matrix.column_of[id(column)]] += factor
        return cost


SAME = ("row_index", "scales", "column_keys", "row_keys", "column_of", "row_at")
"""What a changed matrix shares with the one that it was made from."""


class Programmes:
    """The programmes that are kept, those used last at the end.

    Parameters
    ----------
    options : mapping
        Options of HiGHS.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options
        self.kept: list[Programme] = []

    def find(self, instance: Instance, model: Model, extend: Extend | None) -> Programme | None:
        """The kept programme of an instance under a model."""
        return next((each for each in self.kept if each.fits(instance, model, extend)), None)

    def load(
        self, problem: Problem, extend: Extend | None, order: Sequence[Aim | str], absent: Collection[str],
        more: More | None,
    ) -> Loaded:  # fmt: skip
        """A programme with aims, changed as :meth:`Programme.changed` says; built if it is not kept."""
        found = self.find(problem.instance, problem.model, extend)
        if found is None:
            m = built(problem, problem.model.objectives, extend)
            matrix = compile_model(m)
            found = Programme(problem, extend, m, matrix, Resident(matrix, self.options))
        else:
            self.kept.remove(found)  # until it is whole again
        loaded = found.changed(order, absent, more)
        self.kept.append(found)
        while len(self.kept) > 1 and sum(len(each.matrix.columns) for each in self.kept) > COLUMNS:
            self.kept.pop(0)
        return loaded

    def drop(self, resident: Resident) -> None:
        """Forget a programme whose run may have been left unfinished."""
        self.kept = [each for each in self.kept if each.resident is not resident]
