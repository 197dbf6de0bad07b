"""The public functions read, solve, build and export, which every command uses."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from allocator.arguments import Several, function, optional, text, texts
from allocator.arguments import path as a_path
from allocator.errors import AllocatorError, BadInput, BadUsage, Fault, OutOfTime
from allocator.instance import Instance, read
from allocator.instance.override import changed, split_overrides
from allocator.instance.read import model_named, row_of_setting
from allocator.model import Model, load_model
from allocator.plan.manifest import Origin
from allocator.plan.plan import Plan
from allocator.stopping import DeadlinePassed, at_once, later, watched

if TYPE_CHECKING:
    import pyomo.core as pyo

    from allocator.solving.solver import Solver
    from allocator.solving.stage import Progress

Source = Instance | str | os.PathLike[str]
Choice = Model | str | os.PathLike[str] | None
T = TypeVar("T")


def choose(
    instance: Source,
    model: Choice = None,
    overrides: Sequence[str] = (),
    *,
    case: str = "base",
    coalition: str | None = None,
) -> tuple[Instance, Model]:
    """Read an instance and a model, and apply the case, the overrides and the coalition, with all checks.

    Parameters
    ----------
    instance, model, overrides, case, coalition
        As for :func:`build`.

    Raises
    ------
    BadInput
        With every fault found, of the instance and of the model.
    """
    several = Several()
    overrides = several(texts, "overrides", overrides, "horizon.periods=4")
    several(text, "case", case)
    several(optional, "coalition", coalition, text)
    if not isinstance(instance, Instance):
        several(a_path, "instance", instance, "an Instance, a path, or the name of a bundled instance")
    if model is not None and not isinstance(model, Model):
        several(a_path, "model", model, "a Model, the name of a bundled one, or a path that ends in .toml")
    several.done()
    of_instance, of_model = split_overrides(overrides)
    faults: list[Fault] = []
    given = instance if isinstance(instance, Instance) else _kept(faults, partial(read, instance))
    here = given and _kept(faults, partial(changed, given, of_instance, case))
    if here and coalition is not None:
        here = _kept(faults, partial(here.coalition, coalition))
    base = _kept(faults, partial(_model, model, here or given, instance))
    chosen = _kept(faults, partial(base.override, *of_model)) if base and of_model else base
    if base is None:  # what no model takes is a fault whichever it is
        plain = [setting for setting in of_model if re.match(r"[\w.]+=", setting)]
        _kept(faults, partial(load_model("reference").override, *plain))
    if faults or here is None or chosen is None:
        raise BadInput(faults)
    return here, chosen


def read_for(
    instance: str, model: str | None, overrides: Sequence[str], *, case: str = "base", coalition: str | None = None
) -> Instance:
    """Read an instance as it is; where it has faults, those of the model and the changes are reported with them."""
    try:
        return read(instance)
    except BadInput:
        choose(instance, model, overrides, case=case, coalition=coalition)
        raise


def _kept(faults: list[Fault], step: Callable[[], T]) -> T | None:
    """What a step returns; None if its input has faults, which are kept so that all are reported together."""
    try:
        return step()
    except BadInput as bad:
        faults += bad.faults
        return None


def _model(model: Choice, instance: Instance | None, source: Source) -> Model | None:
    """The chosen model, or the one that the instance names; None if an instance with faults names none."""
    if isinstance(model, Model):
        return model
    if model is not None:
        return load_model(model)
    if instance is not None:
        return _own(instance.model, instance.path)
    named = None if isinstance(source, Instance) else model_named(source)
    return None if named is None else _own(*named)


def _own(name: str | None, folder: Path | None) -> Model:
    """The model that an instance names; the fault of a name that no model has is at its place in the instance."""
    place, path = "instance.toml", folder
    if folder is not None and not folder.is_dir():
        place, folder = folder.name if folder.suffix == ".json" else "instance", folder.parent
    try:
        return load_model(name or "reference", folder)
    except BadInput as bad:
        row = None if path is None else row_of_setting(path, "model", name)
        raise BadInput(
            replace(fault, place=place, row=row, column="model") if fault.place == "model" else fault
            for fault in bad.faults
        ) from None


def pass_warnings(instance: Instance, model: Model, warn: Callable[[str], None] | None) -> None:
    """Call ``warn`` with each warning about an instance and a model."""
    if warn is not None:
        for warning in [*instance.warnings(), *model.warnings()]:
            warn(warning)


def build(
    instance: Source,
    model: Choice = None,
    *,
    overrides: Sequence[str] = (),
    case: str = "base",
    coalition: str | None = None,
) -> pyo.ConcreteModel:
    """Build the Pyomo model of an instance, e.g. to add your own constraints.

    Parameters
    ----------
    instance : Instance or path
        Facts; a path may be a folder, an ``.xlsx`` or ``.json`` file, or the name of a bundled instance.
    model : Model, name, path or None
        Choices; None means the instance's own model, or ``reference`` if it has none.
    overrides : sequence of str
        ``KEY=VALUE`` changes the instance, ``model.KEY=VALUE`` the model; see :meth:`Instance.override` and
        :meth:`Model.override`.
    case : str
        ``base``, ``low``, ``high``, ``favourable`` or ``adverse``, see :meth:`Instance.case`.
    coalition : str, optional
        Groups and nations that take part, see :meth:`Instance.coalition`; everyone by default.

    Notes
    -----
    ``models/MATHS.md`` lists its components. :func:`solve` accepts the model in place of an instance. It respects
    linear constraints, variables and blocks that you add, and tighter bounds and fixed values of existing variables.
    The objectives, the original constraints and wider bounds follow from the instance and the model's choices;
    :func:`solve` refuses a model in which you changed them, and says where to make the change instead.

    Examples
    --------
    >>> import allocator
    >>> m = allocator.build("toy-rotation")
    >>> list(m.deploy)
    [('AAA', 'battalion', 'hold_port', 1)]
    >>> m.deploy["AAA", "battalion", "hold_port", 1].setub(1)
    >>> allocator.solve(m).value("gap")
    0.75
    """
    from allocator.formulation import build as build_model

    return build_model(*choose(instance, model, overrides, case=case, coalition=coalition))


def solve(
    instance: Source | pyo.ConcreteModel, model: Choice = None, *, gap: float = 1e-4, time_limit: float | None = None,
    threads: int = 1, seed: int = 0, overrides: Sequence[str] = (), case: str = "base", coalition: str | None = None,
    progress: Callable[[Progress], None] | None = None, warn: Callable[[str], None] | None = None,
    began: float | None = None,
) -> Plan:  # fmt: skip
    """Find the plan that minimises the model's objectives in their order, and prove how good it is.

    Parameters
    ----------
    instance : Instance, path, or Pyomo model from :func:`build`
        What to solve.
    model, overrides, case, coalition
        As for :func:`build`.
    gap : float
        Relative gap at which an objective counts as proved; 0 requires a full proof.
    time_limit : float, optional
        Seconds for everything from reading to the last check; the best plan found in them is returned.
    threads, seed : int
        Number of HiGHS threads, the same for all solves of a process; random seed for HiGHS.
    progress : callable, optional
        Called about four times per second with the progress of the solve.
    warn : callable, optional
        Called with each warning about the instance and the model before the solve starts.
    began : float, optional
        Start of the time limit on the clock ``time.monotonic``; the time of the call by default.

    Returns
    -------
    Plan
        It passed the independent audit; otherwise its status is ``error`` and ``reason`` says what failed. After Ctrl-C
        (in the main thread) it is the best plan so far, with ``stopped_by`` equal to ``interrupt``.

    Raises
    ------
    BadInput
        The instance, the model or an override has faults.
    BadUsage
        An argument is of the wrong type or out of range, or a built model contains something that cannot be solved.
    OutOfTime, KeyboardInterrupt
        The time limit passed, or Ctrl-C came, while the instance was being read.

    Examples
    --------
    >>> import allocator
    >>> plan = allocator.solve("toy-rotation")  # 4 x <= 10: two of the four battalions that are required
    >>> plan.status, plan.value("gap")
    ('optimal', 0.5)
    >>> allocator.solve("toy-rotation", "surge", overrides=["forces.units=3"]).value("gap")
    0.25
    """
    began = time.monotonic() if began is None else began
    with watched(), later():
        from allocator.solving.solver import Solver

        function("progress", progress)
        function("warn", warn)
        solver = Solver(gap=gap, time_limit=time_limit, threads=threads, seed=seed)
        origin = Origin(tuple(texts("overrides", overrides, "horizon.periods=4")), case, coalition)
        return _solved(solver, instance, model, origin, began, progress, warn)


def _solved(
    solver: Solver,
    instance: Source | pyo.ConcreteModel,
    model: Choice,
    origin: Origin,
    began: float,
    progress: Callable[[Progress], None] | None,
    warn: Callable[[str], None] | None,
) -> Plan:
    """The plan of a built model, or of an instance that is read first."""
    import pyomo.core as pyo

    from allocator.solving.built import check_built

    limit = solver.options["time_limit"]
    deadline = None if limit is None else began + limit
    if isinstance(instance, pyo.ConcreteModel):
        if model is not None or origin != Origin():
            raise BadUsage(
                "a built model already has its choices, overrides, case and coalition; pass them to build() instead"
            )
        check_built(instance)
        return solver.solve_built(instance, deadline=deadline, progress=progress, origin=origin)
    try:
        with at_once(None if isinstance(instance, Instance) else deadline):
            chosen = choose(instance, model, origin.overrides, case=origin.case, coalition=origin.coalition)
    except DeadlinePassed:
        raise OutOfTime(
            f"The time limit of {limit:g} s passed while the instance was being read; nothing was solved."
        ) from None
    pass_warnings(*chosen, warn)
    return solver.solve(*chosen, deadline=deadline, progress=progress, origin=origin)


def export(
    instance: Source,
    model: Choice,
    path: str | os.PathLike[str],
    *,
    objective: str | None = None,
    overrides: Sequence[str] = (),
    case: str = "base",
    coalition: str | None = None,
) -> None:
    """Write the mathematical programme for another solver, exactly as HiGHS solves it, with one objective.

    Parameters
    ----------
    instance, model, overrides, case, coalition
        As for :func:`build`.
    path : path
        A name that ends in ``.mps`` or ``.lp``, in upper or lower case.
    objective : str, optional
        One of the model's objectives; the first by default.

    Raises
    ------
    BadInput
        The instance, the model or an override has faults.
    BadUsage
        The file cannot be written there, or the model does not list the objective.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import allocator
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     allocator.export("toy-rotation", "reference", f"{folder}/toy.lp", objective="cost")
    ...     "Minimize" in Path(f"{folder}/toy.lp").read_text()
    True
    """
    from allocator.formulation import build as build_model
    from allocator.solving.programme_file import check_target, write_programme
    from allocator.solving.standard_form import compile_model

    target = Path(a_path("path", path))
    check_target(target)
    chosen_instance, chosen_model = choose(instance, model, overrides, case=case, coalition=coalition)
    objective = chosen_model.objectives[0] if objective is None else text("objective", objective)
    if objective not in chosen_model.objectives:
        listed = ", ".join(chosen_model.objectives)
        raise BadUsage(f"the model does not list the objective {objective!r}; it lists {listed}")
    m = build_model(chosen_instance, chosen_model, lean=True)  # kept until the end: rows lose their names with it
    write_programme(compile_model(m), objective, target)


__all__: list[Any] = ["AllocatorError", "build", "choose", "export", "read", "solve"]
