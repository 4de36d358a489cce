"""Results say in a line what they are, and show a notebook their first rows as text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import AsOf, Head, Ledger, Receipt, Refusal, Violation
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from ledger.values.glance import CELL, GLANCED_ROWS, LINE, Glanced
from ledger.visible import visible
from tests.deals.toy import LOANS, TOY, payment_date, toy_month
from tests.draws import draws

DAY = payment_date(1)


class Hostile(Glanced):
    """A result of more rows than are shown, with a name that would run."""

    def __repr__(self) -> str:
        return "<Hostile <script>>"

    def glance(self) -> Iterator[dict[str, object]]:
        for number in range(GLANCED_ROWS + 1):
            yield {"<b>": "<img>\x1b[0m", "number": number, "none": None}
        pytest.fail("more rows are made than are shown")


def test_names_are_text_and_few_rows_are_made() -> None:
    shown = Hostile()._repr_html_()
    assert "<script>" not in shown
    assert "<img>" not in shown
    assert "\x1b" not in shown
    assert shown.count("<tr>") == GLANCED_ROWS + 1
    assert "<td></td>" in shown
    assert shown.endswith("<p>and more rows</p>")


def test_every_result_of_a_ledger_is_short_and_shows_its_rows(toy: Ledger) -> None:
    toy_month(toy, 1, pay=False)
    as_of = AsOf(record_date=DAY)
    results: dict[str, Glanced] = {
        "LoanBook": toy.loans_paid(TOY, DAY),
        "LoanCard": toy.loan_card(TOY, "one-1", DAY),
        "Advances": toy.advances(TOY, as_of),
        "Books": toy.books(TOY, as_of),
        "DistributionReport": toy.distribution(TOY, DAY),
        "Readiness": toy.readiness(TOY, DAY),
    }
    for name, result in results.items():
        assert repr(result).startswith(f"<{name} {TOY} ")
        assert f"known through {toy.head(TOY).sequence}" in repr(result)
        assert len(repr(result)) < 100
        assert "<table>" in result._repr_html_()
    assert all(loan in results["LoanBook"]._repr_html_() for loan in LOANS)
    assert "800000.00" in results["DistributionReport"]._repr_html_()


def test_the_real_month_is_shown_with_its_thirds_of_cents(real_ledger: Ledger) -> None:
    report = real_ledger.distribution(DEAL, dt.date(2002, 9, 25))
    assert "<td>Cert</td>" in report._repr_html_()


@given(st.text(), st.text(), st.integers(0, 500))
@settings(max_examples=draws(20))
def test_a_result_of_fields_is_one_short_line_and_rows_of_text(deal: str, event_id: str, count: int) -> None:
    receipt = Receipt(
        deal=deal,
        event_ids=(event_id,) * count,
        first_sequence=1,
        sequence=count,
        head_hash="ab" * 32,
        recorded_at=None,
    )
    assert repr(receipt).startswith("<Receipt ")
    assert len(repr(receipt)) <= LINE
    assert visible(repr(receipt)) == repr(receipt)
    told = receipt._repr_html_()
    assert told.count("<tr>") == len(list(receipt.glance())) + 1
    assert (f"<td>({count})</td>" in told) == bool(count)
    assert "recorded_at</td><td></td>" in told
    assert all(len(str(row["value"])) <= CELL for row in receipt.glance())


def test_a_result_may_show_what_a_field_of_it_holds() -> None:
    refusal = Refusal(deal="toy", violations=(Violation("<b>", "amount", "not_money", "It is none."),))
    assert [row["event_id"] for row in refusal.glance()] == ["<b>"]
    assert "<td>&lt;b&gt;</td>" in refusal._repr_html_()
    assert repr(refusal) == "<Refusal deal toy, violations (1), accepted False>"


def test_a_head_is_told_as_it_is_printed() -> None:
    head = Head(3, bytes(32))
    assert repr(head) == f"<Head {head}>"
    assert str(head) in head._repr_html_()
