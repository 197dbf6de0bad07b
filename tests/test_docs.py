"""The documentation: what its pages show is what happens, they name all that there is, and links lead somewhere."""

from __future__ import annotations

import doctest
import posixpath
import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

import allocator
from allocator.claim_check import Claim, Run, Verdict
from allocator.cli import COMMANDS, cli
from allocator.explaining.answer import COLUMNS as EXPLAINED
from allocator.explaining.answer import PLAIN
from allocator.hedging.answer import COLUMNS as HEDGED
from allocator.model import FAMILIES, OBJECTIVES
from allocator.plan.tables import COLUMNS
from allocator.resources import shipped_instances, shipped_models
from docs.building.brought import LINK, is_made, made_pages, places
from docs.building.commands import command as command_named
from docs.building.picture import MOST
from docs.building.snippets import Code, Command, File, agrees, pages, renewed, snippets
from tests.present import present

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PAGES = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in pages(ROOT)}
MADE = made_pages(ROOT)
ALL = PAGES | MADE


def run_pages(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "docs.building.session", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


def test_all_pages_show_what_their_commands_and_their_code_print() -> None:
    done = run_pages()
    assert done.returncode == 0, done.stdout + done.stderr


WRONG = """
```console
$ allocator solve toy-rotation --quiet
Something else
```
"""
FAILS = """
```console
$ allocator solve no-such-instance
```
"""
CODE = """
<!-- by hand
kept = 2
-->
```{code-block} text
:caption: inner/note.txt

from the page
```
```python
print(kept, open("inner/note.txt").read())
```
```output
3
```
"""


def test_a_page_that_is_not_true_is_found_and_can_be_renewed(tmp_path: Path) -> None:
    texts = {"wrong": WRONG, "fails": FAILS, "code": CODE, "empty": "", "cut": WRONG.replace("Some", "…\nSome")}
    paths = {name: tmp_path / f"{name}.md" for name in texts}
    for name, text in texts.items():
        paths[name].write_text(text)
    names = [str(path) for path in paths.values()]
    code = f"from docs.building.session import main; print(main({names}), main(['--write', *{names}]), main({names}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "and not\nSomething else" in done.stdout
    assert "prints\n2 from the page" in done.stdout
    assert f"{paths['fails']}: $ allocator solve no-such-instance\nends with 2, not with 0" in done.stdout
    assert str(paths["empty"]) not in done.stdout
    assert f"{paths['fails']} is as it was" in done.stderr
    assert paths["fails"].read_text() == FAILS
    assert done.stdout.splitlines()[-1] == "1 1 1"  # the page with the failing command stays wrong
    assert done.stdout.count("and not\n") == 3
    solved, by_hand, file, python = (
        snippet.what for name in ("cut", "code") for snippet in snippets(paths[name].read_text())
    )
    assert isinstance(solved, Command)
    assert solved.shown == "…\nreport toy-rotation --out page.html.\n"
    assert by_hand == Code("kept = 2\n", by_hand=True)
    assert file == File("inner/note.txt", "from the page\n")
    assert isinstance(python, Code)
    assert python.shown == "2 from the page\n\n"


@pytest.mark.parametrize("name", ["brought", "commands", "models", "snippets"])
def test_examples_of_what_makes_the_site(name: str) -> None:
    result = doctest.testmod(import_module(f"docs.building.{name}"))
    assert result.attempted
    assert result.failed == 0


def test_lines_left_out_stay_left_out() -> None:
    assert agrees("a\n…\n", "a\nb\n")
    assert not agrees("a\n…\nb\nc\n", "a\nc\n")
    assert renewed("a\n…\nz\n", "1\n2\n3\n") == "1\n…\n3\n"
    assert renewed("a\n…\nz\n", "1\n3\n") == "1\n3\n"
    assert renewed("solved (1.0 s)\n", "solved (2.0 s)\n") == "solved (1.0 s)\n"


def test_a_command_may_take_several_lines_and_end_with_a_status() -> None:
    page = "<!-- exit 3 -->\n```console\n$ allocator solve \\\n  toy-infeasible\nNo plan\n$ allocator list\n```\n"
    assert [snippet.what for snippet in snippets(page)] == [
        Command("allocator solve    toy-infeasible", "No plan\n", 3),
        Command("allocator list", "", 3),
    ]


SHOWN_ONLY = [
    (name, line.split("#")[0].strip())
    for name, text in PAGES.items()
    for block in re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    for line in block.replace("\\\n", " ").splitlines()
    if line.startswith("allocator ")
]


@pytest.mark.parametrize(("page", "line"), SHOWN_ONLY)
def test_commands_that_are_not_run_can_be_parsed(page: str, line: str) -> None:
    name, *words = shlex.split(line)[1:]
    command_named(name).make_context(name, words)


@pytest.mark.parametrize("page", ALL)
def test_links_lead_to_a_page_or_a_file(page: str) -> None:
    for _, path, anchor in LINK.findall(ALL[page]):
        if "://" not in path:
            if page in PAGES and page != "docs/reference/commands/index.md":  # works in the repository too
                assert (ROOT / page).parent.joinpath(path).exists(), (page, path)
                assert not is_made(posixpath.normpath(posixpath.join(posixpath.dirname(page), path)), places(ROOT))
            there = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
            assert there in ALL or (ROOT / there).exists(), (page, path)
            if anchor:
                text = ALL[there] if there in ALL else (ROOT / there).read_text(encoding="utf-8")
                headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
                assert anchor[1:] in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_the_readme_leads_to_every_chapter() -> None:
    for chapter in ("tutorials", "how-to", "reference", "explanation", "forces"):
        assert f"(docs/{chapter}/" in PAGES["README.md"]
    assert "<!-- command: test -->\n```sh\npython3 " in PAGES["README.md"]


def test_the_picture_in_the_readme_is_small_and_says_in_words_what_it_shows() -> None:
    """Its figures are those of the bundled answer."""
    ((words, path),) = re.findall(r"!\[([^]]*)\]\(([^)]*)\)", PAGES["README.md"])
    picture = (ROOT / path).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) <= MOST
    page = (ROOT / "instances" / "reassurance-force" / "README.md").read_text(encoding="utf-8")
    senders = re.findall(r"[A-Z]{3} ([\d,]+)", present(re.search(r"^People: [^.]*\.$", page, re.MULTILINE))[0])
    people = sum(int(number.replace(",", "")) for number in senders)
    half_year = present(re.search(r"^\| unchanged \| ([\d.]+) \| [\d.]+ \| ([\d,]+) \|", page, re.MULTILINE))
    billions = 2 * float(half_year[2].replace(",", "")) / 1000
    assert f"{len(senders)} of 34 nations send {people:,} people" in words
    assert f"{1 - float(half_year[1]):.0%}".replace("%", " %") in words
    assert f"USD {billions:.2f} billion a" in words


