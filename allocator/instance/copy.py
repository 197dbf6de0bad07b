"""Copies an instance as a starting point: its content under a new name, and the files that belong to it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from allocator.errors import BadInput
from allocator.instance.columns import INSTANCE_NAME
from allocator.instance.instance import Instance
from allocator.instance.write import folder_files, put, write
from allocator.reading import Unreadable, read_bytes


def copy(instance: Instance, target: Path) -> list[str]:
    """Write a copy of an instance to a folder, an ``.xlsx`` or a ``.json``, and return warnings.

    The copy is named after the target (without its ending) if that is a valid name. A folder also gets README.md and
    the instance's own model, if the instance has them.

    Raises
    ------
    BadInput
        A file that belongs to the instance cannot be read.
    BadUsage
        The target already exists.
    """
    if re.fullmatch(INSTANCE_NAME, target.stem):
        instance = instance.override(f"name={target.stem}")
    home = instance.path if instance.path is None or instance.path.is_dir() else instance.path.parent
    model = instance.model if instance.model and instance.model.endswith(".toml") else None
    if target.suffix.lower() in (".xlsx", ".json"):
        write(instance, target)
        lost = model is not None and not (target.parent / model).is_file()
        return [f"{target} does not hold the instance's own model {model}; copy {model} to its folder"] if lost else []
    files = folder_files(instance)
    beside = [model] if model else []
    if instance.path is not None and instance.path.is_dir():
        beside.append("README.md")
    for name in beside:
        content = None if home is None else _content(home, name)
        if content is not None:
            files.setdefault(name, content)
    put(target, files, overwrite=False)
    return []


def _content(home: Path, name: str) -> bytes | None:
    """The content of a file in a folder; None if it does not exist or is a link that leaves the folder."""
    path = home / name
    if not os.path.isfile(path) or not path.resolve().is_relative_to(home.resolve()):
        return None
    try:
        return read_bytes(path)
    except Unreadable as wrong:
        raise BadInput([wrong.fault(str(path))]) from None
