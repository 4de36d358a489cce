"""An exchangeable class is paid and stands at its parts of the classes it stands for, and moves no figure of theirs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs
import pytest

from ledger import ExchangeableClass, ExchangeShare, InvalidTerms, Ledger
from ledger.samples.told import TOLD

SAMPLE = next(sample for sample in TOLD if sample.DEAL == "sequoia-2013-7")
BOTH = ExchangeableClass(
    class_id="A-3",
    of=(ExchangeShare(class_id="A-1"), ExchangeShare(class_id="A-2", share=Decimal("0.5"))),
)


def test_a_combination_of_all_of_one_class_and_half_of_another() -> None:
    """October 2014: all of A-1's 1,313,690.09 and half of A-2's 3,141,064.55, unrounded; interest by the same parts."""
    first = SAMPLE.payment_dates[0]
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(SAMPLE.DEAL, attrs.evolve(SAMPLE.terms(), exchangeable=(BOTH,))).or_raise()
        ledger.post_many(SAMPLE.events("entered.jsonl")).or_raise()
        SAMPLE.post_month(ledger, first)
        report = ledger.distribution(SAMPLE.DEAL, first)
        assert [figure for figure in SAMPLE.figures_of(ledger, first) if not figure.is_tied] == []
    [found] = report.exchangeable
    assert found.interest == Decimal("245085.89") + Decimal("703207.49") / 2
    assert found.closing_balance == Decimal("116327536.37") + Decimal("278141931.29") / 2
    assert found.principal == report.classes["A-1"].principal + report.classes["A-2"].principal / 2
    assert found.opening_balance - found.principal - found.closing_balance < Decimal("0.01")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"class_id": "A-1"}, "a class of the deal has this name"),
        ({"of": (ExchangeShare(class_id="A-9"),)}, "none of A-1"),
    ],
)
def test_a_combination_of_what_is_not_there_is_refused(changed: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidTerms, match=said):
        attrs.evolve(SAMPLE.terms(), exchangeable=(attrs.evolve(BOTH, **changed),))  # type: ignore[arg-type]


def test_a_combination_stands_for_each_class_once() -> None:
    with pytest.raises(InvalidTerms, match="each once"):
        ExchangeableClass(class_id="X", of=(ExchangeShare(class_id="A"), ExchangeShare(class_id="A")))


def test_the_dates_are_those_of_the_statements() -> None:
    assert SAMPLE.payment_dates == (dt.date(2014, 10, 27), dt.date(2014, 11, 25), dt.date(2014, 12, 26))
