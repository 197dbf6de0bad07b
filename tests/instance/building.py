"""A small sound instance that uses every table, and ways to change it row by row."""

from __future__ import annotations

import copy
from typing import Any

from allocator import Instance
from tests.toys import toy, willing

Content = dict[str, Any]
Row = dict[str, Any]
Change = tuple[str, int | None, Row | None]

_SOUND = toy(
    periods=4,
    indefinite=False,
    events={"peace": True},
    nations=[
        {"nation": "AAA", "gdp": 1000.0, "can_lead": True},
        {"nation": "BBB", "gdp": 500.0},
        {"nation": "CCC"},
        {"nation": "NAE", "collective": True},
    ],
    groups=[{"group": "G", "nation": "AAA"}],
    unit_types=[
        {"unit_type": "bn", "rotation_ratio": 2},
        {"unit_type": "mi", "expendable": True},
        {"unit_type": "aw"},
    ],
    capabilities=[
        {"capability": "inf", "name": "Infantry", "unit": "battalion"},
        {"capability": "air", "name": "Air defence", "unit": "salvo"},
        {"capability": "awa", "name": "Awareness", "unit": "orbit", "scope": "theatre"},
    ],
    yields=[
        {"unit_type": "bn", "capability": "inf", "amount": 1.0},
        {"unit_type": "mi", "capability": "air", "amount": 1.0},
        {"unit_type": "aw", "capability": "awa", "amount": 1.0},
    ],
    objectives=[{"objective": "land", "name": "Land"}, {"objective": "skies", "name": "Skies"}],
    tasks=[
        {"task": "hold", "framework_share": 0.5, "framework_nation": "AAA", "first_period": 2},
        {"task": "guard", "objective": "skies", "last_period": 3},
    ],
    requirements=[
        {"task": "hold", "capability": "inf", "quantity": 4.0, "core_share": 0.5, "core_weight": 3.0},
        {"task": "guard", "capability": "air", "quantity": 4.0},
        {"task": "guard", "capability": "awa", "quantity": 1.0, "last_period": 2},
    ],
    forces=[
        {"nation": "AAA", "unit_type": "bn", "units": 6, "availability": 0.5, "home_units": 1, "last_period": 4},
        {"nation": "BBB", "unit_type": "bn", "units": 4},
        {"nation": "BBB", "unit_type": "mi", "units": 8},
        {"nation": "NAE", "unit_type": "aw", "units": 2},
    ],
    willingness=[
        {"nation": "AAA", "objective": "land", "willingness": 1.0, "last_period": 2},
        {"nation": "AAA", "objective": "land", "willingness": 0.6, "first_period": 3},
        *willing("BBB", "CCC", "NAE", objectives=("land", "skies")),
    ],
    caveats=[{"nation": "BBB", "task": "hold"}],
    conditions=[{"nation": "BBB", "requires": "nation", "value": "NAE"}],
    budgets=[{"payer": "*", "amount": 500.0}, {"payer": "BBB", "amount": 100.0}],
    commitments=[
        {"nation": "AAA", "unit_type": "bn", "task": "hold", "at_least": 1, "at_most": 3},
        {"nation": "AAA", "unit_type": "bn", "at_most": 3},
    ],
    prerequisites=[{"task": "hold", "needs_task": "guard", "capability": "awa", "share": 0.5}],
    funding_keys=[{"nation": "AAA", "weight": 3.0}, {"nation": "BBB", "weight": 1.0}],
    force_changes=[
        {"nation": "AAA", "unit_type": "bn", "period": 2, "change": 2},
        {"nation": "BBB", "unit_type": "bn", "period": 3, "change": -3},
        {"nation": "CCC", "unit_type": "bn", "period": 2, "change": 2},
    ],
    acquisitions=[
        {"nation": n, "unit_type": "mi", "price": 30.0, "max_units": 4, "lead_periods": 1} for n in ("AAA", "BBB")
    ],
    industry=[{"unit_type": "mi", "capacity": 2, "expansion_price": 50.0, "max_expansions": 1}],
    joint_purchases=[{"unit_type": "mi", "min_nations": 2, "discount": 0.1}],
    sources=[{"source": "press", "title": "A newspaper"}],
)


def sound() -> Instance:
    """The instance itself, without a fault and without a warning."""
    return _SOUND


def changed(*changes: Change) -> Content:
    """The content with rows changed: (table, row from 1 or None for a new one, cells; None deletes the row).

    A cell of None is left out. Changes of ``horizon`` go to the settings.
    """
    content = copy.deepcopy(_SOUND.to_dict())
    gone: list[tuple[str, int]] = []
    for table, at, cells in changes:
        if table == "horizon":
            content["instance"]["horizon"].update(cells)
        elif cells is None:
            assert at is not None
            gone.append((table, at))
        elif at is None:
            content.setdefault(table, []).append(dict(cells))
        else:
            row = {**content[table][at - 1], **cells}
            content[table][at - 1] = {key: cell for key, cell in row.items() if cell is not None}
    for table, at in sorted(gone, reverse=True):
        del content[table][at - 1]
    return content


def made(*changes: Change) -> Instance:
    """The instance with rows changed; see :func:`changed`."""
    return Instance.from_dict(changed(*changes))
