"""Who may import whom: each room only from those before it, no circles, and each library only where it belongs."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "allocator"

ORDER = [
    {"errors"},
    {"stopping", "exact", "files", "arguments", "resources", "reading", "outcome", "purchases", "wording", "notebook"},
    {"instance"},
    {"model", "marking"},
    {"pools", "statement", "naming"},
    {"money"},
    {"problem"},
    {"statistics", "supply", "withdrawal", "families"},
    {"formulation"},
    {"plan"},
    {"audit"},
    {"solving"},
    {"api"},
    {"explaining"},
    {"comparison", "case_changes", "real_changes", "claim_check", "claim_runs", "sweeps", "hedging", "briefing"},
    {"report"},
    {"serve"},
    {"cli"},
]
"""Rooms and single files of the package; what stands in one line may import from that line and from those above."""

ONLY_IN = {
    "pyomo": {"families", "formulation", "solving", "api", "explaining", "hedging", "serve.live"},
    "highspy": {"solving.highs"},
    "click": {"cli"},
    "rich": {"cli", "report.text", "report.notebook"},
    "lxml": {"marking"},
    "starlette": {"serve"},
    "uvicorn": {"serve"},
    "jinja2": {"report.html"},
    "resvg_py": {"report.charts"},
    "altair": {"report.notebook"},
}
"""Library -> the only places that import it."""

RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}


def modules(package: Path) -> dict[str, Path]:
    """Module name (relative to the package, empty for the package itself) -> file."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(name: str, path: Path, known: Collection[str]) -> set[str]:
    """Everything that a module imports when it runs, in functions too; modules of the package relative to it.

    ``from allocator import x`` and relative imports are resolved; what is imported for types alone does not count.
    """
    tree = ast.parse(path.read_text())
    nodes = list(ast.walk(tree))
    skipped = {
        id(inner)
        for node in nodes
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    found = []
    for node in nodes:
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = ["allocator", *filter(None, name.split("."))]
                package = package if path.name == "__init__.py" else package[:-1]
                base = ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])
            for alias in node.names:
                inner = f"{base}.{alias.name}".removeprefix("allocator.")
                found.append(f"allocator.{inner}" if inner in known else base)
    return {module for module in found if module != "__future__"}


def graph(package: Path) -> dict[str, set[str]]:
    """Module -> modules of the package that it imports."""
    known = modules(package)
    inside = {}
    for name, path in known.items():
        targets = {m.removeprefix("allocator").removeprefix(".") for m in imported(name, path, known) if is_ours(m)}
        inside[name] = targets - {name}
    return inside


def is_ours(module: str) -> bool:
    return module == "allocator" or module.startswith("allocator.")


def circle(edges: Mapping[str, set[str]]) -> list[str] | None:
    """Modules that import each other in a circle, or None."""
    state = {}

    def visit(name: str, trail: list[str]) -> list[str] | None:
        state[name] = "open"
        for other in sorted(edges.get(name, ())):
            if state.get(other) == "open":
                return [*trail[trail.index(other) :], other]
            if other not in state:
                found = visit(other, [*trail, other])
                if found:
                    return found
        state[name] = "done"
        return None

    for name in sorted(edges):
        found = visit(name, [name]) if name not in state else None
        if found:
            return found
    return None


def wrong_way(edges: Mapping[str, set[str]]) -> list[tuple[str, str]]:
    """(module, what it imports) against the order."""
    return [
        (name, other)
        for name, others in edges.items()
        for other in others
        if name and name != "__main__" and RANK[other.split(".")[0]] > RANK[name.split(".")[0]]
    ]


@pytest.fixture(scope="module")
def edges() -> dict[str, set[str]]:
    return graph(PACKAGE)


def test_every_file_has_its_place_in_the_order(edges: dict[str, set[str]]) -> None:
    assert {name.split(".")[0] for name in edges} - {"", "__main__"} == set(RANK)


def test_imports_point_to_what_comes_before(edges: dict[str, set[str]]) -> None:
    assert wrong_way(edges) == []


def test_there_is_no_circle(edges: dict[str, set[str]]) -> None:
    assert circle(edges) is None


def test_a_library_is_used_only_where_it_belongs() -> None:
    known = modules(PACKAGE)
    used = {n: {m.split(".")[0] for m in imported(n, path, known)} for n, path in known.items()}
    for library, allowed in ONLY_IN.items():
        users = {n for n, libraries in used.items() if library in libraries}
        assert [n for n in users if not any(n == place or n.startswith(f"{place}.") for place in allowed)] == []
        assert users, library


def test_the_audit_shares_nothing_with_the_families(edges: dict[str, set[str]]) -> None:
    reached, left = set(), [name for name in edges if name.split(".")[0] == "audit"]
    while left:
        name = left.pop()
        reached.add(name)
        if name.split(".")[0] != "plan":  # the tables of a plan are what it checks
            left += edges[name] - reached
    assert not {name for name in reached if name.split(".")[0] in ("problem", "families", "formulation")}


class TestTheTestsThemselves:
    @pytest.mark.parametrize(
        "line",
        [
            "from allocator import b",
            "from allocator.b import x",
            "import allocator.b",
            "from . import b",
            "from .b import x",
            "def f():\n    from allocator import b",
        ],
    )
    def test_every_way_to_import_is_seen(self, tmp_path: Path, line: str) -> None:
        package = tmp_path / "allocator"
        package.mkdir()
        (package / "__init__.py").write_text("")
        (package / "a.py").write_text(line)
        (package / "b.py").write_text("from allocator.a import y")
        assert circle(graph(package)) == ["a", "b", "a"]

    def test_what_is_imported_for_types_does_not_count(self, tmp_path: Path) -> None:
        package = tmp_path / "allocator"
        package.mkdir()
        (package / "a.py").write_text(
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from allocator.b import x"
        )
        (package / "b.py").write_text("import allocator.a")
        assert circle(graph(package)) is None

    def test_the_wrong_way_is_seen(self) -> None:
        assert wrong_way({"plan.tables": {"solving.highs"}, "solving.highs": {"plan"}}) == [
            ("plan.tables", "solving.highs")
        ]
