"""One source or assumption at a time: its figures move together, to the end that hurts and to the one that helps."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allocator.instance import Instance
from allocator.instance.assumed import given, origins
from allocator.instance.case import value_at
from allocator.instance.columns import Value
from allocator.instance.tables import TABLES
from allocator.sweeps.design.figures import Figure, with_rows
from allocator.sweeps.design.parts import Point, counted, ranged

if TYPE_CHECKING:
    from allocator.sweeps.run.row import Row

ENDS = ("adverse", "favourable")
"""Ends to which the figures of a source move together."""


@dataclass(frozen=True)
class Origin:
    """A source or an assumption, and its figures.

    Attributes
    ----------
    key : str
        Key of the assumption, else of the source; for a figure without either, the key of the figure.
    title : str
        Title of the source; empty for an assumption.
    columns : mapping
        ``table.column`` -> how many of its figures have a range.
    fixed : int
        Its figures without a range; they do not move.
    ends : mapping
        ``adverse`` and ``favourable`` -> the overrides that move its figures; empty where none moves.
    """

    key: str
    title: str
    columns: Mapping[str, int]
    fixed: int
    ends: Mapping[str, tuple[str, ...]]


def moved(figure: Figure, row: Mapping[str, Value], end: str) -> int | float | None:
    """The figure at an end: as in the cases; low and high where its column has no better side. None: as at the base."""
    column = TABLES[figure.table].by_name[figure.column]
    either = {"adverse": figure.low, "favourable": figure.high}
    value = value_at(row, column, end) if column.better else either[end]
    return value if isinstance(value, int | float) and value != figure.base else None


def sources(instance: Instance, named: Sequence[str] = ()) -> list[Origin]:
    """The sources and assumptions of the figures that have a range, in the order of the tables.

    Parameters
    ----------
    instance : Instance
    named : sequence of str
        Figures, as in :func:`allocator.sweeps.design.figures.figures`; all by default.

    Raises
    ------
    BadInput
        A name has no figure with a range, or the instance has none.
    """
    ranged(instance, named, "--one-at-a-time --by source")
    groups: dict[str, list[tuple[Figure, Mapping[str, Value]]]] = defaultdict(list)
    for figure, row in with_rows(instance, named):
        groups[origins(figure.table, row).get(figure.column, str(row.get("source", ""))) or figure.key].append(
            (figure, row)
        )
    titles = {str(row["source"]): str(row["title"]) for row in instance.rows("sources")}
    fixed = without_range(instance)
    return [
        Origin(
            key,
            titles.get(key, ""),
            Counter(f"{figure.table}.{figure.column}" for figure, _ in members),
            fixed[key],
            {
                end: tuple(
                    figure.setting(value) for figure, row in members if (value := moved(figure, row, end)) is not None
                )
                for end in ENDS
            },
        )
        for key, members in groups.items()
    ]


def without_range(instance: Instance) -> Counter[str]:
    """Source or assumption -> its figures without a range."""
    found: Counter[str] = Counter()
    for table, rows in instance.tables.items():
        for row in rows:
            for column, key in origins(table, row).items():
                ends = (row.get(f"{column}_{end}", row[column]) for end in ("low", "high"))
                found[key] += all(end == row[column] for end in ends)
    return found


@dataclass(frozen=True)
class BySource:
    """Each source and each assumption at both ends, the others at base.

    The base comes first, then all figures together (the cases ``adverse`` and ``favourable``), which often prove what
    single sources cannot change.
    """

    instance: Instance = field(repr=False, compare=False)
    origins: tuple[Origin, ...]
    kind: str = field(default="by-source", init=False)

    @property
    def size(self) -> int:
        """Number of points."""
        return 1 + len(self._together()) + len(self._alone())

    @property
    def title(self) -> str:
        """One line for people."""
        return f"{counted(len(self.origins), 'source')} one at a time: {counted(self.size, 'point')}"

    def rounds(self) -> Generator[list[Point], Sequence[Row], None]:
        """The base, everything together, then each source."""
        yield [Point(_inputs(None, "base", 0))]
        if together := self._together():
            yield together
        if alone := self._alone():
            yield alone

    def facts(self) -> dict[str, Any]:
        """Per source what moves, and how many figures have no range."""
        fixed = without_range(self.instance)
        return {
            "sources": {
                origin.key: {"title": origin.title, "figures": sum(origin.columns.values()), "fixed": origin.fixed,
                             "columns": dict(origin.columns)}
                for origin in self.origins
            },
            "fixed": sum(fixed.values()),
            "of": sum(len(given(table, row)) for table, rows in self.instance.tables.items() for row in rows),
        }  # fmt: skip

    def _together(self) -> list[Point]:
        moving = {end: self._moving(end) for end in ENDS}
        return [Point(_inputs(None, end, figures), case=end) for end, figures in moving.items() if figures]

    def _moving(self, end: str) -> int:
        """Figures that the case moves: those whose column has a better side."""
        return sum(
            moved(figure, row, end) is not None
            for figure, row in with_rows(self.instance)
            if TABLES[figure.table].by_name[figure.column].better
        )

    def _alone(self) -> list[Point]:
        return [
            Point(_inputs(origin.key, end, len(settings)), settings)
            for origin in self.origins
            for end, settings in origin.ends.items()
            if settings
        ]


def _inputs(source: str | None, end: str, figures: int) -> dict[str, Any]:
    return {"source": source, "end": end, "figures": figures}


def by_source(instance: Instance, named: Sequence[str] = ()) -> BySource:
    """Each source and assumption with all its figures at the adverse and at the favourable end, the others at base.

    Parameters and errors are those of :func:`sources`.
    """
    return BySource(instance, tuple(sources(instance, named)))
