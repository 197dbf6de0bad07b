"""The bundled sweeps: what they print is recorded, and SWEEPS.md is written from that and a template, without a solve."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from allocator.wording import in_sentence
from building.facts import Facts
from building.page import filled
from building.quotes import Lookup, Said
from building.recorded import FOLDER, Recorded, load
from building.writing import HERE, between

NAME = "SWEEPS"
PAGE = HERE / f"{NAME}.md"
RECORD = FOLDER / f"{NAME}.json"
SQUADRON = "+2.08"
"""Percentage points of coverage that a squadron over the west is worth, as the tornado prints them."""

Texts = Mapping[str, str]
_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?")


def sweeps(only: list[str] | None = None) -> None:
    """Run the sweeps (of some instances, or all), each in a process of its own so that the same plans are found; record."""
    texts = recorded()
    for folder in sorted(HERE.glob("*/sweeps")):
        name = folder.parent.name
        for file in sorted(folder.glob("*.toml")):
            if not only or name in only:
                texts[f"{name} {file.stem}"] = said(["sweep", name, file.stem])
                RECORD.write_text(json.dumps(texts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def recorded() -> dict[str, str]:
    """Instance and sweep -> what the command printed."""
    return dict(json.loads(RECORD.read_text(encoding="utf-8"))) if RECORD.exists() else {}


def said(arguments: list[str]) -> str:
    """What the command prints."""
    command = [sys.executable, "-m", "allocator", *arguments, "--workers", "0"]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def write_sweeps(facts: Facts) -> None:
    PAGE.write_text(rendered_sweeps(facts), encoding="utf-8")


def rendered_sweeps(facts: Facts, texts: Texts | None = None) -> str:
    """The whole page, from what was recorded."""
    texts = texts or recorded()
    found = Found(texts, facts)
    fields: dict[str, Any] = {
        "x": Lookup(found.figures().__getitem__),
        "say": Said(),
        "high": Lookup(lambda key: facts.seeds[key].most),
    }
    page = filled(NAME, fields, found.holds())
    for sweep, text in texts.items():
        page = between(page, f"sweep {sweep}", f"```console\n$ allocator sweep {sweep}\n{text}```")
    return page


def numbers(text: str) -> list[float]:
    return [float(number.replace(",", "")) for number in _NUMBER.findall(text)]


def lines(text: str, start: str) -> list[str]:
    """The lines of the table whose heading starts so."""
    after = text[text.index(f"\n{start}") + 1 :].splitlines()[1:]
    return after[
        : next((i for i, line in enumerate(after) if not line.strip() or line.startswith(("(", "Which"))), len(after))
    ]


class Found:
    """What the sentences of the page quote, read off what the sweeps printed."""

    def __init__(self, texts: Texts, facts: Facts) -> None:
        self.texts, self.facts = texts, facts
        tornado = texts["sky-shield tornado"]
        self.still = numbers(tornado.splitlines()[-1])
        self.moves = {line.split("  ")[0]: line for line in lines(tornado, "Change of coverage")[1:]}
        self.front = [numbers(line)[:3] for line in lines(texts["jef-plus-france front"], "unmet share  cost")]
        without = lines(texts["reassurance-force without"], "coalition   ")
        self.without = {line.split("  ")[0]: numbers(line)[:3] for line in without}  # all, or without a nation
        self.who = [(line.split("  ")[0], numbers(line)) for line in lines(texts["safe-seas politics"], "nation   ")]
        self.record: Recorded = load("reassurance-force")

    def slopes(self) -> list[float]:
        """Percentage points of coverage a million, between neighbours of the front from the cheapest up."""
        points = sorted((cost, 100 - unmet) for unmet, cost, _ in self.front)
        return [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(points)]

    def figures(self) -> dict[str, float]:
        jets, money = self.texts["sky-shield jets"], self.texts["reassurance-force money"]
        base = self.record.base
        (at,) = re.findall(r"holds at \S+ = ([\d,.]+)", jets)
        (half,) = re.findall(r"holds at \S+ = ([\d,.]+)", money)
        slopes = self.slopes()
        own = next(row["amount"] for row in base.instance.rows("budgets"))
        full = self.without["everyone"][0]
        lost = {
            name.removeprefix("without "): full - row[0] for name, row in self.without.items() if name != "everyone"
        }
        return {
            "still": self.still[0], "figures": self.still[1], "jets": float(at.replace(",", "")), "half": float(half.replace(",", "")),
            "own": own, "spent": base.values["cost"], "coverage": 1 - base.values["gap"], "steeper": slopes[0] / slopes[-1],
            "core": self.facts.assume("core_weight_land").value, "draws": numbers(self.texts["safe-seas politics"].splitlines()[0])[0],
            "dear": (base.values["cost"] - float(half.replace(",", ""))) / float(half.replace(",", "")),
            "points": 100 * (1 - base.values["gap"]) - 50, "FRA": lost["France"], "GBR": lost["the United Kingdom"],
            "TUR": lost["Türkiye"],
            "same": sum(loss == 0 for loss in lost.values()),
        }  # fmt: skip

    def holds(self) -> dict[str, bool]:
        """What the page says without a number."""
        base, slopes = self.record.base, self.slopes()
        five = list(self.moves)[:5]
        parts = {part for part in ("willingness", "early warning", "air defence") for key in five if part in key}
        fifteen = [key for key, line in self.moves.items() if SQUADRON in line]
        named = {row["nation"]: in_sentence(row["name"]) for row in base.instance.rows("nations")}
        sends = {named[row["nation"]] for row in base.tables["nations"] if row["personnel"]}
        everyone = self.without["everyone"]
        same = {name.removeprefix("without ") for name, row in self.without.items() if row == everyone} - {"everyone"}
        german = {row["unit_type"] for row in base.tables["deployments"] if row["nation"] == "DEU"}
        squadron = self.facts.unit("combat_squadron", "aircraft").value / self.facts.seed("SF12").most
        return {
            "the answer depends on France": all("France" in key or "early warning aircraft" in key for key in five)
            and len(parts) == 3,
            "a squadron to the west is what is gained": abs(float(SQUADRON) / 100 - squadron / 6) < 1e-4,
            "a quiet yes, fewer aircraft an orbit or fewer orbits bring it": {key.split(",")[0] for key in fifteen}
            == {"willingness of Greece", "willingness of Türkiye", "willingness of Australia", "amount of Combat squadron",
                "amount of Airborne early warning aircraft"},
            "no source changes cost, since none is minimised": "No source is shown to change cost" in self.texts["sky-shield sources"],
            "the first half of the front is steep, the rest nearly straight": slopes[0] > slopes[1] > 1.5 * slopes[2]
            and slopes[2] > slopes[3] > slopes[4] and max(slopes[3:]) < 1.2 * min(slopes[3:]),
            "Türkiye matters most": self.who[0][0] == "Türkiye"
            and self.who[0][1][1] == min(row[1] for _, row in self.who),
            "France costs most": self.without["without France"][0] == min(row[0] for row in self.without.values()),
            "Germany sends trainers alone": {unit.split("_")[0] for unit in german} == {"training"} and "Germany" in sends,
            "who is not missed sends nothing": same.isdisjoint(sends) and len(same) == len(self.without) - 5,
        }  # fmt: skip
