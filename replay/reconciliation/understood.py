"""What a reader of a published statement stumbles over, though it stands so in the replayed statement too.

A row without figures is no loss where ours has none either, and a text in place of a number is none where ours is that
text. What was recorded as paid, below the last page of a statement that this program wrote, is compared line by line.
"""

from __future__ import annotations

import re
from collections import Counter

import attrs

from replay.filing import Filing, ReadProblem, parse_printed, read_trustee_filing
from replay.statements.recorded import recorded_rows
from replay.statements.statement import Statement
from replay.statements.text import render_text

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")

_BLANK = frozenset(
    {"row-without-figures", "row-missing", "cell-missing", "section-missing", "class-missing", "loan-count-differs"}
)
"""Codes of problems that say that something is not there: loans new in REO are counted, and not listed."""


def understood(statement: Statement, filing: Filing) -> Filing:
    """Return a filing without the problems that the replayed statement, read alike, has as well."""
    problems: list[ReadProblem] = [*filing.problems, *_unlike_recorded(statement, filing)]
    if any(item.code in _BLANK for item in problems):
        own = read_trustee_filing(render_text(statement)).problems
        blank = Counter((item.page, item.code, item.message) for item in own if item.code in _BLANK)
        problems = [item for item in problems if not _taken(blank, item)]
    # Flags print as words too, though they are numbers.
    texts = {
        (item.page, item.section, item.line, item.column, item.printed)
        for item in statement.figures
        if parse_printed(item.printed) is None
    }
    alike = {
        item.source_line
        for item in filing.figures
        if (item.page, item.section, item.line, item.column, item.printed) in texts
    }
    problems = [item for item in problems if item.code != "not-a-number" or item.source_line not in alike]
    return attrs.evolve(filing, problems=tuple(problems))


def _taken(blank: Counter[tuple[int | None, str, str]], item: ReadProblem) -> bool:
    key = (item.page, item.code, item.message)
    found = blank[key] > 0
    blank[key] -= found
    return found


def _plain(line: str) -> str:
    """Return a line with one blank between its words, and no sign between the thousands of its numbers."""
    return _THOUSANDS.sub("", " ".join(line.split()))


def _unlike_recorded(statement: Statement, filing: Filing) -> list[ReadProblem]:
    """Name the rows of recorded payments below the last page that are not ours."""
    if not filing.beside:
        return []
    names = ("class", "of", "computed", "recorded", "difference")
    ours = Counter(_plain(" ".join(row[name] for name in names)) for row in recorded_rows(statement))
    found: list[ReadProblem] = []
    for number, line in filing.beside:
        if ours[_plain(line)] > 0:
            ours[_plain(line)] -= 1
        elif len(line.split()) >= 5 and line.split()[-4] in ("interest", "principal", "paid"):
            message = f"recorded payments: {line[:80]!r} is not what is recorded"
            found.append(ReadProblem(source_line=number, code="recorded-differs", message=message))
    return found


__all__ = ["understood"]
