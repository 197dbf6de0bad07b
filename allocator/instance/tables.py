"""The one dictionary of an instance: its settings, tables and columns.

The reader, the checks, the workbook, the JSON Schema and the documentation are all derived from it.
"""

from __future__ import annotations

from dataclasses import replace

from allocator.instance.build_tables import BUILD_TABLES
from allocator.instance.columns import FIRST, LAST, Column, Table, blank_means, identifier, named, number, reference

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "nations",
            "a nation",
            (
                identifier("nation", "Code of the nation."),
                named("Name of the nation."),
                number("gdp", "Gross domestic product per year.", "millions", above=0, blank="unknown", better="up"),
                number(
                    "troop_ceiling",
                    "Most people that it deploys at once.",
                    "people",
                    least=0,
                    blank="none",
                    better="up",
                ),
                Column("can_lead", "Can be the framework nation of a task.", "flag", default=False),
                Column(
                    "collective",
                    "A fleet that several nations own: it has pools and stances but no purse, and is not counted.",
                    "flag",
                    default=False,
                ),
                number(
                    "active_personnel", "People in its armed forces, for fairness.", "people", above=0, blank="unknown"
                ),
                number(
                    "defence_spending", "Defence spending a year, for fairness.", "millions", above=0, blank="unknown"
                ),
                number("population", "Population, for fairness.", "people", above=0, blank="unknown"),
            ),
        ),
        Table(
            "groups",
            "a membership",
            (
                identifier("group", "Group, such as JEF; not a nation's code and not common."),
                reference("nation", "nations", "Nation that belongs to it."),
            ),
            required=False,
        ),
        Table(
            "unit_types",
            "a kind of force element",
            (
                identifier("unit_type", "Kind of unit."),
                named("Name of the kind."),
                Column(
                    "domain",
                    "Where it works, or what it is for.",
                    "id",
                    required=True,
                    choices=("air", "sea", "land", "training", "support"),
                ),
                number("personnel", "People in a unit.", "people", kind="whole", required=True, least=1),
                number(
                    "operating_cost",
                    "Cost of a deployed unit.",
                    "millions a month",
                    required=True,
                    least=0,
                    better="down",
                ),
                number(
                    "rotation_cost",
                    "Cost of moving a unit out and home.",
                    "millions a unit and period",
                    default=0.0,
                    least=0,
                    better="down",
                ),
                number(
                    "rotation_ratio",
                    "Units in the pool for each deployed unit, counting that unit.",
                    "units",
                    kind="whole",
                    default=1,
                    least=1,
                    better="down",
                ),
                number(
                    "common_share",
                    "Part of its cost that the common fund pays.",
                    "share",
                    default=0.0,
                    least=0,
                    most=1,
                ),
                Column("expendable", "Used up in the period in which it deploys.", "flag", default=False),
                Column("symbol", "NATO APP-6 identification code.", "symbol"),
            ),
        ),
        Table(
            "capabilities",
            "a capability",
            (
                identifier("capability", "Capability."),
                named("Name of the capability."),
                Column("unit", "What one of it is, e.g. combat aircraft.", "name", required=True),
                Column(
                    "scope",
                    "Whether supply counts at its task or anywhere in the theatre.",
                    "id",
                    default="task",
                    choices=("task", "theatre"),
                ),
            ),
        ),
        Table(
            "yields",
            "what one deployed unit gives (above 0) or takes (below 0)",
            (
                reference("unit_type", "unit_types", "Kind of unit."),
                reference("capability", "capabilities", "Capability."),
                number(
                    "amount",
                    "What a unit supplies or consumes.",
                    "the capability's",
                    required=True,
                    nonzero=True,
                    better="up",
                ),
            ),
        ),
        Table(
            "objectives",
            "a mission objective",
            (
                identifier("objective", "Objective, such as safe_skies."),
                named("Name of the objective."),
                number("priority", "Weight of its requirements.", "weight", default=1.0, above=0),
            ),
        ),
        Table(
            "tasks",
            "a task under one objective",
            (
                identifier("task", "Task."),
                reference("objective", "objectives", "Objective it serves.", key=False),
                named("Name of the task."),
                Column("area", "Where it is.", "text"),
                number("latitude", "Latitude.", "degrees", least=-90, most=90),
                number("longitude", "Longitude.", "degrees", least=-180, most=180),
                FIRST,
                LAST,
                number(
                    "framework_share",
                    "Part of the people there that one framework nation provides; 0 if none is needed.",
                    "share",
                    default=0.0,
                    least=0,
                    most=1,
                    better="down",
                ),
                reference(
                    "framework_nation",
                    "nations",
                    "The framework nation, one that can lead; needs a framework_share (or its high end) above 0.",
                    required=False,
                    key=False,
                    blank="the nation that fits best",
                ),
            ),
        ),
        Table(
            "requirements",
            "a line of the statement of requirements",
            (
                reference("task", "tasks", "Task that needs it."),
                reference("capability", "capabilities", "Capability."),
                number("quantity", "How much is required.", "the capability's", required=True, least=0, better="down"),
                number(
                    "max_gap", "Largest part that may stay unmet.", "share", default=1.0, least=0, most=1, better="up"
                ),
                number("priority", "Weight of the line.", "weight", default=1.0, above=0),
                number("core_share", "Part of the quantity that is its core.", "share", default=0.0, least=0, most=1),
                number(
                    "core_weight",
                    "How many times as much a unit of the core counts in gap as another.",
                    "weight",
                    default=1.0,
                    least=1,
                ),
                replace(FIRST, key=True, default=None, blank="the task's"),
                replace(LAST, blank="the task's"),
            ),
        ),
        Table(
            "forces",
            "a nation's pool of one kind of unit",
            (
                reference("nation", "nations", "Nation."),
                reference("unit_type", "unit_types", "Kind of unit."),
                number("units", "Units in the pool.", "units", kind="whole", required=True, least=0, better="up"),
                number(
                    "min_units",
                    "Least it sends to one task in one period, if any.",
                    "units",
                    kind="whole",
                    default=1,
                    least=1,
                    better="down",
                ),
                replace(FIRST, meaning="First period in which the pool is ready."),
                replace(LAST, meaning="Last period in which the pool is ready."),
                number(
                    "availability",
                    "Part of the pool that can be used at all.",
                    "share",
                    default=1.0,
                    least=0,
                    most=1,
                    better="up",
                ),
                number(
                    "home_units",
                    "Units of that part that never deploy.",
                    "units",
                    kind="whole",
                    default=0,
                    least=0,
                    better="down",
                ),
            ),
        ),
        Table(
            "willingness",
            "a stance in some periods; a nation without a row is not willing",
            (
                reference("nation", "nations", "Nation."),
                reference("objective", "objectives", "Objective."),
                number("willingness", "How willing it is.", "0 to 1", required=True, least=0, most=1, better="up"),
                replace(FIRST, meaning="First period of the stance.", key=True),
                replace(LAST, meaning="Last period of the stance."),
            ),
        ),
        Table(
            "caveats",
            "something a nation will not do; at least one of task, unit_type and objective is filled",
            (
                reference("nation", "nations", "Nation."),
                reference("task", "tasks", "Task.", required=False, blank="any"),
                reference("unit_type", "unit_types", "Kind of unit.", required=False, blank="any"),
                reference("objective", "objectives", "Objective.", required=False, blank="any"),
            ),
            required=False,
            whole_row_is_key=True,
        ),
        Table(
            "conditions",
            "a conditional pledge: the nation joins the objective only if …",
            (
                reference("nation", "nations", "Nation."),
                reference("objective", "objectives", "Objective.", required=False, blank="every one"),
                Column(
                    "requires",
                    "Kind of condition.",
                    "id",
                    required=True,
                    choices=("event", "nation", "any_of", "coalition_size"),
                ),
                Column(
                    "value",
                    "The event; the nation; nations or groups with one space between them; or the number of nations, "
                    "counting itself.",
                    "name",
                    required=True,
                ),
            ),
            required=False,
            whole_row_is_key=True,
        ),
        Table(
            "budgets",
            "a ceiling on money",
            (
                Column("payer", "A nation, common, or * for the total of all payers.", "name", required=True, key=True),
                number("amount", "What it can spend in the periods.", "millions", required=True, least=0, better="up"),
                replace(FIRST, key=True),
                replace(LAST, key=True),
            ),
            required=False,
        ),
        Table(
            "commitments",
            "what a nation has promised, or will give at the most; at_least, at_most or both are filled",
            (
                reference("nation", "nations", "Nation."),
                reference("unit_type", "unit_types", "Kind of unit."),
                reference("task", "tasks", "Task.", required=False, blank="all tasks together"),
                replace(FIRST, key=True, default=None, blank="the task's, or the first of the horizon"),
                replace(LAST, blank="the task's, or the last of the horizon"),
                number(
                    "at_least",
                    "Fewest units deployed in each period.",
                    "units",
                    kind="whole",
                    default=0,
                    least=0,
                    better="down",
                ),
                number(
                    "at_most",
                    "Most units deployed in each period.",
                    "units",
                    kind="whole",
                    blank="no limit",
                    least=0,
                    better="up",
                ),
            ),
            required=False,
        ),
        *BUILD_TABLES,
        Table(
            "sources",
            "where figures come from",
            (
                identifier("source", "Short name of the source."),
                Column("title", "Title.", "text", required=True),
                Column("publisher", "Publisher.", "text"),
                Column("date", "Date.", "text"),
                Column("url", "Address.", "text"),
            ),
            required=False,
        ),
    )
}


