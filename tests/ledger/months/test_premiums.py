"""The premium of mortgage insurance that a built month charges: what the statement derives, to the cent."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from ledger import DealTerms, Fee, FeeBasis, FeeCharged, Ledger, LoanBoarded
from ledger.months.premiums import insured_by, premiums_owed
from ledger.store.rows import LoanStanding
from tests.deals.noted import DEAL, DUE, NEXT_DUE, NEXT_PAID, PAID, POOL, adjustable, loan, noted, terms

PMI = Fee(fee_id="pmi", title="PMI", basis=FeeBasis.LOAN_PREMIUMS)
RATES = {"level": "0.005", "interest-only": "0.0071", "balloon": "0", "arm": "0.00333"}
INSURED = [attrs.evolve(item, pmi_rate=RATES.get(item.loan)) for item in POOL]


def built(ledger: Ledger, due: Any = DUE) -> dict[str, str]:
    """Return what the proposal of a month charges, by group."""
    month = ledger.build_month(DEAL, due)
    return {item.group: str(item.insurance_premiums) for item in month.groups}


def stands(ledger: Ledger, paid: Any) -> dict[str, tuple[str, str]]:
    """Return what is derived of a distribution's premiums, and what was charged beyond that, by group."""
    [line] = [line for line in ledger.distribution(DEAL, paid).fees if line.fee.fee_id == "pmi"]
    assert line.charged.value == sum(due.value + line.otherwise[group].value for group, due in line.due.items())
    return {group: (str(due.decimal), str(line.otherwise[group].decimal)) for group, due in line.due.items()}


def test_the_month_charges_what_the_loans_give_and_the_gate_finds_nothing_to_say() -> None:
    """200,000 at 0.5 and 0.71 per cent, a twelfth: 83.33 + 118.33; 200,000 at 0.333 per cent: 55.50."""
    with noted(INSURED, fees=[PMI]) as ledger:
        assert built(ledger) == {"fixed": "201.67", "arm": "55.50"}
        for due, paid in ((DUE, PAID), (NEXT_DUE, NEXT_PAID)):
            ledger.post_month(DEAL, due).or_raise()
            assert {more for _, more in stands(ledger, paid).values()} == {"0.00"}
            found = ledger.readiness(DEAL, paid)
            assert not {"premium_unlike_loans"} & {item.code for item in found.findings}
            ledger.close_period(DEAL, paid, acknowledge=dict.fromkeys(found.codes_to_acknowledge, "known"), who="me")
            ledger.distribute(DEAL, paid)
        assert stands(ledger, PAID) != stands(ledger, NEXT_PAID)


def test_what_somebody_charged_stands_and_the_month_says_no_more_of_it() -> None:
    with noted(INSURED, fees=[PMI]) as ledger:
        ledger.post_month(DEAL, DUE).or_raise()
        on: dict[str, Any] = {"deal": DEAL, "effective_date": PAID.replace(day=20)}
        charge = FeeCharged(event_id="bill", fee_id="pmi", group="fixed", amount="200.00", **on)
        ledger.post(charge).or_raise()
        assert built(ledger) == {"fixed": "0.00", "arm": "55.50"}
        ledger.post_month(DEAL, DUE).or_raise()
        assert stands(ledger, PAID) == {"fixed": ("201.67", "-1.67"), "arm": ("55.50", "0.00")}
        assert ledger.build_month(DEAL, DUE).is_posted


def test_a_premium_that_somebody_took_back_is_not_charged_again() -> None:
    with noted(INSURED, fees=[PMI]) as ledger:
        ledger.post_month(DEAL, DUE).or_raise()
        [own] = [e.event for e in ledger.events(DEAL, types=["fee_charged"]) if getattr(e.event, "group", "") == "arm"]
        assert "charged:pmi/arm" in own.event_id
        ledger.reverse(DEAL, own.event_id, effective_date=own.effective_date, reason="not insured after all")
        assert ledger.build_month(DEAL, DUE).is_posted
        assert built(ledger)["arm"] == "55.50"  # it is what the notes say, and not posted


def test_a_rate_that_is_corrected_corrects_the_premium() -> None:
    with noted(INSURED, fees=[PMI]) as ledger:
        ledger.post_month(DEAL, DUE).or_raise()
        right: LoanBoarded = attrs.evolve(adjustable("arm", pmi_rate="0.01"), event_id="board/arm/2")
        # What the month said of the loan goes before its boarding does.
        own = [e.event for e in ledger.events(DEAL) if getattr(e.event, "loan", None) == "arm"]
        for event in reversed(own[1:]):
            ledger.reverse(DEAL, event.event_id, effective_date=event.effective_date, reason="again").or_raise()
        on = right.effective_date
        ledger.correct("board/arm", right, effective_date=on, reason="the rate was another").or_raise()
        assert built(ledger)["arm"] == "166.67"
        ledger.post_month(DEAL, DUE).or_raise()
        assert stands(ledger, PAID)["arm"] == ("166.67", "0.00")
        assert ledger.build_month(DEAL, DUE).is_posted


@pytest.mark.parametrize("fees", [[], [Fee(fee_id="x", title="X", basis=FeeBasis.POSTED)]])
def test_a_deal_without_such_a_fee_charges_none(fees: list[Fee]) -> None:
    made: DealTerms = terms(fees=fees)
    assert insured_by(made) == []
    standing = {"a": LoanStanding("fixed", 10_000, 10_000, 10_000, 0)}
    assert list(premiums_owed(made, {"a": 10**8}, standing, ())) == []


def test_a_fee_charged_to_the_whole_deal_leaves_nothing_to_say() -> None:
    standing = {"a": LoanStanding("fixed", 12 * 10**8, 12 * 10**8, 12 * 10**8, 0), "b": loan_standing()}
    made = terms(fees=[PMI])
    assert list(premiums_owed(made, {"a": 10**8}, standing, ())) == [("pmi", "fixed", 1_000_000)]
    assert list(premiums_owed(made, {"a": 10**8}, standing, {("pmi", "")})) == []


def loan_standing() -> LoanStanding:
    """Return a loan that states no rate."""
    assert loan("b").pmi_rate is None
    return LoanStanding("fixed", 5, 5, 5, 0)
