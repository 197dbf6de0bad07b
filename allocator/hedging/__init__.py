"""Two-stage plans under withdrawal: commit now, adapt after some withdraw."""

from allocator.hedging.answer import Hedge, hedge

__all__ = ["Hedge", "hedge"]
