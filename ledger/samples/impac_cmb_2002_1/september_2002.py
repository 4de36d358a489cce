"""September 2002 of Impac CMB Trust 2002-1, posted as its servicer would have posted it.

Read it top to bottom: open the deal, bring its balances forward, post the month, close the period, pay the bonds. The
figures are those that the trustee published for the distribution of 25 September 2002. Three kinds are not: balances
brought forward (the months before are not in the ledger) are exact from the same statement; two accruals carry
fractions of a cent that its rounded lines hide and its other figures prove (``SUB_CENT`` below); and the speeds and
delinquency of earlier months, shown there only inside averages, are the shortest values that give those averages.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from importlib.resources import files

from ledger import (
    AdvanceMade,
    AmountBroughtForward,
    CharacteristicsBroughtForward,
    ClassBalanceBroughtForward,
    CollectionReceived,
    CompensatingInterestPaid,
    CurtailmentCollected,
    Dated,
    DealTerms,
    DelinquencyBroughtForward,
    DelinquencyReported,
    DerivativePaymentMade,
    Event,
    FeeCharged,
    IndexRateSet,
    InstalmentReportedDelinquent,
    Ledger,
    LoanBoarded,
    PayoffCollected,
    PerformanceBroughtForward,
    PoolBalanceBroughtForward,
    PoolCharacteristicsReported,
    Receipt,
    ReliefActShortfallReported,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
    terms_from_json,
)

DEAL = "impac-cmb-2002-1"
ENTERED = date(2002, 8, 26)  # the distribution whose closing balances are brought forward
DUE = date(2002, 9, 1)  # the month's instalments
MONTH_END = date(2002, 8, 31)  # the end of the prepayment period
REMITTED = date(2002, 9, 24)  # the servicer's own payments to the trust
PAID = date(2002, 9, 25)
SUB_CENT = {"fixed interest": "77983.0967", "IMP021F4": "10677.9255"}


def data(name: str) -> str:
    """Return the text of a data file beside this script."""
    return (files(__package__) / name).read_text(encoding="utf-8")


def terms() -> DealTerms:
    """Return the deal's terms."""
    return terms_from_json(data("terms.json"))


def published() -> str:
    """Return the figures that the trustee published, as CSV: page, section, line, column and what is printed."""
    return data("published.csv")


def payoffs() -> list[dict[str, str]]:
    """Return the forty loans paid off in August 2002, one row each."""
    return list(csv.DictReader(data("payoffs.csv").splitlines()))


def brought_forward() -> Iterator[Event]:
    """Yield what the trust carried into the ledger after the distribution of 26 August 2002."""
    e: Dated = {"deal": DEAL, "effective_date": ENTERED}
    for group, balance, count in (("adjustable", "461457273.67", 1887), ("fixed", "6733664.46", 140)):
        yield PoolBalanceBroughtForward(
            event_id=f"bf/pool/{group}", group=group, balance=balance, loan_count=count, **e
        )
    for class_id, balance, retired in (("A", "439797456.41", "30202543.59"), ("B", "23393481.72", "1606518.28")):
        yield ClassBalanceBroughtForward(
            event_id=f"bf/class/{class_id}", class_id=class_id, balance=balance, retired=retired, **e
        )
    for class_id, amount in (("A", "5009570.98"), ("B", "503103.41"), ("Cert", "8735030.51")):
        yield AmountBroughtForward(
            event_id=f"bf/interest/{class_id}", measure="interest paid", class_id=class_id, amount=amount, **e
        )
    for measure, amount in (("scheduled principal", "2639351.73"), ("unscheduled principal", "29169710.14")):
        yield AmountBroughtForward(event_id=f"bf/{measure.replace(' ', '-')}", measure=measure, amount=amount, **e)
    to_date = (
        ("payoffs", "adjustable", "27115907.88", 107),
        ("payoffs", "fixed", "1213521.29", 26),
        ("repurchases", "adjustable", "446237.79", 3),
        ("curtailments", "adjustable", "289258.41", 0),
        ("curtailments", "fixed", "100734.35", 0),
    )
    for measure, group, amount, count in to_date:
        yield AmountBroughtForward(
            event_id=f"bf/{measure}/{group}", measure=measure, group=group, amount=amount, count=count, **e
        )
    yield from brought_forward_averages()
    yield from brought_forward_months()


