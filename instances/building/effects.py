"""EFFECTS.md: the assumptions that matter most over all forces, and ten readings of the sources, from what was recorded."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from building.facts import Facts
from building.page import filled
from building.quotes import Number, Said
from building.readings import GAP, READINGS, measured, readings_text, unmet
from building.recorded import FOLDER, Run
from building.writing import HERE

NAME = "EFFECTS"
PAGE = HERE / f"{NAME}.md"
MOST = 10
"""Assumptions that the page names."""
HOLDINGS = ("split_brigades", "unsplit_brigades", "squadrons_of_aircraft", "hold_")
"""Beginnings of those that say what a nation has."""
READY, CORE, SILENT = (2, "european-army"), (6, "jef-plus-france"), (8, "reassurance-force")
"""Readings that the page speaks of."""

Change = dict[str, float]


def tornadoes(names: Iterable[str]) -> dict[str, dict[str, Change]]:
    """Assumption or figure of the data -> force -> what it is shown to do to coverage; sources of one force are left out."""
    found: dict[str, dict[str, Change]] = defaultdict(dict)
    for name in names:
        for row in json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["tornado"]["sources"]:
            if not row["title"]:
                found[row["source"]][name] = row["change"]
    return found


def size(change: Change) -> float:
    return max(map(abs, change.values()))


def ranked(names: list[str]) -> list[tuple[str, dict[str, Change], float]]:
    """Each with its changes and its mean effect over all forces, the largest first; a force that it leaves alone counts as nothing."""
    mean = {key: sum(map(size, found.values())) / len(names) for key, found in tornadoes(names).items()}
    return [(key, tornadoes(names)[key], mean[key]) for key in sorted(mean, key=lambda key: -mean[key])]


def words(facts: Facts, key: str) -> str:
    """The figure with its range and unit, and the reason for it."""
    known = facts.assumptions.get(key) or facts.ratios.get(key) or facts.seeds.get(key)
    known = known or facts.units[tuple(key.split(".", 1))]  # type: ignore[index]
    why = f": {known.note}" if known.note else ""
    return f"{known.value:,g} ({known.least:,g} to {known.most:,g}) {facts.measured[key]}{why}"


def assumptions_text(facts: Facts, names: list[str]) -> str:
    lines = ["| assumption | what it is | mean over all forces | forces that it changes | most in | at its adverse or low end | at its favourable or high end |",
             "| --- | --- | ---: | ---: | --- | ---: | ---: |"]  # fmt: skip
    for key, found, mean in ranked(names)[:MOST]:
        most = max(found, key=lambda name: size(found[name]))
        ends = [f"{100 * found[most][end]:+.1f}" if end in found[most] else "" for end in ("adverse", "favourable")]
        cells = [f"`{key}`", words(facts, key), f"{100 * mean:.1f}", str(len(found)), f"`{most}`", *ends]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def rendered_effects(facts: Facts, names: list[str]) -> str:
    """The whole page; nothing is solved."""
    found = {(row.row, row.instance): (then, now) for row, then, now in measured(facts)}
    then, now = (run.values["gap"] for run in found[READY])
    fields: dict[str, Any] = {
        "assumptions": assumptions_text(facts, names), "readings": readings_text(facts), "say": Said(),
        "forces": Number(len(names)), "rows": Number(len({reading.row for reading in READINGS})), "most": Number(MOST),
        "loose": Number(GAP), "silent": Number(SILENT[0]), "core": Number(CORE[0]), "hidden": Number(1 - then / now),
    }  # fmt: skip
    return filled(NAME, fields, holds(facts, names))


def holds(facts: Facts, names: list[str]) -> dict[str, bool]:
    """What the page says without a number."""
    first = [key for key, _, _ in ranked(names)[:MOST]]
    found = measured(facts)
    cored, plain = (battalions(run) for row, *runs in found if (row.row, row.instance) == CORE for run in runs)
    return {
        "the first of the assumptions is a stance": first[0].startswith("stance_"),
        "what is usable and what is relieved is there, and no holding": {key.split("_")[0] for key in first}
        >= {"availability", "relief"}
        and not any(key.startswith(HOLDINGS) for key in first),
        "about as many battalions stand in Ukraine with cores as without": abs(cored / plain - 1) < 0.05,
        "no reading of before leaves more unmet": all(
            then.values["gap"] <= now.values["gap"] + 1e-3 for row, then, now in found if row.figure is unmet
        ),
        "silence has two readings": {row.row for row, *_ in found if "says nothing" in row.before} == {SILENT[0]},
    }


def battalions(run: Run) -> float:
    """Battalion groups on the ground in Ukraine."""
    return sum(row["supplied"] for row in run.tables["coverage"] if row["capability"] == "ground_presence")


def write_effects(facts: Facts, names: list[str]) -> None:
    PAGE.write_text(rendered_effects(facts, names), encoding="utf-8")
