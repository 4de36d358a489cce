"""Triggers of a neutral statement are printed as what they are: shares, how many others are in force, or dates."""

from __future__ import annotations

import datetime as dt

import attrs

from ledger import Exact, Ledger, StatementTemplate, Trigger, TriggerKind
from ledger.samples.told import TOLD
from replay import statement
from replay.statements.pages.neutral.conditions import conditions_page


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


def test_a_date_is_printed_as_a_date() -> None:
    sample = next(item for item in TOLD if item.folder == "crt_reference")
    with Ledger.create("sqlite://") as ledger:
        sample.post(ledger)
        day = max(sample.payment_dates)
        report = ledger.distribution(ledger.deals()[0], day)
    dated = Trigger(trigger_id="late", title="Late", kind=TriggerKind.DATE, date="2030-06-25")
    value, limit = (Exact(date.toordinal()) for date in (day, dt.date(2030, 6, 25)))
    test = attrs.evolve(report.triggers[0], trigger=dated, value=value, limit=limit)
    shown = attrs.evolve(report, terms=attrs.evolve(report.terms, triggers=[dated], waterfall=[]), triggers=(test,))
    [section] = [item for item in conditions_page(shown, 6).sections if item.name == "Triggers"]
    printed = {figure.column: figure.printed for row in section.rows for figure in row.figures}
    assert (printed["value"], printed["limit"]) == (day.isoformat(), "2030-06-25")
