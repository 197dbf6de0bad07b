"""What results look like in a notebook, and where the module that draws them is found: late, as it comes after them."""

from __future__ import annotations

from importlib import import_module


class Drawn:
    """A result that a notebook shows as a short text with tables; nothing is loaded before it is shown."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        """HTML of the result, with every name escaped, for light and dark notebooks."""
        text: str = import_module("allocator.report.notebook.shown").html(self)
        return text
