"""Pictures as files for slides: each as SVG and as PNG, in a folder that holds nothing else."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from allocator.arguments import path as a_path
from allocator.errors import BadUsage
from allocator.files import write_whole
from allocator.report.charts.drawing import MARK, drawn
from allocator.report.charts.kinds import Picture

ZOOM = 2
"""Pixels of a PNG for each pixel of the SVG."""

HEAD = 4000
"""Bytes of a file among which the mark is looked for."""

PROBE = "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='20'><text x='2' y='15'>{}</text></svg>"
"""A picture that shows whether texts are drawn."""


def check_figures(path: str | os.PathLike[str]) -> Path:
    """The resolved path of a folder for figures; refused before anything is solved if they cannot be written.

    Raises
    ------
    BadUsage
        It is no folder, cannot be written to, or holds something else than earlier figures; resvg-py is not installed,
        or finds no font.
    """
    name = a_path("path", path)
    target = Path(os.path.realpath(name))
    if target == Path.cwd():
        raise BadUsage(f"{name} is the current folder; choose a separate folder for the figures")
    if target.exists() and not target.is_dir():
        raise BadUsage(f"{name} is a file; expected a folder for the figures")
    parent = target
    while not parent.exists():
        parent = parent.parent
    try:
        tempfile.TemporaryFile(dir=parent).close()
        strange = _strange(target)
    except OSError as error:
        raise BadUsage(f"{name}: {parent} cannot be written to ({error.strerror})") from None
    if strange is not None:
        raise BadUsage(f"{name} holds {strange}, which is no earlier figure; choose an empty folder")
    if not has_fonts():
        raise BadUsage(
            "--figures: no font is installed, and the PNG files would have no texts; install DejaVu or another"
        )
    return target


@cache
def has_fonts() -> bool:
    """Whether a text leaves a trace in a PNG; without a font it would be left out without a word."""
    return png(PROBE.format("mmm")) != png(PROBE.format(""))


def _strange(folder: Path) -> str | None:
    """A file of a folder that is no figure of an earlier run; a PNG is one if its SVG is."""
    if not folder.exists():
        return None
    for file in sorted(folder.iterdir()):
        source = file.with_suffix(".svg")
        if file.suffix not in (".svg", ".png") or not source.is_file():
            return file.name
        with source.open("rb") as opened:
            if MARK.encode() not in opened.read(HEAD):
                return file.name
    return None


def png(svg: str) -> bytes:
    """An SVG as the content of a PNG file.

    Raises
    ------
    BadUsage
        resvg-py is not installed.
    """
    try:
        from resvg_py import svg_to_bytes
    except ImportError:
        raise BadUsage('--figures writes PNG files with resvg-py; in the clone: pip install ".[figures]"') from None
    return bytes(svg_to_bytes(svg_string=svg, zoom=ZOOM, font_family="DejaVu Sans", sans_serif_family="DejaVu Sans"))


def write_figures(
    pictures: Sequence[Picture], folder: str | os.PathLike[str], more: Mapping[str, str] | None = None
) -> int:
    """Write each picture as ``NAME.svg`` and ``NAME.png``, all or none, in place of earlier figures in the folder.

    Parameters
    ----------
    pictures : sequence of Picture
        With names of their own; see :func:`allocator.report.charts.kinds.numbered`.
    folder : path
        Made if it does not exist.
    more : mapping of str to str, optional
        Further pictures: name -> SVG.

    Returns
    -------
    int
        Number of pictures.

    Raises
    ------
    BadUsage
        As :func:`check_figures`.
    OSError
        A file cannot be written.

    """
    target = check_figures(folder)
    texts = {picture.name: drawn(picture) for picture in pictures} | dict(more or {})
    files = {f"{name}.svg": text.encode() for name, text in texts.items()}
    files |= {f"{name}.png": png(text) for name, text in texts.items()}
    write_whole(target, files)
    return len(texts)
