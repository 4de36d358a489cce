"""Deals shipped with the product, to learn from and to test with: every one answers to the same names."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from ledger import DealTerms, Ledger, Receipt
from ledger.samples.impac_cmb_2002_1 import september_2002
from ledger.samples.impac_cmb_2002_1.calibrated import month as calibrated_september_2002
from ledger.samples.impac_cmb_2002_1.life import months as calibrated_life


class Sample(Protocol):
    """A month of a deal, as a module of this package: whoever tries samples needs to know no more of any."""

    DEAL: str
    """The name under which the deal is posted."""

    PAID: dt.date
    """The payment date of the month's distribution."""

    def terms(self) -> DealTerms:
        """Return the terms of the deal."""

    def post(self, ledger: Ledger) -> Receipt:
        """Open the deal in a ledger, post its month, close it and pay the bonds; return the receipt of the last."""

    def published(self) -> str:
        """Return the figures that were published of the month, or that it was made to add up to, as CSV."""


SAMPLES: tuple[Sample, ...] = (september_2002, calibrated_september_2002, calibrated_life)
"""Every sample, the real month first."""


__all__ = ["SAMPLES", "Sample"]
