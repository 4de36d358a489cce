"""What is read and then written is decided on the head that it is written behind; what is read is of one moment."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count as count_from
from pathlib import Path
from typing import Any

import pytest

import replay
from ledger import AsOf, CurtailmentCollected, Ledger, Refusal, StoreUnavailable, month_end
from ledger.addresses import open_deal_at
from ledger.store.archive.writer import seal
from ledger.store.database.queries import Reading
from replay.evidence.bundle import export_bundle, verify_bundle
from replay.evidence.verify import verify
from tests.deals.toy import TOY, month_events, payment_date, prior_month, toy_deal, toy_month

PAID = payment_date(1)
RECORD = prior_month(1, 31)
_numbers = count_from(1)
MEANWHILE = 8
"""Events that another posts in the course of a reading."""


def curtailment(name: str, amount: str = "500.00", *, restates: bool = False, on: dt.date | None = None) -> Any:
    """A fact that changes what a distribution pays."""
    return CurtailmentCollected(
        event_id=name,
        deal=TOY,
        effective_date=on or prior_month(1, 20),
        loan="one-2",
        amount=amount,
        restates=restates,
    )


@pytest.fixture(params=[1, 2], ids=["first rules", "second rules"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A ledger with a month in it that is not closed."""
    with Ledger.create(tmp_path / "toy.db") as ledger:
        toy_deal(ledger, rules=request.param)
        ledger.post_many(month_events(1)).or_raise()
    return tmp_path / "toy.db"


