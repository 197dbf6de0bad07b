"""Facts: reading, checking, changing and writing instances."""

from allocator.instance.instance import Instance, read
from allocator.instance.write import write

__all__ = ["Instance", "read", "write"]
