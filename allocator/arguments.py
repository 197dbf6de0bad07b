"""Arguments of a Python call: each check returns the plain value, or says in a sentence what was expected.

Integers and floats of numpy count as numbers; True and False do not.
"""

from __future__ import annotations

import operator
import os
import reprlib
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from numbers import Number, Real
from typing import Any, TypeVar

from allocator.errors import BadUsage

T = TypeVar("T")

LARGEST_SEED = 2**31 - 2

_PLAIN = (str, bytes, Number, list, tuple, dict, set, frozenset, type(None))


class Several:
    """Runs the checks of one call and reports all errors together."""

    def __init__(self) -> None:
        self._wrong: list[str] = []

    def __call__(self, check: Callable[..., T], name: str, value: Any, *rest: Any, **limits: Any) -> T:
        """The plain value, or the value as it was given if the check fails."""
        try:
            return check(name, value, *rest, **limits)
        except BadUsage as wrong:
            self._wrong.append(str(wrong))
            failed: T = value
            return failed

    def done(self) -> None:
        """Raise :class:`BadUsage` if a check failed."""
        if self._wrong:
            raise BadUsage("; ".join(self._wrong))


def wrong(name: str, value: Any, expected: str) -> BadUsage:
    """The error for an argument."""
    return BadUsage(f"{name} is {shown(value)}, expected {expected}")


def shown(value: Any) -> str:
    """A value in a message: short, on one line."""
    if not isinstance(value, _PLAIN):
        return f"of type {type(value).__name__}"
    try:
        text = reprlib.repr(value)
    except Exception:  # an object inside raises an error in its own __repr__
        return f"of type {type(value).__name__}"
    return " ".join(text.split()) if text.isprintable() else ascii(text)


def optional(name: str, value: Any, check: Callable[..., T], *rest: Any, **limits: Any) -> T | None:
    """None, or the result of another check."""
    return None if value is None else check(name, value, *rest, **limits)


def number(
    name: str,
    value: Any,
    *,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
    below: float | None = None,
    unit: str = "",
) -> float:
    """A finite number within limits."""
    expected = f"a number{unit}{_limits(least, above, most, below)}"
    if not isinstance(value, Real | Decimal) or isinstance(value, bool):
        raise wrong(name, value, expected)
    try:
        plain = float(value)
    except (OverflowError, ValueError):
        raise wrong(name, value, expected) from None
    sound = (
        abs(plain) < float("inf")
        and (least is None or plain >= least)
        and (above is None or plain > above)
        and (most is None or plain <= most)
        and (below is None or plain < below)
    )
    if not sound:
        raise wrong(name, value, expected)
    return plain


def whole(name: str, value: Any, *, least: int | None = None, most: int | None = None) -> int:
    """A whole number within limits."""
    expected = f"a whole number{_limits(least, None, most, None)}"
    if isinstance(value, bool) or not isinstance(value, Number):
        raise wrong(name, value, expected)
    try:
        plain = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise wrong(name, value, expected) from None
    if (least is not None and plain < least) or (most is not None and plain > most):
        raise wrong(name, value, expected)
    return plain


def _limits(least: float | None, above: float | None, most: float | None, below: float | None) -> str:
    first = f" from {least}" if least is not None else f" above {above}" if above is not None else ""
    return first + (f" to {most}" if most is not None else f", below {below}" if below is not None else "")


def flag(name: str, value: Any) -> bool:
    """True or False."""
    if isinstance(value, bool):
        return value
    raise wrong(name, value, "True or False")


def text(name: str, value: Any, expected: str = "a text") -> str:
    """A text."""
    if isinstance(value, str):
        return str.__str__(value)
    raise wrong(name, value, expected)


def texts(name: str, value: Any, example: str = "") -> tuple[str, ...]:
    """Texts in an order; a single text is refused, because it would be read letter by letter."""
    form = f"a list of texts{f', such as [{example!r}]' if example else ''}"
    found = sequence(name, value, form)
    for place, each in enumerate(found):
        text(f"{name}[{place}]", each)
    return tuple(str.__str__(each) for each in found)


def sequence(name: str, value: Any, expected: str) -> tuple[Any, ...]:
    """Values in an order."""
    if isinstance(value, str | bytes | Mapping | set | frozenset) or not isinstance(value, Iterable):
        raise wrong(name, value, expected)
    return tuple(value)


def one_of(name: str, value: Any, names: Iterable[str]) -> str:
    """One of some texts."""
    expected = f"one of {', '.join(names)}"
    found = text(name, value, expected)
    if found not in names:
        raise wrong(name, value, expected)
    return found


def path(name: str, value: Any, expected: str = "a path (str or os.PathLike)") -> str:
    """A path as text."""
    try:
        found = os.fspath(value)
    except TypeError:
        raise wrong(name, value, expected) from None
    if not isinstance(found, str):
        raise wrong(name, value, expected)
    if not found or "\0" in found:
        raise wrong(name, found, "a path with at least one character and without NUL")
    return str.__str__(found)


def instance_of(name: str, value: Any, kind: type[T], expected: str) -> T:
    """An object of a type."""
    if isinstance(value, kind):
        return value
    raise wrong(name, value, expected)


def function(name: str, value: Callable[..., Any] | None) -> None:
    """A function, or None."""
    if value is not None and not callable(value):
        raise wrong(name, value, "a function, or None")


def solving(
    gap: Any, time_limit: Any, threads: Any = 1, seed: Any = 0, progress: Any = None
) -> tuple[float, float | None, int, int]:
    """The options of every solve: gap, time limit, threads and seed; ``progress`` is checked too."""
    several = Several()
    found = (
        several(number, "gap", gap, least=0, most=1),
        several(optional, "time_limit", time_limit, number, above=0, unit=" of seconds"),
        several(whole, "threads", threads, least=1),
        several(whole, "seed", seed, least=0, most=LARGEST_SEED),
    )
    several(function, "progress", progress)
    several.done()
    return found
