"""An instance to start from that is a copy of another: its content under a name of its own, and what lies beside it."""

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
    """Write a copy of an instance to a folder, an ``.xlsx`` or a ``.json``, and return what is worth a warning.

    Its name is the target's stem where that can be a name. A folder also gets README.md and a model of the instance's
    own, where the instance has them.

    Raises
    ------
    BadInput
        What lies beside the instance cannot be read.
    BadUsage
        Something stands at the target already.
    """
    if re.fullmatch(INSTANCE_NAME, target.stem):
        instance = instance.override(f"name={target.stem}")
    home = instance.path if instance.path is None or instance.path.is_dir() else instance.path.parent
    model = instance.model if instance.model and instance.model.endswith(".toml") else None
    if target.suffix.lower() in (".xlsx", ".json"):
        write(instance, target)
        lost = model is not None and not (target.parent / model).is_file()
        return [f"the instance's own model {model} is not in {target}; put it beside that"] if lost else []
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
    """A file of a folder; None where there is none, or where it is a link that leaves the folder."""
    path = home / name
    if not os.path.isfile(path) or not path.resolve().is_relative_to(home.resolve()):
        return None
    try:
        return read_bytes(path)
    except Unreadable as wrong:
        raise BadInput([wrong.fault(str(path))]) from None