@contextmanager
def posting_behind_reports(path: Path, events: list[Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Let another post one of the events each time that a distribution has been worked out."""
    left = list(events)

    def after(read: Callable[..., Any]) -> Callable[..., Any]:
        def read_and_raced(*given: Any, **options: Any) -> Any:
            found = read(*given, **options)
            if left and threading.current_thread() is threading.main_thread():
                racing.append(left.pop(0))
                thread = threading.Thread(target=post)
                thread.start()
                thread.join()
            return found

        return read_and_raced

    racing: list[Any] = []

    def post() -> None:
        with Ledger.open(path) as other:
            other.post(racing[-1]).or_raise()

    with monkeypatch.context() as patched:
        for name in ("payment_report", "readiness"):
            patched.setattr(month_end, name, after(getattr(month_end, name)))
        yield racing


def payments(ledger: Ledger) -> dict[str, tuple[int, str]]:
    wanted = ledger.events(TOY, types=["bond_principal_paid", "bond_interest_paid", "collection_account_remitted"])
    return {item.event.event_id: (item.sequence, item.payload) for item in wanted}


def test_what_stands_before_the_payments_is_in_them(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Ledger.open(path) as ledger:
        ledger.close_period(TOY, PAID).or_raise()
        late = [curtailment(f"late/{number}", restates=True) for number in range(3)]
        with posting_behind_reports(path, late, monkeypatch) as racing:
            ledger.distribute(TOY, PAID).or_raise()
        assert racing == late
        order = [item.event.event_id for item in ledger.events(TOY)]
        paid = payments(ledger)
        first = min(sequence for sequence, _ in paid.values())
        assert all(order.index(item.event_id) + 1 < first for item in late)
        again = ledger.distribute(TOY, PAID).or_raise()
        assert again.repeated == len(again.event_ids), "paid is what the log before the payments gives"
        assert verify(ledger, TOY).ok


def test_a_log_that_never_rests_is_a_refusal(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Ledger.open(path) as ledger:
        ledger.close_period(TOY, PAID).or_raise()
        late = [curtailment(f"late/{number}", "1.00", restates=True) for number in range(50)]
        with posting_behind_reports(path, late, monkeypatch) as racing:
            refused = ledger.distribute(TOY, PAID)
        assert isinstance(refused, Refusal)
        assert [item.code for item in refused.violations] == ["stale_sequence"]
        assert 1 < len(racing) < 20
        assert payments(ledger) == {}
        ledger.distribute(TOY, PAID).or_raise()


def test_a_closing_fixes_the_figures_of_the_log_before_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Ledger.open(path) as ledger:
        with posting_behind_reports(
            path, [curtailment("late/1"), curtailment("late/2", "7.00")], monkeypatch
        ) as racing:
            closed = ledger.close_period(TOY, PAID).or_raise()
        assert len(racing) == 2
        assert closed.sequence == ledger.head(TOY).sequence
        assert verify(ledger, TOY).ok


def test_what_was_looked_at_is_closed_or_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the log comes to end, between looking and closing, just where it was expected to."""
    with Ledger.open(path) as ledger:
        seen = ledger.head(TOY).sequence
        for expected in (seen, seen + 2):
            with posting_behind_reports(path, [curtailment(f"late/{expected}")], monkeypatch):
                refused = ledger.close_period(TOY, PAID, expected_sequence=expected)
            assert isinstance(refused, Refusal)
            assert [item.code for item in refused.violations] == ["stale_sequence"]
        assert ledger.closing(TOY, PAID) is None


def test_of_two_sealings_at_once_one_is_refused_and_what_was_sealed_stays(path: Path, tmp_path: Path) -> None:
    directory = tmp_path / "archives"
    with Ledger.open(path) as ledger, Ledger.open(path) as other:
        tried: list[str] = []

        def meanwhile(_done: int, _whole: int) -> None:
            if not tried:
                with pytest.raises(StoreUnavailable, match="being sealed by another") as refused:
                    other.archive(TOY, directory)
                tried.append(str(refused.value))

        first = ledger.archive(TOY, directory, meanwhile)
        assert tried
        other.post(curtailment("after")).or_raise()
        assert other.archive(TOY, directory).head.sequence == first.head.sequence + 1
    with Ledger.open(f"archive:{directory}") as archived:
        assert verify(archived, TOY).ok


def test_a_manifest_is_never_put_over_one_that_came_in_between(path: Path, tmp_path: Path) -> None:
    """Where nothing can be locked, an object store say, the manifest is compared."""
    place = f"memory://{tmp_path.name}"
    with Ledger.open(path) as ledger, ledger._store.reading() as reading:

        def meanwhile(_done: int, _whole: int) -> None:
            if not came:
                came.append(True)
                with Ledger.open(path) as other:
                    other.archive(TOY, place)

        came: list[bool] = []
        with pytest.raises(StoreUnavailable, match="sealed by another meanwhile"):
            seal(reading, place, deal=TOY, progress=meanwhile)


@contextmanager
def posting_between_queries(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Let another post a curtailment after every few queries of whoever reads."""
    made, count = Reading._execute, [0, 0]

    def execute(self: Reading, *given: Any, **options: Any) -> Any:
        found = made(self, *given, **options)
        if type(self) is Reading and threading.current_thread() is threading.main_thread():
            count[0] += 1
            if count[0] % 3 == 1 and count[1] < MEANWHILE:
                count[1] += 1
                thread = threading.Thread(target=post, args=[count[1]])
                thread.start()
                thread.join()
        return found

    def post(number: int) -> None:
        with Ledger.open(path) as other:
            other.post(curtailment(f"meanwhile/{number}/{next(_numbers)}", "1.00", restates=True)).or_raise()

    with monkeypatch.context() as patched:
        patched.setattr(Reading, "_execute", execute)
        yield count


def shown(ledger: Ledger) -> tuple[int, Any]:
    found = replay.statement(ledger, TOY, RECORD)
    return found.report.known_through, found.rows()


def explained(ledger: Ledger) -> tuple[int, Any]:
    found = replay.statement(ledger, TOY, RECORD)
    told = [replay.explain(ledger, found, figure).event_ids for figure in found.figures[:4]]
    return found.report.known_through, told


def restated(ledger: Ledger) -> tuple[int, Any]:
    known = ledger.head(TOY).sequence
    found = replay.restatement(ledger, TOY, RECORD, known, known)
    then, now = found.then.report.known_through, found.now.report.known_through
    return now, (bool(found), then == now)


def booked(ledger: Ledger) -> tuple[int, Any]:
    found = ledger.books(TOY, AsOf(record_date=PAID))
    return found.known_through, found


def advanced(ledger: Ledger) -> tuple[int, Any]:
    found = ledger.advances(TOY, AsOf(record_date=PAID))
    return found.known_through, found


def looked_at(ledger: Ledger) -> tuple[int, Any]:
    found = ledger.readiness(TOY, payment_date(2))
    return found.known_through, [item.code for item in found.findings]


READINGS = {item.__name__: item for item in (shown, explained, restated, booked, advanced, looked_at)}


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("tailed", [False, True], ids=["database", "archive and tail"])
def test_a_reading_is_of_one_moment(
    path: Path, tmp_path: Path, reading: str, tailed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says it knows is what it knows: asked again through that sequence it is the same."""
    with Ledger.open(path) as ledger:
        ledger.close_period(TOY, PAID).or_raise()
        ledger.archive(TOY, tmp_path / "archives")
        ledger.post(curtailment("in the tail", restates=True)).or_raise()
    address = f"archive:{tmp_path / 'archives'}?tail={path}" if tailed else str(path)
    with open_deal_at(address, TOY) as ledger:
        with posting_between_queries(path, monkeypatch) as count:
            known, found = READINGS[reading](ledger)
        assert count[1] > 0
        assert known < ledger.head(TOY).sequence
    with Ledger.create(tmp_path / "then.db") as then:
        with Ledger.open(path) as ledger:
            batches = [item for item in ledger.stored_batches(TOY) if item.through_sequence <= known]
            then.restore_rows(ledger.stored_rows(TOY, known_through=known), batches)
        assert then.head(TOY).sequence == known
        assert READINGS[reading](then) == (known, found)


def test_evidence_is_of_one_moment(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Ledger.open(path) as ledger:
        ledger.close_period(TOY, PAID).or_raise()
        with posting_between_queries(path, monkeypatch):
            assert verify(ledger, TOY).ok
        with posting_between_queries(path, monkeypatch):
            head = export_bundle(ledger, TOY, tmp_path / "evidence.zip")
        assert head.sequence < ledger.head(TOY).sequence
        with posting_between_queries(path, monkeypatch):
            ledger.archive(TOY, tmp_path / "archives")
        assert verify_bundle(tmp_path / "evidence.zip", head=head).ok
        toy_month(ledger, 2, pay=False)
        ledger.archive(TOY, tmp_path / "archives")
    with Ledger.open(f"archive:{tmp_path / 'archives'}") as archived:
        assert verify(archived, TOY).ok
