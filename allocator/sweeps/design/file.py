"""The design of a sweep, from a caller, the command line or a file (``sweeps/*.toml`` beside an instance).

.. code-block:: toml

    title = "What money buys"
    vary = ["budgets[payer=*].amount=1000:3000:11"]      # with coalitions: one grid
    coalitions = ["groups", "all"]
    one_at_a_time = true                                 # or a list of figures
    by = "source"                                        # one source or assumption at a time, not one figure
    set = ["events.us_backstop=true"]                    # holds for every point, as do case, coalition and model
    gap = 1e-4
    time_limit = 60                                      # seconds a point

    [sample]
    n = 64
    method = "morris"
    figures = ["forces.units"]
    seed = 1

    [pareto]
    objectives = ["gap", "cost"]
    steps = 11

    [politics]
    n = 1000
    success = ["coverage>=0.5"]

    [[threshold]]
    condition = "coverage.safe_skies>=0.9"
    over = "budgets[payer=*].amount=500:3000"
    tolerance = 10
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allocator.arguments import Several, instance_of, number, one_of, optional, sequence, text, texts, whole
from allocator.arguments import path as a_path
from allocator.errors import BadInput, BadUsage, Fault
from allocator.instance import Instance
from allocator.instance.case import CASES
from allocator.instance.cells import Unfit, convert, near, quoted
from allocator.instance.columns import Column, Value
from allocator.model import Model
from allocator.reading import Unreadable, read_toml
from allocator.sweeps.design.front import STEPS, pareto
from allocator.sweeps.design.parts import Part, grid, one_at_a_time
from allocator.sweeps.design.sample import METHODS, sample
from allocator.sweeps.design.sources import by_source
from allocator.sweeps.design.threshold import threshold
from allocator.sweeps.design.withdrawal import politics

BY = ("figure", "source")
"""What moves at once in a tornado."""

FOLDER = "sweeps"
"""Folder beside the tables of an instance."""


def _make_plain(options: Any, **checks: Callable[[str, Any], Any]) -> None:
    """Convert the fields of a frozen dataclass to their declared types."""
    several = Several()
    for key, check in checks.items():
        object.__setattr__(options, key, several(check, key, getattr(options, key)))
    several.done()


def _or_none(check: Callable[..., Any], **limits: Any) -> Callable[[str, Any], Any]:
    return lambda name, value: optional(name, value, check, **limits)


def _a(kind: type[Any]) -> Callable[[str, Any], Any]:
    return _or_none(instance_of, kind=kind, expected=f"a {kind.__name__}, or None")


@dataclass(frozen=True)
class Sampling:
    """A sample over ranges of figures; ``n`` are points, for ``morris`` trajectories, for ``sobol`` a power of two."""

    n: int
    method: str = "lhs"
    figures: tuple[str, ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        _make_plain(self, n=whole, method=text, figures=texts, seed=whole)


@dataclass(frozen=True)
class Front:
    """The front of two or three objectives: the first minimised under ``steps`` ceilings on each other one."""

    objectives: tuple[str, ...]
    steps: int = STEPS

    def __post_init__(self) -> None:
        _make_plain(self, objectives=texts, steps=whole)


@dataclass(frozen=True)
class Draws:
    """``n`` draws of who withdraws, and the conditions whose probability is estimated, e.g. ``coverage>=0.9``."""

    n: int
    seed: int = 0
    success: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _make_plain(self, n=whole, seed=whole, success=texts)


@dataclass(frozen=True)
class Flip:
    """Where a condition starts or stops holding over ``KEY=LO:HI``, to within a ``tolerance`` in the figure's unit."""

    condition: str
    over: str
    tolerance: float | None = None

    def __post_init__(self) -> None:
        _make_plain(self, condition=text, over=text, tolerance=_or_none(number))


