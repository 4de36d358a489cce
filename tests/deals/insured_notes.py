"""Home equity notes of two pools, each insured and with overcollateralization of its own: terms, months, a little model.

The deal is GreenPoint 1999-2 as far as its statements show it: margins, fees, the index, pools, what was collected of
pool A-2 in December 2000, and overcollateralization in October 2000. The rest is supplied: targets, the months between,
the balances of the notes (such that October's overcollateralization comes out as printed), draws and a loss.
The model shares nothing with the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import attrs

from ledger import (
    BuildOvercollateralization,
    ClassBalanceBroughtForward,
    CollectionReceived,
    CurtailmentCollected,
    Dated,
    DayCount,
    Deal,
    DealTerms,
    DrawMade,
    Event,
    Fee,
    FeeBasis,
    IndexRateSet,
    LoanLiquidated,
    OvercollateralizationTerms,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PoolBalanceBroughtForward,
    RecordDateRule,
    ReimburseInsurer,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
    Source,
    floating_rate,
)
from ledger.deal.vocabulary import AccrualRule

CLASSES = ("A-1", "A-2")
MARGINS = {"A-1": "0.0030", "A-2": "0.0038"}
POOLS = {"A-1": Fraction("177168728.35"), "A-2": Fraction("40095559.54")}
TARGETS = {"A-1": Fraction("7500000.00"), "A-2": Fraction("1750000.00")}
PRINTED = {"A-1": "5408774.99", "A-2": "1291965.86"}
"""Overcollateralization as of the payment date, in the statement of 16 October 2000."""


class Brought(NamedTuple):
    """What a pool brought in a month: interest, its servicing fee, principal, draws that principal paid, a loss."""

    interest: str
    fee: str
    principal: str
    draws: str = "0.00"
    lost: str = "0.00"


class Month(NamedTuple):
    """A month: its payment date and the one before, the index, and what each pool brought."""

    paid: date
    before: date
    index: str
    brought: Mapping[str, Brought]


MONTHS = (
    Month(
        date(2000, 10, 16),
        date(2000, 9, 15),
        "0.0662125",
        {
            "A-1": Brought("1854388.30", "73820.30", "6204117.45", "1811004.12"),
            "A-2": Brought("414866.59", "16706.48", "1322410.08", "405118.77"),
        },
    ),
    Month(
        date(2000, 11, 15),
        date(2000, 10, 16),
        "0.0662000",
        {
            "A-1": Brought("1808391.77", "71990.00", "7120533.90", "1602118.04"),
            "A-2": Brought("405380.12", "16324.29", "1450781.66", "298415.50"),
        },
    ),
    Month(
        date(2000, 12, 15),
        date(2000, 11, 15),
        "0.0662250",
        {
            "A-1": Brought("1750640.28", "69690.90", "6618840.31", "990312.75"),
            "A-2": Brought("142118.07", "15844.13", "1377290.45", "120400.00", "2150000.00"),
        },
    ),
    Month(
        date(2001, 1, 16),
        date(2000, 12, 15),
        "0.0671000",
        {
            "A-1": Brought("1700146.46", "67345.68", "9759366.94"),
            "A-2": Brought("350396.31", "13973.02", "1510078.22"),
        },
    ),
)
