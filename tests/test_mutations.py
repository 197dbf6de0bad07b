"""Forty deliberate errors in families, driver, plan and readings: the tests of the toys catch every one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

MUTATIONS = [
    # families: flipped signs, lost rows, wrong indices, dropped periods
    (
        "families/requirement.py",
        "linear([*floats(met), (1.0, shortfall)])",
        "linear([*floats(met), (-1.0, shortfall)])",
    ),
    ("families/requirement.py", "append((amount, deploy))", "append((abs(amount), deploy))"),
    ("families/requirement.py", "place = THEATRE if c in problem.theatre else j", "place = j"),
    ("families/requirement.py", "return ceil(least / step) * step if step else least", "return least * 0"),
    ("families/requirement.py", "if not row.given and not terms:", "if not row.given:"),
    ("families/requirement.py", "(1 - row.max_gap) * row.quantity", "row.max_gap * row.quantity"),
    ("families/rotation.py", "float(pool // often)", "float(pool)"),
    ("families/rotation.py", "if len(terms) > 1:", "if len(terms) > 2:"),
    ("families/rotation.py", "(float(count // often), deploy)", "(1.0, deploy)"),
    (
        "families/minimum_contribution.py",
        "(Fraction(-least), sends)",
        "(Fraction(least), sends)",
    ),
    ("families/minimum_contribution.py", "[deploy], most, [sends]", "[deploy], 2 * most, []"),
    ("families/conditions.py", "(-1.0, m.member[k])", "(1.0, m.member[k])"),
    ("families/conditions.py", 'needed = value if requires == "coalition_size" else 1', "needed = 1"),
    ("families/conditions.py", "company = able if", "company = [n] if"),
    (
        "families/participation.py",
        "terms = [(-coef, x) for o in objectives for coef, x in deployed[n, o]]",
        "terms = [(-1.0, m.member[n])]",
    ),
    (
        "families/participation.py",
        "columns, together, [m.joins[n, o, t]]",
        "[], together, [m.joins[n, o, t]]",
    ),
    ("families/troop_ceiling.py", "personnel = Fraction(problem.personnel[u])", "personnel = Fraction(1)"),
    ("families/troop_ceiling.py", "people[n, t].append", "people[n, 1].append"),
    ("families/budget.py", '"common": problem.money.common_cost', '"common": problem.money.own_cost'),
    ("families/budget.py", 'payer in ("*", "common") else', 'payer in ("common",) else'),
    (
        "families/budget.py",
        "for t, deploy in here.items() if t in periods",
        "for t, deploy in here.items() if t == 1",
    ),
    (
        "families/budget.py",
        "n, problem.money.own_cost, problem.money.burden_limit",
        "n, problem.money.common_cost, problem.money.burden_limit",
    ),
    ("families/framework_nation.py", "-float(share) * coef", "-float(share) * coef / 2"),
    (
        "families/framework_nation.py",
        "(None, linear([(1.0, m.leads[n, j]) for n in nations]), 1.0)",
        "(None, linear([(1.0, m.leads[n, j]) for n in nations]), 2.0)",
    ),
    # objectives
    ("families/objectives.py", "stance: (1 - willing) * problem.months", "stance: willing * problem.months"),
    (
        "families/objectives.py",
        "float(k) for u, k in problem.money.unit_cost.items()",
        "float(k) for u, k in problem.money.common_cost.items()",
    ),
    ("families/objectives.py", "own[n] += [(share", "own['x'] += [(share"),
    # what is read from the instance
    ("problem.py", "total * row.quantity * len(row.periods)", "total * row.quantity"),
    ("problem.py", "u: (cost, self.own_cost[u])", "u: (cost, cost)"),
    ("problem.py", "units = floor(amount / cost)", "units = floor(amount / cost) - 1"),
    ("problem.py", "ceilings[n] // self.personnel[u]", "ceilings[n] // self.personnel[u] - 1"),
    ("problem.py", "pool // often[u][t]", "pool // often[u][t] - 1"),
    ("problem.py", "period = (start + step - 1) % self.last + 1", "period = min(start + step, self.last)"),
    ("problem.py", "if t >= ready and most >= least", "if most >= least"),
    ("problem.py", '+ self.months * exact(row["operating_cost"])', '+ exact(row["operating_cost"])'),
    ("problem.py", "elif will < floor_:", "elif will <= floor_:"),
    (
        "problem.py",
        'if row["objective"] and row["objective"] != self.objective_of[task]:',
        'if row["objective"]:',
    ),
    ("problem.py", "* priority[self.objective_of[task]]", ""),
    ("problem.py", "self.years = Fraction(self.last * self.months, 12)", "self.years = Fraction(1)"),
    (
        "problem.py",
        "periods = tuple(t for t in active if t not in covered[place, capability])",
        "periods = ()",
    ),
    # driver
    ("solving/lexicographic.py", "self.loaded.resident.hold(name, float(self.held[name]))", "pass"),
    ("solving/lexicographic.py", "self.held[name] = (1 + tolerance) * value", "self.held[name] = value"),
    ("solving/columns.py", "np.rint(point[self.columns])", "np.floor(point[self.columns] / 2)"),
    (
        "solving/standard_form.py",
        "row_lower.append(-np.inf if least is None else least - constant)",
        "row_lower.append(-np.inf)",
    ),
    # plan tables
    ("plan/tables.py", "max(Fraction(0), row.quantity - net)", "row.quantity - net"),
    ("plan/tables.py", '"cost": own[n] / parts', '"cost": (own[n] + 1) / parts'),
    ("plan/tables.py", "people[n, t] += problem.personnel[u] * units", "people[n, t] += units"),
    ("plan/tables.py", '"burden": 1000 * heaviest', '"burden": 100 * heaviest'),
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


def suite(file: str) -> list[str]:
    """The tests that must catch an error, those of the family itself first: others may take long with it."""
    own = "Test" + Path(file).stem.replace("_", " ").title().replace(" ", "")
    files = sorted((ROOT / "tests" / "families").glob("test_*.py"))
    first = [f"tests/families/{path.name}::{own}" for path in files if f"class {own}:" in path.read_text()]
    return [*first, "tests/families", "tests/test_matrix.py"]


@pytest.mark.parametrize(("file", "right", "wrong"), MUTATIONS, ids=[f"{i}-{m[0]}" for i, m in enumerate(MUTATIONS)])
def test_every_error_is_caught(copy: Path, file: str, right: str, wrong: str) -> None:
    path = copy / "allocator" / file
    text = path.read_text()
    assert text.count(right) >= 1, f"{right!r} is no longer in {file}"
    path.write_text(text.replace(right, wrong))
    moment = MUTATIONS.index((file, right, wrong))  # a time of its own, so that no bytecode of another text fits
    os.utime(path, (moment, moment))
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *suite(file)]
    environment = {
        **os.environ,
        "PYTHONPATH": str(copy),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # no test of these needs a plugin, and loading them takes a second
    }
    try:
        run = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=300)
    finally:
        shutil.copy2(ROOT / "allocator" / file, path)
    assert run.returncode == 1, run.stdout[-2000:] + run.stderr[-2000:]
    assert "1 failed" in run.stdout or "1 error" in run.stdout
