"""Claims on a waterfall and the means to meet them, in dollars."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledger import Claim, Exact, Means, WaterfallResult


def dollars(value: str | int) -> Exact:
    return Exact(Fraction(Decimal(value)))


def claim(class_id: str, balance: str | int, interest: str | int = 0, **more: Any) -> Claim:
    values: dict[str, Any] = {name: dollars(value) if isinstance(value, str) else value for name, value in more.items()}
    face = values.pop("face", dollars(balance))
    return Claim(class_id=class_id, face=face, balance=dollars(balance), interest_due=dollars(interest), **values)


def means(interest: str | int, principal: str | int, pool: str | int, **more: Any) -> Means:
    values: dict[str, Any] = {name: dollars(value) if isinstance(value, str) else value for name, value in more.items()}
    return Means(
        interest_funds=dollars(interest),
        principal_funds=dollars(principal),
        closing_pool=dollars(pool),
        **values,
    )


def amounts(result: WaterfallResult, what: str) -> dict[str, str]:
    return {name: str(getattr(item, what).decimal) for name, item in result.classes.items()}
