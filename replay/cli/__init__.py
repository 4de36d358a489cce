"""The ``replay`` command: what an auditor asks, from a shell. It only reads.

Results go to standard output, messages to standard error. Exit status: 0 done (and, for ``reconcile``, everything
agrees), 1 figures do not agree, 2 the command, a file or the database could not be used.

A command parses, asks, hands the answer to :mod:`replay.reports`, and sets the status. What it needs for that it
imports when it runs, so that ``--help`` waits for nothing.
"""

from __future__ import annotations

from replay.cli import (
    account_books,
    asking,
    charts,
    entry,
    evidence,
    heads,
    loans,
    portfolio,
    rebuilding,
    reconcile,
    restatement,
    serving,
    working_papers,
)
from replay.cli.base import main

__all__ = [
    "account_books",
    "asking",
    "charts",
    "entry",
    "evidence",
    "heads",
    "loans",
    "main",
    "portfolio",
    "rebuilding",
    "reconcile",
    "restatement",
    "serving",
    "working_papers",
]
