"""Rows for a store."""

from __future__ import annotations

from typing import Any

from allocator.sweeps.run.store import Store


def put(
    store: Store, key: str, content: dict[str, Any] | None = None, instance: str = "toy", sha256: str = "a"
) -> None:
    store.put(key, {"key": key} if content is None else content, instance=instance, sha256=sha256)
