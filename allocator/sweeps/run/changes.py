"""Reads the points of a sweep as changes from its base."""

from __future__ import annotations

import ast
from typing import Any

from allocator.instance import Instance
from allocator.model import Model
from allocator.sweeps.run.facets import (
    EASIER,
    NEITHER,
    READERS,
    STAGES,
    Changes,
    Facet,
    Flags,
    Name,
    bears,
    flags,
)  # fmt: skip


class Facets:
    """Reads points as changes from a base; a table that is the same as in the base is not read again."""

    def __init__(self, instance: Instance, model: Model) -> None:
        self._instance = instance
        self._key = self._reading(instance, model)
        self._tables = {table: self._read(table, instance, model, self._key[0]) for table in READERS}
        self._plain = self._settings(instance, model, self._key[0])
        self.base: dict[Name, Facet] = {**self._plain}
        for facets in self._tables.values():
            self.base.update(facets)

    def changes(self, instance: Instance, model: Model) -> Changes:
        """The facets of an instance under a model that differ from the base; None for a facet that it lacks."""
        key = self._reading(instance, model)
        same = key == self._key
        pairs = [(self._plain, self._settings(instance, model, key[0]))]
        for table, facets in self._tables.items():
            if not same or instance.tables[table] != self._instance.tables[table]:
                pairs.append((facets, self._read(table, instance, model, key[0])))
        changed: Changes = {}
        for before, after in pairs:
            for name in before.keys() | after.keys():
                if before.get(name) != after.get(name):
                    changed[name] = after.get(name)
        return changed

    @staticmethod
    def _settings(instance: Instance, model: Model, own: Flags) -> dict[Name, Facet]:
        facets: dict[Name, Facet] = {}
        facets["flags",] = (repr(own), NEITHER, bears())
        for key in ("objectives", "tolerance"):
            facets[key,] = (repr(getattr(model, key)), NEITHER, bears(False, STAGES))
        facets["horizon",] = (repr(sorted(instance.settings["horizon"].items())), NEITHER, bears())
        if "conditions" in model.families:
            for event, holds in instance.events.items():
                facets["event", event] = (float(holds), EASIER, bears())
        for objective, most in model.limits.items():
            facets["limit", objective] = (most, EASIER, bears())
        if model.max_burden is not None and "budget" in model.families:
            facets["max_burden",] = (model.max_burden, EASIER, bears())
        return facets

    @staticmethod
    def _reading(instance: Instance, model: Model) -> tuple[Flags, float, int]:
        """What the facets of a table depend on besides the table."""
        return flags(instance, model), model.willingness_floor, instance.months_per_period

    @staticmethod
    def _read(table: str, instance: Instance, model: Model, own: Flags) -> dict[Name, Facet]:
        return {name: facet for name, facet in READERS[table](instance, model, own) if facet[2]}


def to_plain(changes: Changes) -> list[Any]:
    """Changes as plain values for JSON."""
    return [
        [list(name), None if facet is None else [repr(facet[0]), facet[1], sorted(facet[2])]]
        for name, facet in changes.items()
    ]


def from_plain(content: list[Any]) -> Changes:
    """Changes from what :func:`to_plain` made of them."""
    changes: Changes = {}
    for name, facet in content:
        if facet is not None:
            value, direction, bearing = facet
            value = float(value) if direction else ast.literal_eval(value)
            facet = (value, direction, frozenset(bearing))
        changes[tuple(name)] = facet
    return changes
