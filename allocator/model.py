"""Choices: which families hold, what is minimised and in which order. ``models/*.toml`` holds the shipped ones."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from allocator.arguments import Several, instance_of, number, optional, text, texts
from allocator.arguments import path as a_path
from allocator.errors import BadInput, Fault
from allocator.instance.cells import Unfit, convert, near, quoted
from allocator.instance.columns import VAST, Column
from allocator.instance.frozen import Frozen
from allocator.instance.override import OPERATOR, Wrong, computed
from allocator.notebook import Drawn
from allocator.reading import Unreadable, read_toml
from allocator.resources import shipped, shipped_models

REFERENCE = (
    "rotation",
    "minimum_contribution",
    "conditions",
    "caveats",
    "commitments",
    "troop_ceiling",
    "budget",
    "framework_nation",
    "prerequisites",
)
"""Constraint families of the reference model, which a model has if it lists none."""

FAMILIES = (*REFERENCE, "acquisition", "industry", "joint_purchase")
"""Constraint families that a model may list; requirement and participation always hold."""

MEASURED = ("gap", "risk", "cost", "burden")
"""Objectives that are worked out for every plan, in the order of the reference model."""

OBJECTIVES = (*MEASURED, "worst_period", "turnover", "imbalance")
"""Objectives that a model may list."""

_KEYS = {
    column.name: column
    for column in (
        Column("title", "Title.", "text"),
        Column("description", "What the model is for.", "text"),
        Column("tolerance", "Part of an earlier objective that later ones may give up.", "number", least=0),
        Column(
            "willingness_floor", "Least willingness with which a nation joins an objective.", "number", least=0, most=1
        ),
        Column("max_burden", "Most that a nation pays, as a share of its annual GDP.", "number", above=0),
    )
}
_LISTS = {"families": FAMILIES, "objectives": OBJECTIVES}
_LIMIT = Column("limits", "Most that an objective may be, in its own unit.", "number", least=0, largest=VAST)
_KNOWN = (*_KEYS, *_LISTS, "limits")
_SETTING = re.compile(rf"(?:model\.)?(.*?)({OPERATOR})(.*)", re.DOTALL)


@dataclass(frozen=True)
class Model(Drawn):
    """Choices of a solve.

    Attributes
    ----------
    name, title, description : str
    families : tuple of str
        Constraint families that hold beside requirement and participation.
    objectives : tuple of str
        Minimised in this order.
    tolerance : float
        Relative part of an earlier objective that later ones may give up.
    willingness_floor : float
        A nation joins an objective only if its willingness is at least this (0 to 1).
    max_burden : float or None
        Most that a nation pays, as a share of its annual GDP.
    limits : mapping
        Objective -> its greatest value allowed, in its own unit (the limits of the epsilon-constraint method);
        ``objectives`` need not list it.

    Examples
    --------
    >>> import allocator
    >>> allocator.Model(objectives=("gap", "cost")).willingness_floor
    0.5
    """

    name: str = "reference"
    title: str = ""
    description: str = ""
    families: tuple[str, ...] = REFERENCE
    objectives: tuple[str, ...] = MEASURED
    tolerance: float = 0.0
    willingness_floor: float = 0.5
    max_burden: float | None = None
    limits: Mapping[str, float] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        self._make_plain()
        content = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "name"}
        content = {key: list(v) if isinstance(v, tuple) else v for key, v in content.items() if v is not None}
        faults = _faults(content, f"model {self.name}")
        if faults:
            raise BadInput(faults)

    def _make_plain(self) -> None:
        """Convert the values to their declared types, so that the caller cannot change them."""
        several = Several()
        plain: dict[str, Any] = {
            key: several(text, key, getattr(self, key)) for key in ("name", "title", "description")
        }
        plain |= {key: several(texts, key, getattr(self, key), names[0]) for key, names in _LISTS.items()}
        plain |= {key: several(_number, key, getattr(self, key)) for key in ("tolerance", "willingness_floor")}
        plain["max_burden"] = several(optional, "max_burden", self.max_burden, _number)
        limits = several(instance_of, "limits", self.limits, Mapping, "a mapping from objectives to numbers")
        if isinstance(limits, Mapping):
            for key in limits:
                several(text, "a key of limits", key)
            limits = Frozen({key: several(_number, f"limits[{key!r}]", most) for key, most in limits.items()})
        several.done()
        for key, value in {**plain, "limits": limits}.items():
            object.__setattr__(self, key, value)

    @property
    def measured(self) -> tuple[str, ...]:
        """Objectives that are worked out for a plan: four for every plan, and the others that the model lists."""
        return tuple(dict.fromkeys([*MEASURED, *self.objectives]))

    def override(self, *settings: str) -> Model:
        """The model with some choices changed: ``model.willingness_floor=0``, ``model.objectives=gap,cost``.

        ``model.limits=cost<=3000,burden<=2`` replaces all earlier limits. ``+=``, ``-=`` and ``*=`` change a number:
        ``model.max_burden+=0.01``.

        Raises
        ------
        BadInput
            With every fault found.

        Examples
        --------
        >>> import allocator
        >>> allocator.Model().override("model.objectives=gap,cost", "model.tolerance=0.01").objectives
        ('gap', 'cost')
        """
        changed = self
        faults: list[Fault] = []
        for setting in texts("settings", settings):
            try:
                changed = changed._set(setting)
            except Wrong as wrong:
                faults.append(Fault(f"--set {setting}", None, None, *wrong.args))
            except BadInput as bad:
                faults += bad.faults
        if faults:
            raise BadInput(faults)
        return changed

    def _set(self, setting: str) -> Model:
        part = _SETTING.fullmatch(setting)
        key, op, text = part.groups() if part else (setting.removeprefix("model."), "=", "")
        if part is None or key not in _KNOWN:
            raise Wrong(f"no such key model.{key}", f"one of {', '.join(_KNOWN)}{near(key, _KNOWN)}")
        value: Any = text
        if op != "=" and (key in _LISTS or key == "limits"):
            raise Wrong(f"{op} on model.{key}", "=, because it does not hold a single number")
        if op != "=":
            value, _ = computed(_KEYS[key], getattr(self, key), op, text)
        elif key == "limits":
            value = {}
            for limit in text.split(",") if text else []:
                name, at_most, most = limit.partition("<=")
                value[name] = _limit(most) if at_most else text
        elif key in _LISTS:
            value = text.split(",") if text else []
        elif _KEYS[key].numeric:
            try:
                value = None if text == "" and key == "max_burden" else convert(_KEYS[key], text, False)
            except Unfit as unfit:
                raise Wrong(quoted(text), unfit.args[0]) from None
        if value is not None and (faults := _faults({key: value}, f"--set {setting}")):
            raise BadInput(faults)
        changes: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value}
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """The choices as plain values."""
        content = {f.name: getattr(self, f.name) for f in fields(self)}
        return {**content, **{key: list(content[key]) for key in _LISTS}, "limits": dict(self.limits)}

    def warnings(self) -> list[str]:
        """One line for each choice that is legal but odd."""
        found = []
        if self.max_burden is not None and "budget" not in self.families:
            found.append("max_burden has no effect: the model leaves out the family budget")
        if "acquisition" not in self.families:
            found += [
                f"the family {family} has no effect: the model leaves out the family acquisition"
                for family in ("industry", "joint_purchase")
                if family in self.families
            ]
        return found


def _number(name: str, value: Any) -> float:
    """A number; later checks report one that is not finite."""
    return float(value) if isinstance(value, float) else number(name, value)


def load_model(name: str | os.PathLike[str], base: Path | None = None) -> Model:
    """A shipped model by its name, or a model of the user's by a path that ends in ``.toml``.

    Parameters
    ----------
    name : str or path
        Name or path.
    base : Path, optional
        Folder to which a path is relative; the path must stay in it. It is the instance's folder for its own model.

    Raises
    ------
    BadInput
        With every fault found.

    Examples
    --------
    >>> import allocator
    >>> allocator.load_model("fair").objectives
    ('gap', 'burden', 'risk', 'cost')
    """
    text = a_path("name", name, "the name of a shipped model, or a path that ends in .toml")
    if text.endswith(".toml"):
        path = (base or Path()) / text
        if base is not None and not path.resolve().is_relative_to(base.resolve()):
            raise BadInput(
                [
                    Fault(
                        text,
                        None,
                        "model",
                        "a path that leaves the instance's folder",
                        "a path that stays in it",
                    )
                ]
            )
        if base is not None and not os.path.lexists(path):
            raise BadInput([Fault("model", None, None, quoted(text), "a file in the instance's folder")])
        return _read(path, text)
    if text not in shipped_models():
        expected = f"one of {', '.join(shipped_models())}{near(text, shipped_models())}, or a path that ends in .toml"
        raise BadInput([Fault("model", None, None, quoted(text), expected)])
    return _read(shipped("models") / f"{text}.toml", text)


def _read(path: Path, name: str) -> Model:
    try:
        content = read_toml(path)
    except Unreadable as wrong:
        raise BadInput([wrong.fault(name)]) from None
    faults = _faults(content, name)
    if faults:
        raise BadInput(faults)
    content = {key: _value(key, value) for key, value in content.items()}
    return Model(name=path.stem, **content)


def _value(key: str, value: Any) -> Any:
    if key in _LISTS:
        return tuple(value)
    if key == "limits":
        return {name: float(most) for name, most in value.items()}
    return float(value) if _KEYS[key].numeric else value


def _faults(content: Mapping[str, Any], place: str) -> list[Fault]:
    faults: list[Fault] = []
    for key, value in content.items():
        if key == "limits":
            faults += _limit_faults(value, place)
        elif key in _LISTS:
            faults += _list_faults(key, value, place)
        elif key in _KEYS:
            try:
                convert(_KEYS[key], value, True)
            except Unfit as unfit:
                faults.append(Fault(place, None, key, quoted(value), unfit.args[0]))
        else:
            faults.append(Fault(place, None, key, "an unknown key", f"one of {', '.join(_KNOWN)}{near(key, _KNOWN)}"))
    return faults


def _limit(text: str) -> float | str:
    """A limit from an override; if it is not a number, the text itself, which the faults then name."""
    try:
        return float(str(convert(_LIMIT, text, False)))
    except Unfit:
        return text


def _limit_faults(value: Any, place: str) -> list[Fault]:
    if not isinstance(value, Mapping):
        return [Fault(place, None, "limits", quoted(value), "objectives, each with its greatest value allowed")]
    faults = []
    for name, most in value.items():
        if name not in OBJECTIVES:
            faults.append(
                Fault(place, None, "limits", quoted(name), f"one of {', '.join(OBJECTIVES)}{near(name, OBJECTIVES)}")
            )
        try:
            convert(_LIMIT, most, True)
        except Unfit as unfit:
            faults.append(Fault(place, None, f"limits.{name}", quoted(most), unfit.args[0]))
    return faults


def _list_faults(key: str, value: Any, place: str) -> list[Fault]:
    names = _LISTS[key]
    if not isinstance(value, list):
        return [Fault(place, None, key, quoted(value), f"a list of {', '.join(names)}")]
    faults = []
    for i, name in enumerate(value):
        if not isinstance(name, str) or name not in names:
            hint = near(name, names) if isinstance(name, str) else ""
            faults.append(Fault(place, None, key, quoted(name), f"one of {', '.join(names)}{hint}"))
        elif name in value[:i]:
            faults.append(Fault(place, None, key, f"{quoted(name)} a second time", "each once"))
    if key == "objectives" and not value:
        faults.append(Fault(place, None, key, "an empty list", f"at least one of {', '.join(names)}"))
    return faults
