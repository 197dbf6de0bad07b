"""Dicts and DataFrames of a Python program, with their numpy, pandas and decimal values converted to plain ones."""

from __future__ import annotations

import reprlib
import sys
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from allocator.arguments import shown, wrong
from allocator.errors import BadUsage, Fault
from allocator.instance.cells import exact_float, plain
from allocator.instance.header import own
from allocator.instance.raw import Raw
from allocator.instance.read_json import from_object
from allocator.instance.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

PLACE = "instance"
"""The file name in faults."""

_PLAIN = {str, int, float, bool, type(None)}


class _Foreign:
    """A value that no column accepts, in words."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __str__(self) -> str:
        return self.words


def of_dict(content: Mapping[str, Any]) -> Raw:
    """The content of the JSON carrier's object, given as Python values."""
    if not isinstance(content, Mapping):
        raise wrong("content", content, 'a mapping {"instance": {...}, "nations": [{...}, ...], ...}')
    return from_object({str(name): _content(value) for name, value in content.items()}, PLACE)


def of_frames(settings: Mapping[str, Any], frames: Mapping[str, pd.DataFrame]) -> Raw:
    """The content of settings and DataFrames."""
    if not isinstance(settings, Mapping):
        raise wrong("settings", settings, "a mapping with format, name and horizon")
    if not isinstance(frames, Mapping):
        raise wrong("frames", frames, "a mapping of table names to DataFrames")
    content: dict[str, Any] = {"instance": settings}
    columns: dict[str, list[str]] = {}
    faults: list[Fault] = []
    for name, frame in frames.items():
        _check_frame(name, frame)
        found = _column_faults(f"{PLACE}: {name}", frame)
        if found:
            faults += found
            continue
        columns[name] = [str(title) for title in frame.columns]
        content[name] = _records(frame, columns[name])
    raw = of_dict(content)
    raw.faults += faults
    raw.unread |= frames.keys() - columns.keys()
    for name, titles in columns.items():
        if name in TABLES:
            raw.tables[name].columns = [title for title in titles if not own(title)]
    return raw


def _check_frame(name: Any, frame: Any) -> None:
    import pandas as pd

    if not isinstance(name, str) or name == "instance":
        raise BadUsage(f"frames has the name {shown(name)}, expected the names of tables: {', '.join(TABLES)}")
    if not isinstance(frame, pd.DataFrame):
        way_out = "; Instance.from_dict takes lists of rows" if isinstance(frame, list | tuple) else ""
        raise BadUsage(f"frames[{name!r}] is {shown(frame)}, expected a pandas DataFrame{way_out}")


def _column_faults(place: str, frame: pd.DataFrame) -> list[Fault]:
    """The faults in the names of a frame's columns."""
    if frame.columns.nlevels > 1:
        found = f"column names with {frame.columns.nlevels} levels"
        return [Fault(place, None, None, found, "one level of column names (such as frame.droplevel(0, axis=1) gives)")]
    titles = [str(title) for title in frame.columns]
    twice = dict.fromkeys(title for at, title in enumerate(titles) if title in titles[:at] and not own(title))
    return [Fault(place, None, title, "is given twice", "keep one of the two columns", " ") for title in twice]


def _records(frame: pd.DataFrame, titles: list[str]) -> list[dict[str, Any]]:
    """Rows of a frame, missing values as None."""
    columns = []
    for at in range(len(titles)):
        column = frame.iloc[:, at]
        values = zip(column.array, column.isna(), strict=True)  # iterating over a Series would turn float32 into float
        columns.append([None if gone else value for value, gone in values])
    return [dict(zip(titles, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _content(value: Any) -> Any:
    """Settings or rows with plain values only."""
    if isinstance(value, Mapping):
        return {str(key): _content(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_content(inner) for inner in value]
    return cell(value)


def cell(value: Any) -> Any:
    """The plain value of an object; for an object that is not a cell, a value that every column refuses."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, Decimal):
        return exact_float(str(value)) if value.is_finite() else value
    if isinstance(value, Fraction):
        return _fraction(value)
    if isinstance(value, date | time):
        return None if value != value else plain(value)  # NaT is a date that does not equal itself
    return _of_libraries(value)


def _fraction(value: Fraction) -> Any:
    """A fraction that equals a decimal number; 1/3 does not."""
    try:
        number = float(value)
    except OverflowError:
        return _Foreign(shown(str(value)))
    return number if Fraction(repr(number)) == value else _Foreign(f"{value}, which is not a decimal number")


def _of_libraries(value: Any) -> Any:
    """The plain value of a numpy or pandas object, if those libraries are loaded."""
    np, pd = sys.modules.get("numpy"), sys.modules.get("pandas")
    if np is not None and isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if pd is not None and (value is pd.NA or value is pd.NaT):
        return None
    if pd is not None and isinstance(value, pd.Period):
        return str(value)
    if np is not None and isinstance(value, np.datetime64):
        return None if np.isnat(value) else plain(value.astype("datetime64[us]").item())
    if np is not None and isinstance(value, np.floating):
        return exact_float(str(value)) if np.isfinite(value) else float(value)  # a float32 of 0.1 is 0.1
    if np is not None and isinstance(value, np.bool_ | np.integer):
        return value.item()
    return _Foreign(
        f"{reprlib.repr(value)} of type {type(value).__name__}"
        if isinstance(value, bytes | complex)
        else f"a value of type {type(value).__name__}"
    )
