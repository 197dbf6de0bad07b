"""Results of other solves that hold for this one: bounds, plans to try, or a proof that there is no plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Deployed = Mapping[tuple[str, str, str, int], int]

SAME = 1e-12
"""Relative difference within which two values of an objective are the same number."""


@dataclass(frozen=True)
class Known:
    r"""Knowledge that a solve uses without a check; the caller is responsible for it.

    Attributes
    ----------
    bounds : per stage, a tuple of (reached, bound)
        This stage's objective is at least ``bound`` in every plan whose earlier objectives are at most ``reached``,
        plus what a solve may give up of them. The bound applies to this solve if its own values are no greater.
    plans : tuple of deployments
        Plans to try; each counts only once it has passed the exact check.
    infeasible : str
        Why there is no plan, if that is already proved; otherwise empty.

    Notes
    -----
    Where $B \subseteq C$ are feasible sets and no objective is smaller at $B$ for any plan, optimal values of the
    first objective are in the same order, and so are those of the next objective among the plans that hold the first
    at $v_B \le v_C$: a bound proved at $C$ holds at $B$. If $B$ has a plan with that value, the stage is proved at $B$
    without a solve. Parametric integer programming: Geoffrion and Nauss (1977), Management Science 23(5).
    """

    bounds: tuple[tuple[tuple[tuple[float, ...], float], ...], ...] = ()
    plans: tuple[Deployed, ...] = ()
    infeasible: str = ""

    def bound(self, stage: int, reached: Sequence[float]) -> float:
        """Best known bound of a stage (from 0), given the values of earlier stages; 0 if no bound applies."""
        known = self.bounds[stage] if stage < len(self.bounds) else ()
        fitting = (
            bound
            for asked, bound in known
            if all(here <= there + SAME * max(1.0, abs(there)) for here, there in zip(reached, asked, strict=True))
        )
        return max(fitting, default=0.0)


NOTHING = Known()
