"""Runs a sweep: from a design to the rows of its points."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from allocator.api import Choice, Source, choose
from allocator.arguments import Several, flag, instance_of, optional, solving, text, whole
from allocator.arguments import path as a_path
from allocator.errors import BadUsage
from allocator.stopping import at_once, later, watched
from allocator.sweeps.design.file import Design, parts
from allocator.sweeps.design.parts import Grid, Part, Point
from allocator.sweeps.design.threshold import Threshold
from allocator.sweeps.result import Answered, Sweep
from allocator.sweeps.run.runner import Executor, Here, Progress, Runner
from allocator.sweeps.run.store import Store
from allocator.sweeps.run.task import Setup

MOST_POINTS = 10_000
"""Most points of a design by default."""

PATIENCE = 5.0
"""A worker counts as hung when a point takes this many times its time limit plus half a minute."""

WORKER = "allocator.sweeps.run.task:Worker"


class TooMany(BadUsage):
    """A design has more points than allowed; ``points`` is their number."""

    def __init__(self, points: int, most: int) -> None:
        self.points = points
        super().__init__(f"the design has {points:,} points, more than --max-points {most:,}")


def sweep(
    instance: Source, design: Design, *, model: Choice = None, store: str | os.PathLike[str] | None = None,
    resume: bool = True, workers: int | None = None, scheduler: str | None = None, gap: float = 1e-4,
    time_limit: float | None = 60.0, threads: int = 1, seed: int = 0, max_points: int = MOST_POINTS,
    progress: Callable[[Progress], None] | None = None,
) -> Sweep:  # fmt: skip
    """Solve an instance at every point of a design: each point once, and only if other points do not prove its answer.

    Parameters
    ----------
    instance, model, gap, time_limit, threads, seed
        As for :func:`allocator.solve`, the last four for each point; the design may name a model, a case, a coalition,
        a gap, a time limit and overrides for all points.
    design : Design
        What to vary.
    store : path, optional
        SQLite file that keeps every finished row for later sweeps; by default rows are dropped after the sweep.
    resume : bool
        Reuse the rows of the store; otherwise every point is solved again.
    workers : int, optional
        Number of processes; 0 solves in this process. By default one per processor.
    scheduler : str, optional
        Address of a Dask scheduler; the points are solved on its cluster instead.
    max_points : int
        A design with more points is refused.
    progress : callable, optional
        Called after every change.

    Raises
    ------
    BadInput, BadUsage
        The instance, the design, a point or an argument has faults, or there are more points than ``max_points``.
        Nothing is solved.

    Examples
    --------
    >>> import allocator
    >>> design = allocator.Design(vary=("forces[nation=AAA].units=0:16:5",))
    >>> with allocator.sweep("toy-rotation", design, workers=0) as sweep:
    ...     sweep.frame()["coverage"].tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    workers, max_points = _checked(design, store, resume, workers, scheduler, max_points)
    options = solving(gap, time_limit, threads, seed, progress)
    with watched() as watch, later():
        with at_once():
            setup = _setup(instance, design, model, *options)
            questions = parts(design, setup.instance, setup.model)
        size = sum(part.size for part in questions)
        if size > max_points:
            raise TooMany(size, max_points)
        result, kept = _opened(setup, questions, store)
        make = partial(_executor, setup, workers, scheduler, size)
        runner = Runner(setup, kept, make, watch=watch, resume=resume, progress=progress)
        _answer_all(questions, runner, result)
        result.interrupted = watch.report() or result.interrupted
        return result


def _checked(
    design: Any, store: Any, resume: Any, workers: Any, scheduler: Any, max_points: Any
) -> tuple[int | None, int]:
    """``workers`` and ``max_points`` as whole numbers; every argument of a wrong type or out of range is a fault."""
    several = Several()
    several(instance_of, "design", design, Design, "an allocator.Design")
    several(optional, "store", store, a_path)
    several(flag, "resume", resume)
    workers = several(optional, "workers", workers, whole, least=0)
    several(optional, "scheduler", scheduler, text)
    max_points = several(whole, "max_points", max_points)
    several.done()
    return workers, max_points


def _setup(
    instance: Source, design: Design, model: Choice, gap: float, time_limit: float | None, threads: int, seed: int
) -> Setup:
    """What all points share; values of the design take precedence."""
    base, choice = choose(
        instance, design.model or model, design.overrides, case=design.case, coalition=design.coalition
    )
    gap = gap if design.gap is None else design.gap
    return Setup(base, choice, gap, time_limit if design.time_limit is None else design.time_limit, threads, seed)


def _opened(setup: Setup, questions: list[Part], store: str | os.PathLike[str] | None) -> tuple[Sweep, Store]:
    """A sweep without answers, and the store for its rows."""
    folder = None
    if store is None:
        folder = tempfile.TemporaryDirectory(prefix="allocator-")
        kept = Store(Path(folder.name) / "sweep", lasting=False)
    else:
        kept = Store(Path(store))
    base = setup.instance
    changed, notes = kept.others(base.name, base.sha256), (*base.notes, *_notes(questions))
    options = {"gap": setup.gap, "time_limit": setup.time_limit, "threads": setup.threads, "seed": setup.seed}
    return Sweep(base, setup.model, changed=changed, notes=notes, options=options, _store=kept, _folder=folder), kept


def _answer_all(questions: list[Part], runner: Runner, result: Sweep) -> None:
    """Answer the parts one after the other; Ctrl-C keeps finished rows, any other error closes the sweep."""
    try:
        for part in questions:
            _answer(part, runner, result)
    except KeyboardInterrupt:
        result.interrupted = True
    except BaseException:
        result.close()
        raise
    finally:
        runner.close()


def _notes(questions: list[Part]) -> list[str]:
    """Effects of the varied keys that a user should know, each once."""
    axes = [axis for part in questions if isinstance(part, Grid) for axis in part.axes]
    axes += [part.axis for part in questions if isinstance(part, Threshold)]
    return list(dict.fromkeys(note for axis in axes for note in axis.notes))


def _answer(part: Part, runner: Runner, result: Sweep) -> None:
    """Solve the points of a part round by round; after an interrupt, finished rows are kept."""
    rounds = part.rounds()
    points: list[Point] = []
    try:
        with at_once():
            batch = next(rounds)
        while True:
            points += batch
            rows = runner.rows(batch, part.title)
            try:
                with at_once():
                    batch = rounds.send(rows)
            except StopIteration:
                break
    finally:
        rows, helpers = (runner.done([p for p in points if p.in_answer is shown]) for shown in (True, False))
        result.answers.append(Answered(part, rows, helpers))


def _executor(setup: Setup, workers: int | None, scheduler: str | None, most: int) -> Executor:
    """The executor that solves points; no more workers than points."""
    if scheduler is not None:
        from allocator.sweeps.run.cluster import Cluster

        return Cluster(WORKER, setup, scheduler)
    if workers == 0:
        return Here(setup)
    from allocator.sweeps.run.pool import Pool

    patience = None if setup.time_limit is None else PATIENCE * setup.time_limit + 30.0
    return Pool(WORKER, setup, min(workers or os.cpu_count() or 1, most), patience=patience)
