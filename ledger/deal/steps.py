"""The steps a waterfall is made of: small frozen values, in the order that the indenture gives them.

Each step takes from one *source* of funds and pays one kind of claim of some classes. The interpreter is
:mod:`ledger.deal.waterfall`; a step itself only says what the deal says.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar, Literal

import attrs
from attrs import field

from ledger.values.fields import by_declared_type


class Source(StrEnum):
    """Which money a step may use: interest funds, principal funds, or both (interest first)."""

    INTEREST = "interest funds"
    PRINCIPAL = "principal funds"
    AVAILABLE = "available funds"


class Sharing(StrEnum):
    """How classes named together share what is not enough for all, or a principal amount."""

    SEQUENTIAL = "sequential"
    PRO_RATA_CLAIM = "pro rata on what is due"
    PRO_RATA_BALANCE = "pro rata on balance"
    PRO_RATA_FACE = "pro rata on original face"


def _names(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(value)


class Step:
    """The base of every step; ``step`` is its written name and ``classes`` whom it pays."""

    step: str
    classes: tuple[str, ...]
    title: ClassVar[str] = ""


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class PayDerivatives(Step):
    """Pay what the trust owes under its derivative contracts."""

    title: ClassVar[str] = "derivative payments"
    source: Source = Source.INTEREST
    classes: tuple[str, ...] = field(default=(), converter=_names)
    step: Literal["pay_derivatives"] = "pay_derivatives"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class PayInterest(Step):
    """Pay the classes their interest of the period, and interest unpaid from earlier ones.

    A second step may pay out of other funds what a first could not.
    """

    title: ClassVar[str] = "class interest"
    classes: tuple[str, ...] = field(converter=_names)
    source: Source = Source.INTEREST
    sharing: Sharing = Sharing.SEQUENTIAL
    step: Literal["pay_interest"] = "pay_interest"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class PayPrincipal(Step):
    """Distribute principal funds to the classes until they are retired; what is left then goes to later steps.

    ``lockout_months`` keeps the step idle for the first months of the deal.
    """

    title: ClassVar[str] = "class principal"
    classes: tuple[str, ...] = field(converter=_names)
    source: Source = Source.PRINCIPAL
    sharing: Sharing = Sharing.SEQUENTIAL
    lockout_months: int = 0
    step: Literal["pay_principal"] = "pay_principal"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class BuildOvercollateralization(Step):
    """Pay excess interest as extra principal until overcollateralization is at its target."""

    title: ClassVar[str] = "extra principal"
    classes: tuple[str, ...] = field(converter=_names)
    source: Source = Source.INTEREST
    sharing: Sharing = Sharing.SEQUENTIAL
    step: Literal["build_overcollateralization"] = "build_overcollateralization"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class CoverLosses(Step):
    """Pay excess interest as principal for the losses realized this month, before any class is written down."""

    title: ClassVar[str] = "losses covered by excess"
    classes: tuple[str, ...] = field(converter=_names)
    source: Source = Source.INTEREST
    sharing: Sharing = Sharing.SEQUENTIAL
    step: Literal["cover_losses"] = "cover_losses"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class PayBasisRisk(Step):
    """Pay the classes what the available funds cap took from them, now and before."""

    title: ClassVar[str] = "basis risk shortfalls"
    classes: tuple[str, ...] = field(converter=_names)
    source: Source = Source.INTEREST
    sharing: Sharing = Sharing.SEQUENTIAL
    step: Literal["pay_basis_risk"] = "pay_basis_risk"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class ReimburseInsurer(Step):
    """Repay the bond insurer what it paid on the classes."""

    title: ClassVar[str] = "insurer reimbursement"
    classes: tuple[str, ...] = field(converter=_names)
    source: Source = Source.AVAILABLE
    sharing: Sharing = Sharing.SEQUENTIAL
    step: Literal["reimburse_insurer"] = "reimburse_insurer"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class PayResidual(Step):
    """Pay whatever is left to the residual class, the first one named."""

    title: ClassVar[str] = "residual"
    classes: tuple[str, ...] = field(converter=_names)
    source: Source = Source.AVAILABLE
    step: Literal["pay_residual"] = "pay_residual"


STEPS: dict[str, type[Step]] = {
    "pay_derivatives": PayDerivatives,
    "pay_interest": PayInterest,
    "pay_principal": PayPrincipal,
    "build_overcollateralization": BuildOvercollateralization,
    "cover_losses": CoverLosses,
    "pay_basis_risk": PayBasisRisk,
    "reimburse_insurer": ReimburseInsurer,
    "pay_residual": PayResidual,
}
"""Every step by its written name."""
