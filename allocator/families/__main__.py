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
variables of the Pyomo model (`m.deploy[n, u, j, t]`); data are those of the instance as `problem` reads it. Only
deployments that can be above zero have a variable.
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
