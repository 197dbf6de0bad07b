"""A study as one HTML page: the layout, the style sheet and the policy are those of a plan's page."""

from __future__ import annotations

from allocator.report.html.page import environment, policy, style, trusted, version
from allocator.report.studies.study import Section, Study


def draw_study(study: Study) -> str:
    """A study as one self-contained page.

    Examples
    --------
    >>> page = draw_study(Study("<b>", "Nothing is known"))
    >>> page.count("<script"), "<title>&lt;b&gt;</title>" in page
    (0, True)
    """
    found = environment()
    if "kind" not in found.filters:
        found.filters |= {"at": _at, "kind": lambda block: type(block).__name__}
    css, sections = style(), _anchored(study.sections)
    return found.get_template("study.html.j2").render(
        study=study,
        sections=sections,
        links=[("answer", "Answer"), *((anchor, section.link) for anchor, section in sections), ("run", "Run")],
        style=trusted(css),
        policy=policy(css),
        version=version(),
    )


def _anchored(sections: tuple[Section, ...]) -> list[tuple[str, Section]]:
    """Each section with an anchor of its own."""
    return [(f"section-{at}", section) for at, section in enumerate(sections, start=1)]


def _at(share: float) -> str:
    """A share as a position or a length in per cent."""
    return f"{100 * min(1.0, max(0.0, share)):.2f}%"
