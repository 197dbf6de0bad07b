"""The one dictionary of what an instance holds: settings, tables, columns.

The reader, the checks, the workbook, the JSON Schema and the documentation are all made from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

Value = str | int | float | bool
"""A cell: text, whole number, number or flag."""

SMALLEST, LARGEST = 1e-9, 1e12
"""Size of a number that is not 0: what lies outside would be lost or take over in floating-point arithmetic."""

LONGEST = 32_767
"""Characters of a text: what a workbook's cell takes, so that every instance fits every carrier."""

INSTANCE_NAME = "[a-z0-9-]+"
"""Pattern of an instance's name."""


OWN = "_"
"""How the name of a sheet or a column begins that is the author's own and ignored."""

SYMBOL = "[0-9]{20}|[0-9]{30}|[A-Za-z][A-Za-z0-9*-]{9,14}"
"""Pattern of an APP-6 identification code; the last five of the older 15 signs may be left out, as is usual."""


@dataclass(frozen=True)
class Column:
    """One column of a table, or one key of the settings.

    Attributes
    ----------
    name, meaning : str
    kind : str
        ``id`` (letters, digits, ``_``, ``-``), ``name`` (text without space around it), ``text``, ``whole``,
        ``number``, ``flag`` or ``symbol`` (an APP-6 identification code).
    unit : str
        Unit of a number, empty for others.
    required, key : bool
        Must be filled; is part of the table's key.
    default : Value or None
        What a blank stands for; None where it stands for nothing, or for what ``blank`` says.
    blank : str
        What a blank means where that is no one value.
    least, most : float or None
        Bounds of a number, included.
    above : float or None
        Bound that a number must be above.
    nonzero : bool
    choices : tuple of str
    refers : str
        Table whose key a value must be in.
    """

    name: str
    meaning: str
    kind: str = "text"
    unit: str = ""
    required: bool = False
    key: bool = False
    default: Value | None = None
    blank: str = ""
    least: float | None = None
    most: float | None = None
    above: float | None = None
    nonzero: bool = False
    choices: tuple[str, ...] = ()
    refers: str = ""

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers."""
        return self.kind in ("whole", "number")

    @property
    def period(self) -> bool:
        """Whether the values are periods of the horizon."""
        return self.name in ("first_period", "last_period")

    @property
    def expected(self) -> str:
        """What a value has to be, in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.name == "nation" and self.key and not self.refers:
            return "three capital letters (as ISO 3166-1 alpha-3)"
        words = {
            "id": "an identifier (letters, digits, _ or -)",
            "name": "text without space around it",
            "text": "text",
            "flag": "true or false",
            "whole": "a whole number",
            "number": "a number",
            "symbol": "20 or 30 digits, or the older 15 signs (a letter, then letters, digits, - and *; 10 are enough)",
        }[self.kind]
        if self.nonzero:
            words += " other than 0"
        if self.above is not None:
            words += f" above {self.above:g}"
        if self.least is not None and self.most is not None:
            words += f" from {self.least:g} to {self.most:g}"
        elif self.least is not None:
            words += f" of at least {self.least:g}"
        return words


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its columns, and whether an instance must have it."""

    name: str
    row: str
    columns: tuple[Column, ...]
    required: bool = True
    whole_row_is_key: bool = False

    @property
    def one_row(self) -> str:
        """What a row is, in words."""
        what = self.row.partition(";")[0]
        article, _, noun = what.partition(" ")
        return f"one row per {noun}" if article in ("a", "an") else f"one row is {what}"

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Column name -> column, companions included, in canonical order."""
        return {column.name: column for column in self._all()}

    def _all(self) -> Iterator[Column]:
        for column in self.columns:
            yield column
            if column.name in self.figures:
                for end, word in (("low", "Lowest"), ("high", "Highest")):
                    yield replace(
                        column,
                        name=f"{column.name}_{end}",
                        meaning=f"{word} plausible value of {column.name}.",
                        required=False,
                        key=False,
                        default=None,
                        blank="unknown",
                    )
        if self.name != "sources":
            yield Column("source", "Where the figures of the row come from.", "id", refers="sources")
        yield Column("note", "Anything a reader should know.")

    @cached_property
    def figures(self) -> tuple[str, ...]:
        """Numeric columns but the periods: those that may have companions."""
        return tuple(column.name for column in self.columns if column.numeric and not column.period)

    @cached_property
    def required_columns(self) -> tuple[str, ...]:
        """Columns without which a table is not complete."""
        return tuple(column.name for column in self.columns if column.required)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Columns that no two rows share."""
        return tuple(column.name for column in self.columns if column.key or self.whole_row_is_key)


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
                _number("gdp", "Gross domestic product a year.", "millions", above=0, blank="unknown"),
                _number("troop_ceiling", "People it deploys at once at the most.", "people", least=0, blank="none"),
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
                    "Units in the pool for each one deployed, that one counted.",
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
                    "Part of the people there that one framework nation gives; 0 where none is needed.",
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
                _number("quantity", "How much is asked.", "the capability's", required=True, least=0),
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
                replace(_FIRST, meaning="Period from which the pool is ready."),
            ),
        ),
        Table(
            "willingness",
            "a stance; no row means will not",
            (
                _ref("nation", "nations", "Nation."),
                _ref("objective", "objectives", "Objective."),
                _number("willingness", "How willing it is.", "0 to 1", required=True, least=0, most=1),
            ),
        ),
        Table(
            "caveats",
            "a thing a nation will not do; at least one of task, unit_type and objective is filled",
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
            "a conditional pledge: the nation takes on the objective only if …",
            (
                _ref("nation", "nations", "Nation."),
                _ref("objective", "objectives", "Objective.", required=False, blank="every one"),
                Column(
                    "requires",
                    "What it waits for.",
                    "id",
                    required=True,
                    choices=("event", "nation", "any_of", "coalition_size"),
                ),
                Column(
                    "value",
                    "The event; the nation; nations or groups with a space between; how many nations, itself counted.",
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
                Column("payer", "A nation, common, or * for everyone's total.", "name", required=True, key=True),
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
        Column("description", "What the instance asks.", "text"),
        Column("currency", "Currency of every money column, in millions.", "text"),
        Column("model", "Model to use where none is named: a shipped model's name or a .toml path.", "text"),
        Column("horizon.start", "First month of period 1, YYYY-MM.", "text", required=True),
        Column("horizon.months_per_period", "Months of a period.", "whole", required=True, least=1, most=1200),
        Column("horizon.periods", "Number of periods.", "whole", required=True, least=1, most=1200),
        Column("horizon.indefinite", "After the last period comes the first again.", "flag", required=True),
    )
}
"""Keys of ``instance.toml``, dotted; ``events.NAME`` (true or false) beside them."""


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


def blank_means(column: Column) -> str:
    """What a blank cell of a column stands for, in words."""
    if column.required:
        return "required"
    return column.blank or ("" if column.default is None else str(column.default).lower())
