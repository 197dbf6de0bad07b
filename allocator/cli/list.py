"""``allocator list``."""

from __future__ import annotations

from textwrap import TextWrapper

import click

from allocator.cli.help import Command
from allocator.cli.options import json_option
from allocator.cli.terminal import console, emit, emit_json


@click.command("list", cls=Command)
@json_option
def command(as_json: bool) -> None:
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
    width = max(len(entry["name"]) for entry in [*instances, *models])
    wrapper = TextWrapper(max(40, console().width), subsequent_indent=" " * (width + 4), break_long_words=False)
    lines = ["Instances (allocator solve NAME)"]
    lines += [wrapper.fill(f"  {entry['name']:<{width}}  {entry['title']}") for entry in instances]
    lines += ["", "Models (--model NAME)"]
    lines += [wrapper.fill(f"  {entry['name']:<{width}}  {entry['description']}") for entry in models]
    emit("\n".join(lines))
