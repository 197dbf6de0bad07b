"""Help texts: options under headings in plain words, with their defaults and ranges.

Every command is a :class:`Command`. A command with more than :data:`LONG` options shows them in the groups of
:data:`HEADINGS`; what is in none of them is the command's own and comes first, under the heading that it names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import click

LONG = 12
"""Options that a command may have in one list."""

COLUMN = 22
"""Width of the column of options; a longer one has a line of its own."""

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "Instance and model": ("--instance", "--of", "--model", "--case", "--set", "--coalition"),
    "Solving": (
        "--gap", "--time-limit", "--extra-time", "--threads", "--seed", "--store", "--no-resume", "--workers",
        "--scheduler", "--max-points",
    ),
    "Output": (
        "--out", "--deployments", "--report", "--figures", "--short", "--rota", "--full", "--most", "--json", "--csv",
        "--quiet", "--help",
    ),
}  # fmt: skip
"""Heading -> the options under it."""


class Command(click.Command):
    """A command whose help has its options under headings.

    Parameters
    ----------
    own : str
        Heading of the options that only this command has.
    """

    def __init__(self, *given: Any, own: str = "Options", **more: Any) -> None:
        super().__init__(*given, **more)
        self.own = own

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, each group under its heading, with one width for all groups."""
        for heading, options in sections(self, ctx):
            rows = [(name, _text(text, notes)) for name, text, notes in (described(option, ctx) for option in options)]
            widest = min(COLUMN, max(len(name) for name, _ in rows))
            with formatter.section(heading):
                formatter.write_dl(rows, COLUMN, 2 + (COLUMN - widest))


def sections(command: click.Command, ctx: click.Context) -> list[tuple[str, list[click.Option]]]:
    """The options of a command by heading; all under ``Options`` if they are few."""
    options = [param for param in command.get_params(ctx) if isinstance(param, click.Option) and not param.hidden]
    if len(options) <= LONG:
        return [("Options", options)]
    heading_of = {name: heading for heading, names in HEADINGS.items() for name in names}
    groups: dict[str, list[click.Option]] = {heading: [] for heading in (getattr(command, "own", "Options"), *HEADINGS)}
    for option in options:
        groups[heading_of.get(option.opts[-1], next(iter(groups)))].append(option)
    return [(heading, group) for heading, group in groups.items() if group]


def described(option: click.Option, ctx: click.Context) -> tuple[str, str, list[str]]:
    """An option's names, its help text, and notes on its default and range.

    Examples
    --------
    >>> import click
    >>> option = click.Option(["--most"], type=click.IntRange(1), default=10, show_default=True, help="Lines to list.")
    >>> described(option, click.Context(click.Command("x")))
    ('--most N', 'Lines to list.', ['default: 10', 'at least 1'])
    """
    record = option.get_help_record(ctx)
    assert record is not None
    names, text = re.sub(r"INTEGER( RANGE)?", "N", record[0]), " ".join(record[1].split())
    notes: list[str] = []
    while (note := re.search(r" *\[([^\]]*)\]$", text)) is not None:
        notes[:0] = [_worded(part) for part in note[1].split("; ")]
        text = text[: note.start()]
    return names, text, notes


def _text(text: str, notes: list[str]) -> str:
    return f"{text} [{'; '.join(notes)}]" if notes else text


def _worded(note: str) -> str:
    """A note of Click in words: ``0<=x<=1`` is from 0 to 1."""
    note = re.sub(r"\(([\d.]+)\)", r"\1", note)
    note = re.sub(r"^(.+)<=x<=(.+)$", r"from \1 to \2", note)
    note = re.sub(r"^(.+)<=x<(.+)$", r"from \1, below \2", note)
    note = re.sub(r"^x>=(.+)$", r"at least \1", note)
    return re.sub(r"^x>(.+)$", r"above \1", note)
