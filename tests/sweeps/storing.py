"""Rows for a store."""

from __future__ import annotations


def put(store, key, content=None, instance="toy", sha256="a"):
    store.put(key, {"key": key} if content is None else content, instance=instance, sha256=sha256)
