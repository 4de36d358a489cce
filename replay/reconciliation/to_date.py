"""Unscheduled principal of the bonds to date, against what the loans prepaid to date and what may stand between them.

The two are not one amount. Of a deal whose whole life is known, the bonds got more by extra principal and by
pre-funding that bought no loans, and less by what was released:

    bonds - loans = what overcollateralization has grown by + pre-funding returned as principal
                    + loans liquidated - losses of the classes

Where a deal's own figures do not keep to that (principal that comes or goes in other ways), its statement is not held
to it. Where balances were brought forward, so was what stood between the two: it cannot be derived, and no statement
after that breaks anything by carrying it on.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TypeVar

import attrs

from ledger import (
    ClassKind,
    DistributionReport,
    Event,
    Exact,
    Ledger,
    LoanLiquidated,
    Origin,
    PrefundingWithdrawn,
    total,
)
from replay.filing import Filing
from replay.reconciliation.identities import BrokenIdentity, Printed, broken_identity, float_free
from replay.statements.statement import Statement

E = TypeVar("E", bound=Event)

_HALF_A_CENT = Fraction(1, 200)
_BONDS = ("to date", "Total", "unscheduled principal")
_LOANS = ("VOLUNTARY PREPAYMENTS", "Cumulative: Total Prepayment Amount", "total")


@attrs.frozen(kw_only=True)
class Between:
    """What stands between the two, in dollars: by name since the deal is known, and as it was ``inherited``.

    ``is_whole`` says that the deal's own figures need nothing else, to the cents that balances are rounded to.
    """

    built_up: Fraction
    prefunding_returned: Fraction
    liquidated: Fraction
    inherited: Fraction
    is_whole: bool

    @property
    def known(self) -> dict[str, Fraction]:
        """The differences that follow from the deal's facts, by name, without those of nothing."""
        named = {
            "extra principal less releases and losses that overcollateralization bore": self.built_up,
            "pre-funding returned as principal": self.prefunding_returned,
            "loans liquidated less losses of classes": self.liquidated,
        }
        return {name: amount for name, amount in named.items() if amount}


def _brought(value: Exact, seen: dict[int, Fraction] | None = None) -> Fraction:
    """Return how much of a value was brought forward: sums are looked through, and shares of what was."""
    held: dict[int, Fraction] = {} if seen is None else seen
    if id(value) not in held:
        held[id(value)] = _brought_of(value, held)
    return held[id(value)]


def _brought_of(value: Exact, seen: dict[int, Fraction]) -> Fraction:
    if value.origin is Origin.BROUGHT_FORWARD:
        return value.value
    parts = [_brought(item, seen) for item in value.inputs]
    if value.op == "difference" and parts:
        return parts[0] - sum(parts[1:])
    if value.op == "negative":
        return -parts[0]
    if value.op == "product" and sum(map(bool, parts)) == 1:
        return parts[0] * value.inputs[1].value + parts[1] * value.inputs[0].value
    return sum(parts, Fraction(0)) if value.op in ("sum", "named", "rounded") else Fraction(0)


def between(statement: Statement, ledger: Ledger | None = None) -> Between | None:
    """Return what stands between bonds and loans in a replayed statement; None where its facts do not say.

    What a pre-funding account gave back, and the balances of loans liquidated, stand in no statement to date: where
    there are such a ``ledger`` is needed.
    """
    report = statement.report
    loans, built_up = report.prepayments.cumulative.get("total"), _built_up(report)
    returned, liquidated = _returned(report, ledger), _liquidated(report, ledger)
    if loans is None or built_up is None or returned is None or liquidated is None:
        return None
    bonds = total(item.to_date.unscheduled_principal for item in report.classes.values())
    inherited = _brought(bonds) - _brought(loans.total)
    gap = bonds.value - loans.total.value
    found = Between(
        built_up=built_up,
        prefunding_returned=returned,
        liquidated=liquidated,
        inherited=inherited,
        is_whole=True,
    )
    rest = gap - inherited - sum(found.known.values())
    return attrs.evolve(found, is_whole=abs(rest) <= _roundings(report))


def _since(value: Exact) -> Fraction:
    return value.value - _brought(value)


