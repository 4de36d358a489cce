"""The premiums of mortgage insurance that lenders pay, as a month says them: what the loans of a group make of them.

A premium is a twelfth of each loan's yearly rate on its scheduled balance before the distribution, added up over the
group and rounded once, as the statement derives it (:mod:`ledger.projections.fees`). A group of which no loan states a
rate is left to whoever knows what its premium is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import islice

from ledger.deal.terms import DealTerms, Fee
from ledger.deal.vocabulary import FeeBasis
from ledger.events import codec
from ledger.journal.movements import BOARDING
from ledger.projections.pool import PREMIUM
from ledger.reading.loan_pool import standing_boardings
from ledger.store.rows import Boarding, LoanStanding
from ledger.store.source import Source
from ledger.values.money import RATE_SCALE, UNITS_PER_DOLLAR, rate_to_units, round_to
from ledger.values.selector import Selector

_TOGETHER = 2_000
"""Boardings that are looked at together."""


def insured_by(terms: DealTerms) -> list[Fee]:
    """Return the fees that are made of what loans state of their insurance."""
    return [fee for fee in terms.fees if fee.basis is FeeBasis.LOAN_PREMIUMS]


def premium_rates(reading: Source, deal_key: int, known: int) -> dict[str, int]:
    """Return the yearly rates (of 10**-10) that loans stated on boarding; who states none is not in it."""
    asked = deal_key, Selector(types=(BOARDING,)), Boarding._fields
    rows = map(Boarding._make, reading.month_columns(*asked, known_through=known))
    kept: list[Boarding] = []
    units: dict[str, int] = {}
    while part := [*islice(rows, _TOGETHER)]:
        boarded = [row for row in part if row.reverses is None]
        kept.extend(row for row in part if row.reverses is not None)
        spelt = codec.raw_glances([row.payload for row in boarded], BOARDING, (PREMIUM,))
        # Of a payload nothing is kept but the rate, as it is spelt: a pool of a hundred thousand is read in parts.
        kept.extend(
            row._replace(payload="" if rate is None else str(rate)) for row, (rate,) in zip(boarded, spelt, strict=True)
        )
    kept.sort(key=lambda row: row.sequence)
    found: dict[str, int] = {}
    for loan, row in standing_boardings(kept).items():
        if row.reverses is None and row.payload:
            if row.payload not in units:
                units[row.payload] = rate_to_units(Decimal(row.payload))
            found[loan] = units[row.payload]
    return found


def premiums_owed(
    terms: DealTerms,
    rates: Mapping[str, int],
    standings: Mapping[str, LoanStanding],
    charged: Collection[tuple[str, str]],
) -> Iterator[tuple[str, str, int]]:
    """Yield the premiums of a month: fee, group, and store units.

    What somebody charged of a fee, of the group or of the whole deal, stands: ``charged`` are fees with their groups.
    """
    insured = insured_by(terms)
    if not insured:
        return
    yearly: dict[str, int] = {}
    for loan, rate in rates.items():
        stands = standings.get(loan)
        if stands is not None and stands.opening:
            yearly[stands.group] = yearly.get(stands.group, 0) + stands.opening * rate
    a_year = 12 // terms.calendar.months_between_payments
    for fee in insured:
        for group in terms.group_ids:
            if (fee.fee_id, group) in charged or (fee.fee_id, "") in charged:
                continue
            owed = Fraction(yearly.get(group, 0), 10**RATE_SCALE * UNITS_PER_DOLLAR * a_year)
            units = int(round_to(owed, terms.currency.unit, fee.rounding) * UNITS_PER_DOLLAR)
            if units:
                yield fee.fee_id, group, units


__all__ = ["insured_by", "premium_rates", "premiums_owed"]
