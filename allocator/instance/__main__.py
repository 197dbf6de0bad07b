"""Prints ``instances/FORMAT.md``: tables and columns, as the one dictionary has them."""

import sys

from allocator.instance.columns import LARGEST, OWN, SMALLEST
from allocator.instance.tables import SETTINGS, markdown
from allocator.reading import MOST_BYTES, MOST_TOML

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

A column whose name begins with `{OWN}` is your own, in every carrier, and so is a sheet: they are ignored, whatever
they hold, and are not part of the instance (converting leaves them out). Any other unknown column, sheet or `.csv` file
is a fault; files with another ending are ignored. The header is the first row that is not blank. A title above it,
columns separated by semicolons, an index without a name and the like are refused with one sentence that says what to
do, and a refused number with its likely reading (`"3,640,000"; ... write 3640000`): nothing is repaired in silence.
A text file is UTF-8 and a plain file: TOML of at most {MOST_TOML:,} bytes, others of {MOST_BYTES:,}. CR LF in a quoted
cell of a CSV file is read as LF.

In a workbook a formula counts by its stored value. A formula without one, an error such as #N/A and a number that is
none are faults; so are a damaged part and a cell whose place is not clear. Most of them go away when a spreadsheet
program saves the workbook again.

## What is an assumption

A row whose `source` is `assumption` (in any case; a key of `sources`) is assumed as a whole. In another row those
columns are assumed that its `note` lists directly before the word *assumed*, joined by commas and *and*, as often as
need be: `operating_cost and rotation_ratio assumed (none published); personnel assumed (as for a frigate)`. Where
`sources` has that row, answers end by saying how many of the figures given are assumptions (a figure is a number that
is no period, no companion and no place), and how much of the plan hangs on one: of its cost, what is spent on a unit
type with an assumed `personnel`, `operating_cost`, `rotation_cost` or `rotation_ratio`, or from a pool with assumed
`units`; of its coverage, weighted as in the objective `gap`, what is met of a line with an assumed `quantity`, or in
periods in which a unit with an assumed `amount` supplies it.

## Cases and coalitions

`--case low` (`high`) takes every `_low` (`_high`) that is given in place of its figure. `--coalition` names who takes
part: groups and nations, read from left to right, `+` adds and `-` takes out (`JEF+FRA`, `NATO-TUR-HUN`); a text that
starts with `-` starts from all nations. The `willingness` of everyone else is left out, which means 0. A group may have
a hyphen in its name; where a text could be read in two ways, the longer name counts.

## Warnings

What is legal but odd is solved as it is, with a warning that names table, row and column and a way out. `warnings()` of
an instance, a model and a plan gives the same lines. Few of each kind are named, the others counted.

- Facts without effect: min_units above the pool; a pool with fewer units than its relief needs on an indefinite
  horizon; a pledge that is conditional on the nation itself or asks for more nations than there are; a unit type that
  no task can use; a task that asks for nothing; a nation with pools that is willing to do nothing. In a long table such
  nations and pools too small for their relief are named only where they are few or nearly all.
- Figures that look a thousand or a million times off, in the whole column or in one row against the rest: gdp beside
  operating_cost and beside the cost of all pools; operating_cost a person and month (by itself in the dollar, the euro
  and a dozen other currencies); rotation_cost beside operating_cost; personnel; units; troop_ceiling beside the people
  in the pools; quantity beside what all forces supply; amount of a budget beside the cheapest unit and beside all that
  can be paid.
- A budget that a changed horizon leaves as it was, and a plan in which a nation pays more than a tenth of its GDP.

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
