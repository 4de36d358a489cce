"""The reader of a trustee's text: complete on sound text, and outspoken on damaged text."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.filing import PublishedFigure, read_trustee_filing
from tests.replay.filing.printed import DATA, FUZZ, TWO_POOLS, TWO_POOLS_READ, expected_rows, rewrapped, rows, unwrapped


@pytest.mark.parametrize(
    ("name", "deal_name", "groups"),
    [
        ("two_pools", "Example Home Loan Trust 2001-7", ("pool ii", "pool i")),
        ("total_only", "Example Savings Trust 2001-9", ()),
    ],
)
def test_every_figure_of_a_sound_filing_is_read(name: str, deal_name: str, groups: tuple[str, ...]) -> None:
    filing = read_trustee_filing((DATA / f"{name}.txt").read_text(encoding="utf-8"))
    assert rows(filing) == expected_rows(DATA / f"{name}.figures.csv")
    assert filing.problems == ()
    assert (filing.deal_name, filing.groups) == (deal_name, groups)
    assert filing.distribution_date == date(2001, 7, 20)
    assert filing.record_date == date(2001, 6, 29)


def test_a_figure_names_the_line_it_begins_on() -> None:
    lines = TWO_POOLS.split("\n")
    whole = [figure for figure in TWO_POOLS_READ.figures if figure.printed in lines[figure.source_line - 1]]
    assert len(whole) > 0.95 * len(TWO_POOLS_READ.figures)


def digit_places(figure: PublishedFigure, lines: list[str]) -> list[int]:
    """Return where the figure's digits stand in its line, or nothing where they cannot be told from others."""
    line = lines[figure.source_line - 1]
    if line.count(figure.printed) != 1 or len(figure.printed) < 3:
        return []
    start = line.index(figure.printed)
    return [start + place for place, char in enumerate(figure.printed) if char.isdigit()]


@FUZZ
@given(st.integers(0, len(TWO_POOLS_READ.figures) - 1), st.integers(0, 30), st.integers(1, 9))
def test_one_changed_digit_changes_one_figure(index: int, place: int, step: int) -> None:
    lines = TWO_POOLS.split("\n")
    figure = TWO_POOLS_READ.figures[index]
    places = digit_places(figure, lines)
    if not places:
        return
    column = places[place % len(places)]
    line = lines[figure.source_line - 1]
    digit = str((int(line[column]) + step) % 10)
    lines[figure.source_line - 1] = line[:column] + digit + line[column + 1 :]
    changed = rows(read_trustee_filing("\n".join(lines)))
    before = rows(TWO_POOLS_READ)
    assert len(changed) == len(before)
    differing = [at for at, (old, new) in enumerate(zip(before, changed, strict=True)) if old != new]
    assert differing == [index]
    assert changed[index][:4] == before[index][:4]


def test_a_cell_that_is_no_number_is_kept_and_reported() -> None:
    figure = next(f for f in TWO_POOLS_READ.figures if f.line == "Curtailments" and f.column == "pool ii")
    filing = read_trustee_filing(TWO_POOLS.replace(figure.printed, figure.printed[:-1] + "x", 1))
    changed = next(f for f in filing.figures if f.line == "Curtailments" and f.column == "pool ii")
    assert changed.printed == figure.printed[:-1] + "x"
    assert [(p.code, p.source_line, p.page) for p in filing.problems] == [
        ("not-a-number", changed.source_line, changed.page)
    ]


def damaged(seed: int, text: str) -> str:
    """Return the text with a few random injuries."""
    chance = random.Random(seed)
    lines = text.split("\n")
    for _ in range(chance.choice([1, 2, 5, 40])):
        at = chance.randrange(len(lines))
        kind = chance.randrange(8)
        column = chance.randrange(len(lines[at]) + 1)
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines[at] = lines[at][:column] + chance.choice("\x00\x0c x9.,(>-%\u2028é\t") + lines[at][column + 1 :]
        elif kind == 2:
            lines = lines[: at + 1]
        elif kind == 3:
            lines = lines[at:]
        elif kind == 4:
            lines.insert(at, chance.choice(lines))
        elif kind == 5:
            lines[at] = lines[at].removeprefix(">")
        elif kind == 6:
            lines[at] = lines[at] * 2
        else:
            lines[at] = lines[at][:column]
        lines = lines or [""]
    return "\n".join(lines)


@FUZZ
@given(st.integers(0, 10**9))
def test_damage_never_raises(seed: int) -> None:
    filing = read_trustee_filing(damaged(seed, TWO_POOLS))
    assert all(problem.message for problem in filing.problems)


@FUZZ
@given(st.integers(0, 10**9), st.integers(10, 210))
def test_damage_and_another_width_never_raise(seed: int, width: int) -> None:
    read_trustee_filing(damaged(seed, rewrapped(unwrapped(TWO_POOLS), width)))
