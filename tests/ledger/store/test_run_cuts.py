"""What a writer says that a batch moves under what the pool is cut by is what the rows say, whatever was boarded when.

Loans come in with terms of their own, are boarded again into other groups or taken back, are paid ahead out of order,
and months are closed behind them; in batches and runs of every size.
"""

from __future__ import annotations

import random
from decimal import Decimal

import attrs
import pytest

from ledger import CurtailmentCollected, Event, EventReversed, Ledger, LoanBoarded, StoredRun
from ledger.evidence.sums import SumsCheck
from ledger.journal.cuts import read
from ledger.store import run_sums
from ledger.writing import admission as admitting
from tests.deals.toy import CUT_OFF, LOANS, TOY, boarding, payment_date, prior_month, toy_month, toy_terms
from tests.draws import draws

SOME = tuple(LOANS)[:5]
_TERMS = ("360", "359", "12")


def termed(loan: LoanBoarded, chance: random.Random) -> LoanBoarded:
    """Return a boarding with terms that a cut looks at, some of them left out."""
    fields = {
        "remaining_term_months": int(chance.choice(_TERMS)),
        "seasoning_months": Decimal(chance.choice(("3", "4.5"))),
        "origination_date": prior_month(1).replace(year=2019),
        "margin": Decimal(chance.choice(("0.0225", "0.02750"))),
        "pmi_rate": Decimal(chance.choice(("0", "0.005"))),
    }
    left_out = chance.sample(sorted(fields), k=chance.randint(0, 3))
    return attrs.evolve(loan, **{name: value for name, value in fields.items() if name not in left_out})


def begun(ledger: Ledger, chance: random.Random, *, rules: int = 4) -> None:
    """Open the toy deal, whose loans have terms."""
    ledger.open_deal(TOY, toy_terms(rules=rules)).or_raise()
    loans = [event for event in boarding() if isinstance(event, LoanBoarded)]
    others = [event for event in boarding() if not isinstance(event, LoanBoarded)]
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
            why = {"reverses": f"paid/{number}", "reason": "returned"}
            found.append(EventReversed(event_id=f"back/{number}", deal=TOY, effective_date=on, **why))
    return found


def boarded_again(chance: random.Random) -> list[Event]:
    """Return a loan that comes in, is taken back, and comes in into the other group."""
    fields = {"deal": TOY, "effective_date": CUT_OFF}
    first = LoanBoarded(event_id="in", loan="moved", group="one", balance=5_000, note_rate="0.12", **fields)
    back = EventReversed(event_id="out", reverses="in", reason="boarded into the wrong group", **fields)
    return [termed(first, chance), back, termed(attrs.evolve(first, event_id="in again", group="two"), chance)]


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
        standing = read(str(closings[1].standing))
        assert {key[0] for key in standing} == {number, int(f"{payment_date(4):%Y%m%d}")}


def _changed(**fields: object) -> dict[str, object]:
    return fields


@pytest.mark.parametrize("place", [0, -1])
@pytest.mark.parametrize(
    "change",
    [
        _changed(moved="{}"),
        _changed(again=1),
        _changed(moved='{"20210125":{"one":{"2020-12-01":{"margin":{"0.0225":1}}}}}'),
        _changed(moved="[]"),
        _changed(moved="{"),
        _changed(closed=20210125, standing="{}"),
        _changed(closed=20210225),
        _changed(standing='{"20210125":{"one":{"2020-12-01":{"margin":{"0.0225":1}}}}}'),
    ],
)
def test_sums_that_are_wrong_are_named(place: int, change: dict[str, object]) -> None:
    with Ledger.create("sqlite://") as ledger:
        begun(ledger, random.Random(1), rules=1)
        ledger.post_many([curtailed("now", SOME[0], 2, 7)]).or_raise()
        toy_month(ledger, 1)
        ledger.post_many([curtailed("then", SOME[1], 3, 7)]).or_raise()
        runs = list(ledger.stored_runs(TOY) or ())
        at = [number for number, run in enumerate(runs) if run.cuts][place]
        held = runs[at].cuts
        assert held is not None
        for wrong in (held._replace(**change), None):  # type: ignore[arg-type]
            found = faults(ledger, [*runs[:at], runs[at]._replace(cuts=wrong), *runs[at + 1 :]])
            assert len(found) == 1
            assert "under what the pool is cut by" in found[0]
        stray = StoredRun(runs[at].through, runs[at].through, [], [], held)
        assert len(faults(ledger, [*runs[: at + 1], stray, *runs[at + 1 :]])) == 1
