"""Studies for tests: small sweeps and others, solved once, as the objects that the commands print as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import allocator
from allocator import Design, Instance
from allocator.report.html.study import draw_study
from allocator.report.studies.study import Study
from allocator.sweeps.design.file import Draws, Flip, Front
from tests.report.pages import Page
from tests.toys import toy, willing

EVIL = "<script>alert(1)</script>"
FORMULA = "=1+1"
RIGHT_TO_LEFT = "שלום עולם"
LONG = "A nation with a name that no column of a table was made for" + ", and a second part of that name" * 4

Content = Mapping[str, Any]


def plain(content: Any) -> Any:
    """The object as it comes back from a file."""
    return json.loads(json.dumps(content, allow_nan=False))


def swept(instance: Instance | str, **design: Any) -> Content:
    """The object of a sweep."""
    with allocator.sweep(instance, Design(**design), workers=0) as done:
        found: Content = plain(done.to_dict())
    return found


def page_of(study: Study) -> Page:
    """The page of a study as a test reads it."""
    return Page(draw_study(study))


def figures_of(study: Study) -> dict[str, Any]:
    """The pictures of a study by name."""
    return {picture.name: picture for picture in study.pictures()}


def named() -> Instance:
    """Four nations whose names are attacks or hard to lay out, with ranges and stances that are no full yes."""
    names = {"AAA": EVIL, "BBB": RIGHT_TO_LEFT, "CCC": LONG, "DDD": "turned \u202e name"}
    return toy(
        nations=[{"nation": nation, "name": name, "gdp": 1000.0} for nation, name in names.items()],
        objectives=[{"objective": "land", "name": EVIL}],
        tasks=[{"task": "hold", "name": FORMULA}],
        requirements=[
            {"task": "hold", "capability": "inf", "quantity": 8.0, "quantity_low": 6.0, "quantity_high": 12.0}
        ],
        forces=[
            {"nation": nation, "unit_type": "bn", "units": 2, "units_low": 1, "units_high": 3, "source": "a"}
            for nation in names
        ],
        sources=[{"source": "a", "title": EVIL}],
        willingness=[*willing("AAA", "BBB", at=0.8), *willing("CCC"), *willing("DDD", at=0.5)],
    )


KINDS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "curve": lambda: {"vary": ("requirements.quantity=4,8,16",)},
    "map": lambda: {"vary": ("requirements.quantity=4,8",), "coalitions": ("all", "-BBB")},
    "effects": lambda: {"vary": ("requirements.quantity=4,8", "forces.units=1,2", "unit_types.personnel=50,100")},
    "tornado": lambda: {"one_at_a_time": True},
    "sources": lambda: {"one_at_a_time": True, "by": "source"},
    "front": lambda: {"pareto": Front(("gap", "cost"), 4)},
    "withdrawal": lambda: {"politics": Draws(20, 0, ("coverage>=0.9",))},
    "threshold": lambda: {"threshold": (Flip("coverage>=0.5", "requirements.quantity=2:40", 2),)},
}  # fmt: skip
"""Kind of a sweep -> its design, for :func:`named`."""


@cache
def kind(name: str) -> Content:
    """A sweep of :func:`named` of a kind."""
    return swept(named(), **KINDS[name]())


def sampled(method: str, name: str = "AAA") -> Content:
    """A sample of four points over two figures, by hand: coverage depends on the pool most, cost on nothing."""
    one, other = "forces[nation=AAA].units", "requirements.quantity"
    known: dict[str, list[dict[str, Any]]] = {
        "morris": [{"mu_star": 0.6, "mu_star_conf": 0.1, "mu": -0.6, "sigma": 0.2, "effects": 4, "unmoved": 1},
                   {"mu_star": 0.1, "mu_star_conf": 0.0, "mu": 0.1, "sigma": 0.0, "effects": 5, "unmoved": 0}],
        "sobol": [{"total": 0.7, "total_conf": 0.1, "first": 0.5, "first_conf": 0.2},
                  {"total": 0.3, "total_conf": None, "first": -0.01, "first_conf": None}],
        "lhs": [{"rank_correlation": 0.9, "low": 0.7, "high": 0.95},
                {"rank_correlation": -0.1, "low": None, "high": None}],
    }  # fmt: skip
    figures = known[method]
    indices = [{"output": "coverage", "figure": key, **row} for key, row in zip((one, other), figures, strict=True)]
    indices += [{**row, "output": "cost", **dict.fromkeys(figures[0])} for row in indices]
    spread = {"mean": 0.6875, "5": 0.5, "50": 0.625, "95": 1.0}
    result = {
        "quantiles": {"coverage": spread, "cost": {"mean": 3.0, "5": 3.0, "50": 3.0, "95": 3.0}}, "indices": indices,
        "why": "", "sometimes": {"members": {"AAA": 0.5}, "lines": {"hold.inf": 0.25}},
    }  # fmt: skip
    answer = {
        "kind": method, "title": f"{method} sample of 4 points", "points": 4, "known": 0, "unproved": 0,
        "infeasible": 0, "failed": 0, "reasons": {}, "why": "", "result": result,
    }  # fmt: skip
    points = [{"coverage": share, "cost": 3.0, "weight": 1} for share in (0.5, 0.5, 0.75, 1.0)]
    return {
        "instance": "toy", "title": name, "sha256": "0", "currency": "USD", "interrupted": False, "notes": [],
        "model": allocator.load_model("reference").to_dict(), "answers": [answer],
        "points": points, "names": {"nations": {"AAA": name}},
    }  # fmt: skip


@cache
def hedged() -> Content:
    """A two-stage plan for :func:`named`."""
    found: Content = plain(allocator.hedge(named(), replications=2, evaluate=4).to_dict())
    return found


@cache
def compared() -> Content:
    """Three cases of :func:`named`, of which one has no plan."""
    cases = allocator.cases([named()], ["forces.units=1", "requirements.max_gap=0 requirements.quantity=50"])
    found: Content = plain(allocator.compare(cases).to_dict())
    return found


def judged(**columns: Any) -> dict[str, Any]:
    """A claim as ``allocator claims --json`` prints it."""
    return {
        "id": "a", "claim": "A claim", "who": "somebody", "measure": "coverage", "unit": "", "least": 0.5, "most": None,
        "figure": 0.6, "verdict": "holds", "margin": 0.2, "depends_on": [], "doubts": {}, "note": "", **columns,
    }  # fmt: skip
