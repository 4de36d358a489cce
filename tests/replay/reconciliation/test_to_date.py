"""Bonds and loans differ to date by what a deal puts between them, and only such deals are held to it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import attrs
import pytest

import replay
from ledger import Ledger, Schedule
from ledger.samples.impac_cmb_2002_1.life import months
from ledger.simulation import LifePlan, post_life
from replay import Filing, PublishedFigure
from replay.reconciliation.to_date import between
from tests.deals.busy import busy_toy
from tests.deals.toy import TOY, payment_date
from tests.replay.reconciliation.printed import index_of, with_printed

EXTRA, RETURNED = Fraction(24, 100), Fraction(405018, 100)
OF_BONDS = ("to date", "Total", "unscheduled principal")


@pytest.fixture(scope="module")
def lived() -> Iterator[Ledger]:
    """The deal from its closing; tests only read it."""
    with Ledger.create("sqlite://") as ledger:
        months.post(ledger)
        yield ledger


def own(statement: replay.Statement) -> Filing:
    """Return a statement as a filing of its own figures."""
    figures = tuple(
        PublishedFigure(
            page=item.page,
            section=item.section,
            line=item.line,
            column=item.column,
            printed=item.printed,
            source_line=number,
        )
        for number, item in enumerate(statement, start=1)
    )
    return Filing(figures=figures, groups=("adjustable", "fixed"))


def gap(statement: replay.Statement) -> Fraction:
    """Return the exact difference of the two."""
    bonds = sum(item.to_date.unscheduled_principal.value for item in statement.report.classes.values())
    return bonds - statement.report.prepayments.cumulative["total"].total.value


def told(tied: replay.TieOut) -> list[str]:
    return [note for note in tied.notes if note.startswith("bond unscheduled principal to date")]


def found(tied: replay.TieOut) -> list[str]:
    return [item.difference for item in tied.findings if item.identity.startswith("cumulative bond")]


def test_of_a_deal_lived_from_closing_every_cent_is_derived(lived: Ledger) -> None:
    for month, returned in enumerate((0, 0, *(RETURNED,) * 5)):
        paid = Schedule(lived.terms(months.DEAL)).payment_dates[month]
        statement = replay.statement(lived, months.DEAL, payment_date=paid)
        apart = between(statement, lived)
        assert apart is not None
        assert (apart.built_up, apart.prefunding_returned) == (EXTRA, returned)
        assert not apart.liquidated
        assert gap(statement) == sum(apart.known.values())
        assert apart.is_whole
        assert not apart.inherited


def test_september_as_published_is_explained_by_the_life(lived: Ledger, filing: Filing) -> None:
    statement = replay.statement(lived, months.DEAL, payment_date=Schedule(lived.terms(months.DEAL)).payment_dates[6])
    tied = replay.reconcile(statement, filing, ledger=lived)
    assert not tied.breaks
    assert not found(tied)
    (note,) = told(tied)
    assert "0.24 extra principal" in note
    assert "4,050.18 pre-funding returned as principal" in note


def test_a_published_total_that_is_wrong_breaks_it(lived: Ledger, filing: Filing) -> None:
    statement = replay.statement(lived, months.DEAL, payment_date=Schedule(lived.terms(months.DEAL)).payment_dates[6])
    wrong = with_printed(filing, index_of(filing, 3, *OF_BONDS), "37995392.43")
    tied = replay.reconcile(statement, wrong, ledger=lived)
    assert found(tied) == ["100.00"]


def test_what_was_brought_forward_is_inherited_and_no_break(
    real_ledger: Ledger, real_statement: replay.Statement, filing: Filing
) -> None:
    tied = replay.reconcile(real_statement, filing, ledger=real_ledger)
    assert not found(tied)
    (note,) = told(tied)
    assert note.endswith("4,050.42 apart as brought forward, inherited and unexplained")
    assert told(replay.reconcile(real_statement, filing)), "a deal without pre-funding left needs no ledger"


def test_a_carried_in_deal_is_held_to_what_happened_since(
    real_ledger: Ledger, real_statement: replay.Statement, filing: Filing
) -> None:
    wrong = with_printed(filing, index_of(filing, 3, *OF_BONDS), "37995293.43")
    assert found(replay.reconcile(real_statement, wrong, ledger=real_ledger)) == ["1.00"]


def test_liquidations_stand_between_them_too() -> None:
    plan = LifePlan(seed=3, loans=60, months=18, name="lost")
    with Ledger.create("sqlite://") as ledger:
        post_life(ledger, plan)
        paid = Schedule(ledger.terms(plan.deal)).payment_dates[15]
        statement = replay.statement(ledger, plan.deal, payment_date=paid)
        apart = between(statement, ledger)
        tied = replay.reconcile(statement, own(statement), ledger=ledger)
    assert apart is not None
    assert apart.is_whole
    assert apart.liquidated > 0
    assert not found(tied)


def test_a_deal_that_does_not_keep_to_it_is_not_held_to_it(ledger: Ledger) -> None:
    busy_toy(ledger)
    statement = replay.statement(ledger, TOY, payment_date=payment_date(3))
    apart = between(statement, ledger)
    assert apart is not None
    assert not apart.is_whole
    assert gap(statement) != 0
    assert not found(replay.reconcile(statement, own(statement), ledger=ledger))


def test_a_filing_alone_says_nothing_of_a_deals_terms(filing: Filing) -> None:
    """Whether extra principal or pre-funding was paid is not for one deal to say of another."""
    other = attrs.evolve(filing, deal_name="Another Trust 2003-1")
    assert not [item for item in replay.check_identities(other) if "unscheduled" in item.identity]
