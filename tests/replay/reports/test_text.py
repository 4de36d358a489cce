"""A rendered statement says exactly what the statement holds: whatever the deal, the reader gets every figure back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

import attrs
import pytest

import replay
from ledger import (
    AccrualRule,
    BondClass,
    CalendarTerms,
    Characteristics,
    ClassKind,
    ClassRate,
    CollectionReceived,
    CurtailmentCollected,
    Dated,
    DayCount,
    DealTerms,
    DerivativeContract,
    Event,
    Fee,
    FeeBasis,
    IndexRateSet,
    Ledger,
    LoanBoarded,
    LoanGroup,
    LoanLiquidated,
    LoanStatusChanged,
    LossLimit,
    OvercollateralizationTerms,
    PayDerivatives,
    PayInterest,
    PayoffCollected,
    PayPrincipal,
    PayResidual,
    PoolCharacteristicsReported,
    RateKind,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
    Trigger,
    TriggerKind,
)
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from replay.filing import Filing, read_trustee_filing
from replay.reports.text import render_text

DEAL = "example"
CUT_OFF = date(2003, 3, 1)
CLOSING = date(2003, 3, 20)
FIRST_PAID = date(2003, 4, 25)
PREPAID = date(2003, 4, 28)
RECORD_DATE = date(2003, 4, 30)
AT_ISSUE = {"coupon": "0.0775", "months_to_maturity": "350", "amortization_months": "350", "seasoning_months": "10"}
ARM = {"margin": "0.0275", "max_rate": "0.1375", "min_rate": "0.0275", "cap_up": "0.01", "cap_down": "0.01"}
NO_TARGET = ("row-missing", "STRUCTURAL FEATURES: the usual row 'Current Periods Required Overcollateralization Amt'")
"""A deal without overcollateralization prints no target, and the reader says that the template usually has one."""

Figures = list[tuple[int, str, str, str, str]]


def group(number: int, title: str, *, adjustable: bool = False) -> LoanGroup:
    """Return a group of twenty loans of 100,000."""
    return LoanGroup(
        group_id=f"group-{number}",
        number=number,
        title=title,
        adjustable=adjustable,
        original_balance="2000000",
        original_loan_count=20,
        original=Characteristics(**AT_ISSUE, **(ARM if adjustable else {})),
    )


def bond(class_id: str, face: str, rank: int, rate: ClassRate, description: str = "") -> BondClass:
    """Return a class that accrues as its rate does: floaters on actual/360, fixed classes on 30/360."""
    fixed = rate.kind is RateKind.FIXED
    return BondClass(
        class_id=class_id,
        cusip=f"00000X{rank:02}9" if fixed else "",
        description=description,
        face=face,
        rank=rank,
        rate=rate,
        day_count=DayCount.THIRTY_360 if fixed else DayCount.ACTUAL_360,
        accrual=AccrualRule.PRIOR_CALENDAR_MONTH if fixed else AccrualRule.PAYMENT_TO_PAYMENT,
    )


def terms_of(title: str, groups: Sequence[LoanGroup], bonds: Sequence[BondClass]) -> DealTerms:
    """Return plain terms: three fees, interest and principal by rank, and the rest to the residual class."""
    named = tuple(item.class_id for item in bonds)
    titles = ("Trustee Fee", "Back-Up Servicing Fee", "Special Servicing and Workout Fee (2)")
    return DealTerms(
        title=title,
        cut_off_date=CUT_OFF,
        closing_date=CLOSING,
        calendar=CalendarTerms(first_payment_date="2003-04-25", final_payment_date="2033-04-25"),
        groups=groups,
        classes=(*bonds, BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=9)),
        fees=tuple(
            Fee(fee_id=f"fee-{number}", title=name, basis=FeeBasis.POOL_BALANCE, rate="0.0001")
            for number, name in enumerate(titles)
        ),
        waterfall=(PayInterest(classes=named), PayPrincipal(classes=named), PayResidual(classes=("R",))),
        original=Characteristics(**AT_ISSUE),
    )


FLOATING = ClassRate(kind=RateKind.FLOATING, index="LIBOR-1M", margin="0.002")


def three_pools() -> DealTerms:
    """Return three pools, one of them adjustable, and four classes, without overcollateralization."""
    fixed = {rate: ClassRate(kind=RateKind.FIXED, rate=rate) for rate in ("0.055", "0.07")}
    bonds = (
        bond("A-1", "3000000", 1, FLOATING, "SEN FLT"),
        bond("A-2", "2000000", 2, fixed["0.055"], "SEN FIX"),
        bond("M-1", "1000000", 3, fixed["0.07"], "MEZ"),
    )
    pools = (group(1, "Pool I"), group(2, "Pool II"), group(3, "Pool III", adjustable=True))
    terms = terms_of("Example Home Equity Trust 2003-A", pools, bonds)
    return attrs.evolve(terms, series="2003-A", description="Mortgage Pass-Through Certificates")


def one_group() -> DealTerms:
    """Return one group and one class, with a target, no series and no description."""
    terms = terms_of("Example Funding 2003-1", (group(1, "All Loans"),), (bond("Notes", "1900000", 1, FLOATING),))
    return attrs.evolve(terms, overcollateralization=OvercollateralizationTerms(target="100000"))


def loans_of(terms: DealTerms) -> Iterator[LoanBoarded]:
    """Yield twenty loans for each group."""
    for item in terms.groups:
        arm = ARM if item.adjustable else {}
        for number in range(20):
            yield LoanBoarded(
                event_id=f"board/{item.number}/{number}",
                deal=DEAL,
                effective_date=CUT_OFF,
                loan=f"{item.number}{number:07}",
                group=item.group_id,
                balance="100000",
                original_balance="104250.75",
                note_rate="0.0775",
                servicing_rate="0.005",
                original_term_months=360,
                remaining_term_months=350,
                remaining_amortization_months="350",
                seasoning_months="10",
                origination_date="2002-05-15",
                state="CA",
                loan_to_value="0.7999",
                margin=arm.get("margin"),
                max_rate=arm.get("max_rate"),
                min_rate=arm.get("min_rate"),
                cap_up=arm.get("cap_up"),
                cap_down=arm.get("cap_down"),
            )


def month(terms: DealTerms, accrual_start: date, due: date) -> Iterator[Event]:
    """Yield the index, and each group's instalments and servicing fee; and how old the loans are."""
    yield IndexRateSet(event_id=f"{due}/index", deal=DEAL, effective_date=accrual_start, index="LIBOR-1M", rate="0.013")
    on: Dated = {"deal": DEAL, "effective_date": due}
    for group_id in (None, *terms.group_ids):
        yield PoolCharacteristicsReported(
            event_id=f"{due}/age/{group_id or 'pool'}", group=group_id, seasoning_months=f"{6 + due.month}", **on
        )
    principal, interest = "4321.09", "12916.67"
    for name in terms.group_ids:
        yield ScheduledPaymentDue(
            event_id=f"{due}/due/{name}", group=name, principal=principal, interest=interest, **on
        )
        yield CollectionReceived(
            event_id=f"{due}/collected/{name}", group=name, principal=principal, interest=interest, **on
        )
        yield ServicingFeeWithheld(event_id=f"{due}/fee/{name}", group=name, amount="833.33", **on)


