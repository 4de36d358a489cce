"""What must hold of every month: what was due, what came in, what is paid and what is printed are one thing.

The laws are tried on random months of a small deal, to whose payments anything happens that does, and on simulated
lives; each on SQLite, and a few on PostgreSQL. Hypothesis prints the draws of a month that breaks one.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ledger import AsOf, Books, ClassKind, DistributionReport, Ledger, RollForward
from ledger.events.registry import REGISTRY
from ledger.journal.postings import post
from ledger.journal.totals import TotalRow
from ledger.simulation import Life, LifePlan, post_life
from tests.deals.closing import closed
from tests.draws import draws
from tests.properties.servicer import DEAL, GROUPS, Servicer, random_terms

CENT = Fraction(1, 100)
MONTHS = (2, 3, 4, 5)
FEW = settings(
    max_examples=draws(2),
    deadline=None,
    phases=[phase for phase in Phase if phase is not Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
BOND_PAYMENTS = ("bond_interest_paid", "bond_principal_paid")


def paid_out(ledger: Ledger, deal: str, number: int) -> Fraction:
    """Return what classes were paid of a distribution, less what their insurers paid of it."""
    signs = dict.fromkeys(BOND_PAYMENTS, 1) | {"insurer_payment_received": -1, "insurer_reimbursed": 1}
    units = sum(
        signs[row.posts_as] * (row.principal + row.interest + row.other)
        for row in ledger.stored_rows(deal)
        if row.distribution == number and row.posts_as in signs
    )
    return Fraction(units, 10_000)


def holds_of_a_paid_month(
    ledger: Ledger, deal: str, day: dt.date, before: DistributionReport | None
) -> DistributionReport:
    """Check what holds of any month that is paid, and return its report."""
    report = ledger.distribution(deal, day)
    assert ledger.without_snapshots().distribution(deal, day).digest == report.digest
    cash_is_funds(ledger, deal, report)
    for item in report.classes.values():
        assert abs(item.result.all_interest.value - item.recorded.interest.value) < CENT
        assert abs(item.result.all_principal.value - item.recorded.principal.value) < CENT
    if before is not None:
        columns_roll(before, report)
    return report


def cash_is_funds(ledger: Ledger, deal: str, report: DistributionReport) -> None:
    """Funds available are, to the cent, the cash that is paid out; without a residual class the rest stays."""
    if report.funds.value < 0:
        # More was earned than came in: nothing is paid, and the gate wants it acknowledged.
        assert paid_out(ledger, deal, report.distribution.number) == 0
        assert "funds_below_zero" in {
            item.code for item in ledger.readiness(deal, report.distribution.payment_date).findings
        }
        return
    paid = paid_out(ledger, deal, report.distribution.number)
    left = report.waterfall.left_over.value
    assert abs(report.funds.value - left - paid) <= report.roundings
    if any(item.accrual.bond.kind is ClassKind.RESIDUAL for item in report.classes.values()):
        # A group's interest may end in a fraction of a cent, and every fee is rounded by itself.
        assert abs(report.funds.value - paid) <= CENT / 2 * (len(report.account.groups) + len(report.fees) + 1)


def columns_roll(before: DistributionReport, now: DistributionReport) -> None:
    """A to-date column is the one before and what is printed now, exact; balances open where they closed."""
    for name, item in now.classes.items():
        last = before.classes[name]
        assert item.to_date.interest.value == last.to_date.interest.value + item.result.all_interest.value
        assert item.to_date.principal.value == last.to_date.principal.value + item.result.all_principal.value
        scheduled = last.to_date.scheduled_principal.value + item.to_date.scheduled_now.value
        assert item.to_date.scheduled_principal.value == scheduled
        assert item.to_date.losses.value == last.to_date.losses.value + item.result.loss.value
        assert item.result.claim.balance.value == last.result.closing_balance.value
    for group, pool in now.collateral.groups.items():
        assert pool.opening_balance.value == before.collateral.groups[group].closing_balance.value


def the_loans_are_the_pool(ledger: Ledger, deal: str, report: DistributionReport) -> None:
    """The loans of the book add up to the pool, in balance, in number and in whatever moved it; each one's foots."""
    book = ledger.loans_paid(deal, report.distribution.payment_date)
    for total in book.totals():
        pool = report.collateral.total if total.group == "total" else report.collateral.groups[total.group]
        assert total.pool_balance == total.amounts["stated_balance"] == pool.closing_balance.decimal
        assert total.pool_count == total.loan_count == pool.closing_count.value
    rolled = list(book.roll_forward())
    for whole in book.pool_roll_forward():
        own = [line for line in rolled if whole.group in (line.group, "total")]
        assert not whole.difference
        for item in attrs.fields(RollForward):
            if item.name not in ("loan", "group"):
                assert getattr(whole, item.name) == sum(getattr(line, item.name) for line in own), item.name
    assert not any(line.difference for line in rolled)
    for line in book:
        if line.actual_balance is not None and line.arrears_principal is not None:
            early = line.stated_balance + line.arrears_principal - line.actual_balance
            assert early >= 0, "nothing but what came in early is missing from the actual balance"


