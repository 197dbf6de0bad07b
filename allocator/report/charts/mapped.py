"""The map of a plan as an SVG file: the outlines, shades and pins of its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from allocator.report.charts.drawing import (
    EDGE,
    FAMILY,
    FONT,
    INK,
    LINE,
    MARK,
    PAPER,
    SOFT,
    WIDE,
    WIDTH,
    clean,
    wrapped,
)

LAND = ("#e2e6ea", "#bcd6ee", "#86b3de", "#3f81c1", "#0d4680")
"""Shades of nations, from those that send nothing to those that send most."""

SEA, COAST, PIN = "#f3f7fa", "#ffffff", "#a03c00"

HEIGHT = 620
"""Pixels of the map."""

ASPECT = 1.35
"""Width of the map divided by its height."""

CREDIT = "Borders: Natural Earth (public domain), with Crimea drawn as Ukraine’s (General Assembly resolution 68/262)."

Element = ElementTree.Element


def drawn_map(where: Mapping[str, Any]) -> str:
    """The map as the text of an SVG file; ``where`` is the content of the section of the page."""
    root = ElementTree.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", "font-family": FAMILY})
    _put(root, "title", {}, where["heading"])
    _put(root, "desc", {}, f"{MARK}: map")
    ground = _put(root, "rect", {"width": str(WIDTH), "fill": PAPER})
    y = float(EDGE)
    for line in wrapped(where["heading"], WIDTH - 2 * EDGE, 26, 2):
        y += 30
        _put(
            root, "text", {"x": str(EDGE), "y": f"{y:.1f}", "font-size": "26", "font-weight": "700", "fill": INK}, line
        )
    top, wide = y + 18, HEIGHT * ASPECT
    _land(root, where, top, wide)
    for pin in where["pins"]:
        x, down = (float(pin[key].rstrip("%")) / 100 for key in ("x", "y"))
        _pin(root, pin, EDGE + x * wide, top + down * HEIGHT)
    _list(root, where["pins"], EDGE + wide + 22, top)
    y = _legend(root, where["legend"], top + HEIGHT + 14)
    _put(root, "text", {"x": str(EDGE), "y": str(y + 12), "font-size": "13", "fill": SOFT}, CREDIT)
    height = f"{y + 12 + EDGE:.0f}"
    ground.set("height", height)
    root.attrib |= {"width": str(WIDTH), "height": height, "viewBox": f"0 0 {WIDTH} {height}"}
    return ElementTree.tostring(root, encoding="unicode")


def _put(parent: Element, tag: str, attributes: Mapping[str, str], text: str = "") -> Element:
    made = ElementTree.SubElement(parent, tag, dict(attributes))
    if text:
        made.text = clean(text)
    return made


def _land(root: Element, where: Mapping[str, Any], top: float, wide: float) -> None:
    place = {"x": str(EDGE), "y": str(top), "width": str(wide), "height": str(HEIGHT)}
    _put(root, "rect", {**place, "fill": SEA})
    inner = {**place, "viewBox": where["box"], "preserveAspectRatio": "xMidYMid slice"}
    land = _put(root, "svg", inner)
    for shape in where["shapes"]:
        fill = LAND[shape["shade"]]
        _put(land, "path", {"d": shape["path"], "fill": fill, "stroke": COAST, "stroke-width": "0.8"})


def _pin(root: Element, pin: Mapping[str, Any], x: float, y: float) -> None:
    fill, ink, edge = (PIN, COAST, COAST) if pin["short"] else (COAST, INK, INK)
    at = {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "12", "fill": fill, "stroke": edge, "stroke-width": "2"}
    _put(root, "circle", at)
    middle = {"x": f"{x:.1f}", "y": f"{y + 5:.1f}", "font-size": "14", "font-weight": "700", "text-anchor": "middle"}
    _put(root, "text", {**middle, "fill": ink}, str(pin["number"]))


def _list(root: Element, pins: list[Mapping[str, Any]], x: float, top: float) -> None:
    """The places of the pins, and how many lines are met there; what does not fit is counted."""
    y, wide = top + 16, WIDTH - EDGE - x
    for at, pin in enumerate(pins):
        met = sum(line["mark"] == "met" for line in pin["lines"])
        text = f"{pin['number']}  {pin['place']}: {met} of {len(pin['lines'])} met"
        lines = wrapped(text, wide, FONT, 2)
        if y + LINE * len(lines) > top + HEIGHT:
            _put(
                root,
                "text",
                {"x": f"{x:.1f}", "y": f"{y:.1f}", "font-size": "14", "fill": SOFT},
                f"and {len(pins) - at} more",
            )
            return
        for line in lines:
            _put(root, "text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "font-size": str(FONT), "fill": INK}, line)
            y += LINE
        y += 4


def _legend(root: Element, steps: list[Mapping[str, Any]], y: float) -> float:
    x = float(EDGE)
    for step in steps:
        _put(
            root, "rect", {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": "26", "height": "15", "fill": LAND[step["shade"]]}
        )
        _put(root, "text", {"x": f"{x + 34:.1f}", "y": f"{y + 13:.1f}", "font-size": "14", "fill": SOFT}, step["words"])
        x += 34 + len(step["words"]) * 14 * WIDE + 26
    return y + 28
