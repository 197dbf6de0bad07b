"""The page of the bundled models, from their files."""

from __future__ import annotations

from allocator.model import load_model
from allocator.resources import shipped, shipped_models


def page() -> str:
    """The page of the bundled models, in Markdown.

    Examples
    --------
    >>> "## surge" in page()
    True
    """
    parts = []
    for name in ("reference", *(name for name in shipped_models() if name != "reference")):
        model = load_model(name)
        text = (shipped("models") / f"{name}.toml").read_text(encoding="utf-8")
        parts.append(f"## {name}\n\n**{model.title}.** {model.description}\n\n```toml\n{text}```\n")
    return "\n".join(parts)
