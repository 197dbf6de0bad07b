"""Variables or constraints of a Pyomo model in the order of a matrix; those of large components are made when asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyomo.core as pyo

from allocator.families.columns import Columns, Numbers
from allocator.families.rows import Rows

Key = tuple[str, Any]
"""Name of a component of Pyomo, and index."""


class Part(NamedTuple):
    """What one component has in a matrix.

    ``entries`` is None as long as Pyomo's objects are not made; ``at`` are columns or rows of the matrix.
    """

    component: Any
    indices: Sequence[Any]
    entries: list[Any] | None
    at: Numbers

    def objects(self) -> list[Any]:
        """Pyomo's objects."""
        return [self.component[index] for index in self.indices] if self.entries is None else self.entries

    def named(self) -> list[Key]:
        """Component and index of each entry."""
        if self.entries is not None and self.component.is_reference():
            return [(entry.parent_component().local_name, entry.index()) for entry in self.entries]
        name = self.component.local_name
        return [(name, index) for index in self.indices]


class Entries(Sequence[Any]):
    """Pyomo's object of each column or row; None where a layout has one that the model lacks."""

    def __init__(self, parts: Iterable[Part], length: int) -> None:
        self.parts = {id(part.component): part for part in parts}
        self._length = length
        self._made: list[Any] | None = None
        self._of: dict[int, dict[Any, int]] = {}

    @property
    def held(self) -> int:
        """Entries of the model, without places that it lacks."""
        return sum(len(part.at) for part in self.parts.values())

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, at: Any) -> Any:
        return self._objects()[at]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._objects())

    def _objects(self) -> list[Any]:
        if self._made is None:
            self._made = [None] * self._length
            for part in self.parts.values():
                for at, entry in zip(part.at.tolist(), part.objects(), strict=True):
                    self._made[at] = entry
        return self._made

    def keys(self) -> list[Key]:
        """Component and index of each entry, in the order of the model."""
        return [key for part in self.parts.values() for key in part.named()]

    def made(self) -> Iterator[Any]:
        """The objects that something has asked for."""
        return (entry for part in self.parts.values() for entry in part.entries or ())

    def known(self) -> dict[int, int]:
        """``id`` of each object that is made -> its place."""
        return {
            id(entry): at
            for part in self.parts.values()
            if part.entries is not None
            for at, entry in zip(part.at.tolist(), part.entries, strict=True)
        }

    def of(self, component: Any) -> dict[Any, int]:
        """Index -> place, of all entries of a component."""
        if (found := self._of.get(id(component))) is None:
            part = self.parts.get(id(component))
            pairs = () if part is None else zip(part.indices, part.at.tolist(), strict=True)
            found = self._of[id(component)] = dict(pairs)
        return found

    def at(self, component: Any) -> Numbers:
        """Places of all entries of a component, in its order."""
        part = self.parts.get(id(component))
        return np.zeros(0, dtype=np.int64) if part is None else part.at

    def spread(self, at: Numbers, length: int) -> Entries:
        """The same entries at other places."""
        return Entries((part._replace(at=at[part.at]) for part in self.parts.values()), length)

    def longer(self, more: int) -> Entries:
        """The same, and places without an object at the end."""
        return Entries(self.parts.values(), self._length + more)


def entries_of(components: Iterable[Any], active: bool) -> Entries:
    """Entries of components in their order; ``active`` leaves out those that are deactivated.

    A reference adds what no component before it has.
    """
    parts: list[Part] = []
    seen: set[int] = set()  # entries of all components so far, if there is any reference
    count = 0
    components = list(components)
    references = any(component.is_reference() for component in components)
    for component in components:
        if isinstance(component, Columns | Rows) and component.made is None:
            indices: Sequence[Any] = component.indices()
            entries = None
        else:
            pairs = [(index, each) for index, each in component.items() if not active or each.active]
            if references:
                pairs = [(index, each) for index, each in pairs if id(each) not in seen]
                seen.update(id(each) for _, each in pairs)
            indices, entries = [index for index, _ in pairs], [each for _, each in pairs]
        parts.append(Part(component, indices, entries, np.arange(count, count + len(indices))))
        count += len(indices)
    return Entries(parts, count)


def columns_of(m: pyo.ConcreteModel) -> Entries:
    """Variables of a model, with those of deactivated blocks, which a constraint outside may use, unless it is lean."""
    blocks = m.block_data_objects(active=True if getattr(m, "lean", True) else None)
    return entries_of((each for block in blocks for each in block.component_map(pyo.Var).values()), active=False)


def rows_of(m: pyo.ConcreteModel) -> Entries:
    """Constraints of a model that are active."""
    blocks = m.block_data_objects(active=True)
    maps = (block.component_map(pyo.Constraint, active=True) for block in blocks)
    return entries_of((each for components in maps for each in components.values()), active=True)


def nothing(length: int) -> Entries:
    """Places without an object."""
    return Entries((), length)
