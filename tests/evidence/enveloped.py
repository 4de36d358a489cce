"""A toy deal of which some batches were posted under an envelope and some were not."""

from __future__ import annotations

from ledger import Envelope, Ledger
from tests.deals.toy import TOY, boarding, month_events, toy_terms

JANE = Envelope(actor="Jane Marsh", approver="R. Ortega", document="pooling agreement.pdf", document_sha256="ab" * 32)
LEE = Envelope(actor="Lee Østergård", document="remittance 2021-01.csv")

STATED = [(1, 3, JANE), (14, 36, LEE)]
"""The batches of :func:`enveloped_toy` that were posted under an envelope: first and last event, and the envelope."""


def enveloped_toy(ledger: Ledger, deal: str = TOY) -> None:
    """Open the toy deal under an envelope, board its loans without one, and post a month under another."""
    ledger.open_deal(deal, toy_terms(), envelope=JANE).or_raise()
    ledger.post_many(boarding(deal)).or_raise()
    ledger.post_many(month_events(1, deal), envelope=LEE).or_raise()


def stated(ledger: Ledger, deal: str = TOY) -> list[tuple[int, int, Envelope]]:
    """Return the batches of a deal of which anything is stated, as :data:`STATED` has them."""
    return [
        (
            held.first_sequence,
            held.through_sequence,
            Envelope(
                actor=held.actor,
                approver=held.approver,
                document=held.document,
                document_sha256=held.document_sha256,
            ),
        )
        for held in ledger.batches(deal)
        if held.is_stated
    ]
