"""An archive answers what the ledger answers, with or without the ledger's tail behind it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ledger import AsOf, IntegrityFault, Ledger, StoreError, UnknownDeal
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from ledger.store.archive import source as archive_source
from ledger.store.archive.source import ArchiveSource
from ledger.store.archive.writer import seal
from ledger.store.database.event_store import EventStore
from ledger.store.tailed import ArchiveStore, TailedSource
from tests.deals.busy import STAGES, busy_toy
from tests.deals.toy import TOY, payment_date, toy_deal, toy_month
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


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_an_archive_with_its_tail_answers_as_the_ledger(tmp_path: Path, stages: int) -> None:
    with Ledger.create("sqlite://") as ledger:
        toy_deal(ledger, "unarchived")
        for stage in STAGES[:stages]:
            stage(ledger)
        with ledger._store.reading() as sql:
            seal(sql, str(tmp_path), deal=TOY, chunk=40)
        for stage in STAGES[stages:]:
            stage(ledger)
        with ledger._store.reading() as sql:
            tailed = TailedSource(ArchiveSource(str(tmp_path)), sql)
            assert tailed.deals() == ["unarchived", TOY]
            assert_equal(sql, tailed, TOY)
            assert_equal(sql, tailed, "unarchived")


def test_a_deal_that_only_the_archive_holds_is_read_there(archive: Path, ledger: Ledger) -> None:
    toy_deal(ledger, "unarchived")
    with ledger._store.reading() as sql:
        tailed = TailedSource(ArchiveSource(str(archive)), sql)
        assert tailed.deals() == ["unarchived", DEAL, CALIBRATED, TOY]
        assert tailed.head(tailed.deal_key(DEAL)).sequence == 167
        assert len(list(tailed.rows(tailed.deal_key(DEAL)))) == 167


def test_the_tail_of_another_log_is_refused(archive: Path, ledger: Ledger) -> None:
    busy_toy(ledger)
    with ledger._store.reading() as sql, pytest.raises(IntegrityFault, match="they are not of one log"):
        TailedSource(ArchiveSource(str(archive)), sql)


def test_a_tail_that_ends_before_the_archive_is_refused(archive: Path, ledger: Ledger) -> None:
    toy_deal(ledger)
    with ledger._store.reading() as sql, pytest.raises(IntegrityFault, match="the ledger behind it ends before that"):
        TailedSource(ArchiveSource(str(archive)), sql)


def test_a_store_with_a_tail_follows_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "trust.db"
    with Ledger.create(path) as ledger:
        toy_deal(ledger)
        with ledger._store.reading() as sql:
            seal(sql, str(tmp_path / "archive"), deal=TOY)
        with Ledger(ArchiveStore(str(tmp_path / "archive"), EventStore.open(path))) as both:
            for month in (1, 2, 3):
                before = both.head(TOY)
                toy_month(ledger, month)
                assert both.head(TOY) == ledger.head(TOY) != before
                date = payment_date(month)
                assert both.distribution(TOY, date).digest == ledger.distribution(TOY, date).digest
                then = AsOf(record_date=date, known_through=before.sequence)
                assert both.books(TOY, then) == ledger.books(TOY, then)


def test_nothing_can_be_posted_to_an_archive(archive: Path) -> None:
    with (
        Ledger(ArchiveStore(str(archive))) as ledger,
        pytest.raises(StoreError, match="is an archive, which is sealed"),
    ):
        ledger.close_period(TOY, payment_date(3))
