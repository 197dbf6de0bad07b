"""Neighbourhoods of a plan, one kind a file.

A kind has a ``NAME`` for progress, ``LEADERS`` (whether framework nations may change), and ``places``, which gives each
cell a place: a neighbourhood is the cells of the first places.
"""
