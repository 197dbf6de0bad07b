"""Prints ``instances/FORMAT.md``: tables and columns, as the one dictionary has them."""

import sys

from allocator.instance.tables import LARGEST, SETTINGS, SMALLEST, markdown

INTRODUCTION = f"""# The format of an instance

Made from the dictionary in `allocator/instance/tables.py` by `python -m allocator.instance > instances/FORMAT.md`; a
test fails when it is stale.

An instance is a folder with `instance.toml` and one CSV file a table (UTF-8, comma, one header line), or one `.xlsx`
workbook with a sheet a table and a sheet `instance` (columns `key` and `value`), or one `.json` file
(`{{"instance": {{...}}, "nations": [{{...}}, ...], ...}}`). The three hold the same and convert into each other.

Columns between stars form the key. A blank cell stands for what the last column says. Every numeric column but the
periods may have companions `_low` and `_high`; every table may carry `source` (a key of `sources`) and `note`. A number
that is not 0 has a size from {SMALLEST:g} to {LARGEST:g}. In CSV a text cell that begins with = + - @ or a tab is
written with an apostrophe in front, so that a spreadsheet does not take it for a formula; reading takes it off again.

## instance.toml

| key | meaning | type |
| --- | --- | --- |
"""


def text() -> str:
    """The text of ``instances/FORMAT.md``."""
    settings = [f"| {key} | {column.meaning} | {column.expected} |" for key, column in SETTINGS.items()]
    events = "A political fact that pledges may ask for, assumed true or false."
    settings.append(f"| events.NAME | {events} | true or false |")
    return INTRODUCTION + "\n".join(settings) + "\n\n## Tables\n" + markdown()


if __name__ == "__main__":
    sys.stdout.write(text())
