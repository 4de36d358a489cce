"""Every rate of an event has its bound."""

from __future__ import annotations

import attrs

from ledger.events.registry import REGISTRY


def test_every_rate_of_an_event_has_its_bound() -> None:
    found = {name: REGISTRY[name].rate_fields for name in REGISTRY if REGISTRY[name].rate_fields}
    for name, item in REGISTRY.items():
        rates = {field.name for field in attrs.fields(item.kind) if field.name.endswith("rate")} - {
            "monthly_default_rate"
        }
        if name != "class_rate_reported":
            assert rates <= set(found.get(name, ())), name
    assert "loan_to_value" not in found["loan_boarded"]
    # A class that bears interest on a small notional balance may bear any rate.
    assert "class_rate_reported" not in found
