"""Immutable mappings: the rows and settings of an instance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from allocator.errors import BadUsage

WAY_OUT = "an instance does not change; use its override(), or change a copy from to_dict() and give it to from_dict()"

_SCALARS = {str, int, float, bool, type(None)}


class Frozen(dict[str, Any]):
    """A read-only dict; every copy of it, also a pickled one, is an ordinary dict.

    It is a dict rather than a proxy, so that it can be pickled and written as JSON, and so that look-ups are fast.
    """

    __slots__ = ()

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError(WAY_OUT)

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return (dict, (dict(self),))

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return thawed(self)


def frozen_rows(rows: Iterable[Mapping[str, Any]], table: str) -> tuple[Frozen, ...]:
    """Rows of a table, frozen; rows that are already frozen are not copied."""
    kept = tuple(rows)
    if {*map(type, kept)} <= {Frozen}:
        return kept  # type: ignore[return-value]
    return tuple(frozen(row, table) for row in kept)


def frozen(content: Mapping[str, Any], what: str) -> Frozen:
    """A frozen copy of a mapping of plain values, or of mappings of plain values."""
    if type(content) is Frozen:
        return content
    if not isinstance(content, Mapping):
        raise BadUsage(f"{what} is of type {type(content).__name__}, expected a mapping")
    kept = dict(content)
    for key, value in kept.items():
        if type(value) not in _SCALARS:
            if not isinstance(value, Mapping):
                raise BadUsage(
                    f"{what}: {key} is of type {type(value).__name__}, expected a text, a number, true or false; "
                    "Instance.from_dict also accepts the values of numpy and pandas"
                )
            kept[key] = frozen(value, f"{what}: {key}")
    return Frozen(kept)


def thawed(content: Mapping[str, Any]) -> dict[str, Any]:
    """An ordinary dict with the content of a frozen one; the two share nothing."""
    return {key: thawed(value) if isinstance(value, Mapping) else value for key, value in content.items()}
