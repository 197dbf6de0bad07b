"""All scenarios, in the order of the list of instances."""

from __future__ import annotations

from building.ammunition_2025 import ammunition_2025
from building.demilitarised_zone import demilitarised_zone
from building.deterrence_force import deterrence_force
from building.european_army import european_army
from building.european_army_2035 import european_army_2035
from building.facts import Facts
from building.jef_plus_france import jef_plus_france
from building.reassurance_force import reassurance_force
from building.reassurance_rotation import reassurance_rotation
from building.safe_seas import safe_seas
from building.scenario import Scenario
from building.sky_shield import sky_shield
from building.training_mission import training_mission
from building.us_drawdown import us_drawdown


def scenarios(facts: Facts) -> list[Scenario]:
    return [
        reassurance_force(facts),
        jef_plus_france(facts),
        deterrence_force(facts),
        sky_shield(facts),
        demilitarised_zone(facts, 12),
        demilitarised_zone(facts, 96),
        training_mission(facts),
        safe_seas(facts),
        european_army(facts),
        us_drawdown(facts),
        reassurance_rotation(facts),
        european_army_2035(facts),
        ammunition_2025(facts),
    ]
