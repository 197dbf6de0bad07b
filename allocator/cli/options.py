"""Options and parameter types that several commands share."""

from __future__ import annotations

import math
from typing import Any

import click


class Number(click.FloatRange):
    """A finite number in a range."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number", param, ctx)
        return number


instance_argument = click.argument("instance", metavar="INSTANCE")
model_option = click.option(
    "--model",
    metavar="NAME|PATH",
    help="A shipped model, or a .toml of your own. [default: the instance's, else reference]",
)
set_option = click.option(
    "--set",
    "overrides",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change the instance or the model, e.g. events.us_backstop=true, "
    "budgets[payer=common].amount*=0.8, model.willingness_floor=0. May be repeated.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
