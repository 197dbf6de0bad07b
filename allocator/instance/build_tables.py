"""Tables of an instance on what must be met first, who pays into the common fund, and what is built over the years."""

from __future__ import annotations

from dataclasses import replace

from allocator.instance.columns import FIRST, LAST, Column, Table, number, reference

BUILD_TABLES = (
    Table(
        "prerequisites",
        "a task at which nobody is unless a line of another task is met in the same period",
        (
            reference("task", "tasks", "Task that waits."),
            reference("needs_task", "tasks", "Task of the line that it waits for."),
            reference("capability", "capabilities", "Capability of that line."),
            number(
                "share",
                "Part of its quantity that must be there.",
                "share",
                default=1.0,
                above=0,
                most=1,
                better="down",
            ),
        ),
        required=False,
    ),
    Table(
        "funding_keys",
        "a nation's part in the common fund",
        (
            reference("nation", "nations", "Nation, not a collective one."),
            number("weight", "Its part is this weight divided by the sum.", "weight", required=True, above=0),
        ),
        required=False,
    ),
    Table(
        "force_changes",
        "units that join or leave a pool whatever is decided",
        (
            reference("nation", "nations", "Nation."),
            reference("unit_type", "unit_types", "Kind of unit."),
            Column("period", "Period from which it holds.", "whole", "period", required=True, key=True, least=1),
            number(
                "change", "Units that join or leave.", "units", kind="whole", required=True, nonzero=True, better="up"
            ),
        ),
        required=False,
    ),
    Table(
        "acquisitions",
        "a programme: what a nation can buy",
        (
            reference("nation", "nations", "Nation."),
            reference("unit_type", "unit_types", "Kind of unit."),
            number(
                "price",
                "Price with all it takes to field a unit.",
                "millions a unit",
                required=True,
                least=0,
                better="down",
            ),
            number("max_units", "Most units it buys.", "units", kind="whole", required=True, least=0, better="up"),
            number(
                "lead_periods",
                "Periods from the order to the first in which the unit can deploy.",
                "periods",
                kind="whole",
                default=0,
                least=0,
            ),
            replace(FIRST, name="first_order_period", meaning="First period in which it can order."),
            replace(LAST, name="last_order_period", meaning="Last period in which it can order."),
            number(
                "min_order",
                "Least number it orders in a period, if any.",
                "units",
                kind="whole",
                default=1,
                least=1,
                better="down",
            ),
        ),
        required=False,
    ),
    Table(
        "industry",
        "what can be delivered to all nations together",
        (
            reference("unit_type", "unit_types", "Kind of unit."),
            number(
                "capacity", "Units it delivers.", "units a period", kind="whole", required=True, least=0, better="up"
            ),
            number(
                "expansion",
                "Units that one expansion adds.",
                "units a period",
                kind="whole",
                default=1,
                least=1,
                better="up",
            ),
            number(
                "expansion_price",
                "Price, paid by the common fund.",
                "millions an expansion",
                default=0.0,
                least=0,
                better="down",
            ),
            number(
                "expansion_lead_periods",
                "Periods from the order to the first with the added units.",
                "periods",
                kind="whole",
                default=1,
                least=0,
            ),
            number("max_expansions", "Most expansions.", "expansions", kind="whole", default=0, least=0, better="up"),
        ),
        required=False,
    ),
    Table(
        "joint_purchases",
        "terms for buying together",
        (
            reference("unit_type", "unit_types", "Kind of unit."),
            number(
                "min_nations", "Fewest nations that buy.", "nations", kind="whole", default=3, least=2, better="down"
            ),
            number("discount", "Part off the price.", "share", default=0.0, least=0, most=1, better="up"),
            number(
                "common_share",
                "Part of the lower price that the common fund pays.",
                "share",
                default=0.0,
                least=0,
                most=1,
            ),
        ),
        required=False,
    ),
)
"""All of them optional: an instance without them is about the forces that there are."""