def mishaps() -> Iterator[Event]:
    """Yield payoffs in two groups, a curtailment, and loans behind in every category."""
    on: Dated = {"deal": DEAL, "effective_date": PREPAID}
    for loan in ("10000001", "30000002"):
        yield PayoffCollected(event_id=f"payoff/{loan}", loan=loan, amount="100000", note_rate="0.0775", **on)
    yield CurtailmentCollected(event_id="curtailment", loan="20000003", amount="12000.50", **on)
    behind = (
        ("10000005", "performing", "2 payments"),
        ("20000006", "foreclosure", "3+ payments"),
        ("30000008", "bankruptcy", "current"),
    )
    for loan, status, bucket in behind:
        yield LoanStatusChanged(event_id=f"status/{loan}", loan=loan, status=status, bucket=bucket, **on)


def statement_of(terms: DealTerms, *events: Event, loans: Sequence[Event] | None = None) -> replay.Statement:
    """Return the statement of a deal's second month, with whatever else happened in it."""
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(DEAL, terms).or_raise()
        ledger.post_many([*(loans or loans_of(terms)), *month(terms, CLOSING, date(2003, 4, 1))]).or_raise()
        ledger.close_period(DEAL, FIRST_PAID).or_raise()
        ledger.distribute(DEAL, FIRST_PAID).or_raise()
        ledger.post_many([*month(terms, FIRST_PAID, date(2003, 5, 1)), *events]).or_raise()
        return replay.statement(ledger, DEAL, RECORD_DATE)


