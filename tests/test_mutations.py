"""Deliberate errors in families, driver, plan and readings: the tests of the toys catch every one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]

MUTATIONS = [
    # families: flipped signs, lost rows, wrong indices, dropped periods
    ("families/requirement.py", "weighed(met, (1.0, shortfall))", "weighed(met, (-1.0, shortfall))"),
    (
        "families/requirement.py",
        "Sizes([a or Fraction(0) for a in amounts])",
        "Sizes([abs(a or Fraction(0)) for a in amounts])",
    ),
    ("families/requirement.py", "place = THEATRE if theatre else cells.tasks", "place = cells.tasks"),
    ("families/requirement.py", "return ceil(least / step) * step if step else least", "return least * 0"),
    ("families/requirement.py", "if row.given or terms:", "if row.given:"),
    ("families/requirement.py", "(1 - row.max_gap) * row.quantity", "row.max_gap * row.quantity"),
    ("families/rotation.py", "float(usable // often)", "float(usable)"),
    ("families/rotation.py", "if len(use) > 1:", "if len(use) > 2:"),
    ("families/rotation.py", "[(-b, column) for", "[(-a, column) for"),
    ("families/rotation.py", "[counts[t] for t in", "[1 for t in"),
    ("families/totals.py", "(-1.0, column)", "(-2.0, column)"),
    ("families/minimum_contribution.py", "pairs, fewest, least=", "pairs, [0] * len(keys), least="),
    ("families/minimum_contribution.py", "most=np.zeros(len(keys))", "most=np.full(len(keys), 99.0)"),
    ("families/conditions.py", "(-1.0, m.member[k, t])", "(1.0, m.member[k, t])"),
    ("families/conditions.py", 'needed = value if requires == "coalition_size" else 1', "needed = 1"),
    ("families/conditions.py", "company = able if", "company = [n] if"),
    ("families/conditions.py", " if n not in problem.money.collective]", "]"),
    ("families/participation.py", "(1.0, m.member.add((n, t)))", "(0.0, m.member.add((n, t)))"),
    ("families/participation.py", "here, most, [m.joins[n, o, t]]", "here[:0], most, [m.joins[n, o, t]]"),
    ("families/troop_ceiling.py", "[Fraction(problem.personnel[u]) for u in", "[Fraction(1) for u in"),
    ("families/troop_ceiling.py", "groups(cells.nation, cells.period, among", "groups(cells.nation, among"),
    ("families/budget.py", "terms = payments.borne(n)", 'terms = payments.terms("common", problem.PERIODS)'),
    (
        "families/payments.py",
        "COMMON: (money.common_cost, money.unit_cost)",
        "COMMON: (money.own_cost, money.own_cost)",
    ),
    ("families/payments.py", "shared = payer in (EVERYONE, COMMON)", "shared = payer == COMMON"),
    ("families/payments.py", "paid = some[kind]", "paid = some[kind] & (cells.period[numbers] == 1)"),
    ("families/payments.py", "terms.append((part * price, column))", "terms.append((price, column))"),
    ("families/payments.py", "if k in periods and prices[u]", "if prices[u]"),
    ("families/payments.py", "self.terms(COMMON, periods).times(key)", "self.terms(COMMON, periods)"),
    (
        "families/framework_nation.py",
        "-float(problem.framework_share[j]) * each[there]",
        "-float(problem.framework_share[j]) * each[there] / 2",
    ),
    (
        "families/framework_nation.py",
        "(None, linear([(1.0, m.leads[n, j]) for n in nations]), 1.0)",
        "(None, linear([(1.0, m.leads[n, j]) for n in nations]), 2.0)",
    ),
    ("families/commitments.py", "kept, Fraction(promise.at_least))", "kept, Fraction(1))"),
    ("families/commitments.py", "and len(terms.numbers) > 1:", "and len(terms.numbers) > 2:"),
    ("families/prerequisites.py", "(-least, m.there[needs.task, t])", "(least, m.there[needs.task, t])"),
    ("families/prerequisites.py", "among=there_at)", "among=there_at[:1])"),
    (
        "families/prerequisites.py",
        "for t in needs.row.periods if needs.least",
        "for t in problem.PERIODS if needs.least",
    ),
    ("families/acquisition.py", "Fraction(programme.max_units))", "Fraction(programme.max_units + 1))"),
    ("families/acquisition.py", "Fraction(-programme.min_order)", "Fraction(-1)"),
    ("families/acquisition.py", "and k + programme.lead <= last", "and k <= last"),
    ("families/industry.py", "if k + industry.lead <= t]", "if k <= t]"),
    ("families/industry.py", "every, Fraction(industry.max_expansions))", "every, Fraction(99))"),
    ("families/industry.py", "delivered[u, k + problem.pools.programmes[n, u].lead]", "delivered[u, k]"),
    ("families/joint_purchase.py", " if n not in pools.collective]", "]"),
    ("families/joint_purchase.py", "(1.0, column), (-1.0, together)", "(1.0, column), (0.0, together)"),
    # objectives
    ("families/objectives.py", "float((1 - willing) * problem.months", "float(willing * problem.months"),
    ("families/objectives.py", ".terms(EVERYONE, problem.PERIODS)", ".terms(COMMON, problem.PERIODS)"),
    (
        "families/objectives.py",
        "own = payments.terms(n, problem.PERIODS).times(each)",
        "own = payments.terms(COMMON, problem.PERIODS).times(each)",
    ),
    ("families/objectives.py", "each * money.funding_keys[n]", "each"),
    ("families/objectives.py", "(row.core_weight - 1)), m.core", "row.core_weight), m.core"),
    (
        "families/objectives.py",
        "row.weight / (weight * row.whole)",
        "1 / (len(rows) * row.whole)",
    ),
    (
        "families/objectives.py",
        "problem.last if problem.instance.indefinite and problem.last > 1 else 0",
        "problem.last",
    ),
    ("families/objectives.py", "share = float(gdp[n] / total)", "share = 1 / len(gdp)"),
    # what is read from the instance
    ("statement.py", "total * row.whole * len(row.periods)", "total * row.whole"),
    ("problem.py", "ceilings[n] // self.personnel[u]", "ceilings[n] // self.personnel[u] - 1"),
    ("pools.py", "most // often)", "most // often - 1)"),
    ("problem.py", "for t in self.pools.ready[n, u] if", "for t in self.PERIODS if"),
    ("problem.py", "here[t] = min(here[t], promise.most)", "pass"),
    ("problem.py", '{row["framework_nation"]} if row["framework_nation"] else', ""),
    ("problem.py", "elif will < floor_:", "elif will <= floor_:"),
    (
        "problem.py",
        'if row["objective"] and row["objective"] != self.objective_of[task]:',
        'if row["objective"]:',
    ),
    ("statement.py", '* priority[objective_of[row["task"]]]', ""),
    ("statement.py", "left = tuple(t for t in there if t not in covered[place, capability])", "left = ()"),
    ("statement.py", "shortfall - (self.quantity - self.core))", "shortfall - self.core)"),
    ("pools.py", "(start + step - 1) % last + 1: turns", "min(start + step, last): turns"),
    ("pools.py", "turns + (step < rest)", "turns"),
    ("families/requirement.py", "float(steps * step), weighed", "float(row.quantity), weighed"),
    ("families/requirement.py", "float(excess))", "0.0)"),
    ("families/requirement.py", "first = float(step - excess)", "first = float(step)"),
    ("pools.py", "self.availability.get(pool, Fraction(1)), self.home_units", "Fraction(1), self.home_units"),
    ("pools.py", "units += max(0, change)", "units += change"),
    ("pools.py", "losses = frozenset(t for t, change in changes.items() if change < 0)", "losses = frozenset()"),
    ("pools.py", "if longer and end + 1 not in gains:", "if longer:"),
    ("pools.py", "min(period + self.lead + 1, periods.stop)", "min(period + self.lead, periods.stop)"),
    ("money.py", "u: (cost, self.own_cost[u])", "u: (cost, cost)"),
    ("money.py", "units = floor(amount / cost)", "units = floor(amount / cost) - 1"),
    ("money.py", '+ instance.months_per_period * exact(row["operating_cost"])', '+ exact(row["operating_cost"])'),
    (
        "money.py",
        "self.years = Fraction(instance.periods * instance.months_per_period, 12)",
        "self.years = Fraction(1)",
    ),
    ("money.py", "common = price if nation in self.collective else share * price", "common = share * price"),
    ("money.py", "weight / sum(weights.values())", "weight / len(weights)"),
    # driver
    ("solving/lexicographic.py", "self.loaded.resident.hold(name, float(self.held[name]))", "pass"),
    ("solving/lexicographic.py", "self.held[name] = (1 + tolerance) * value", "self.held[name] = value"),
    ("solving/columns.py", "np.rint(point[self.columns])", "np.floor(point[self.columns] / 2)"),
    ("solving/collected.py", "least.append(-np.inf if low is None else low)", "least.append(-np.inf)"),
    # plan tables
    ("plan/tables.py", "max(Fraction(0), row.quantity - net)", "row.quantity - net"),
    ("plan/tables.py", '"cost": float(own),', '"cost": float(own) + 1,'),
    ("plan/tables.py", "ready = k + problem.pools.programmes[n, u].lead", "ready = k"),
    ("plan/tables.py", "people[n, t] += problem.personnel[u] * units", "people[n, t] += units"),
    ("plan/values.py", "return 1000 * (self.own[nation]", "return 100 * (self.own[nation]"),
    ("plan/values.py", "self.procurement[n] += count * national", "pass"),
    ("plan/tables.py", '"units": units,', '"units": units + 1,'),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program and its tests, whose bytecode is kept from one error to the next."""
    root = tmp_path_factory.mktemp("copy")
    for folder in ("allocator", "tests"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("models", "instances"):
        (root / folder).symlink_to(ROOT / folder)
    return root


CLOSEST = {
    "payments": "Budget",
    "money": "Budget",
    "pools": "Rotation",
    "statement": "Requirement",
    "tables": "Objectives",
    "values": "Objectives",
}
"""Files that are no family, and the family whose tests are likely to catch an error in them."""


def suite(file: str) -> list[str]:
    """The tests that must catch an error, those of the family itself first: others may take long with it."""
    stem = Path(file).stem
    own = "Test" + CLOSEST.get(stem, stem.replace("_", " ").title().replace(" ", ""))
    files = sorted((ROOT / "tests" / "families").glob("test_*.py"))
    first = [f"tests/families/{path.name}::{own}" for path in files if f"class {own}:" in path.read_text()]
    return [*first, "tests/families", "tests/test_matrix.py"]


def test_every_error_can_be_made() -> None:
    gone = [right for file, right, _ in MUTATIONS if right not in (ROOT / "allocator" / file).read_text()]
    assert gone == []


CHOSEN = MUTATIONS if os.environ.get("ALLOCATOR_MUTATIONS") == "all" else MUTATIONS[::12]
"""The errors that are tried: a twelfth of them in the suite, and all with `make mutations`, which takes minutes."""


@pytest.mark.parametrize(("file", "right", "wrong"), CHOSEN, ids=[f"{MUTATIONS.index(m)}-{m[0]}" for m in CHOSEN])
def test_every_error_is_caught(copy: Path, file: str, right: str, wrong: str) -> None:
    path = copy / "allocator" / file
    text = path.read_text()
    path.write_text(text.replace(right, wrong))
    moment = MUTATIONS.index((file, right, wrong))  # a time of its own, so that no bytecode of another text fits
    os.utime(path, (moment, moment))
    # without --keep-duplicates, pytest takes the first class as a part of the folder, and runs it in the folder's order
    options = ("-x", "-q", "-p", "no:cacheprovider", "--keep-duplicates")
    command = [sys.executable, "-m", "pytest", *options, *suite(file)]
    environment = {
        **{name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"},
        "PYTHONPATH": str(copy),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # no test of these needs a plugin, and loading them takes a second
    }
    try:
        run = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=300)
    finally:
        shutil.copy2(ROOT / "allocator" / file, path)
    assert run.returncode == 1, run.stdout[-2000:] + run.stderr[-2000:]
    assert "1 failed" in run.stdout or "1 error" in run.stdout
