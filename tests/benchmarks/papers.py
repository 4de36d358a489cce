"""What a statement's papers cost the processor: each format of the real month, from its command's start to its end.

``python -m tests.benchmarks.papers`` (``make bench-papers``) runs every command in a process of its own and counts the
seconds of the processor, which other work on the machine changes least. Beside them stand a loop of ten million turns,
by which machines can be compared, and the typesetter alone on the same document.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from ledger import Ledger
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, post_september_2002

RECORD_DATE = date(2002, 8, 30)
ROUNDS = 5
LIMIT = 2.0
"""Seconds that a PDF may take on a machine that is :data:`ORDINARY` at the loop."""

ORDINARY = 0.5
"""Seconds of the loop on an ordinary machine of 2026."""

LOOP = "for turn in range(10_000_000): pass"
TYPESET = """
import datetime as dt, pathlib, sys, typst
layout, paper = (pathlib.Path(name).read_bytes() for name in sys.argv[1:3])
typst.compile(layout, format="pdf", ignore_system_fonts=True, sys_inputs={"paper": paper.decode()},
              pdf_standards="a-2a", timestamp=dt.datetime(2002, 9, 25, tzinfo=dt.UTC))
"""


def seconds_of(command: Sequence[str | Path]) -> float:
    """Return the least seconds of the processor that a command took, of :data:`ROUNDS` times."""
    return min(_once(command) for _ in range(ROUNDS))


def _once(command: Sequence[str | Path]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def document(folder: Path, ledger: Ledger) -> tuple[Path, Path]:
    """Write what the typesetter is given of the real month's statement: the layout and the paper as data."""
    import replay
    from replay.charts import charts_of
    from replay.papers.paper import Paper
    from replay.papers.pdf import laid_out
    from replay.papers.pdf_layout import LAYOUT
    from replay.reports.statements import statement_report

    found = replay.statement(ledger, DEAL, RECORD_DATE)
    report = statement_report(found, figures=False)
    paper = Paper(statement=found, report=report, charts=charts_of(ledger, found.report))
    layout, data = folder / "layout.typ", folder / "paper.json"
    layout.write_text(LAYOUT, encoding="utf-8")
    data.write_text(json.dumps(laid_out(paper), ensure_ascii=False), encoding="utf-8")
    return layout, data


def measured(folder: Path) -> dict[str, float]:
    """Return the seconds by what took them."""
    database = folder / "real.db"
    with Ledger.create(database) as ledger:
        post_september_2002(ledger)
        layout, data = document(folder, ledger)
    python = sys.executable
    statement: list[str | Path] = [
        python,
        "-m",
        "replay",
        "statement",
        database,
        DEAL,
        "--record-date",
        str(RECORD_DATE),
        "--quiet",
    ]
    times = {
        "loop of ten million": seconds_of([python, "-c", LOOP]),
        "replay --help": seconds_of([python, "-m", "replay", "--help"]),
        "typesetter alone": seconds_of([python, "-c", TYPESET, layout, data]),
    }
    for form in ("text", "csv", "html", "pdf", "xlsx"):
        times[form] = seconds_of([*statement, "--format", form, "--out", folder / f"statement.{form}"])
    return times


def told(times: dict[str, float], say: Callable[[str], object] = print) -> bool:
    """Say what was measured, and whether a PDF is made in its time."""
    loop, text, alone = times["loop of ten million"], times["text"], times["typesetter alone"]
    say(f"{'':22} {'seconds':>8} {'ordinary':>9} {'of text':>8} {'of typesetter':>14}")
    for name, taken in times.items():
        say(f"{name:22} {taken:8.2f} {taken * ORDINARY / loop:9.2f} {taken / text:8.2f} {taken / alone:14.2f}")
    ordinary = times["pdf"] * ORDINARY / loop
    say(f"A PDF takes {ordinary:.2f} s of the processor where the loop takes {ORDINARY} s; it may take {LIMIT}.")
    return ordinary < LIMIT


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        sys.exit(not told(measured(Path(made))))
