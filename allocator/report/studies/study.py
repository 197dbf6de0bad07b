"""What a page says, before it is laid out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from allocator.naming import Names
from allocator.report.charts.kinds import Bars, Heat, Picture, Plot, Table, numbered


@dataclass(frozen=True)
class Text:
    """A paragraph; ``note`` is small and grey."""

    text: str
    note: bool = False


@dataclass(frozen=True)
class Items:
    """A list with a heading; ``fold`` hides it behind the heading."""

    heading: str
    items: tuple[str, ...]
    fold: bool = False


Block = Text | Items | Table | Bars | Heat | Plot


@dataclass(frozen=True)
class Section:
    """A part of a page: its name among the links, its finding as heading, and what it shows."""

    link: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Study:
    """A page.

    Attributes
    ----------
    title : str
    parts : tuple of str
        The line above the title.
    question : tuple of str
        Sentences under the title.
    heading, sentences : str, tuple of str
        The answer.
    tiles : tuple of (name, value, note)
    badge, proof : str
        How far it is proved, in a word and in sentences; the badge is ``Proved`` only if everything is.
    sections : tuple of Section
    facts : tuple of (str, str)
        The run: instance, model, versions, changes.
    """

    title: str
    heading: str
    parts: tuple[str, ...] = ()
    question: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    tiles: tuple[tuple[str, str, str], ...] = ()
    badge: str = ""
    proof: str = ""
    sections: tuple[Section, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()

    def pictures(self) -> list[Picture]:
        """The pictures of all sections, each with a name of its own."""
        return numbered(list(self._pictures()))

    def _pictures(self) -> Iterator[Picture]:
        for section in self.sections:
            yield from (block for block in section.blocks if isinstance(block, Bars | Heat | Plot))


def names_in(content: Mapping[str, Any]) -> Names:
    """The names that a saved result carries."""
    return Names(content.get("names") or {})
