"""Sweeps: designs of many points, solved fast and safely, and what the points show together."""
