"""Writes the carriers whole or not at all; reading them gives the same instance again."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from allocator.arguments import instance_of
from allocator.arguments import path as a_path
from allocator.errors import BadUsage
from allocator.files import write_whole
from allocator.instance.facts import Facts
from allocator.instance.tables import TABLES

_FORMULA = re.compile(r"'*[=+\-@\t]")


def write(instance: Facts, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Write an instance as a folder, or as ``.xlsx`` or ``.json`` if the path ends so.

    Parameters
    ----------
    instance : Instance
        What to write.
    path : path
        Where to write it.
    overwrite : bool
        Replace an existing file, or an existing folder that holds an instance and nothing else.

    Raises
    ------
    BadUsage
        The path already exists and must not be replaced.
    OSError
        The files cannot be written; nothing is left behind.

    Examples
    --------
    >>> import tempfile
    >>> import allocator
    >>> toy = allocator.read("toy-rotation")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     allocator.write(toy, f"{folder}/toy.json")
    ...     allocator.read(f"{folder}/toy.json") == toy
    True
    """
    instance_of("instance", instance, Facts, "an Instance")
    target = Path(a_path("path", path))
    if target.suffix.lower() == ".json":
        put(target, {"": _json(instance).encode("utf-8")}, overwrite)
    elif target.suffix.lower() == ".xlsx":
        from allocator.instance.write_xlsx import workbook

        put(target, {"": workbook(instance)}, overwrite)
    else:
        put(target, folder_files(instance), overwrite)


def folder_files(instance: Facts) -> dict[str, bytes]:
    """File name -> content of the folder carrier."""
    files = {"instance.toml": toml(instance.settings).encode("utf-8")}
    for name, table in TABLES.items():
        rows = instance.tables[name]
        if rows or table.required:
            files[f"{name}.csv"] = _csv(name, rows).encode("utf-8")
    return files


def put(target: Path, files: Mapping[str, bytes], overwrite: bool) -> None:
    """Put one file (named ``""``) or a folder of files at a place, whole or not at all."""
    single = set(files) == {""}
    if target.exists() or target.is_symlink():
        if not overwrite:
            raise BadUsage(f"{target} already exists; choose another name")
        if target.is_dir() and not single:
            strange = [e.name for e in target.iterdir() if e.name not in files and not _ours(e.name)]
            if strange:
                raise BadUsage(f"{target} holds other files ({', '.join(sorted(strange)[:3])}); choose another name")
        elif target.is_dir() or not single:
            raise BadUsage(f"{target} is {'a folder' if target.is_dir() else 'a file'}; choose another name")
    write_whole(target, files[""] if single else files)


def _ours(name: str) -> bool:
    return name in ("instance.toml", "README.md") or (name.endswith(".csv") and name[:-4] in TABLES)


def _json(instance: Facts) -> str:
    content = {key: _short(value) for key, value in instance.to_dict().items()}
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_short(inner) for inner in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


def toml(settings: Mapping[str, Any]) -> str:
    """Settings as TOML."""
    lines = [f"{key} = {_toml_value(value)}" for key, value in settings.items() if not isinstance(value, Mapping)]
    for key, value in settings.items():
        if isinstance(value, Mapping):
            lines += ["", f"[{key}]", *(f"{inner} = {_toml_value(cell)}" for inner, cell in value.items())]
    return "\n".join(lines) + "\n"


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)


def cell_text(value: Any) -> str:
    """A cell as CSV text; a text that a spreadsheet would treat as a formula gets an apostrophe in front."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, str) and _FORMULA.match(value):
        return "'" + value
    return str(value)


def _csv(name: str, rows: tuple[Mapping[str, Any], ...]) -> str:
    used = {column for row in rows for column in row}
    columns = [c.name for c in TABLES[name].by_name.values() if c.required or c.name in used]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell_text(row[column]) if column in row else "" for column in columns])
    return out.getvalue()
