"""The independent check of a plan, in exact arithmetic and without the expressions of the families."""

from allocator.audit.audit import check_commitments, check_deployments, check_limits, check_plan, check_tables
from allocator.audit.violation import Violation

__all__ = ["Violation", "check_commitments", "check_deployments", "check_limits", "check_plan", "check_tables"]
