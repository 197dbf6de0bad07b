"""The question that a page asks, and how to ask it again: as a command, and as a file for ``allocator sweep``."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from allocator.api import choose
from allocator.instance import Instance
from allocator.model import Model
from allocator.serve.controls import Control, controls

NEAR = 2
"""Positions on each side of the chosen one that a sweep file tries."""

_SIMPLE = re.compile(r"[A-Za-z0-9_.+-]+")
"""A value that a sweep reads as it is."""


@dataclass(frozen=True)
class Asked:
    """A question: what is changed, who takes part, and where each control that was moved is."""

    overrides: tuple[str, ...]
    coalition: str | None
    moves: Mapping[str, int]
    last: str = ""


@dataclass(frozen=True)
class Question:
    """The question as it was asked on the command line, from which a page moves.

    Attributes
    ----------
    name : str
        The instance as the user named it.
    instance : Instance
        Read once; without the options below.
    model : str or None
        As the user named it.
    overrides, case, coalition
        As for :func:`allocator.solve`.
    gap, time_limit, threads, seed
        As for :func:`allocator.solve`; the time limit is for each answer.
    """

    name: str
    instance: Instance
    model: str | None = None
    overrides: tuple[str, ...] = ()
    case: str = "base"
    coalition: str | None = None
    gap: float = 1e-4
    time_limit: float | None = None
    threads: int = 1
    seed: int = 0

    @cached_property
    def base(self) -> tuple[Instance, Model]:
        """Instance and model as asked, without the coalition."""
        return choose(self.instance, self.model, self.overrides, case=self.case)

    @cached_property
    def controls(self) -> dict[str, Control]:
        """Name -> control, in the order of the page."""
        return {control.name: control for control in controls(*self.base, self.coalition)}

    def asked(self, moves: Mapping[str, int], last: str = "") -> Asked:
        """The question after some moves; the override of the last one comes last where the order does not matter."""
        kinds = self.controls
        moved = [name for name in kinds if name in moves and kinds[name].kind != "nation"]
        if last in moved and last != "factor":
            moved = [*(name for name in moved if name != last), last]
        moved.sort(key=lambda name: name != "factor")  # a line that was moved is not multiplied
        overrides = [kinds[name].override(moves[name]) for name in moved]
        added = tuple(override for override in overrides if override is not None)
        return Asked((*self.overrides, *added), self._coalition(moves), dict(moves), last)

    def _coalition(self, moves: Mapping[str, int]) -> str | None:
        signs = {name: "-+"[moves[name]] for name in self.controls if name in moves and name.startswith("nation.")}
        text = "".join(f"{sign}{self.controls[name].key}" for name, sign in signs.items())
        return f"{self.coalition or ''}{text}" or None

    def command(self, asked: Asked) -> str:
        """The command that gives the same answer."""
        words = ["allocator", "solve", self.name]
        words += [] if self.model is None else ["--model", self.model]
        words += [] if self.case == "base" else ["--case", self.case]
        for override in asked.overrides:
            words += ["--set", override]
        words += [] if asked.coalition is None else [f"--coalition={asked.coalition}"]
        words += [] if self.gap == 1e-4 else ["--gap", repr(self.gap)]
        words += [] if self.time_limit is None else ["--time-limit", repr(self.time_limit)]
        words += [] if self.threads == 1 else ["--threads", str(self.threads)]
        words += [] if self.seed == 0 else ["--seed", str(self.seed)]
        return shlex.join(words)

    def sweep(self, asked: Asked) -> str:
        """A file for ``allocator sweep`` that holds this question, and tries positions around what was moved last."""
        varied = self.controls.get(asked.last) or self.controls["floor"]
        if varied.kind == "nation" or varied.name == "factor" or varied.override(self._at(varied, asked)) is None:
            varied = self.controls["floor"]
        at = self._at(varied, asked)
        own = varied.override(at)
        fixed = [override for override in asked.overrides if override != own]
        near = range(max(0, at - NEAR), min(len(varied.values), at + NEAR + 1))
        values = [value for position in near if (value := varied.values[position]) is not None]
        listed = ",".join(value if _SIMPLE.fullmatch(value) else f"[{value}]" for value in values)
        lines = [
            "# Written by allocator explore. Repeat it with:",
            f"#   {shlex.join(['allocator', 'sweep', self.name, 'FILE.toml'])}",
            f"# One of the points is the run on the page: {_one_line(own or '')}",
            f"title = {_toml(f'Around a run of {self.base[0].name}')}",
        ]
        lines += [] if self.model is None else [f"model = {_toml(self.model)}"]
        lines += [] if self.case == "base" else [f"case = {_toml(self.case)}"]
        lines += [] if asked.coalition is None else [f"coalition = {_toml(asked.coalition)}"]
        lines += [f"gap = {self.gap!r}"]
        lines += [] if self.time_limit is None else [f"time_limit = {self.time_limit!r}"]
        lines += [f"set = [{', '.join(map(_toml, fixed))}]"] if fixed else []
        return "\n".join([*lines, f"vary = [{_toml(varied.key + listed)}]", ""])

    def _at(self, control: Control, asked: Asked) -> int:
        return asked.moves.get(control.name, control.at)


def _toml(text: str) -> str:
    """A text as TOML."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)
