"""Mortgage insurance that lenders pay for, out of the loans' own rates, month by month."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import replay
from ledger import Event, Fee, FeeBasis, FeeCharged, Ledger, Origin
from ledger.deal.schedule import schedule
from tests.ledger.readiness.small import DEAL, DUE, PAID, REMITTED, boarded, fee_of_group, month_of_loans, terms

PMI = Fee(fee_id="pmi", title="PMI", basis=FeeBasis.LOAN_PREMIUMS)
TERMS = terms(fees=[PMI], rules=3)


def charged(amount: str, name: str = "pmi", **more: Any) -> FeeCharged:
    given: dict[str, Any] = {"deal": DEAL, "effective_date": REMITTED, "group": "pool", **more}
    return FeeCharged(event_id=name, fee_id="pmi", amount=amount, **given)


def lived(ledger: Ledger, boarding: list[Event], *premiums: str) -> None:
    """Live months of the ten loans with these premiums posted, each closed and paid."""
    ledger.open_deal(DEAL, TERMS).or_raise()
    ledger.post_many(boarding).or_raise()
    dates = schedule(TERMS).payment_dates
    for number, premium in enumerate(premiums):
        on, paid_on = DUE.replace(month=number + 1), dates[number]
        fees = [fee_of_group("208.33", paid_on), charged(premium, f"pmi/{number}", effective_date=paid_on)]
        ledger.post_many([*month_of_loans(on), *fees]).or_raise()
        reason = dict.fromkeys(ledger.readiness(DEAL, paid_on).codes_to_acknowledge, "known")
        ledger.close_period(DEAL, paid_on, acknowledge=reason, who="me").or_raise()
        ledger.distribute(DEAL, paid_on).or_raise()


def test_the_premium_follows_the_balances_with_a_snapshot_or_without(tmp_path: Path) -> None:
    """A per cent on 1,000,000, then on 999,000: 833.33 and 832.50."""
    with Ledger.create(tmp_path / "premiums.db") as ledger:
        lived(ledger, boarded(pmi_rate="0.01"), "833.33", "832.50")
        first, second = schedule(TERMS).payment_dates[:2]
        for held in (ledger, Ledger(ledger._store, snapshots=False)):
            reports = [held.distribution(DEAL, day) for day in (first, second)]
            assert [str(report.fees[0].due["pool"].decimal) for report in reports] == ["833.33", "832.50"]
            assert not any(any(report.fees[0].otherwise.values()) for report in reports)
            assert all("pmi, charged otherwise" not in report.account.fees for report in reports)


def origin_of(ledger: Ledger) -> tuple[str, Origin]:
    statement = replay.statement(ledger, DEAL, payment_date=PAID)
    [found] = [f for f in statement.figures if (f.section, f.line, f.column) == ("INTEREST - FEES", "PMI", "total")]
    return found.printed, found.origin


def test_a_premium_is_derived_where_a_loan_states_a_rate_and_reported_where_none_does() -> None:
    with Ledger.create("sqlite://") as ledger:
        lived(ledger, boarded(pmi_rate="0.01"), "833.33")
        assert origin_of(ledger) == ("833.33", Origin.DERIVED)
    with Ledger.create("sqlite://") as ledger:
        lived(ledger, boarded(), "500.00")
        assert origin_of(ledger) == ("500.00", Origin.REPORTED)
    with Ledger.create("sqlite://") as ledger:
        lived(ledger, boarded(pmi_rate="0"), "0.00")
        assert origin_of(ledger) == ("0.00", Origin.DERIVED)


def test_what_is_charged_otherwise_stands_on_a_line_of_its_own() -> None:
    """840.00 are paid where the loans give 833.33: 6.67 more, and the funds are that less."""
    with Ledger.create("sqlite://") as one, Ledger.create("sqlite://") as other:
        lived(one, boarded(pmi_rate="0.01"), "833.33")
        lived(other, boarded(pmi_rate="0.01"), "840.00")
        funds = [ledger.distribution(DEAL, PAID).account.interest_funds for ledger in (one, other)]
        assert str((funds[0] - funds[1]).decimal) == "6.67"
        figures = replay.statement(other, DEAL, payment_date=PAID).figures
        printed = {f.line: f.printed for f in figures if f.section == "INTEREST - FEES" and f.column == "total"}
        assert (printed["PMI"], printed["PMI, Charged Otherwise"]) == ("833.33", "6.67")


def test_every_rate_weighs_its_own_loan() -> None:
    """Nine loans at 0.6 and one at 1.2 per cent of 100,000: 450.00 + 100.00."""
    tape = boarded(pmi_rate="0.006")
    with Ledger.create("sqlite://") as ledger:
        lived(ledger, [*tape[:-1], boarded(pmi_rate="0.012")[-1]], "550.00")
        assert origin_of(ledger) == ("550.00", Origin.DERIVED)


def test_a_premium_is_explained_by_the_loans() -> None:
    with Ledger.create("sqlite://") as ledger:
        lived(ledger, boarded(pmi_rate="0.01"), "833.33")
        statement = replay.statement(ledger, DEAL, payment_date=PAID)
        [figure] = [
            f for f in statement.figures if (f.section, f.line, f.column) == ("INTEREST - FEES", "PMI", "total")
        ]
        behind = replay.explain(ledger, statement, figure)
        assert {item.event.name for item in behind.events} == {"loan_boarded"}
        assert [item.partition(":")[0] for item in behind.roundings] == ["premium of the group"]
