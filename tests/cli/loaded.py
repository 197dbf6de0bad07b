"""Loads what every command needs; for the server of prepared processes alone."""

from docs.building.session import load

load()
