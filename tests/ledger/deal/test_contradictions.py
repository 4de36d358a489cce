"""Terms that contradict themselves are refused with everything that does: the first is raised, the others kept."""

from __future__ import annotations

import attrs
import pytest

from ledger import InvalidTerms, PayDerivatives, PayInterest, PayPrincipal, PaySubordinatePrincipal
from ledger.deal.contradictions import contradictions
from tests.deals.toy import toy_terms


def test_terms_that_are_sound_contradict_nothing() -> None:
    assert list(contradictions(toy_terms())) == []


def test_every_contradiction_is_told_at_once() -> None:
    steps = (
        PayDerivatives(),
        PayInterest(classes=("A", "Z")),
        PayPrincipal(classes=("B",), groups=("three",), only_while=("none",)),
        PaySubordinatePrincipal(classes=("B",)),
    )
    with pytest.raises(InvalidTerms) as caught:
        attrs.evolve(toy_terms(), waterfall=steps)
    fields = [fault.field for fault in (caught.value, *caught.value.others)]
    assert fields == [
        "DealTerms.waterfall[1].classes",
        "DealTerms.waterfall[2].groups",
        "DealTerms.waterfall[2].only_while",
        "DealTerms.waterfall[3].groups",
    ]


def test_a_name_that_is_nearly_right_is_suggested() -> None:
    group = toy_terms().group_ids[0]
    with pytest.raises(InvalidTerms, match=f"did you mean .?{group}"):
        attrs.evolve(toy_terms(), waterfall=(PayDerivatives(), PayInterest(classes=("A",), groups=(f"{group}s",))))
