"""A plan as one HTML page: no script, no request to anywhere, and a policy that forbids both."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from allocator.briefing.findings import Findings
from allocator.errors import escaped
from allocator.plan.plan import Plan
from allocator.report.html.answer import answer, head
from allocator.report.html.burden import cost, politics
from allocator.report.html.coverage import changes, coverage, missing
from allocator.report.html.over_time import over_time
from allocator.report.html.reading import Reading
from allocator.report.html.short import PARTS, short_answer, short_head, short_sections
from allocator.report.html.sure import requirements, run, sources, sure
from allocator.report.html.symbols import shapes
from allocator.report.html.where import where
from allocator.report.html.who import who

if TYPE_CHECKING:
    from jinja2 import Environment

LINKS = {
    "coverage": ("coverage", "Coverage"),
    "missing": ("missing", "Missing"),
    "changes": ("changes", "What would change it"),
    "who": ("who", "Who sends what"),
    "where": ("map", "Map"),
    "over_time": ("time", "Over time"),
    "cost": ("cost", "Cost and burden"),
    "politics": ("politics", "Politics"),
    "sure": ("sure", "How sure"),
}
"""Section in the order of the page -> its anchor, and its name among the links."""


def draw_page(plan: Plan, findings: Findings | None = None, *, short: bool = False) -> str:
    """A plan, or the reason that there is none, as one self-contained HTML page.

    Parameters
    ----------
    plan : Plan
    findings : Findings, optional
        What further solves found of it; see :func:`allocator.briefing.gather`.
    short : bool
        Only what is missing, who sends what and what would raise coverage, for two sheets of paper.

    Returns
    -------
    str
        The page, in UTF-8 when written. All names and texts of the instance are escaped.

    Examples
    --------
    >>> import allocator
    >>> page = draw_page(allocator.solve("toy-rotation"))
    >>> page.count("<script"), "50\\xa0% of what is asked" in page
    (0, True)
    """
    page = Reading(plan, Findings() if findings is None else findings)
    content, above = sections(page), (head(page), answer(page))
    symbols = {} if short else {code: [[*shape, ""][:3] for shape in shapes(code)] for code in _codes(content)}
    parts = {name: name for name in LINKS}
    if short:
        content, parts = {"sure": None, **short_sections(content)}, PARTS
        above = short_head(above[0]), short_answer(above[1])
    shown = [name for name in parts if content.get(name) is not None]
    css = style()
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            **content,
            head=above[0],
            answer=above[1],
            requirements=requirements(page),
            run=run(page),
            sources=sources(page),
            symbols=symbols,
            parts=[f"{parts[name]}.html.j2" for name in shown],
            links=[("answer", "Answer"), *(LINKS[name] for name in shown)],
            style=trusted(css),
            policy=policy(css),
            version=version(),
        )
    )


def sections(page: Reading) -> dict[str, Any]:
    """The content of each section; None, or missing, where it has nothing to say."""
    always = {"politics": politics(page), "sure": sure(page)}
    if not page.plan.found:
        return always
    return {
        "coverage": coverage(page),
        "missing": missing(page),
        "changes": changes(page),
        "who": who(page),
        "where": where(page),
        "over_time": over_time(page),
        "cost": cost(page),
        **always,
    }


def _codes(content: dict[str, Any]) -> list[str]:
    return list(content["who"]["symbols"]) if "who" in content else []


def policy(css: str) -> str:
    """The content security policy: this style sheet by its hash, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(css.encode("utf-8")).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


@cache
def style() -> str:
    """The style sheet."""
    return files("allocator.report.html").joinpath("templates/style.css").read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """Templates in which everything is escaped and a missing name is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("allocator.report.html", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        keep_trailing_newline=True,
    )


def _visible(value: Any) -> Any:
    """A text without control characters and without signs that turn the direction of what follows."""
    return escaped(value, keep="\n\t\u00ad\u200c\u200d") if type(value) is str else value


def trusted(css: str) -> Any:
    """The style sheet of the package, which holds nothing of an instance, as it is."""
    from markupsafe import Markup

    return Markup(css)


def version() -> str:
    try:
        return installed("allocator")
    except PackageNotFoundError:
        return "(run from a checkout)"
