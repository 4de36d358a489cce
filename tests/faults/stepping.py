"""Killing what writes files between any two of its steps: what random moments hardly ever hit is hit each time."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from typing import Any
from unittest.mock import patch

STEPS = ("open", "fsync", "link", "unlink", "rename", "replace", "mkdir", "rmdir", "ftruncate", "write")
"""The calls of the system between which it is killed."""


PATIENCE = 20
"""Seconds after which a child is given up: a lock that another thread held when it was forked is never let go."""

TRIES = 3


def killed_at(step: int, writing: Callable[[], object]) -> int:
    """Do it in a child that is killed before its ``step``-th call of the system; return how the child ended."""
    child = os.fork()
    if not child:
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(PATIENCE)
            _step_by_step(step, writing)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at_every_step(writing: Callable[[], object], begun: Callable[[], None], after: Callable[[], None]) -> int:
    """Kill it before each of its steps, one after the other, each time ``begun`` anew; return how many there are."""
    for step in count():
        for _ in range(TRIES):
            begun()
            status = killed_at(step, writing)
            if status != -signal.SIGALRM:
                break
        assert status in (0, -signal.SIGKILL), "it failed before it was killed"
        if not status:
            return step
        after()
    raise AssertionError


def _step_by_step(step: int, writing: Callable[[], object]) -> None:
    left = count(step, -1)

    def stepping(call: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **more: Any) -> Any:
            if not next(left):
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **more)

        return stepped

    with ExitStack() as patched:
        for name in STEPS:
            patched.enter_context(patch.object(os, name, stepping(getattr(os, name))))
        writing()
        os._exit(0)


__all__ = ["killed_at", "killed_at_every_step"]