def brought_forward_averages() -> Iterator[Event]:
    """Yield the weighted averages that the August statement printed."""
    e: Dated = {"deal": DEAL, "effective_date": ENTERED}
    yield CharacteristicsBroughtForward(
        event_id="bf/averages/adjustable",
        group="adjustable",
        coupon="0.063582075",
        months_to_maturity="354",
        amortization_months="353.3607063",
        seasoning_months="6.63929372",
        margin="0.02905793",
        max_rate="0.13028448",
        min_rate="0.03004357",
        cap_up="0.01006661",
        cap_down="0.01006661",
        **e,
    )
    yield CharacteristicsBroughtForward(
        event_id="bf/averages/fixed",
        group="fixed",
        coupon="0.139134498",
        months_to_maturity="168",
        amortization_months="163.3867464",
        seasoning_months="57.18513541",
        **e,
    )
    yield CharacteristicsBroughtForward(event_id="bf/averages/pool", coupon="0.064690338", **e)


def brought_forward_months() -> Iterator[Event]:
    """Yield the speeds and delinquency of the months before, which the averages of September rest on."""
    paid = [date(2002, 3, 25), date(2002, 4, 25), date(2002, 5, 28), date(2002, 6, 25), date(2002, 7, 25), ENTERED]
    months = {
        "adjustable": [("0.0071917033", "3.17438197")] * 4
        + [("0.0147992363", "5.64031248"), ("0.0147992363", "6.63929372")],
        "fixed": [
            ("0.02555340166", "0"),
            ("0.02555340166", "0"),
            ("0.02555340166", "54.2"),
            ("0.02555340166", "55.2"),
            ("0.03668601924", "56.2"),
            ("0.03668601924", "57.18513541"),
        ],
        None: [("0.0074860009", "3.53511984")] * 4 + [("0.0151244985", "6.38031427"), ("0.0151244985", "7.366259387")],
    }
    for group, speeds in months.items():
        for day, (mortality, seasoning) in zip(paid, speeds, strict=True):
            yield PerformanceBroughtForward(
                event_id=f"bf/speed/{group or 'pool'}/{day}",
                deal=DEAL,
                effective_date=day,
                group=group,
                single_monthly_mortality=mortality,
                seasoning_months=seasoning,
            )
    behind = ((paid[4], "3933558.86", "2672739.34"), (paid[5], "3933558.85", "2672739.33"))
    for day, sixty, ninety in behind:
        yield DelinquencyBroughtForward(
            event_id=f"bf/delinquency/{day}",
            deal=DEAL,
            effective_date=day,
            sixty_days_or_more=sixty,
            ninety_days_or_more=ninety,
        )


def loans_paid_off() -> Iterator[Event]:
    """Yield the forty loans and their payoffs; the groups' balances brought forward contain them already."""
    for row in payoffs():
        yield LoanBoarded(
            event_id=f"loan/{row['loan']}",
            deal=DEAL,
            effective_date=ENTERED,
            loan=row["loan"],
            group=row["group"],
            balance_in_group=row["amount"],
            loan_count=0,
            note_rate=row["note_rate"],
            original_balance=row["original_balance"],
            original_term_months=int(row["original_term"]),
            origination_date=row["origination_date"],
            state=row["state"],
            loan_to_value=row["loan_to_value"],
        )
        yield PayoffCollected(
            event_id=f"2002-09/payoff/{row['loan']}",
            deal=DEAL,
            effective_date=row["date"],
            loan=row["loan"],
            amount=row["amount"],
            note_rate=row["note_rate"],
        )


def collections() -> Iterator[Event]:
    """Yield what fell due, what came in, what did not, and what the servicer advanced."""
    due: Dated = {"deal": DEAL, "effective_date": DUE}
    for group, principal, interest in (
        ("adjustable", "468567.27", "2367226.19"),
        ("fixed", "0.00", SUB_CENT["fixed interest"]),
    ):
        yield ScheduledPaymentDue(
            event_id=f"2002-09/due/{group}", group=group, principal=principal, interest=interest, **due
        )
    for group, principal, interest in (
        ("adjustable", "398524.14", "1952135.60"),
        ("fixed", "0.00", "20477.72"),
    ):
        yield CollectionReceived(
            event_id=f"2002-09/collected/{group}", group=group, principal=principal, interest=interest, **due
        )
    for group, principal, interest, fee in (
        ("adjustable", "70043.13", "392867.14", "24400.00"),
        ("fixed", "0.00", "55412.70", "3086.12"),
    ):
        yield InstalmentReportedDelinquent(
            event_id=f"2002-09/delinquent/{group}",
            group=group,
            principal=principal,
            interest=interest,
            servicing_fee=fee,
            **due,
        )
    yield ReliefActShortfallReported(event_id="2002-09/relief-act/fixed", group="fixed", interest="294.92", **due)
    for group, amount in (("adjustable", "40683.77"), ("fixed", "19967.44")):
        yield CurtailmentCollected(
            event_id=f"2002-09/curtailments/{group}", deal=DEAL, effective_date=MONTH_END, group=group, amount=amount
        )
    for group, principal, interest in (("adjustable", "70043.13", "368467.13"), ("fixed", "0.00", "52326.58")):
        yield AdvanceMade(
            event_id=f"2002-09/advance/{group}",
            deal=DEAL,
            effective_date=REMITTED,
            group=group,
            principal=principal,
            interest=interest,
        )


