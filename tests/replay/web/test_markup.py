from __future__ import annotations

from ledger.reports import Column, ColumnKind, Prose, Report, Table
from replay.web.markup import MOST_ROWS, links_of, prose, report_body, safe, tabled, used


def test_a_text_is_never_markup_and_hides_nothing() -> None:
    assert safe("<b>\"'&") == "&lt;b&gt;&quot;&#x27;&amp;"
    assert safe("a\u202eb\x1b\x00") == "a\\u202eb\\x1b\\x00"


def test_cells_lead_where_their_columns_say() -> None:
    columns = (
        Column("sequence", kind=ColumnKind.COUNT),
        Column("loan"),
        Column("figure"),
        Column("events", kind=ColumnKind.LIST),
    )
    shown = Table(name="t", columns=columns, rows=((5, "a/b", "3/x/y", ("e1", "e/2")),))
    made = tabled(shown, links_of("d", 9, "2002-09-25"))
    assert 'href="/deals/d/events/5"' in made
    assert 'href="/deals/d/loans/a%2Fb"' in made
    assert 'href="/deals/d/figures/2002-09-25?figure=3%2Fx%2Fy&amp;known_through=9"' in made
    assert 'href="/deals/d/events?event_id=e%2F2"' in made


def test_a_long_table_is_cut_and_says_so() -> None:
    shown = Table(name="t", columns=(Column("n"),), rows=tuple((n,) for n in range(MOST_ROWS + 5)))
    made = tabled(shown)
    assert made.count("<tr>") == MOST_ROWS + 1
    assert f"of {MOST_ROWS + 5:,} rows" in made


def test_a_date_stands_on_one_line_even_as_a_text() -> None:
    made = tabled(Table(name="t", columns=(Column("date"),), rows=(("2002-09-01",), ("2002-09-01 or so",))))
    assert made.count('<td class="d"') == 1


def test_columns_in_which_nothing_stands_can_be_left_out() -> None:
    shown = Table(name="t", columns=(Column("a"), Column("b")), rows=(("x", ""), ("y", None)))
    assert used(shown, ("a", "b")) == ("a",)


def test_a_report_shows_its_prose_and_what_is_asked_for_besides() -> None:
    hidden = Table(name="breaks", columns=(Column("line"), Column("ours")), rows=(("<i>", "1"),), shown=())
    report = Report(title="t", summary=("above",), parts=(Prose(lines=("a", "  b"), heading="H"), hidden))
    assert "&lt;i&gt;" not in report_body(report, {})
    assert "&lt;i&gt;" in report_body(report, {}, also={"breaks": ("line",)})
    assert "a\n  b" in prose(Prose(lines=("a", "  b")))
