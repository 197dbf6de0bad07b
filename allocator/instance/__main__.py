"""Prints ``instances/FORMAT.md``: the tables and columns of the one dictionary."""

import sys
import textwrap

from allocator.instance.columns import LARGEST, OWN, SMALLEST
from allocator.instance.tables import SETTINGS, TABLES, markdown
from allocator.reading import MOST_BYTES, MOST_TOML


def directions() -> str:
    """Two items: the figures of which the high end is favourable, and those of which the low end is."""
    lines = []
    for better, end in (("up", "high"), ("down", "low")):
        found = (f"{t.name}.{name}" for t in TABLES.values() for name in t.figures if t.by_name[name].better == better)
        line = f"- favourable at the {end} end: {', '.join(found)}"
        lines.append(textwrap.fill(line, 118, subsequent_indent="  ", break_long_words=False))
    return "\n".join(lines)


INTRODUCTION = f"""# The format of an instance

`python -m allocator.instance > instances/FORMAT.md` generates this page from the dictionary in
`allocator/instance/tables.py`; a test fails if the page is out of date.

An instance comes in one of three carriers:

- a folder with `instance.toml` and one CSV file per table (UTF-8, commas, one header line);
- an `.xlsx` workbook with one sheet per table and a sheet `instance` (columns `key` and `value`);
- a `.json` file (`{{"instance": {{...}}, "nations": [{{...}}, ...], ...}}`).

All three hold the same content, and `allocator convert` turns each into the others.

Columns between asterisks form the key. The last column says what a blank cell means; what is not required may be left
out. Every numeric column except the periods may have companions `_low` and `_high`, the ends of its range; every table
may have the columns `source` (a key of `sources`) and `note`. The absolute value of a number is 0 or lies between
{SMALLEST:g} and {LARGEST:g}. In a CSV file, a text that begins with = + - @ or a tab has an apostrophe in front, so
that a spreadsheet does not treat it as a formula; the reader removes the apostrophe.

A column or a sheet whose name begins with `{OWN}` is your own, in every carrier. It is ignored whatever it holds, is
not part of the instance, and is left out by `allocator convert`. Any other unknown column, sheet or `.csv` file is a
fault; files with other endings are ignored. The header is the first row that is not blank. Layout mistakes, such as a
title above the header, columns separated by semicolons or an index without a name, are refused with one sentence that
says what to do. A refused number is reported with its likely reading (`"3,640,000"; ... write 3640000`). No input is
changed silently. A text file must be a regular file in UTF-8, of at most {MOST_TOML:,} bytes for TOML and
{MOST_BYTES:,} bytes otherwise. CR LF in a quoted cell of a CSV file is read as LF.

A workbook that `allocator new` or `allocator convert` writes opens with a page of how-to and has drop-downs and notes;
its headings are locked without a password, and everything else can be changed. `allocator validate CASE.xlsx --mark
CHECKED.xlsx` gives a workbook back with its faults marked.

The value of a formula in a workbook is its stored result. The following are faults: a formula without a stored result,
an error such as #N/A, a damaged number, a damaged part, and a cell whose position is unclear. Saving the workbook again
with a spreadsheet program removes most of them.

## What is an assumption

If the `source` of a row is `assumption` (in upper or lower case; it must be a key of `sources`), every figure of the
row is assumed. In any other row, the assumed columns are those that its `note` lists directly before the word
*assumed*, joined by commas and *and*. A note may hold several such lists:
`operating_cost and rotation_ratio assumed (none published); personnel assumed (as for a frigate)`.

If several figures rest on one assumption, its key in square brackets begins the reason in each row:
`amount assumed ([orbit] three aircraft keep one up)`. The words *from memory*, *computed* and *seen* take a key too,
without making the figure an assumption. `allocator sweep INSTANCE --one-at-a-time --by source` moves all figures with
the same key together, and of the others all those with the same `source`. A figure with neither moves alone.

If `sources` has that row, results end with the number of figures and how many of them are assumptions. A figure is any
number except periods, companions and coordinates. Results also give the share of the plan that depends on assumptions:

- of its cost: what is spent on a unit type with an assumed `personnel`, `operating_cost`, `rotation_cost` or
  `rotation_ratio`, on units from a pool with assumed `units`, on orders with an assumed `price` (or, bought jointly, an
  assumed `discount`), or on expansions with an assumed `expansion_price`;
- of its coverage, weighted as in the objective `gap`: what is met of a requirement with an assumed `quantity`, or in
  periods in which a unit with an assumed `amount` supplies it.

## Periods

A stance in `willingness` holds in its periods; a nation has willingness 0 in a period without a stance, and two stances
on one objective in one period are a fault. A pool in `forces` deploys in no period outside its own. A blank period in
`requirements` and `commitments` means the first or the last period of the task, and in a row of `commitments` without a
task that of the horizon. Rows of `commitments` and of `budgets` that overlap all hold.

## Pools over time

What a nation has of a kind of unit changes with `force_changes`, and grows with what it orders under a programme in
`acquisitions`. A pool that only these tables name starts with 0 units and the defaults of `forces`. No pool may fall
below 0, also with every figure at its low end. Changes, programmes, `industry` and pools of expendable units need
`horizon.indefinite = false`: on an indefinite horizon they are a fault.

In the periods a to b a nation can use

    availability × (owned + ordered) − min(home_units, availability × owned)

units of a pool, where *owned* is units + all changes up to a + the increases after a up to b, and *ordered* is what is
ready by b.

## Who pays

A collective nation has no purse: `common` pays all that it costs. A gdp of its own, a budget that it pays and a row in
`funding_keys` are faults, and it is not counted among the nations.

## Cases and coalitions

`--case low` replaces every figure by its `_low` where one is given; `--case high` does the same with `_high`.

`--case favourable` sets every figure to the end of its range that can only help coverage, and `--case adverse` to the
end that can only hurt it, so the least gap at any such figures within their ranges lies between the two. A blank gdp,
troop_ceiling or at_most is no limit and therefore stays blank in `favourable`; in `adverse` it takes its low end. A
quantity stays as it is if its end would take the line out of the gap (0) or bring it in (from 0). All figures that are
not in this list stay as they are, such as priorities, personnel, common shares and leads:

{directions()}

A task whose framework_share a case or an override sets to 0 loses its framework_nation, with a note, unless
framework_share_high is above 0.

`--coalition` names who takes part: groups and nations, read from left to right; `+` adds and `-` removes (`JEF+FRA`,
`NATO-TUR-HUN`). A text that starts with `-` starts from all nations. The rows of all other nations in `willingness` and
`commitments` are left out, so their willingness is 0 and they promise nothing. The name of a group may contain a
hyphen; if a text can be read in two ways, the longer name is used.

## Faults

All faults of an instance are reported together, each with its file or sheet, row, column, what was found and what was
expected; nothing is solved. Beside a missing file, table or column, an unknown name and a value of the wrong type or
out of range, these are faults:

- a required table without rows, or no requirement with a quantity above 0;
- two rows with the same key; two rows for one task and capability, or for one capability of the theatre, in one period;
  two stances of a nation on an objective in one period;
- a period outside the horizon, a period of a requirement outside its task, or a first period after the last;
- a low end above its figure, or a high end below it;
- a framework nation that cannot lead; a group with the name of a nation or of `common`;
- expendable units with a rotation_ratio above 1; a prerequisite of a task on itself;
- a caveat without task, unit_type and objective; a commitment without at_least and at_most, or whose at_least can be
  above its at_most within their ranges;
- what [Pools over time](#pools-over-time) and [Who pays](#who-pays) call a fault.

## Warnings

Input that is legal but odd is solved as it is, with a warning that names the table, the row, the column and a way out.
The method `warnings()` of an instance, a model and a plan returns the same lines. A warning of each kind is given for a
few rows; the others are counted.

- Facts without effect: a pool of which no whole unit is ever usable; a min_units larger than the pool, or than what
  is usable of it; a pool with fewer usable units than its rotation needs on an indefinite horizon; a pledge that is
  conditional on the nation itself or requires more nations than there are; a unit type that no task can use; a task
  that asks for nothing; a nation that has pools but is not willing to do anything, unless it can buy jointly; a
  core_share without a core_weight, and the reverse; a prerequisite whose line is not required in any period of its
  task; a programme that cannot deliver within the horizon, or whose min_order is above its max_units; industry for
  what nobody can buy; a joint purchase of what fewer than min_nations can order in one period. In a long table,
  nations that are not willing, and pools too small for their rotation, are reported only if they are few or nearly
  all.
- Figures that look a thousand or a million times too large or too small, in a whole column or in one row compared with
  the others: gdp, compared with operating_cost and with the cost of all pools; operating_cost per person and month
  (judged by itself in dollars, euros and a dozen other currencies); rotation_cost, compared with operating_cost;
  personnel; units; troop_ceiling, compared with the people in the pools; quantity, compared with what all forces
  supply; amount of a budget, compared with the cheapest unit and with the cost of everything that it can pay for;
  price, compared with operating_cost, and expansion_price, compared with price.
- A budget that did not change when the horizon changed, and a plan in which a nation pays more than a tenth of its GDP.

## instance.toml

| key | meaning | type | without it |
| --- | --- | --- | --- |
"""


WITHOUT = {"model": "reference"}
"""Keys of ``instance.toml`` -> what holds without them."""


def text() -> str:
    """The text of ``instances/FORMAT.md``."""
    settings = [
        f"| {key} | {column.meaning} | {column.expected} | {'required' if column.required else WITHOUT.get(key, '–')} |"
        for key, column in SETTINGS.items()
    ]
    events = "A political fact that pledges may require, assumed true or false."
    settings.append(f"| events.NAME | {events} | true or false | – |")
    return INTRODUCTION + "\n".join(settings) + "\n\n## Tables\n" + markdown()


if __name__ == "__main__":
    sys.stdout.write(text())
