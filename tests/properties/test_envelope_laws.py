"""An envelope changes nothing but hashes: the same events with and without give the same log and the same figures."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import AsOf, CurtailmentCollected, Envelope, Event, Ledger, ReplayGap, StoredRow
from ledger.projections.digest import VERSION_OF_RULES, flatten
from replay.evidence.bundle import export_bundle, import_bundle
from replay.evidence.verify import verify
from tests.deals.toy import CUT_OFF, LOANS, TOY, month_events, payment_date, prior_month, toy_deal

SLOW = settings(max_examples=30, suppress_health_check=list(HealthCheck))
HISTORIES = pytest.mark.parametrize("histories", [2, pytest.param(100, marks=pytest.mark.slow)])


def words(longest: int = 200) -> st.SearchStrategy[str]:
    """Return texts that an envelope may hold."""
    letters = st.characters(exclude_categories=("C", "Z"), exclude_characters="/\\")
    return st.text(letters, max_size=longest).filter(lambda text: text.isprintable())


ENVELOPES = st.builds(Envelope, actor=words(), approver=words(), document=words()) | st.builds(
    Envelope, document=words().filter(bool), document_sha256=st.binary(min_size=32, max_size=32).map(bytes.hex)
)
PAID_AHEAD = st.builds(
    CurtailmentCollected,
    event_id=st.integers(1, 9).map("ahead/{}".format),
    deal=st.just(TOY),
    effective_date=st.integers(1, 28).map(lambda day: prior_month(2, day)),
    loan=st.sampled_from([*LOANS, "no such loan"]),
    amount=st.integers(1, 10**7).map(lambda cents: f"{cents // 100}.{cents % 100:02}"),
)
"""Some are refused, some repeat what was posted, and some use its id for something else."""

EVENTS = st.lists(PAID_AHEAD | st.sampled_from([*month_events(1), *month_events(2)]), min_size=1, max_size=6)
BATCHES = st.lists(st.tuples(EVENTS, st.none() | ENVELOPES), max_size=4)


def figures(ledger: Ledger) -> dict[str, object]:
    """Return what is derived of the deal: books on some dates, and every value of two reports."""
    found: dict[str, object] = {}
    for day in (CUT_OFF, payment_date(1), payment_date(3)):
        found[f"books {day}"] = ledger.books(TOY, AsOf(record_date=day)).rows()
    for ordinal in (1, 2):
        try:
            report = ledger.distribution(TOY, payment_date(ordinal))
            found[f"report {ordinal}"] = flatten(report, VERSION_OF_RULES[report.terms.rules])
        except ReplayGap as gap:
            found[f"report {ordinal}"] = str(gap)
    return found


def bare(ledger: Ledger) -> list[StoredRow]:
    """Return the rows of the deal without their moments and hashes."""
    return [row._replace(recorded_at=0, hash=b"") for row in ledger.stored_rows(TOY)]


@HISTORIES
def test_an_envelope_changes_no_event_and_no_figure(histories: int) -> None:
    @given(BATCHES)
    @settings(SLOW, max_examples=histories)
    def check(batches: list[tuple[list[Event], Envelope | None]]) -> None:
        with Ledger.create("sqlite://") as named, Ledger.create("sqlite://") as plain:
            for ledger in (named, plain):
                toy_deal(ledger)
                ledger.post_many(month_events(1)).or_raise()
            expected = []
            for events, envelope in batches:
                before = named.head(TOY).sequence
                receipt, other = named.post_many(events, envelope=envelope), plain.post_many(events)
                assert (receipt.accepted, receipt.accepted and receipt.sequence) == (
                    other.accepted,
                    other.accepted and other.sequence,
                )
                after = named.head(TOY).sequence
                if envelope and after > before:
                    expected.append((before + 1, after, envelope.actor, envelope.approver, envelope.document))
            assert [
                (item.first_sequence, item.through_sequence, item.actor, item.approver, item.document)
                for item in named.batches(TOY)
            ] == expected
            assert list(plain.batches(TOY)) == []
            assert bare(named) == bare(plain)
            assert figures(named) == figures(plain)
            assert verify(named, TOY).ok

    check()


@HISTORIES
def test_a_bundle_brings_every_envelope_into_another_ledger(histories: int) -> None:
    @given(BATCHES)
    @settings(SLOW, max_examples=histories)
    def check(batches: list[tuple[list[Event], Envelope | None]]) -> None:
        with Ledger.create("sqlite://") as ledger, Ledger.create("sqlite://") as other, TemporaryDirectory() as made:
            toy_deal(ledger)
            for events, envelope in batches:
                ledger.post_many(events, envelope=envelope)
            head = export_bundle(ledger, TOY, Path(made) / "bundle.zip")
            assert import_bundle(Path(made) / "bundle.zip", other) == head == ledger.head(TOY)
            assert list(other.events(TOY)) == list(ledger.events(TOY))
            assert other.stored_batches(TOY) == ledger.stored_batches(TOY)

    check()
