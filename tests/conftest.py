"""What all tests share: where Python may not keep bytecode beside the sources, it keeps it for the run.

Hundreds of tests start the program in a process of its own, which would compile all of it again each time. Python looks
for bytecode in one place only, so the bytecode that came with the libraries is linked there.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import sys
import sysconfig
import tempfile

UNUSED = {"site-packages", "dist-packages", "test", "tests", "mypy", "mypyc", "sphinx", "idlelib", "lib2to3", "pip"}
"""Folders inside libraries of which tests import little or nothing; the first two are those of another environment."""


def link_libraries(bytecode: str) -> None:
    """Link the bytecode of Python's own library and of installed ones into a folder for PYTHONPYCACHEPREFIX."""
    ending = f".{sys.implementation.cache_tag}.pyc"
    for root in {sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")}:
        for folder, inner, files in os.walk(root):
            inner[:] = [name for name in inner if name not in UNUSED]
            if os.path.basename(folder) == "__pycache__":
                there = bytecode + os.path.dirname(folder)
                os.makedirs(there, exist_ok=True)
                for file in files:
                    if file.endswith(ending):
                        with contextlib.suppress(OSError):  # linked already, or no links here: it is compiled again
                            os.symlink(os.path.join(folder, file), os.path.join(there, file))


if os.environ.pop("PYTHONDONTWRITEBYTECODE", "") and "PYTHONPYCACHEPREFIX" not in os.environ:
    bytecode = tempfile.mkdtemp(prefix="allocator-bytecode-")
    atexit.register(shutil.rmtree, bytecode, ignore_errors=True)
    link_libraries(bytecode)
    os.environ["PYTHONPYCACHEPREFIX"] = bytecode  # workers of pytest-xdist inherit it
