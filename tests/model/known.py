"""Where the ledger is known to print something else than the model, by kind.

Each kind is a switch of the model: with all of them it prints what the ledger prints, figure by figure, and without any
one of them it does not. A kind that the ledger no longer needs fails the tests until it is taken out, here and in the
model.
"""

from __future__ import annotations

from tests.model.notes import Today

KINDS = {
    "premium": "The insurance premium is on class A before extra principal and write-ups, not on its closing balance.",
    "severity": "Loss severity leaves out recoveries on earlier liquidations, which the losses of page 19 count.",
    "default curve": "The default curve falls from 60 months on, not from 61.",
    "basis risk": "Basis risk paid stands in the interest paid, not in the adjustments and optimal interest beside it.",
    "fraction": "A fraction of a cent is excess, and the certificate's, while a class is left short of interest.",
    "cash": "A class balance falls by the cents paid where extra principal is no whole cent, not by what is printed.",
    "write-up": "A class is written up, but realized losses, now and to date, do not show it.",
    "liquidation interest": "A liquidation's whole loss is taken off principal, its interest included.",
}
TODAY: Today = frozenset(KINDS)
