from __future__ import annotations

import json

import pytest

from ledger.http.asking import Problem
from ledger.reports import Column, Provenance, Report, Table
from replay.web.answer import Sent, Shown, as_sent, page
from replay.web.markup import Html, paragraph

REPORT = Report(title="R", parts=(Table(name="t", columns=(Column("a"),), rows=(("1",),)),))


def test_a_page_escapes_its_title_and_crumbs() -> None:
    made = page(Shown(title="<script>", body=paragraph("x"), crumbs=(("<b>", "/deals/%3Cb%3E"),)))
    assert "<script" not in made
    assert "<b>" not in made
    assert 'lang="en"' in made


def test_the_formats_are_written_of_the_report() -> None:
    shown = Shown(title="R", body=paragraph("x"), report=REPORT)
    assert as_sent(shown, "csv").content == b"a\n1\n"
    assert b'"a": "1"' in as_sent(shown, "json").content
    assert as_sent(shown, "html").kind.startswith("text/html")


def test_what_is_not_there_in_a_format_is_said() -> None:
    for form in ("json", "pdf"):
        with pytest.raises(Problem) as found:
            as_sent(Shown(title="R", body=paragraph("x")), form)
        assert found.value.status == 406


def test_bytes_stay_as_they_are() -> None:
    sent = Sent(content=b"x", kind="text/plain")
    assert as_sent(sent, "json") is sent


def test_json_lines_without_a_row_say_of_what_there_is_none() -> None:
    listed = Table(name="findings", columns=(Column("code"),), rows=())
    held = Report(title="x", provenance=Provenance(deal="toy", known_through=7), parts=(listed,))
    sent = as_sent(Shown(title="x", body=Html(""), report=held), "jsonl")
    assert json.loads(sent.content)["about"] == {"version": 1, "deal": "toy", "known_through": 7}
