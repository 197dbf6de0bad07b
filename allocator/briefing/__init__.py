"""What a reader asks of a plan beside the plan itself, answered by further solves within a time budget."""

from allocator.briefing.asking import gather
from allocator.briefing.findings import Cause, Change, Findings, Range

__all__ = ["Cause", "Change", "Findings", "Range", "gather"]
