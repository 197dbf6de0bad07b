"""``allocator list``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import fill

import click

from allocator.cli.help import Command
from allocator.cli.options import json_option
from allocator.cli.terminal import console, emit, emit_json

TOY = "toy-"
"""Beginning of the names of instances that are solved by hand."""


@click.command("list", cls=Command)
@click.option("--full", is_flag=True, help="Print the titles of the toys too.")
@json_option
def command(full: bool, as_json: bool) -> None:
    """List the bundled instances and models."""
    from allocator.instance import read
    from allocator.model import load_model
    from allocator.resources import shipped_instances, shipped_models

    instances = [{"name": name, "title": read(name).title} for name in shipped_instances()]
    models = []
    for name in shipped_models():
        model = load_model(name)
        models.append({"name": name, "title": model.title, "description": model.description})
    if as_json:
        emit_json({"instances": instances, "models": models})
        return
    width = console().width
    listed = [(entry["name"], entry["title"]) for entry in instances if full or not entry["name"].startswith(TOY)]
    lines = ["Instances (allocator solve NAME)", *_lines(listed, width)]
    if not full:
        toys = ", ".join(entry["name"] for entry in instances if entry["name"].startswith(TOY))
        text = f"  toys, each solved by hand (--full: with titles): {toys}"
        lines.append(fill(text, width, subsequent_indent="    ", break_on_hyphens=False))
    lines += ["", "Models (--model NAME)", *_lines([(entry["name"], entry["description"]) for entry in models], width)]
    emit("\n".join(lines))


def _lines(entries: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    """Names and what they are, in two columns."""
    column = max(len(name) for name, _ in entries)
    for name, text in entries:
        line = f"  {name:<{column}}  {text}"
        yield fill(line, width, subsequent_indent=" " * (column + 4), break_long_words=False, break_on_hyphens=False)
