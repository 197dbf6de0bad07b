"""Saved results, and a comparison with them: has anything become worse since?

A base is a JSON file: the title of each block, with what was measured. Values and bounds are compared at each mark of
CPU seconds and at the end, CPU seconds at the end only where both runs proved their answer.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WORSE = 0.02
"""Relative change from which a value, a bound or a time counts as worse."""

Measured = dict[str, Any]


def save(measured: dict[str, Measured], path: Path) -> None:
    """Write a base; results of other blocks in the file stay."""
    before = load(path) if path.exists() else {}
    path.write_text(json.dumps(before | measured, indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> dict[str, Measured]:
    """Read a base."""
    base: dict[str, Measured] = json.loads(path.read_text(encoding="utf-8"))
    return base


def compared(now: Measured, then: Measured) -> list[str]:
    """Sentences on what has become better or worse, worse first; nothing for what has not changed."""
    sentences = []
    for mark in [*(mark for mark in now["course"] if mark in then["course"]), "the end"]:
        (value, bound), (value_then, bound_then) = (
            (one["value"], one["bound"]) if mark == "the end" else one["course"][mark] for one in (now, then)
        )
        when = "at the end" if mark == "the end" else f"after {mark} s"
        sentences += _change(f"value {when}", value, value_then, 1)
        sentences += _change(f"bound {when}", bound, bound_then, -1)
    if now["status"] == then["status"] == "optimal":
        sentences += _change("CPU seconds", now["cpu"], then["cpu"], 1)
    return sorted(sentences, key=lambda sentence: not sentence.startswith("worse"))


def _change(what: str, now: float | None, then: float | None, sign: int) -> list[str]:
    """``sign`` is 1 if less is better, -1 if more is."""
    if now is None or then is None:
        return [] if now == then else [f"{'worse' if now is None else 'better'}: {what} {_show(then)} -> {_show(now)}"]
    change = sign * (now - then) / max(abs(then), 1e-9)
    if abs(change) < WORSE:
        return []
    return [f"{'worse' if change > 0 else 'better'}: {what} {_show(then)} -> {_show(now)}"]


def _show(number: float | None) -> str:
    return "none" if number is None else f"{number:.4g}"
