"""Figures as files: what is written, what is replaced, and what is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import allocator
from allocator.errors import BadUsage
from allocator.report.charts import writing
from allocator.report.charts.drawing import drawn
from allocator.report.charts.kinds import Axis, Bar, Bars, Box, Cell, Dot, Heat, Piece, Plot, Stroke, Table, spaced
from allocator.report.charts.writing import check_figures, write_figures
from allocator.report.html.figures import plan_figures

needs_a_font = pytest.mark.skipif(not writing.has_fonts(), reason="no font is installed")

SMALL = Bars("a", "A", "What", "Share", ("share",), (Bar("one", ("50 %",), (Piece("more", 0.0, 0.5),)),))


@needs_a_font
def test_each_picture_is_an_svg_and_a_png(tmp_path: Path) -> None:
    assert write_figures([SMALL], tmp_path / "f", {"map": drawn(SMALL)}) == 2
    assert sorted(path.name for path in (tmp_path / "f").iterdir()) == ["a.png", "a.svg", "map.png", "map.svg"]
    assert (tmp_path / "f" / "a.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "f" / "a.svg").read_text().startswith("<svg ")


@needs_a_font
def test_earlier_figures_are_replaced_and_nothing_else(tmp_path: Path) -> None:
    write_figures([SMALL], tmp_path / "f", {"old": drawn(SMALL)})
    write_figures([SMALL], tmp_path / "f")
    assert sorted(path.name for path in (tmp_path / "f").iterdir()) == ["a.png", "a.svg"]
    (tmp_path / "f" / "mine.svg").write_text("<svg/>")
    with pytest.raises(BadUsage, match=r"holds mine.svg, which is no earlier figure; choose an empty folder"):
        write_figures([SMALL], tmp_path / "f")
    (tmp_path / "file").write_text("")
    with pytest.raises(BadUsage, match="is a file; expected a folder"):
        check_figures(tmp_path / "file")


def test_the_current_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadUsage, match="is the current folder"):
        check_figures(".")


def test_what_is_missing_is_said_before_anything_is_solved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writing.has_fonts.cache_clear()
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "resvg_py", None)
        with pytest.raises(
            BadUsage, match=r'writes PNG files with resvg-py; in the clone: pip install "\.\[figures\]"'
        ):
            check_figures(tmp_path / "f")
    monkeypatch.setattr(writing, "png", lambda svg: b"the same without a font")
    with pytest.raises(BadUsage, match="no font is installed"):
        check_figures(tmp_path / "f")
    writing.has_fonts.cache_clear()


def test_every_kind_of_shape_is_drawn() -> None:
    """Hatched, hollow and crossed marks have a form of their own, not only a colour."""
    kinds = ("more", "same", "less", "hole", "open", "band")
    bars = Bars(
        "b", "B", "What", "Share", (), (Bar("a", (), tuple(Piece(k, 0.1, 0.2) for k in kinds), (0.5,), (0.1, 0.9)),)
    )
    heat = Heat("h", "H", "down", "across", ("x",), (("y", (Cell("~1", 2, "open"),)), ("z", (Cell("no", 0, "cross"),))))
    shapes: tuple[Box | Stroke | Dot, ...] = (
        Box("region", 0, 0, 1, 1),
        Stroke("guide", 0, 0, 1, 1),
        *(Dot(k, 0.5, 0.5, "t") for k in ("open", "cross", "small")),
    )
    plot = Plot(
        "p", "P", Axis("x", ((0.0, "0"),)), Axis("y", ((1.0, "1"),)), shapes, Table((), ()), (("cross", "none"),)
    )
    for picture, forms in (
        (bars, ("url(#hatch)", "stroke-width")),
        (heat, ("stroke-dasharray",)),
        (plot, ("stroke-dasharray",)),
    ):
        svg = drawn(picture)
        assert all(form in svg for form in forms)


def test_figures_of_a_plan(tmp_path: Path) -> None:
    """Half of four battalions: the bar of what is missing is half hatched."""
    pictures, further = plan_figures(allocator.solve("toy-rotation"))
    missing = next(picture for picture in pictures if picture.name == "missing")
    assert isinstance(missing, Bars)
    assert missing.rows[0].pieces == (Piece("more", 0.0, 0.5), Piece("hole", 0.5, 1.0))
    assert further == {}


def test_ticks_are_round_and_span_the_values() -> None:
    for low, high in ((0.0, 0.0), (0.82, 0.84), (-3.0, 1e9), (5.0, 5.0)):
        ticks = spaced(low, high)
        assert ticks[0] <= low <= high <= ticks[-1]
        assert 2 <= len(ticks) <= 12