SETTINGS: dict[str, Column] = {
    column.name: column
    for column in (
        Column("format", "Version of this format: 1.", "whole", required=True, least=1, most=1),
        Column("name", "Name: lower-case letters, digits, hyphens.", "id", required=True),
        Column("title", "Title.", "text"),
        Column("description", "The question that the instance asks.", "text"),
        Column("currency", "Currency of every money column, in millions.", "text"),
        Column("model", "Model to use if none is named: a shipped model's name or a .toml path.", "text"),
        Column("horizon.start", "First month of period 1, YYYY-MM.", "text", required=True),
        Column("horizon.months_per_period", "Months in a period.", "whole", required=True, least=1, most=1200),
        Column("horizon.periods", "Number of periods.", "whole", required=True, least=1, most=1200),
        Column("horizon.indefinite", "Whether the first period follows the last again.", "flag", required=True),
    )
}
"""Keys of ``instance.toml``, dotted; the keys ``events.NAME`` (true or false) come in addition."""


def markdown() -> str:
    """The dictionary as Markdown, for the documentation."""
    parts = []
    for table in TABLES.values():
        optional = "" if table.required else " The table is optional."
        parts.append(f"\n### {table.name}\n\nOne row is {table.row}.{optional}\n")
        parts.append("| column | meaning | type | unit | blank |\n| --- | --- | --- | --- | --- |")
        for column in table.columns:
            star = "*" if column.name in table.key else ""
            cells = (column.meaning, column.expected, column.unit or "–", blank_means(column) or "–")
            parts.append(f"| {star}{column.name}{star} | {' | '.join(cells)} |")
    return "\n".join(parts) + "\n"
