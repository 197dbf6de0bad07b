"""The map: nations shaded by the people they send, tasks as numbered pins, and what lies outside."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import cos, radians, sin, sqrt
from typing import Any

from allocator.report.html.reading import Reading
from allocator.report.html.words import count, listed, number, plural

STEPS = ((50000, 10000, 1000), (20000, 5000, 1000), (5000, 1000, 250), (1000, 250, 50), (200, 50, 10))
"""Lower ends of the darkest shades, in people; the first whose largest is reached by some nation."""

NEAR = 17.0
"""Distance of two pins, in pixels of a map that is 640 wide, below which they are one."""

ASPECT = 1.35
"""Width of the map divided by its height, as in the style sheet."""

MARGIN = 45
"""Pixels of the outlines around what is shown."""

LEAST_WIDTH = 330
"""Least width of what is shown, in pixels of the outlines."""


@cache
def outlines() -> Mapping[str, Any]:
    """Outlines as SVG paths by country, and the projection that they are drawn in."""
    text = files("allocator.report.html").joinpath("data/outlines.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def projected(latitude: float, longitude: float) -> tuple[float, float]:
    """The pixel of a place in the equal-area projection of the outlines.

    Examples
    --------
    >>> projected(50, 20)
    (510.0, 480.0)
    """
    view, radius = outlines()["view"], outlines()["radius"]
    phi, phi1, turn = (radians(x) for x in (latitude, view["latitude"], longitude - view["longitude"]))
    k = radius / view["kilometres"] * sqrt(2 / max(1e-3, 1 + sin(phi1) * sin(phi) + cos(phi1) * cos(phi) * cos(turn)))
    x = k * cos(phi) * sin(turn)
    y = k * (cos(phi1) * sin(phi) - sin(phi1) * cos(phi) * cos(turn))
    return view["x"] + x, view["y"] - y


@dataclass(frozen=True)
class Window:
    """The part of the outlines that is shown."""

    x: float
    y: float
    width: float
    height: float

    def holds(self, x: float, y: float) -> bool:
        """Whether a pixel is inside."""
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A pixel as shares of the window."""
        return (x - self.x) / self.width, (y - self.y) / self.height


