"""Which calendar of the deal decides where an event belongs."""

from enum import StrEnum


class Window(StrEnum):
    """Which calendar of the deal decides the distribution that an event belongs to."""

    TERMS = "terms"
    BALANCE = "balance"
    BOARDING = "boarding"
    DUE_PERIOD = "due period"
    PREPAYMENT_PERIOD = "prepayment period"
    ACCRUAL_PERIOD = "accrual period"
    REMITTANCE = "remittance"
    CUT_OFF = "remittance cut-off"
