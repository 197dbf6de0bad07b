"""The instance that ``allocator new`` writes: small, sound, and explained column by column."""

from __future__ import annotations

import re

from allocator.instance.columns import INSTANCE_NAME
from allocator.instance.instance import Instance
from allocator.instance.tables import TABLES, markdown
from allocator.instance.write import folder_files

_CONTENT = {
    "instance": {
        "format": 1,
        "name": "my-case",
        "title": "My case",
        "description": "Invented figures: replace them.",
        "currency": "USD",
        "model": "reference",
        "horizon": {"start": "2026-01", "months_per_period": 6, "periods": 1, "indefinite": True},
        "events": {"ceasefire": True},
    },
    "nations": [
        {"nation": "AAA", "name": "First nation", "gdp": 900000, "troop_ceiling": 3000, "can_lead": True},
        {"nation": "BBB", "name": "Second nation", "gdp": 300000},
    ],
    "unit_types": [
        {
            "unit_type": "battalion",
            "name": "Infantry battalion",
            "domain": "land",
            "personnel": 600,
            "operating_cost": 5,
            "rotation_ratio": 4,
        },
        {
            "unit_type": "patrol_ship",
            "name": "Patrol ship",
            "domain": "sea",
            "personnel": 60,
            "operating_cost": 1.5,
            "rotation_ratio": 3,
        },
    ],
    "capabilities": [
        {"capability": "ground_presence", "name": "Ground presence", "unit": "battalion"},
        {"capability": "sea_control", "name": "Sea control", "unit": "ship on station"},
    ],
    "yields": [
        {"unit_type": "battalion", "capability": "ground_presence", "amount": 1},
        {"unit_type": "patrol_ship", "capability": "sea_control", "amount": 1},
    ],
    "objectives": [
        {"objective": "peace_on_land", "name": "Peace on land", "priority": 2},
        {"objective": "safe_seas", "name": "Safe seas"},
    ],
    "tasks": [
        {"task": "hold_port", "objective": "peace_on_land", "name": "Hold the port", "framework_share": 0.3},
        {"task": "patrol", "objective": "safe_seas", "name": "Coastal patrol"},
    ],
    "requirements": [
        {"task": "hold_port", "capability": "ground_presence", "quantity": 5},
        {"task": "patrol", "capability": "sea_control", "quantity": 2, "max_gap": 0.5},
    ],
    "forces": [
        {"nation": "AAA", "unit_type": "battalion", "units": 12},
        {"nation": "BBB", "unit_type": "battalion", "units": 5},
        {"nation": "BBB", "unit_type": "patrol_ship", "units": 4},
    ],
    "willingness": [
        {"nation": "AAA", "objective": "peace_on_land", "willingness": 1},
        {"nation": "BBB", "objective": "peace_on_land", "willingness": 0.7},
        {"nation": "BBB", "objective": "safe_seas", "willingness": 0.9},
    ],
    "conditions": [{"nation": "BBB", "objective": "peace_on_land", "requires": "nation", "value": "AAA"}],
    "budgets": [{"payer": "*", "amount": 200}],
}

_TOML_NOTES = {
    "format": "version of the format, always 1",
    "name": "lower-case letters, digits, hyphens",
    "currency": "every money column is in millions of it",
    "model": "a shipped model (allocator list), or a path to a .toml of your own beside this file",
    "start": "first month of period 1",
    "months_per_period": "one period is one tour of duty",
    "indefinite": "true: the first period follows the last again",
    "ceasefire": "political facts that pledges may require, assumed true or false",
}

_README = """# {name}

An invented example as a starting point: two nations, a port to hold and a coast to patrol. Replace the figures with
your own, then run

    allocator validate {name}
    allocator solve {name}

`instance.toml` holds the settings, and each `.csv` file holds one table. A column that is not required may be blank or
left out. Optional tables that are not here yet: {absent}.

Numeric columns may have companions `_low` and `_high`. Every table may have the columns `source` (a key of `sources`)
and `note`. Columns between asterisks form the key.
{tables}"""


def template() -> Instance:
    """The template as an instance."""
    return Instance.from_dict(_CONTENT)


def template_files(name: str) -> dict[str, bytes]:
    """File name -> content of the template's folder, with comments and a README."""
    files = folder_files(template())
    lines = []
    for line in files["instance.toml"].decode("utf-8").splitlines():
        note = _TOML_NOTES.get(line.split(" =")[0])
        lines.append(f"{line}  # {note}" if note else line)
    if re.fullmatch(INSTANCE_NAME, name):
        lines = [line.replace('name = "my-case"', f'name = "{name}"') for line in lines]
    files["instance.toml"] = ("\n".join(lines) + "\n").encode("utf-8")
    absent = ", ".join(table for table in TABLES if f"{table}.csv" not in files)
    files["README.md"] = _README.format(name=name, absent=absent, tables=markdown()).encode("utf-8")
    return files
