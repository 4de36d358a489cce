"""The registry: every event type by its written name, with what the store needs to know of each.

An :class:`EventType` is compiled once from the field metadata of its class. It turns an event into the typed columns
without looking at anything but the event.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from ledger.events import (
    accounts,
    advances,
    collections,
    corrections,
    deal,
    distributions,
    fees,
    forward,
    funding,
    irregular,
    modifications,
    months,
    reference,
    statuses,
)
from ledger.events.base import (
    COMPONENTS,
    RATES,
    Event,
    is_cash,
    is_optional_rate,
    is_rate,
    is_signed_cash,
    is_signed_rate,
)
from ledger.values.money import rate_to_units, to_units

EVENT_CLASSES: tuple[type[Event], ...] = (
    deal.DealOpened,
    deal.TermsAmended,
    deal.BondClassIssued,
    deal.LoanBoarded,
    deal.PrefundingDeposited,
    deal.PrefundingWithdrawn,
    deal.CapitalizedInterestDeposited,
    deal.CapitalizedInterestWithdrawn,
    deal.PeriodClosed,
    deal.ActApproved,
    forward.PoolBalanceBroughtForward,
    forward.ClassBalanceBroughtForward,
    forward.AmountBroughtForward,
    forward.PerformanceBroughtForward,
    forward.DelinquencyBroughtForward,
    forward.TriggerBroughtForward,
    statuses.CharacteristicsBroughtForward,
    collections.ScheduledPaymentDue,
    collections.CollectionReceived,
    collections.InstalmentReportedDelinquent,
    collections.CurtailmentCollected,
    collections.PayoffCollected,
    collections.LoanRepurchased,
    collections.LoanSubstituted,
    collections.LoanLiquidated,
    collections.SubsequentRecoveryReceived,
    collections.InsuranceProceedsReceived,
    collections.ReliefActShortfallReported,
    modifications.PrincipalDeferred,
    modifications.DeferredPrincipalCollected,
    modifications.PrincipalForgiven,
    modifications.InterestCapitalized,
    funding.DrawMade,
    funding.ClassBalanceIncreased,
    funding.FundingAccountDeposited,
    funding.FundingAccountReleased,
    funding.AdditionalLoansPurchased,
    funding.RevolvingPeriodEnded,
    reference.ReferencePrincipalDue,
    reference.ReferencePrincipalPrepaid,
    reference.CreditEventReported,
    reference.ReferenceRecoveryReported,
    reference.IssuerPaymentReceived,
    irregular.UnappliedFundsReceived,
    irregular.UnappliedFundsApplied,
    irregular.UnappliedFundsReturned,
    irregular.OverpaymentReceived,
    irregular.OverpaymentRefunded,
    irregular.PaymentReturned,
    advances.AdvanceMade,
    advances.AdvanceRecovered,
    advances.AdvanceDeclaredNonrecoverable,
    fees.ServicingFeeWithheld,
    fees.ServicingFeeEarned,
    fees.ServicingFeeDrawn,
    fees.FeeCharged,
    fees.FeeBilled,
    fees.FeeShortfallRecorded,
    fees.CompensatingInterestPaid,
    fees.DerivativePaymentMade,
    fees.DerivativePaymentReceived,
    fees.CollectionAccountWithdrawn,
    accounts.TrustAccountDeposited,
    accounts.TrustAccountEarned,
    accounts.TrustAccountFunded,
    accounts.TrustAccountWithdrawn,
    accounts.TrustAccountReported,
    statuses.DelinquencyReported,
    statuses.PoolCharacteristicsReported,
    statuses.LoanRateChanged,
    months.IndexPublished,
    months.LoanPaymentChanged,
    months.MonthBuilt,
    statuses.LoanStatusChanged,
    statuses.IndexRateSet,
    statuses.ClassRateReported,
    statuses.ClassPrincipalReported,
    statuses.TriggerDeclared,
    distributions.CollectionAccountRemitted,
    distributions.BondInterestPaid,
    distributions.BondInterestDeferred,
    distributions.BondPrincipalPaid,
    distributions.BondShortfallRecorded,
    distributions.PrepaymentShortfallBorne,
    distributions.BondLossAllocated,
    distributions.BondWrittenUp,
    distributions.BondLossPaid,
    distributions.InsurerPaymentReceived,
    distributions.InsurerInterestAccrued,
    distributions.InsurerReimbursed,
    funding.PrincipalSetAside,
    funding.SellerDrawsRepaid,
    reference.RetainedPartSettled,
    corrections.EventReversed,
    corrections.EventCorrected,
)
"""Every event class, in the order of a deal's life. This tuple is the table of contents of the vocabulary."""


