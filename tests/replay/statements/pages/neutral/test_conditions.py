"""Triggers of a neutral statement are printed as what they are: shares, or how many others are in force."""

from __future__ import annotations

from ledger import Ledger, StatementTemplate, TriggerKind
from ledger.samples.told import TOLD
from replay import statement


def test_a_count_of_triggers_is_printed_as_a_number() -> None:
    sample = next(item for item in TOLD if item.folder == "crt_reference")
    with Ledger.create("sqlite://") as ledger:
        sample.post(ledger)
        day = max(sample.payment_dates)
        found = statement(ledger, ledger.deals()[0], payment_date=day, template=StatementTemplate.NEUTRAL)
    printed = {(item.line, item.column): item.printed for item in found.figures if item.section == "Triggers"}
    counted = next(line for (line, _), said in printed.items() if said == TriggerKind.ANY_OF.value)
    assert (printed[counted, "value"], printed[counted, "limit"]) == ("2", "1")
    shares = {said for (line, column), said in printed.items() if line != counted and column in ("value", "limit")}
    assert shares
    assert all(said.endswith("%") for said in shares)
