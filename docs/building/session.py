"""Runs what pages show: each command in a process of its own, as a user would, but without loading libraries again.

The libraries are loaded once; each command runs in a copy of that process (``fork``), which nothing has solved in yet.
``python -m docs.building.session`` prints what differs; with ``--write`` it writes into the pages what was printed, and
with ``--times`` it prints the processor seconds of each command. Names of pages choose them.
"""

from __future__ import annotations

import contextlib
import gc
import io
import multiprocessing
import os
import pkgutil
import shlex
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType

import allocator
from docs.building.snippets import Code, Command, File, agrees, pages, renewed, snippets

ROOT = Path(__file__).parents[2]
COLUMNS = "80"
"""Width of the terminal that pages show."""

LIBRARIES = ("click", "pandas", "rich.console", "rich.table", "xlsxwriter", "pyomo.environ")
"""What is loaded once, besides the package; not the command line, whose clock starts when it is loaded."""

FORK = multiprocessing.get_context("fork") if hasattr(os, "fork") else None


class Different(Exception):
    """A page says something else than what happens."""


def load() -> None:
    """Load the libraries and the package once; what is there now, no copy of this process looks through for garbage."""
    for name in LIBRARIES:
        import_module(name)
    _load_all(allocator)
    gc.freeze()


def _load_all(package: ModuleType) -> None:
    """Import the modules of a package, but not the command line, whose clock starts when it is imported."""
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if found.name == "allocator.cli" or found.name.endswith("__main__"):
            continue
        with contextlib.suppress(ImportError):  # of an extra that is not installed
            module = import_module(found.name)
            if found.ispkg:
                _load_all(module)


def run(command: str, folder: Path) -> tuple[str, str, int]:
    """Run a command line in a folder; what it prints on standard output and on standard error, and its exit status."""
    words, target = shlex.split(command), None
    if words[-2:-1] == [">"]:
        words, target = words[:-2], folder / words[-1]
    environment = os.environ | {"COLUMNS": COLUMNS, "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    if words[0] != "allocator" or {"|", "||", "&&", ">"} & set(words) or FORK is None:
        tools = str(Path(sys.executable).parent)
        environment["PATH"] = os.pathsep.join((tools, environment["PATH"]))
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, cwd=folder, env=environment,
            check=False,
        )  # fmt: skip
        return done.stdout, done.stderr, done.returncode
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        process = FORK.Process(target=command_line, args=(words, folder, environment, out.fileno(), errors.fileno()))
        process.start()
        process.join()
        texts = []
        for file in (out, errors):
            file.seek(0)
            texts.append(file.read().decode("utf-8"))
        if target is not None:
            target.write_text(texts[0], encoding="utf-8")
            texts = ["", ""]
        return texts[0], texts[1], process.exitcode or 0


def command_line(words: Sequence[str], folder: Path, environment: Mapping[str, str], out: int, errors: int) -> None:
    """The command line in a process of its own, which writes into two open files; it does not return."""
    null = os.open(os.devnull, os.O_RDONLY)
    for number, target in ((null, 0), (out, 1), (errors, 2)):
        os.dup2(number, target)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8") for number, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = list(words)
    import_module("allocator.cli").main()


class Session:
    """The Python of one page: code runs in one process and keeps its names."""

    def __init__(self, folder: Path) -> None:
        self.here, there = multiprocessing.Pipe()
        context = FORK or multiprocessing.get_context("spawn")
        self.process = context.Process(target=_session, args=(there, folder), daemon=True)
        self.process.start()

    def run(self, code: str) -> str:
        """What the code prints."""
        self.here.send(code)
        printed, failure = self.here.recv()
        if failure:
            raise Different(f"the code fails:\n{code}\n{failure}")
        return str(printed)

    def close(self) -> None:
        """End the process."""
        self.here.send(None)
        self.process.join()


def _session(there: Connection, folder: Path) -> None:
    os.chdir(folder)
    os.environ["COLUMNS"] = COLUMNS
    names: dict[str, object] = {"__name__": "__main__"}
    while (code := there.recv()) is not None:
        printed, failure = io.StringIO(), ""
        with contextlib.redirect_stdout(printed):
            try:
                exec(compile(code, "<page>", "exec"), names)
            except Exception:
                failure = traceback.format_exc()
        there.send((printed.getvalue(), failure))


def outcomes(text: str, folder: Path) -> Iterator[tuple[str, str, str, int, int]]:
    """(what was run, what the page shows, what came, start and end of what it shows) for all that a page runs."""
    session: Session | None = None
    try:
        for snippet in snippets(text):
            what = snippet.what
            if isinstance(what, File):
                target = folder / what.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(what.text, encoding="utf-8")
            elif isinstance(what, Command):
                out, errors, status = run(what.line, folder)
                if status != what.status:
                    raise Different(f"$ {what.line}\nends with {status}, not with {what.status}:\n{out}{errors}")
                yield what.line, what.shown, out or errors, snippet.start, snippet.end
            elif isinstance(what, Code):
                session = session or Session(folder)
                printed = session.run(what.text)
                yield what.text, what.shown, printed, snippet.start, snippet.end
    finally:
        if session is not None:
            session.close()


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """An empty folder for a page, which the processes of its commands leave alone when they end."""
    folder = Path(tempfile.mkdtemp(prefix="allocator-page-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def check(page: Path) -> list[str]:
    """What a page says and is not so, a text for each difference.

    Parameters
    ----------
    page : Path
        A page in Markdown.
    """
    with _folder() as folder:
        try:
            return [
                f"{page}: {ran}\nprints\n{came}\nand not\n{shown}"
                for ran, shown, came, _, _ in outcomes(page.read_text(encoding="utf-8"), folder)
                if not agrees(shown, came)
            ]
        except Different as different:
            return [f"{page}: {different}"]


def write(page: Path) -> bool:
    """Write into a page what its commands print; whether that changes it.

    Raises
    ------
    Different
        If a command ends with another status than the page says, or code fails.
    """
    text = page.read_text(encoding="utf-8")
    with _folder() as folder:
        found = list(outcomes(text, folder))
    new = text
    for _, shown, came, start, end in reversed(found):
        if start < end or came:
            new = new[:start] + renewed(shown, came) + new[end:]
    if new != text:
        page.write_text(new, encoding="utf-8")
    return new != text


def _times(named: Sequence[Path]) -> int:
    """Print the processor seconds of each command, so that pages stay cheap to test."""
    for page in named:
        before = _used()
        with _folder() as folder:
            for ran, _, _, _, _ in outcomes(page.read_text(encoding="utf-8"), folder):
                print(f"{_used() - before:6.2f}  {page.name}: {ran.splitlines()[0]}", flush=True)
                before = _used()
        print(f"{_used() - before:6.2f}  {page.name}: the Python of the page")
    return 0


def _used() -> float:
    """Processor seconds of all child processes that have ended."""
    used = os.times()
    return used.children_user + used.children_system


def main(arguments: Sequence[str]) -> int:
    """Compare the pages with what their commands print, or write that into them; 1 if something differs."""
    load()
    named = [Path(name) for name in arguments if not name.startswith("-")] or pages(ROOT)
    if "--write" in arguments:
        failed = 0
        for page in named:
            try:
                if write(page):
                    print(f"wrote {page}")
            except Different as different:
                print(f"{page} is as it was: {different}", file=sys.stderr)
                failed = 1
        return failed
    if "--times" in arguments:
        return _times(named)
    differences = [difference for page in named for difference in check(page)]
    print("\n\n".join(differences))
    return 1 if differences else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
