"""What an address means: a database, archives, or both."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import URL

from ledger import Ledger, LedgerNotFound, StoreError
from ledger.store.archive.writer import seal
from ledger.store.database.event_store import EventStore
from ledger.store.opening import archive_directory, open_store
from ledger.store.tailed import ArchiveStore
from tests.deals.toy import TOY, month_events, payment_date, toy_deal, toy_month


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """A directory with trust.db, whose toy deal has three months, and the archive of the first."""
    with Ledger.create(tmp_path / "trust.db") as ledger:
        toy_deal(ledger)
        toy_month(ledger, 1)
        with ledger._store.reading() as source:
            seal(source, tmp_path / "archives", deal=TOY)
        for month in (2, 3):
            toy_month(ledger, month)
    return tmp_path


@pytest.mark.parametrize("address", ["archive:{0}/archives", "{0}/archives"])
def test_a_directory_of_archives_is_read(sealed: Path, address: str) -> None:
    store = open_store(address.format(sealed))
    assert isinstance(store, ArchiveStore)
    with store.reading() as source:
        assert source.deals() == [TOY]
    assert store.url.render_as_string(hide_password=True) == f"archive:{sealed}/archives"
    store.close()


def test_a_path_object_and_an_fsspec_url_are_addresses_too(sealed: Path) -> None:
    for address in (sealed / "archives", f"archive:file://{sealed}/archives"):
        store = open_store(address)
        assert isinstance(store, ArchiveStore)
        store.close()


@pytest.mark.parametrize("tail", ["{0}/trust.db", "sqlite:///{0}/trust.db"])
def test_a_tail_is_read_on_from_where_the_archive_ends(sealed: Path, tail: str) -> None:
    shown = f"archive:{sealed}/archives?tail=sqlite:///{sealed}/trust.db"
    with Ledger(open_store(f"archive:{sealed}/archives?tail={tail.format(sealed)}")) as both:
        assert both.url == shown
        with Ledger.open(sealed / "trust.db") as ledger:
            assert both.head(TOY) == ledger.head(TOY)
            for month in (1, 2, 3):
                date = payment_date(month)
                assert both.distribution(TOY, date).digest == ledger.distribution(TOY, date).digest
        with pytest.raises(StoreError, match=r"post to sqlite:///.*trust.db"):
            both.post_many(month_events(4))


def test_a_password_of_the_tail_is_not_shown(sealed: Path) -> None:
    store = ArchiveStore(sealed / "archives", EventStore("postgresql+psycopg://user:secret@localhost/none"))
    assert "secret" not in store.url.render_as_string()
    store.close()


def test_everything_else_is_a_database(sealed: Path) -> None:
    for address in (str(sealed / "trust.db"), f"sqlite:///{sealed}/trust.db", sealed / "trust.db"):
        assert archive_directory(address) is None
        store = open_store(address)
        assert isinstance(store, EventStore)
        store.close()
    assert archive_directory(URL.create("sqlite", database=str(sealed / "archives"))) is None
    assert archive_directory(str(sealed)) is None


@pytest.mark.parametrize("address", ["archive:{0}/nothing", "archive:{0}", "archive:{0}/archives?tail={0}/none.db"])
def test_where_there_is_nothing_to_read_it_says_so(sealed: Path, address: str) -> None:
    with pytest.raises(LedgerNotFound, match=r"seal one with: ledger archive|ledger init"):
        open_store(address.format(sealed))
