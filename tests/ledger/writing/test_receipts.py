"""A refusal can be raised."""

from __future__ import annotations

import pytest

from ledger import Ledger, PostingRefused
from tests.deals.refusals import payoff


def test_or_raise_raises_what_was_refused(toy: Ledger) -> None:
    with pytest.raises(PostingRefused, match=r"bad\.loan: .*\[unknown_loan\]") as caught:
        toy.post(payoff(loan="one-99")).or_raise()
    assert [v.code for v in caught.value.violations] == ["unknown_loan"]
