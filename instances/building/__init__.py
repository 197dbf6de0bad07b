"""Building blocks of the bundled instances; run `instances/build.py`."""
