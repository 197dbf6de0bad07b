"""The tables of an answer: names instead of codes, coverage and points instead of shares of the gap.

Codes stay in ``--json`` and ``--out``, from where they are typed back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from allocator.explaining.answer import Answer
from allocator.explaining.causes import CAUSES, called
from allocator.explaining.words import FAMILY_WORDS, RULE_WORDS, UNITS
from allocator.report.text.explain_words import Row, Words, points
from allocator.report.text.words import count, money_unit, number, objective_heading, percent, plural
from allocator.wording import first_small, in_sentence


class Column(NamedTuple):
    """A column of a table: its heading, its side, and the text in each row."""

    heading: str
    side: str
    cell: Callable[[Row], str]


def columns_of(answer: Answer, name: str, rows: Sequence[Row]) -> list[Column]:
    """The columns of a list of an answer."""
    return TABLES[name](Words(answer), rows)


def _text(heading: str, cell: Callable[[Row], str]) -> Column:
    return Column(heading, "left", cell)


def _figure(heading: str, cell: Callable[[Row], str]) -> Column:
    return Column(heading, "right", cell)


def _yes(value: Any) -> str:
    return "–" if value is None else "yes" if value else "no"


def _number(value: Any) -> str:
    return "–" if value is None else number(value)


# ---- no plan ---------------------------------------------------------------------------------------------------------


def _conflicts(words: Words, _: Sequence[Row]) -> list[Column]:
    def rules(row: Row) -> str:
        lines = sum(element.startswith("requirements.") for element in row["families"])
        families = [FAMILY_WORDS.get(f, f) for f in row["families"] if not f.startswith("requirements.")]
        return ", ".join([*([count(lines, "line")] if lines else []), *families]) or "none"

    return [
        _text("rules", rules), _text("what they say", lambda row: "; ".join(m["text"] for m in row["members"])),
        _text("minimal", lambda row: _yes(row["minimal"])),
    ]  # fmt: skip


def _repairs(words: Words, _: Sequence[Row]) -> list[Column]:
    return [
        _text("change", lambda row: "; ".join(change["text"] for change in row["changes"])),
        _figure("price", lambda row: _number(row["price"])),
    ]


# ---- the gap ---------------------------------------------------------------------------------------------------------


def _targets(words: Words, rows: Sequence[Row]) -> list[Column]:
    def share(name: str) -> Callable[[Row], str]:
        def cell(row: Row) -> str:
            found = next((each for each in row["causes"] if each["cause"] == name), None)
            return "–" if found is None else points(found["share"], found["error"])

        return cell

    causes = dict.fromkeys(each["cause"] for row in rows for each in row["causes"])
    families = words.families
    return [
        _text("target", lambda row: words.target(row["target"])),
        _figure("missing", lambda row: points(row["plan"])),
        _figure("taken by others", lambda row: points(row["competition"])),
        *(_figure(called(cause, families.intersection(CAUSES[cause])), share(cause)) for cause in causes),
        _figure("exist nowhere", lambda row: points(row["forces"])),
    ]


def _limits(words: Words, _: Sequence[Row]) -> list[Column]:
    def then(row: Row) -> str:
        sure = row.get("bound") is None or row["least"] is None
        return "–" if row["least"] is None else ("" if sure else "~") + percent(1 - row["least"])

    return [
        _text("limit", lambda row: words.statement(row["id"])), _figure("coverage", then),
        _figure("adds", lambda row: points(row["gain"])),
    ]  # fmt: skip


def _steps(words: Words, _: Sequence[Row]) -> list[Column]:
    return [
        _text("now", lambda row: words.statement(row["id"])),
        _figure("then", lambda row: "lifted" if row["to"] is None else f"{row['to']:,.6g}"),
        _figure(words.heading, words.value),
        _figure(_gained(words), lambda row: words.difference(row["gain"])),
    ]


def _rungs(words: Words, _: Sequence[Row]) -> list[Column]:
    return [
        _figure("with", lambda row: f"{row['at']:,.10g}"), _figure(words.heading, words.value),
        _figure(_gained(words), lambda row: words.difference(row["gain"])),
    ]  # fmt: skip


def _gained(words: Words) -> str:
    return "adds" if words.share else f"less, {words.unit}"


# ---- one plan and another --------------------------------------------------------------------------------------------


def _objectives(words: Words, _: Sequence[Row]) -> list[Column]:
    def shown(row: Row, key: str) -> str:
        value = row[key]
        if value is None:
            return "–"
        return number(value) if row["objective"] in UNITS else percent(value, 2)

    def forced(row: Row) -> str:
        value, bound = row["forced"], row.get("bound")
        sure = value is None or bound is None or bound >= value - 1e-6 * max(1.0, abs(value))
        return ("" if sure else "~") + shown(row, "forced")

    return [
        _text("objective", lambda row: objective_heading(row["objective"], money_unit(words.answer.currency))),
        _figure("plan in hand", lambda row: shown(row, "value")),
        _figure("other plan", forced),
    ]


def _changes(words: Words, rows: Sequence[Row]) -> list[Column]:
    several = len({row["period"] for row in rows}) > 1 or any(row["period"] != 1 for row in rows)
    return [
        _text("nation", lambda row: words.nation(row["nation"])),
        _text("units", lambda row: words.names.of("unit_types", row["unit_type"])),
        _text("task", lambda row: words.names.of("tasks", row["task"])),
        *([_figure("period", lambda row: str(row["period"]))] if several else []),
        _figure("before", lambda row: f"{row['from']:,}"), _figure("after", lambda row: f"{row['to']:,}"),
    ]  # fmt: skip


def _ladder(words: Words, _: Sequence[Row]) -> list[Column]:
    return [
        _figure(f"given up at most, {words.unit}", lambda row: words.difference(row["given_up"])),
        _figure(words.heading, words.value),
        _figure("nations changed", lambda row: _number(row["nations_changed"])),
        _figure("units moved", lambda row: _number(row["units_moved"])),
        _figure("moves saved", lambda row: _number(row["saved"])),
    ]


# ---- who matters, and what else is as good ---------------------------------------------------------------------------


def _lost(words: Words) -> list[Column]:
    lost = "lost" if words.share else f"more, {words.unit}"
    return [_figure(words.heading, words.value), _figure(lost, lambda row: words.difference(row["loss"]))]


def _nations(words: Words, _: Sequence[Row]) -> list[Column]:
    def over(row: Row) -> str:
        codes = row["takes_over"]
        return "–" if codes is None else ", ".join(map(words.nation, codes)) or "nobody"

    return [
        _text("without", lambda row: words.nation(row["nation"])), *_lost(words),
        _text("rest of the plan holds", lambda row: _yes(row["survives"])), _text("sends more", over),
    ]  # fmt: skip


def _pairs(words: Words, _: Sequence[Row]) -> list[Column]:
    more = "beyond each alone"
    return [
        _text("without", lambda row: words.nations(row["nations"])), *_lost(words),
        _figure(more, lambda row: words.difference(row["extra"])),
    ]  # fmt: skip


def _keystones(words: Words, _: Sequence[Row]) -> list[Column]:
    return [
        _text("without", lambda row: words.nation(row["nation"])),
        _text("these pledges fall", lambda row: "; ".join(words.pledges(row["takes_down"]))),
    ]


def _shapley(words: Words, rows: Sequence[Row]) -> list[Column]:
    sampled = any(row["error"] for row in rows)
    return [
        _text("nation", lambda row: words.nation(row["nation"])), _figure("points", lambda row: points(row["value"])),
        *([_figure("± (95 %)", lambda row: points(row["error"]))] if sampled else []),
    ]  # fmt: skip


def _ranges(words: Words, _: Sequence[Row]) -> list[Column]:
    names = words.names
    said: Mapping[str, Callable[[str], str]] = {
        "nation": lambda code: f"people from {in_sentence(names.nation(code))}",
        "objective": lambda code: f"people for {names.of('objectives', code)}",
        "unit_type": lambda code: plural(first_small(names.of("unit_types", code))),
    }
    return [
        _text("", lambda row: said[row["kind"]](row["name"])),
        _figure("least", lambda row: _number(row["low"])), _figure("most", lambda row: _number(row["high"])),
    ]  # fmt: skip


def _rules(words: Words, _: Sequence[Row]) -> list[Column]:
    unit = money_unit(words.answer.currency)
    return [
        _text("rule", lambda row: RULE_WORDS[row["rule"]]),
        _figure("wrongly borne", lambda row: "–" if row["unfairness"] is None else percent(row["unfairness"])),
        _figure("heaviest load", lambda row: "–" if row["load"] is None else f"{row['load']:.3g} ×"),
        _figure(f"cost, {unit}", lambda row: _number(row["cost"])),
        _figure("extra cost", lambda row: _number(row["price"])),
        _figure("coverage if fair", lambda row: "–" if row["gap"] is None else percent(1 - row["gap"])),
    ]


# ---- calls -----------------------------------------------------------------------------------------------------------


def _sets(words: Words, _: Sequence[Row]) -> list[Column]:
    return [
        _figure("set", lambda row: str(row["set"])), _text("nations", lambda row: words.nations(row["nations"])),
        _figure("units", lambda row: _number(row["units"])), _figure("before", lambda row: points(row["now"])),
        _figure("after", lambda row: points(row["after"])), _figure("price", lambda row: _number(row["price"])),
    ]  # fmt: skip


def _asks(words: Words, rows: Sequence[Row]) -> list[Column]:
    """To whom, for what, what is in the way, and what a yes adds; the set or target once for all its calls."""
    several = len({row["set"] for row in rows}) > 1
    first = {(row["target"], row["set"]): id(row) for row in reversed(rows)}
    units = {(row["target"], row["set"]): row["units"] for row in words.answer.answer.get("sets", ())}

    def of(row: Row) -> str:
        if first[row["target"], row["set"]] != id(row):
            return ""
        return str(row["set"]) if several else words.target(row["target"])

    def gives(row: Row) -> str:
        given: dict[str, list[str]] = {}
        for each in row["gives"]:
            given.setdefault(each["task"], []).append(words.units(each["units"], each["unit_type"]))
        here = str(row["target"]).partition(".")[0]
        sent = [
            ", ".join(units) + ("" if task == here else f" ({words.names.of('tasks', task)})")
            for task, units in given.items()
        ]
        known = units.get((row["target"], row["set"])) is not None
        return "; ".join(sent) or ("no more units" if known else "–")

    def adds(row: Row) -> str:
        left_open = f"worth of set {row['set']} for {row['target']}" in words.answer.open
        return points(row["worth"], 1.0 if left_open else None)

    many = len({row["target"] for row in rows}) > 1
    return [
        *([Column("set" if several else "target", "left", of)] if several or many else []),
        _figure("call", lambda row: str(row["call"])), _text("to", lambda row: words.nation(row["nation"])),
        _text("for", gives), _text("in the way", lambda row: ", ".join(row["stops"])),
        _figure("adds", adds),
    ]  # fmt: skip


def _could(words: Words, rows: Sequence[Row]) -> list[Column]:
    many = len({row["target"] for row in rows}) > 1
    return [
        *([_text("target", lambda row: words.target(row["target"]))] if many else []),
        _text("nation", lambda row: words.nation(row["nation"])),
        _text("units", lambda row: words.names.of("unit_types", row["unit_type"])),
        _figure("has", lambda row: _number(row["units"])), _figure("here", lambda row: _number(row["here"])),
        _figure("elsewhere", lambda row: _number(row["elsewhere"])),
        _text("what stops more", lambda row: ", ".join(row["stops"]) or "nothing"),
    ]  # fmt: skip


TABLES: Mapping[str, Callable[[Words, Sequence[Row]], list[Column]]] = {
    "conflicts": _conflicts, "repairs": _repairs, "ask_less": _repairs, "cheapest": _repairs, "targets": _targets,
    "limits": _limits, "steps": _steps, "rungs": _rungs, "objectives": _objectives, "changes": _changes,
    "ladder": _ladder, "nations": _nations, "pairs": _pairs, "keystones": _keystones, "shapley": _shapley,
    "ranges": _ranges, "rules": _rules, "sets": _sets, "asks": _asks, "could": _could,
}  # fmt: skip
"""List of rows -> its columns."""
