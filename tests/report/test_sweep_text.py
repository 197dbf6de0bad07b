"""What the terminal says of sweeps: how sure they are, what samples depend on, and fronts that fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from allocator.naming import Names
from allocator.report.text.page import Page, untied
from allocator.report.text.points import Said
from allocator.report.text.sample import draw_sample
from allocator.report.text.sweep import _front, _summary
from allocator.report.text.tornado import draw_tornado

COUNTS = {"points": 3, "known": 0, "infeasible": 0, "failed": 0, "unproved": 0}


@pytest.mark.parametrize(
    ("counts", "stopped", "said"),
    [
        ({}, False, "3 points, all proved"),
        (
            {"known": 2},
            True,
            "3 points until you stopped the sweep, 2 settled by other points without a solve, all proved",
        ),
        ({"unproved": 1}, False, "3 points, 1 not proved to the requested gap, marked ~"),
        ({"failed": 1}, False, "3 points, 1 without an answer"),
        ({"points": 0}, True, "0 points until you stopped the sweep"),
    ],
)
def test_only_what_is_there_is_called_proved(counts: dict[str, int], stopped: bool, said: str) -> None:
    assert _summary(COUNTS | counts, stopped) == said


def drawn(draw: Callable[[Page, dict[str, Any], Said], None], result: dict[str, Any], width: int) -> str:
    out = Page(width=width)
    with out.capture() as capture:
        draw(out, result, Said("USD million", Names({})))
    return untied(capture.get())


QUANTILES = dict.fromkeys(("mean", "5", "50", "95"), 0.5)

MORRIS = {"mu_star": 0.1234, "mu_star_conf": 0.05, "mu": -0.1, "sigma": 0.02, "effects": 4, "unmoved": 0}

SOBOL = {"total": 0.97, "total_conf": 0.4, "first": None, "first_conf": None}

LHS = {"rank_correlation": -0.791, "low": -0.97, "high": None}


@pytest.mark.parametrize(
    ("row", "output", "said"),
    [
        (MORRIS, "coverage", ("depends on, in points:", "mean size", "12.3 ± 5.0  -10.0  2.0", "σ: how much")),
        (MORRIS, "cost", ("depends on, in USD million:", "0.123 ± 0.05  -0.1  0.02")),
        ({**MORRIS, "unmoved": 3}, "cost", ("steps of no size",)),
        (SOBOL, "coverage", ("What coverage depends on:", "97 % ± 40 %            –", "first order")),
        (LHS, "coverage", ("correlation", "-0.79     -0.97 to ?", "one in twenty")),
    ],
)
def test_what_a_sample_depends_on_in_the_words_of_the_page(row: dict[str, Any], output: str, said: list[str]) -> None:
    index = {"output": output, "figure": "nations[nation=AAA].troop_ceiling", **row}
    result = {
        "quantiles": {"coverage": QUANTILES, "cost": QUANTILES}, "why": "", "indices": [index],
        "sometimes": {"lines": {}, "members": {}},
    }  # fmt: skip
    text = drawn(draw_sample, result, 80)
    for part in said:
        assert part in text, text
    assert "mu" not in text.replace("much", "")


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_front_fits_its_terminal(width: int) -> None:
    values = [{"gap": 0.05, "risk": 2.749}, {"gap": 1.0, "risk": 0.0}]
    rows = [{"values": each, "proved": True, "coverage": 0.5, "people": 1, "members": 1} for each in values]
    text = drawn(_front, {"objectives": ["gap", "risk"], "front": rows, "beaten": 0}, width)
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    frame = [line for line in lines if "│" in line]
    assert len(frame) == 15
    assert (frame[0].count("●"), frame[-1].count("●")) == (1, 1)
    assert lines[lines.index(frame[0]) - 1] == "unmet share"
    assert "reluctance" in lines[-1] + lines[-2]


@pytest.mark.parametrize("there", [3, 40])
def test_a_tornado_fits_on_a_screen(there: int) -> None:
    """Three tables of forty figures with long names; at 60 columns the range of each can be spared."""
    change = {"coverage": -0.1, "cost": 2.0}
    end = {
        "value": 1.0, "change": change, "sure": {"coverage": True, "cost": True}, "status": "optimal", "enters": [],
        "leaves": ["AAA"], "met": [], "missed": [],
    }  # fmt: skip
    figures = [{"figure": f"forces[nation=N{i},unit_type=kind_of_unit].units", "low": end} for i in range(there)]
    base = {"coverage": 0.5, "cost": 3.0, "members": 2.0, "proved": True, "status": "optimal"}
    result = {"base": base, "figures": figures, "still": 0}
    for width in (80, 100, 159):
        lines = drawn(draw_tornado, result, width).splitlines()
        assert len(lines) <= 36
        shown = sum("1 to base" in line for line in lines)
        assert shown == 2 * there if there == 3 else 6 <= shown <= 24
        assert (f"of {there} figures; --json and --out have all" in " ".join(lines)) == (there == 40)
    assert "to base" not in drawn(draw_tornado, result, 44)
    assert drawn(draw_tornado, result, 160).count("1 to base") == 2 * min(12, there)  # for a file
