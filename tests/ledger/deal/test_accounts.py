"""Accounts say what they hold, should hold and may pay; what contradicts itself is refused by its field."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ledger import AccountPurpose, AccountTarget, Covers, InvalidTerms, TargetLevel, TargetOf, TrustAccount


def test_words_are_read_and_an_account_without_a_title_is_called_by_its_id() -> None:
    account = TrustAccount(account_id="spread-1", kind=AccountPurpose.SPREAD, may_pay=["interest", "losses"])
    assert account.may_pay == (Covers.INTEREST, Covers.LOSSES)
    assert account.name == "spread-1"
    assert TrustAccount(account_id="x", title="Spread Account").name == "Spread Account"


def test_the_latest_level_that_has_begun_is_in_force() -> None:
    levels = [TargetLevel(from_date="2024-01-15", amount="5"), TargetLevel(from_date="2025-01-15", percent="0.01")]
    target = AccountTarget(amount="9", levels=levels)
    assert target.in_force(dt.date(2023, 12, 15)) == (Decimal("9.00"), None)
    assert target.in_force(dt.date(2024, 1, 15)) == (Decimal("5.00"), None)
    assert target.in_force(dt.date(2025, 2, 15)) == (None, Decimal("0.01"))


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (lambda: TargetLevel(from_date="2024-01-01"), "TargetLevel.amount"),
        (lambda: TargetLevel(from_date="2024-01-01", amount="1", percent="0.1"), "TargetLevel.amount"),
        (lambda: AccountTarget(percent="0.1", of=TargetOf.CLASSES), "AccountTarget.classes"),
        (lambda: AccountTarget(levels=[TargetLevel(from_date="2024-01-01", amount="1")] * 2), "AccountTarget.levels"),
        (lambda: TrustAccount(account_id="x", initial_deposit="-0.01"), "TrustAccount.initial_deposit"),
        (lambda: TrustAccount(account_id="x", may_pay=["lunch"]), "TrustAccount.may_pay"),
    ],
)
def test_what_contradicts_itself_is_refused_by_its_field(build: object, field: str) -> None:
    with pytest.raises(InvalidTerms) as refused:
        build()  # type: ignore[operator]
    assert refused.value.field == field
