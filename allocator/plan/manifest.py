"""The manifest of a plan: what was solved, with which options and versions, and how the solve ended."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from shlex import quote
from typing import Any

from allocator.instance import Instance
from allocator.model import Model
from allocator.resources import shipped, shipped_instances


@dataclass(frozen=True)
class Origin:
    """The choices of the user that made the solved instance from the one that was read."""

    overrides: tuple[str, ...] = ()
    case: str = "base"
    coalition: str | None = None


def manifest(
    instance: Instance,
    model: Model,
    origin: Origin | None,
    *,
    options: Mapping[str, Any],
    versions: Mapping[str, str],
    status: str,
    stopped_by: str,
    times: Mapping[str, float],
    **results: Any,
) -> dict[str, Any]:
    """The manifest, whole; ``results`` are further entries, and ``times`` are seconds.

    Without an origin, the entries that follow from it and the hash of the instance are left out: the many solves of a
    sweep and of a hedge do not need them.
    """
    made_from: dict[str, Any] = {}
    if origin is not None:
        made_from = {
            "overrides": list(origin.overrides),
            "case": origin.case,
            "coalition": origin.coalition,
            "sha256": instance.sha256,
            "path": path_of(instance),
        }
    return {
        "instance": instance.name,
        "model": model.to_dict(),
        "options": dict(options),
        **made_from,
        "versions": dict(versions),
        "status": status,
        "stopped_by": stopped_by,
        "times": {key: round(seconds, 4) for key, seconds in times.items()},
        **results,
    }


def path_of(instance: Instance) -> str | None:
    """Where an instance was read from, as the user named it; None if it is bundled or was made in memory."""
    path = instance.path
    return None if path is None or path.parent == shipped("instances") else str(path)


def called(instance: Instance) -> str:
    """An instance as a command names it: its path, or its name."""
    return quote(path_of(instance) or instance.name)


def source_of(made: Mapping[str, Any]) -> str | None:
    """The instance of a manifest, to be read again: its path if that is still there, or the name of a bundled one."""
    path, name = made.get("path"), made["instance"]
    if path is None:
        return name if name in shipped_instances() else None
    try:
        return path if isinstance(path, str) and os.path.exists(path) else None
    except ValueError:  # no path has a zero byte
        return None
