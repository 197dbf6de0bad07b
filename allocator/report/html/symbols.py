"""NATO APP-6 symbols from twenty-digit codes: a frame, an icon and echelon marks, as shapes for a template."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

Shape = list[Any]
"""``[tag, attributes]``, and the text of a text."""

BY_DOMAIN = {"air": "01", "sea": "30", "land": "10", "training": "10", "support": "10"}
"""Domain of a unit type -> the symbol set whose frame it gets where it has no code, or one that is not known."""

KNOWN = {
    "air_defence_battery": "10031000141301000000", "battalion": "10031000161211000000",
    "battery": "10031000141301000000", "bridge_company": "10031000151407000000",
    "carrier_group": "10033000001201000000", "combat_squadron": "10030100001101040000",
    "companies_medium": "10031000151211020000", "division_headquarters": "10031000211100000000",
    "early_warning_aircraft": "10030100001101160000", "engineers": "10031000151407000000",
    "escort": "10033000001202040000", "escort_littoral": "10033000001202040000",
    "guard_company": "10031000151211000000", "logistics_company": "10031000151634000000",
    "maritime_patrol_aircraft": "10030100001101100000", "mine_countermeasures_vessel": "10033000001204050000",
    "mine_countermeasures_vessel_littoral": "10033000001204050000", "minehunter": "10033000001204040000",
    "new_brigade": "10031000181211020000", "patrol_boat": "10033000001205000000",
    "patrol_vessel": "10033000001205000000", "patrol_vessel_littoral": "10033000001205000000",
    "radar_aircraft": "10030100001101160000", "squadron": "10030100001101040000",
    "submarine": "10033500001101000000", "cruise_missile_boat": "10033500001101000000",
    "surveillance_drone": "10030100001103000000", "tank_battalion": "10031000161205000000",
    "tanker": "10030100001101090000", "tanker_aircraft": "10030100001101090000",
    "launch_detection": "10030500001107000000", "coastal_battery": "10031000141303000000",
}  # fmt: skip
"""Unit types of the bundled forces -> the code they get where their table gives none."""


@cache
def drawn() -> Mapping[str, Any]:
    """The shapes that ``instances/building/pictures`` makes: ``frames``, ``echelons`` and ``icons``."""
    text = files("allocator.report.html").joinpath("data/symbols.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def code_of(kind: Mapping[str, Any]) -> str:
    """The code of a row of ``unit_types``: its own, that of a bundled type, or the bare frame of its domain."""
    own = "".join(sign for sign in str(kind["symbol"] or "") if sign.isdigit())
    if len(own) >= 20 and own[4:6] in drawn()["frames"]:
        return own
    return KNOWN.get(kind["unit_type"], f"1003{BY_DOMAIN[kind['domain']]}00000000000000")


def shapes(code: str) -> list[Shape]:
    """The shapes of a symbol in a box of 200 by 200; what is not known of an icon is left out.

    Examples
    --------
    >>> [tag for tag, *_ in shapes("10031000161211000000")]
    ['path', 'path', 'path', 'path']
    """
    known, where = drawn(), code[4:6]
    marks = known["echelons"].get(code[8:10], []) if where == "10" else []
    return [*known["frames"][where], *known["icons"][where].get(code[10:16], []), *marks]
