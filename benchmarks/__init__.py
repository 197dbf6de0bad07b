"""Seeded instances of any size, and the time from a folder to an audited plan."""
