"""A sweep as a page, from what ``allocator sweep --json`` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from allocator.naming import Names
from allocator.report.studies.front import front
from allocator.report.studies.grid import grid
from allocator.report.studies.sample import sample
from allocator.report.studies.study import Items, Section, Study, Text, names_in
from allocator.report.studies.threshold import thresholds
from allocator.report.studies.tornado import by_figure, by_source
from allocator.report.studies.withdrawal import withdrawal
from allocator.report.studies.words import count, first_capital, listed, made_with, percent

Row = Mapping[str, Any]

WORDS = {
    "grid": "Grid", "one-at-a-time": "Tornado over figures", "by-source": "Tornado over sources", "lhs": "Sample",
    "sobol": "Sobol sample", "morris": "Morris sample", "pareto": "Front", "politics": "Withdrawal",
    "threshold": "Threshold",
}  # fmt: skip
"""Kind of a part -> what it is."""


def sweep_study(content: Row) -> Study:
    """What a page says of a sweep.

    Parameters
    ----------
    content : mapping
        The object of ``allocator sweep --json``.
    """
    names, answers = names_in(content), content["answers"]
    currency = f"{content['currency']} million".strip()
    slices = list(_sliced(answers, content["points"]))
    sections: list[Section] = []
    switches = [
        (answer["result"], rows) for answer, rows in slices if answer["kind"] == "threshold" and answer["result"]
    ]
    for answer, rows in slices:
        if answer["result"] is None:
            sections.append(Section(WORDS[answer["kind"]], f"{first_capital(answer['title'])}: {answer['why']}", ()))
        elif answer["kind"] != "threshold":
            sections += _sections(answer, rows, names, currency)
    if switches:
        sections.append(thresholds(switches, names))
    sure = _sure(content, answers)
    first = next((section for section in sections), None)
    heading = "Nothing was solved" if first is None else first.heading
    return Study(
        title=content.get("title") or content["instance"],
        heading=heading,
        parts=(f"Sweep: {_kinds(answers)}", *_parts(content)),
        question=tuple(f"{first_capital(answer['title'])}." for answer in answers),
        sentences=tuple(f"{section.heading}." for section in sections[1:3]),
        tiles=_tiles(answers),
        badge="All proved" if _all_proved(content) else "Not all proved",
        proof=_proof(content, answers),
        sections=(*sections, sure),
        facts=_facts(content),
    )


def _sections(answer: Row, rows: Sequence[Row], names: Names, currency: str) -> list[Section]:
    kind, result = answer["kind"], answer["result"]
    if kind == "grid":
        return grid(result, names, currency)
    if kind == "one-at-a-time":
        return by_figure(result, names, currency)
    if kind == "by-source":
        return by_source(result, names, currency)
    if kind == "pareto":
        return front(result, rows, names, currency)
    if kind == "politics":
        return withdrawal(result, rows, names, currency)
    return sample(kind, result, rows, names, currency)


def _sliced(answers: Sequence[Row], points: Sequence[Row]) -> Iterator[tuple[Row, Sequence[Row]]]:
    """Each answer with its own points: they follow one another in the order of the answers."""
    at = 0
    for answer in answers:
        yield answer, points[at : at + answer["points"]]
        at += answer["points"]


def _kinds(answers: Sequence[Row]) -> str:
    words = dict.fromkeys(WORDS[answer["kind"]] for answer in answers)
    return listed(
        [word[:1].lower() + word[1:] if word.split(" ")[0] not in ("Sobol", "Morris") else word for word in words]
    )


def _parts(content: Row) -> tuple[str, ...]:
    model = content["model"]
    return (content["instance"], f"model {model['name']}", count(len(content["points"]), "point"))


def _totals(answers: Sequence[Row]) -> dict[str, int]:
    names = ("points", "known", "unproved", "infeasible", "failed")
    return {name: sum(answer[name] for answer in answers) for name in names}


def _tiles(answers: Sequence[Row]) -> tuple[tuple[str, str, str], ...]:
    totals = _totals(answers)
    settled = f"{totals['known']:,} settled by other points" if totals["known"] else "each solved"
    proved = totals["points"] - totals["unproved"] - totals["failed"]
    return (
        ("Points", f"{totals['points']:,}", settled),
        ("Proved", f"{proved:,}", "to the requested gap, or infeasible"),
        ("Open", f"{totals['unproved']:,}", "with a plan, not proved"),
        ("Without a plan", f"{totals['infeasible'] + totals['failed']:,}",
         f"{totals['infeasible']:,} infeasible, {totals['failed']:,} without an answer"),
    )  # fmt: skip


def _all_proved(content: Row) -> bool:
    totals = _totals(content["answers"])
    return not totals["unproved"] and not totals["failed"] and not content["interrupted"] and bool(totals["points"])


def _proof(content: Row, answers: Sequence[Row]) -> str:
    totals = _totals(answers)
    text = "Every row passed the audit; a point is solved only where other points do not prove its answer. "
    if content["interrupted"]:
        text += "The sweep was interrupted: the points that are missing are not shown. "
    if totals["unproved"]:
        text += f"{count(totals['unproved'], 'point')} ended before the requested gap was proved, and are marked ~. "
    if totals["failed"]:
        text += f"{count(totals['failed'], 'point')} ended without an answer: nothing is known there. "
    return text.strip()


def _sure(content: Row, answers: Sequence[Row]) -> Section:
    totals = _totals(answers)
    done = totals["points"] - totals["unproved"] - totals["failed"]
    share = percent(done / totals["points"]) if totals["points"] else "none"
    heading = "Every point is proved" if _all_proved(content) else f"{share} of the points are proved"
    if content["interrupted"]:
        heading = f"Interrupted; {share} of the points that are done are proved"
    reasons: dict[str, int] = {}
    for answer in answers:
        for reason, times in answer["reasons"].items():
            reasons[reason] = reasons.get(reason, 0) + times
    words = [f"~ before a figure: a plan was found, not proved to the requested gap ({totals['unproved']:,})",
             f"infeasible: it is proved that there is no plan ({totals['infeasible']:,})",
             f"no answer: the solve ended with neither ({totals['failed']:,})"]  # fmt: skip
    words = [text for text in words if not text.endswith("(0)")]
    blocks: list[Any] = [Text(_proof(content, answers))]
    if words:
        blocks.append(Items("How points are marked", tuple(words)))
    if reasons:
        listed_reasons = tuple(f"{count(times, 'point')}: {reason}" for reason, times in reasons.items())
        blocks.append(Items("Why there is no answer", listed_reasons))
    if content["notes"]:
        blocks.append(Items("What to know of the points", tuple(content["notes"])))
    return Section("How sure", heading, tuple(blocks))


def _facts(content: Row) -> tuple[tuple[str, str], ...]:
    model = content["model"]
    objectives = ", then ".join(model["objectives"])
    facts = (
        ("Instance", f"{content['instance']}, SHA-256 {content['sha256']}"),
        ("Model", f"{model['name']}: {model['description'] or model['title']}"),
        ("Minimised", objectives),
        *made_with(content.get("options"), content.get("versions")),
    )
    return facts + ((("Read from", content["read_from"]),) if "read_from" in content else ())
