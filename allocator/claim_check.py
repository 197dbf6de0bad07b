"""Tests of claims: each by one run, and by further runs under other assumptions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocator.api import choose, solve
from allocator.arguments import path as a_path
from allocator.arguments import solving, texts
from allocator.claim_runs import HEADS, most_people, moved
from allocator.errors import BadInput, BadUsage, Fault
from allocator.instance import Instance, read
from allocator.instance.cells import Unfit, convert, near, quoted
from allocator.instance.columns import Column
from allocator.model import OBJECTIVES, Model
from allocator.plan.measures import check, measure
from allocator.plan.plan import Plan
from allocator.reading import Unreadable, read_toml
from allocator.resources import shipped
from allocator.sweeps.design.sources import ENDS

if TYPE_CHECKING:
    from allocator.solving.stage import Progress

HOLDS, FAILS = "holds", "does not hold"
OPEN, UNPROVED = "not decidable on these data", "not proved in the time"

CLOSER = 0.01
"""Factor of the gap where a claim's limit lies between a value and its bound."""


@dataclass(frozen=True)
class Run:
    """One solve: instance, model and changes to them."""

    instance: str
    model: str | None = None
    overrides: tuple[str, ...] = ()
    case: str = "base"
    coalition: str | None = None
    assumption: str = ""
    end: str = ""
    most: str = ""
    """A measure of people that the run maximises; empty if it minimises the model's objectives."""

    def chosen(self, facts: _Facts) -> tuple[Instance, Model]:
        """The instance and the model with all changes of the run."""
        source, found = facts[self.instance], self.overrides
        if self.assumption:
            instance, _ = choose(source, self.model, found, case=self.case)
            found += moved(instance, self.assumption, self.end)
        if self.most:
            instance, model = choose(source, self.model, found, case=self.case)
            found += most_people(instance, model, self.most.partition(".")[2])
        return choose(source, self.model, found, case=self.case, coalition=self.coalition)


class _Facts(dict[str, Instance]):
    """The instances of claims as they are, each read once."""

    def __missing__(self, name: str) -> Instance:
        self[name] = read(name)
        return self[name]


