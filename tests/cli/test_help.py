"""Help: options under headings, in plain words, on a terminal of 80 columns."""

from __future__ import annotations

import re

import click
from click.testing import CliRunner

from allocator.cli import COMMANDS, cli
from allocator.cli.help import COLUMN, HEADINGS, LONG


def test_help_has_the_options_under_headings_in_plain_words() -> None:
    """No list of options is long, no line is wider than the terminal, and every option has one place."""
    seen = set()
    for name in COMMANDS:
        page = CliRunner().invoke(cli, [name, "--help"], terminal_width=80).output
        lists = re.findall(r"^([A-Z][^\n]*):\n((?:  .*\n?)+)", page, re.MULTILINE)
        named = [re.findall(r"^  (-.*?)(?:  |$)", text, re.MULTILINE) for _, text in lists]
        assert max(map(len, named)) <= 15, name
        if sum(map(len, named)) > LONG:
            assert {"Instance and model", "Solving", "Output"} <= {heading for heading, _ in lists}, name
        else:
            assert [heading for heading, _ in lists] == ["Options"]
        flags = [re.findall(r"--[a-z-]+", option)[-1] for options in named for option in options]
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        context = click.Context(command)
        options = [param for param in command.get_params(context) if isinstance(param, click.Option)]
        assert sorted(flags) == sorted(option.opts[-1] for option in options)
        seen |= set(flags)
        assert max(map(len, page.splitlines())) <= 80
        assert not re.search(r"INTEGER|\bx[<>]|\(\d", page), name
    assert {flag for flags in HEADINGS.values() for flag in flags} <= seen
    assert f"\n  {'--seed N':{COLUMN}}  Random seed for the draws. [default: 0; " in CliRunner().invoke(
        cli, ["hedge", "--help"], terminal_width=80).output  # fmt: skip
