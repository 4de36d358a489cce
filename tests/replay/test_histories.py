"""One figure over the months is what the statement of each month prints."""

from __future__ import annotations

import replay
from ledger import Ledger
from tests.deals.toy import TOY, month_events, payment_date
from tests.replay.restated import SHOWN, close
from tests.replay.statements.test_restated import january, restate


def test_every_month_prints_what_its_statement_prints(ledger: Ledger) -> None:
    january(ledger)
    ledger.post_many(month_events(2)).or_raise()
    close(ledger, 2)
    restate(ledger)
    steps: list[tuple[int, int]] = []
    found = replay.history(ledger, TOY, SHOWN, progress=lambda done, whole: steps.append((done, whole)))
    assert [point.period.payment_date for point in found][:2] == [payment_date(1), payment_date(2)]
    for point in found.points[:2]:
        statement = replay.statement(ledger, TOY, payment_date=point.period.payment_date)
        assert point.figure is not None
        assert point.figure.printed == statement.find(SHOWN)[0].printed
    assert found.points[0].period.state.value == "restated"
    assert steps[-1] == (3, 3)
    assert found.to_frame().height == len(found)


def test_as_closed_each_month_is_what_it_was_closed_on(ledger: Ledger) -> None:
    january(ledger)
    restate(ledger)
    now, then = replay.history(ledger, TOY, SHOWN), replay.history(ledger, TOY, SHOWN, as_closed=True)
    assert (now.points[0].value, then.points[0].value) != (None, None)
    assert now.points[0].value != then.points[0].value
    assert len(then) == 1, "what is open was never closed"
    assert then.rows()[0]["known_through"] == str(then.points[0].period.closed_at)


def test_a_month_without_a_statement_has_no_figure(ledger: Ledger) -> None:
    january(ledger)
    last = replay.history(ledger, TOY, SHOWN).points[-1]
    assert (last.period.state.value, last.figure, last.value) == ("open", None, None)
