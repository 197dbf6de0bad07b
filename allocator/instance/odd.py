"""Warnings about input that is legal but odd. ``plausible`` finds figures that look a thousand times off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from allocator.instance.apart import MOST, few
from allocator.instance.odd_building import alone, cores, programmes, unbought, waiting
from allocator.instance.plausible import implausible
from allocator.instance.pools import Pool, pools

if TYPE_CHECKING:
    from allocator.instance.facts import Facts


def warnings(instance: Facts) -> list[str]:
    """One line for each oddity; of each kind, the first few are named and the others counted."""
    pledges, coalitions = _conditions(instance)
    held = pools(instance)
    kinds = (
        (_unusable(held), "pools without a usable unit"),
        (_minimums(held), "pools with min_units above the pool"),
        (_too_few(instance, held), "pools that are too small for their relief"),
        (pledges, "pledges that are conditional on the nation itself"),
        (coalitions, "pledges that ask for too large a coalition"),
        (_useless(instance), "unit types that no task can use"),
        (_unasked(instance), "tasks that ask for nothing"),
        (_unwilling(instance, held), "nations with pools that are willing to do nothing"),
        (cores(instance), "requirements with half a core"),
        (waiting(instance), "prerequisites that ask for nothing"),
        (programmes(instance), "programmes that add no unit"),
        (unbought(instance), "unit types that nobody can buy"),
        (alone(instance), "unit types that too few nations can buy"),
    )
    found = [line for lines, what in kinds for line in few(lines, what)]
    return [*found, *implausible(instance)]


def horizon_notes(before: Facts, after: Facts) -> tuple[str, ...]:
    """Budgets of which an override of the horizon changes the length, but not the amount."""
    if (before.periods, before.months_per_period) == (after.periods, after.months_per_period):
        return ()
    unchanged = {tuple(row.get(column) for column in _BUDGET): row for row in before.tables["budgets"]}
    payers = [row["payer"] for row in after.tables["budgets"]]
    lines = []
    for row in after.tables["budgets"]:
        old = unchanged.get(tuple(row.get(column) for column in _BUDGET))
        months = _months(before, row), _months(after, row)
        if old is None or not row["amount"] or months[0] == months[1]:
            continue
        where = _BUDGET[:1] if payers.count(row["payer"]) == 1 else _BUDGET[:3]
        key = ",".join(f"{column}={row.get(column, 1 if column == 'first_period' else '')}" for column in where)
        lines.append(
            f"budgets: the amount for {row['payer']} ({row['amount']:,.12g}) did not change with the horizon: it was "
            f"for {months[0]:,} months and is now for {months[1]:,}; if it should change too, add "
            f'--set "budgets[{key}].amount*={months[1] / months[0]:.6g}"'
        )
    return tuple(few(lines, "amounts that did not change with the horizon"))


def varied_horizon(instance: Facts, keys: Sequence[str]) -> list[str]:
    """A warning if a sweep varies the length of the horizon: the budgets for the whole horizon do not change."""
    moved = [
        name for name in ("horizon.periods", "horizon.months_per_period") if any(key.startswith(name) for key in keys)
    ]
    whole = [str(row["payer"]) for row in instance.tables["budgets"] if row["amount"] and "last_period" not in row]
    if not moved or not whole:
        return []
    return [
        f"budgets: amounts for the whole horizon ({', '.join(dict.fromkeys(whole))}) do not change while "
        f"{' and '.join(moved)} varies, so a longer horizon has less money per month; a row with a first_period and a "
        "last_period gives an amount for those periods only"
    ]


_BUDGET = ("payer", "first_period", "last_period", "amount")


def _months(instance: Facts, row: Mapping[str, Any]) -> int:
    """Length of a budget in months."""
    last = int(row.get("last_period") or instance.periods)
    return (last - int(row.get("first_period") or 1) + 1) * instance.months_per_period


def _unusable(held: list[Pool]) -> list[str]:
    """Pools that have units at some time, but never a whole one that can be used."""
    return [
        f"forces: {pool.nation} {pool.unit_type} has {pool.units:,} unit{'' if pool.units == 1 else 's'} at the "
        f"most, of which availability {pool.availability:g} and home_units {pool.home_units:,} leave no whole "
        "one to use, so it never deploys"
        for pool in held
        if pool.units and not pool.usable
    ]


def _minimums(held: list[Pool]) -> list[str]:
    return [
        f"forces: {pool.nation} {pool.unit_type} has min_units {pool.min_units:,}, above its pool of "
        f"{_units(pool)}, so it never deploys under the family minimum_contribution"
        for pool in held
        if pool.min_units > max(pool.units, 1) or pool.min_units > pool.usable > 0
    ]


def _units(pool: Pool) -> str:
    usable = f"{pool.usable:,} usable units of " if pool.usable != pool.units else ""
    return f"{usable}{pool.units:,}"


def _too_few(instance: Facts, held: list[Pool]) -> list[str]:
    """Pools that are too small to relieve a unit: an indefinite horizon repeats as often as the ratio needs."""
    if not instance.indefinite:
        return []
    ratio = {row["unit_type"]: row["rotation_ratio"] for row in instance.rows("unit_types")}
    usable = [pool for pool in held if pool.usable]
    found = []
    for pool in usable:
        needed = -(-ratio[pool.unit_type] // instance.periods)  # how often a window counts one period, at most
        if pool.usable < needed:
            found.append(
                f"forces: {pool.nation} {pool.unit_type} has {pool.usable:,} of the {needed:,} units that it "
                f"needs to relieve one (rotation_ratio {ratio[pool.unit_type]:,}), so it never deploys under the "
                "family rotation"
            )
    return found if _exceptional(len(found), len(usable)) else []


def _exceptional(found: int, of: int) -> bool:
    """Whether rows look like a mistake: they are few or nearly all, or the table is short.

    In a long table that lists the forces of every nation, it is normal that some pools are too small for their rotation
    and that some nations stay out.
    """
    return found <= MOST or of <= 10 or found >= 0.9 * of


def _conditions(instance: Facts) -> tuple[list[str], list[str]]:
    grouped: dict[str, set[str]] = defaultdict(set)
    for row in instance.rows("groups"):
        grouped[row["group"]].add(row["nation"])
    nations = sum(not row["collective"] for row in instance.rows("nations"))
    counted = " (collective ones do not count)" if nations < len(instance.rows("nations")) else ""
    pledges, coalitions = [], []
    for row in instance.rows("conditions"):
        nation, requires, value = row["nation"], row["requires"], row["value"]
        if requires in ("nation", "any_of") and any(
            nation == name or nation in grouped.get(name, ()) for name in value.split(" ")
        ):
            pledges.append(
                f"conditions: the pledge of {nation} is conditional on {nation} itself ({requires} {value}), so the "
                "condition always holds"
            )
        if requires == "coalition_size" and float(value) > nations:
            coalitions.append(
                f"conditions: {nation} asks for a coalition of {value}, but there are {nations} nations{counted}; "
                "the pledge never holds"
            )
    return pledges, coalitions


def _unasked(instance: Facts) -> list[str]:
    asked = {row["task"] for row in instance.rows("requirements") if row["quantity"]}
    return [
        f"tasks: {row['task']} has no row in requirements with a quantity above 0, so nothing is required there; add "
        "one, or delete the task"
        for row in instance.rows("tasks")
        if row["task"] not in asked
    ]


def _unwilling(instance: Facts, held: list[Pool]) -> list[str]:
    """Nations with pools but no objective to join, except those outside a coalition and those that can buy jointly."""
    willing = {row["nation"] for row in instance.rows("willingness") if row["willingness"]} | instance.outside
    joint = {row["unit_type"] for row in instance.rows("joint_purchases")}
    collective = {row["nation"] for row in instance.rows("nations") if row["collective"]}
    willing |= {row["nation"] for row in instance.rows("acquisitions") if row["unit_type"] in joint} - collective
    pooled: dict[str, str] = {}
    for pool in held:
        if pool.units:
            pooled.setdefault(pool.nation, pool.table)
    found = [nation for nation in pooled if nation not in willing]
    if not _exceptional(len(found), len(pooled)):
        return []
    return [
        f"willingness: {nation} has pools in {pooled[nation]} but no willingness above 0 for any objective, so it "
        "sends nothing; add a row, or delete its pools"
        for nation in found
    ]


def _useless(instance: Facts) -> list[str]:
    amounts = [(row["unit_type"], row["capability"], row["amount"]) for row in instance.rows("yields")]
    asked = {row["capability"] for row in instance.rows("requirements")}
    taken = {capability for _, capability, amount in amounts if amount < 0} - asked
    partly = {capability for _, capability, amount in amounts if amount < 0} & asked
    asked |= taken | {capability for capability in partly if _implied(instance, capability)}
    useful = {unit for unit, capability, amount in amounts if amount > 0 and capability in asked}
    return [
        f"unit_types: no task can use {row['unit_type']}: it supplies nothing that a requirement asks for"
        for row in instance.rows("unit_types")
        if row["unit_type"] not in useful
    ]


def _implied(instance: Facts, capability: str) -> bool:
    """Whether the requirements leave out a consumed capability in some active period."""
    wide = any(r["capability"] == capability and r["scope"] == "theatre" for r in instance.rows("capabilities"))
    given: dict[Any, set[int]] = defaultdict(set)
    for row in instance.rows("requirements"):
        if row["capability"] == capability:
            given["*" if wide else row["task"]] |= set(range(row["first_period"], row["last_period"] + 1))
    return any(
        t not in given["*" if wide else task["task"]]
        for task in instance.rows("tasks")
        for t in range(task["first_period"], task["last_period"] + 1)
    )
