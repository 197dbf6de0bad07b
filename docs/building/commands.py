"""The pages of the commands, from Click: what each does, its arguments, and its options with their defaults."""

from __future__ import annotations

import re

import click

from allocator.cli import cli
from allocator.cli.help import described, sections

INTRODUCTION = """# {title}

{help}

```text
{usage}
```

## Options

"""

LITERAL = re.compile(
    r"(?<![\w`])("
    r"--[a-z][a-z-]*"  # an option
    r"|[a-z_]+(?:\.[a-z_]+)*(?:\[[^\]]*\])?(?:\.[a-z_]+)*(?:\*=|\+=|-=|>=|<=|=)\w+(?:\.\w+)*"  # a setting
    r"|[a-z_]+\[[^\]]*\]\.[a-z_]+"  # a figure
    r"|\.(?:csv|json|xlsx|parquet|toml|mps|lp|html)\b"  # an ending
    r"|[A-Z]+(?:[+-][A-Z]{3})+|-[A-Z]{3}(?:-[A-Z]{3})*"  # a coalition
    r"|\+=|-=|\*=|(?<=, )=(?= )"
    r")"
)


def marked(text: str) -> str:
    """A help text in Markdown: options, settings, endings and coalitions as code; no other sign has a meaning.

    Examples
    --------
    >>> marked("Set events.us_backstop=true; --set is applied afterwards.")
    'Set `events.us_backstop=true`; `--set` is applied afterwards.'
    """
    parts = LITERAL.split(text)
    return "".join(f"`{part}`" if place % 2 else _plain(part) for place, part in enumerate(parts))


def _plain(text: str) -> str:
    return re.sub(r"([*_\[\]<>`|$])", r"\\\1", text)


def command(name: str) -> click.Command:
    """The command of that name."""
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


def page(name: str) -> str:
    """The page of a command, in Markdown.

    Examples
    --------
    >>> print(page("list").splitlines()[0])
    # allocator list
    """
    found = command(name)
    context = click.Context(found, info_name=name, parent=cli.make_context("allocator", [], resilient_parsing=True))
    paragraphs = re.split(r"\n\s*\n", (found.help or "").strip())
    text = "\n\n".join(marked(" ".join(paragraph.split())) for paragraph in paragraphs)
    usage = " ".join(found.get_usage(context).split()).removeprefix("Usage: ")
    head = INTRODUCTION.format(title=f"allocator {name}", help=text, usage=usage)
    groups = sections(found, context)
    if len(groups) == 1:
        return head + "".join(_entry(option, context) for option in groups[0][1])
    return head + "".join(
        f"### {heading}\n\n" + "".join(_entry(option, context) for option in options) for heading, options in groups
    )


def _entry(option: click.Option, context: click.Context) -> str:
    """An option with its meaning, its default and its range, as an entry of a list of definitions."""
    names, text, notes = described(option, context)
    aside = "".join(f" *{_plain(note[0].upper() + note[1:])}.*" for note in notes)
    return f"`{names}`\n: {(marked(text) + aside).strip()}\n\n"
