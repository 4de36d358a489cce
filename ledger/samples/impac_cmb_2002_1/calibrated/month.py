"""September 2002 once more, loan by loan: nothing of the pool is reported at group level.

The tape is calibrated, not real (see :mod:`~ledger.samples.impac_cmb_2002_1.calibrated.tape`). What has no loan
dimension - bonds, index, derivatives, balances to date, earlier months - is the real month's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import attrs

from ledger import (
    AdvanceMade,
    CollectionReceived,
    CompensatingInterestPaid,
    CurtailmentCollected,
    Dated,
    DealTerms,
    Event,
    IndexRateSet,
    InstalmentReportedDelinquent,
    Ledger,
    LoanBoarded,
    LoanStatusChanged,
    PayoffCollected,
    PoolBalanceBroughtForward,
    Receipt,
    ReliefActShortfallReported,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
)
from ledger.deal.terms import CURRENT_RULES
from ledger.samples.impac_cmb_2002_1 import september_2002 as real
from ledger.samples.impac_cmb_2002_1.calibrated.rates import CENT
from ledger.samples.impac_cmb_2002_1.calibrated.tape import (
    TARGETS,
    CalibratedLoan,
    TapeTarget,
    calibrated_group,
    split,
)

DEAL = "impac-cmb-2002-1-calibrated"
PAID = real.PAID
published = real.published
NOTHING = Decimal("0.00")


SERVICING_RATE_PLACES = Decimal("1e-10")
"""The places to which a servicing rate is given: fees then follow from balances and rates to the cent."""


class Late(NamedTuple):
    """What one loan did not pay, and what was advanced for it."""

    principal: Decimal
    interest: Decimal
    fee: Decimal
    advanced: Decimal


def _under_latest_rules() -> DealTerms:
    """Return the real terms, under the latest rules."""
    return attrs.evolve(real.terms(), rules=CURRENT_RULES)


terms = _under_latest_rules


def brought_forward() -> Iterator[Event]:
    """Yield what the trust carried in, without the pool: its loans board one by one."""
    for event in real.brought_forward():
        if not isinstance(event, PoolBalanceBroughtForward):
            yield attrs.evolve(event, deal=DEAL)


def boarding(target: TapeTarget, loans: list[CalibratedLoan]) -> Iterator[Event]:
    """Yield the loans as they stood after the distribution of August."""
    servicing = servicing_rates(target, loans)
    for loan in loans:
        row = loan.payoff or {}
        yield LoanBoarded(
            event_id=f"loan/{loan.loan}",
            deal=DEAL,
            effective_date=real.ENTERED,
            loan=loan.loan,
            group=loan.group,
            balance=loan.opening,
            note_rate=loan.note_rate,
            servicing_rate=servicing[loan.loan],
            original_balance=row.get("original_balance"),
            original_term_months=int(row.get("original_term", 0)),
            origination_date=row.get("origination_date"),
            state=row.get("state", ""),
            loan_to_value=row.get("loan_to_value"),
            remaining_term_months=loan.remaining_months,
            remaining_amortization_months=loan.measures.get("remaining_amortization_months"),
            seasoning_months=loan.measures.get("seasoning_months"),
            margin=loan.measures.get("margin"),
            max_rate=loan.measures.get("max_rate"),
            min_rate=loan.measures.get("min_rate"),
            cap_up=loan.measures.get("cap_up"),
            cap_down=loan.measures.get("cap_down"),
        )


def _lateness(target: TapeTarget, loans: list[CalibratedLoan]) -> dict[str, Late]:
    """Which loans were late: those behind already, then others, until the group's delinquent interest is reached."""
    candidates = [loan for loan in loans if loan.payoff is None and loan.interest % CENT == 0]
    chosen: list[tuple[CalibratedLoan, Decimal]] = []
    left = target.delinquent_interest
    for loan in sorted(candidates, key=lambda item: (item.status is None, item.loan)):
        if left <= 0:
            break
        chosen.append((loan, min(loan.interest, left)))
        left -= chosen[-1][1]
    principal = split(target.delinquent_principal, [loan.scheduled for loan, _ in chosen])
    fees = split(target.delinquent_fee, [loan.opening for loan, _ in chosen])
    advanced = [interest - fee for (_, interest), fee in zip(chosen, fees, strict=True)]
    advanced[0] += target.advanced_interest - sum(advanced)  # the statement advances a cent less than it owes
    return {loan.loan: Late(principal[k], interest, fees[k], advanced[k]) for k, (loan, interest) in enumerate(chosen)}


def _shortfalls(loans: list[CalibratedLoan]) -> dict[str, Decimal]:
    """The interest that each payoff cost, to the cent; rounded on from loan to loan, so that the group's is exact."""
    found: dict[str, Decimal] = {}
    through = rounded = Decimal(0)
    for loan in loans:
        if loan.payoff is not None:
            through += loan.opening * loan.note_rate * (31 - int(loan.payoff["date"][8:])) / 360
            found[loan.loan] = through.quantize(CENT, ROUND_HALF_UP) - rounded
            rounded += found[loan.loan]
    return found