def movements_are_the_difference(ledger: Ledger, deal: str, before: dt.date | None, day: dt.date) -> None:
    """Opening and movements make the closing, for every account, and for every loan since the beginning."""
    moved: dict[tuple[str, str], int] = {}
    first = 0 if before is None else int(f"{before:%Y%m%d}")
    for row in ledger.stored_rows(deal):
        if first < row.effective_date <= int(f"{day:%Y%m%d}"):
            key_of = row.distribution, row.posts_as, row.loan_group, row.class_id, row.code
            total = TotalRow._make((*key_of, *row.components, 1))
            for posting in post([total]):
                key = " ".join(part for part in (posting.group, posting.class_id, posting.code) if part)
                moved[posting.account, key] = moved.get((posting.account, key), 0) + posting.units
    opening = {} if before is None else _debits(ledger.books(deal, AsOf(record_date=before)))
    closing = _debits(ledger.books(deal, AsOf(record_date=day)))
    for place in {*opening, *closing, *moved}:
        assert opening.get(place, 0) + Fraction(moved.get(place, 0), 10_000) == closing.get(place, 0), place
    assert sum(closing.values()) == 0


def _debits(books: Books) -> dict[tuple[str, str], Fraction]:
    return {(item.account.name, item.key): item.debit.value for item in books}


def every_cent_has_a_name(books: Books) -> dict[tuple[str, str], Fraction]:
    """See that what is held is what the accounts hold, and return it by name and group."""
    cash = books.balance("collection_account").value + books.balance("distribution_account").value
    found: dict[tuple[str, str], Fraction] = {}
    for item in books.held:
        place = item.name, item.group
        found[place] = found.get(place, Fraction(0)) + item.amount.value
    assert sum(found.values()) == cash
    return found


def the_servicers_books_agree(servicer: Servicer, report: DistributionReport) -> None:
    """Compare with what the servicer knows: what is held of whom, what is still owed, what was missed this month."""
    ledger, day = servicer.ledger, report.distribution.payment_date
    books = ledger.books(DEAL, AsOf(record_date=day))
    held = every_cent_has_a_name(books)
    for name in ("unapplied funds", "overpayments", "instalments paid ahead"):
        of_loans = {loan: of.value for item in books.held if item.name == name for loan, of in item.loans.items()}
        assert of_loans == {loan: Fraction(own) for loan, own in _own(servicer, name).items() if own}, name
    for group, earned in servicer.fees.items():
        assert held.get(("fees earned and not drawn", group), 0) == Fraction(earned)
    restated = held.get(("restated cash", ""), Fraction(0))
    if any(item.accrual.bond.kind is ClassKind.RESIDUAL for item in report.classes.values()):
        assert abs(restated - Fraction(servicer.restated)) < CENT
    assert not any(name == "collected for a later distribution" for name, _ in held)
    _owed(servicer, books)
    for group, missed in servicer.missed.items():
        fallen = report.instalments
        assert fallen.delinquent_principal[group].value == Fraction(missed[0])
        assert abs(fallen.delinquent_interest[group].value - Fraction(missed[1])) <= CENT * 2
        assert fallen.due_interest[group].value == Fraction(servicer.due[group][1])