@attrs.frozen(kw_only=True)
class EventType:
    """One event class, compiled: its keys, its components, and the code that reads them from an event.

    ``rate_fields`` are yearly rates as fractions, at most one. A loan to value is none, and may be above one; so
    may the rate of a class that bears interest on a small notional balance. ``cash_fields`` are amounts of cash, and
    ``cash_places`` where they stand among the components.
    """

    name: str
    version: int
    kind: type[Event]
    fields: frozenset[str]
    keys: Callable[[Any], tuple[str, str, str, str]]
    components: Callable[[Any], tuple[int, ...]]
    component_fields: dict[str, str]
    rate_fields: tuple[str, ...]
    cash_fields: tuple[str, ...]
    cash_places: tuple[int, ...]


_YEARLY = frozenset({"coupon", "margin", "max_rate", "min_rate", "cap_up", "cap_down"})
"""Yearly fractions among the weighted averages of a pool, which stand there as given."""


def _compile(kind: type[Event]) -> EventType:
    attributes = attrs.fields(kind)
    names = {item.name for item in attributes}
    by_component = {item.metadata["component"]: item.name for item in attributes if "component" in item.metadata}
    codes = [item.name for item in attributes if item.metadata.get("dimension") == "code"]

    def part(name: str) -> str:
        return f'(e.{name} or "")' if name in names else '""'

    def column(name: str) -> str:
        attribute = by_component.get(name)
        if attribute is None:
            return "0"
        if name == "loans":
            return f"e.{attribute}"
        convert = "rate_to_units" if name in RATES else "to_units"
        return f"{convert}(e.{attribute}) if e.{attribute} else 0"

    code = ' + ":" + '.join(f'str(e.{name} or "")' for name in codes) or '""'
    scope = {"to_units": to_units, "rate_to_units": rate_to_units}
    # Like attrs itself, compile one small function a class from its field names: this runs once per posted event.
    keys = eval(f"lambda e: ({part('loan')}, {part('group')}, {part('class_id')}, {code})", {})
    cash = tuple(item.name for item in attributes if item.validator in (is_cash, is_signed_cash))
    columns = ", ".join(column(name) for name in (*COMPONENTS, *RATES))
    components = eval(f"lambda e: ({columns})", scope)
    return EventType(
        name=kind.name,
        version=kind.version,
        kind=kind,
        fields=frozenset(names),
        keys=keys,
        components=components,
        component_fields=by_component,
        cash_fields=cash,
        cash_places=tuple(place for place, name in enumerate(COMPONENTS) if by_component.get(name) in cash),
        rate_fields=tuple(
            item.name
            for item in attributes
            if kind is not statuses.ClassRateReported
            and (
                item.name in _YEARLY
                or (item.validator in (is_rate, is_optional_rate, is_signed_rate) and item.name != "loan_to_value")
            )
        ),
    )


REGISTRY: dict[str, EventType] = {kind.name: _compile(kind) for kind in EVENT_CLASSES}
"""Every event type by its written name."""

BY_CLASS: dict[type[Event], EventType] = {item.kind: item for item in REGISTRY.values()}
"""Every event type by its class."""
