"""Options and parameter types that several commands share."""

from __future__ import annotations

import errno
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from click.shell_completion import CompletionItem

from allocator.arguments import LARGEST_SEED
from allocator.errors import BadUsage

Decorator = Callable[[Any], Any]

DISK_FAILURES = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
"""Errors that the user did not cause: the disk is full or broken."""

OTHER_KINDS = (".csv", ".xls", ".xlsm", ".xlsb", ".ods", ".txt", ".toml", ".yaml", ".zip", ".parquet", ".pdf", ".html")
"""Endings that a user would not give to a folder."""


class Number(click.FloatRange):
    """A finite number in a range."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number", param, ctx)
        return number


class Target(click.Path):
    """A path to write to: a file if it ends in one of ``files``, otherwise a folder."""

    def __init__(self, *files: str) -> None:
        super().__init__()
        self.files = files

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse a folder with the name of a file, e.g. ``results.csv``."""
        text = str(value)
        if not text:
            self.fail("the name is empty", param, ctx)
        name = text.rpartition("/")[2]
        ending = "." + name.rpartition(".")[2] if "." in name else ""
        if ending.lower() not in self.files and ending.lower() in (*OTHER_KINDS, ".xlsx", ".json"):
            known = " or ".join(self.files)
            self.fail(f"{text} ends in {ending}; expected a folder, or a name that ends in {known}", param, ctx)
        return text


class PageFile(click.Path):
    """A path of a page, which ends in ``.html``."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse any other name."""
        text = str(value)
        if not text.endswith(".html") or text.rpartition("/")[2] == ".html":
            self.fail(f"{text or 'an empty name'}: expected a name that ends in .html", param, ctx)
        return text


@contextmanager
def writing(target: str) -> Iterator[None]:
    """Report a path that cannot be written to under the name that the user gave."""
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FAILURES:
            raise OSError(error.errno, f"cannot be written: {error.strerror}", target) from None
        raise BadUsage(f"{target}: cannot be written ({error.strerror or error})") from None


def _complete(names: Callable[[], tuple[str, ...]]) -> Callable[..., list[CompletionItem]]:
    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        shipped = [CompletionItem(name) for name in names() if name.startswith(incomplete)]
        return shipped or [CompletionItem(incomplete, type="file")]

    return complete


def _instances() -> tuple[str, ...]:
    from allocator.resources import shipped_instances

    return shipped_instances()


def _models() -> tuple[str, ...]:
    from allocator.resources import shipped_models

    return shipped_models()


instance_argument = click.argument("instance", metavar="INSTANCE", shell_complete=_complete(_instances))
result_argument = click.argument("instance", metavar="INSTANCE|RESULT", shell_complete=_complete(_instances))
model_option = click.option(
    "--model",
    metavar="NAME|PATH",
    shell_complete=_complete(_models),
    help="A bundled model or your own .toml file. [default: the instance's model, otherwise reference]",
)
set_option = click.option(
    "--set",
    "overrides",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change the instance or the model, e.g. events.us_backstop=true, "
    "budgets[payer=common].amount*=0.8 (also += and -=; whole numbers are rounded down), model.willingness_floor=0. "
    "With the key of a whole missing row, = adds the row. May be repeated.",
)
case_option = click.option(
    "--case",
    type=click.Choice(["low", "base", "high", "favourable", "adverse"]),
    default="base",
    show_default=True,
    help="Set every figure that has a range to the low or the high end of it, or to the end that can only help "
    "(favourable) or only hurt (adverse) coverage. --set is applied afterwards.",
)
coalition_option = click.option(
    "--coalition",
    metavar="TEXT",
    help="Groups and nations that take part: + adds and - removes, e.g. JEF+FRA; -TUR-HUN is everyone but these two. "
    "[default: everyone]",
)
from_option = click.option(
    "--from",
    "source",
    metavar="INSTANCE",
    shell_complete=_complete(_instances),
    help="Copy this instance: a folder, .xlsx, .json or a bundled name. [default: a small invented instance]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
quiet_option = click.option("--quiet", is_flag=True, help="Print no progress and no warnings.")
threads_option = click.option(
    "--threads",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Number of HiGHS threads; the largest models use one more, for the bound and better plans.",
)


def gap_option(default: float, note: str = "") -> Decorator:
    """``--gap`` with a default; ``note`` ends the sentence on it."""
    return click.option(
        "--gap",
        type=Number(0, 1),
        default=default,
        show_default=f"{default:g}" if default >= 1e-3 else f"{default:.4f}",
        help=f"Relative gap at which an objective counts as proved{note}.",
    )


def time_limit_option(help_text: str, default: float | None = None) -> Decorator:
    """``--time-limit``, with what it is a limit for."""
    shown = None if default is None else f"{default:g}"
    return click.option(
        "--time-limit", type=Number(0, min_open=True), default=default, show_default=shown, metavar="SECONDS",
        help=help_text,
    )  # fmt: skip


def seed_option(what: str = "HiGHS") -> Decorator:
    """``--seed``, with what it is the seed of."""
    return click.option(
        "--seed", type=click.IntRange(0, LARGEST_SEED), default=0, show_default=True, help=f"Random seed for {what}."
    )
