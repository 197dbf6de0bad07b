"""The one dictionary of an instance: its settings, tables and columns.

The reader, the checks, the workbook, the JSON Schema and the documentation are all derived from it.
"""

from __future__ import annotations

from dataclasses import replace

from allocator.instance.columns import Column, Table, blank_means


def _id(name: str, meaning: str, **more: object) -> Column:
    return Column(name, meaning, kind="id", required=True, key=True, **more)  # type: ignore[arg-type]


def _ref(name: str, table: str, meaning: str, **more: object) -> Column:
    given = {"kind": "id", "required": True, "key": True, "refers": table, **more}
    return Column(name, meaning, **given)  # type: ignore[arg-type]


def _name(meaning: str) -> Column:
    return Column("name", meaning, kind="name", required=True)


_FIRST = Column("first_period", "First period.", "whole", unit="period", default=1, least=1)
_LAST = Column("last_period", "Last period.", "whole", unit="period", blank="the last of the horizon", least=1)


def _number(name: str, meaning: str, unit: str, **more: object) -> Column:
    return Column(name, meaning, kind=str(more.pop("kind", "number")), unit=unit, **more)  # type: ignore[arg-type]


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "nations",
            "a nation",
            (
                _id("nation", "Code of the nation."),
                _name("Name of the nation."),
                _number("gdp", "Gross domestic product per year.", "millions", above=0, blank="unknown"),
                _number("troop_ceiling", "Most people that it deploys at once.", "people", least=0, blank="none"),
                Column("can_lead", "Can be the framework nation of a task.", "flag", default=False),
            ),
        ),
        Table(
            "groups",
            "a membership",
            (
                _id("group", "Group, such as JEF; not a nation's code and not common."),
                _ref("nation", "nations", "Nation that belongs to it."),
            ),
            required=False,
        ),
        Table(
            "unit_types",
            "a kind of force element",
            (
                _id("unit_type", "Kind of unit."),
                _name("Name of the kind."),
                Column(
                    "domain",
                    "Where it works.",
                    "id",
                    required=True,
                    choices=("air", "sea", "land", "training", "support"),
                ),
                _number("personnel", "People in a unit.", "people", kind="whole", required=True, least=1),
                _number("operating_cost", "Cost of a deployed unit.", "millions a month", required=True, least=0),
                _number("rotation_cost", "Cost of a rotation.", "millions a unit and period", default=0.0, least=0),
                _number(
                    "rotation_ratio",
                    "Units in the pool for each deployed unit, counting that unit.",
                    "units",
                    kind="whole",
                    default=1,
                    least=1,
                ),
                _number(
                    "common_share",
                    "Part of its cost that the common fund pays.",
                    "share",
                    default=0.0,
                    least=0,
                    most=1,
                ),
                Column("symbol", "NATO APP-6 identification code.", "symbol"),
            ),
        ),
        Table(
            "capabilities",
            "a capability",
            (
                _id("capability", "Capability."),
                _name("Name of the capability."),
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
                _ref("unit_type", "unit_types", "Kind of unit."),
                _ref("capability", "capabilities", "Capability."),
                _number(
                    "amount",
                    "What a unit supplies or consumes.",
                    "the capability's",
                    required=True,
                    nonzero=True,
                ),
            ),
        ),
        Table(
            "objectives",
            "a mission objective",
            (
                _id("objective", "Objective, such as safe_skies."),
                _name("Name of the objective."),
                _number("priority", "Weight of its requirements.", "weight", default=1.0, above=0),
            ),
        ),
        Table(
            "tasks",
            "a task under one objective",
            (
                _id("task", "Task."),
                _ref("objective", "objectives", "Objective it serves.", key=False),
                _name("Name of the task."),
                Column("area", "Where it is.", "text"),
                _number("latitude", "Latitude.", "degrees", least=-90, most=90),
                _number("longitude", "Longitude.", "degrees", least=-180, most=180),
                _FIRST,
                _LAST,
                _number(
                    "framework_share",
                    "Part of the people there that one framework nation provides; 0 if none is needed.",
                    "share",
                    default=0.0,
                    least=0,
                    most=1,
                ),
            ),
        ),
        Table(
            "requirements",
            "a line of the statement of requirements",
            (
                _ref("task", "tasks", "Task that needs it."),
                _ref("capability", "capabilities", "Capability."),
                _number("quantity", "How much is required.", "the capability's", required=True, least=0),
                _number("max_gap", "Largest part that may stay unmet.", "share", default=1.0, least=0, most=1),
                _number("priority", "Weight of the line.", "weight", default=1.0, above=0),
                replace(_FIRST, key=True, default=None, blank="the task's"),
                replace(_LAST, blank="the task's"),
            ),
        ),
        Table(
            "forces",
            "a nation's pool of one kind of unit",
            (
                _ref("nation", "nations", "Nation."),
                _ref("unit_type", "unit_types", "Kind of unit."),
                _number("units", "Units in the pool.", "units", kind="whole", required=True, least=0),
                _number(
                    "min_units",
                    "Least it sends to one task in one period, if any.",
                    "units",
                    kind="whole",
                    default=1,
                    least=1,
                ),
                replace(_FIRST, meaning="First period in which the pool is ready."),
            ),
        ),
        Table(
            "willingness",
            "a stance; without a row, a nation is not willing",
            (
                _ref("nation", "nations", "Nation."),
                _ref("objective", "objectives", "Objective."),
                _number("willingness", "How willing it is.", "0 to 1", required=True, least=0, most=1),
            ),
        ),
        Table(
            "caveats",
            "something a nation will not do; at least one of task, unit_type and objective is filled",
            (
                _ref("nation", "nations", "Nation."),
                _ref("task", "tasks", "Task.", required=False, blank="any"),
                _ref("unit_type", "unit_types", "Kind of unit.", required=False, blank="any"),
                _ref("objective", "objectives", "Objective.", required=False, blank="any"),
            ),
            required=False,
            whole_row_is_key=True,
        ),
        Table(
            "conditions",
            "a conditional pledge: the nation joins the objective only if …",
            (
                _ref("nation", "nations", "Nation."),
                _ref("objective", "objectives", "Objective.", required=False, blank="every one"),
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
                _number("amount", "What it can spend in the periods.", "millions", required=True, least=0),
                replace(_FIRST, key=True),
                replace(_LAST, key=True),
            ),
            required=False,
        ),
        Table(
            "sources",
            "where figures come from",
            (
                _id("source", "Short name of the source."),
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
        parts.append(f"\n### {table.name}\n\nOne row is {table.row}.\n")
        parts.append("| column | meaning | type | unit | blank |\n| --- | --- | --- | --- | --- |")
        for column in table.columns:
            star = "*" if column.name in table.key else ""
            cells = (column.meaning, column.expected, column.unit or "–", blank_means(column) or "–")
            parts.append(f"| {star}{column.name}{star} | {' | '.join(cells)} |")
    return "\n".join(parts) + "\n"
