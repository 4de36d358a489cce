from __future__ import annotations

from ledger import Envelope, Ledger
from ledger.http.shapes import Followed, HeadShown, ReceiptShown
from tests.deals.toy import TOY, month_events, toy_deal


def test_a_receipt_is_answered_without_what_changes_when_it_is_asked_for_again(ledger: Ledger) -> None:
    toy_deal(ledger)
    first, again = (ledger.post(month_events(1)[0]).or_raise() for _ in range(2))
    assert (first.repeated, again.repeated) == (0, 1)
    assert ReceiptShown.of(first) == ReceiptShown.of(again)
    tried = ledger.post(month_events(1)[1], dry_run=True).or_raise()
    assert (ReceiptShown.of(tried).dry_run, ReceiptShown.of(tried).head_hash) == (True, None)


def test_an_event_is_followed_with_what_is_hashed_of_it(ledger: Ledger) -> None:
    toy_deal(ledger)
    ledger.post_many(month_events(1)[:2], envelope=Envelope(actor="a")).or_raise()
    one, two = (Followed.of(item) for item in ledger.events(TOY, after=13))
    assert one.envelope == two.envelope
    assert one.envelope is not None
    assert one.link.startswith(f"2|{one.envelope.digest}|14|")
    assert two.link.startswith("15|")
    assert HeadShown.of(ledger.head(TOY)) == HeadShown(sequence=15, hash=two.hash)
