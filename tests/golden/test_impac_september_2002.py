"""The measure of the product: every figure of a published statement, digit for digit, from events."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter, defaultdict

import pytest

import replay
from ledger import AsOf, Ledger, PayoffCollected
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from replay.filing import read_figures_csv
from replay.reconciliation.told_apart import told_apart

RECORD_DATE = dt.date(2002, 8, 30)
PLACE = ("page", "section", "line", "column")


def published() -> list[dict[str, str]]:
    """Return the published figures, carried as data, each under the name that the replayed statement gives it."""
    rows = list(csv.DictReader(sample.data("published.csv").splitlines()))
    figures = told_apart(read_figures_csv(sample.data("published.csv"))).figures
    return [{**row, "line": figure.line} for row, figure in zip(rows, figures, strict=True)]


def by_place(rows: list[dict[str, str]]) -> dict[tuple[str, ...], list[str]]:
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in rows:
        found[tuple(row[name] for name in PLACE)].append(row["printed"])
    return found


def test_the_published_statement_has_1290_figures() -> None:
    assert len(published()) == 1290


@pytest.mark.parametrize("page", [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 22, 23, 24])
def test_every_figure_of_the_page_is_printed_as_published(real_statement: replay.Statement, page: int) -> None:
    expected = by_place([row for row in published() if row["page"] == str(page)])
    assert expected, "no figure is published on this page"
    assert by_place([row for row in real_statement.rows() if row["page"] == str(page)]) == expected


def test_nothing_is_printed_beyond_the_published_figures(real_statement: replay.Statement) -> None:
    assert len(real_statement) == 1290


@pytest.mark.parametrize("one_of", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_every_figure_but_zeros_is_traced_to_events(
    real_ledger: Ledger, real_statement: replay.Statement, one_of: int
) -> None:
    """Texts and deal terms too: behind a text stand the events that state it, behind a term those that state terms."""
    for figure in real_statement.figures[::one_of]:
        told = figure.value if isinstance(figure.value, str) else figure.value.value
        assert not told or replay.explain(real_ledger, real_statement, figure).events, figure.path


@pytest.mark.parametrize(
    ("place", "types"),
    [
        ("18/3900002826/state", ["loan_boarded"]),
        ("18/3900002826/original term", ["loan_boarded"]),
        ("18/3900002826/type", ["payoff_collected"]),
        ("18/3900002826/prepayment date", ["payoff_collected"]),
        ("2/factors/A/cusip", ["deal_opened"]),
        ("2/current period/A/original face value", ["deal_opened"]),
    ],
)
def test_what_is_stated_is_traced_to_the_event_that_states_it(
    real_ledger: Ledger, real_statement: replay.Statement, place: str, types: list[str]
) -> None:
    (figure,) = real_statement.find(place)
    behind = [recorded.event for recorded in replay.explain(real_ledger, real_statement, figure).events]
    assert [event.name for event in behind] == types
    assert types == ["deal_opened"] or getattr(behind[0], "loan", None) == "3900002826"


def test_prepayment_shortfall_rests_on_the_forty_payoffs_alone(
    real_ledger: Ledger, real_statement: replay.Statement
) -> None:
    figures = real_statement.find("10/Current PPIS/adjustable") + real_statement.find("10/Current PPIS/fixed")
    behind = [recorded.event for f in figures for recorded in replay.explain(real_ledger, real_statement, f).events]
    assert len(behind) == 40
    assert all(isinstance(event, PayoffCollected) for event in behind)


def test_rounding_each_loan_first_would_give_other_cents(real_statement: replay.Statement) -> None:
    """45 x 16.25% x ... rounded loan by loan sums to 1,797.77; the statement's 1,797.76 is rounded once."""
    loans = [row for row in sample.payoffs() if row["group"] == "fixed"]
    from decimal import ROUND_HALF_UP, Decimal

    each = sum(
        (Decimal(r["amount"]) * Decimal(r["note_rate"]) * (31 - int(r["date"][8:])) / 360).quantize(
            Decimal("0.01"), ROUND_HALF_UP
        )
        for r in loans
    )
    assert str(each) == "1797.77"
    assert real_statement.find("10/Current PPIS/fixed")[0].printed == "1,797.76"


def test_computed_and_recorded_bond_payments_differ_only_by_fractions_of_a_cent(
    real_statement: replay.Statement,
) -> None:
    classes = real_statement.report.classes
    for name in ("A", "B"):
        assert classes[name].recorded.interest == classes[name].result.interest_paid
        difference = classes[name].recorded.principal - classes[name].result.all_principal
        assert 0 < abs(difference.value) < 1
        assert abs(difference.value) * 100 < 1
    residual = classes["Cert"]
    assert str(residual.recorded.interest.decimal) == "1283193.10"
    assert str(residual.result.residual_paid.decimal).startswith("1283193.1056")


def test_the_accounts_are_empty_after_the_distribution(real_ledger: Ledger) -> None:
    books = real_ledger.books(sample.DEAL, AsOf(record_date=sample.PAID))
    assert books.balance("collection_account") == 0
    assert books.balance("distribution_account") == 0
    before = real_ledger.books(sample.DEAL, AsOf(record_date=RECORD_DATE))
    assert str(before.balance("collection_account").decimal) == "8764931.08"


def test_origins_are_labelled(real_statement: replay.Statement) -> None:
    origins = Counter(figure.origin.value for figure in real_statement)
    assert set(origins) == {"derived", "reported", "brought forward", "deal term"}
    assert real_statement.find("8/Principal Balance: Prior/total")[0].origin.value == "brought forward"
    assert real_statement.find("2/current period/A/prior principal balance")[0].origin.value == "brought forward"
    assert real_statement.find("23/Current Periods LIBOR Rate/total")[0].origin.value == "reported"
    assert real_statement.find("18/1100342000/prepayment amount")[0].origin.value == "reported"
    assert real_statement.find("2/current period/A/interest")[0].origin.value == "derived"
    assert real_statement.find("2/factors/A/cusip")[0].origin.value == "deal term"


def test_what_was_known_before_the_payment_stays_known(real_ledger: Ledger) -> None:
    """The statement as known at the closing shows the same figures and no recorded payment."""
    closed = next(item for item in real_ledger.events(sample.DEAL, types=["period_closed"]))
    then = replay.statement(real_ledger, sample.DEAL, RECORD_DATE, known_through=closed.sequence)
    now = replay.statement(real_ledger, sample.DEAL, RECORD_DATE)
    assert [figure.printed for figure in then] == [figure.printed for figure in now]
    assert then.report.digest == now.report.digest == getattr(closed.event, "report_digest", None)
    assert not then.report.classes["A"].recorded.anything
    assert now.report.classes["A"].recorded.anything


def test_earlier_distributions_are_not_invented(real_ledger: Ledger) -> None:
    """August was paid before the deal entered the ledger; its statement has no index rate to stand on."""
    from ledger import NoDistribution, ReplayGap

    with pytest.raises(ReplayGap, match="LIBOR-1M"):
        replay.statement(real_ledger, sample.DEAL, dt.date(2002, 7, 31))
    with pytest.raises(NoDistribution, match="2002-02-28"):
        replay.statement(real_ledger, sample.DEAL, dt.date(2002, 2, 27))
