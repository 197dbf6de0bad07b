"""The process that solves for one page: ``python -m allocator.serve.worker``.

Messages are pickles, each preceded by its length, as for the workers of sweeps. The first is the
:class:`~allocator.serve.question.Question`; then come ``(number, asked)``, a job, and ``(number, None)``, the request
to stop that job. The process sends ``(number, event)``: objects for the page, the last of them of the kind ``end``.

Jobs run in the main thread, because that is where a request to stop raises at once while an instance is read or a model
is built (see :mod:`allocator.stopping`). A thread reads the messages, and passes a request to stop on as SIGINT.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from types import FrameType
from typing import Any, BinaryIO, NoReturn

from allocator.api import choose
from allocator.errors import AllocatorError, BadInput
from allocator.explaining.another import LONGEST, NONE, by_chance
from allocator.explaining.first import LEAST, first_ways
from allocator.formulation import uncollected
from allocator.plan.plan import Plan
from allocator.purchases import decided
from allocator.report.text.plan import WORDS
from allocator.serve.live import LiveSolver, Seen
from allocator.serve.question import Asked, Question
from allocator.serve.shown import seen_answer, whole_answer
from allocator.stopping import Watch, at_once, later, watched
from allocator.sweeps.run.worker import pack, private_streams, receive, send

REMEMBERED = 4
"""Plans of earlier questions that a first look tries."""

Tell = Callable[[dict[str, Any]], None]


class Answerer:
    """Answers one question after the other.

    Parameters
    ----------
    question : Question
        What all moves start from.
    """

    def __init__(self, question: Question) -> None:
        self.question = question
        self.solver = LiveSolver(
            gap=question.gap, time_limit=question.time_limit, threads=question.threads, seed=question.seed
        )

    def answer(self, asked: Asked, tell: Tell, inside: AbstractContextManager[None] | None = None) -> None:
        """Tell everything that is found about a question, as soon as it is found.

        ``inside`` is entered while a request to stop can be heeded.

        Raises
        ------
        KeyboardInterrupt
            A signal stopped the work.
        """
        began = time.monotonic()

        def say(**event: Any) -> None:
            tell({**event, "seconds": time.monotonic() - began})

        try:
            with watched() as watch, later(), uncollected(), inside or contextlib.nullcontext():
                self._answer(asked, say, watch)
        except BadInput as bad:
            say(kind="refused", text="\n".join(str(fault) for fault in bad.faults[:5]))
        except AllocatorError as error:
            say(kind="refused", text=str(error))

    def _answer(self, asked: Asked, say: Callable[..., None], watch: Watch) -> None:
        own = self.question
        with at_once():
            instance, model = choose(own.instance, own.model, asked.overrides, case=own.case, coalition=asked.coalition)
            warnings = [*instance.warnings(), *model.warnings()]
        say(kind="warnings", lines=warnings)

        def known(seen: Seen) -> None:
            if seen.plan is not None:
                self._remember(seen.plan)
            say(**seen_answer(seen, model))

        self.solver.tell = known
        plan = self.solver.solve(instance, model)
        watch.check()
        if plan.found:
            say(**whole_answer(plan))
            self._remember(plan)
        say(kind="status", status=plan.status, text=_status(plan), warnings=plan.warnings())
        self._after(plan, say, watch)
        watch.check()

    def _remember(self, plan: Plan) -> None:
        """Keep a plan for the first look at the next question."""
        found = decided(plan.rows)
        self.solver.plans = [found, *(other for other in self.solver.plans if other != found)][:REMEMBERED]

    def _after(self, plan: Plan, say: Callable[..., None], watch: Watch) -> None:
        """What follows an answer: whether another plan is as good, or why there is none."""
        if plan.status == "optimal":
            seconds = min(LONGEST, max(1.0, plan.manifest["times"]["total"]))
            sentence = by_chance(plan, seconds)
            none = f"No other plan as good was found in {seconds:.0f} s; there may be one."
            say(
                kind="chance",
                text=none if sentence is None else sentence[:1].upper() + sentence[1:].partition(";")[0] + ".",
                mark="proved" if sentence == NONE else "free",
            )
        elif plan.status == "infeasible":
            ways = first_ways(
                plan.instance, plan.model, LEAST, watch, threads=self.question.threads, seed=self.question.seed
            )
            say(kind="ways", lines=ways)


def _status(plan: Plan) -> str:
    gap = plan.manifest["options"]["gap"]
    text = f"{plan.status}: {WORDS[plan.status].format(gap=f'{100 * gap:.3g} %')}"
    late = {"time_limit": " The time limit stopped it.", "stalled": " The search stopped without a gain."}.get(
        plan.stopped_by, ""
    )
    return f"{text}.{late}{' ' + plan.reason if plan.reason else ''}"


class Work:
    """The jobs of a process, and the requests to stop the one in hand."""

    def __init__(self) -> None:
        self.jobs: queue.SimpleQueue[tuple[int, Asked]] = queue.SimpleQueue()
        self.working: int | None = None
        self.stopped: int | None = None

    def listen(self, inbound: BinaryIO, main: int) -> None:
        """Read messages until the server closes the pipe; then the process ends."""
        with contextlib.suppress(OSError):
            while (frame := receive(inbound)) is not None:
                number, asked = pickle.loads(frame)
                if asked is None:
                    self.stop(number, main)
                else:
                    self.jobs.put((number, asked))
        os._exit(0)

    def stop(self, number: int, main: int) -> None:
        """Ask the main thread to stop a job, once, if it is the one in hand or still waits."""
        if self.over(number):
            return
        self.stopped = number
        if self.working == number:
            if hasattr(signal, "pthread_kill"):
                signal.pthread_kill(main, signal.SIGINT)
            else:
                signal.raise_signal(signal.SIGINT)

    def interrupt(self, _: int, __: FrameType | None) -> None:
        """Handle SIGINT: it counts only for the job that it was meant for, and only while that can be heeded."""
        if self.working is not None and self.over(self.working):
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def inside(self, number: int) -> Iterator[None]:
        """Do a job so that it can be stopped; inside :func:`allocator.stopping.watched`, which keeps the request."""
        self.working = number
        try:
            if self.over(number):
                raise KeyboardInterrupt
            yield
        finally:
            self.working = None

    def over(self, number: int) -> bool:
        """Whether a job was stopped."""
        return self.stopped is not None and number <= self.stopped


def main() -> NoReturn:
    """Answer questions until the server closes standard input."""
    inbound, outbound = private_streams()
    work = Work()
    signal.signal(signal.SIGINT, work.interrupt)
    first = receive(inbound)
    if first is None:
        os._exit(0)
    question: Question = pickle.loads(first)
    threading.Thread(target=work.listen, args=(inbound, threading.get_ident()), daemon=True).start()
    answerer = Answerer(question)

    def tell(number: int, event: dict[str, Any]) -> None:
        try:
            send(outbound, pack((number, event)))
        except OSError:
            os._exit(0)  # the server is gone

    while True:
        number, asked = work.jobs.get()
        stopped = False
        try:
            answerer.answer(asked, partial(tell, number), work.inside(number))
        except KeyboardInterrupt:
            stopped = True
        except Exception as error:
            text = f"internal error: {type(error).__name__}: {error}; please report it"
            tell(number, {"kind": "refused", "text": text})
        tell(number, {"kind": "end", "stopped": stopped})


if __name__ == "__main__":
    main()