def _collected(target: TapeTarget, loans: list[CalibratedLoan], late: dict[str, Late], relieved: str) -> list[Decimal]:
    """Cash interest loan by loan: what was owed, in whole cents.

    Raises :class:`ValueError` where the cents of single loans do not add up to what the statement says was collected.
    """
    none, short = Late(NOTHING, NOTHING, NOTHING, NOTHING), _shortfalls(loans)
    cash = [
        (loan.interest - late.get(loan.loan, none).interest - short.get(loan.loan, NOTHING)).quantize(
            CENT, ROUND_HALF_UP
        )
        - (target.relief_act if loan.loan == relieved else NOTHING)
        for loan in loans
    ]
    if sum(cash) != target.collected_interest:
        raise ValueError(f"{target.group}: {sum(cash)} is collected, and {target.collected_interest} is published")
    return cash


def servicing_rates(target: TapeTarget, loans: list[CalibratedLoan]) -> dict[str, Decimal]:
    """Return the yearly servicing rates under which balance x rate / 12 adds up to the group's fees.

    One rate fits the loans whose fee was kept out of what they paid, another those whose instalment was not received.
    """
    late = _lateness(target, loans)
    found: dict[str, Decimal] = {}
    for fee, those in (
        (target.servicing_fee, [loan for loan in loans if loan.loan not in late]),
        (target.delinquent_fee, [loan for loan in loans if loan.loan in late]),
    ):
        rate = 12 * fee / sum(loan.opening for loan in those)
        found.update((loan.loan, rate.quantize(SERVICING_RATE_PLACES)) for loan in those)
    return found


def group_month(target: TapeTarget, loans: list[CalibratedLoan]) -> Iterator[Event]:
    """Yield the month of one group, loan by loan."""
    late = _lateness(target, loans)
    punctual = [loan for loan in loans if loan.loan not in late and loan.payoff is None]
    relieved = next(loan.loan for loan in punctual if loan.interest > 400)
    due: Dated = {"deal": DEAL, "effective_date": real.DUE}
    remitted: Dated = {"deal": DEAL, "effective_date": real.REMITTED}
    cash = _collected(target, loans, late, relieved)
    paying = [loan for loan in loans if loan.loan not in late]
    fees = dict(
        zip(
            (loan.loan for loan in paying),
            split(target.servicing_fee, [loan.opening for loan in paying]),
            strict=True,
        )
    )
    compensating = _shortfalls(loans)
    for loan, interest in zip(loans, cash, strict=True):
        name, held = loan.loan, late.get(loan.loan)
        if loan.payoff is not None:
            yield PayoffCollected(
                event_id=f"payoff/{name}", deal=DEAL, effective_date=loan.payoff["date"], loan=name,
                amount=loan.opening, note_rate=loan.note_rate,
            )  # fmt: skip
        yield ScheduledPaymentDue(
            event_id=f"due/{name}", loan=name, principal=loan.scheduled, interest=loan.interest, **due
        )
        principal = loan.scheduled - (held.principal if held else NOTHING)
        if principal or interest:
            yield CollectionReceived(event_id=f"paid/{name}", loan=name, principal=principal, interest=interest, **due)
        if held is not None:
            yield InstalmentReportedDelinquent(
                event_id=f"late/{name}", loan=name, principal=held.principal, interest=held.interest,
                servicing_fee=held.fee, **due,
            )  # fmt: skip
            yield AdvanceMade(
                event_id=f"advance/{name}", loan=name, principal=held.principal, interest=held.advanced, **remitted
            )
        if loan.curtailment:
            yield CurtailmentCollected(
                event_id=f"curtailment/{name}", deal=DEAL, effective_date=real.MONTH_END, loan=name,
                amount=loan.curtailment,
            )  # fmt: skip
        if loan.status is not None:
            # The statement counts no loan that became REO this month, so the one in REO was so before.
            since = real.ENTERED if loan.status[0] == "reo" else real.MONTH_END
            yield LoanStatusChanged(
                event_id=f"status/{name}", deal=DEAL, effective_date=since, loan=name,
                status=loan.status[0], bucket=loan.status[1],
            )  # fmt: skip
        if fees.get(name):
            yield ServicingFeeWithheld(event_id=f"fee/{name}", loan=name, amount=fees[name], **remitted)
        if compensating.get(name):
            yield CompensatingInterestPaid(event_id=f"ci/{name}", loan=name, amount=compensating[name], **remitted)
        if name == relieved and target.relief_act:
            yield ReliefActShortfallReported(event_id=f"relief/{name}", loan=name, interest=target.relief_act, **due)


def without_loans() -> Iterator[Event]:
    """Yield what has no loan dimension: the index, the mortgage insurance premium, the derivative payments."""
    pool = (ServicingFeeWithheld, CompensatingInterestPaid)
    for event in real.fees_and_contracts():
        if not isinstance(event, pool):
            yield attrs.evolve(event, deal=DEAL)
    for event in real.reports():
        if isinstance(event, IndexRateSet):
            yield attrs.evolve(event, deal=DEAL)


def post(ledger: Ledger) -> Receipt:
    """Board the calibrated tape, post its month loan by loan, close it and pay the bonds."""
    ledger.open_deal(DEAL, terms()).or_raise()
    ledger.post_many(brought_forward()).or_raise()
    groups = [(target, calibrated_group(target)) for target in TARGETS]
    ledger.post_many([event for target, loans in groups for event in boarding(target, loans)]).or_raise()
    month = [event for target, loans in groups for event in group_month(target, loans)]
    ledger.post_many([*month, *without_loans()]).or_raise()
    ledger.close_period(DEAL, PAID).or_raise()
    return ledger.distribute(DEAL, PAID).or_raise()


post_calibrated_september_2002 = post
"""The month under a name that says which it is."""
