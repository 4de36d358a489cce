"""No message shows a password, wherever in an address it stands, and whether the address can be parsed or not."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

import pytest
from sqlalchemy import make_url

from ledger import Ledger, LedgerError, absolute_address, deals_at
from ledger.store.tailed import ArchiveAddress
from ledger.values.secrets import is_secret_setting, shown_address, without_passwords, without_secrets

SECRET = "s3cr3tWord"
ADDRESSES = (
    f"postgresql://me:{SECRET}@db.example/trusts",
    f"postgresql+psycopg://me:{SECRET}@127.0.0.1:1/trusts?sslmode=disable",
    f"postgresql://me@127.0.0.1:1/trusts?password={SECRET}",
    f"postgresql://me@127.0.0.1:1/trusts?sslpassword={SECRET}&connect_timeout=2",
    f"postgresql://me@127.0.0.1:1/trusts?PASSFILE=/{SECRET}",
    f"postgresql://me@127.0.0.1:1/trusts?options=-c%20x.y%3D{SECRET}",
    f"postgresql://me:{SECRET}@127.0.0.1:port/trusts",
    f"postgresql://me:a/{SECRET}@127.0.0.1:port/trusts",
    f"postgresql://me:a?{SECRET}@127.0.0.1:port/trusts",
    f"postgresql://me:a@{SECRET}@[127.0.0.1/trusts",
    f"mysql://me:{SECRET}@127.0.0.1/trusts",
    f"nothing://me:{SECRET}@127.0.0.1/trusts",
    f"archive:s3://key:{SECRET}@bucket/archives",
    f"archive:nothing://key:{SECRET}@bucket/archives?secret={SECRET}",
    f"archive:/nowhere?tail=postgresql://me:{SECRET}@127.0.0.1:1/x",
    f"archive:/nowhere?tail=postgresql://me@127.0.0.1:1/x?password={SECRET}",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_shown_without_its_secret(address: str) -> None:
    assert SECRET not in shown_address(address)
    assert shown_address(address).startswith(address[:8])


@pytest.mark.parametrize("address", [item for item in ADDRESSES if "s3://" not in item])
def test_no_fault_of_opening_an_address_holds_its_secret(address: str, caplog: pytest.LogCaptureFixture) -> None:
    told = []
    for opening in (Ledger.open, Ledger.create, deals_at):
        try:
            opening(address)
        except LedgerError as fault:
            told += [str(fault), *traceback.format_exception(fault)]
            logging.getLogger("ledger").exception("failed")
    assert told
    assert SECRET not in "".join(told)
    assert SECRET not in caplog.text


def test_what_is_no_secret_stays() -> None:
    for address in (
        "trust.db",
        "sqlite:///a/b@c:d.db?mode=ro&uri=true",
        "postgresql+psycopg://owner@db.example:5432/trusts?sslmode=require",
        "archive:archives?tail=real.db",
        "s3://bucket/archives",
    ):
        assert shown_address(address) == address


def test_an_archive_and_its_tail_are_shown_without_keys() -> None:
    address = ArchiveAddress(f"s3://key:{SECRET}@bucket/a", "postgresql://me:***@db/x")
    assert SECRET not in address.render_as_string()
    assert SECRET in address.render_as_string(hide_password=False)


def test_a_ledger_names_its_place_without_settings_that_may_be_secret(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "a.db") as ledger:
        assert ledger.url == f"sqlite:///{tmp_path / 'a.db'}"
    assert absolute_address(f"postgresql://me@h/x?password={SECRET}").endswith(SECRET)


def test_what_a_driver_says_is_shown_without_what_it_was_given() -> None:
    assert without_secrets(f"bad {SECRET}, {SECRET}", [SECRET, "ad", ""]) == "bad ***, ***"
    assert without_passwords(f"at postgresql://me:{SECRET}@h/x and s3://h") == "at postgresql://me:***@h/x and s3://h"
    assert is_secret_setting("Password")
    assert not is_secret_setting("sslmode")
    assert make_url(ADDRESSES[0]).password == SECRET
