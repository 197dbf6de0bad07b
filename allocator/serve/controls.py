"""What can be moved on the live page: each control is a list of positions, and a position is an override.

The page sends positions, never overrides: what reaches the solver is written here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from allocator.instance import Instance
from allocator.instance.cells import plain
from allocator.instance.coalition import members
from allocator.model import Model
from allocator.report.text.words import money, number, percent
from allocator.wording import event_words, first_capital

FACTORS = (0.25, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.4, 1.5, 1.75, 2.0)
"""Positions of the control for all that is asked, as multiples of it."""

BURDENS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 50.0)
"""Positions of the control for the heaviest burden, in per mille of GDP a year."""

STEPS = 20
"""Positions on each side of a figure."""

NO_LIMIT = "no limit"


@dataclass(frozen=True)
class Control:
    """Something that can be moved.

    Attributes
    ----------
    name : str
        Unique among the controls of a page.
    kind : str
        ``range`` (a slider), ``switch`` (an event) or ``nation`` (takes part or not).
    group : str
        Heading under which it stands; ``what is asked, line by line`` is folded.
    under : str
        Heading within the group, or empty.
    label : str
        What it moves, in words.
    key : str
        Key of the override with its operator; for a nation, its code.
    values, shown : tuple of str
        Each position: the value of the override, and the same in words. A value of None means no override.
    at : int
        The position of the question as asked.
    """

    name: str
    kind: str
    group: str
    under: str
    label: str
    key: str
    values: tuple[str | None, ...]
    shown: tuple[str, ...]
    at: int

    def override(self, position: int) -> str | None:
        """The override of a position; None if there is none."""
        value = self.values[position]
        return None if value is None else self.key + value

    def for_page(self) -> dict[str, Any]:
        """What the page needs."""
        return {
            "name": self.name, "kind": self.kind, "group": self.group, "under": self.under, "label": self.label,
            "shown": list(self.shown), "at": self.at,
        }  # fmt: skip


MONEY, NATIONS, ASKED, LINES, EVENTS = (
    "Money", "Who takes part", "What is asked", "What is asked, line by line", "What happens",
)  # fmt: skip
"""The groups, in the order of the page."""


def controls(instance: Instance, model: Model, coalition: str | None = None) -> tuple[Control, ...]:
    """Everything that can be moved, as it is in the question asked.

    Parameters
    ----------
    instance, model : Instance, Model
        The question as asked, with its case and overrides, and without its coalition.
    coalition : str, optional
        Who takes part.

    Examples
    --------
    >>> import allocator
    >>> from allocator.serve.controls import controls
    >>> first = controls(allocator.read("toy-budget"), allocator.Model())[0]
    >>> first.label, first.shown[first.at], first.override(first.at)
    ('The common fund', 'USD 45 million', 'budgets[payer=common].amount=45')
    """
    found = [*_money(instance, model), _floor(model), *_nations(instance, coalition), _factor()]
    return (*found, *_events(instance), *_lines(instance))


def _money(instance: Instance, model: Model) -> Iterator[Control]:
    if "budget" not in model.families:
        return
    names = {"*": "All payers together", "common": "The common fund"}
    names |= {row["nation"]: row["name"] for row in instance.rows("nations")}
    rows = instance.tables["budgets"]
    times = Counter(row["payer"] for row in rows)
    for at, row in enumerate(rows):
        payer, first, last = row["payer"], row.get("first_period"), row.get("last_period")
        where, when = f"payer={payer}", ""
        if times[payer] > 1:
            where += f",first_period={_blank(first)},last_period={_blank(last)}"
        if first is not None or last is not None:
            when = f", {periods(first or 1, last or instance.periods)}"
        label = f"{names.get(payer, payer)}{when}"
        yield _amounts(f"budget.{at}", label, f"budgets[{where}].amount=", row["amount"], instance.currency)
    if "*" not in times and (most := _cost_of_all(instance)) > 0:
        values = [_round(most * 10 ** (-3 * (1 - step / STEPS))) for step in range(STEPS)]
        texts = tuple(plain(value) for value in dict.fromkeys(values))
        yield Control(
            "budget.all", "range", MONEY, "", names["*"], "budgets[payer=*].amount=", (*texts, None),
            (*(money(float(text), instance.currency) for text in texts), NO_LIMIT), len(texts),
        )  # fmt: skip
    yield _burden(model)


def periods(first: int, last: int) -> str:
    """``period 2`` or ``periods 2 to 4``."""
    return f"period {first}" if first == last else f"periods {first} to {last}"


def _blank(value: object) -> str:
    return "" if value is None else str(value)


def _cost_of_all(instance: Instance) -> float:
    """Millions that all pools would cost if all deployed over the horizon."""
    kinds = {row["unit_type"]: row for row in instance.rows("unit_types")}
    a_unit = {u: row["rotation_cost"] + instance.months_per_period * row["operating_cost"] for u, row in kinds.items()}
    return float(instance.periods * sum(a_unit[row["unit_type"]] * row["units"] for row in instance.rows("forces")))


def _round(value: float) -> float:
    """A figure to two digits, for a position."""
    return 0.0 if value == 0 else float(f"{value:.1e}")


def _amounts(name: str, label: str, key: str, amount: float, currency: str) -> Control:
    """A slider from nothing to twice an amount, which is one of its positions."""
    whole = amount or 100.0
    values = _around([whole * step / STEPS for step in range(2 * STEPS + 1)], amount)
    shown = tuple(money(value, currency) for value in values)
    return Control(name, "range", MONEY, "", label, key, tuple(map(plain, values)), shown, values.index(amount))


def _around(positions: Iterable[float], at: float) -> list[float]:
    """Rounded positions in their order, with the figure itself in place of any that is close to it."""
    step = max(abs(at), 1.0) / (2 * STEPS + 1)
    return sorted({*(rounded for value in positions if abs((rounded := _to_three(value)) - at) > step), at})


def _to_three(value: float) -> float:
    return 0.0 if value == 0 else float(f"{value:.2e}")


def _burden(model: Model) -> Control:
    given = [] if model.max_burden is None else [model.max_burden]
    values = sorted({*(burden / 1000 for burden in BURDENS), *given})
    at = len(values) if model.max_burden is None else values.index(model.max_burden)
    shown = (*(f"{number(1000 * value)} ‰ of GDP a year" for value in values), NO_LIMIT)
    texts = tuple(plain(value) for value in values)
    return Control(
        "burden", "range", MONEY, "", "No nation pays more than", "model.max_burden=", (*texts, ""), shown, at
    )


def _floor(model: Model) -> Control:
    values = sorted({*(step / 20 for step in range(21)), model.willingness_floor})
    return Control(
        "floor", "range", NATIONS, "", "Only those at least this willing", "model.willingness_floor=",
        tuple(map(plain, values)), tuple(f"{value:.2f}" for value in values), values.index(model.willingness_floor),
    )  # fmt: skip


def _nations(instance: Instance, coalition: str | None) -> Iterator[Control]:
    """One for each nation that has something to send, or could order it."""
    inside = None if coalition is None else members(instance, coalition)
    having = {row["nation"] for table in ("forces", "acquisitions") for row in instance.rows(table)}
    for row in instance.rows("nations"):
        code = row["nation"]
        if code in having:
            at = int(inside is None or code in inside)
            shown = ("stays out", "takes part")
            yield Control(f"nation.{code}", "nation", NATIONS, "", row["name"], code, (None, None), shown, at)


def _factor() -> Control:
    values = tuple(None if factor == 1 else plain(factor) for factor in FACTORS)
    shown = tuple(percent(factor, 0) for factor in FACTORS)
    return Control(
        "factor", "range", ASKED, "", "Of every line", "requirements.quantity*=", values, shown, FACTORS.index(1.0)
    )


def _events(instance: Instance) -> Iterator[Control]:
    for event, happens in instance.settings.get("events", {}).items():
        label = event_words(event)
        yield Control(
            f"event.{event}", "switch", EVENTS, "", first_capital(label), f"events.{event}=",
            ("false", "true"), ("does not happen", "happens"), int(happens),
        )  # fmt: skip


def _lines(instance: Instance) -> Iterator[Control]:
    tasks = {row["task"]: row["name"] for row in instance.rows("tasks")}
    capabilities = {row["capability"]: row for row in instance.rows("capabilities")}
    rows = instance.rows("requirements")
    raw = instance.tables["requirements"]
    times = Counter((row["task"], row["capability"]) for row in rows)
    for at, (row, cells) in enumerate(zip(rows, raw, strict=True)):
        where = f"task={row['task']},capability={row['capability']}"
        label = capabilities[row["capability"]]["name"]
        if times[row["task"], row["capability"]] > 1:
            where += f",first_period={_blank(cells.get('first_period'))}"
            label += f", {periods(row['first_period'], row['last_period'])}"
        values = _quantities(row["quantity"])
        unit = capabilities[row["capability"]]["unit"]
        shown = tuple(f"{number(value)} {unit}" for value in values)
        yield Control(
            f"line.{at}", "range", LINES, tasks[row["task"]], label, f"requirements[{where}].quantity=",
            tuple(map(plain, values)), shown, values.index(row["quantity"]),
        )  # fmt: skip


def _quantities(quantity: float) -> list[float]:
    """From nothing to twice a quantity, in whole numbers if it is one; up to ten if it is nothing."""
    top = 2 * quantity or 10.0
    steps = [top * step / (2 * STEPS) for step in range(2 * STEPS + 1)]
    if quantity == math.floor(quantity):
        return sorted({float(round(step)) for step in steps} | {quantity})
    return _around(steps, quantity)


def checked(all_controls: Mapping[str, Control], moves: Any) -> dict[str, int]:
    """The moves that a page sent: control -> position, only those that differ from the question as asked.

    Raises
    ------
    ValueError
        Something else was sent, such as a position that does not exist.
    """
    if not isinstance(moves, dict):
        raise ValueError("the moves are not an object")
    found = {}
    for name, position in moves.items():
        if name not in all_controls or type(position) is not int:
            raise ValueError("a control or its position is unknown")
        if not 0 <= position < len(all_controls[name].shown):
            raise ValueError("a position does not exist")
        if position != all_controls[name].at:
            found[name] = position
    return found
