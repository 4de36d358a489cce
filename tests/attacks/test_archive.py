"""Whatever is changed in an archive changes no answer, or is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import Ledger
from tests.attacks.archive import ArchiveSearch
from tests.deals.toy import TOY, month_events, payment_date, prior_month, toy_month
from tests.evidence.enveloped import JANE, enveloped_toy


def _sealed(home: Path) -> tuple[Path, tuple[str, ...]]:
    """Seal three months in two sealings, the last month still open; return the archives and the record dates."""
    with Ledger.create(home / "trust.db") as ledger:
        enveloped_toy(ledger)
        ledger.close_period(TOY, payment_date(1)).or_raise()
        ledger.distribute(TOY, payment_date(1)).or_raise()
        ledger.archive(TOY, home / "sound")
        toy_month(ledger, 2)
        ledger.post_many(month_events(3, curtailment="500.00"), envelope=JANE).or_raise()
        ledger.reverse(TOY, "3/curtailment", effective_date=prior_month(3, 20), reason="returned").or_raise()
        ledger.archive(TOY, home / "sound")
    return home / "sound", tuple(str(payment_date(ordinal)) for ordinal in (1, 2, 3))


@pytest.mark.parametrize(
    ("tries", "seed"),
    [(20, 1), *(pytest.param(2_000, seed, marks=pytest.mark.slow) for seed in range(2, 7))],
)
def test_no_change_alters_an_answer_unnamed(tmp_path: Path, tries: int, seed: int) -> None:
    directory, dates = _sealed(tmp_path)
    assert ArchiveSearch(directory, TOY, dates, seed).missed(tries) == []
