"""The pictures of a plan's page, for files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allocator.briefing.findings import Findings
from allocator.plan.plan import Plan
from allocator.report.charts.kinds import Bar, Bars, Cell, Heat, Picture, Piece
from allocator.report.charts.mapped import drawn_map
from allocator.report.html.page import sections
from allocator.report.html.reading import Reading

Content = Mapping[str, Any]


def plan_figures(plan: Plan, findings: Findings | None = None) -> tuple[list[Picture], dict[str, str]]:
    """The pictures of a plan's page: those that are drawn from values, and the map as SVG.

    Examples
    --------
    >>> import allocator
    >>> pictures, further = plan_figures(allocator.solve("toy-rotation"))
    >>> [picture.name for picture in pictures], sorted(further)
    (['coverage', 'missing', 'cost', 'politics'], [])
    """
    content = sections(Reading(plan, Findings() if findings is None else findings))
    makers = {
        "coverage": _coverage, "missing": _missing, "changes": _changes, "cost": _cost, "politics": _politics,
        "over_time": _over_time,
    }  # fmt: skip
    found = [make(content[name]) for name, make in makers.items() if content.get(name)]
    where = content.get("where")
    return [picture for picture in found if picture is not None], {} if where is None else {"map": drawn_map(where)}


def _share(width: str) -> float:
    """A width of a bar on the page as a share."""
    return float(width.rstrip("%")) / 100


def _coverage(content: Content) -> Picture:
    several = content["several"]
    rows = tuple(
        Bar(
            row["name"],
            (row["share"], *((row["worst"],) if several else ()), f"{row['met']} of {row['lines']}", row["people"]),
            (Piece("more", 0.0, _share(row["width"])),),
        )
        for row in content["rows"]
    )  # fmt: skip
    columns = ("of what is asked", *(("least",) if several else ()), "lines met", "people")
    return Bars("coverage", content["heading"], "Objective", "Covered", columns, rows)


def _missing(content: Content) -> Picture | None:
    rows = tuple(
        Bar(
            row["task"], (row["has"], f"{row['asked']} {row['unit']}", row["label"] or "–"),
            (Piece("more", 0.0, _share(row["width"])), Piece("hole", _share(row["width"]), 1.0)),
            note=row["capability"],
        )
        for row in content["rows"]
    )  # fmt: skip
    key = (("more", "supplied"), ("hole", "missing"))
    columns = ("has", "asked", "depends on")
    picture = Bars("missing", content["heading"], "Asked for", "Supplied", columns, rows, key, (1, 2))
    return picture if rows else None


def _changes(content: Content) -> Picture:
    mark = _share(content["mark"])
    rows = tuple(
        Bar(row["label"], (row["covered"], row["change"]), (Piece(row["kind"], 0.0, _share(row["width"])),), (mark,))
        for row in content["rows"]
    )
    key = (("more", "more than now"), ("same", "the same"), ("less", "less"))
    return Bars("changes", content["heading"], "If …", "Coverage", ("covered", "change"), rows, key, (1,))


def _cost(content: Content) -> Picture:
    rows = tuple(
        Bar(row["name"], (row["cost"], row["share"], row["burden"]), (Piece("more", 0.0, _share(row["width"])),))
        for row in content["rows"]
    )
    columns = (content["unit"], "share", "of GDP a year")
    return Bars("cost", content["heading"], "Nation", "Own cost", columns, rows)


def _politics(content: Content) -> Picture | None:
    if not content["asked"] or not content["rows"]:
        return None
    rows = tuple(
        Bar(row["name"], (row["asked"], row["conditions"]), (Piece("less", 0.0, _share(row["width"])),))
        for row in content["rows"]
    )
    columns = ("thousand person-months", "conditions")
    return Bars("politics", content["heading"], "Nation", "Asked of the reluctant", columns, rows, (), (1,))


def _over_time(content: Content) -> Picture:
    rows = tuple(
        (row["name"], tuple(Cell(cell["text"], int(cell["step"][1:] or 0)) for cell in row["cells"]))
        for row in content["coverage"]
    )
    columns = tuple(str(when) for _, when in content["periods"])
    return Heat("coverage-by-period", content["heading"], "Objective", "Period", columns, rows)
