"""The answers of further solves, as plain values: what would change a plan, why lines are short, what is free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Change:
    """The most that can be covered if one thing is changed and all else stays.

    Attributes
    ----------
    label : str
        The change as a clause after *if*, such as ``there is a US backstop``.
    settings : str
        What does it on the command line, such as ``--set events.us_backstop=true``.
    covered : float or None
        Coverage of the best plan found, 0 to 1; None if there is none.
    at_most : float or None
        Coverage that no plan exceeds, 0 to 1 (proved); None if it is proved that there is no plan.
    infeasible : bool
        Whether it is proved that there is no plan.
    """

    label: str
    settings: str
    covered: float | None
    at_most: float | None
    infeasible: bool = False

    @property
    def proved(self) -> bool:
        """Whether no plan covers more than a thousandth of a point more than the one found."""
        if self.infeasible:
            return True
        return self.covered is not None and self.at_most is not None and self.at_most - self.covered <= 1e-5


@dataclass(frozen=True)
class Cause:
    """What the missing part of a line depends on; shares of the line's quantity, 0 to 1, or None where it is open.

    Attributes
    ----------
    missing : float
        What is missing in the plan.
    elsewhere : float or None
        What other lines and earlier objectives take.
    nowhere : float or None
        What would be missing even if every rule were lifted.
    shares : mapping
        Words for a rule, such as ``relief`` -> the part of what is missing that depends on it.
    settled : bool
        Whether all of these are proved.
    """

    missing: float
    elsewhere: float | None
    nowhere: float | None
    shares: Mapping[str, float | None]
    settled: bool


@dataclass(frozen=True)
class Range:
    """Least and most people of a nation among the plans that are as good, as means over the periods."""

    low: float
    high: float
    proved: bool


@dataclass(frozen=True)
class Findings:
    """What further solves found of a plan within their time; empty where they found nothing.

    Attributes
    ----------
    before : Change or None
        The most that can be covered as things are: what each change is compared with.
    changes : tuple of Change
        One-change solves.
    favourable, adverse : Change or None
        All figures with a range at the end that can only help, and at the end that can only hurt.
    causes : mapping
        (task, capability) -> what the missing part of the line depends on.
    ranges : mapping
        Nation -> its people in the plans that are as good.
    ways : tuple of str
        Why there is no plan and what would help, where that is proved.
    open : tuple of str
        What the time did not suffice for, in words.
    seconds : float
        Time that all this took.
    stopped : bool
        Whether the user stopped it.
    """

    before: Change | None = None
    changes: tuple[Change, ...] = ()
    favourable: Change | None = None
    adverse: Change | None = None
    causes: Mapping[tuple[str, str], Cause] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)
    ways: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    seconds: float = 0.0
    stopped: bool = False
