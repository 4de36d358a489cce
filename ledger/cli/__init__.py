"""The ``ledger`` command: what a servicer does from a shell.

Results go to standard output, messages to standard error. Exit status: 0 done, 1 refused (violations were printed and
nothing was written), 2 the command, its input or the database could not be used.

A command parses, asks the ledger, hands what it is told to a report's writer, and sets the status. What it needs for
that it imports when it runs, so that ``--help`` waits for nothing.
"""

from __future__ import annotations

from ledger.cli import (
    closing,
    deals,
    entering,
    keeping,
    mending,
    monthly,
    people,
    posting,
    remitting,
    serving,
    tape,
    terms,
    trying,
)
from ledger.cli.base import main

__all__ = [
    "closing",
    "deals",
    "entering",
    "keeping",
    "main",
    "mending",
    "monthly",
    "people",
    "posting",
    "remitting",
    "serving",
    "tape",
    "terms",
    "trying",
]
