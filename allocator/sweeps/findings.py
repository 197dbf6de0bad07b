"""What the rows of a sweep show, as plain values: what changes the answer, where, and how sure that is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from allocator.errors import BadUsage
from allocator.statistics import quantiles
from allocator.sweeps.design.front import Pareto
from allocator.sweeps.design.parts import Grid, OneAtATime, Part
from allocator.sweeps.design.sample import Sample
from allocator.sweeps.design.sources import ENDS, BySource
from allocator.sweeps.design.threshold import Threshold
from allocator.sweeps.design.withdrawal import Politics, outcome
from allocator.sweeps.run.row import Row, Rows

OUTPUTS = ("coverage", "cost")
"""Measures that the answers report."""

MET = 1e-9
"""Unmet shares up to this count as 0: they are quotients of floats."""


def answer(part: Part, rows: Rows) -> dict[str, Any]:
    """The state of the points of a part, and what they show.

    Parameters
    ----------
    part : Part
    rows : Rows
        The rows of its finished points, in the order of the part.

    Returns
    -------
    dict
        ``kind``, ``title``; ``points`` (rows), ``known`` (rows settled without a solve), ``unproved`` (stopped by the
        time limit), ``infeasible``, ``failed`` (without an answer) and ``reasons`` (reason -> failed points);
        ``result``: what :func:`varied`, :func:`tornado`, :func:`sourced`, :func:`spread`, :meth:`Pareto.front`,
        :func:`outcome` or :meth:`Threshold.answer` returns, or None if there is none; then ``why`` gives the reason.
    """
    entries: dict[str, Any] = {"kind": part.kind, "title": part.title, **states(rows), "result": None, "why": ""}
    if not rows:
        return entries | {"why": "no point was solved"}
    try:
        entries["result"] = _result(part, rows)
    except BadUsage as cannot:
        entries["why"] = str(cannot)
    return entries


def _result(part: Part, rows: Rows) -> dict[str, Any]:
    if isinstance(part, Grid):
        return varied(rows)
    if isinstance(part, OneAtATime):
        return tornado(rows)
    if isinstance(part, BySource):
        return sourced(part, rows)
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


def states(rows: Iterable[Row]) -> dict[str, Any]:
    """Number of ``points``, and of those in each state; see :func:`answer`."""
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
    """A grid: the effect of each input, and where the answer changes.

    Returns
    -------
    dict
        ``inputs``: the names. With one or two inputs, ``table``: one row per point with its inputs, its
        :func:`_figures`, and the changes from the previous point with the same other input (for a coalition: from the
        first): who ``enters`` and ``leaves``, and which lines are newly ``met`` and ``missed``. With more inputs,
        ``effects``: for each input and each of its values, the mean of each output over all points with that value.
        ``sometimes``: see :func:`sometimes`.
    """
    inputs = list(rows[0].point.inputs)
    entries: dict[str, Any] = {"inputs": inputs, "sometimes": sometimes(rows)}
    if len(inputs) > 2:
        return entries | {"effects": _effects(rows, inputs)}
    before: dict[Any, Row] = {}
    entries["table"] = []
    for row in rows:
        lane = row.point.inputs[inputs[0]] if len(inputs) > 1 else None
        entries["table"].append({**row.point.inputs, **_figures(row), **_changes(before.get(lane), row)})
        if row.found and (lane not in before or inputs[-1] != "coalition"):
            before[lane] = row
    return entries


def _base_and_ends(rows: Iterable[Row]) -> tuple[Row, Iterator[Row]]:
    """The base, which comes first, and the other points; BadUsage if the base has no plan."""
    ends = iter(rows)
    base = next(ends)
    if not base.found or base.point.inputs["end"] != "base":
        raise BadUsage("the base has no plan to compare the others with")
    return base, ends


def tornado(rows: Iterable[Row]) -> dict[str, Any]:
    """One figure at a time: how each changes coverage and cost.

    A change is ``sure`` if the proved bounds of the point and of the base show that they differ.

    Returns
    -------
    dict
        ``base``: the figures of the base; ``figures``: for each ``figure`` one or two ends (``low``, ``high``), each
        with its ``value``, its figures, its ``change`` of each output and whether that is ``sure``, who ``enters`` and
        ``leaves``, and which lines are newly ``met`` and ``missed``; ``still``: the number of figures that surely
        change neither output.

    Raises
    ------
    BadUsage
        The base, which comes first, has no plan.
    """
    base, ends = _base_and_ends(rows)
    entries: dict[str, dict[str, Any]] = {}
    for row in ends:
        figure = row.point.inputs["figure"]
        end = {"value": row.point.inputs["value"], **_end(base, row)}
        entries.setdefault(figure, {"figure": figure})[row.point.inputs["end"]] = end
    still = sum(not any(_moves(figure[end]) for end in ("low", "high") if end in figure) for figure in entries.values())
    return {"base": _figures(base), "figures": list(entries.values()), "still": still}


def sourced(part: BySource, rows: Iterable[Row]) -> dict[str, Any]:
    """One source or assumption at a time: how each changes coverage and cost, with all of its figures together.

    Returns
    -------
    dict
        ``base`` and ``still`` as in :func:`tornado`; ``together``: ``adverse`` and ``favourable``, all figures of all
        sources at once, with the proved range of coverage over all values between them (``least``, ``most``; None if
        one of the two has no plan or ``gap`` is not the first objective); ``sources``: for each ``source`` its
        ``title``, the number of its ``figures`` with a range and of those without (``fixed``), its ``columns``, and its
        ends as in :func:`tornado`; ``fixed``: all figures without a range, and ``of`` how many figures.

    Raises
    ------
    BadUsage
        The base, which comes first, has no plan.
    """
    base, ends = _base_and_ends(rows)
    facts = part.facts()
    entries = {key: {"source": key, **about} for key, about in facts["sources"].items()}
    together: dict[str, Any] = {}
    proved: dict[str, tuple[float, float]] = {}
    for row in ends:
        source, name = row.point.inputs["source"], row.point.inputs["end"]
        (together if source is None else entries[source])[name] = _end(base, row)
        if source is None and row.found:
            proved[name] = _interval(row, "coverage")
    still = sum(not any(_moves(entry[end]) for end in ENDS if end in entry) for entry in entries.values())
    open_ended = base.stages[0][0] != "gap" or any(end in together and end not in proved for end in ENDS)
    least, most = (proved.get(end, _interval(base, "coverage")) for end in ENDS)
    together |= {"least": None if open_ended else 1 - least[1], "most": None if open_ended else 1 - most[0]}
    found = {"base": _figures(base), "together": together, "sources": list(entries.values()), "still": still}
    return found | {"fixed": facts["fixed"], "of": facts["of"]}


def _end(base: Row, row: Row) -> dict[str, Any]:
    """A point beside the base: its figures, who and what changes, by how much, and whether that is sure."""
    end = {**_figures(row), **_changes(base, row), "change": None, "sure": None}
    if row.found:
        assert row.measures is not None
        assert base.measures is not None
        end["change"] = {name: row.measures[name] - base.measures[name] for name in OUTPUTS}
        end["sure"] = {name: _differs(base, row, name) for name in OUTPUTS}
    return end


def spread(part: Sample, rows: Rows) -> dict[str, Any]:
    """A sample: quantiles of the outputs over the points with a plan, and what the outputs depend on.

    Returns
    -------
    dict
        ``quantiles``: output -> ``mean``, ``5``, ``50`` and ``95`` (per cent); ``indices``: the result
        of :meth:`Sample.indices`, or empty, with the reason in ``why``; ``sometimes``: see :func:`sometimes`.
    """
    values = [[row.measures[name] for name in OUTPUTS] for row in rows if row.found and row.measures]
    if not values:
        raise BadUsage("no point has a plan")
    columns = zip(OUTPUTS, zip(*values, strict=True), strict=True)
    found = {
        "quantiles": {name: quantiles(column) for name, column in columns},
        "sometimes": sometimes(rows),
        "why": "",
    }
    try:
        return found | {"indices": part.indices(rows, OUTPUTS)}
    except BadUsage as cannot:
        return found | {"indices": [], "why": str(cannot)}


def sometimes(rows: Iterable[Row]) -> dict[str, dict[str, float]]:
    """``members``, and ``lines`` of the statement of requirements that are met, in some plans and not in others.

    Each has the share of the plans in which it occurs; those closest to one half come first.
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
    """Status, whether it is ``proved``, and the plan's coverage, cost, people and number of members."""
    measures = row.measures if row.found and row.measures else {}
    names = (*OUTPUTS, "people", "members")
    entries = {"status": row.status, "proved": row.status in ("optimal", "infeasible")}
    return entries | {name: measures.get(name) for name in names}


