"""Reads the text of a neutral statement: tables under ruled headings, page after page.

Every name comes from the text. The reader never raises: what it does not understand comes back as a `ReadProblem`. What
follows the last page is kept as it is: what was recorded as paid.
"""

from __future__ import annotations

import re
from itertools import pairwise

from attrs import evolve

from replay.filing.model import Filing, Gathered, PublishedFigure
from replay.filing.text.about import without_about
from replay.filing.text.dates import parse_date
from replay.filing.text.numbers import is_number
from replay.filing.text.raw import physical_lines

_HEADING = re.compile(r"Statement to holders, distribution of (.{6,40})")
_RECORD = re.compile(r"Record date: (.{6,40})")
_FOOTER = re.compile(r"Page ([0-9]{1,4}) of ([0-9]{1,4})")
_RULES = re.compile(r"-+(?:  -+)*")

Numbered = tuple[int, str]


def is_neutral(text: str) -> bool:
    """Say whether a text is a neutral statement: one of its first lines is the heading of one."""
    begun = without_about(text[:8000]).lstrip("\n")[:4000]
    return any(_HEADING.fullmatch(line.strip()) for line in physical_lines(begun)[:6])


def read_neutral(text: str) -> Filing:
    """Return every figure that a neutral statement prints, and every problem met while reading it."""
    out = Gathered()
    lines = [(number, line.rstrip()) for number, line in enumerate(physical_lines(without_about(text)), 1)]
    pages, rest = _pages(lines, out)
    names, paid, recorded = _heads(pages, out)
    for number, held in pages:
        for block in _blocks(held):
            _read_block(number, block, out)
    filing = Filing(
        deal_name=names[0][1] if names else "",
        deal_name_line=names[0][0] if names else 0,
        distribution_date=None if not paid else parse_date(paid[0][1]),
        distribution_date_line=paid[0][0] if paid else 0,
        record_date=None if not recorded else parse_date(recorded[0][1]),
        record_date_line=recorded[0][0] if recorded else 0,
        figures=tuple(out.figures),
        beside=tuple((number, " ".join(line.split())) for number, line in rest if line.strip()),
    )
    if not names or filing.distribution_date is None:
        out.problem(0, None, "heading-missing", "no page names the deal and its distribution")
    return evolve(filing, problems=out.sorted_problems())


def _pages(lines: list[Numbered], out: Gathered) -> tuple[list[tuple[int, list[Numbered]]], list[Numbered]]:
    """Part the lines at the footers, which stand behind a blank line and above no heading: there a deal's name stands.

    What follows the last is no page.
    """
    pages: list[tuple[int, list[Numbered]]] = []
    held: list[Numbered] = []
    last = 0
    for place, (number, line) in enumerate(lines):
        below = lines[place + 1][1] if place + 1 < len(lines) else ""
        footer = None if _HEADING.fullmatch(below) else _FOOTER.fullmatch(line)
        if footer is not None and held and not held[-1][1]:
            pages.append((int(footer[1]), held))
            held, last = [], int(footer[2])
        else:
            held.append((number, line))
    found = [number for number, _ in pages]
    if found != list(range(1, last + 1)):
        message = (
            f"the pages are numbered {', '.join(map(str, found[:40]))} of {last}; pages are missing or stand twice"
        )
        out.problem(0, None, "page-missing", message)
    return pages, held


def _heads(
    pages: list[tuple[int, list[Numbered]]], out: Gathered
) -> tuple[list[Numbered], list[Numbered], list[Numbered]]:
    """Return what the pages give as the deal's name and dates; a page that gives others is a problem."""
    names: list[Numbered] = []
    paid: list[Numbered] = []
    recorded: list[Numbered] = []
    for page, lines in pages:
        first = [(number, line) for number, line in lines if line][:3]
        if len(first) < 3 or not (_HEADING.fullmatch(first[1][1]) and _RECORD.fullmatch(first[2][1])):
            out.problem(lines[0][0] if lines else 0, page, "heading-missing", f"page {page} has no heading of its own")
            continue
        heads = (names, first[0][1]), (paid, first[1][1].partition(" of ")[2]), (recorded, first[2][1][13:])
        for place, (held, text) in enumerate(heads):
            if held and text != held[0][1]:
                message = f"page {page} says {text[:80]!r}, the first page {held[0][1][:80]!r}"
                out.problem(first[place][0], page, "heading-differs", message)
            held.append((first[place][0], text))
    return names, paid, recorded


def _blocks(lines: list[Numbered]) -> list[list[Numbered]]:
    blocks: list[list[Numbered]] = [[]]
    for number, line in lines:
        if line:
            blocks[-1].append((number, line))
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _read_block(page: int, block: list[Numbered], out: Gathered) -> None:
    """Read a table; a block without rules is a heading or a note, and holds no figures."""
    at = next((place for place, (_, line) in enumerate(block) if place > 1 and _RULES.fullmatch(line)), None)
    if at is None:
        for number, line in block:
            if any(is_number(piece) for piece in re.split(r" {2,}", line)[1:]):
                out.problem(number, page, "line-not-understood", f"outside any table: {line[:80]!r}")
        return
    spans = [match.span() for match in re.finditer("-+", block[at][1])]
    names = [" ".join(" ".join(line[a:b] for _, line in block[1:at]).split()) for a, b in spans]
    section, rows = block[0][1], list[tuple[int, list[str]]]()
    for number, line in block[at + 1 :]:
        cells = [line[a:b].strip() for a, b in spans]
        if line[spans[-1][1] :].strip() or any(line[b:a].strip() for (_, b), (a, _) in pairwise(spans)):
            out.problem(number, page, "line-not-understood", f"{section}: not in its columns: {line[:80]!r}")
        elif line[:1] == " " and rows:
            rows[-1] = (rows[-1][0], [f"{old} {new}".strip() for old, new in zip(rows[-1][1], cells, strict=True)])
        else:
            rows.append((number, cells))
    for number, (label, *cells) in rows:
        for column, printed in zip(names[1:], cells, strict=True):
            if printed:
                out.figures.append(
                    PublishedFigure(
                        page=page, section=section, line=label, column=column, printed=printed, source_line=number
                    )
                )


__all__ = ["is_neutral", "read_neutral"]