@dataclass(frozen=True)
class Design:
    """The design of a sweep: its questions, and the base of all points.

    Attributes
    ----------
    title, description : str
    vary, coalitions : tuple of str
        They form one grid: all combinations of values and coalitions.
    one_at_a_time : bool or tuple of str
        True for every uncertain figure, or the names of some.
    by : str
        What ``one_at_a_time`` moves at once: each ``figure``, or all figures of one ``source`` or assumption.
    sample : Sampling, optional
    pareto : Front, optional
    politics : Draws, optional
    threshold : tuple of Flip
    overrides, case, coalition, model
        Choices of the base, as for :func:`allocator.solve`; without a model, the caller's model is used.
    gap, time_limit : float, optional
        Options of each solve; None uses the caller's value.
    """

    title: str = ""
    description: str = ""
    vary: tuple[str, ...] = ()
    coalitions: tuple[str, ...] = ()
    one_at_a_time: bool | tuple[str, ...] = False
    by: str = "figure"
    sample: Sampling | None = None
    pareto: Front | None = None
    politics: Draws | None = None
    threshold: tuple[Flip, ...] = ()
    overrides: tuple[str, ...] = ()
    case: str = "base"
    coalition: str | None = None
    model: Model | str | None = None
    gap: float | None = None
    time_limit: float | None = None

    def __post_init__(self) -> None:
        _make_plain(
            self, title=text, description=text, vary=texts, coalitions=texts, one_at_a_time=_all_or_some, by=_by,
            sample=_a(Sampling), pareto=_a(Front), politics=_a(Draws), threshold=_flips, overrides=texts, case=text,
            coalition=_or_none(text), model=_model, gap=_or_none(number, least=0, most=1),
            time_limit=_or_none(number, above=0, unit=" of seconds"),
        )  # fmt: skip


def _model(name: str, value: Any) -> Model | str | None:
    return value if value is None or isinstance(value, Model) else a_path(name, value, "a Model, its name or its path")


def _by(name: str, value: Any) -> str:
    return one_of(name, value, BY)


def _all_or_some(name: str, value: Any) -> bool | tuple[str, ...]:
    return value if isinstance(value, bool) else texts(name, value)


def _flips(name: str, value: Any) -> tuple[Flip, ...]:
    found = sequence(name, value, "a list of Flip")
    return tuple(instance_of(f"{name}[{at}]", flip, Flip, "a Flip") for at, flip in enumerate(found))


def parts(design: Design, instance: Instance, model: Model) -> list[Part]:
    """The questions of a design, each checked on the instance.

    Parameters
    ----------
    design : Design
    instance, model
        The base: from :func:`allocator.api.choose` with the design's overrides, case and coalition.

    Raises
    ------
    BadInput
        With every fault of every question.
    BadUsage
        The design is empty, or a question cannot be answered; the faults of the other questions are listed too.
    """
    makers: list[Callable[[], Part]] = []
    if design.vary or design.coalitions:
        makers.append(lambda: grid(instance, model, design.vary, design.coalitions))
    if design.by != BY[0] and not design.one_at_a_time:
        raise BadUsage("--by needs --one-at-a-time")
    if design.one_at_a_time:
        named = design.one_at_a_time if isinstance(design.one_at_a_time, tuple) else ()
        makers.append(lambda: by_source(instance, named) if design.by == "source" else one_at_a_time(instance, named))
    if (drawn := design.sample) is not None:
        makers.append(lambda: sample(instance, drawn.n, drawn.method, drawn.figures, drawn.seed))
    if (front := design.pareto) is not None:
        makers.append(lambda: pareto(instance, model, front.objectives, front.steps))
    if (draws := design.politics) is not None:
        makers.append(lambda: politics(instance, model, draws.n, draws.seed, draws.success))
    for flip in design.threshold:
        makers.append(lambda flip=flip: threshold(instance, model, flip.condition, flip.over, flip.tolerance))  # type: ignore[misc]
    if not makers:
        raise BadUsage(
            "nothing to sweep: give at least one of --vary, --coalitions, --one-at-a-time, --sample, --pareto, "
            "--politics, --threshold, or a sweep file"
        )
    found: list[Part] = []
    faults: list[Fault] = []
    refused: list[str] = []
    if design.coalition is not None and design.coalitions:
        expected = "either --coalition (for every point) or --coalitions (each in turn)"
        faults.append(Fault("--coalitions", None, None, f"--coalition {design.coalition} as well", expected))
    for make in makers:
        try:
            found.append(make())
        except BadInput as bad:
            faults += [fault for fault in bad.faults if fault not in faults]
        except BadUsage as wrong:
            refused.append(str(wrong))
    if refused:
        raise BadUsage("\n".join([*refused, *map(str, faults)]))
    if faults:
        raise BadInput(faults)
    return found


def load_design(name: str | os.PathLike[str], instance: Instance | None = None) -> Design:
    """A sweep file by its path (it ends in ``.toml``), or by its name in the folder ``sweeps`` beside an instance.

    Raises
    ------
    BadInput
        Lists every fault of the file. :func:`parts` checks its content against an instance.
    """
    path = _place(a_path("name", name), instance)
    try:
        content = read_toml(path)
    except Unreadable as wrong:
        raise BadInput([wrong.fault(str(path))]) from None
    reader = _Reader(path.name)
    design = reader.design(content)
    if reader.faults:
        raise BadInput(reader.faults)
    return design


