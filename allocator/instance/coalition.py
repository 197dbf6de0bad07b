"""A coalition written as groups and nations, and an instance in which nobody else takes part."""

from __future__ import annotations

import re

from allocator.errors import BadInput, Fault
from allocator.instance.cells import near, quoted
from allocator.instance.facts import Facts
from allocator.instance.read import F

_FORM = "groups and nations joined by + and -, such as JEF+FRA or NATO-TUR"


def coalition(instance: F, text: str) -> F:
    """See :meth:`Instance.coalition`."""
    inside = set(members(instance, text))
    rows = instance.tables["willingness"]
    kept = [row for row in rows if row["nation"] in inside]
    if not kept:  # the table must have a row; a willingness of 0 means the same as no row
        kept = [{**{key: rows[0][key] for key in ("nation", "objective")}, "willingness": 0.0}]
    outside = instance.outside | {row["nation"] for row in instance.rows("nations") if row["nation"] not in inside}
    promised = tuple(row for row in instance.tables["commitments"] if row["nation"] in inside)
    tables = {**instance.tables, "willingness": tuple(kept), "commitments": promised}
    return type(instance)(instance.settings, tables, instance.path, instance.notes, outside)


def members(instance: Facts, text: str) -> tuple[str, ...]:
    """The nations of a coalition, in the order of the table.

    A name may contain a hyphen; if ``A-B`` can be read in two ways, the longer name is used.

    Raises
    ------
    BadInput
        Some parts are wrong (all are listed), or no nation is left.
    """
    nations = [row["nation"] for row in instance.rows("nations")]
    known: dict[str, set[str]] = {}
    for row in instance.rows("groups"):
        known.setdefault(row["group"], set()).add(row["nation"])
    known.update({nation: {nation} for nation in nations})
    parts = [] if re.search(r"\s", text) else _parts(text, known)
    if not parts:
        raise BadInput([_fault(quoted(text), f"{_FORM}, without white space")])
    faults = []
    inside = set(nations) if parts[0][0] == "-" else set()
    for sign, name in parts:
        if not name:
            faults.append(_fault(f"an empty part in {quoted(text)}", _FORM))
        elif name not in known:
            hint = near(name, known) or f" ({', '.join(list(known)[:8])}{', ...' if len(known) > 8 else ''})"
            faults.append(_fault(quoted(name), f"a group or a nation of the instance{hint}"))
        elif sign == "-":
            inside -= known[name]
        else:
            inside |= known[name]
    if not faults and not inside:
        faults.append(_fault(f"{quoted(text)}, which leaves no nation", "at least one nation"))
    if faults:
        raise BadInput(dict.fromkeys(faults))
    return tuple(nation for nation in nations if nation in inside)


def _parts(text: str, known: dict[str, set[str]]) -> list[tuple[str, str]]:
    """(sign, name) from left to right; the first sign may be missing, and a leading + has an empty part before it."""
    names = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
    part = re.compile(rf"([+-]?)((?:{names})(?=[+-]|\Z)|[^+-]*)")
    parts = [("", "")] if text.startswith("+") else []
    at = 0
    while at < len(text):
        found = part.match(text, at)
        assert found is not None
        parts.append((found[1], found[2]))
        at = found.end()
    return parts


def _fault(found: str, expected: str) -> Fault:
    return Fault("--coalition", None, None, found, expected)
