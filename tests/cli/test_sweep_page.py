"""The page of bundled sweeps says what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from allocator.resources import shipped_instances
from tests.cli.running import ROOT, run

PAGE = (ROOT / "instances" / "SWEEPS.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"<!-- sweep ([a-z -]+) -->\n```console\n\$ [^\n]*\n(.*?)```", PAGE, flags=re.DOTALL))
SLOW = {"reassurance-force money", "jef-plus-france front", "reassurance-force without"}
"""Minutes; ``python instances/build.py --sweeps`` runs them."""

NUMBER = re.compile(r"[+-]?\d[\d,]*\.?\d*(?:e-?\d+)?")


def settled(text: str) -> list[str]:
    """What does not hang on luck: no list of who moves, and no number of points that were settled by others."""
    text = re.sub(r"where the answer changes.*?Which nations move is arbitrary", "", text, flags=re.DOTALL)
    text = re.sub(r", \d+ settled by other points without a solve|\d+ of \d+ changes", "", text)
    return [word for word in text.split() if not set(word) <= set("█░▒│●└─")]


def test_every_bundled_sweep_is_on_the_page() -> None:
    files = {
        f"{name} {path.stem}"
        for name in shipped_instances()
        for path in Path(ROOT / "instances" / name / "sweeps").glob("*.toml")
    }
    assert set(BLOCKS) == files
    assert all(text.strip() for text in BLOCKS.values())


@pytest.mark.parametrize("sweep", sorted(set(BLOCKS) - SLOW))
def test_its_figures_are_true(sweep: str, tmp_path: Path) -> None:
    done = run("sweep", *sweep.split(), "--workers", "0", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told, found = settled(BLOCKS[sweep]), settled(done.stdout)
    assert len(told) == len(found)
    for one, other in zip(told, found, strict=True):
        if NUMBER.fullmatch(one) and NUMBER.fullmatch(other):
            assert float(other.replace(",", "")) == pytest.approx(float(one.replace(",", "")), rel=2e-3, abs=0.11)
        else:
            assert one == other
