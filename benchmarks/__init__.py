"""Seeded instances of any size, and how long the road from a folder to an audited plan takes."""