def held(source: replay.Statement | Filing) -> Figures:
    """Return the figures of a statement, or of what was read, in order."""
    return [(f.page, f.section, f.line, f.column, f.printed) for f in source.figures]


def problems(filing: Filing) -> set[tuple[str, str]]:
    """Return the code of each problem and the beginning of its message."""
    return {(problem.code, problem.message.partition(" is missing")[0]) for problem in filing.problems}


@pytest.fixture(scope="module")
def real() -> replay.Statement:
    with Ledger.create("sqlite://") as ledger:
        sample.post_september_2002(ledger)
        return replay.statement(ledger, sample.DEAL, date(2002, 8, 30))


@pytest.fixture(scope="module")
def pools() -> replay.Statement:
    return statement_of(three_pools(), *mishaps())


@pytest.fixture(scope="module")
def quiet() -> replay.Statement:
    return statement_of(one_group())


def test_the_published_statement_is_read_back_whole(real: replay.Statement) -> None:
    filing = read_trustee_filing(render_text(real))
    assert held(filing) == held(real)
    assert len(filing.figures) == 1290
    assert filing.problems == ()
    assert (filing.deal_name, filing.groups) == ("Impac CMB Trust 2002-1", ("adjustable", "fixed"))
    assert (filing.distribution_date, filing.record_date) == (date(2002, 9, 25), date(2002, 8, 30))


def test_three_pools_and_four_classes_are_read_back_whole(pools: replay.Statement) -> None:
    filing = read_trustee_filing(render_text(pools))
    assert held(filing) == held(pools)
    assert problems(filing) == {NO_TARGET}
    assert filing.groups == ("pool i", "pool ii", "pool iii")
    assert {figure.line for figure in filing.figures if figure.section == "interest"} == {
        *("A-1", "A-2", "M-1", "R", "Total")
    }


def test_one_group_is_read_back_whole(quiet: replay.Statement) -> None:
    filing = read_trustee_filing(render_text(quiet))
    assert held(filing) == held(quiet)
    assert filing.problems == ()
    assert filing.groups == ("all loans",)
    assert (filing.deal_name, filing.record_date) == ("Example Funding 2003-1", RECORD_DATE)


def test_long_names_move_columns_and_lose_nothing() -> None:
    terms = three_pools()
    long = attrs.evolve(
        terms,
        groups=(attrs.evolve(terms.groups[0], title="Conforming Balance Fixed Rate Loans"), *terms.groups[1:]),
        classes=(
            attrs.evolve(terms.classes[0], class_id="Class A-1 Senior Notes", description="SENIOR FLOATING"),
            *terms.classes[1:],
        ),
        fees=(*terms.fees, Fee(fee_id="long", title="Fee for " + "very " * 14 + "long names", basis=FeeBasis.POSTED)),
        derivatives=(DerivativeContract(contract="20031234 (5678)", kind="cap"),),
        waterfall=(
            PayDerivatives(),
            PayInterest(classes=("Class A-1 Senior Notes", "A-2", "M-1")),
            PayPrincipal(classes=("Class A-1 Senior Notes", "A-2", "M-1")),
            PayResidual(classes=("R",)),
        ),
    )
    statement = statement_of(long, *mishaps())
    filing = read_trustee_filing(render_text(statement))
    assert held(filing) == held(statement)
    assert problems(filing) == {NO_TARGET}


def test_triggers_are_read_back_under_their_names() -> None:
    limits = (LossLimit(from_date="2003-03-01", limit="0.01"), LossLimit(from_date="2005-03-01", limit="0.02"))
    triggers = (
        Trigger(trigger_id="60+", title="Delinquency Test", kind=TriggerKind.ROLLING_DELINQUENCY, limit="0.5"),
        Trigger(trigger_id="loss", kind=TriggerKind.CUMULATIVE_LOSS, schedule=limits),
    )
    statement = statement_of(attrs.evolve(one_group(), triggers=triggers))
    filing = read_trustee_filing(render_text(statement))
    assert held(filing) == held(statement)
    lines = [figure.line for figure in filing.figures if figure.section == "TRIGGER EVENTS"]
    assert lines[::3] == ["Delinquency Test: Test Value", "loss: Test Value"]
    assert {problem.code for problem in filing.problems} <= {"not-a-number"}, "'Yes' and 'No' are no numbers"


