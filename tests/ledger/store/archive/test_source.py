"""An archive answers what the ledger answers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ledger import AsOf, InvalidArgument, Ledger, UnknownDeal
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from ledger.store.archive import source as archive_source
from ledger.store.archive.source import ArchiveSource
from ledger.store.archive.writer import seal
from ledger.store.tailed import ArchiveStore, TailedSource
from ledger.values.selector import Selector
from tests.deals.toy import TOY, payment_date, toy_deal
from tests.ledger.store.comparison import assert_equal

CALIBRATED = f"{DEAL}-calibrated"


@pytest.mark.parametrize("deal", [DEAL, CALIBRATED, TOY])
def test_every_question_has_the_same_answer(everything: Ledger, archive: Path, deal: str) -> None:
    with everything._store.reading() as sql:
        assert_equal(sql, ArchiveSource(str(archive)), deal)


def test_what_was_voided_long_before_is_found_too(
    everything: Ledger, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reversals of February void events of January."""
    monkeypatch.setattr(archive_source, "_LATELY", 1)
    with everything._store.reading() as sql:
        assert_equal(sql, ArchiveSource(str(archive)), TOY)


@pytest.mark.parametrize("deal", [DEAL, CALIBRATED])
def test_a_report_has_the_same_digest(everything: Ledger, archive: Path, deal: str) -> None:
    archived = Ledger(ArchiveStore(str(archive)))
    head = everything.head(deal).sequence
    for known in (None, head - 1):
        as_of = AsOf(record_date=dt.date(2002, 8, 30), known_through=known)
        assert archived.report(deal, as_of).digest == everything.report(deal, as_of).digest
        assert archived.books(deal, as_of) == everything.books(deal, as_of)
        assert archived.advances(deal, as_of) == everything.advances(deal, as_of)


def test_reports_of_a_deal_with_reversals_have_the_same_digests(everything: Ledger, archive: Path) -> None:
    archived = Ledger(ArchiveStore(str(archive)))
    head = everything.head(TOY).sequence
    for date in (payment_date(1), payment_date(2), payment_date(3)):
        for known in (None, head - 3):
            there = archived.distribution(TOY, date, known_through=known)
            assert there.digest == everything.distribution(TOY, date, known_through=known).digest


def test_the_archive_holds_the_deals_in_their_order_under_their_keys(everything: Ledger, archive: Path) -> None:
    source = ArchiveSource(str(archive))
    assert source.deals() == everything.deals() == [DEAL, CALIBRATED, TOY]
    assert [source.deal_key(deal) for deal in source.deals()] == [1, 2, 3]
    assert ArchiveSource(str(archive), [TOY]).deals() == [TOY]
    for wanted in (["other"], [TOY, "other"]):
        with pytest.raises(UnknownDeal, match="other"):
            ArchiveSource(str(archive), wanted)
    with pytest.raises(UnknownDeal, match="toy"):
        source.deal_key("other")


@pytest.mark.parametrize("wanted", [Selector(loan="1"), Selector(event_ids=("a",))])
def test_totals_of_a_loan_or_of_single_events_are_refused(everything: Ledger, archive: Path, wanted: Selector) -> None:
    source = ArchiveSource(str(archive))
    with everything._store.reading() as sql:
        for held in (sql, source, TailedSource(source, sql)):
            for ask in (held.totals, held.dated_totals):
                with pytest.raises(InvalidArgument, match="not_summed"):
                    ask(3, wanted, known_through=5)


def test_archives_of_several_ledgers_share_a_directory(tmp_path: Path) -> None:
    for deal in ("one", "another"):
        with Ledger.create("sqlite://") as ledger:
            toy_deal(ledger, deal)
            with ledger._store.reading() as sql:
                seal(sql, str(tmp_path), deal=deal)
    source = ArchiveSource(str(tmp_path))
    assert sorted(source.deals()) == ["another", "one"]
    assert sorted(source.deal_key(deal) for deal in source.deals()) == [1, 2]
    assert all(row.deal_key == 2 for row in source.rows(2))
