"""The upcaster ladder: payloads of older releases are read as today's events, and never rewritten.

The tests play the future: the current class of an event stands for version 3, and two rungs lead there.
"""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest

from ledger import (
    CurtailmentCollected,
    DealOpened,
    DerivativeContract,
    IntegrityFault,
    InvalidEvent,
    Ledger,
    LoanBoarded,
    PayDerivatives,
    Receipt,
    TermsAmended,
    encode,
    from_json,
)
from ledger.events.codec import decode, glance
from ledger.events.registry import BY_CLASS, REGISTRY
from ledger.events.upcasters import LADDER, Payload, upcast, upcaster
from ledger.store.hashing import link
from tests.deals.toy import TOY, prior_month, toy_terms

NAME = "curtailment_collected"
NEW = CurtailmentCollected(
    event_id="old", deal=TOY, effective_date=prior_month(1, 15), loan="one-1", amount="10.00", premium="1.00"
)


def cents_to_dollars(payload: Payload) -> Payload:
    """Lift version 1, which carried whole cents, to version 2."""
    cents = payload.pop("cents")
    return {**payload, "paid": f"{cents // 100}.{cents % 100:02}"}


def paid_to_amount(payload: Payload) -> Payload:
    """Lift version 2, which called the amount otherwise and knew no premium, to version 3."""
    paid = payload.pop("paid")
    return {**payload, "amount": paid, "premium": "1.00"}


def old_payload() -> dict[str, Any]:
    """Return the event as version 1 wrote it."""
    fields = json.loads(encode(NEW))
    for name in ("amount", "premium"):
        del fields[name]
    return {**fields, "$version": 1, "cents": 1000}


