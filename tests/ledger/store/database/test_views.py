"""What is read with SQL is what the ledger says, and a role reads of it what it may."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL, create_engine, text

from ledger import AsOf, CompensatingInterestPaid, Ledger, TermsAmended
from ledger.journal.accounts import CHART
from ledger.journal.postings import LEGS, LEGS_BY_CODE, legs
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from ledger.store.database.access import Access
from ledger.store.database.schema import VIEWS
from tests.deals.busy import busy_toy
from tests.deals.toy import TOY, toy_deal, toy_terms
from tests.postgres import Server

LAST = dt.date(2199, 12, 1)
OTHER = "ruled-anew"


def amended(ledger: Ledger) -> None:
    """Post a deal that came under other rules, with what these move otherwise on both sides and before all months."""
    toy_deal(ledger, OTHER)
    terms = toy_terms(rules=2)
    paid = {"2021-01-10": "2.50", "2021-02-10": "1.25", "2021-03-10": "0.75"}
    ledger.post(
        TermsAmended(event_id="anew", deal=OTHER, effective_date="2021-02-25", terms=terms, reason="as agreed")
    ).or_raise()
    for day, amount in paid.items():
        ledger.post(
            CompensatingInterestPaid(event_id=f"ci/{day}", deal=OTHER, effective_date=day, group="one", amount=amount)
        ).or_raise()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_server: Server) -> URL | str:
    """The address of a ledger of a real month, of a deal to which everything happens, and of one under two rules."""
    place: URL | str = postgres_server.empty_database()
    if request.param == "sqlite":
        place = f"sqlite:///{tmp_path_factory.mktemp('views') / 'held.db'}"
    with Ledger.create(place) as made:
        sample.post_september_2002(made)
        busy_toy(made)
        amended(made)
    return place


def asked(url: URL | str, query: str, **given: Any) -> list[Any]:
    """Ask with SQL."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [row._asdict() for row in connection.execute(text(query), given)]
    engine.dispose()
    return found


def amount_of(row: dict[str, Any], name: str) -> Decimal:
    """Return an amount that was summed: of integers in SQLite, of decimals on PostgreSQL."""
    return Decimal(row[name]) / 10_000 if isinstance(row[name], int) else row[name]


def summed(url: URL | str, view: str, deal: str, upon: str = "", **given: Any) -> dict[tuple[str, str], Decimal]:
    """Return the accounts of a deal by name and key, added up with SQL."""
    total = "SUM(debit_units)" if str(url).startswith("sqlite") else "SUM(debit)"
    query = (
        f"SELECT account, loan_group, class_id, code, {total} AS debit FROM {view} WHERE deal = :deal {upon} "
        "GROUP BY account, loan_group, class_id, code"
    )
    found = {}
    for row in asked(url, query, deal=deal, **given):
        key = " ".join(part for part in (row["loan_group"], row["class_id"], row["code"]) if part)
        found[row["account"], key] = amount_of(row, "debit")
    return {key: amount for key, amount in found.items() if amount}


def told(books: Any) -> dict[tuple[str, str], Decimal]:
    """Return what the books say that an account and key was debited."""
    held = {(item.account.name, item.key): item.debit.decimal for item in books.balances}
    return {key: amount for key, amount in held.items() if amount}


@pytest.mark.parametrize("deal", [sample.DEAL, TOY, OTHER])
def test_the_views_add_up_to_the_books(url: URL | str, deal: str) -> None:
    with Ledger.open(url) as ledger:
        now = told(ledger.books(deal, AsOf(record_date=LAST)))
        early = dt.date(2002, 9, 10) if deal == sample.DEAL else dt.date(2021, 2, 12)
        known = ledger.head(deal).sequence - 2
        then = told(ledger.books(deal, AsOf(record_date=early, known_through=known)))
    assert now
    assert summed(url, "read_balances", deal) == now
    assert summed(url, "read_postings", deal) == now
    day: Any = early.isoformat() if str(url).startswith("sqlite") else early
    both = "AND effective_date <= :day AND sequence <= :known"
    assert summed(url, "read_postings", deal, both, day=day, known=known) == then


def test_a_deal_under_two_rules_has_both_accounts_of_compensating_interest(url: URL | str) -> None:
    """Were they one, the test above would not show that the views know under which rules a distribution is."""
    found = summed(url, "read_balances", OTHER)
    assert found["compensating_interest", "one"] == Decimal("-2.50")
    assert found["interest_due", "one"] == Decimal("-2.00")


def test_the_legs_and_accounts_are_the_journal_s(url: URL | str) -> None:
    """A migration carries what it was written with: where the journal has more since, another one replaces the view."""
    found = asked(url, "SELECT * FROM read_legs")
    seen = {(row["type"], row["code"]) for row in found}
    assert seen == {(name, "*") for name in LEGS} | set(LEGS_BY_CODE)
    for name, code in seen:
        for rules in (1, 4):
            here = [row for row in found if (row["type"], row["code"]) == (name, code)]
            here = [row for row in here if row["first_rules"] <= rules <= row["last_rules"]]
            assert sorted((row["account"], row["component"], row["sign"]) for row in here) == sorted(
                (leg.account, leg.component, leg.sign) for leg in legs(name, code, rules)
            )
    accounts = asked(url, "SELECT * FROM read_accounts ORDER BY position")
    assert [(row["account"], row["kind"], row["keyed_by"], row["title"]) for row in accounts] == [
        (item.name, item.kind.value, item.keyed_by.value, item.title) for item in CHART.values()
    ]


