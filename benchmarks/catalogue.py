"""The parts of generated instances. The figures have the right order of magnitude, but are invented, not sourced."""

from __future__ import annotations

# nation: name, GDP (millions of USD a year), thousands under arms, goodwill , can lead
NATIONS: dict[str, tuple[str, float, float, float, bool]] = {
    "GBR": ("United Kingdom", 3_500_000, 140, 0.95, True),
    "FRA": ("France", 3_100_000, 205, 0.95, True),
    "DEU": ("Germany", 4_600_000, 180, 0.70, True),
    "POL": ("Poland", 900_000, 200, 0.55, True),
    "ITA": ("Italy", 2_350_000, 160, 0.50, True),
    "NLD": ("Netherlands", 1_200_000, 42, 0.80, True),
    "SWE": ("Sweden", 610_000, 25, 0.80, True),
    "DNK": ("Denmark", 420_000, 17, 0.85, False),
    "EST": ("Estonia", 43_000, 7, 0.90, False),
    "LTU": ("Lithuania", 84_000, 17, 0.85, False),
    "CAN": ("Canada", 2_240_000, 68, 0.80, True),
    "TUR": ("Turkey", 1_320_000, 355, 0.60, True),
    "NOR": ("Norway", 490_000, 25, 0.75, False),
    "ESP": ("Spain", 1_720_000, 122, 0.60, True),
    "BEL": ("Belgium", 660_000, 25, 0.70, False),
    "FIN": ("Finland", 300_000, 24, 0.65, False),
    "LVA": ("Latvia", 45_000, 8, 0.80, False),
    "ROU": ("Romania", 380_000, 70, 0.50, True),
    "CZE": ("Czechia", 345_000, 27, 0.60, False),
    "AUS": ("Australia", 1_800_000, 58, 0.65, True),
    "GRC": ("Greece", 256_000, 130, 0.40, False),
    "PRT": ("Portugal", 308_000, 25, 0.55, False),
    "BGR": ("Bulgaria", 112_000, 37, 0.40, False),
    "HRV": ("Croatia", 92_000, 15, 0.45, False),
    "IRL": ("Ireland", 577_000, 8, 0.55, False),
    "NZL": ("New Zealand", 257_000, 9, 0.60, False),
    "JPN": ("Japan", 4_070_000, 247, 0.40, False),
    "AUT": ("Austria", 535_000, 22, 0.35, False),
    "SVK": ("Slovakia", 140_000, 18, 0.30, False),
    "SVN": ("Slovenia", 73_000, 6, 0.50, False),
    "HUN": ("Hungary", 228_000, 32, 0.15, False),
    "LUX": ("Luxembourg", 91_000, 1, 0.75, False),
    "ALB": ("Albania", 27_000, 7, 0.60, False),
    "MNE": ("Montenegro", 8_000, 2, 0.55, False),
    "ISL": ("Iceland", 33_000, 1, 0.70, False),
}

GROUPS = {
    "JEF": ("GBR", "NLD", "SWE", "DNK", "EST", "LTU", "NOR", "FIN", "LVA", "ISL"),
    "weimar": ("FRA", "DEU", "POL"),
    "baltic": ("EST", "LTU", "LVA"),
    "pacific": ("AUS", "NZL", "JPN"),
}

# capability: unit, scope, objectives whose tasks require it (none: only consumed)
CAPABILITIES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "combat_air": ("combat aircraft", "task", ("safe_skies",)),
    "air_defence": ("battery", "task", ("safe_skies", "peace_on_land")),
    "air_surveillance": ("orbit", "task", ("safe_skies", "safe_seas")),
    "refuelling": ("tanker", "theatre", ()),
    "airlift": ("aircraft", "theatre", ("safe_skies",)),
    "escort": ("ship", "task", ("safe_seas",)),
    "mine_clearance": ("ship", "task", ("safe_seas",)),
    "maritime_patrol": ("patrol", "task", ("safe_seas",)),
    "infantry": ("battalion", "task", ("peace_on_land",)),
    "armour": ("company", "task", ("peace_on_land",)),
    "fires": ("battery", "task", ("peace_on_land",)),
    "engineers": ("company", "task", ("peace_on_land", "training")),
    "reconnaissance": ("company", "task", ("peace_on_land", "safe_seas")),
    "command": ("post", "task", ("peace_on_land", "safe_skies")),
    "instructors": ("team", "task", ("training",)),
    "trade_school": ("course", "task", ("training",)),
    "logistics": ("company", "theatre", ()),
    "medical": ("role 2", "theatre", ("peace_on_land",)),
    "signals": ("detachment", "task", ("training", "safe_seas")),
    "base_support": ("squadron", "task", ()),
}

