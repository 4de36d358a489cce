"""What a month is built from: what others said apart from what the month said itself."""

from __future__ import annotations

import datetime as dt

from ledger import CurtailmentCollected, LoanPaymentChanged, LoanRateChanged
from ledger.deal.schedule import schedule
from ledger.months.gathering import Gathering, LoansOfMonth, stamp_of
from tests.deals.noted import DEAL, DUE, NEXT_DUE, noted, terms

AT = schedule(terms()).at(0)


def gathered(ledger: object) -> LoansOfMonth:
    """Return what the first month is built from."""
    store = ledger._store  # type: ignore[attr-defined]
    with store.reading() as reading:
        known = reading.head(reading.deal_key(DEAL)).sequence
        return Gathering(reading, DEAL, known, terms(), AT).loans()


def test_its_own_events_are_told_from_those_of_others_by_their_ids() -> None:
    with noted() as ledger:
        ledger.post_month(DEAL, DUE).or_raise()
        ahead = CurtailmentCollected(
            event_id="ahead", deal=DEAL, effective_date="2024-01-10", loan="level", amount="900.00"
        )
        ledger.post(ahead).or_raise()
        month = gathered(ledger)
        assert set(month.others) == {"level"}
        assert month.others["level"].curtailed == ((20240110, 9_000_000),)
        assert all(own.event_id.startswith(stamp_of(DEAL, AT)) for own in month.built.standing.values())
        assert (month.built.built, month.built.refused) == (1, set())


def test_what_a_loan_has_left_counts_what_the_month_took_itself_as_there() -> None:
    with noted() as ledger:
        assert gathered(ledger).left_of("level") == 2_000_000_000
        ledger.post_month(DEAL, DUE).or_raise()
        assert gathered(ledger).left_of("level") == 2_000_000_000


def test_changes_of_a_rate_within_the_month_are_set_apart_from_the_rate_before_it() -> None:
    with noted() as ledger:
        changed = LoanRateChanged(
            event_id="rate", deal=DEAL, effective_date="2024-01-10", loan="level", note_rate="0.05"
        )
        ledger.post(changed).or_raise()
        month = gathered(ledger)
        assert month.rates["level"] == (600_000_000, 25_000_000)
        assert month.rate_changes == {"level": ((20240110, 500_000_000, 0),)}


def changed(on: str, payment: str) -> LoanPaymentChanged:
    """Return a change of the payment of a loan."""
    return LoanPaymentChanged(event_id=f"pay/{on}", deal=DEAL, effective_date=on, loan="level", payment=payment)


def test_of_payments_that_changed_those_in_force_are_read() -> None:
    with noted() as ledger:
        ledger.post_many([changed("2024-01-15", "1300.00"), changed("2024-01-20", "1250.00")]).or_raise()
        assert gathered(ledger).payments == {"level": 12_500_000}
        store, later = ledger._store, schedule(terms()).at(1)
        with store.reading() as reading:
            key = reading.deal_key(DEAL)
            known = reading.head(key).sequence
            asked = {"known_through": known, "last": AT.number}
            assert reading.loan_payments(key, **asked) == {"level": (20240120, 12_500_000)}
            assert reading.loan_payments(key, known_through=known, last=AT.number - 1) == {}
            assert Gathering(reading, DEAL, known, terms(), later).loans().payments == {"level": 12_500_000}
        assert later.due_period[1] == NEXT_DUE
        ledger.reverse(DEAL, "pay/2024-01-20", effective_date=dt.date(2024, 1, 20), reason="of another loan").or_raise()
        assert gathered(ledger).payments == {"level": 13_000_000}


def test_a_boarding_is_fetched_of_a_loan_that_moved_within_the_month() -> None:
    with noted() as ledger:
        assert gathered(ledger).payloads == {}
        ahead = CurtailmentCollected(
            event_id="ahead", deal=DEAL, effective_date="2024-01-10", loan="level", amount="900.00"
        )
        ledger.post(ahead).or_raise()
        month = gathered(ledger)
        assert set(month.payloads) == {"level"}
        assert '"loan":"level"' in month.payload_of("level")
