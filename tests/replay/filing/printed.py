"""Two made-up filings as a trustee prints them, and ways to wrap them anew."""

from __future__ import annotations

import csv
from pathlib import Path

from hypothesis import HealthCheck, settings

from replay.filing import ClassTable, Filing, read_trustee_filing
from tests.draws import draws

DATA = Path(__file__).resolve().parents[2] / "data" / "filing"
FUZZ = settings(max_examples=draws(20), deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
TWO_POOLS = (DATA / "two_pools.txt").read_text(encoding="utf-8")
TWO_POOLS_READ = read_trustee_filing(TWO_POOLS)
Row = tuple[int, str, str, str, str]


def rows(filing: Filing) -> list[Row]:
    """Return a filing's figures as the rows of a figures CSV."""
    return [(f.page, f.section, f.line, f.column, f.printed) for f in filing.figures]


def expected_rows(path: Path) -> list[Row]:
    """Return the rows of a figures CSV, read without the code under test."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (int(row["page"]), row["section"], row["line"], row["column"], row["printed"])
            for row in csv.DictReader(file)
        ]


def codes(read: Filing | ClassTable) -> set[str]:
    """Return the codes of the problems met."""
    return {problem.code for problem in read.problems}


def unwrapped(text: str, width: int = 77) -> list[str]:
    """Undo the wraps of a text that was cut exactly at `width`."""
    lines: list[str] = []
    pieces = 0
    for line in text.split("\n"):
        if line.startswith(">"):
            pieces += 1
            lines[-1] = lines[-1].ljust(width * pieces) + line[1:]
        else:
            pieces = 0
            lines.append(line)
    return lines


def rewrapped(lines: list[str], width: int) -> str:
    """Cut lines at `width`, mark the continuations and drop trailing blanks."""
    wrapped: list[str] = []
    for line in lines:
        pieces = [line[start : start + width].rstrip() for start in range(0, len(line), width)] or [""]
        wrapped += [pieces[0], *(f">{piece}" for piece in pieces[1:])]
    return "\n".join(wrapped)


CLASS_TABLE = """URL: https://statements.example/7
EXAMPLE SERIES 9 RECORD DATE OCTOBER 31 2002 DISTRIBUTION DATE NOVEMBER 20 2002
Class|CUSIP|Descr|Rate
A|11111AAA1|SEN|1.50000%
B|11111AAB9|SUB|2.50000%
CLASS|Beginning Balance|Interest|Current Realized Loss|Ending|Total Distribution|Cumulative Losses
A|1,000.00|1.25|0.00|900.00|101.25|0.00
B|500.00|1.04|0.00|500.00|1,04 [printed so]|0.00
Totals|1,500.00|2.29|0.00
A closing remark, with a comma.
"""

TITLE_LINES = [n for n, line in enumerate(TWO_POOLS.split("\n"), start=1) if "Example Home Loan Trust" in line]