# unit: domain, personnel, monthly cost, rotation cost, rotation ratio, common share, thousands under arms
# for one unit, yields. The order is by importance: a small instance uses the first ones.
UnitType = tuple[str, int, float, float, int, float, float, dict[str, float]]
UNIT_TYPES: dict[str, UnitType] = {
    "infantry_battalion": ("land", 650, 4.5, 6.0, 3, 0.0, 8,
        {"infantry": 1, "logistics": -0.5, "medical": -0.2}),
    "fighter_detachment": ("air", 150, 9.0, 2.0, 3, 0.0, 10,
        {"combat_air": 6, "refuelling": -0.5, "base_support": -0.3}),
    "logistics_battalion": ("support", 400, 2.5, 3.0, 3, 0.3, 15, {"logistics": 3}),
    "frigate": ("sea", 180, 5.5, 1.0, 3, 0.0, 14, {"escort": 1, "air_surveillance": 0.5}),
    "training_team": ("training", 60, 0.5, 0.3, 2, 0.1, 4, {"instructors": 3, "trade_school": 1}),
    "medical_company": ("support", 120, 1.2, 0.8, 3, 0.5, 18, {"medical": 1}),
    "mechanised_battalion": ("land", 750, 7.0, 9.0, 3, 0.0, 14,
        {"infantry": 1, "armour": 1, "logistics": -0.8}),
    "tanker": ("air", 90, 4.0, 0.8, 2, 0.25, 30, {"refuelling": 2, "airlift": 1}),
    "air_defence_battery": ("air", 130, 1.8, 1.5, 3, 0.0, 16, {"air_defence": 1, "logistics": -0.2}),
    "base_squadron": ("support", 200, 1.1, 0.7, 3, 0.3, 16, {"base_support": 2}),
    "minehunter": ("sea", 45, 1.2, 0.4, 2, 0.0, 16, {"mine_clearance": 1}),
    "engineer_company": ("land", 130, 0.9, 0.8, 3, 0.0, 12, {"engineers": 1, "trade_school": 0.5}),
    "brigade_headquarters": ("land", 220, 1.6, 1.2, 3, 0.1, 40,
        {"command": 1, "signals": 1, "logistics": -0.1}),
    "patrol_aircraft": ("sea", 70, 2.6, 0.5, 2, 0.0, 30, {"maritime_patrol": 2, "air_surveillance": 0.5}),
    "artillery_battery": ("land", 140, 1.4, 1.6, 3, 0.0, 13, {"fires": 1, "logistics": -0.3}),
    "airborne_warning": ("air", 110, 6.0, 1.0, 3, 0.4, 70,
        {"air_surveillance": 2, "command": 1, "base_support": -0.2}),
    "tank_company": ("land", 120, 2.4, 3.0, 3, 0.0, 20, {"armour": 1, "logistics": -0.4}),
    "transport_aircraft": ("air", 80, 2.8, 0.5, 2, 0.1, 20, {"airlift": 2, "base_support": -0.2}),
    "reconnaissance_company": ("land", 140, 1.0, 0.9, 3, 0.0, 14, {"reconnaissance": 1}),
    "signals_squadron": ("support", 110, 0.8, 0.5, 3, 0.2, 18, {"signals": 2, "command": 0.5}),
    "drone_squadron": ("air", 90, 1.9, 0.6, 2, 0.0, 25,
        {"air_surveillance": 1, "reconnaissance": 1, "signals": -0.2}),
    "corvette": ("sea", 95, 2.2, 0.5, 3, 0.0, 20, {"escort": 0.5, "maritime_patrol": 1}),
    "training_battalion": ("training", 300, 2.0, 1.5, 3, 0.1, 25,
        {"instructors": 8, "engineers": 0.5, "medical": -0.1}),
    "supply_ship": ("sea", 160, 3.8, 0.8, 3, 0.2, 45, {"logistics": 2, "medical": 0.5}),
    "light_battalion": ("land", 550, 3.2, 3.5, 2, 0.0, 12,
        {"infantry": 0.8, "reconnaissance": 0.5, "medical": -0.2}),
}  # fmt: skip

OBJECTIVES = {
    "peace_on_land": ("Peace on land", "land", 3.0),
    "safe_skies": ("Safe skies", "air", 2.0),
    "safe_seas": ("Safe seas", "sea", 1.0),
    "training": ("Training", "training", 1.5),
}
