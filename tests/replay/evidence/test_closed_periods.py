"""A verification replays every closed period and rests on the rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ledger import Head, Ledger, LoanRateChanged, StoredRow
from ledger.samples.impac_cmb_2002_1.calibrated.month import post_calibrated_september_2002
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from replay.evidence.verify import verify
from tests.deals.toy import TOY, month_events, toy_deal
from tests.evidence.damage import hashed_anew, opened_up, replaced, summed_anew
from tests.evidence.histories import a_history_with_everything, codes, faults_of


def test_the_real_month_is_sound(trust: Path, trust_head: Head) -> None:
    with Ledger.open(trust / "trust.db") as ledger:
        seen: list[tuple[int, int]] = []
        found = verify(ledger, DEAL, head=trust_head, progress=lambda done, whole: seen.append((done, whole)))
    assert found.ok
    assert (found.events, found.head, found.periods, found.faults) == (167, trust_head, 1, ())
    assert found.head_hash == trust_head.hash.hex()


def test_a_history_with_amendments_late_events_and_corrections_is_sound(ledger: Ledger) -> None:
    a_history_with_everything(ledger)
    found = verify(ledger, TOY)
    assert found.faults == ()
    assert found.periods == 3


def test_a_loan_level_month_is_sound(ledger: Ledger) -> None:
    post_calibrated_september_2002(ledger)
    for deal in ledger.deals():
        found = verify(ledger, deal)
        assert found.faults == ()
        assert found.events > 2_000


def test_a_rate_that_was_in_force_when_its_writer_read_the_log_is_no_fault(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "toy.db") as ledger:
        toy_deal(ledger)
        on = date(2021, 1, 1)
        rate = LoanRateChanged(event_id="rate", deal=TOY, effective_date=on, loan="one-1", note_rate="0.11")
        ledger.post(rate).or_raise()
        ledger.reverse(TOY, "rate", effective_date=on, reason="not so").or_raise()
    with Ledger.open(tmp_path / "toy.db") as again:
        again.post_many(month_events(1)).or_raise()
        assert verify(again, TOY).ok


def test_a_forged_amount_hashed_anew_breaks_the_digest_of_its_period(
    trust_copy: Path, trust_rows: list[StoredRow]
) -> None:
    at = next(i for i, row in enumerate(trust_rows) if row.type == "scheduled_payment_due" and row.interest > 10_000)
    units = trust_rows[at].interest
    old, new = f"{units // 10_000}.", f"{units // 10_000 - 1}."
    assert trust_rows[at].payload.count(f'"{old}') == 1
    forged = trust_rows[at]._replace(
        payload=trust_rows[at].payload.replace(f'"{old}', f'"{new}'), interest=units - 10_000
    )
    replaced(opened_up(trust_copy), hashed_anew([*trust_rows[:at], forged, *trust_rows[at + 1 :]]))
    assert codes(faults_of(trust_copy)) == {(0, "other_sums")}
    summed_anew(trust_copy)
    closing = next(row.sequence for row in trust_rows if row.type == "period_closed")
    assert codes(faults_of(trust_copy)) == {(closing, "other_figures")}


def test_a_closing_that_cannot_be_read_at_all_is_a_fault(trust_copy: Path) -> None:
    deep = '{"$type":"period_closed","$version":1,"x":' + "[" * 100_000
    opened_up(trust_copy).execute("UPDATE events SET payload = ? WHERE type = 'period_closed'", (deep,))
    assert "unreadable" in {fault.code for fault in faults_of(trust_copy)}