def test_an_event_is_read_as_it_was_posted(url: URL | str) -> None:
    with Ledger.open(url) as ledger:
        rows = {row.sequence: row for row in ledger.stored_rows(TOY)}
    found = asked(url, "SELECT * FROM read_events WHERE deal = :deal ORDER BY sequence", deal=TOY)
    assert [row["sequence"] for row in found] == sorted(rows)
    embedded = str(url).startswith("sqlite")
    for row in found:
        held = rows[row["sequence"]]
        assert (row["event_id"], row["payload"], row["hash"]) == (held.event_id, held.payload, held.hash.hex())
        assert str(row["effective_date"]).replace("-", "") == str(held.effective_date)
        assert str(row["payment_date"] or 0).replace("-", "") == str(held.distribution)
        for name in ("principal", "interest", "memo"):
            units = getattr(held, name)
            assert isinstance(row[name], str if embedded else Decimal)
            assert str(row[name]) == str((Decimal(units) / 10_000).quantize(Decimal("0.0001")))
            assert not embedded or row[f"{name}_units"] == units
        assert Decimal(row["note_rate"]) == Decimal(held.note_rate) / 10**10
        moment = row["recorded_at"] if embedded else row["recorded_at"].astimezone(dt.UTC).isoformat()
        assert dt.datetime.fromisoformat(moment) == dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(
            microseconds=held.recorded_at
        )
    assert any(str(row["principal"]).startswith("-") for row in found)


def test_loans_add_up_to_where_they_stand(url: URL | str) -> None:
    total = "SUM(balance_units)" if str(url).startswith("sqlite") else "SUM(balance)"
    query = f"SELECT loan, {total} AS balance, SUM(in_pool) AS in_pool FROM read_loans WHERE deal = :deal GROUP BY loan"
    with Ledger.open(url) as ledger, ledger._store.reading() as reading:
        standing = reading.loan_standings(reading.deal_key(TOY), known_through=ledger.head(TOY).sequence)
    found = {row["loan"]: (amount_of(row, "balance"), int(row["in_pool"])) for row in asked(url, query, deal=TOY)}
    assert found == {loan: (Decimal(held.balance) / 10_000, held.on_books) for loan, held in standing.items()}


def columns_of(url: URL, view: str, kind: str) -> set[str]:
    """Return the columns of a view that are of a type."""
    query = (
        "SELECT a.attname AS name FROM pg_attribute a WHERE a.attrelid = CAST(:view AS regclass) AND a.attnum > 0 "
        "AND format_type(a.atttypid, a.atttypmod) = :kind"
    )
    return {row["name"] for row in asked(url, query, view=view, kind=kind)}


def test_amounts_and_dates_of_postgresql_are_typed(url: URL | str) -> None:
    if isinstance(url, str):
        pytest.skip("SQLite has neither decimals nor dates")
    amounts = {"principal", "interest", "fee", "loss", "other", "memo"}
    assert columns_of(url, "read_events", "numeric(18,4)") == amounts
    assert columns_of(url, "read_events", "date") == {"effective_date", "payment_date"}
    assert columns_of(url, "read_postings", "numeric(18,4)") == {"debit"}
    assert columns_of(url, "read_loans", "numeric(18,4)") == {"balance"}


def test_an_auditor_of_one_deal_reads_that_deal_alone(url: URL | str, postgres_server: Server) -> None:
    """A view that asked as its owner would tell of every deal."""
    if isinstance(url, str):
        pytest.skip("an embedded ledger has no roles")
    auditor, stranger = postgres_server.role(), postgres_server.role()
    with Ledger.open(url) as ledger:
        ledger._store.grant(auditor, Access.AUDITOR, TOY)
        books = told(ledger.books(TOY, AsOf(record_date=LAST)))
    with psycopg.connect(
        url.set(drivername="postgresql", username=auditor).render_as_string(hide_password=False), autocommit=True
    ) as own:
        for view in set(VIEWS) - {"read_accounts", "read_legs", "read_rules", "read_batches"}:
            assert own.execute(f"SELECT DISTINCT deal FROM {view}".encode()).fetchall() == [(TOY,)], view
        assert own.execute("SELECT COUNT(DISTINCT deal_key) FROM read_rules").fetchall() == [(1,)]
        assert own.execute("SELECT COUNT(*) FROM read_batches WHERE deal <> 'toy'").fetchall() == [(0,)]
        with pytest.raises(psycopg.Error):
            own.execute("DELETE FROM read_deals")
    assert summed(url.set(username=auditor), "read_balances", TOY) == books
    assert summed(url.set(username=auditor), "read_postings", sample.DEAL) == {}
    with (
        psycopg.connect(url.set(drivername="postgresql", username=stranger).render_as_string()) as other,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        other.execute("SELECT 1 FROM read_accounts")


def test_a_view_that_asks_as_its_owner_is_told(postgres_empty: URL, postgres_server: Server) -> None:
    Ledger.create(postgres_empty).close()
    postgres_server.run("ALTER VIEW read_events SET (security_invoker = false)", database=str(postgres_empty.database))
    with Ledger.open(postgres_empty) as ledger:
        assert any("read_events" in fault for fault in ledger._store.schema_faults)