@pytest.fixture
def version_3(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be a release whose curtailments are in version 3, with both rungs; all is put back afterwards."""
    known = attrs.evolve(REGISTRY[NAME], version=3)
    monkeypatch.setattr(CurtailmentCollected, "version", 3)
    monkeypatch.setitem(REGISTRY, NAME, known)
    monkeypatch.setitem(BY_CLASS, CurtailmentCollected, known)
    for key in ((NAME, 1), (NAME, 2)):
        monkeypatch.delitem(LADDER, key, raising=False)
        monkeypatch.setitem(LADDER, key, lambda payload: payload)  # so that teardown removes what the tests register
        del LADDER[key]
    upcaster(NAME, 1)(cents_to_dollars)
    upcaster(NAME, 2)(paid_to_amount)


def store_old(ledger: Ledger, payload: dict[str, Any]) -> str:
    """Put a payload of another version into the store, as its release did, and return the text stored."""
    ledger.post(attrs.evolve(NEW, event_id="pattern")).or_raise()
    with ledger._store.reading() as reading:
        key = reading.deal_key(TOY)
        *_, pattern = reading.rows(key)
    written = json.dumps(payload, sort_keys=True, separators=(",", ":"))
    hashed = link(pattern.hash, pattern.sequence + 1, 0, pattern.distribution, written.encode())
    row = pattern._replace(sequence=pattern.sequence + 1, event_id="old", recorded_at=0, payload=written, hash=hashed)
    with ledger._store.appending(TOY) as writer:
        writer.insert([[row]])
    return written


def test_an_old_payload_is_read_through_the_store_as_today_s_event(toy: Ledger, version_3: None) -> None:
    store_old(toy, old_payload())
    [recorded] = toy.events(TOY, event_ids=["old"])
    assert recorded.event == NEW


def test_reading_does_not_rewrite_what_is_stored(toy: Ledger, version_3: None) -> None:
    written = store_old(toy, old_payload())
    list(toy.events(TOY))
    with toy._store.reading() as reading:
        assert reading.by_event_id(reading.deal_key(TOY), ["old"])["old"].payload == written


def test_rungs_are_climbed_from_the_version_read(toy: Ledger, version_3: None) -> None:
    payload = cents_to_dollars(old_payload()) | {"$version": 2}
    store_old(toy, payload)
    [recorded] = toy.events(TOY, event_ids=["old"])
    assert recorded.event == NEW


def test_an_old_line_of_json_is_read_as_today_s_event(version_3: None) -> None:
    assert from_json(json.dumps(old_payload())) == NEW
    assert from_json(json.dumps(cents_to_dollars(old_payload()) | {"$version": 2})) == NEW
    assert from_json(encode(NEW)) == NEW


def test_a_line_without_a_version_is_of_the_current_one(version_3: None) -> None:
    fields = json.loads(encode(NEW))
    del fields["$version"]
    assert from_json(json.dumps(fields)) == NEW


def test_an_event_posted_before_an_upgrade_and_again_after_it_is_a_repeat(toy: Ledger, version_3: None) -> None:
    """A servicer who posts last month's file again after an upgrade of the ledger must not be refused."""
    store_old(toy, old_payload())
    again = toy.post(NEW)
    assert isinstance(again, Receipt), again
    assert again.repeated == 1


def test_a_missing_rung_is_a_fault_of_integrity(toy: Ledger, version_3: None) -> None:
    store_old(toy, old_payload())
    del LADDER[NAME, 2]
    with pytest.raises(IntegrityFault, match="version 2 has no upcaster to version 3"):
        list(toy.events(TOY))


def test_a_missing_rung_is_a_violation_in_a_line_of_json(version_3: None) -> None:
    del LADDER[NAME, 1]
    with pytest.raises(InvalidEvent):
        from_json(json.dumps(old_payload()))


def test_a_payload_of_a_newer_release_is_a_fault_of_integrity(toy: Ledger) -> None:
    store_old(toy, json.loads(encode(NEW)) | {"$version": REGISTRY[NAME].version + 1})
    with pytest.raises(IntegrityFault, match="newer release"):
        list(toy.events(TOY))


@pytest.mark.parametrize(
    "payload",
    [
        {"$type": "wish", "$version": 1},
        {"$version": 1},
        {"$type": NAME},
        {"$type": NAME, "$version": 1, "event_id": "old"},
        json.loads(encode(NEW)) | {"amount": "-1.00"},
        json.loads(encode(NEW)) | {"amount": "ten"},
    ],
    ids=lambda payload: ascii(payload)[:40],
)
def test_a_stored_payload_that_cannot_be_read_is_a_fault_of_integrity(toy: Ledger, payload: dict[str, Any]) -> None:
    store_old(toy, payload)
    with pytest.raises(IntegrityFault):
        list(toy.events(TOY))


def test_a_version_has_one_way_up(version_3: None) -> None:
    with pytest.raises(ValueError, match="already has an upcaster"):
        upcaster(NAME, 1)(cents_to_dollars)


def test_a_payload_of_the_current_version_is_left_alone() -> None:
    payload = {"amount": "1.00"}
    assert upcast(NAME, 1, 1, payload) is payload


def test_the_ladder_of_this_release_reaches_every_current_version() -> None:
    for name, known in REGISTRY.items():
        assert all((name, version) in LADDER for version in range(1, known.version))
    assert all(name in REGISTRY and version < REGISTRY[name].version for name, version in LADDER)


def without(fields: dict[str, Any], version: int, *names: str) -> bytes:
    """Return the canonical bytes of what an earlier version wrote, which lacked some fields."""
    kept = {name: value for name, value in fields.items() if name not in names}
    return json.dumps({**kept, "$version": version}, sort_keys=True, separators=(",", ":")).encode()


def test_a_loan_of_the_version_before_states_no_rate_of_insurance() -> None:
    loan = LoanBoarded(
        event_id="b", deal=TOY, effective_date="2024-01-01", loan="1", group="one", balance="1.00", note_rate="0.05"
    )
    old = without(json.loads(encode(loan)), 2, "pmi_rate")
    assert decode(old) == loan
    assert loan.pmi_rate is None
    for payload in (old, encode(loan), encode(attrs.evolve(loan, pmi_rate="0"))):
        seen = glance(payload.decode(), "loan_boarded", ("note_rate", "pmi_rate"))
        whole = decode(payload)
        assert isinstance(whole, LoanBoarded)
        assert (seen.note_rate, seen.pmi_rate) == (whole.note_rate, whole.pmi_rate)
    assert attrs.evolve(loan, pmi_rate="0") != loan


@pytest.mark.parametrize("kind", [DealOpened, TermsAmended], ids=lambda kind: kind.name)
def test_terms_of_the_version_before_have_contracts_without_terms(kind: type[DealOpened | TermsAmended]) -> None:
    terms = attrs.evolve(
        toy_terms(),
        derivatives=[DerivativeContract(contract="SWAP", kind="swap")],
        waterfall=[PayDerivatives(), *toy_terms().waterfall],
    )
    event = kind(event_id="t", deal=TOY, effective_date=terms.closing_date, terms=terms)
    fields = json.loads(encode(event))
    fields["terms"]["derivatives"] = [{"contract": "SWAP", "kind": "swap"}]
    for fee in fields["terms"]["fees"]:
        del fee["rounding"]
    assert decode(without(fields, 4)) == event
    assert not terms.derivatives[0].is_derived


def test_terms_stored_in_the_version_before_are_the_same_event_when_posted_again(toy: Ledger) -> None:
    [opened] = toy.events(TOY, types=["deal_opened"])
    again = attrs.evolve(opened.event, event_id="old")
    fields = json.loads(encode(again))
    for fee in fields["terms"]["fees"]:
        del fee["rounding"]
    store_old(toy, {**fields, "$version": 4})
    assert toy.post(again).or_raise().repeated == 1
