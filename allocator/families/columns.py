"""Columns of a large model by number: Pyomo's objects for them are made when something asks for one.

A model may have a hundred thousand deployments. Families refer to them by their number among the model's columns and
choose them with arrays of :class:`Cells`. ``m.deploy[n, u, j, t]`` is an ordinary variable of Pyomo; the first use of
one makes all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import Any

import numpy as np
import pyomo.core as pyo
from numpy.typing import NDArray
from pyomo.core.base.var import IndexedVar, VarData

Numbers = NDArray[np.int64]
PoolAt = tuple[str, str, str]
"""Nation, unit type and task."""


class Lazy:
    """Entries of an indexed component of Pyomo that are made, all at once, when something asks for one."""

    _made: dict[Any, Any] | None = None
    _begun = True  # False while Pyomo's constructor runs

    def _make(self) -> None:
        raise NotImplementedError

    @property
    def made(self) -> dict[Any, Any] | None:
        """The entries by index; None if nothing has asked for one."""
        return self._made

    @property
    def _data(self) -> dict[Any, Any]:
        if self._made is None:
            self._made = {}
            self._make()
        return self._made

    @_data.setter
    def _data(self, data: dict[Any, Any]) -> None:
        self._made = data if self._begun else None

    def is_reference(self) -> bool:
        """No: the entries are this component's own."""
        return False


class Columns(Lazy, IndexedVar):  # type: ignore[misc]
    """Indexed variables with numbers from ``first`` on, in the order of ``place``.

    Parameters
    ----------
    place : mapping
        Index -> its position among them.
    first : int
        Number of the first.
    domain : Set
        Of Pyomo.
    least : float, optional
        Lower bound of each, if it is not that of the domain.
    most : sequence of int or float, optional
        Upper bounds.
    doc : str
        What they are.
    """

    def __init__(
        self, place: dict[Any, int], first: int, *, domain: Any, least: float | None = None,
        most: Sequence[float] | None = None, doc: str,
    ) -> None:  # fmt: skip
        self.place, self.first, self.least, self.most, self.kind = place, first, least, most, domain
        self._begun = False
        super().__init__(pyo.SetOf(place), dense=False, domain=domain, doc=doc)
        self._begun = True

    def _make(self) -> None:
        data = self._made
        assert data is not None
        upper = repeat(None) if self.most is None else self.most
        model: VarData | None = None
        for index, most in zip(self.place, upper):  # noqa: B905 (bounds without an end)
            model = self._getitem_when_not_present(index) if model is None else model
            variable = data[index] = VarData.copy(model)
            variable._index, variable._lb, variable._ub = index, self.least, most

    def __getstate__(self) -> Any:
        _ = self._data  # expressions that are copied with it refer to its variables
        return super().__getstate__()

    def indices(self) -> Sequence[Any]:
        """Indices of all, in their order."""
        return list(self.place)

    def __len__(self) -> int:
        return len(self.place if self._made is None else self._made)

    def __contains__(self, index: Any) -> bool:
        return index in (self.place if self._made is None else self._made)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.place) if self._made is None else super().__iter__()


class Cells(Mapping[PoolAt, Mapping[int, Any]]):
    """Deployments of a model: by number, and as variables of Pyomo.

    ``cells[n, u, j][t]`` is the variable of a deployment.

    Parameters
    ----------
    cap : mapping
        (nation, unit type, task) -> period -> most units, for all deployments.
    indices : iterable, optional
        Index of each deployment as a variable; (nation, unit type, task, period) by default.
    doc : str
        What the variables are.

    Attributes
    ----------
    deploy : Columns
        The variables; add them to the model.
    nations, units, tasks : list of str
        Names in the order in which they first appear.
    nation, unit, task, period : int arrays, one entry per deployment
        Positions in these lists, and the period.
    most : list of int
        Most units of each deployment.
    """

    def __init__(self, cap: Mapping[PoolAt, Mapping[int, int]], doc: str, indices: Any = None) -> None:
        self.pools_at = list(cap)
        self.count = np.fromiter(map(len, cap.values()), np.int64, len(cap))
        self.begin = np.concatenate([[0], np.cumsum(self.count)])
        self.most: list[int] = list(chain.from_iterable(here.values() for here in cap.values()))
        size = len(self.most)
        self.period = np.fromiter(chain.from_iterable(cap.values()), np.int64, size)
        self.nations, self.nation = self._coded(0)
        self.units, self.unit = self._coded(1)
        self.tasks, self.task = self._coded(2)
        if indices is None:
            indices = ((*pool_at, t) for pool_at, periods in cap.items() for t in periods)
        place = dict(zip(indices, range(size), strict=True))
        self.deploy = Columns(place, 0, domain=pyo.NonNegativeIntegers, most=self.most, doc=doc)
        self.parts = [self.deploy]
        self._flat: list[Any] = []  # variables by number
        self._variables: dict[PoolAt, dict[int, Any]] | None = None

    def _coded(self, axis: int) -> tuple[list[str], Numbers]:
        code = {name: at for at, name in enumerate(dict.fromkeys(key[axis] for key in self.pools_at))}
        each = np.fromiter((code[key[axis]] for key in self.pools_at), np.int64, len(self.pools_at))
        return list(code), np.repeat(each, self.count)

    # ---- columns by number ---------------------------------------------------------------------------------

    def more(self, indices: Iterable[Any], **given: Any) -> Columns:
        """Further columns with numbers after all others; add them to the model."""
        place = {index: at for at, index in enumerate(indices)}
        last = self.parts[-1]
        columns = Columns(place, last.first + len(last.place), **given)
        self.parts.append(columns)
        return columns

    def variables(self, numbers: Numbers) -> list[Any]:
        """Variables of Pyomo with some numbers."""
        if len(numbers) and len(self._flat) <= int(numbers.max()):
            self._flat = [part._data[index] for part in self.parts for index in part.place]
        return [self._flat[at] for at in numbers.tolist()]

    def groups(self, *codes: Numbers, among: Numbers | None = None) -> list[Numbers]:
        """Deployments with the same codes, each group in ascending order; groups in the order of their first."""
        numbers = np.arange(len(self.period)) if among is None else among
        if not len(numbers):
            return []
        code = np.zeros(1, dtype=np.int64)
        for each in codes:
            code = code * (int(each.max()) + 1) + (each if among is None else each[among])
        if (code == code[0]).all():
            return [numbers]
        order = code.argsort(kind="stable")
        numbers, code = numbers[order], code[order]
        begin = np.concatenate([[0], (code[1:] != code[:-1]).nonzero()[0] + 1, [len(code)]])
        first = numbers[begin[:-1]].argsort()
        ends = begin.tolist()
        return [numbers[ends[at] : ends[at + 1]] for at in first.tolist()]

    # ---- variables of Pyomo --------------------------------------------------------------------------------

    def _cells(self) -> dict[PoolAt, dict[int, Any]]:
        if self._variables is None:
            variables, periods = iter(self.deploy._data.values()), iter(self.period.tolist())
            self._variables = {
                pool_at: {next(periods): next(variables) for _ in range(count)}
                for pool_at, count in zip(self.pools_at, self.count.tolist(), strict=True)
            }
        return self._variables

    def __getitem__(self, pool_at: PoolAt) -> Mapping[int, Any]:
        return self._cells()[pool_at]

    def __iter__(self) -> Iterator[PoolAt]:
        return iter(self.pools_at)

    def __len__(self) -> int:
        return len(self.pools_at)
