"""Exchangeable classes: what holders of a combination of classes are paid and stand at, as parts of those classes."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from ledger.deal.structure import ExchangeableClass
from ledger.deal.terms import DealTerms
from ledger.projections.classes import ClassReport
from ledger.values.exact import Exact, term, total
from ledger.values.glance import Glanced


@attrs.frozen(kw_only=True, repr=False)
class ExchangeReport(Glanced):
    """One exchangeable class, in dollars: its parts of the balances and payments of the classes it stands for."""

    bond: ExchangeableClass
    opening_balance: Exact
    interest: Exact
    principal: Exact
    loss: Exact
    closing_balance: Exact


def exchanges(terms: DealTerms, classes: Mapping[str, ClassReport]) -> tuple[ExchangeReport, ...]:
    """Return every exchangeable class of the deal after a distribution."""
    found = []
    for bond in terms.exchangeable:
        parts = [(classes[part.class_id], term(part.share, f"share of class {part.class_id}")) for part in bond.of]
        found.append(
            ExchangeReport(
                bond=bond,
                opening_balance=total(item.accrual.opening_balance * share for item, share in parts),
                interest=total(item.interest * share for item, share in parts),
                principal=total(item.principal * share for item, share in parts),
                loss=total(item.loss * share for item, share in parts),
                closing_balance=total(item.result.closing_balance * share for item, share in parts),
            )
        )
    return tuple(found)


__all__ = ["ExchangeReport", "exchanges"]
