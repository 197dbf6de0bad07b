"""The result of a point: as the store keeps it, and as the answers read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from allocator.errors import AllocatorError
from allocator.model import MEASURED
from allocator.plan.measures import everything
from allocator.plan.plan import Plan
from allocator.purchases import decided

if TYPE_CHECKING:
    from allocator.sweeps.design.parts import Point
    from allocator.sweeps.run.store import Store


@dataclass(frozen=True)
class Row:
    """The result of one point.

    Attributes
    ----------
    point : Point
    key : str
        Hash of everything that the result depends on.
    status, reason : str
        As in :func:`allocator.solve`.
    how : tuple of str
        For each stage: ``solved``, or ``known`` if other points proved it without a solve.
    structure : str
        ``none`` (nothing was built), ``built``, ``in place`` or ``rebuilt``.
    stages : tuple of (objective, value, bound)
        In the model's order, each in the objective's own unit.
    values : mapping
        Objective -> the plan's value; empty without a plan.
    measures : mapping
        Name -> figure of the plan, see :func:`allocator.plan.measures.everything`; empty without a plan.
    members : tuple of str
    deployments : tuple of (nation, unit type, task, period, units)
    orders : tuple of (nation, unit type, period, units, units bought jointly)
    expansions : tuple of (unit type, period, expansions)
    seconds : mapping
        ``total`` and ``solver``.
    tolerance : float
        Share of an earlier stage's value that later stages may give up.
    """

    point: Point
    key: str
    status: str
    reason: str = ""
    how: tuple[str, ...] = ()
    structure: str = "none"
    stages: tuple[tuple[str, float, float], ...] = ()
    values: Mapping[str, float] | None = None
    measures: Mapping[str, float] | None = None
    members: tuple[str, ...] = ()
    deployments: tuple[tuple[str, str, str, int, int], ...] = ()
    orders: tuple[tuple[str, str, int, int, int], ...] = ()
    expansions: tuple[tuple[str, int, int], ...] = ()
    seconds: Mapping[str, float] | None = None
    tolerance: float = 0.0

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return self.status in ("optimal", "feasible")

    @property
    def proved(self) -> bool:
        """Whether other points proved every stage, so that nothing was solved."""
        return bool(self.how) and all(how == "known" for how in self.how)

    @classmethod
    def from_dict(cls, point: Point, key: str, content: Mapping[str, Any]) -> Row:
        """A row from the result of :func:`content_of`."""
        return cls(
            point,
            key,
            content["status"],
            content["reason"],
            tuple(content["how"]),
            content["structure"],
            tuple((name, value, bound) for name, value, bound in content["stages"]),
            content["values"],
            content["measures"],
            tuple(content["members"]),
            tuple((n, u, j, t, units) for n, u, j, t, units in content["deployments"]),
            tuple((n, u, k, units, joint) for n, u, k, units, joint in content["orders"]),
            tuple((u, k, expansions) for u, k, expansions in content["expansions"]),
            content["seconds"],
            content["tolerance"],
        )


def content_of(plan: Plan, structure: str) -> dict[str, Any]:
    """The stored content of a plan, as plain values."""
    times = plan.manifest["times"]
    stages = plan.manifest["stages"]
    plain = decided(plan.rows)
    return {
        "status": plan.status,
        "reason": plan.reason,
        "how": [stage["how"] for stage in stages],
        "structure": structure,
        "stages": [[stage["objective"], stage["value"], stage["bound"]] for stage in stages],
        "values": {row["objective"]: row["value"] for row in plan.rows("objectives")},
        "measures": everything(plan) if plan.found else {},
        "members": [row["nation"] for row in plan.rows("nations") if row["member"]],
        "deployments": [[*cell, units] for cell, units in plain.items()],
        "orders": [[*key, *units] for key, units in plain.purchases.orders.items()],
        "expansions": [[*key, count] for key, count in plain.purchases.expansions.items()],
        "seconds": {"total": times["total"], "solver": times["solver"]},
        "tolerance": plan.model.tolerance,
    }


_KINDS: dict[str, type] = {
    "status": str, "reason": str, "how": list, "structure": str, "stages": list, "values": dict, "measures": dict,
    "members": list, "deployments": list, "orders": list, "expansions": list, "seconds": dict, "aside": bool,
    "changes": list, "tolerance": float,
}  # fmt: skip


def fits(content: Mapping[str, Any]) -> bool:
    """Whether a stored content has the form of :func:`content_of`, with the entries that a sweep adds."""
    if not all(isinstance(content.get(name), kind) for name, kind in _KINDS.items()):
        return False
    figures = [*content["values"].values(), *content["measures"].values(), *content["seconds"].values()]
    stages = content["stages"]
    forms = (
        all(isinstance(stage, list) and list(map(type, stage)) in _STAGE for stage in stages),
        *(
            all(isinstance(row, list) and list(map(type, row)) == kinds for row in content[name])
            for name, kinds in _DECIDED.items()
        ),
        all(isinstance(name, str) for name in (*content["how"], *content["members"])),
        all(isinstance(figure, int | float) for figure in figures if figure is not None),
        content["status"] not in ("optimal", "feasible") or content["values"].keys() >= set(MEASURED),
    )
    return all(forms)


_DECIDED = {
    "deployments": [str, str, str, int, int],
    "orders": [str, str, int, int, int],
    "expansions": [str, int, int],
}

_STAGE = [[str, one, other] for one in (int, float) for other in (int, float)]


def refused(reason: str) -> dict[str, Any]:
    """The stored content of a point whose figures cannot be solved."""
    nothing: dict[str, Any] = {key: [] for key in ("how", "stages", "members", *_DECIDED)}
    return {
        "status": "error", "reason": reason, "structure": "none", **nothing, "values": {}, "measures": {},
        "seconds": {"total": 0.0, "solver": 0.0}, "tolerance": 0.0,
    }  # fmt: skip


class Rows(Sequence[Row]):
    """Rows of points, read from the store when they are needed, so that thousands of them need no memory."""

    def __init__(self, points: Sequence[tuple[Point, str]], store: Store) -> None:
        self.points = points
        self._store = store

    def __len__(self) -> int:
        return len(self.points)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Rows: ...
    def __getitem__(self, at: int | slice) -> Row | Rows:
        if isinstance(at, slice):
            return Rows(self.points[at], self._store)
        point, key = self.points[at]
        return self._row(point, key, self._store.known([key]))

    def __iter__(self) -> Iterator[Row]:
        for start in range(0, len(self.points), 500):
            some = self.points[start : start + 500]
            known = self._store.known([key for _, key in some])
            for point, key in some:
                yield self._row(point, key, known)

    def _row(self, point: Point, key: str, known: Mapping[str, dict[str, Any]]) -> Row:
        if key not in known:
            raise AllocatorError(f"{self._store.path} was altered while the sweep used it; run the same command again")
        return Row.from_dict(point, key, known[key])
