"""A loan-level deal to which everything happens once: three paid months, one of them restated, and a fourth left open.

Fifty-six loans in two groups. The instalments of three months are posted as tables, long enough to be stored by
columns, everything else event by event. Every date and amount is fixed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ledger import (
    AdvanceDeclaredNonrecoverable,
    AdvanceRecovered,
    CapitalizedInterestDeposited,
    CapitalizedInterestWithdrawn,
    CollectionAccountWithdrawn,
    CollectionReceived,
    CompensatingInterestPaid,
    CurtailmentCollected,
    DelinquencyReported,
    DerivativePaymentMade,
    DerivativePaymentReceived,
    Envelope,
    Event,
    FeeCharged,
    InsuranceProceedsReceived,
    LoanBoarded,
    LoanLiquidated,
    LoanRateChanged,
    LoanRepurchased,
    LoanStatusChanged,
    LoanSubstituted,
    PayoffCollected,
    PoolCharacteristicsReported,
    PrefundingDeposited,
    PrefundingWithdrawn,
    ReliefActShortfallReported,
    SubsequentRecoveryReceived,
    TermsAmended,
)
from tests.old_ledgers.cedar_terms import CLOSING, CUT_OFF, terms
from tests.old_ledgers.servicer import DEAL, INSTALMENT, SERVICING, Loan, Servicer


class Cedar(Servicer):
    """The deal under way."""

    def three_months(self) -> None:
        """Let the deal open, and live through three months that are closed and paid."""
        self.clock("2021-01-28 16:30:00.000001")
        self.open()
        self.clock("2021-02-18 09:15:27.250000")
        self.first()
        self.pay(0, "2021-02-24 17:00:00.999999", "2021-02-25 12:00:00")
        self.clock("2021-03-18 10:02:03.456789")
        self.second()
        self.pay(1, "2021-03-24 17:00:00", "2021-03-25 12:00:00")
        self.clock("2021-04-19 11:11:11.111111")
        self.third()
        self.pay(2, "2021-04-23 17:00:00", "2021-04-26 12:00:00")

    def restated_and_open(self) -> None:
        """Let closed months be restated, and another month begin."""
        self.clock("2021-05-04 08:45:00")
        self.restate()
        self.clock("2021-05-05 09:30:00.5")
        self.fourth()

    def open(self) -> None:
        """Open the deal, board its loans (two with all that a tape says) and set aside the pre-funding amount."""
        self.ledger.open_deal(DEAL, terms()).or_raise()
        told: dict[str, dict[str, Any]] = {
            "fix/01": {
                "original_balance": "101000.00",
                "original_term_months": 360,
                "remaining_term_months": 351,
                "remaining_amortization_months": "350.4321",
                "seasoning_months": "9",
                "origination_date": "2020-04-01",
                "paid_to_date": "2020-12-01",
                "state": "Québec",
                "loan_to_value": "1.0325",
            },
            "arm/01": {"margin": "0.0225", "max_rate": "0.1155", "min_rate": "0.0225", "cap_up": "0.02", "state": "CA"},
        }
        boarded: list[Event] = []
        for name, loan in self.loans.items():
            boarded.append(
                LoanBoarded(
                    event_id=f"board/{name}",
                    deal=DEAL,
                    effective_date=CUT_OFF,
                    loan=name,
                    group=loan.group,
                    balance=loan.balance,
                    note_rate=loan.rate,
                    servicing_rate=SERVICING,
                    **told.get(name, {}),
                )
            )
        self.post(*boarded)
        self.post(PrefundingDeposited(event_id="prefunding", deal=DEAL, effective_date=CLOSING, amount="100000.00"))
        self.post(
            CapitalizedInterestDeposited(event_id="capitalized", deal=DEAL, effective_date=CLOSING, amount="900.00")
        )

    def first(self) -> None:
        """February: a loan bought out of the pre-funding account, two loans behind, a fee put right at once."""
        self.post(*self.rates(2, "0.0012", "0.0575"))
        self.loans["fix/03"].balance -= Decimal("2500.00")
        self.post(
            CurtailmentCollected(
                event_id="2021-02/ahead/fix/03",
                loan="fix/03",
                amount="2500.00",
                premium="12.50",
                note_rate=self.loans["fix/03"].rate,
                servicing_rate=SERVICING,
                **self.on(1, 29),
            )
        )
        late = ("arm/07", "arm/08")
        self.instalments(2, late, as_table=True)
        self.post(*(event for name in late for event in self.behind(2, name, "85.25")))
        self.post(*self.fees(2, "310.00"))
        self.post(
            DerivativePaymentReceived(
                event_id="2021-02/cap", contract="CAP-1", amount_due="412.3456", amount_paid="412.35", **self.on(2, 24)
            ),
            DerivativePaymentMade(
                event_id="2021-02/swap", contract="SWAP-1", amount_due="95.0001", amount_paid="95.00", **self.on(2, 24)
            ),
            PrefundingWithdrawn(event_id="2021-02/prefunding", spent_on_loans="60000.00", **self.on(2, 1)),
            CapitalizedInterestWithdrawn(
                event_id="2021-02/capitalized", drawn="600.00", released="300.00", **self.on(2, 1)
            ),
            LoanBoarded(
                event_id="board/sub 01",
                loan="sub 01",
                group="fix",
                balance="60000.00",
                note_rate="0.0675",
                servicing_rate=SERVICING,
                subsequent=True,
                **self.on(2, 1),
            ),
        )
        self.loans["sub 01"] = Loan("fix", Decimal("60000.00"), Decimal("0.0675"))
        self.reported(2, "254720.00", 2)
        right = FeeCharged(event_id="2021-02/pmi/b", fee_id="pmi", group="fix", amount="301.00", **self.on(2, 23))
        self.ledger.correct(
            "2021-02/pmi", right, effective_date=dt.date(2021, 2, 23), reason="Prämie falsch – 保険料の誤り"
        ).or_raise()

    def reported(self, month: int, behind: str, count: int) -> None:
        """Post what the servicer reports of delinquency and averages."""
        self.post(
            DelinquencyReported(
                event_id=f"2021-{month:02}/delinquency/arm/1",
                group="arm",
                category="delinquent",
                bucket="1 payment" if month == 2 else "2 payments",
                balance=behind,
                loan_count=count,
                **self.on(month, 10),
            ),
            PoolCharacteristicsReported(
                event_id=f"2021-{month:02}/averages/arm",
                group="arm",
                coupon="0.06131",
                months_to_maturity="349.75",
                amortization_months="348.5",
                seasoning_months="10.25",
                margin="0.0226",
                max_rate="0.1151",
                min_rate="0.0226",
                cap_up="0.02",
                cap_down="0.02",
                **self.on(month, 10),
            ),
            PoolCharacteristicsReported(event_id=f"2021-{month:02}/averages", coupon="0.0655", **self.on(month, 10)),
        )

    def second(self) -> None:
        """March: loans leave by every door, one pays late, a reset, a soldier's relief, a fact posted in error."""
        self.post(*self.rates(3, "0.0011", "0.05755"))
        self.post(*self.leavers())
        self.loans["arm/04"].balance -= Decimal("1500.00")
        self.loans["fix/12"].balance -= Decimal("400.00")
        self.post(
            InsuranceProceedsReceived(
                event_id="2021-03/insured/arm/04", loan="arm/04", principal="1500.00", interest="8.25", **self.on(2, 22)
            ),
            CurtailmentCollected(event_id="2021-03/ahead/fix/12", loan="fix/12", amount="400.00", **self.on(2, 15)),
            CurtailmentCollected(event_id="2021-03/ahead/fix/13", loan="fix/13", amount="900.00", **self.on(2, 16)),
        )
        self.ledger.reverse(
            DEAL, "2021-03/ahead/fix/13", effective_date=dt.date(2021, 2, 16), reason="chèque sans provision"
        ).or_raise()
        self.instalments(3, ("arm/07", "arm/08"), as_table=False)
        self.post(*(event for name in ("arm/07", "arm/08") for event in self.behind(3, name)))
        cured, interest = self.loans["arm/08"], Decimal("1298.30")
        self.post(
            ReliefActShortfallReported(
                event_id="2021-03/relief", loan="fix/11", interest="31.4159", reason="§ 207 SCRA", **self.on(3, 1)
            ),
            CollectionReceived(
                event_id="2021-03/cured/arm/08",
                loan="arm/08",
                principal=2 * INSTALMENT[cured.group],
                interest=interest,
                timing="late, advanced",
                **self.on(3, 1),
            ),
            AdvanceRecovered(
                event_id="2021-03/recovered/arm/08",
                loan="arm/08",
                principal="280.00",
                interest="500.00",
                servicing_advance="85.25",
                **self.on(3, 22),
            ),
            LoanRateChanged(
                event_id="2021-03/reset/arm/01",
                loan="arm/01",
                note_rate="0.0625",
                servicing_rate="0.005",
                **self.on(3, 2),
            ),
            LoanStatusChanged(
                event_id="2021-03/status/arm/07",
                loan="arm/07",
                status="foreclosure",
                bucket="2 payments",
                paid_to_date="2021-01-01",
                **self.on(3, 15),
            ),
        )
        self.loans["arm/01"].rate = Decimal("0.0625")
        self.post(*self.fees(3, "300.50"))
        self.post(
            CompensatingInterestPaid(event_id="2021-03/ci", group="fix", amount="254.00", **self.on(3, 22)),
            CollectionAccountWithdrawn(
                event_id="2021-03/error", group="arm", purpose="deposits in error", amount="17.11", **self.on(3, 22)
            ),
            PrefundingWithdrawn(
                event_id="2021-03/prefunding", paid_as_principal="40000.00", interest="33.3333", **self.on(3, 24)
            ),
        )
        self.reported(3, "131860.00", 1)

    def leavers(self) -> Iterator[Event]:
        """Yield a payoff, a repurchase and a substitution of February, and board the substitute."""
        gone = {name: self.loans.pop(name) for name in ("fix/05", "fix/06", "fix/09")}
        yield PayoffCollected(
            event_id="2021-03/payoff/fix/05",
            loan="fix/05",
            amount=gone["fix/05"].balance,
            note_rate=gone["fix/05"].rate,
            servicing_rate=SERVICING,
            premium="250.00",
            **self.on(2, 10),
        )
        yield LoanRepurchased(
            event_id="2021-03/repurchase/fix/06",
            loan="fix/06",
            balance=gone["fix/06"].balance,
            accrued_interest="410.07",
            reason="breach",
            **self.on(2, 12),
        )
        balance = gone["fix/09"].balance
        yield LoanSubstituted(
            event_id="2021-03/substituted/fix/09",
            loan="fix/09",
            substitute="fix/09(b)",
            balance=balance,
            substitute_balance="104000.00",
            shortfall_principal=balance - 104_000,
            shortfall_interest="3.21",
            **self.on(2, 19),
        )
        yield LoanBoarded(
            event_id="board/fix/09(b)",
            loan="fix/09(b)",
            group="fix",
            balance="104000.00",
            note_rate="0.0640",
            servicing_rate=SERVICING,
            **self.on(2, 19),
        )
        self.loans["fix/09(b)"] = Loan("fix", Decimal("104000.00"), Decimal("0.0640"))

    def third(self) -> None:
        """April: amended terms, and a loan liquidated at a loss that the bonds feel."""
        amended = terms("Cedar Trust 2021-1 (as amended) – Zürich/東京", "0.0015")
        change = TermsAmended(
            event_id="amended", terms=amended, reason="Nachtrag № 1: Treuhändergebühr", **self.on(3, 26)
        )
        self.ledger.approve(change, note="geprüft", envelope=Envelope(actor="Zoë Fünf")).or_raise()
        self.post(change)
        self.post(*self.rates(4, "0.0010", "0.0576"))
        lost = self.loans.pop("arm/07")
        self.post(
            AdvanceDeclaredNonrecoverable(
                event_id="2021-04/lost/arm/07",
                loan="arm/07",
                principal="280.00",
                interest="800.00",
                servicing_advance="85.25",
                reason="nothing left – «rien»",
                **self.on(3, 28),
            ),
            LoanLiquidated(
                event_id="2021-04/liquidated/arm/07",
                loan="arm/07",
                balance=lost.balance,
                accrued_interest="1300.00",
                net_proceeds="21160.00",
                realized_loss=lost.balance + 1_300 - 21_160,
                **self.on(3, 30),
            ),
        )
        self.instalments(4, as_table=True)
        self.post(*self.fees(4, "299.99"))
        self.post(
            AdvanceRecovered(
                event_id="2021-04/recovered/arm/07",
                loan="arm/07",
                principal="280.00",
                interest="800.00",
                servicing_advance="85.25",
                source="any funds",
                **self.on(4, 20),
            )
        )

    def restate(self) -> None:
        """May: two facts of closed periods are put right, and the published figures stay known as they were."""
        right = CurtailmentCollected(
            event_id="2021-03/ahead/fix/12/b", loan="fix/12", amount="440.00", restates=True, **self.on(2, 15)
        )
        self.ledger.correct(
            "2021-03/ahead/fix/12", right, effective_date=dt.date(2021, 2, 15), reason="misread: 440, not 400"
        ).or_raise()
        self.ledger.reverse(
            DEAL, "2021-04/pmi", effective_date=dt.date(2021, 4, 23), reason="premium waived", restates=True
        ).or_raise()
        self.loans["fix/12"].balance -= Decimal("40.00")

    def fourth(self) -> None:
        """May: a month that is left open, with something recovered on the loan that was lost."""
        self.post(*self.rates(5, "0.0009", "0.0577"))
        self.instalments(5, as_table=True)
        self.post(
            SubsequentRecoveryReceived(
                event_id="2021-05/recovery/arm/07", loan="arm/07", amount="9000.00", **self.on(4, 15)
            ),
            *self.fees(5, "298.00"),
        )