def _changes(before: Row | None, row: Row) -> dict[str, list[str]]:
    """The nations that enter and leave, and the lines that are newly met and missed."""
    entries: dict[str, list[str]] = {"enters": [], "leaves": [], "met": [], "missed": []}
    if before is None or not before.found or not row.found:
        return entries
    entries["enters"] = [nation for nation in row.members if nation not in before.members]
    entries["leaves"] = [nation for nation in before.members if nation not in row.members]
    was, now = _met(before), _met(row)
    both = _lines(before).keys() & _lines(row).keys()
    entries["met"] = sorted((now - was) & both)
    entries["missed"] = sorted((was - now) & both)
    return entries


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
    entries = []
    for (name, value), group in groups.items():
        means: list[float | None] = [fmean(column) for column in zip(*group, strict=True)]
        means = means or [None] * len(OUTPUTS)
        entries.append({"input": name, "value": value, "plans": len(group), **dict(zip(OUTPUTS, means, strict=True))})
    return sorted(entries, key=lambda entry: inputs.index(entry["input"]))


def _differs(one: Row, other: Row, output: str) -> bool:
    """Whether the proved bounds show that two points differ in an output."""
    (low, high), (least, most) = _interval(one, output), _interval(other, output)
    return most < low or high < least


def _interval(row: Row, output: str) -> tuple[float, float]:
    """Interval of the best value of an output: from the bound of its stage (0 if there is none) to its value."""
    objective = {"coverage": "gap"}.get(output, output)
    values = row.values or {}
    bound = next((least for name, _, least in row.stages if name == objective), 0.0)
    return bound, values[objective]


def _moves(end: Mapping[str, Any]) -> bool:
    """Whether an end changes an output; having no plan counts as a change."""
    return end["sure"] is None or any(end["sure"].values())
