"""What the page shows of a plan: figures and sentences, each marked as what it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from allocator.instance import Instance
from allocator.model import Model
from allocator.outcome import NUMERICAL
from allocator.plan.measures import coverage_of, measure, members, statement
from allocator.plan.plan import Plan
from allocator.report.text.words import count, length, money, number, percent
from allocator.serve.buildup import build_up
from allocator.serve.controls import periods

if TYPE_CHECKING:
    from allocator.serve.live import Seen

PROVED, FOUND, FREE = "proved", "best found", "free"
"""Marks: nothing can be better; the best plan so far; not determined by what is minimised."""

MOST_LINES = 8
"""Unmet lines that are named; the others are counted."""

NAMES = {
    "gap": "Unmet share",
    "risk": "Asked of reluctant nations",
    "cost": "Cost",
    "burden": "Heaviest burden",
    "worst_period": "Unmet share in the worst period",
    "turnover": "People who go somewhere anew",
    "imbalance": "Money off shares by GDP",
}


def seen_answer(seen: Seen, model: Model) -> dict[str, Any]:
    """What the page shows while a solve works."""
    if seen.plan is None:
        headline: dict[str, Any] = {"share": None, "at_most": None, "mark": FOUND, "sentence": "No plan is found yet."}
        if model.objectives[0] == "gap":
            most = 1 - seen.bound
            headline |= {"at_most": most, "sentence": f"No plan is found yet. None covers more than {_most(most)}."}
        return {"kind": "answer", "headline": headline, "found": False, "working": "Looking for a plan"}
    return _answer(seen.plan, seen.closed)


def whole_answer(plan: Plan) -> dict[str, Any]:
    """What the page shows of the result of a solve that found a plan."""
    gap = plan.manifest["options"]["gap"]
    closed: list[str] = []
    proofs = {row["objective"]: row["relative_gap"] for row in plan.rows("objectives")}
    for name in plan.model.objectives:
        if plan.manifest["stages"] and proofs[name] is not None and proofs[name] <= gap + NUMERICAL:
            closed.append(name)
        else:
            break
    return _answer(plan, closed)


def _answer(plan: Plan, closed: Sequence[str]) -> dict[str, Any]:
    lines = statement(plan)
    everything = set(closed) == set(plan.model.objectives)
    return {
        "kind": "answer",
        "found": True,
        "working": _working(plan.model, closed),
        "headline": _headline(plan, closed),
        "coverage": _coverage(plan, lines, closed),
        "missing": _missing(plan, lines),
        "build_up": build_up(plan),
        "measures": _measures(plan, closed),
        "nations": _nations(plan),
        "who": FREE if everything else FOUND,
        "sums": _sums(plan),
        "short": {
            "share": percent(1 - plan.value("gap")),
            "people": f"{measure(plan, 'people'):,.0f}",
            "nations": str(len(members(plan))),
            "cost": money(measure(plan, "cost_a_year"), plan.instance.currency),
        },
    }


def _working(model: Model, closed: Sequence[str]) -> str:
    """What a solve does next, in words."""
    names = {**NAMES, "gap": "Coverage"}
    done = [names[name] if at == 0 else names[name].lower() for at, name in enumerate(closed)]
    left = [name for name in model.objectives if name not in closed]
    if not left:
        return ""
    next_one = f"looking for less: {NAMES[left[0]].lower()}"
    if not done:
        return f"{next_one[:1].upper()}{next_one[1:]}"
    return f"{' and '.join(done)} {'is' if len(done) == 1 else 'are'} proved; {next_one}"


def _row(plan: Plan, name: str) -> dict[str, Any]:
    return next(row for row in plan.rows("objectives") if row["objective"] == name)


def _mark(plan: Plan, name: str, closed: Sequence[str]) -> str:
    if name not in plan.model.objectives:
        return FREE
    return PROVED if name in closed else FOUND


def _headline(plan: Plan, closed: Sequence[str]) -> dict[str, Any]:
    share = 1 - plan.value("gap")
    mark = _mark(plan, "gap", closed)
    row = _row(plan, "gap")
    at_most = None
    if mark == FREE:
        sentence = "This model does not minimise what stays unmet; another plan may cover more."
    elif plan.model.objectives[0] != "gap" and mark != PROVED:
        sentence = "Better plans are searched for."
    else:
        at_most = max(share, 1 - row["bound"])
        sentence = _proof(plan, share, at_most, mark, row["given_up"])
    return {"share": share, "text": percent(share), "at_most": at_most, "mark": mark, "sentence": sentence}


def _proof(plan: Plan, share: float, at_most: float, mark: str, given_up: float | None) -> str:
    earlier = plan.model.objectives[: plan.model.objectives.index("gap")]
    which = "No plan" if not earlier else f"No plan as good in {' and '.join(NAMES[name].lower() for name in earlier)}"
    if mark == PROVED and given_up and given_up > 1e-6:
        return f"{which} covers more than {_most(at_most)}; later objectives gave up the rest, within the tolerance."
    if mark == PROVED:
        return f"{which} covers more."
    return f"{which} can cover more than {_most(at_most)}."


def _most(share: float) -> str:
    """A share that no plan exceeds, rounded up."""
    return percent(min(1.0, -(-share * 1000 // 1) / 1000))


def _coverage(plan: Plan, lines: Sequence[dict[str, Any]], closed: Sequence[str]) -> list[dict[str, Any]]:
    names = {row["objective"]: row["name"] for row in plan.instance.rows("objectives")}
    met: dict[str, list[bool]] = defaultdict(list)
    for line in lines:
        met[line["objective"]].append(line["missed"] <= 1e-9)
    return [
        {
            "name": names[objective], "share": share, "text": percent(share),
            "lines": f"{sum(met[objective])} of {count(len(met[objective]), 'line')} met",
        }
        for objective, share in coverage_of(list(lines)).items()
    ]  # fmt: skip


def _missing(plan: Plan, lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    tasks = {row["task"]: row["name"] for row in plan.instance.rows("tasks")}
    capabilities = {row["capability"]: row for row in plan.instance.rows("capabilities")}
    short = [line for line in lines if line["missed"] > 1e-9]
    short.sort(key=lambda line: -line["priority"] * line["missed"])
    times = Counter((line["task"], line["capability"]) for line in lines)

    def where(line: dict[str, Any]) -> str:
        several = times[line["task"], line["capability"]] > 1
        when = f", {periods(line['first_period'], line['last_period'])}" if several else ""
        return f"{tasks[line['task']]}{when}"

    rows = [
        {
            "what": capabilities[line["capability"]]["name"],
            "where": where(line),
            "unit": capabilities[line["capability"]]["unit"],
            "text": _met(max(0.0, line["required"] - line["shortfall"]), line["required"]),
        }
        for line in short[:MOST_LINES]
    ]
    more = len(short) - len(rows)
    return {"rows": rows, "more": f"and {count(more, 'more line')}" if more else ""}


def _met(met: float, required: float) -> str:
    """How much of a line is met, which is less than all of it."""
    part, whole = number(met, 3), number(required)
    return f"just under {whole} of {whole}" if part == whole else f"{part} of {whole}"


def _measures(plan: Plan, closed: Sequence[str]) -> list[dict[str, Any]]:
    """The objectives besides coverage, each with its mark and what is proved."""
    rows = []
    for row in plan.rows("objectives"):
        name, value = row["objective"], row["value"]
        if name == "gap":
            continue
        mark = _mark(plan, name, closed)
        bound = row["bound"]
        known = (
            ""
            if mark != FOUND or not bound or name not in _reached(plan, closed)
            else f"at least {_shown(plan, name, bound)}"
        )
        rows.append({"name": NAMES[name], "text": _shown(plan, name, value), "mark": mark, "bound": known})
    return rows


def _reached(plan: Plan, closed: Sequence[str]) -> tuple[str, ...]:
    """The objectives whose bound says something: the proved ones and the one in hand."""
    return plan.model.objectives[: len(closed) + 1]


def _shown(plan: Plan, name: str, value: float) -> str:
    currency = plan.instance.currency
    if name in ("gap", "worst_period"):
        return percent(value)
    if name == "cost":
        months = plan.instance.periods * plan.instance.months_per_period
        return f"{money(value, currency)}, {money(value * 12 / months, currency)} a year"
    if name == "imbalance":
        return money(value, currency)
    units = {"risk": "thousand person-months", "burden": "‰ of GDP a year", "turnover": "thousand people"}
    return f"{number(value)} {units[name]}"


def _nations(plan: Plan) -> list[dict[str, Any]]:
    """Who sends and pays what, most people first."""
    names = {row["nation"]: row["name"] for row in plan.instance.rows("nations")}
    units = {row["unit_type"]: row["name"] for row in plan.instance.rows("unit_types")}
    tasks = {row["task"]: row["name"] for row in plan.instance.rows("tasks")}
    most: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in plan.rows("deployments"):
        place = (row["nation"], row["unit_type"], row["task"])
        most[place] = max(most[place], row["units"])
    sends: dict[str, list[str]] = defaultdict(list)
    for (n, u, j), number_of in most.items():
        sends[n].append(f"{number_of} × {units[u]}, {tasks[j]}")
    orders: Counter[tuple[str, str]] = Counter()
    for row in plan.rows("orders"):
        orders[row["nation"], row["unit_type"]] += row["units"]
    for (n, u), number_of in orders.items():
        sends[n].append(f"orders {number_of} × {units[u]}")
    rows = [row for row in plan.rows("nations") if row["personnel"] or row["cost"] > 0]
    rows.sort(key=lambda row: (row["member"] is None, -row["personnel"], row["nation"]))
    return [
        {
            "name": names[row["nation"]],
            "people": f"{row['personnel']:,}",
            "cost": f"{row['cost']:,.1f}",
            "burden": "–" if row["burden"] is None else f"{row['burden']:.2f}",
            "sends": sends[row["nation"]],
        }
        for row in rows
    ]


def _sums(plan: Plan) -> str:
    if not plan.rows("deployments"):
        return "Nobody is sent."
    people = measure(plan, "people")
    peak = " at the peak" if plan.instance.periods > 1 else ""
    yearly = money(measure(plan, "cost_a_year"), plan.instance.currency)
    return f"{count(len(members(plan)), 'nation')}, {people:,.0f} people{peak}, {yearly} a year."


def described(instance: Instance, model: Model, name: str) -> dict[str, Any]:
    """The head of the page."""
    months = instance.periods * instance.months_per_period
    return {
        "title": instance.title or instance.name,
        "question": f"{name}, model {model.name}; {length(instance)}",
        "description": instance.settings.get("description", ""),
        "currency": f"{instance.currency} million".strip(),
        "months": count(months, "month"),
    }
