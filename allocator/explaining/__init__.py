"""Explanations: why, what would it take, who matters, what else is as good. Every claim is proved by a solve."""

from __future__ import annotations
