"""``python -m allocator`` and the command ``allocator``; a signal ends the program even while it is loading."""

import gc
import os
import signal
from typing import NoReturn


def _quit(*_: object) -> NoReturn:
    """End at once; no work has begun."""
    os.write(2, b"interrupted\n")
    os._exit(130)


def main() -> NoReturn:
    """Run the command line."""
    gc.set_threshold(100_000)  # libraries make so many objects that collecting among them takes a tenth of a second
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _quit)
    from allocator.cli import main as run

    run()


if __name__ == "__main__":
    main()
