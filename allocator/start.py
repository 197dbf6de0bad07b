"""A first plan."""
from allocator.scope import Scope


def first_plan(scope: Scope):
    return None
