"""``allocator list``."""

from __future__ import annotations

import json

import click

from allocator.cli.options import json_option


@click.command("list")
@json_option
def command(as_json: bool) -> None:
    """Bundled instances and models."""
    from allocator.instance import read
    from allocator.locate import shipped_instances, shipped_models
    from allocator.model import load_model

    instances = [{"name": name, "title": read(name).title} for name in shipped_instances()]
    models = []
    for name in shipped_models():
        model = load_model(name)
        models.append({"name": name, "title": model.title, "description": model.description})
    if as_json:
        click.echo(json.dumps({"instances": instances, "models": models}, ensure_ascii=False, indent=1))
        return
    width = max(len(entry["name"]) for entry in [*instances, *models])
    click.echo("Instances (allocator solve NAME)")
    for entry in instances:
        click.echo(f"  {entry['name']:<{width}}  {entry['title']}")
    click.echo("\nModels (--model NAME)")
    for entry in models:
        click.echo(f"  {entry['name']:<{width}}  {entry['description']}")
