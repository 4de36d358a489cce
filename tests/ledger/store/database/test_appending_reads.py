"""What an append reads of a PostgreSQL ledger does not grow with it, whatever its session did before."""

from __future__ import annotations

import pytest
from sqlalchemy import URL, Connection, event, text

from ledger import CollectionReceived, Event, Ledger, LoanBoarded
from ledger.store.database.access import Access
from tests.deals.toy import CUT_OFF, toy_terms
from tests.postgres import Server

LOANS = 200
DEALS = ("watched", "beside")

_READ = text("SELECT SUM(COALESCE(seq_tup_read, 0) + COALESCE(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables")
"""Rows that the session has read so far, by whatever way, since it last told the server."""


def boarded(deal: str) -> list[Event]:
    return [
        LoanBoarded(
            event_id=f"board/{n}", deal=deal, effective_date=CUT_OFF, loan=f"l-{n}", group="one", balance="1000.00",
            note_rate="0.12",
        )
        for n in range(LOANS)
    ]  # fmt: skip


def collected(deal: str, batch: str, count: int) -> list[Event]:
    return [
        CollectionReceived(
            event_id=f"{batch}/{n}", deal=deal, effective_date="2021-01-05", loan=f"l-{n % LOANS}", principal="0.00",
            interest="1.00",
        )
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("granted", [False, True], ids=["the owner", "a servicer"])
@pytest.mark.parametrize("first", [1, 400], ids=["after a small batch", "after a large batch"])
def test_an_append_reads_as_many_rows_of_a_long_log_as_of_a_short_one(
    postgres_empty: URL, postgres_server: Server, first: int, granted: bool
) -> None:
    """A session's plans are made when it begins, while the ledger is small; they must serve when it has grown."""
    with Ledger.create(postgres_empty) as ledger:
        for deal in DEALS:
            ledger.open_deal(deal, toy_terms()).or_raise()
            ledger.post_many(boarded(deal)).or_raise()
        own = postgres_empty.set(username=postgres_server.role()) if granted else postgres_empty
        if granted:
            ledger._store.grant(str(own.username), Access.SERVICER, "watched")
    read: list[int] = []

    def begins(connection: Connection) -> None:
        read.append(-int(connection.execute(_READ).scalar_one()))

    def ends(connection: Connection) -> None:
        read[-1] += int(connection.execute(_READ).scalar_one())

    with Ledger.open(own) as ledger, Ledger.open(postgres_empty) as other:
        ledger.post_many(collected("watched", "first", first)).or_raise()
        for n in range(12):
            ledger.post_many(collected("watched", f"few/{n}", 1)).or_raise()
        event.listen(ledger._store._engine, "begin", begins)
        event.listen(ledger._store._engine, "commit", ends)
        ledger.post_many(collected("watched", "short", 1)).or_raise()
        for deal in DEALS:
            other.post_many(collected(deal, "many", 1_500)).or_raise()
        # What others wrote is caught up with once.
        ledger.post_many(collected("watched", "behind", 1)).or_raise()
        ledger.post_many(collected("watched", "long", 1)).or_raise()
    short, _, long = read
    assert 0 < long <= max(short, 100)
