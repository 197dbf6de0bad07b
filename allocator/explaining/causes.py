"""What a gap depends on: the causes, the families of rules that each consists of, and what they are called."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from allocator.explaining.statements import AVAILABLE, WILLING

CAUSES: Mapping[str, tuple[str, ...]] = {
    "politics": (WILLING, "caveats", "conditions", "commitments"),
    "sustainment": ("rotation", AVAILABLE, "minimum_contribution", "framework_nation", "prerequisites"),
    "people": ("troop_ceiling",),
    "money": ("budget",),
}
"""Cause -> the families and groups of statements that it consists of."""

WORDS = {
    "politics": {
        WILLING: "willingness", "caveats": "caveats", "conditions": "conditions", "commitments": "commitments",
    },
    "sustainment": {
        "rotation": "relief", AVAILABLE: "availability", "minimum_contribution": "least contributions",
        "framework_nation": "framework nations", "prerequisites": "prerequisites",
    },
    "people": {"troop_ceiling": "ceilings on people"},
    "money": {"budget": "money"},
}  # fmt: skip
"""Cause -> what it is called if it consists of one family alone."""


def called(cause: str, families: Collection[str]) -> str:
    """A cause in words: the one family of its rules in force, or itself where there are several.

    Examples
    --------
    >>> called("sustainment", ["rotation"]), called("sustainment", ["rotation", "prerequisites"])
    ('relief', 'sustainment')
    """
    found = set(families)
    return WORDS[cause][found.pop()] if len(found) == 1 else cause
