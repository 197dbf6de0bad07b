"""Finds the shipped models and instances: inside the package, or beside it in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def shipped(kind: str) -> Path:
    """Folder of the shipped ``models`` or ``instances``."""
    package = Path(__file__).resolve().parent
    inside = package / kind
    return inside if inside.is_dir() else package.parent / kind


@cache
def shipped_models() -> tuple[str, ...]:
    """Names of the shipped models."""
    return tuple(sorted(path.stem for path in shipped("models").glob("*.toml")))


@cache
def shipped_instances() -> tuple[str, ...]:
    """Names of the bundled instances."""
    return tuple(sorted(path.parent.name for path in shipped("instances").glob("*/instance.toml")))
