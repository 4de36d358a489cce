"""Reports of accounts and journals keep amounts exact for programs and spell them for readers."""

from __future__ import annotations

import json

import replay
from ledger import Ledger
from ledger.reports import written
from replay.reports.account_books import account_report, journal_report
from tests.deals.toy import TOY
from tests.replay.statements.test_restated import january
from tests.replay.test_account_books import FIRST, LAST


def test_documents_hold_opening_and_closing(ledger: Ledger) -> None:
    january(ledger)
    card = replay.account_card(ledger, TOY, "bond_principal", FIRST, LAST, key="A")
    document = json.loads(written(account_report(card), "json"))
    assert (document["opening"], document["closing"]) == (str(card.opening), str(card.closing))
    assert f"{card.closing:,}" in written(account_report(card), "text")


def test_the_journal_has_a_row_a_posting_and_one_of_sums(ledger: Ledger) -> None:
    january(ledger)
    found = replay.journal(ledger, TOY, FIRST, LAST)
    rows = json.loads(written(journal_report(found), "json"))["postings"]
    assert len(rows) == len(found) + 1
    assert (rows[-1]["type"], rows[-1]["debit"]) == ("total", str(found.debits))
