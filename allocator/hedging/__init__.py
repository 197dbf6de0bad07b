"""Two-stage plans under withdrawal: commit now, adapt after some nations withdraw."""

from allocator.hedging.answer import Hedge
from allocator.hedging.run import hedge

__all__ = ["Hedge", "hedge"]
