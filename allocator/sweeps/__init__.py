"""Sweeps: designs of many points, run fast and safely, and what they say together."""
