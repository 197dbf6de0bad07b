"""``MEASURE>=VALUE``: a condition that defines success, or whose threshold is searched."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocator.errors import BadInput, BadUsage, Fault
from allocator.instance import Instance
from allocator.instance.cells import Unfit, convert, near, quoted
from allocator.model import Model
from allocator.sweeps.design.axes import NUMBER

if TYPE_CHECKING:
    from allocator.sweeps.run.row import Row

SLACK = 1e-9
"""Relative: a measure this close to the limit meets it, because sums of floats are no more exact."""

_FORM = re.compile(r"\s*(\S+?)\s*(>=|<=)\s*(\S+)\s*")


@dataclass(frozen=True)
class Condition:
    """A lower or upper limit on a measure of a plan."""

    text: str
    measure: str
    at_least: bool
    limit: float

    def met(self, measures: Mapping[str, float]) -> bool:
        """Whether the measures of a plan meet the condition.

        If a point requires nothing of a line or an objective, its unmet share is 0 and its coverage is 1.

        Raises
        ------
        BadUsage
            The plan has no such measure.
        """
        nothing_required = {"unmet": 0.0, "coverage": 1.0}.get(self.measure.partition(".")[0])
        figure = measures.get(self.measure, nothing_required)
        if figure is None:
            raise BadUsage(f"{self.text}: there is no {self.measure} at this point")
        room = figure - self.limit if self.at_least else self.limit - figure
        return room >= -SLACK * max(1.0, abs(self.limit))

    def truth(self, row: Row) -> bool | None:
        """Whether a row meets the condition; None if that is open.

        An infeasible point does not meet it. If time ran out before a proof, the condition is settled only if it limits
        the first objective and both ends of that objective's range agree: the bound of its stage, and the value that
        its stage reached plus all that later objectives may take from it under the model's tolerance.
        """
        if row.status == "infeasible":
            return False
        if row.status == "optimal":
            return self.met(row.measures or {})
        if row.status != "feasible" or not row.stages:
            return None
        name, reached, bound = row.stages[0]
        ends = [(1 + row.tolerance) * reached, bound]
        if self.measure == "coverage" and name == "gap":
            ends = [1 - share for share in ends]
        elif self.measure != name:
            return None
        worst, best = (self.met({self.measure: figure}) for figure in ends)
        return worst if worst == best else None


def measured(instance: Instance, model: Model) -> list[str]:
    """Names of the measures in the rows of an instance under a model."""
    lines = {(row["task"], row["capability"]): None for row in instance.rows("requirements")}
    objective = {row["task"]: row["objective"] for row in instance.rows("tasks")}
    required = dict.fromkeys(objective[task] for task, _ in lines)
    return [
        *model.measured, "coverage", "people", "members", "cost_a_year",
        *(f"{head}.{name}" for head in ("coverage", "people") for name in required),
        *(f"people_of.{row['nation']}" for row in instance.rows("nations")),
        *(f"unmet.{task}.{capability}" for task, capability in lines),
    ]  # fmt: skip


def conditions(instance: Instance, model: Model, texts: Sequence[str], place: str) -> list[Condition]:
    """Conditions from their texts.

    Parameters
    ----------
    instance, model : Instance, Model
        What the names in the conditions refer to.
    texts : sequence of str
        ``MEASURE>=VALUE`` or ``MEASURE<=VALUE``.
    place : str
        Option that gave the texts.

    Raises
    ------
    BadInput
        With every fault of every text.
    """
    faults: list[Fault] = []
    found: list[Condition] = []
    known = measured(instance, model)
    for text in texts:
        at = f"{place} {text}"
        part = _FORM.fullmatch(text)
        if part is None:
            faults.append(
                Fault(
                    at, None, None, quoted(text), "MEASURE>=VALUE or MEASURE<=VALUE, such as coverage.safe_skies>=0.9"
                )
            )
            continue
        name, sign, limit = part.groups()
        wrong = _unknown(name, known)
        faults += [Fault(at, None, None, *wrong)] if wrong else []
        try:
            found.append(Condition(text, name, sign == ">=", float(convert(NUMBER, limit, False))))
        except Unfit as unfit:
            faults.append(Fault(at, None, None, quoted(limit), unfit.args[0]))
    if faults:
        raise BadInput(faults)
    return found


def _unknown(name: str, known: Sequence[str]) -> tuple[str, str] | None:
    """What was found and what was expected if a name is not a measure."""
    if name in known:
        return None
    head = name.partition(".")[0]
    heads = list(dict.fromkeys(other.partition(".")[0] for other in known))
    if head not in heads:
        return f"no measure {name}", f"one of {', '.join(heads)}{near(head, heads)}"
    alike = [other for other in known if other.partition(".")[0] == head]
    hint = near(name, alike) or f" ({', '.join(alike[:8])}{', ...' if len(alike) > 8 else ''})"
    return f"no {name} in the instance", f"one that is there{hint}"
