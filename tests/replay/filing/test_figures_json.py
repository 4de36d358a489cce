"""Figures are read back from the JSON that a statement is written as, and from nothing else."""

from __future__ import annotations

import json

import pytest

from replay.filing.figures_json import read_figures_json

FIGURE = {"page": "2", "section": "SUMMARY", "line": "Interest", "column": "total", "printed": "1,000.00"}
WRITTEN = {"deal": "toy", "distribution_date": "2021-01-25", "record_date": "2020-12-31", "figures": [FIGURE]}


def test_figures_are_read_with_their_places_and_dates() -> None:
    filing = read_figures_json(json.dumps(WRITTEN))
    assert filing is not None
    (figure,) = filing.figures
    assert (figure.page, figure.section, figure.line, figure.column, figure.printed) == (2, *list(FIGURE.values())[1:])
    assert (filing.deal_name, str(filing.distribution_date), str(filing.record_date)) == (
        "toy",
        "2021-01-25",
        "2020-12-31",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "{}",
        '{"figures": 1}',
        '{"figures": [1]}',
        json.dumps({**WRITTEN, "figures": [{**FIGURE, "page": "two"}]}),
        json.dumps({**WRITTEN, "record_date": "yesterday"}),
        "{" + '"a":[' * 100_000,
    ],
)
def test_what_is_no_such_object_is_not_read(text: str) -> None:
    assert read_figures_json(text) is None