@dataclass(frozen=True)
class Claim:
    """A public claim and the run that tests it.

    The figure is the ``measure`` of the run's plan, divided by the measure ``per`` and multiplied by ``times``, in
    ``unit``. The claim holds if the figure is at least ``least`` and at most ``most``. ``doubts`` are pairs of a label
    and a run under another assumption.
    """

    id: str
    text: str
    who: str
    run: Run
    measure: str
    unit: str = ""
    per: str = ""
    times: float = 1.0
    least: float | None = None
    most: float | None = None
    doubts: tuple[tuple[str, Run], ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Verdict:
    """The result for a claim.

    Attributes
    ----------
    figure : float or None
        In the claim's unit; None if no plan was found.
    verdict : str
        ``holds``, ``does not hold``, ``not decidable on these data`` (a doubt changes the verdict) or ``not proved in
        the time``.
    margin : float or None
        Distance of the figure from the nearer limit, relative to the limit; negative if the figure is outside.
    depends_on : tuple of str
        Labels of the doubts that change the verdict.
    doubts : mapping
        Label -> figure under that doubt.
    """

    claim: Claim
    figure: float | None
    verdict: str
    margin: float | None
    depends_on: tuple[str, ...] = ()
    doubts: dict[str, float | None] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """One row, as ``allocator claims --json`` prints it."""
        claim = self.claim
        return {
            "id": claim.id, "claim": claim.text, "who": claim.who, "measure": claim.measure, "unit": claim.unit,
            "least": claim.least, "most": claim.most, "figure": self.figure, "verdict": self.verdict,
            "margin": self.margin, "depends_on": list(self.depends_on), "doubts": self.doubts, "note": claim.note,
            "run": asdict(claim.run),
        }  # fmt: skip


def load_claims(path: str | os.PathLike[str] | None = None) -> list[Claim]:
    """Read the claims of a file, by default the bundled ``instances/claims.toml``.

    Raises
    ------
    BadInput
        With every fault of the file, and of the instances and settings that it names.
    """
    file = Path(a_path("path", path)) if path is not None else shipped("instances") / "claims.toml"
    try:
        content = read_toml(file)
    except Unreadable as wrong:
        raise BadInput([wrong.fault(str(file))]) from None
    rows = content.get("claim")
    faults = [
        Fault(file.name, None, key, "an unknown key", "only tables [[claim]]") for key in content if key != "claim"
    ]
    if not isinstance(rows, list) or not rows:
        raise BadInput([*faults, Fault(file.name, None, "claim", "none", "at least one [[claim]]")])
    claims: list[Claim] = []
    facts = _Facts()
    for number, row in enumerate(rows, start=1):
        found = [
            Fault(file.name, number, *rest) for rest in _faults(row, _CLAIM, ("id", "text", "instance", "measure"))
        ]
        doubts = row.get("doubts", []) if isinstance(row, dict) else []
        for doubt in doubts if isinstance(doubts, list) else []:
            found += [Fault(file.name, number, *rest) for rest in _faults(doubt, _DOUBT, ("label",))]
        faults += found
        if found:
            continue
        claim = _claim(row)
        faults += [Fault(file.name, number, *rest) for rest in _further(claim, [c.id for c in claims], facts)]
        claims.append(claim)
    if faults:
        raise BadInput(faults)
    return claims


_RUN: dict[str, tuple[type, ...]] = {"model": (str,), "set": (list,), "case": (str,), "coalition": (str,)}
_DOUBT: dict[str, tuple[type, ...]] = {
    "label": (str,), "instance": (str,), **_RUN, "assumption": (str,), "end": (str,),
}  # fmt: skip
_CLAIM: dict[str, tuple[type, ...]] = {
    "id": (str,), "text": (str,), "who": (str,), "instance": (str,), **_RUN, "measure": (str,), "per": (str,),
    "maximise": (str,), "times": (int, float), "unit": (str,), "least": (int, float), "most": (int, float),
    "doubts": (list,), "note": (str,),
}  # fmt: skip
_KIND = {str: "text", list: "a list", int: "a number"}

_FaultParts = tuple[str, str, str]


def _faults(row: Any, keys: dict[str, tuple[type, ...]], required: Sequence[str]) -> Iterator[_FaultParts]:
    if not isinstance(row, dict):
        yield "claim", quoted(row), "a table"
        return
    for key, value in row.items():
        if key not in keys:
            yield key, "an unknown key", f"one of {', '.join(keys)}{near(key, keys)}"
        elif isinstance(value, bool) or not isinstance(value, keys[key]):
            yield key, quoted(value), _KIND[keys[key][0]]
        elif key == "set" and not all(isinstance(setting, str) for setting in row["set"]):
            yield key, quoted(value), "a list of KEY=VALUE"
        elif isinstance(value, str):
            try:
                convert(Column(key, "", "text"), value, True)
            except Unfit as unfit:
                yield key, quoted(value), unfit.args[0]
    for key in required:
        if not row.get(key):
            yield key, "nothing", "a value; every claim and every doubt needs this key"


def _claim(row: dict[str, Any]) -> Claim:
    def run(given: dict[str, Any], base: Run) -> Run:
        return replace(
            base,
            instance=given.get("instance", base.instance),
            model=given.get("model", base.model),
            overrides=(*base.overrides, *given.get("set", [])),
            case=given.get("case", base.case),
            coalition=given.get("coalition", base.coalition),
            most=given.get("maximise", base.most),
            assumption=given.get("assumption", ""),
            end=given.get("end", ENDS[1] if given.get("assumption") else ""),
        )

    base = run(row, Run(""))
    plain = {
        key: row[key]
        for key in ("id", "text", "measure", "unit", "per", "times", "least", "most", "note")
        if key in row
    }
    doubts = tuple((doubt["label"], run(doubt, base)) for doubt in row.get("doubts", []))
    return Claim(who=row.get("who", ""), run=base, doubts=doubts, **plain)


def _further(claim: Claim, before: Sequence[str], facts: _Facts) -> Iterator[_FaultParts]:
    """Faults in the meaning of a claim whose keys and types are right."""
    if claim.id in before:
        yield "id", quoted(claim.id), "an id that no other claim has"
    if claim.least is None and claim.most is None:
        yield "least", "nothing", "least or most; without a limit the claim cannot fail"
    for key, name in (("measure", claim.measure), ("per", claim.per)):
        try:
            if name:
                check(name)
        except BadUsage as wrong:
            yield key, quoted(name), str(wrong)
    for run in (claim.run, *(run for _, run in claim.doubts)):
        try:
            if run.assumption and run.end not in ENDS:
                raise BadUsage(f"{quoted(run.end)} as the end of {run.assumption}, expected {' or '.join(ENDS)}")
            if run.most and run.most.partition(".")[0] != "people":
                raise BadUsage(f"{quoted(run.most)} to maximise, expected people or people.OBJECTIVE")
            run.chosen(facts)
        except BadInput as bad:
            for fault in bad.faults:
                yield "set", f"{fault.place}: {fault.found}", fault.expected
        except BadUsage as wrong:
            yield "case", str(wrong), "a value that the instance and the model accept"


def claims(
    path: str | os.PathLike[str] | None = None,
    *,
    only: Sequence[str] = (),
    gap: float = 5e-3,
    time_limit: float | None = 60.0,
    progress: Callable[[str, Progress | None], None] | None = None,
) -> Iterator[Verdict]:
    """Test the claims of a file, one after the other.

    Parameters
    ----------
    path : path, optional
        By default the bundled ``instances/claims.toml``.
    only : sequence of str
        Ids of the claims to test; all by default.
    gap : float
        Relative gap at which an objective counts as proved.
    time_limit : float or None
        Seconds for each solve.
    progress : callable, optional
        Called with a label of the current solve, and with its progress (None at the start).

    Raises
    ------
    BadInput, BadUsage
        The file, an instance or a setting in it has faults. Nothing is solved then.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import allocator
    >>> claim = 'id="half", text="Half is met", who="a toy", instance="toy-rotation", measure="coverage", least=0.5'
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "claims.toml"
    ...     _ = file.write_text(f"claim = [{{{claim}}}]")
    ...     [verdict.verdict for verdict in allocator.claims(file)]
    ['holds']
    """
    only = texts("only", only)
    gap, time_limit, _, _ = solving(gap, time_limit, progress=progress)
    loaded = load_claims(path)
    unknown = [name for name in only if name not in {claim.id for claim in loaded}]
    if unknown:
        ids = [claim.id for claim in loaded]
        raise BadUsage(f"no claim {unknown[0]}; the claims are {', '.join(ids)}{near(unknown[0], ids)}")
    chosen = [claim for claim in loaded if not only or claim.id in only]
    return _test(chosen, gap, time_limit, progress)


def _test(
    chosen: list[Claim],
    gap: float,
    time_limit: float | None,
    progress: Callable[[str, Progress | None], None] | None,
) -> Iterator[Verdict]:
    plans: dict[tuple[Run, float], Plan] = {}
    facts = _Facts()

    def solved(run: Run, gap: float, label: str) -> Plan:
        if (run, gap) not in plans:
            if progress is not None:
                progress(label, None)
            plans[run, gap] = plan = solve(
                *run.chosen(facts),
                gap=gap,
                time_limit=time_limit,
                progress=None if progress is None else partial(progress, label),
            )
            if plan.stopped_by == "interrupt":
                raise KeyboardInterrupt
        return plans[run, gap]

    def judged(claim: Claim, run: Run, label: str) -> tuple[float | None, str]:
        plan = solved(run, gap, label)
        if _judge(claim, plan)[1] == UNPROVED and plan.status == "optimal":  # the gap is too wide for this claim
            plan = solved(run, gap * CLOSER, label)
        return _judge(claim, plan)

    for number, claim in enumerate(chosen, start=1):
        place = f"{number} of {len(chosen)}: {claim.id}"
        figure, verdict = judged(claim, claim.run, place)
        doubts: dict[str, float | None] = {}
        depends_on: list[str] = []
        for label, run in claim.doubts:
            doubts[label], other = judged(claim, run, f"{place}, {label}")
            if verdict in (HOLDS, FAILS) and other != verdict:
                depends_on.append(label)
        margin = None if figure is None else _margin(claim, figure)
        yield Verdict(claim, figure, OPEN if depends_on else verdict, margin, tuple(depends_on), doubts)


def _judge(claim: Claim, plan: Plan) -> tuple[float | None, str]:
    """Figure and verdict of one run.

    What is not proved exactly counts only if the verdict is the same at both ends of its range: at the proved bound,
    and, if the gap was not reached, at the largest value that the tolerance allows later objectives to leave.
    """
    if not plan.found:
        return None, UNPROVED
    divisor = (measure(plan, claim.per) if claim.per else 1.0) / claim.times
    if divisor == 0:
        return None, UNPROVED
    figure = measure(plan, claim.measure) / divisor
    verdict = HOLDS if _margin(claim, figure) >= 0 else FAILS
    rows = {row["objective"]: row for row in plan.rows("objectives")}
    at = {"coverage": "gap", "cost_a_year": "cost"}.get(claim.measure, claim.measure)
    if claim.run.most:
        asked = next(row["quantity"] for row in plan.instance.rows("requirements") if row["capability"] == HEADS)
        more = (rows["gap"]["value"] - (rows["gap"]["bound"] or 0.0)) * asked
        ends = [(measure(plan, claim.measure) + more) / divisor]
    elif at in OBJECTIVES and not claim.per:
        row = rows[at]
        if row["bound"] is None:
            return figure, UNPROVED
        factor = measure(plan, claim.measure) / plan.value(at) if at == "cost" and plan.value(at) else 1.0
        most = max(row["value"], (1 + plan.model.tolerance) * (row["value"] - row["given_up"]))
        values = [row["bound"], most] if plan.status == "feasible" else [row["bound"]]
        ends = [(1 - end if claim.measure == "coverage" else end * factor) / divisor for end in values]
    else:
        ends = []
    if any((_margin(claim, end) >= 0) != (verdict == HOLDS) for end in ends):
        return figure, UNPROVED
    return figure, verdict


def _margin(claim: Claim, figure: float) -> float:
    """How far inside its limits a figure is, relative to the nearer limit; below 0 outside."""
    room = [(figure - claim.least) / (abs(claim.least) or 1.0)] if claim.least is not None else []
    room += [(claim.most - figure) / (abs(claim.most) or 1.0)] if claim.most is not None else []
    return min(room)
