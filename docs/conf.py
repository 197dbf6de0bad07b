"""Settings of the site; ``make site`` builds it."""

import re
import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from docs.building.brought import bring, linked, places  # noqa: E402

project = "allocator"
author = "the authors of allocator"
version = release = version_of("allocator")
extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc", "docs.building.formulas", "docs.building.terminal"]
exclude_patterns = ["made", "building", "README.md"]
nitpicky = True

myst_enable_extensions = ["amsmath", "deflist", "dollarmath", "fieldlist", "substitution"]
myst_heading_anchors = 4
myst_dmath_double_inline = True

autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_theme = "furo"
html_title = "allocator"
html_math_renderer = "mathml"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
html_theme_options: dict[str, Any] = {"top_of_page_buttons": []}

COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)


KNOWN = places(ROOT)


def read(_app: Any, name: str, source: list[str]) -> None:
    """Let links to files of the repository lead to their pages; in the repository they work as they are."""
    page = f"docs/{name}.md"
    source[0] = linked(source[0], page, page, KNOWN)


def finished(_app: Any, _name: str, _template: str, context: dict[str, Any], _tree: Any) -> None:
    """Let wide blocks be scrolled with the keyboard, and drop comments, which are for the tests."""
    if "body" in context:
        body = COMMENT.sub("", context["body"])
        body = body.replace("<pre>", '<pre tabindex="0">')
        context["body"] = body.replace('<div class="table-wrapper', '<div tabindex="0" class="table-wrapper')


def setup(app: Any) -> None:
    """Make the pages that come from code and from elsewhere before the site is built."""
    app.connect("builder-inited", lambda _app: bring(ROOT))
    app.connect("source-read", read)
    app.connect("html-page-context", finished)
