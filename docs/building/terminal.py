"""The colours of a terminal in pages: what was typed stands out from what was printed."""

from __future__ import annotations

from typing import ClassVar

from pygments.lexer import RegexLexer
from pygments.token import Generic, Text
from sphinx.application import Sphinx


class Terminal(RegexLexer):  # type: ignore[misc]
    """A line that begins with ``$`` was typed, and so was the next after a backslash; all others were printed."""

    name = "Terminal"
    tokens: ClassVar = {
        "root": [(r"^\$ ", Generic.Prompt, "typed"), (r".*\n", Generic.Output)],
        "typed": [(r".*\\\n", Text), (r".*\n", Text, "#pop")],
    }


def setup(app: Sphinx) -> dict[str, bool]:
    """Use these colours for blocks of ``console``."""
    app.add_lexer("console", Terminal)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
