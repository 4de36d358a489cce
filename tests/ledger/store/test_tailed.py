"""An archive and the tail of its log are one log; whatever is not its tail is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import AsOf, IntegrityFault, Ledger, StoreError
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from ledger.store.archive.source import ArchiveSource
from ledger.store.archive.writer import seal
from ledger.store.database.event_store import EventStore
from ledger.store.tailed import ArchiveStore, TailedSource
from tests.deals.busy import STAGES, busy_toy
from tests.deals.toy import TOY, payment_date, toy_deal, toy_month
from tests.ledger.store.comparison import assert_equal

CALIBRATED = f"{DEAL}-calibrated"


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
