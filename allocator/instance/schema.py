"""The JSON Schema of the JSON carrier, from the dictionary of tables."""

from __future__ import annotations

from typing import Any

from allocator.instance.columns import LARGEST, OWN, SYMBOL, Column
from allocator.instance.tables import SETTINGS, TABLES


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of an instance as one JSON object."""
    tables = {
        name: {
            "type": "array",
            "description": f"One row is {table.row}.",
            "items": {
                "type": "object",
                "properties": {column.name: _column(column) for column in table.by_name.values()},
                "required": [column.name for column in table.columns if column.required],
                "patternProperties": {f"^{OWN}": {"description": "A column of the author's own, ignored."}},
                "additionalProperties": False,
            },
            **({"minItems": 1} if table.required else {}),
        }
        for name, table in TABLES.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "allocator instance, format 1",
        "type": "object",
        "properties": {"instance": _settings(), **tables},
        "required": ["instance", *(name for name, table in TABLES.items() if table.required)],
        "additionalProperties": False,
    }


def _settings() -> dict[str, Any]:
    top = {key: _column(column) for key, column in SETTINGS.items() if "." not in key}
    horizon = {key.partition(".")[2]: _column(column) for key, column in SETTINGS.items() if "." in key}
    top["format"] = {"const": 1, "description": SETTINGS["format"].meaning}
    top["name"]["pattern"] = "^[a-z0-9-]+$"
    horizon["start"]["pattern"] = "^[0-9]{4}-(0[1-9]|1[0-2])$"
    for key in ("months_per_period", "periods", "indefinite", "start"):
        horizon[key]["type"] = [t for t in _types(horizon[key]) if t != "null"]
    top["horizon"] = {
        "type": "object",
        "properties": horizon,
        "required": list(horizon),
        "additionalProperties": False,
    }
    top["events"] = {
        "type": "object",
        "description": "Political facts, assumed true or false.",
        "additionalProperties": {"type": "boolean"},
        "propertyNames": {"pattern": "^[A-Za-z0-9_-]+$"},
    }
    return {
        "type": "object",
        "properties": top,
        "required": ["format", "name", "horizon"],
        "additionalProperties": False,
    }


def _types(entry: dict[str, Any]) -> list[str]:
    types = entry.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _column(column: Column) -> dict[str, Any]:
    unit = f" ({column.unit})" if column.unit else ""
    entry: dict[str, Any] = {"description": f"{column.meaning}{unit}"}
    kind = {"flag": "boolean", "whole": "integer", "number": "number"}.get(column.kind, "string")
    entry["type"] = kind if column.required else [kind, "null"]
    if column.numeric:
        entry["minimum"] = column.least if column.least is not None else -LARGEST
        entry["maximum"] = column.most if column.most is not None else LARGEST
        if column.above is not None:
            entry["exclusiveMinimum"] = column.above
            del entry["minimum"]
        if column.nonzero:
            entry["not"] = {"const": 0}
    if column.choices:
        entry["enum"] = [*column.choices] if column.required else [*column.choices, None]
    elif column.kind == "id":
        entry["pattern"] = "^[A-Z]{3}$" if column.name == "nation" else "^[A-Za-z0-9_-]+$"
    elif column.kind == "symbol":
        entry["pattern"] = f"^(?:{SYMBOL})$"
    if column.name == "value":  # of a condition: a coalition's size is a number
        entry["type"] = ["string", "integer"]
    if column.default is not None:
        entry["default"] = column.default
    return entry
