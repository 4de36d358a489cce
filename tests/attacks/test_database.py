"""Whatever is changed in an embedded ledger changes no answer, or is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import Ledger
from tests.attacks.database import DatabaseSearch
from tests.deals.toy import TOY, month_events, payment_date, prior_month, toy_month
from tests.evidence.enveloped import enveloped_toy


def _ledger(path: Path) -> tuple[str, ...]:
    """Post three months, the last still open; return the record dates to ask about."""
    with Ledger.create(path) as ledger:
        enveloped_toy(ledger)
        ledger.close_period(TOY, payment_date(1)).or_raise()
        ledger.distribute(TOY, payment_date(1)).or_raise()
        toy_month(ledger, 2)
        ledger.post_many(month_events(3, curtailment="500.00")).or_raise()
        ledger.reverse(TOY, "3/curtailment", effective_date=prior_month(3, 20), reason="returned").or_raise()
    return tuple(str(payment_date(ordinal)) for ordinal in (1, 2, 3))


@pytest.mark.parametrize(
    ("tries", "seed"),
    [(25, 1), *(pytest.param(2_000, seed, marks=pytest.mark.slow) for seed in range(2, 7))],
)
def test_no_change_alters_an_answer_unnamed(tmp_path: Path, tries: int, seed: int) -> None:
    path = tmp_path / "sound.db"
    dates = _ledger(path)
    assert DatabaseSearch(path, TOY, dates, seed).missed(tries) == []
