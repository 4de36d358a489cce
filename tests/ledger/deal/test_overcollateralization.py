"""What terms may say of overcollateralization, and what contradicts itself in it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger import InvalidTerms, OvercollateralizationTerms, Stopped, TriggerTarget


def test_a_target_in_dollars_asks_for_no_original_pool() -> None:
    plain = OvercollateralizationTerms(target="100.00")
    assert not plain.asks_for_original
    assert list(plain.named_triggers) == []


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"target": "-1.00"}, "OvercollateralizationTerms.target"),
        ({"floor": "-0.01"}, "OvercollateralizationTerms.floor"),
        ({"step_down_percent": Decimal(2)}, "OvercollateralizationTerms.step_down_percent"),
        ({"stopped": Stopped.LAST_REACHED}, "OvercollateralizationTerms.step_down_stopped_by"),
        (
            {"stopped": Stopped.LAST_REACHED, "step_down_stopped_by": ["one", "two"]},
            "OvercollateralizationTerms.step_down_stopped_by",
        ),
        ({"step_down_stays": True}, "OvercollateralizationTerms.step_down_stays"),
    ],
)
def test_what_cannot_be_a_target_is_refused(more: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidTerms) as caught:
        OvercollateralizationTerms(**more)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_a_target_that_a_trigger_raises_names_its_trigger() -> None:
    raised = TriggerTarget(trigger="delinquency", amount="250.00")
    assert raised.trigger == "delinquency"
    with pytest.raises(InvalidTerms):
        TriggerTarget(trigger="", amount="250.00")