def _own(servicer: Servicer, name: str) -> dict[str, Decimal]:
    if name == "unapplied funds":
        return {loan: own.unapplied for loan, own in servicer.loans.items()}
    if name == "overpayments":
        return {loan: own.overpaid for loan, own in servicer.loans.items()}
    return {loan: sum(own.ahead, Decimal(0)) for loan, own in servicer.loans.items()}


def _owed(servicer: Servicer, books: Books) -> None:
    """Nothing is due but what loans still owe, less what they paid ahead; a payoff's shortfall is nobody's any more."""
    for part, tolerance in (("principal", Fraction(0)), ("interest", Fraction(servicer.fractions))):
        for group in ("one", "two"):
            own = [item for loan, item in servicer.loans.items() if GROUPS[loan] == group]
            owed = sum((getattr(arrear, part) for item in own for arrear in item.arrears), Decimal(0))
            ahead = sum((item.ahead[part == "interest"] for item in own), Decimal(0))
            due = sum((books.balance(f"{what}_{part}" if what else f"{part}_due", group).value
                       for what in ("", "delinquent")), Fraction(0))  # fmt: skip
            assert abs(due - Fraction(owed - ahead)) <= tolerance, (part, group)


def live(ledger: Ledger, data: st.DataObject, months: tuple[int, ...] = MONTHS) -> None:
    """Let random months happen, and check every law after each."""
    servicer = Servicer(ledger, data.draw(random_terms()), data.draw)
    before: DistributionReport | None = None
    for month in months:
        day = servicer.paid_on(month)
        servicer.month(month)
        closed(ledger, DEAL, day)
        ledger.distribute(DEAL, day).or_raise()
        restated = before is not None and servicer.restated_last
        report = holds_of_a_paid_month(ledger, DEAL, day, None if restated else before)
        # What was earned beyond what came in is missing until the servicer pays it in.
        servicer.restated += min(report.funds.decimal, Decimal(0))
        the_loans_are_the_pool(ledger, DEAL, report)
        the_servicers_books_agree(servicer, report)
        movements_are_the_difference(ledger, DEAL, None if month == months[0] else servicer.paid_on(month - 1), day)
        before = report


@given(st.data())
@FEW
def test_random_months_obey_the_laws(data: st.DataObject) -> None:
    with Ledger.create("sqlite://") as ledger:
        live(ledger, data)


@pytest.mark.slow
@given(st.data())
@settings(FEW, max_examples=300)
def test_many_random_months_obey_the_laws(data: st.DataObject) -> None:
    with Ledger.create("sqlite://") as ledger:
        live(ledger, data)


def test_random_months_obey_the_laws_on_postgresql(postgres_server: Any) -> None:
    @given(st.data())
    @settings(FEW, max_examples=3)
    def check(data: st.DataObject) -> None:
        with Ledger.create(postgres_server.ledger_database()) as ledger:
            live(ledger, data, MONTHS[:2])

    check()


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_simulated_lives_obey_the_laws(seed: int) -> None:
    plan = LifePlan(seed=seed, loans=60, months=9, name="laws", late_rate=60_000, correction_rate=20_000)
    with Ledger.create("sqlite://") as ledger:
        post_life(ledger, plan)
        before: DistributionReport | None = None
        for month in Life(plan).months():
            before = holds_of_a_paid_month(ledger, plan.deal, month.payment_date, before)
        last = ledger.books(plan.deal, AsOf(record_date=month.payment_date))
        every_cent_has_a_name(last)
        assert set(REGISTRY) >= {row.posts_as for row in ledger.stored_rows(plan.deal)}
