"""Databases that are damaged, missing or read-only: each is named for what it is, and nothing is changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.sql.compiler import SQLCompiler

from ledger import AsOf, Ledger, LedgerNotFound, StoreError, StoreUnavailable, StoreUnreadable
from ledger.store.database import engine
from tests.deals.toy import TOY, month_events, payment_date, toy_deal, toy_month
from tests.postgres import Server
from tests.unprivileged import NOBODY, unprivileged


def use(path: Path) -> None:
    """Open a ledger and do a little of everything."""
    with Ledger.open(path) as ledger:
        assert len(list(ledger.events(TOY))) == ledger.head(TOY).sequence
        ledger.books(TOY, AsOf(record_date=payment_date(1)))
        ledger.distribution(TOY, payment_date(1))
        ledger.post_many(month_events(2)).or_raise()


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_truncated_database_is_unreadable(toy_file: Path, part: float) -> None:
    whole = toy_file.read_bytes()
    toy_file.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(StoreUnreadable, match="restore it from a backup"):
        use(toy_file)


@pytest.mark.parametrize("size", [1, 16, 99, 100, 4096])
def test_a_database_cut_down_to_its_first_bytes_holds_no_ledger(toy_file: Path, size: int) -> None:
    toy_file.write_bytes(toy_file.read_bytes()[:size])
    with pytest.raises((StoreUnreadable, LedgerNotFound)):
        use(toy_file)


def test_an_overwritten_page_is_unreadable(toy_file: Path) -> None:
    whole = bytearray(toy_file.read_bytes())
    for start in range(8192, len(whole), 4096):
        whole[start : start + 64] = b"\xff" * 64
    toy_file.write_bytes(whole)
    with pytest.raises(StoreUnreadable):
        use(toy_file)


@pytest.mark.parametrize("content", [b"not a database at all\n" * 100, b"\x00" * 8192, b"PK\x03\x04" + b"x" * 9000])
def test_a_file_that_is_no_database_is_unreadable_and_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "letter.txt"
    other.write_bytes(content)
    for opening in (Ledger.open, Ledger.create):
        with pytest.raises((StoreUnreadable, LedgerNotFound)):
            opening(other)
    assert other.read_bytes() == content


def test_an_empty_file_holds_no_ledger(tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    empty.touch()
    with pytest.raises(LedgerNotFound, match="holds no ledger; create one with: ledger init"):
        Ledger.open(empty)


def test_a_database_of_something_else_holds_no_ledger(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE notes (line TEXT)")
    with pytest.raises(LedgerNotFound, match="holds no ledger"):
        Ledger.open(other)


def test_a_missing_file_is_not_created_by_opening_it(tmp_path: Path) -> None:
    missing = tmp_path / "missing.db"
    with pytest.raises(LedgerNotFound, match="no such file; check the path; create one with: ledger init"):
        Ledger.open(missing)
    assert not missing.exists()


def test_a_directory_is_not_a_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerNotFound):
        Ledger.open(tmp_path)


def test_a_file_in_a_missing_directory_cannot_be_created(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="check the path"):
        Ledger.create(tmp_path / "nowhere" / "toy.db")


@pytest.mark.parametrize("url", ["mysql://host/db", "nonsense://host/db", "sqlite+pysqlcipher://x@/y.db?:=", "://"])
def test_an_address_that_is_none_of_ours_is_refused(url: str) -> None:
    with pytest.raises(StoreError):
        Ledger.open(url)


def test_a_server_that_is_not_there_is_unavailable_and_the_password_stays_hidden() -> None:
    with pytest.raises(StoreUnavailable) as caught:
        Ledger.open("postgresql://clerk:hunter2@127.0.0.1:1/trust")
    assert "hunter2" not in str(caught.value)


@pytest.fixture
def public(toy_file: Path) -> Iterator[Path]:
    """A copy of the ledger in a directory that everyone may enter."""
    home = Path(tempfile.mkdtemp(prefix="indenture-"))
    copy = home / "toy.db"
    shutil.copy(toy_file, copy)
    if os.geteuid() == 0:
        os.chown(home, NOBODY, NOBODY)
        os.chown(copy, NOBODY, NOBODY)
    yield copy
    home.chmod(0o755)
    shutil.rmtree(home)


@pytest.mark.parametrize(
    ("file_mode", "directory_mode"), [(0o444, 0o755), (0o644, 0o555), (0o444, 0o555)],
    ids=["file", "directory", "both"],
)  # fmt: skip
def test_nothing_is_posted_to_what_is_read_only(public: Path, file_mode: int, directory_mode: int) -> None:
    before = public.read_bytes()
    public.chmod(file_mode)
    public.parent.chmod(directory_mode)
    with unprivileged(), pytest.raises(StoreUnavailable), Ledger.open(public) as ledger:
        ledger.post_many(month_events(2))
    public.parent.chmod(0o755)
    assert public.read_bytes() == before


def test_a_file_that_may_not_be_read_is_unavailable(public: Path) -> None:
    public.chmod(0o000)
    with unprivileged(), pytest.raises(StoreUnavailable, match="check the path and its permissions"):
        Ledger.open(public)


def test_the_ledger_can_be_used_again_when_it_may_be_written(public: Path) -> None:
    public.chmod(0o444)
    public.parent.chmod(0o555)
    with unprivileged(), pytest.raises(StoreUnavailable), Ledger.open(public) as ledger:
        ledger.post_many(month_events(2))
    public.parent.chmod(0o755)
    public.chmod(0o644)
    use(public)


def test_what_is_compiled_for_one_embedded_ledger_serves_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    begin = SQLCompiler.__init__

    def counted(self: SQLCompiler, dialect: Any, statement: Any, *arguments: Any, **options: Any) -> None:
        compiled.append(str(type(statement)))
        begin(self, dialect, statement, *arguments, **options)

    def lived() -> list[dict[str, str]]:
        with Ledger.create("sqlite://") as ledger:
            toy_deal(ledger)
            toy_month(ledger, 1)
            return ledger.books(TOY, AsOf(record_date=payment_date(1))).rows()

    first = lived()
    monkeypatch.setattr(SQLCompiler, "__init__", counted)
    assert lived() == first
    assert compiled == []
    monkeypatch.setattr(engine, "_COMPILED", engine._CompiledStatements(engine.STATEMENTS_AT_HAND))
    assert lived() == first
    assert compiled


def test_a_store_that_is_refused_keeps_no_connection(postgres_server: Server) -> None:
    """A database whose name is the template of another must have nobody in it, and the faults are still held here."""
    empty = postgres_server.empty_database()
    kept = []
    for upgrade in (False, True):
        with pytest.raises(LedgerNotFound) as fault:
            Ledger.open(empty, upgrade=upgrade)
        kept.append(fault)
    assert postgres_server.copied_database(str(empty.database))
    assert len(kept) == 2
