"""Prints ``models/MATHS.md``: the mathematics, from the docstrings of the code."""

import sys
from importlib import import_module

ORDER = (
    "requirement",
    "participation",
    "rotation",
    "minimum_contribution",
    "conditions",
    "caveats",
    "commitments",
    "troop_ceiling",
    "budget",
    "framework_nation",
    "prerequisites",
    "acquisition",
    "industry",
    "joint_purchase",
)

INTRODUCTION = """# The mathematics

Made from the docstrings in `allocator/families` and `allocator/families/objectives.py` by
`python -m allocator.families > models/MATHS.md`; a test fails if it is out of date.

Indices: n nation, u unit type, j task, o objective, c capability, t period, r requirement row. Decisions are
variables of the Pyomo model (`m.deploy[n, u, j, t]`); data are those of the instance as `problem` reads it. A letter
means what the table of its own section says.

## Who may deploy what

The rows of a task are those of the table `requirements` (*given* rows) and *implied* rows of quantity 0. Where some unit
type consumes a capability, each period in which a task is active has an implied row for it unless a given row of that
task and capability holds in the period; for a capability of the theatre, each period in which any task is active, unless
a given row of the capability holds. An implied row of the theatre counts as a row of every task that is active in one of
its periods. A unit type is *eligible* for a task if it supplies (a positive amount of) a capability of one of the task's
rows, whatever the quantity and the periods of that row.

`m.deploy[n, u, j, t]`, the units of nation n's pool of u at task j in period t, exists where all of this holds:

- n has a pool of u that is ready in t, u is eligible for j, and j is active in t;
- the willingness of n for the objective of j in t is above 0, and at least the model's `willingness_floor`;
- no caveat of n forbids it (if the model lists `caveats`), and no pledge of n for the objective requires an event that is
  assumed false (if it lists `conditions`).

Every other deployment is 0. Where the remaining rules allow no unit in any plan (such as a ceiling below the people of
one unit), the variable is left out too.
"""


def maths() -> str:
    """The text of ``models/MATHS.md``."""
    parts = [INTRODUCTION]
    for name in ORDER:
        text = import_module(f"allocator.families.{name}").__doc__ or ""
        parts.append(f"## {name}\n\n{text.strip()}\n")
    objectives = import_module("allocator.families.objectives").__doc__ or ""
    rows = import_module("allocator.families.rows").__doc__ or ""
    parts.append(f"## rows\n\n{rows.strip()}\n")
    parts.append(f"## objectives\n\n{objectives.strip()}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(maths())
