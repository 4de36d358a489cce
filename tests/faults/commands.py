"""Runs commands in forked children, so that killing one costs milliseconds: a shell's work without a shell's start.

Reads requests as JSON, a line each: the words of a command, the folder that it is run in, and after how many seconds to
kill it (null: never).
Answers with its exit status (negative: the signal that killed it), how long it ran, and what it printed.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import time
from typing import Any
from unittest.mock import patch

import numpy  # noqa: F401, loaded once for all
import polars  # noqa: F401, loaded once for all

import ledger.cli
import ledger.http.ledgers
import ledger.http.server
import ledger.http.service
import ledger.http.tokens
import ledger.samples.impac_cmb_2002_1.september_2002
import ledger.samples.told
import ledger.service
import ledger.simulation
import ledger.store.archive.writer
import ledger.store.database.access
import ledger.store.database.backup
import ledger.store.tailed
import ledger.tapes
import ledger.writing.entry
import replay.charts
import replay.cli
import replay.cli.working_papers
import replay.evidence.bundle
import replay.evidence.time_authority
import replay.evidence.vouched
import replay.evidence.witness
import replay.papers.html
import replay.reports.working_papers
import replay.web.programs

# What is typeset takes most of the time of a working paper, and is written into it as its texts are.
patch("replay.cli.working_papers.find_spec", return_value=None).start()

COMMANDS: dict[str, Any] = {"ledger": ledger.cli.main, "replay": replay.cli.main}


def run(words: list[str], place: str, seconds: float | None) -> dict[str, object]:
    """Run a command in a child, kill it after a time, and say what came of it."""
    reading, writing = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        os.chdir(place)
        if seconds is not None:
            signal.alarm(int(seconds) + 60)  # Where nobody is left to kill it, it ends all the same.
        os.dup2(writing, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        status = 70
        with contextlib.suppress(BaseException):
            try:
                COMMANDS[words[0]].main(words[1:], prog_name=words[0])
            except SystemExit as end:
                status = int(end.code or 0)
            sys.stdout.flush()
        os._exit(status)
    os.close(writing)
    printed, killed = b"", False
    while True:
        left = None if seconds is None or killed else max(0.0, started + seconds - time.monotonic())
        ready, _, _ = select.select([reading], [], [], left)
        if not ready:
            os.kill(child, signal.SIGKILL)
            killed = True
            continue
        found = os.read(reading, 1 << 16)
        if not found:
            break
        printed += found
    os.close(reading)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {"status": status, "seconds": time.monotonic() - started, "printed": printed.decode(errors="replace")}


def main() -> None:
    """Answer requests until there are no more."""
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(run(request["words"], request["place"], request["seconds"])), flush=True)


if __name__ == "__main__":
    main()
