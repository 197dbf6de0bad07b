"""The result of a sweep: the rows of its points, part by part."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Any

from allocator.arguments import one_of
from allocator.files import write_whole
from allocator.instance import Instance
from allocator.model import OBJECTIVES, Model
from allocator.naming import names_of
from allocator.notebook import Drawn
from allocator.sweeps.design.parts import Part
from allocator.sweeps.run.row import Rows
from allocator.sweeps.run.store import Store
from allocator.sweeps.tables import check_table, content, record

if TYPE_CHECKING:
    import pandas as pd

    from allocator.report.notebook.sweep_charts import SweepCharts

COLUMNS = {
    "deployments": ("part", "point", "nation", "unit_type", "task", "period", "units"),
    "orders": ("part", "point", "nation", "unit_type", "period", "units", "joint"),
}
"""Tables beside ``sweep``, and their columns."""


@dataclass(frozen=True)
class Answered:
    """One part of a sweep with the rows of its points, in the order of the part.

    ``helpers`` holds rows of points that were solved only because they prove something about these.
    """

    part: Part
    rows: Rows
    helpers: Rows


@dataclass
class Sweep(Drawn):
    """The result of a sweep. Close it, or use it in a ``with`` statement, when its rows are no longer needed.

    Attributes
    ----------
    instance, model : Instance, Model
        The base.
    answers : list of Answered
        One per part.
    interrupted : bool
        Stopped by Ctrl-C; ``answers`` then holds the finished rows.
    changed : int
        Rows in the store from an earlier version of the same instance; they were not used.
    notes : tuple of str
        Effects of overrides and varied keys that a user should know: figures rounded down, rows added.
    options : mapping
        Gap, time limit, threads and seed of each point.
    """

    instance: Instance
    model: Model
    answers: list[Answered] = field(default_factory=list)
    interrupted: bool = False
    changed: int = 0
    notes: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    _store: Store | None = None
    _folder: tempfile.TemporaryDirectory[str] | None = None
    _closed: bool = False

    def __repr__(self) -> str:
        titles = "; ".join(answer.part.title for answer in self.answers)
        return f"<Sweep of {self.instance.name}, model {self.model.name}: {titles}>"

    @property
    def damaged(self) -> int:
        """Rows of these points that were altered or damaged in the store; the points were solved again."""
        return 0 if self._store is None else len(self._store.damaged)

    @property
    def closed(self) -> bool:
        """Whether its rows are gone: after :meth:`close`, or the end of the ``with`` block."""
        return self._closed

    def keep(self, content: Mapping[str, Any] | None = None) -> None:
        """Keep the result in the store, so that ``allocator report`` makes a page of the store alone.

        Parameters
        ----------
        content : mapping, optional
            What :meth:`to_dict` returned; without it, it is worked out.

        Raises
        ------
        AllocatorError
            The store cannot be written; the rows in it are safe.
        """
        if self._store is not None and self._folder is None:
            self._store.keep(self.to_dict() if content is None else content)

    def close(self) -> None:
        """Close the store."""
        self._closed = True
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

    @property
    def chart(self) -> SweepCharts:
        """Altair charts of the sweep, for notebooks: ``sweep.chart.tornado()``; they need the extra ``charts``.

        There are ``tornado``, ``curve``, ``heat_map`` and ``front``; each draws the first part that it fits.
        """
        charts = import_module("allocator.report.notebook.sweep_charts")  # made of sweeps, so loaded late
        made: SweepCharts = charts.SweepCharts(self)
        return made

    def columns(self) -> list[str]:
        """Columns of :meth:`records`."""
        inputs = dict.fromkeys(
            name for answer in self.answers for point, _ in answer.rows.points for name in point.inputs
        )
        listed, figures = set(self.model.measured), dict[str, None]()
        for answer in self.answers:
            for row in answer.rows:
                listed |= (row.values or {}).keys()
                figures |= dict.fromkeys(row.measures or ())
        figures = {name: None for name in figures if name not in (*OBJECTIVES, "members")}
        figures = {name: None for name in figures if not name.startswith("people_of.")}
        named = [name for name in OBJECTIVES if name in listed]
        objectives = [f"{name}{suffix}" for name in named for suffix in ("", "_given_up", "_bound", "_gap")]
        return [
            "part", "point", *inputs, "weight", "status", "reason", "how", *objectives, "members", "nations", *figures,
            "seconds",
        ]  # fmt: skip

    def records(self) -> Iterator[dict[str, Any]]:
        """The table ``sweep``: one row per point with its inputs, status, objectives with bounds, and members."""
        for answer in self.answers:
            for number, row in enumerate(answer.rows, start=1):
                yield {"part": answer.part.kind, "point": number, **record(row)}

    def deployments(self) -> Iterator[dict[str, Any]]:
        """The table ``deployments``: who sends what at each point."""
        names = COLUMNS["deployments"][2:]
        for answer in self.answers:
            for number, row in enumerate(answer.rows, start=1):
                for deployment in row.deployments:
                    yield {"part": answer.part.kind, "point": number, **dict(zip(names, deployment, strict=True))}

    def orders(self) -> Iterator[dict[str, Any]]:
        """The table ``orders``: who buys what at each point."""
        names = COLUMNS["orders"][2:]
        for answer in self.answers:
            for number, row in enumerate(answer.rows, start=1):
                for order in row.orders:
                    yield {"part": answer.part.kind, "point": number, **dict(zip(names, order, strict=True))}

    def frame(self) -> pd.DataFrame:
        """The table ``sweep`` as a DataFrame."""
        import pandas as pd

        return pd.DataFrame(list(self.records()), columns=self.columns())

    def to_dict(self) -> dict[str, Any]:
        """Plain values: the base, the answer of each part, all points."""
        from allocator.solving.versions import versions
        from allocator.sweeps.findings import answer

        return {
            "instance": self.instance.name,
            "title": self.instance.title,
            "sha256": self.instance.sha256,
            "model": self.model.to_dict(),
            "currency": self.instance.currency,
            "interrupted": self.interrupted,
            "notes": list(self.notes),
            "answers": [answer(each.part, each.rows) for each in self.answers],
            "points": list(self.records()),
            "names": names_of(self.instance),
            "options": dict(self.options),
            "versions": versions(),
        }

    def csv(self) -> str:
        """The table ``sweep`` as CSV."""
        return content(".csv", self.columns(), self.records()).decode()

    def write(self, path: str | os.PathLike[str], table: str = "sweep") -> None:
        """Write the table ``sweep``, ``deployments`` or ``orders``, whole or not at all.

        Parameters
        ----------
        path : path
            Ends in ``.csv``, ``.json``, ``.xlsx`` or ``.parquet``.

        Raises
        ------
        BadUsage
            The name has another ending, or pyarrow, which Parquet needs, is not installed.
        """
        one_of("table", table, ("sweep", *COLUMNS))
        target = check_table(path)
        makers = {"sweep": self.records, "deployments": self.deployments, "orders": self.orders}
        columns = self.columns() if table == "sweep" else list(COLUMNS[table])
        write_whole(target, content(target.suffix, columns, makers[table]()))