def test_a_liquidated_loan_is_listed_with_all_its_figures() -> None:
    lost = LoanLiquidated(
        event_id="liquidated",
        deal=DEAL,
        effective_date=PREPAID,
        loan="10000004",
        balance="100000",
        net_proceeds="61234.56",
        realized_loss="38765.44",
    )
    statement = statement_of(one_group(), lost)
    filing = read_trustee_filing(render_text(statement))

    def listed(source: replay.Statement | Filing) -> list[tuple[str, str]]:
        return [(f.line, f.printed) for f in source.figures if f.section == "LOANS LIQUIDATED"]

    assert len(listed(statement)) == 10
    assert listed(filing) == listed(statement)
    assert [row for row in held(filing) if row[1] != "LOANS LIQUIDATED"] == [
        row for row in held(statement) if row[1] != "LOANS LIQUIDATED"
    ]


@pytest.mark.parametrize(
    ("forget", "kept"),
    [
        (lambda loan: attrs.evolve(loan, state=""), ["79.99%", "Paid Off - 360"]),
        (lambda loan: attrs.evolve(loan, loan_to_value=None), ["CA", "Paid Off - 360"]),
        (lambda loan: attrs.evolve(loan, origination_date=None), ["CA - 79.99%", "Paid Off - 360"]),
    ],
)
def test_a_half_known_loan_gets_no_stray_dash(forget: Callable[[LoanBoarded], LoanBoarded], kept: list[str]) -> None:
    terms = one_group()
    loans = [forget(loan) if loan.loan == "10000001" else loan for loan in loans_of(terms)]
    payoff = PayoffCollected(
        event_id="payoff", deal=DEAL, effective_date=PREPAID, loan="10000001", amount="100000", note_rate="0.0775"
    )
    text = render_text(statement_of(terms, payoff, loans=loans))
    row = next(" ".join(line.split()) for line in text.splitlines() if line.startswith("10000001"))
    assert " ".join(kept) in row
    assert row.count(" - ") == " ".join(kept).count(" - ")


def test_every_page_is_headed_and_numbered_as_the_contents_say(real: replay.Statement) -> None:
    lines = render_text(real).splitlines()
    assert [line.strip() for line in lines if line.lstrip().startswith("Page ") and " of " in line] == [
        f"Page {number} of 24" for number in range(1, 25)
    ]
    for page in real.pages:
        heading = f"{page.report} for September 25, 2002 Distribution"
        assert sum(line.strip() == heading for line in lines) == sum(p.report == page.report for p in real.pages)
    assert [line.split()[-1] for line in lines if line.strip().startswith(("4.", "13."))] == ["7", "24"]


def test_columns_stand_where_the_template_has_them(real: replay.Statement) -> None:
    lines = render_text(real).splitlines()
    heading = next(line for line in lines if line.startswith("COLLATERAL "))
    count = next(line for line in lines if line.endswith("1981"))
    money = next(line for line in lines if line.strip().startswith("Scheduled Interest"))
    start = heading.index("ADJUSTABLE")
    assert start == 88
    assert money.index("2,367,226.19") == start, "money begins at the left edge of its cell"
    assert count.index("1815") + len("1815") == start + 15, "an unformatted number ends at the right edge"
    bucket = next(line for line in lines if line.endswith("2431254.36      975445.48     2078160.26      5484860.1"))
    assert bucket.index("2431254.36") + len("2431254.36") == 73 + 15


def test_lists_and_sections_without_rows_say_that_they_are_blank(
    real: replay.Statement, quiet: replay.Statement
) -> None:
    def after(statement: replay.Statement, start: str) -> list[str]:
        lines = render_text(statement).splitlines()
        return [lines[index + 1] for index, line in enumerate(lines) if line.startswith(start)]

    blank = "SPACE INTENTIONALLY LEFT BLANK"
    assert after(real, "TRIGGER EVENTS") == [blank]
    assert after(real, "INSURANCE ") == [blank]
    assert [line == blank for line in after(real, "Loan Group  ")] == [True, False, True]
    assert after(quiet, "Loan Group  ") == [blank] * 3


def test_lines_are_not_wrapped_and_have_no_trailing_blanks(real: replay.Statement, pools: replay.Statement) -> None:
    for statement in (real, pools):
        lines = render_text(statement).split("\n")
        assert all(line == line.rstrip() for line in lines)
        assert not any(line.startswith(">") for line in lines)
