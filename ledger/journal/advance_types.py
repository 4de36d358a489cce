"""Which event types move advances, or bring in what may repay them."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.journal.accounts import UNAPPLIED_FUNDS
from ledger.journal.postings import effect_on, units_of

ADVANCE_TYPES: Mapping[str, tuple[str, ...]] = {
    "advance_made": (),
    "advance_recovered": (),
    "advance_declared_nonrecoverable": (),
    "amount_brought_forward": ("unreimbursed advances", "unreimbursed servicing advances"),
    "collection_received": ("late", "late, advanced"),
    "unapplied_funds_applied": ("late", "late, advanced"),
    "payment_returned": ("late", "late, advanced"),
    "payoff_collected": (),
    "loan_repurchased": (),
    "loan_substituted": (),
    "loan_liquidated": (),
    "subsequent_recovery_received": (),
    "insurance_proceeds_received": (),
    "interest_capitalized": (),
}
"""Event types that move advances, or bring in what may repay them, with the codes under which they do (none: any).

Arrears that are added to principal bring no cash, and let principal repay what was advanced of them."""

_MOVE_ADVANCES = ("advance_made", "advance_recovered", "advance_declared_nonrecoverable", "amount_brought_forward")
REPAYING_TYPES = tuple(name for name in ADVANCE_TYPES if name not in _MOVE_ADVANCES)
"""Event types that bring in a loan's late collections and proceeds."""


def concerns_advances(type_name: str, code: str) -> bool:
    """Say whether an event of this type and code moves advances, or brings in what may repay them."""
    codes = ADVANCE_TYPES.get(type_name)
    return codes is not None and (not codes or code in codes)


def repays(type_name: str, code: str, components: tuple[int, ...]) -> int:
    """Return the cash that an event brings in as late collections or proceeds, which advances may be taken out of."""
    if type_name not in REPAYING_TYPES or not concerns_advances(type_name, code):
        return 0
    # Unapplied funds were in the account before they became a payment.
    return units_of(effect_on(("collection_account", UNAPPLIED_FUNDS), type_name, code), components)
