"""Extract the figures that the instances use from the public data, without the sentences."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

from building.writing import HERE, table_text

DATA = HERE / "data"

# What is extracted: file -> (columns here: columns there). Sentences stay behind.
EXTRACTS: dict[str, dict[str, str]] = {
    "nations": {"iso3": "iso3", "nation": "nation", "attribute": "attribute", "value": "value"},
    "inventory": {"nation": "nation", "unit_type": "unit_type", "value": "count"},
    "unit_types": {
        "unit_type": "unit_type", "attribute": "attribute", "value": "value", "low": "value_low",
        "high": "value_high",
    },
    "planning_ratios": {"id": "id", "key": "key", "value": "value", "low": "value_low", "high": "value_high"},
    "seed_facts": {"id": "id", "key": "figure", "value": "", "low": "value_low", "high": "value_high"},
    "positions": {
        "iso3": "iso3", "as_of": "as_of", "component": "component", "stance": "stance",
        "low": "quantity_low", "high": "quantity_high", "condition": "condition",
    },
}  # fmt: skip
ORIGIN = {"unit": "unit", "year": "year", "source": "source", "confidence": "confidence", "basis": "basis"}
NATION_ATTRIBUTES = (
    "role", "member_nato", "member_eu", "member_jef", "gdp_nominal", "active_personnel", "army_personnel",
    "personnel_deployed_abroad",
)  # fmt: skip
HOLDINGS = (
    "brigade_total", "brigade_heavy", "brigade_medium", "brigade_light", "combat_squadron", "aewc_aircraft",
    "tanker_aircraft", "isr_uav", "gbad_long_battery", "maritime_patrol_aircraft", "escort", "mcm_vessel",
    "patrol_vessel", "engineer_battalion", "logistics_battalion", "training_throughput",
    "submarine", "aircraft_carrier", "tank", "division_hq", "historic_ifor_troops", "historic_sfor_troops",
)  # fmt: skip
RATIOS = (
    "PR006", "PR007", "PR029", "PR031", "PR032", "PR033", "PR034", "PR046", "PR053", "PR061", "PR062", "PR063", "PR064",
    "PR065", "PR066", "PR076", "PR087", "PR090", "PR097", "PR100",
)  # fmt: skip
SEEDS = (
    "SF02",
    "SF03",
    "SF05",
    "SF06",
    "SF07",
    "SF09",
    "SF12",
    "SF13",
    "SF16",
    "SF17",
    "SF24",
    "SF25",
    "SF26",
    "SF30",
    "SF37",
    "SF38",
    "SF39",
    "SF43",
    "SF44",
)


LATER = re.compile(r"\b(May|June|July|August|September|October|November|December) 2025\b")


def wanted(name: str, row: Mapping[str, str]) -> bool:
    """Whether an instance uses the row."""
    if name == "nations":
        return row["use"] == "1" and row["attribute"] in NATION_ATTRIBUTES
    if name == "inventory":
        return row["unit_type"] in HOLDINGS and (
            row["use"] == "1" or (row["nation"], row["unit_type"]) == ("EU", "training_throughput")
        )
    if name == "unit_types":
        return "capability_" not in row["attribute"] and "requires_" not in row["attribute"]
    if name == "positions":
        return row["window"] == "to_2025-04"
    return row["id"] in (RATIOS if name == "planning_ratios" else SEEDS)


def of_the_time(citation: str) -> str:
    """The parts of a citation that are not dated after the end of the window: a later report says nothing earlier."""
    parts = citation.split(" ; ")
    return " ; ".join(part for part in parts if not LATER.search(part)) or citation


def refresh(source: Path) -> None:
    """Extract the figure rows from the public data in `source` into `instances/data`."""
    for name, columns in EXTRACTS.items():
        with (source / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if wanted(name, row)]
        if name == "positions":
            rows = [{**row, "source": of_the_time(row["source"])} for row in rows]
        both = {**columns, **ORIGIN}
        extract = [{here: row.get(there, "") for here, there in both.items()} for row in rows]
        (DATA / f"{name}.csv").write_text(table_text(list(both), extract), encoding="utf-8", newline="")
