"""A late payment repays the advance of its own instalment; what it brings beyond that is the trust's."""

from __future__ import annotations

import pytest

from ledger.projections.repayments import AdvanceMove, OpenAdvance, Repayments, held_by_group

FEB, MAR, APR = 20240226, 20240325, 20240425


def move(kind: str, month: int, units: int, *, instalment: int = 0, code: str = "", loan: str = "1") -> AdvanceMove:
    """Return an event of loan 1 of group one."""
    return AdvanceMove(f"{kind}/{month}/{units}", None, month, kind, code, "one", loan, instalment, units)


def made(month: int, units: int, **more: str) -> AdvanceMove:
    """Return an advance."""
    return move("advance_made", month, units, **more)  # type: ignore[arg-type]


def late(month: int, units: int, instalment: int = 0, **more: str) -> AdvanceMove:
    """Return a late payment of an advanced instalment."""
    return move("collection_received", month, units, instalment=instalment, code="late, advanced", **more)


def taken(month: int, units: int, instalment: int = 0, code: str = "late collections") -> AdvanceMove:
    """Return an advance that the servicer took back."""
    return move("advance_recovered", month, units, instalment=instalment, code=code)


def held(*moves: AdvanceMove) -> int:
    """Return what is the servicer's after these events."""
    state = Repayments()
    for item in moves:
        assert state.take(item)
    return held_by_group(state.opened()).get("one", 0)


TWO = made(FEB, 725), made(MAR, 724)


@pytest.mark.parametrize(
    ("moves", "right"),
    [
        ([made(FEB, 725), late(MAR, 750)], 725),
        ([made(FEB, 725), late(MAR, 700)], 700),
        ([made(FEB, 725), late(MAR, 750), taken(MAR, 725)], 0),
        ([*TWO, late(APR, 750, FEB)], 725),
        ([*TWO, late(APR, 750)], 725),
        ([*TWO, late(APR, 750), taken(APR, 725)], 0),
        ([*TWO, late(APR, 749, MAR)], 724),
        ([*TWO, late(APR, 1499)], 1449),
        ([*TWO, late(APR, 750, FEB), late(APR, 749, MAR)], 1449),
        ([*TWO, late(APR, 750, FEB), taken(APR, 724, MAR)], 725),
        ([made(FEB, 725), late(MAR, 750), taken(MAR, 725, code="liquidation proceeds")], 0),
        ([made(FEB, 725), late(MAR, 750), move("advance_declared_nonrecoverable", MAR, 725)], 0),
        ([made(FEB, 725), late(MAR, 750, loan="2")], 0),
        ([made(MAR, 725), late(APR, 750, FEB)], 725),
        ([late(MAR, 750)], 0),
        ([made(FEB, 725, loan=""), late(MAR, 600, loan="")], 600),
        ([made(FEB, 725, loan=""), late(MAR, 600)], 600),
    ],
)
def test_held_for_the_servicer(moves: list[AdvanceMove], right: int) -> None:
    assert held(*moves) == right


def test_a_reversal_takes_back_what_its_event_did() -> None:
    payment = late(MAR, 750)
    void = payment._replace(event_id="void", reverses=payment.event_id, units=-750)
    assert held(made(FEB, 725), payment, void) == 0


def test_a_payment_that_the_bank_took_back_no_longer_repays() -> None:
    back = move("payment_returned", MAR, 750, instalment=FEB, code="late, advanced")
    assert held(made(FEB, 725), late(MAR, 750, FEB), back) == 0


def test_a_reversal_of_what_did_not_pass_is_not_taken() -> None:
    state = Repayments([OpenAdvance("one", "1", FEB, 725, 0)])
    assert not state.take(late(MAR, -750)._replace(reverses="elsewhere"))


def test_what_is_repaid_is_forgotten_at_the_end_of_its_month() -> None:
    state = Repayments()
    for item in (made(FEB, 725), late(MAR, 750), taken(MAR, 725), made(MAR, 724)):
        state.take(item)
    state.end_month()
    assert state.opened() == (OpenAdvance("one", "1", MAR, 724, 0),)
