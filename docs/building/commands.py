"""The pages of the commands, from Click: what each does, its arguments, and its options with their defaults."""

from __future__ import annotations

import re

import click

from allocator.cli import cli

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
    options = [parameter for parameter in found.get_params(context) if isinstance(parameter, click.Option)]
    return head + "".join(_entry(option, context) for option in options)


def _entry(option: click.Option, context: click.Context) -> str:
    """An option with its meaning, its default and its range, as an entry of a list of definitions."""
    record = option.get_help_record(context)
    assert record is not None
    names, text = record
    names = re.sub(r"INTEGER( RANGE)?", "N", names)
    text = " ".join(text.split())
    notes: list[str] = []
    while (note := re.search(r" *\[([^\]]*)\]$", text)) is not None:
        notes[:0] = [_worded(part) for part in note[1].split("; ")]
        text = text[: note.start()]
    aside = "".join(f" *{_plain(note[0].upper() + note[1:])}.*" for note in notes)
    return f"`{names}`\n: {(marked(text) + aside).strip()}\n\n"


def _worded(note: str) -> str:
    """A note of Click in words: ``0<=x<=1`` is from 0 to 1."""
    note = re.sub(r"\(([\d.]+)\)", r"\1", note)
    note = re.sub(r"^(.+)<=x<=(.+)$", r"from \1 to \2", note)
    note = re.sub(r"^(.+)<=x<(.+)$", r"from \1, below \2", note)
    note = re.sub(r"^x>=(.+)$", r"at least \1", note)
    return re.sub(r"^x>(.+)$", r"above \1", note)
