"""What differs between two versions of terms, term by term."""

from __future__ import annotations

from typing import Any

import attrs

from ledger import Fee, FeeBasis, PayBasisRisk, PayInterest
from ledger.deal.differences import term_differences
from tests.deals.toy import toy_terms


def test_terms_do_not_differ_from_themselves() -> None:
    assert term_differences(toy_terms(), toy_terms()) == ()


def test_a_term_is_named_by_the_part_that_it_is_in() -> None:
    old = toy_terms()
    a, b, cert = old.classes
    new = attrs.evolve(
        old,
        title="Toy Trust II",
        classes=(attrs.evolve(a, rate=attrs.evolve(a.rate, margin="0.02")), b, cert),
        fees=(old.fees[0], Fee(fee_id="new", title="New", basis=FeeBasis.POSTED)),
        calendar=attrs.evolve(old.calendar, payment_day=20),
    )
    found = {item.term: (item.old, item.new) for item in term_differences(old, new)}
    assert found == {
        "title": ("Toy Trust", "Toy Trust II"),
        "calendar.payment_day": ("25", "20"),
        "class A.rate.margin": ("0.01", "0.02"),
        "fee pmi": ("fee_id pmi; title Mortgage Insurance; basis posted", ""),
        "fee new": ("", "fee_id new; title New; basis posted"),
    }


def test_classes_in_another_order_differ() -> None:
    old = toy_terms()
    (found,) = term_differences(old, attrs.evolve(old, classes=old.classes[::-1]))
    assert (found.term, found.new) == ("order of each class", "Cert, B, A")


def test_steps_are_compared_where_they_stand_now() -> None:
    old = toy_terms()
    first, *others = old.waterfall
    added = PayBasisRisk(classes=["A"])
    (found,) = term_differences(old, attrs.evolve(old, waterfall=(first, added, *others)))
    assert found.term == "waterfall[1]"
    assert (found.old, found.new) == ("", "pay_basis_risk: classes A")
    last = len(old.waterfall) - 1
    (gone,) = term_differences(old, attrs.evolve(old, waterfall=old.waterfall[:-1]))
    assert (gone.term, gone.new) == (f"waterfall[{last}] before", "")
    place = next(number for number, step in enumerate(old.waterfall) if isinstance(step, PayInterest))
    steps: list[Any] = list(old.waterfall)
    steps[place] = attrs.evolve(steps[place], cap="9.00")
    (capped,) = term_differences(old, attrs.evolve(old, waterfall=steps))
    assert (capped.term, capped.old, capped.new) == (f"waterfall[{place}].cap", "none", "9.00")