def sweeps_of(instance: Instance) -> dict[str, Path]:
    """The sweep files beside an instance, by name."""
    if instance.path is None:
        return {}
    folder = instance.path if instance.path.is_dir() else instance.path.parent
    return {path.stem: path for path in sorted((folder / FOLDER).glob("*.toml"))}


def _place(name: str, instance: Instance | None) -> Path:
    if name.endswith(".toml"):
        return Path(name)
    known = sweeps_of(instance) if instance is not None else {}
    if name not in known:
        expected = (
            f"one of {', '.join(known)}{near(name, known)}, or a path"
            if known
            else f"a file in the instance's folder {FOLDER} (there is none), or a path"
        )
        raise BadInput([Fault("sweep", None, None, quoted(name), f"{expected} that ends in .toml")])
    return known[name]


_TEXT = Column("", "", "text")
_SEED = Column("", "", "whole", least=0)
_SCALARS = {
    "title": _TEXT,
    "description": _TEXT,
    "by": Column("", "", "text", choices=BY),
    "case": Column("", "", "text", choices=CASES),
    "coalition": _TEXT,
    "model": _TEXT,
    "gap": Column("", "", "number", least=0),
    "time_limit": Column("", "", "number", above=0),
}
_LISTS = ("vary", "coalitions", "set")
_INNER: dict[str, dict[str, Column | None]] = {  # None: a list of texts
    "sample": {
        "n": Column("", "", "whole", required=True, least=2),
        "method": Column("", "", "text", choices=tuple(METHODS)),
        "figures": None,
        "seed": _SEED,
    },
    "pareto": {"objectives": None, "steps": Column("", "", "whole", least=2)},
    "politics": {"n": Column("", "", "whole", required=True, least=1), "seed": _SEED, "success": None},
    "threshold": {
        "condition": Column("", "", "text", required=True),
        "over": Column("", "", "text", required=True),
        "tolerance": Column("", "", "number", above=0),
    },
}
_KEYS = (*_SCALARS, *_LISTS, "one_at_a_time", *_INNER)


class _Reader:
    """Reads the content of a sweep file and collects every fault."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.faults: list[Fault] = []

    def design(self, content: Mapping[str, Any]) -> Design:
        given: dict[str, Any] = {}
        for key, value in content.items():
            if key in _SCALARS:
                given[key] = self._scalar(key, value, _SCALARS[key])
            elif key in _LISTS:
                given["overrides" if key == "set" else key] = self._texts(key, value)
            elif key == "one_at_a_time":
                given[key] = value if isinstance(value, bool) else self._texts(key, value, "true, false or ")
            elif key == "threshold":
                given[key] = self._flips(value)
            elif key in _INNER:
                kind = {"sample": Sampling, "pareto": Front, "politics": Draws}[key]
                given[key] = self._inner(key, key, value, kind)
            else:
                self._fault(key, "an unknown key", f"one of {', '.join(_KEYS)}{near(key, _KEYS)}")
        return Design() if self.faults else Design(**given)

    def _flips(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            self._fault("threshold", quoted(value), "tables [[threshold]]")
            return ()
        return tuple(self._inner("threshold", f"threshold {at}", row, Flip) for at, row in enumerate(value, start=1))

    def _inner(self, name: str, label: str, content: Any, kind: Callable[..., Any]) -> Any:
        keys = _INNER[name]
        if not isinstance(content, dict):
            self._fault(label, quoted(content), f"a table with {', '.join(keys)}")
            return None
        before = len(self.faults)
        given: dict[str, Any] = {}
        for key, value in content.items():
            if key not in keys:
                self._fault(f"{label}.{key}", "an unknown key", f"one of {', '.join(keys)}{near(key, keys)}")
                continue
            column = keys[key]
            given[key] = (
                self._texts(f"{label}.{key}", value)
                if column is None
                else self._scalar(f"{label}.{key}", value, column)
            )
        for key, column in keys.items():
            if key not in content and (column.required if column is not None else key == "objectives"):
                self._fault(f"{label}.{key}", "nothing", "a value; add this key")
        return kind(**given) if len(self.faults) == before else None

    def _scalar(self, key: str, value: Any, column: Column) -> Value | None:
        try:
            return convert(column, value, True)
        except Unfit as unfit:
            self._fault(key, quoted(value), unfit.args[0])
            return None

    def _texts(self, key: str, value: Any, otherwise: str = "") -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            self._fault(key, quoted(value), f"{otherwise}a list of texts")
            return ()
        return tuple(value)

    def _fault(self, key: str, found: str, expected: str) -> None:
        self.faults.append(Fault(self.place, None, key, found, expected))
