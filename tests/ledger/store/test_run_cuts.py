"""What a writer says that a batch moves under what the pool is cut by is what the rows say, whatever was boarded when.

Loans come in with terms of their own, are boarded again into other groups or taken back, are paid ahead out of order,
and months are closed behind them; in batches and runs of every size.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from decimal import Decimal

import attrs
import pytest

from ledger import CurtailmentCollected, Event, EventReversed, Ledger, LoanBoarded, StoredRun
from ledger.evidence.sums import SumsCheck
from ledger.journal.cuts import from_text
from ledger.store import run_sums
from ledger.store.rows import StoredCuts
from ledger.writing import admission as admitting
from tests.deals.toy import CUT_OFF, LOANS, TOY, boarding, payment_date, prior_month, toy_month, toy_terms
from tests.draws import draws

SOME = tuple(LOANS)[:5]


def termed(loan: LoanBoarded, chance: random.Random) -> LoanBoarded:
    """Return a boarding with terms that a cut looks at, some of them left out."""
    return attrs.evolve(
        loan,
        remaining_term_months=chance.choice((360, 359, 12, None)),
        seasoning_months=chance.choice((Decimal(3), Decimal("4.5"), None)),
        origination_date=chance.choice((CUT_OFF.replace(year=2019), None)),
        margin=chance.choice((Decimal("0.0225"), Decimal("0.02750"))),
        pmi_rate=chance.choice((Decimal(0), Decimal("0.005"), None)),
    )


def begun(ledger: Ledger, chance: random.Random, deal: str = TOY, *, rules: int = 4) -> None:
    """Open the toy deal, whose loans have terms."""
    ledger.open_deal(deal, toy_terms(rules=rules)).or_raise()
    loans = [event for event in boarding(deal) if isinstance(event, LoanBoarded)]
    others = [event for event in boarding(deal) if not isinstance(event, LoanBoarded)]
    ledger.post_many([*(termed(loan, chance) for loan in loans), *others]).or_raise()


def curtailed(name: str, loan: str, ordinal: int, amount: int) -> Event:
    on = prior_month(ordinal, 5)
    return CurtailmentCollected(event_id=name, deal=TOY, effective_date=on, loan=loan, group=LOANS[loan], amount=amount)


def lived(chance: random.Random, count: int) -> list[Event]:
    """Return payments ahead of months in no order, some of them taken back."""
    found: list[Event] = []
    for number in range(count):
        ordinal, loan = chance.choice(range(2, 8)), chance.choice(SOME)
        found.append(curtailed(f"paid/{number}", loan, ordinal, chance.randint(1, 50)))
        if chance.random() < 0.2:
            on = prior_month(ordinal, 6)
            found.append(reversal(f"back/{number}", f"paid/{number}", on))
    return found


def reversal(name: str, of: str, on: dt.date) -> Event:
    return EventReversed(event_id=name, deal=TOY, effective_date=on, reverses=of, reason="it was not so")


def boarded_again(chance: random.Random) -> list[Event]:
    """Return a loan that comes in, is taken back, and comes in into the other group."""
    first = LoanBoarded(
        event_id="in", deal=TOY, effective_date=CUT_OFF, loan="moved", group="one", balance="5000", note_rate="0.12"
    )
    second = attrs.evolve(first, event_id="in again", group="two")
    return [termed(first, chance), reversal("out", "in", CUT_OFF), termed(second, chance)]


def faults(ledger: Ledger, runs: list[StoredRun] | None = None) -> list[str]:
    check = SumsCheck(ledger.stored_runs(TOY) or () if runs is None else runs)
    check.add(list(ledger.stored_rows(TOY)))
    return list(check.finish())


@pytest.mark.parametrize("run", [1, 3, 8_192])
@pytest.mark.parametrize("again", [False, True])
def test_what_is_written_is_what_the_rows_say(monkeypatch: pytest.MonkeyPatch, run: int, *, again: bool) -> None:
    for module in (admitting, run_sums):
        monkeypatch.setattr(module, "RUN_EVENTS", run)
    for seed in range(draws(1)):
        chance = random.Random(f"{seed} {run} {again}")
        with Ledger.create("sqlite://") as ledger:
            begun(ledger, chance)
            waiting = lived(chance, 16)
            at = chance.randrange(len(waiting))
            waiting[at:at] = boarded_again(chance) if again else []
            while waiting:
                size = chance.choice([1, 2, 7, 20])
                # A state that is kept, and one that is loaded.
                (ledger if chance.random() < 0.5 else ledger.without_snapshots()).post_many(waiting[:size]).or_raise()
                waiting = waiting[size:]
            assert faults(ledger) == []
            assert sum(run.cuts.again for run in ledger.stored_runs(TOY) or () if run.cuts) == 2 * again
            with Ledger.create("sqlite://") as other:
                other.restore_rows(list(ledger.stored_rows(TOY)), ledger.stored_batches(TOY))
                assert faults(other) == []


def test_a_closing_says_where_the_pool_stands() -> None:
    """What came before is put together under its number, what is of later months stays theirs."""
    with Ledger.create("sqlite://") as ledger:
        begun(ledger, random.Random(1), rules=1)
        ledger.post_many([curtailed("now", SOME[0], 2, 7), curtailed("later", SOME[0], 4, 5)]).or_raise()
        number = int(f"{payment_date(2):%Y%m%d}")
        toy_month(ledger, 1)
        toy_month(ledger, 2)
        assert faults(ledger) == []
        closings = [held for run in ledger.stored_runs(TOY) or () if (held := run.cuts) and held.closed]
        assert [held.closed for held in closings] == [int(f"{payment_date(1):%Y%m%d}"), number]
        standing = from_text(str(closings[1].standing))
        assert {key[0] for key in standing} == {number, int(f"{payment_date(4):%Y%m%d}")}


WRONG = '{"20210125":{"one":{"2020-12-01":{"margin":{"0.0225":1}}}}}'


@pytest.mark.parametrize("place", [0, -1])
@pytest.mark.parametrize(
    "change",
    [
        lambda held: held._replace(moved="{}"),
        lambda held: held._replace(again=1),
        lambda held: held._replace(moved=WRONG),
        lambda held: held._replace(moved="{"),
        lambda held: held._replace(closed=20210125, standing="{}"),
        lambda held: held._replace(closed=20210225),
        lambda held: held._replace(standing=WRONG),
        lambda _: None,
    ],
)
def test_sums_that_are_wrong_are_named(place: int, change: Callable[[StoredCuts], StoredCuts | None]) -> None:
    with Ledger.create("sqlite://") as ledger:
        begun(ledger, random.Random(1), rules=1)
        ledger.post_many([curtailed("now", SOME[0], 2, 7)]).or_raise()
        toy_month(ledger, 1)
        ledger.post_many([curtailed("then", SOME[1], 3, 7)]).or_raise()
        runs = list(ledger.stored_runs(TOY) or ())
        at = [number for number, run in enumerate(runs) if run.cuts][place]
        held = runs[at].cuts
        assert held is not None
        found = faults(ledger, [*runs[:at], runs[at]._replace(cuts=change(held)), *runs[at + 1 :]])
        assert len(found) == 1
        assert "under what the pool is cut by" in found[0]
        stray = StoredRun(runs[at].through, runs[at].through, [], [], held)
        assert len(faults(ledger, [*runs[: at + 1], stray, *runs[at + 1 :]])) == 1