def _built_up(report: DistributionReport) -> Fraction | None:
    """Return by how much pool and pre-funding exceed the bonds more than when the deal began here."""
    pool, classes = report.collateral.total.closing_balance, report.classes.values()
    bonds = report.waterfall.closing_bonds.value
    now = pool.value + report.prefunding.closing.value - bonds
    carried = _brought(pool)
    if carried:
        held = _brought(report.prefunding.closing)
        return now - (carried + held - sum(_brought(item.result.closing_balance) for item in classes))
    original = report.original_balances.get("total")
    if original is None:
        return None
    faces = sum(item.face.value for item in classes if item.accrual.bond.kind is not ClassKind.NOTIONAL)
    return now - (original.value + report.original_prefunding.value - faces)


def _posted(report: DistributionReport, ledger: Ledger, kind: type[E]) -> Iterator[E]:
    """Yield the events of a type up to a distribution that nothing has reversed or corrected."""
    last, known = report.distribution.number, report.known_through
    events = [item.event for item in ledger.events(report.deal, types=(kind.name,), last=last, known_through=known)]
    void = {getattr(item, "reverses", "") or getattr(item, "corrects", "") for item in events}
    yield from (item for item in events if isinstance(item, kind) and item.event_id not in void)


def _returned(report: DistributionReport, ledger: Ledger | None) -> Fraction | None:
    """Return what the pre-funding account paid as principal up to a distribution."""
    carried = _brought(report.collateral.total.closing_balance)
    held = _brought(report.prefunding.closing) if carried else report.original_prefunding.value
    if not held:
        return Fraction(0)
    if ledger is None:
        return None
    return sum((Fraction(item.paid_as_principal) for item in _posted(report, ledger, PrefundingWithdrawn)), Fraction(0))


def _liquidated(report: DistributionReport, ledger: Ledger | None) -> Fraction | None:
    """Return the balances of loans liquidated up to a distribution, less what classes have lost."""
    lost = total(item.to_date.losses for item in report.classes.values())
    balances = Fraction(0)
    if _since(report.losses.cumulative["total"].count):
        if ledger is None:
            return None
        balances = sum((Fraction(item.balance) for item in _posted(report, ledger, LoanLiquidated)), balances)
    return balances - _since(lost)


def _roundings(report: DistributionReport) -> Fraction:
    """Return what balances to the cent can come to beside principal that is not: half a cent a class and month."""
    first, now = report.terms.calendar.first_payment_date, report.distribution.payment_date
    months = 12 * (now.year - first.year) + now.month - first.month + 1
    return _HALF_A_CENT * months * len(report.classes)


def prepaid_to_date(
    statement: Statement, filing: Filing, ledger: Ledger | None = None
) -> tuple[tuple[BrokenIdentity, ...], tuple[str, ...]]:
    """Return where a published statement breaks the identity, and notes of what it inherited and what explains it."""
    printed = Printed(filing)
    bonds, loans = printed.value(*_BONDS), printed.value(*_LOANS)
    found = None if bonds is None or loans is None else between(statement, ledger)
    if bonds is None or loans is None or found is None:
        return (), ()
    known = sum(found.known.values(), found.inherited)
    pages = (printed.page(*_BONDS), printed.page(*_LOANS))
    allowed = _roundings(statement.report) + sum(_printed_to(amount) for amount in (bonds, loans))
    if found.is_whole and abs(bonds - loans - known) > allowed:
        name = "cumulative bond unscheduled principal is cumulative prepayments and what is known to stand between them"
        return (broken_identity(name, bonds, loans + known, pages),), ()
    return (), tuple(_notes(found, bonds, loans))


def _printed_to(amount: Fraction) -> Fraction:
    """Return what printing can round away: eleven characters leave one decimal from a hundred million on."""
    return Fraction(1, 20) if abs(amount) >= 10**8 else _HALF_A_CENT


def _notes(found: Between, bonds: Fraction, loans: Fraction) -> Iterator[str]:
    said = (
        f"bond unscheduled principal to date, {float_free(bonds, 2)}, and prepayments to date, {float_free(loans, 2)}"
    )
    if found.inherited:
        yield f"{said}: {float_free(found.inherited, 2)} apart as brought forward, inherited and unexplained"
    if found.is_whole and found.known:
        named = "; ".join(f"{float_free(amount, 2)} {name}" for name, amount in found.known.items())
        yield f"{said}: apart since by {named}"


__all__ = ["Between", "between", "prepaid_to_date"]
