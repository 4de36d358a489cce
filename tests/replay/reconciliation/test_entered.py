"""A figure agrees to the last digit that was printed."""

from __future__ import annotations

from fractions import Fraction

import pytest

from replay.reconciliation.entered import EnteredFigure


def figure(printed: str, published: str, entered: str) -> EnteredFigure:
    return EnteredFigure(
        page=2,
        section="s",
        line="A",
        column="c",
        printed=printed,
        published=Fraction(published),
        entered=Fraction(entered),
    )


@pytest.mark.parametrize(
    ("printed", "entered", "agrees"),
    [("5.00", "5.00", True), ("5.00", "5.01", False), ("5.1", "5.14", True), ("5", "6", False)],
)
def test_a_figure_agrees_to_the_digits_printed(printed: str, entered: str, agrees: bool) -> None:
    assert figure(printed, printed, entered).agrees is agrees