def test_the_list_of_commands_names_every_command_and_no_other() -> None:
    listed = re.findall(r"^\| \[`allocator ([a-z]+)", PAGES["docs/reference/commands/index.md"], re.MULTILINE)
    assert sorted(listed) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_of_a_command_has_its_options(name: str) -> None:
    page = MADE[f"docs/reference/commands/{name}.md"]
    for parameter in command_named(name).get_params(click.Context(cli)):
        if isinstance(parameter, click.Option):
            assert re.search(rf"^`(-\w, )?{parameter.opts[-1]}[ `]", page, re.MULTILINE), parameter.opts


def test_result_tables_and_statuses_are_explained() -> None:
    page = PAGES["docs/reference/results.md"]
    for table, columns in COLUMNS.items():
        section = page.split(f"### {table}\n")[1].split("\n#")[0]
        named = [name for cell in re.findall(r"^\| ([a-z_, ]+) \|", section, re.MULTILINE) for name in cell.split(", ")]
        assert [name for name in named if name != "column"] == list(columns), table
    for status in ("optimal", "feasible", "infeasible", "no_plan", "interrupted", "error"):
        assert f"| `{status}` |" in page
    assert all(f"| `{name}` |" in page for name in OBJECTIVES)


def columns_named(table: str) -> dict[str, list[str]]:
    """Lists that the page of other commands names in a section -> their columns, and other cells in backticks."""
    page = PAGES["docs/reference/answers.md"]
    section = page.split(f"## {table}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]*`) \| ([a-z_, ]+) \|", section, re.MULTILINE)
    return {name: columns.split(", ") for names, columns in rows for name in re.findall(r"`(\w+)`", names)}


def test_lists_of_other_commands_are_explained() -> None:
    page = PAGES["docs/reference/answers.md"]
    explained = columns_named("explain")
    assert {name: list(columns) for name, columns in EXPLAINED.items()} == {name: explained[name] for name in EXPLAINED}
    assert all(f"`{name}`" in page for name in PLAIN)
    hedged = columns_named("hedge")
    assert {name: hedged[name] for name in ("commitments", "plans", "futures", "deployments")} == {
        name: list(HEDGED[name]) for name in ("commitments", "plans", "futures", "deployments")
    }
    row = Verdict(Claim("a", "A", "b", Run("toy-rotation"), "coverage"), 0.5, "holds", 0.0).to_dict()
    section = page.split("## claims\n")[1].split("\n## ")[0]
    named = [name for cell in re.findall(r"^\| ([a-z_, ]+) \|", section, re.MULTILINE) for name in cell.split(", ")]
    assert [name for name in named if name != "column"] == [name for name in row if name not in ("doubts", "run")]


def test_every_public_name_is_in_the_python_reference() -> None:
    page = PAGES["docs/reference/python.md"]
    assert [name for name in allocator.__all__ if not re.search(rf"^\.\. auto\w+:: {name}$", page, re.MULTILINE)] == []


def test_models_families_and_instances_are_listed() -> None:
    assert all(f"| `{name}` |" in PAGES["docs/how-to/models.md"] for name in shipped_models())
    assert all(f"`{name}`" in PAGES["docs/explanation/model.md"] for name in FAMILIES)
    forces = PAGES["docs/forces/index.md"]
    assert all(f"(../../instances/{name}/README.md)" in forces for name in shipped_instances())


def test_what_pages_may_not_do() -> None:
    """No picture, script or style from elsewhere; no reference that only a network could follow."""
    for name, text in ALL.items():
        assert not re.search(r"!\[[^\]]*\]\(https?:|<(script|iframe|img)\b", text), name


def test_the_clock_of_a_command_starts_with_the_command() -> None:
    """Time limits count from the import of the command line, so that what is loaded before must not import it."""
    code = "import sys; from docs.building.session import load; load(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "allocator.solving.solver" in done.stdout
    assert "allocator.cli" not in done.stdout
