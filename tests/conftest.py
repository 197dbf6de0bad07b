"""What all tests share: where Python may not keep bytecode beside the sources, it keeps it for the run.

Hundreds of tests start the program in a process of its own, which would compile all of it again each time.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

if os.environ.pop("PYTHONDONTWRITEBYTECODE", "") and "PYTHONPYCACHEPREFIX" not in os.environ:
    bytecode = tempfile.mkdtemp(prefix="allocator-bytecode-")
    os.environ["PYTHONPYCACHEPREFIX"] = bytecode  # workers of pytest-xdist inherit it
    atexit.register(shutil.rmtree, bytecode, ignore_errors=True)
