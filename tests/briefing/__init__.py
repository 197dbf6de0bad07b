"""Tests of what is asked of a plan beside the plan."""
