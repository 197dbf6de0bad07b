"""What the rows of a sweep say, as plain values: what moves the answer, where it flips, and how sure that is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

from allocator.errors import BadUsage
from allocator.statistics import quantiles
from allocator.sweeps.design.front import Pareto
from allocator.sweeps.design.parts import Grid, OneAtATime, Part
from allocator.sweeps.design.sample import Sample
from allocator.sweeps.design.threshold import Threshold
from allocator.sweeps.design.withdrawal import Politics, outcome
from allocator.sweeps.run.row import Row, Rows

OUTPUTS = ("coverage", "cost")
"""Measures that the answers are about."""

MET = 1e-9
"""Unmet shares up to this are none: they are quotients of floats."""


def answer(part: Part, rows: Rows) -> dict[str, Any]:
    """What became of the points of a part, and what they say.

    Parameters
    ----------
    part : Part
    rows : Rows
        Of its points that are done, in the order in which it asked for them.

    Returns
    -------
    dict
        ``kind``, ``title``; ``points`` (rows), ``known`` (of them without a solve), ``unproved`` (stopped by the time
        limit), ``infeasible``, ``failed`` (without an answer) and ``reasons`` (reason -> failed points); ``says``: what
        :func:`varied`, :func:`tornado`, :func:`spread`, :meth:`Pareto.front`, :func:`outcome` or
        :meth:`Threshold.answer` make of them, None where they can make nothing of them, with ``why`` they cannot.
    """
    told: dict[str, Any] = {"kind": part.kind, "title": part.title, **became(rows), "says": None, "why": ""}
    if not rows:
        return told | {"why": "no point was solved"}
    try:
        told["says"] = _says(part, rows)
    except BadUsage as cannot:
        told["why"] = str(cannot)
    return told


def _says(part: Part, rows: Rows) -> dict[str, Any]:
    if isinstance(part, Grid):
        return varied(rows)
    if isinstance(part, OneAtATime):
        return tornado(rows)
    if isinstance(part, Sample):
        return spread(part, rows)
    if isinstance(part, Pareto):
        front = [
            {
                "inputs": dict(row.point.inputs),
                **_figures(row),
                "values": dict(row.values or {}),
                "nations": row.members,
            }
            for row in part.front(rows)
        ]
        beaten = sum(row.found for row in rows) - len(front)
        return {"objectives": list(part.objectives), "front": front, "beaten": beaten}
    if isinstance(part, Politics):
        return outcome(part, rows)
    assert isinstance(part, Threshold)
    return part.answer(rows).to_dict()


def became(rows: Iterable[Row]) -> dict[str, Any]:
    """How many ``points`` there are, and how many of them are what; see :func:`answer`."""
    counts = dict.fromkeys(("points", "known", "unproved", "infeasible", "failed"), 0)
    reasons: dict[str, int] = defaultdict(int)
    for row in rows:
        counts["points"] += 1
        counts["known"] += row.proved
        counts["unproved"] += row.status == "feasible"
        counts["infeasible"] += row.status == "infeasible"
        if not row.found and row.status != "infeasible":
            counts["failed"] += 1
            reasons[row.reason or row.status] += 1
    return {**counts, "reasons": dict(reasons)}


def varied(rows: Sequence[Row]) -> dict[str, Any]:
    """A grid: what each input does, and where the answer flips.

    Returns
    -------
    dict
        ``inputs``: the names. With one or two of them ``table``: a row a point with its inputs, what :func:`_figures`
        says of it, and against the point before it with the same other input (a coalition: against the first) who
        ``enters`` and ``leaves`` and which lines are newly ``met`` and ``missed``. With more ``effects``: for each
        input and each of its values the mean of each output over all points that have it. ``sometimes``: see there.
    """
    inputs = list(rows[0].point.inputs)
    told: dict[str, Any] = {"inputs": inputs, "sometimes": sometimes(rows)}
    if len(inputs) > 2:
        return told | {"effects": _effects(rows, inputs)}
    before: dict[Any, Row] = {}
    told["table"] = []
    for row in rows:
        lane = row.point.inputs[inputs[0]] if len(inputs) > 1 else None
        told["table"].append({**row.point.inputs, **_figures(row), **_flip(before.get(lane), row)})
        if row.found and (lane not in before or inputs[-1] != "coalition"):
            before[lane] = row
    return told


def tornado(rows: Iterable[Row]) -> dict[str, Any]:
    """One figure at a time: what each does to coverage and cost.

    A change is ``sure`` where what is proved of the point and of the base leaves no doubt that they differ.

    Returns
    -------
    dict
        ``base``: its figures; ``figures``: for each ``figure`` an end or two (``low``, ``high``), each with its
        ``value``, its figures, its ``change`` of each output and whether that is ``sure``, who ``enters`` and
        ``leaves``, and which lines are newly ``met`` and ``missed``; ``still``: how many figures surely change neither
        output.

    Raises
    ------
    BadUsage
        The base, which comes first, has no plan.
    """
    ends = iter(rows)
    base = next(ends)
    if not base.found or base.point.inputs["end"] != "base":
        raise BadUsage("the base has no plan, so that nothing can be compared with it")
    told: dict[str, dict[str, Any]] = {}
    for row in ends:
        end = {"value": row.point.inputs["value"], **_figures(row), **_flip(base, row), "change": None, "sure": None}
        if row.found:
            assert row.measures is not None
            assert base.measures is not None
            end["change"] = {name: row.measures[name] - base.measures[name] for name in OUTPUTS}
            end["sure"] = {name: _differs(base, row, name) for name in OUTPUTS}
        figure = row.point.inputs["figure"]
        told.setdefault(figure, {"figure": figure})[row.point.inputs["end"]] = end
    still = sum(not any(_moves(figure[end]) for end in ("low", "high") if end in figure) for figure in told.values())
    return {"base": _figures(base), "figures": list(told.values()), "still": still}


def spread(part: Sample, rows: Rows) -> dict[str, Any]:
    """A sample: quantiles of the outputs over the points with a plan, and what they depend on.

    Returns
    -------
    dict
        ``quantiles``: output -> ``mean``, ``5``, ``50`` and ``95`` (per cent); ``indices``: as
        :meth:`Sample.indices` gives them, empty with ``why`` where it cannot; ``sometimes``: see there.
    """
    values = [[row.measures[name] for name in OUTPUTS] for row in rows if row.found and row.measures]
    if not values:
        raise BadUsage("no point has a plan")
    columns = zip(OUTPUTS, zip(*values, strict=True), strict=True)
    told = {"quantiles": {name: quantiles(column) for name, column in columns}, "sometimes": sometimes(rows), "why": ""}
    try:
        return told | {"indices": part.indices(rows, OUTPUTS)}
    except BadUsage as cannot:
        return told | {"indices": [], "why": str(cannot)}


def sometimes(rows: Iterable[Row]) -> dict[str, dict[str, float]]:
    """``members`` and ``lines`` (of the statement of requirements, when met) of some plans and not of others.

    Each with the share of the plans in which it is one; the most divided come first.
    """
    times: dict[str, dict[str, int]] = {"members": defaultdict(int), "lines": defaultdict(int)}
    plans = 0
    for row in rows:
        if row.found:
            plans += 1
            for kind, names in (("members", row.members), ("lines", _met(row))):
                for name in names:
                    times[kind][name] += 1
    divided: dict[str, dict[str, float]] = {}
    for kind, counted in times.items():
        shares = {name: times / plans for name, times in counted.items() if times < plans}
        divided[kind] = dict(sorted(shares.items(), key=lambda item: (abs(item[1] - 0.5), item[0])))
    return divided


def _figures(row: Row) -> dict[str, Any]:
    """Status, whether it is ``proved``, and of a plan coverage, cost, people and the number of members."""
    measures = row.measures if row.found and row.measures else {}
    names = (*OUTPUTS, "people", "members")
    told = {"status": row.status, "proved": row.status in ("optimal", "infeasible")}
    return told | {name: measures.get(name) for name in names}


def _flip(before: Row | None, row: Row) -> dict[str, list[str]]:
    """Who enters and leaves, which lines are newly met and missed."""
    told: dict[str, list[str]] = {"enters": [], "leaves": [], "met": [], "missed": []}
    if before is None or not before.found or not row.found:
        return told
    told["enters"] = [nation for nation in row.members if nation not in before.members]
    told["leaves"] = [nation for nation in before.members if nation not in row.members]
    was, now = _met(before), _met(row)
    asked = _lines(before).keys() & _lines(row).keys()
    told["met"] = sorted((now - was) & asked)
    told["missed"] = sorted((was - now) & asked)
    return told


def _lines(row: Row) -> Mapping[str, float]:
    """Line -> unmet share."""
    measures = row.measures or {}
    return {name.removeprefix("unmet."): share for name, share in measures.items() if name.startswith("unmet.")}


def _met(row: Row) -> set[str]:
    return {line for line, share in _lines(row).items() if share <= MET}


def _effects(rows: Iterable[Row], inputs: Sequence[str]) -> list[dict[str, Any]]:
    groups: dict[tuple[str, Any], list[tuple[float, ...]]] = defaultdict(list)
    for row in rows:
        for name in inputs:
            group = groups[name, row.point.inputs[name]]
            if row.found and row.measures:
                group.append(tuple(row.measures[output] for output in OUTPUTS))
    told = []
    for (name, value), group in groups.items():
        means: list[float | None] = [fmean(column) for column in zip(*group, strict=True)]
        means = means or [None] * len(OUTPUTS)
        told.append({"input": name, "value": value, "plans": len(group), **dict(zip(OUTPUTS, means, strict=True))})
    return told


def _differs(one: Row, other: Row, output: str) -> bool:
    """Whether what is proved of an output leaves no doubt that two points differ in it."""
    (low, high), (least, most) = _interval(one, output), _interval(other, output)
    return most < low or high < least


def _interval(row: Row, output: str) -> tuple[float, float]:
    """Where the best value of an output lies: the bound of its stage and its value; all below where there is none."""
    objective = {"coverage": "gap"}.get(output, output)
    values = row.values or {}
    bound = next((least for name, _, least in row.stages if name == objective), 0.0)
    return bound, values[objective]


def _moves(end: Mapping[str, Any]) -> bool:
    """Whether an end changes an output: no plan is a change."""
    return end["sure"] is None or any(end["sure"].values())