def fees_and_contracts() -> Iterator[Event]:
    """Yield what the servicer kept and gave up, the mortgage insurance premium, and the derivative payments."""
    e: Dated = {"deal": DEAL, "effective_date": REMITTED}
    for group, amount in (("adjustable", "131341.83"), ("fixed", "1276.59")):
        yield ServicingFeeWithheld(event_id=f"2002-09/servicing-fee/{group}", group=group, amount=amount, **e)
    for group, amount in (("adjustable", "22223.45"), ("fixed", "1797.76")):
        yield CompensatingInterestPaid(event_id=f"2002-09/compensating/{group}", group=group, amount=amount, **e)
    yield FeeCharged(event_id="2002-09/pmi", fee_id="pmi", group="adjustable", amount="51084.01", **e)
    for contract, amount_due, amount_paid in (
        ("IMP021F1", "4528.17", "4528.17"),
        ("IMP021F2", "3611.59", "3611.59"),
        ("IMP021F3", "2162.13", "2162.13"),
        ("IMP021F4", SUB_CENT["IMP021F4"], "10677.93"),
        ("IMP021F6", "2418.59", "2418.59"),
        ("IMP021F7", "85.87", "85.87"),
    ):
        yield DerivativePaymentMade(
            event_id=f"2002-09/derivative/{contract}",
            deal=DEAL,
            effective_date=PAID,
            contract=contract,
            amount_due=amount_due,
            amount_paid=amount_paid,
        )


def reports() -> Iterator[Event]:
    """Yield what the servicer reports of the pool, and the index that the classes float on."""
    yield IndexRateSet(event_id="2002-09/libor", deal=DEAL, effective_date=ENTERED, index="LIBOR-1M", rate="0.0181")
    yield PoolCharacteristicsReported(
        event_id="2002-09/averages/adjustable",
        deal=DEAL,
        effective_date=DUE,
        group="adjustable",
        months_to_maturity="353",
        amortization_months="352.361234",
        seasoning_months="7.63876599",
        margin="0.02904304",
        max_rate="0.13025182",
        min_rate="0.03002424",
        cap_up="0.01006441",
        cap_down="0.01006441",
    )
    yield PoolCharacteristicsReported(
        event_id="2002-09/averages/fixed",
        deal=DEAL,
        effective_date=DUE,
        group="fixed",
        months_to_maturity="167",
        amortization_months="163.1970068",
        seasoning_months="58.16538335",
    )
    for group, category, bucket, balance, count in (
        ("adjustable", "delinquent", "1 payment", "2295988.54", 10),
        ("adjustable", "delinquent", "2 payments", "975445.48", 3),
        ("adjustable", "delinquent", "3+ payments", "2032705.83", 7),
        ("adjustable", "foreclosure", "3+ payments", "565404.70", 2),
        ("adjustable", "bankruptcy", "3+ payments", "131989.65", 1),
        ("adjustable", "reo", "3+ payments", "643556.47", 1),
        ("fixed", "delinquent", "1 payment", "135265.82", 3),
        ("fixed", "delinquent", "3+ payments", "45454.43", 1),
        ("fixed", "bankruptcy", "current", "85277.11", 2),
        ("fixed", "bankruptcy", "3+ payments", "85556.35", 1),
    ):
        yield DelinquencyReported(
            event_id=f"2002-09/{category}/{group}/{bucket.replace(' ', '-')}",
            deal=DEAL,
            effective_date=MONTH_END,
            group=group,
            category=category,
            bucket=bucket,
            balance=balance,
            loan_count=count,
        )


def month() -> list[Event]:
    """Return every event of the month, in the order in which it is posted."""
    return [*loans_paid_off(), *collections(), *fees_and_contracts(), *reports()]


def post(ledger: Ledger) -> Receipt:
    """Open the deal, bring it forward, post the month, close it and pay the bonds."""
    ledger.open_deal(DEAL, terms()).or_raise()
    ledger.post_many(brought_forward()).or_raise()
    ledger.post_many(month()).or_raise()
    ledger.close_period(DEAL, PAID).or_raise()
    return ledger.distribute(DEAL, PAID).or_raise()


deal_terms = terms
"""The terms under a name that says what they are where many terms are about."""

post_september_2002 = post
"""The month under a name that says which it is."""