def box(path: str) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the largest part of an outline."""
    best: tuple[float, float, float, float] = (0, 0, 0, 0)
    for part in re.findall(r"M([^z]*)z", path):
        start, steps = part.split("l")
        x, y = (int(value) for value in start.split(","))
        xs, ys = [x], [y]
        for step in steps.split(" "):
            dx, dy = (int(value) for value in step.split(","))
            x, y = x + dx, y + dy
            xs.append(x)
            ys.append(y)
        here = (min(xs), min(ys), max(xs), max(ys))
        if (here[2] - here[0]) * (here[3] - here[1]) > (best[2] - best[0]) * (best[3] - best[1]):
            best = here
    return best


def where(page: Reading) -> dict[str, Any] | None:
    """The map and its list; None where neither a task nor a nation that sends has a place on it."""
    view, shapes = outlines()["view"], outlines()["shapes"]
    whole = Window(0, 0, view["width"], view["height"])
    placed = [
        (task, projected(row["latitude"], row["longitude"]))
        for task, row in page.tasks.items()
        if row["latitude"] is not None and row["longitude"] is not None
    ]
    inside = [(task, at) for task, at in placed if whole.holds(*at)]
    senders = {row["nation"]: row["personnel"] for row in page.plan.rows("nations") if row["personnel"]}
    drawn = [nation for nation in senders if nation in shapes]
    if not inside and not drawn:
        return None
    window = _window([at for _, at in inside], [box(shapes[nation]) for nation in drawn], whole)
    steps = next((steps for steps in STEPS if max(senders.values(), default=0) >= steps[0]), STEPS[-1])
    pins = _pins(page, inside, window)
    return {
        "heading": _heading(page, inside),
        "box": f"{window.x:.0f} {window.y:.0f} {window.width:.0f} {window.height:.0f}",
        "shapes": [
            {"path": path, "shade": _shade(senders.get(code, 0), steps), "name": page.names["nations"].get(code, "")}
            for code, path in shapes.items()
        ],
        "pins": pins,
        "legend": _legend(steps),
        "outside": _outside(page, senders, drawn, placed, inside),
        "people": [(page.nation(n), f"{people:,}") for n, people in sorted(senders.items(), key=lambda p: -p[1])],
    }


def _window(points: list[tuple[float, float]], boxes: list[tuple[float, float, float, float]], whole: Window) -> Window:
    """The smallest part of the outlines, in the shape of the map, with all pins and all nations that send."""
    xs = [x for x, _ in points] + [x for b in boxes for x in (b[0], b[2])]
    ys = [y for _, y in points] + [y for b in boxes for y in (b[1], b[3])]
    left, right, top, bottom = min(xs) - MARGIN, max(xs) + MARGIN, min(ys) - MARGIN, max(ys) + MARGIN
    wide = max(right - left, (bottom - top) * ASPECT, LEAST_WIDTH)
    wide = min(wide, whole.width, whole.height * ASPECT)
    high = wide / ASPECT
    x = min(max(0, (left + right - wide) / 2), whole.width - wide)
    y = min(max(0, (top + bottom - high) / 2), whole.height - high)
    return Window(x, y, wide, high)


def _shade(people: int, steps: tuple[int, ...]) -> int:
    """0 for nobody, 1 for the lightest to 4 for the darkest shade."""
    return 1 + sum(people >= step for step in steps) if people else 0


def _legend(steps: tuple[int, ...]) -> list[dict[str, Any]]:
    most, middle, least = steps
    words = [
        f"{most:,} people and more",
        f"{middle:,} to {most - 1:,}",
        f"{least:,} to {middle - 1:,}",
        f"under {least:,}",
    ]
    return [{"shade": 4 - i, "words": text} for i, text in enumerate(words)] + [{"shade": 0, "words": "sends nothing"}]


def _pins(
    page: Reading, inside: list[tuple[str, tuple[float, float]]], window: Window
) -> list[dict[str, Any]]:  # fmt: skip
    """Pins, those that would cover each other as one."""
    near = NEAR * window.width / 640
    groups: list[tuple[float, float, list[str]]] = []
    for task, (x, y) in inside:
        close = next((g for g in groups if (g[0] - x) ** 2 + (g[1] - y) ** 2 < near**2), None)
        if close is None:
            groups.append((x, y, [task]))
        else:
            close[2].append(task)
    pins = []
    for at, (x, y, tasks) in enumerate(groups, start=1):
        across, down = window.at(x, y)
        lines = [line for task in tasks for line in page.lines if line["task"] == task]
        areas = list(dict.fromkeys(page.tasks[task]["area"] or page.tasks[task]["name"] for task in tasks))
        pins.append(
            {
                "number": at, "x": f"{100 * across:.1f}%", "y": f"{100 * down:.1f}%", "place": listed(areas, 3),
                "short": any(line["missed"] > 0 for line in lines), "lines": [_line(page, line) for line in lines],
            }
        )  # fmt: skip
    return pins


def _line(page: Reading, line: dict[str, Any]) -> dict[str, str]:
    capability = page.capabilities[line["capability"]]
    task = page.tasks[line["task"]]["name"]
    if line["missed"] == 0:
        return {"mark": "met", "text": f"{task}: {capability['name'].lower()} met"}
    unit = plural(capability["unit"], line["required"])
    has = f"{number(line['supplied'])} of {number(line['required'])} {unit}"
    mark = "none" if line["supplied"] <= 0 else "part"
    return {"mark": mark, "text": f"{task}: {has}"}


def _heading(page: Reading, inside: list[tuple[str, tuple[float, float]]]) -> str:
    tasks = {task for task, _ in inside}
    short = {line["task"] for line in page.short} & tasks
    if not tasks:
        return "Where the forces come from"
    if not short:
        return f"Every task on the map is met in full: {count(len(tasks), 'task')}"
    return f"Where it falls short: {len(short)} of {count(len(tasks), 'task')} on the map"


def _outside(
    page: Reading,
    senders: Mapping[str, int],
    drawn: list[str],
    placed: list[tuple[str, tuple[float, float]]],
    inside: list[tuple[str, tuple[float, float]]],
) -> str:
    """What the map does not show."""
    parts = [f"{page.nation(n)} ({people:,} people)" for n, people in senders.items() if n not in drawn]
    here = {task for task, _ in inside}
    parts += [page.names["tasks"][task] for task, _ in placed if task not in here]
    nowhere = [row["name"] for task, row in page.tasks.items() if task not in {task for task, _ in placed}]
    text = f"Outside the map: {listed(parts)}. " if parts else ""
    return text + (f"Without a place: {listed(nowhere, 6)}." if nowhere else "")
