"""A sweep from its design to its tables."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from allocator.api import Choice, Source, choose
from allocator.arguments import Several, flag, instance_of, one_of, optional, solving, text, whole
from allocator.arguments import path as a_path
from allocator.errors import BadUsage
from allocator.files import write_whole
from allocator.instance import Instance
from allocator.model import OBJECTIVES, Model
from allocator.outcome import Bounds
from allocator.stopping import at_once, later, watched
from allocator.sweeps.design.file import Design, parts
from allocator.sweeps.design.parts import Grid, Part, Point
from allocator.sweeps.design.threshold import Threshold
from allocator.sweeps.run.row import Row, Rows
from allocator.sweeps.run.runner import Executor, Here, Progress, Runner
from allocator.sweeps.run.store import Store
from allocator.sweeps.run.task import Setup

if TYPE_CHECKING:
    import pandas as pd

MOST_POINTS = 10_000
"""Points of a design that need no second thought."""

PATIENCE = 5.0
"""How many times its time limit a point may take, and half a minute, before its worker counts as hung."""

WORKER = "allocator.sweeps.run.task:Worker"
SUFFIXES = (".csv", ".json", ".xlsx", ".parquet")


class TooMany(BadUsage):
    """A design of more points than were allowed; ``points`` says how many."""

    def __init__(self, points: int, most: int) -> None:
        self.points = points
        super().__init__(f"the design has {points:,} points, more than --max-points {most:,}")


@dataclass(frozen=True)
class Answered:
    """One part of a sweep with the rows of its points, in the order in which it asked for them.

    ``beside`` are rows of points that were solved only for what they prove about these.
    """

    part: Part
    rows: Rows
    beside: Rows


@dataclass
class Sweep:
    """What a sweep came to. Close it, or use it in a ``with`` statement, when its rows are no longer needed.

    Attributes
    ----------
    instance, model : Instance, Model
        The base.
    answers : list of Answered
        One a part.
    interrupted : bool
        Stopped by Ctrl-C; ``answers`` then hold what was done.
    changed : int
        Rows in the store of the same instance as it was before it was changed; they were not used.
    notes : tuple of str
        What overrides and varied keys do that a user should know: figures rounded down, rows added.
    """

    instance: Instance
    model: Model
    answers: list[Answered] = field(default_factory=list)
    interrupted: bool = False
    changed: int = 0
    notes: tuple[str, ...] = ()
    _store: Store | None = None
    _folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def damaged(self) -> int:
        """Rows of these points in the store that were altered or damaged there; the points were solved again."""
        return 0 if self._store is None else len(self._store.damaged)

    def close(self) -> None:
        """Let go of the store."""
        if self._store is not None:
            self._store.close()
        if self._folder is not None:
            self._folder.cleanup()

    def __enter__(self) -> Sweep:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def columns(self) -> list[str]:
        """Columns of :meth:`records`."""
        inputs = dict.fromkeys(
            name for answer in self.answers for point, _ in answer.rows.points for name in point.inputs
        )
        objectives = [f"{name}{suffix}" for name in OBJECTIVES for suffix in ("", "_given_up", "_bound", "_gap")]
        figures = dict.fromkeys(
            name
            for answer in self.answers
            for row in answer.rows
            for name in (row.measures or {})
            if name not in OBJECTIVES and name != "members" and not name.startswith("people_of.")
        )
        return [
            "part", "point", *inputs, "weight", "status", "reason", "how", *objectives, "members", "nations", *figures,
            "seconds",
        ]  # fmt: skip

    def records(self) -> Iterator[dict[str, Any]]:
        """The table ``sweep``: a row a point with its inputs, status, objectives with bounds, and members."""
        for answer in self.answers:
            for number, row in enumerate(answer.rows, start=1):
                yield {"part": answer.part.kind, "point": number, **_record(row)}

    def deployments(self) -> Iterator[dict[str, Any]]:
        """The table ``deployments``: who sends what at each point."""
        names = ("nation", "unit_type", "task", "period", "units")
        for answer in self.answers:
            for number, row in enumerate(answer.rows, start=1):
                for deployment in row.deployments:
                    yield {"part": answer.part.kind, "point": number, **dict(zip(names, deployment, strict=True))}

    def frame(self) -> pd.DataFrame:
        """The table ``sweep`` as a DataFrame."""
        import pandas as pd

        return pd.DataFrame(list(self.records()), columns=self.columns())

    def to_dict(self) -> dict[str, Any]:
        """Plain values: the base, what each part says (see :func:`allocator.sweeps.findings.answer`), all points."""
        from allocator.sweeps.findings import answer

        return {
            "instance": self.instance.name,
            "sha256": self.instance.sha256,
            "model": self.model.to_dict(),
            "currency": self.instance.currency,
            "interrupted": self.interrupted,
            "notes": list(self.notes),
            "answers": [answer(each.part, each.rows) for each in self.answers],
            "points": list(self.records()),
        }

    def csv(self) -> str:
        """The table ``sweep`` as CSV."""
        return _csv(self.columns(), self.records()).decode()

    def write(self, path: str | os.PathLike[str], table: str = "sweep") -> None:
        """Write the table ``sweep`` or ``deployments``, whole or not at all.

        Parameters
        ----------
        path : path
            Ends in ``.csv``, ``.json``, ``.xlsx`` or ``.parquet``.

        Raises
        ------
        BadUsage
            The name ends otherwise, or what Parquet needs is not installed.
        """
        one_of("table", table, ("sweep", "deployments"))
        target = check_table(path)
        columns = ["part", "point", "nation", "unit_type", "task", "period", "units"]
        rows = self.deployments() if table == "deployments" else self.records()
        write_whole(target, _MAKERS[target.suffix](self.columns() if table == "sweep" else columns, rows))


def check_table(path: str | os.PathLike[str]) -> Path:
    """Refuse, before anything is solved, a name that no table can be written to.

    Raises
    ------
    BadUsage
    """
    target = Path(a_path("path", path))
    if target.suffix not in SUFFIXES:
        raise BadUsage(f"{target}: expected a name that ends in {', '.join(SUFFIXES)}")
    if target.is_dir() or not target.absolute().parent.is_dir():
        raise BadUsage(f"{target}: not a file in a folder that is there")
    if target.suffix == ".parquet":
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise BadUsage(f'{target}: Parquet needs pyarrow; in the clone: pip install ".[parquet]"') from None
    return target


def _record(row: Row) -> dict[str, Any]:
    record: dict[str, Any] = {
        **row.point.inputs, "weight": row.point.weight, "status": row.status, "reason": row.reason,
        "how": "known" if row.proved else "+".join(sorted(set(row.how))),
    }  # fmt: skip
    stages = {name: Bounds(name, value, bound) for name, value, bound in row.stages}
    for name in OBJECTIVES:
        value = (row.values or {}).get(name)
        record[name] = value
        if value is not None and name in stages:
            proved = stages[name].beside(value)
            record |= dict(zip((f"{name}_given_up", f"{name}_bound", f"{name}_gap"), proved, strict=True))
    if row.found:
        record |= {"members": len(row.members), "nations": " ".join(row.members)}
    kept = {name: figure for name, figure in (row.measures or {}).items() if name not in (*OBJECTIVES, "members")}
    return {**record, **kept, "seconds": (row.seconds or {}).get("total")}


def _csv(columns: list[str], rows: Iterator[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _json(columns: list[str], rows: Iterator[dict[str, Any]]) -> bytes:
    content = [{name: row.get(name) for name in columns} for row in rows]
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=0).encode()


def _xlsx(columns: list[str], rows: Iterator[dict[str, Any]]) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet("sweep")
        sheet.write_row(0, 0, columns, book.add_format({"bold": True, "bottom": 1}))
        sheet.freeze_panes(1, 0)
        for r, row in enumerate(rows, start=1):
            if sheet.write_row(r, 0, [row.get(name) for name in columns]):
                raise BadUsage(f"a sheet holds {r:,} lines, and the table has more; write it as .csv or .parquet")
    return out.getvalue()


def _parquet(columns: list[str], rows: Iterator[dict[str, Any]]) -> bytes:
    import pandas as pd

    frame = pd.DataFrame(list(rows), columns=columns)
    for name in columns:  # an input may be a number here, a text there
        if len({isinstance(cell, str) for cell in frame[name] if cell is not None}) > 1:
            frame[name] = [None if cell is None else str(cell) for cell in frame[name]]
    content: bytes = frame.to_parquet(index=False)
    return content


_MAKERS = {".csv": _csv, ".json": _json, ".xlsx": _xlsx, ".parquet": _parquet}


def sweep(
    instance: Source,
    design: Design,
    *,
    model: Choice = None,
    store: str | os.PathLike[str] | None = None,
    resume: bool = True,
    workers: int | None = None,
    scheduler: str | None = None,
    gap: float = 1e-4,
    time_limit: float | None = 60.0,
    threads: int = 1,
    seed: int = 0,
    max_points: int = MOST_POINTS,
    progress: Callable[[Progress], None] | None = None,
) -> Sweep:
    """Solve an instance at every point of a design: each point once, and only where other points do not prove it.

    Parameters
    ----------
    instance, model
        As for :func:`allocator.solve`; the design may name a model, a case, a coalition and overrides for all points.
    design : Design
        What is varied.
    store : path, optional
        SQLite file in which every row is kept as it comes, and found again; by default none outlives the sweep.
    resume : bool
        Use what the store holds; else every point is solved again.
    workers : int, optional
        Processes; 0 solves in this one. By default as many as there are processors.
    scheduler : str, optional
        Address of a Dask scheduler to solve on instead.
    gap, time_limit, threads, seed
        As for :func:`allocator.solve`, for each point.
    max_points : int
        A design of more points is refused.
    progress : callable, optional
        Told at every change.

    Raises
    ------
    BadInput, BadUsage
        The instance, the design, a point or an argument has faults, :class:`TooMany` points among them; nothing is
        solved then.

    Examples
    --------
    >>> import allocator
    >>> design = allocator.Design(vary=("forces[nation=AAA].units=0:16:5",))
    >>> with allocator.sweep("toy-rotation", design, workers=0) as sweep:
    ...     sweep.frame()["coverage"].tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    several = Several()
    several(instance_of, "design", design, Design, "an allocator.Design")
    several(optional, "store", store, a_path)
    several(flag, "resume", resume)
    workers = several(optional, "workers", workers, whole, least=0)
    several(optional, "scheduler", scheduler, text)
    max_points = several(whole, "max_points", max_points)
    several.done()
    gap, time_limit, threads, seed = solving(gap, time_limit, threads, seed, progress)
    with watched() as watch, later():
        with at_once():
            base, choice = choose(
                instance, design.model or model, design.overrides, case=design.case, coalition=design.coalition
            )
            setup = Setup(
                base,
                choice,
                design.gap if design.gap is not None else gap,
                design.time_limit if design.time_limit is not None else time_limit,
                threads,
                seed,
            )
            asked = parts(design, base, choice)
        size = sum(part.size for part in asked)
        if size > max_points:
            raise TooMany(size, max_points)
        folder = tempfile.TemporaryDirectory(prefix="allocator-") if store is None else None
        kept = Store(Path(folder.name) / "sweep", lasting=False) if folder else Store(Path(store))  # type: ignore[arg-type]
        result = Sweep(
            base, choice, changed=kept.others(base.name, base.sha256), notes=(*base.notes, *_notes(asked)), _store=kept,
            _folder=folder,
        )  # fmt: skip
        runner = Runner(
            setup, kept, lambda: _executor(setup, workers, scheduler, size), watch=watch, resume=resume,
            progress=progress,
        )  # fmt: skip
        try:
            for part in asked:
                _answer(part, runner, result)
        except KeyboardInterrupt:
            result.interrupted = True
        except BaseException:
            result.close()
            raise
        finally:
            runner.close()
        result.interrupted = result.interrupted or watch.interrupted.is_set()
        return result


def _notes(asked: list[Part]) -> list[str]:
    """What the varied keys do that a user should know, each once."""
    axes = [axis for part in asked if isinstance(part, Grid) for axis in part.axes]
    axes += [part.axis for part in asked if isinstance(part, Threshold)]
    return list(dict.fromkeys(note for axis in axes for note in axis.notes))


def _answer(part: Part, runner: Runner, result: Sweep) -> None:
    """Ask the points of a part round by round; what is done by an interrupt is kept."""
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
        asked, beside = (runner.done([point for point in points if point.asked is wanted]) for wanted in (True, False))
        result.answers.append(Answered(part, asked, beside))


def _executor(setup: Setup, workers: int | None, scheduler: str | None, most: int) -> Executor:
    """Where points are solved; no more workers than points."""
    if scheduler is not None:
        from allocator.sweeps.run.cluster import Cluster

        return Cluster(WORKER, setup, scheduler)
    if workers == 0:
        return Here(setup)
    from allocator.sweeps.run.pool import Pool

    patience = None if setup.time_limit is None else PATIENCE * setup.time_limit + 30.0
    return Pool(WORKER, setup, min(workers or os.cpu_count() or 1, most), patience=patience)
