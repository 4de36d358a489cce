"""Clean months close without a word; whatever door a closing comes through, the gate stands behind it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

from ledger import (
    Acknowledgement,
    CurtailmentCollected,
    Event,
    Ledger,
    PeriodClosed,
    Receipt,
    Refusal,
    StoredRow,
)
from ledger.events import codec
from ledger.evidence.rows import verify_rows
from ledger.findings import Grade
from ledger.samples.impac_cmb_2002_1 import september_2002 as real
from ledger.samples.impac_cmb_2002_1.calibrated import month as calibrated
from ledger.simulation import LifePlan, post_life
from ledger.store.hashing import GENESIS, link
from tests.deals.copies import lived
from tests.deals.demo import run_ledger
from tests.ledger.readiness.cases import shows
from tests.ledger.readiness.scene import Scene, weighty
from tests.ledger.readiness.small import (
    DEAL,
    DUE,
    ISSUED,
    PAID,
    codes,
    corrected,
    due,
    paid,
    small_deal,
    small_month,
    terms,
)
from tests.ledger.simulation import lives

LIVES = [
    lives.SHORT,
    LifePlan(seed=3, loans=250, months=12, name="wide", correction_rate=2_000),
    LifePlan(
        seed=2,
        loans=60,
        months=360,
        name="whole",
        prepayment_rate=45_000,
        late_rate=60_000,
        foreclosure_rate=400_000,
        liquidation_rate=400_000,
        nonrecoverable_rate=90_000,
        correction_rate=8_000,
    ),
]
REAL_NOTES = {
    ("advance_unlike_delinquency", ("adjustable",)),
    ("accrual_of_a_fraction", ("fixed",)),
    ("collected_fee_negative", ("fixed",)),
}


@pytest.mark.parametrize(
    "plan",
    [LIVES[1], *(pytest.param(plan, marks=pytest.mark.slow) for plan in (LIVES[0], LIVES[2]))],
    ids=lambda plan: plan.name,
)
def test_every_month_of_a_simulated_life_closes_without_a_word(plan: LifePlan) -> None:
    with lived(plan) as ledger:
        closings = [recorded.event for recorded in ledger.events(plan.deal, types=["period_closed"])]
        assert len(closings) > 10
        assert all(isinstance(event, PeriodClosed) and not event.acknowledgements for event in closings)


def test_the_month_that_is_planted_into_is_clean(scene: Scene) -> None:
    assert weighty(scene.clean.findings) == []
    assert scene.clean


def test_a_clean_month_is_clean() -> None:
    ready = small_month([due(), paid()])
    assert codes(ready) == set()
    assert ready


@shows("collected_fee_negative")
def test_the_real_month_has_its_notes_and_nothing_else() -> None:
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(real.DEAL, attrs.evolve(real.terms(), rules=2)).or_raise()
        ledger.post_many([*real.brought_forward(), *real.month()]).or_raise()
        ready = ledger.readiness(real.DEAL, real.PAID)
        assert {(item.code, item.groups) for item in ready.findings} == REAL_NOTES
        assert ready
        ledger.close_period(real.DEAL, real.PAID).or_raise()
        ledger.distribute(real.DEAL, real.PAID).or_raise()
        assert {(item.code, item.groups) for item in ledger.readiness(real.DEAL, real.PAID).findings} == REAL_NOTES


def test_under_the_first_rules_everything_is_a_note(ledger: Ledger) -> None:
    ledger.open_deal(real.DEAL, attrs.evolve(real.deal_terms(), rules=1)).or_raise()
    ledger.post_many([*real.brought_forward(), *real.month()]).or_raise()
    ready = ledger.readiness(real.DEAL, real.PAID)
    assert ready.rules == 1
    assert {(item.code, item.groups) for item in ready.findings} == REAL_NOTES
    short = small_month([due(), paid("1000.00", "10000.01")], terms(rules=1))
    assert {item.grade for item in short.findings} == {Grade.NOTE}
    assert "collection_above_due" in codes(short)


def test_the_calibrated_month_has_the_notes_of_the_real_one() -> None:
    with Ledger.create("sqlite://") as ledger:
        calibrated.post(ledger)
        ready = ledger.readiness(calibrated.DEAL, calibrated.PAID)
    assert {(item.code, item.groups) for item in ready.findings} == REAL_NOTES
    assert weighty(ready.findings) == []


BEFORE = CurtailmentCollected(event_id="before", deal=DEAL, effective_date=ISSUED, group="pool", amount="1.00")

Door = Callable[[Ledger, PeriodClosed, Path], Receipt | Refusal | set[str]]


def by_post(ledger: Ledger, event: PeriodClosed, _: Path) -> Receipt | Refusal:
    return ledger.post(event)


def by_post_many(ledger: Ledger, event: PeriodClosed, _: Path) -> Receipt | Refusal:
    return ledger.post_many([event])


def dry(ledger: Ledger, event: PeriodClosed, _: Path) -> Receipt | Refusal:
    return ledger.post_many([event], dry_run=True)


def by_table(ledger: Ledger, event: PeriodClosed, _: Path) -> Receipt | Refusal:
    columns = {
        "event_id": [event.event_id],
        "effective_date": [event.effective_date],
        "distribution_date": [event.distribution_date],
        "report_digest": [event.report_digest],
        "rules": [event.rules],
        "acknowledgements": [[attrs.asdict(item) for item in event.acknowledgements]],
    }
    kind = pl.List(pl.Struct({"code": pl.String, "reason": pl.String, "who": pl.String}))
    frame = pl.DataFrame(columns, schema_overrides={"acknowledgements": kind})
    return ledger.post_table(DEAL, [("period_closed", frame)])


def by_command(ledger: Ledger, event: PeriodClosed, directory: Path) -> set[str]:
    lines = codec.encode(event).decode() + "\n"
    result = run_ledger("post", str(directory / "small.db"), "-", given=lines)
    assert result.exit_code == 1
    return {line.rstrip("]").rpartition("[")[2] for line in result.stderr.splitlines() if line.startswith("refused: ")}


DOORS: list[Door] = [by_post, by_post_many, dry, by_table, by_command]


def closing(ledger: Ledger, *acknowledged: str, **more: object) -> PeriodClosed:
    """Return the closing that the ledger itself would make, but for what a case changes."""
    report = ledger.distribution(DEAL, PAID)
    given: dict[str, object] = {
        "event_id": "closing",
        "deal": DEAL,
        "effective_date": PAID,
        "distribution_date": PAID,
        "report_digest": report.digest,
        "rules": 2,
        "acknowledgements": [Acknowledgement(code=code, reason="known", who="me") for code in acknowledged],
        **more,
    }
    return PeriodClosed(**given)  # type: ignore[arg-type]


SHORT: list[Event] = [due(), paid("1000.00", "9000.00")]
"""A thousand of interest is neither received nor reported."""
ABOVE: list[Event] = [due(), paid("1000.00", "10000.01")]

BAD: dict[str, tuple[list[Event], tuple[str, ...], dict[str, object], set[str]]] = {
    "another digest": ([due(), paid()], (), {"report_digest": "nonsense"}, {"other_digest"}),
    "no digest": ([due(), paid()], (), {"report_digest": ""}, {"other_digest"}),
    "other rules": ([due(), paid()], (), {"rules": 1}, {"other_rules"}),
    "not acknowledged": (SHORT, (), {}, {"due_unaccounted"}),
    "another one acknowledged": (
        SHORT,
        ("two_instalments",),
        {},
        {"due_unaccounted", "nothing_to_acknowledge"},
    ),
    "acknowledged for nothing": ([due(), paid()], ("due_unaccounted",), {}, {"nothing_to_acknowledge"}),
    "a note acknowledged": (
        [corrected(due(), interest="9999.9901"), paid()],
        ("accrual_of_a_fraction",),
        {},
        {"nothing_to_acknowledge"},
    ),
    "an unknown one acknowledged": ([due(), paid()], ("whatever",), {}, {"unknown_finding"}),
    "what refuses": (ABOVE, (), {}, {"collection_above_due"}),
    "what refuses, acknowledged": (
        ABOVE,
        ("collection_above_due",),
        {},
        {"collection_above_due", "nothing_to_acknowledge"},
    ),
}


@pytest.fixture
def small(tmp_path: Path) -> Iterable[Ledger]:
    with Ledger.create(tmp_path / "small.db") as ledger:
        yield small_deal(ledger)


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_a_bad_closing_is_refused_at_every_door(small: Ledger, tmp_path: Path, door: Door, bad: str) -> None:
    events, acknowledged, changes, expected = BAD[bad]
    small.post_many(events).or_raise()
    before = small.head(DEAL)
    answer = door(small, closing(small, *acknowledged, **changes), tmp_path)
    found = answer if isinstance(answer, set) else {item.code for item in getattr(answer, "violations", ())}
    assert found == expected
    assert small.head(DEAL) == before


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_closing_in_the_middle_of_a_batch_keeps_all_of_it_out(small: Ledger, bad: str) -> None:
    events, acknowledged, changes, expected = BAD[bad]
    with Ledger.create("sqlite://") as twin:
        small_deal(twin).post_many([*events, BEFORE]).or_raise()
        event = closing(twin, *acknowledged, **changes)
    before = small.head(DEAL)
    february = CurtailmentCollected(event_id="after", deal=DEAL, effective_date=DUE, group="pool", amount="1.00")
    for dry_run in (False, True):
        answer = small.post_many([*events, BEFORE, event, february], dry_run=dry_run)
        assert isinstance(answer, Refusal)
        assert {item.code for item in answer.violations} == expected
        assert small.head(DEAL) == before


def test_a_good_closing_in_the_middle_of_a_batch_lands_with_all_of_it(small: Ledger) -> None:
    with Ledger.create("sqlite://") as twin:
        small_deal(twin).post_many([due(), paid(), BEFORE]).or_raise()
        event = closing(twin)
    february = CurtailmentCollected(event_id="after", deal=DEAL, effective_date=DUE, group="pool", amount="1.00")
    batch: list[Event] = [due(), paid(), BEFORE, event, february]
    before = small.head(DEAL)
    assert small.post_many(batch, dry_run=True).accepted
    assert small.head(DEAL) == before
    small.post_many(batch).or_raise()
    assert [recorded.event.event_id for recorded in small.events(DEAL)][-5:] == [event.event_id for event in batch]


def test_close_period_names_what_stands_in_the_way(small: Ledger) -> None:
    small.post_many(SHORT).or_raise()
    for acknowledge, expected in (
        ({}, {"due_unaccounted"}),
        ({"due_unaccounted": "told by telephone", "two_instalments": "as well"}, {"nothing_to_acknowledge"}),
        ({"due_unaccounted": "told by telephone", "all": "as well"}, {"unknown_finding"}),
    ):
        for dry_run in (False, True):
            refusal = small.close_period(DEAL, PAID, acknowledge=acknowledge, who="me", dry_run=dry_run)
            assert isinstance(refusal, Refusal)
            assert {item.code for item in refusal.violations} == expected
    before = small.head(DEAL)
    reason = {"due_unaccounted": "told by telephone"}
    assert small.close_period(DEAL, PAID, acknowledge=reason, who="me", dry_run=True).accepted
    assert small.head(DEAL) == before
    small.close_period(DEAL, PAID, acknowledge=reason, who="me").or_raise()


def acknowledged(small: Ledger) -> PeriodClosed:
    small.post_many(SHORT).or_raise()
    reason = {"due_unaccounted": "told by telephone"}
    small.close_period(DEAL, PAID, acknowledge=reason, who="me").or_raise()
    small.distribute(DEAL, PAID).or_raise()
    event = next(recorded.event for recorded in small.events(DEAL, types=["period_closed"]))
    assert isinstance(event, PeriodClosed)
    return event


def test_acknowledgements_are_part_of_the_closing_and_hashed_with_it(small: Ledger) -> None:
    event = acknowledged(small)
    assert event.acknowledgements == (Acknowledgement(code="due_unaccounted", reason="told by telephone", who="me"),)
    rows = list(small.stored_rows(DEAL))
    assert list(verify_rows(DEAL, rows)) == []
    told = [row._replace(payload=row.payload.replace("by telephone", "by letter!!!")) for row in rows]
    assert told != rows
    assert list(verify_rows(DEAL, told)) != []


def exported(ledger: Ledger, deal: str) -> list[Event]:
    return [recorded.event for recorded in ledger.events(deal)]


@pytest.mark.parametrize(
    "which", ["acknowledged", pytest.param("calibrated", marks=pytest.mark.slow), "real", "simulated"]
)
def test_an_exported_log_posted_anew_passes(small: Ledger, tmp_path: Path, which: str) -> None:
    with Ledger.create("sqlite://") as source:
        if which == "acknowledged":
            acknowledged(small)
            events = exported(small, DEAL)
        elif which == "calibrated":
            calibrated.post(source)
            events = exported(source, calibrated.DEAL)
        elif which == "real":
            real.post(source)
            events = exported(source, real.DEAL)
        else:
            plan = LifePlan(seed=5, loans=12, months=3, name="exported", correction_rate=60_000)
            post_life(source, plan)
            events = exported(source, plan.deal)
    lines = "".join(codec.encode(event).decode() + "\n" for event in events)
    with Ledger.create(tmp_path / "anew.db") as anew:
        assert anew.post_many(events, dry_run=True).accepted
        anew.post_many(events).or_raise()
    again = run_ledger("post", str(tmp_path / "anew.db"), "-", given=lines)
    assert json.loads(again.stdout)["repeated"] == len(events)
    other = str(tmp_path / "lines.db")
    run_ledger("init", other)
    assert json.loads(run_ledger("post", other, "-", given=lines).stdout)["events"] == len(events)


def rechained(rows: Iterable[StoredRow]) -> list[StoredRow]:
    """Return rows with the hashes that their payloads give."""
    found, previous = list[StoredRow](), GENESIS
    for row in rows:
        previous = link(previous, row.sequence, row.recorded_at, row.distribution, row.payload.encode())
        found.append(row._replace(hash=previous))
    return found


def test_stored_rows_are_restored_as_they_were_whatever_the_gate_would_say(small: Ledger) -> None:
    event = acknowledged(small)
    rows = rechained(
        row._replace(payload=row.payload.replace(event.report_digest, "0" * len(event.report_digest)))
        for row in small.stored_rows(DEAL)
    )
    with Ledger.create("sqlite://") as other:
        assert other.restore_rows(rows).sequence == small.head(DEAL).sequence
        [restored] = [recorded.event for recorded in other.events(DEAL, types=["period_closed"])]
        assert isinstance(restored, PeriodClosed)
        assert set(restored.report_digest) == {"0"}


def test_what_is_posted_while_a_closing_is_made_refuses_it(
    small: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.post_many([due(), paid()]).or_raise()
    write_path = small._month_end.write_path
    post = write_path.post_events

    def interrupted(events: list[Event], **keywords: Any) -> Receipt | Refusal:
        with Ledger.open(tmp_path / "small.db") as another:
            another.post(BEFORE).or_raise()
        return post(events, **keywords)

    monkeypatch.setattr(write_path, "post_events", interrupted)
    refusal = small.close_period(DEAL, PAID, expected_sequence=small.head(DEAL).sequence)
    assert isinstance(refusal, Refusal)
    assert [item.code for item in refusal.violations] == ["stale_sequence"]
    monkeypatch.undo()
    small.close_period(DEAL, PAID).or_raise()


def test_what_was_found_before_is_not_believed_after_something_else_was_posted(small: Ledger) -> None:
    small.post_many(SHORT).or_raise()
    small.close_period(DEAL, PAID, acknowledge={"due_unaccounted": "known"}, who="me", dry_run=True).or_raise()
    event = closing(small, "due_unaccounted")
    small.post(BEFORE).or_raise()
    refusal = small.post(event)
    assert isinstance(refusal, Refusal)
    assert {item.code for item in refusal.violations} == {"other_digest"}
