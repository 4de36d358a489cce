"""The maps that are shipped, each tried on a file of the layout that is published; the figures are made up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import attrs
import pytest

from ledger import AmortizationType, InvalidEvent, LoanStatus, shipped_map
from ledger.tapes import shipped_maps
from tests.ledger.tapes.making import read_files, refused_file


def numbered(width: int, **cells: str) -> str:
    """Return a row of so many cells between pipes, those given by ``c`` and their number."""
    return "|".join(cells.get(f"c{k}", "") for k in range(1, width + 1)) + "\n"


ORIGINATION = numbered(
    32, c1="751", c2="202302", c3="9", c4="205301", c5="16974", c6="000", c7="1", c8="P", c9="80", c10="36",
    c11="250000", c12="80", c13="6.125", c14="R", c15="N", c16="FRM", c17="IL", c18="SF", c19="60600",
    c20="F23Q10000001", c21="P", c22="360", c23="02", c24="A BANK", c25="A SERVICER", c31="N", c32="7",
)  # fmt: skip
PERFORMANCE = numbered(
    32, c1="F23Q10000001", c2="202401", c3="247000.00", c4="0", c5="11", c6="349", c11="6.125", c12="0.00",
    c13="202401", c26="78", c32="247000.00",
)  # fmt: skip
FANNIE = numbered(
    113, c1="", c2="100000000001", c3="012024", c4="R", c5="A SELLER", c6="A SERVICER", c8="5.875", c9="5.875",
    c10="300000.00", c12="295000.00", c13="360", c14="012023", c15="032023", c16="11", c17="349", c18="349",
    c19="022053", c20="80", c21="80", c22="1", c23="35", c24="760", c26="N", c27="P", c28="SF", c29="1", c30="P",
    c31="TX", c32="19100", c33="750", c35="FRM", c36="N", c37="N", c40="00", c42="N", c51="012024", c63="1500.00",
)  # fmt: skip
FANNIE_ARM = numbered(
    113, c1="1234", c2="100000000002", c3="012024", c9="4.5", c10="300000.00", c12="200000.00", c13="360", c14="012020",
    c15="032020", c19="022050", c20="75", c31="CA", c35="ARM", c90="60", c91="12", c92="032025", c94="SOFR",
    c96="2.000", c97="1.000", c98="5.000", c99="2.750",
)  # fmt: skip
CRT = numbered(
    93, c1="202608", c2="26ABC1", c3="26ABC1000001", c4="FRM", c5="A SELLER", c6="OH", c7="441", c9="202410",
    c10="205409", c11="360", c12="6.875", c13="250000.00", c14="247111.22", c15="P", c16="R", c17="SF", c18="1",
    c19="P", c20="2", c21="N", c22="N", c23="742", c24="80", c25="80", c26="38", c27="0", c28="9999", c30="7",
    c33="A SERVICER", c34="22", c35="338", c36="336", c37="00", c38="00" * 24, c39="6.875",
    c40="244019.87", c41="244019.87", c42="0.00",
    c48="202607", c56="0.00", c59="7", c60="76", c62="751", c63="9999", c64="0", c84="2", c85="1", c86="7", c89="N",
    c90="9", c91="9999", c93="0.00",
)  # fmt: skip
ACQUISITION = numbered(
    25, c1="100000000003", c2="R", c3="A SELLER", c4="6.25", c5="150000", c6="360", c7="11/2008", c8="01/2009", c9="75",
    c10="75", c11="2", c12="30", c13="740", c14="N", c15="P", c16="SF", c17="1", c18="P", c19="OH", c20="441",
    c22="FRM",
)  # fmt: skip
BEFORE = numbered(
    31, c1="100000000003", c2="06/01/2010", c3="A SERVICER", c4="6.25", c5="147500.00", c6="18", c7="342", c8="342",
    c9="12/2038", c10="17460", c11="0", c12="N", c15="06/01/2010", c27="0.00",
)  # fmt: skip


def test_the_origination_file_of_freddie_mac() -> None:
    (loan,) = read_files(ORIGINATION.encode(), tape=shipped_map("freddie-mac-origination")).loans
    assert (loan.loan, loan.balance, loan.note_rate) == ("F23Q10000001", Decimal("250000.00"), Decimal("0.06125"))
    assert (loan.first_due_date, loan.maturity_date, loan.state) == (date(2023, 2, 1), date(2053, 1, 1), "IL")
    assert loan.amortization_type is AmortizationType.FIXED


def test_the_files_of_freddie_mac_since_july_2026() -> None:
    cells = ORIGINATION.rstrip("\n").split("|")
    first = "|".join([*cells[:24], *cells[25:31], "745"]) + "\n"
    second = PERFORMANCE.rstrip("\n") + "|||\n"
    assert (first.count("|"), second.count("|")) == (30, 34)
    (loan,) = read_files(first.encode(), tape=shipped_map("freddie-mac-loan-level"), second=second.encode()).loans
    assert (loan.loan, loan.balance, loan.original_term_months) == ("F23Q10000001", Decimal("247000.00"), 360)


def test_the_monthly_file_of_freddie_mac() -> None:
    gone = PERFORMANCE.replace("F23Q10000001", "F23Q10000002").split("|")
    gone[2], gone[8], gone[9] = "0.00", "01", "202401"
    reading = read_files((PERFORMANCE + "|".join(gone)).encode(), tape=shipped_map("freddie-mac-performance"))
    assert [(loan.loan, loan.balance, loan.seasoning_months) for loan in reading.loans] == [
        ("F23Q10000001", Decimal("247000.00"), Decimal(11))
    ]
    assert (reading.filtered, reading.loans[0].deferred_balance) == (1, Decimal("0.00"))


def test_both_files_of_freddie_mac_joined() -> None:
    tape = shipped_map("freddie-mac-loan-level")
    (loan,) = read_files(
        ORIGINATION.replace("|80|6.125", "|999|6.125").encode(), tape=tape, second=PERFORMANCE.encode()
    ).loans
    assert (loan.original_balance, loan.balance) == (Decimal("250000.00"), Decimal("247000.00"))
    assert (loan.loan_to_value, loan.paid_to_date) == (None, date(2024, 1, 1))


@pytest.mark.parametrize("width", [108, 110, 113, 114])
def test_the_file_of_fannie_mae_in_its_widths(width: int) -> None:
    row = "|".join(FANNIE.rstrip("\n").split("|")[:108] + [""] * (width - 108)) + "\n"
    (loan,) = read_files(row.encode(), tape=shipped_map("fannie-mae-performance")).loans
    assert (loan.loan, loan.balance, loan.note_rate) == ("100000000001", Decimal("295000.00"), Decimal("0.05875"))
    assert (loan.origination_date, loan.deferred_balance, loan.state) == (date(2023, 1, 1), Decimal("1500.00"), "TX")


def test_a_credit_risk_transfer_file_of_fannie_mae_groups_by_reference_pool() -> None:
    (loan,) = read_files(FANNIE_ARM.encode(), tape=shipped_map("fannie-mae-crt")).loans
    assert (loan.group, loan.amortization_type, loan.index_name) == ("1234", AmortizationType.ADJUSTABLE, "SOFR")
    assert (loan.margin, loan.first_cap_up, loan.cap_up) == (Decimal("0.0275"), Decimal("0.02"), Decimal("0.01"))
    assert (loan.first_reset_months, loan.reset_months, loan.next_reset_date) == (60, 12, date(2025, 3, 1))


@pytest.mark.parametrize("width", [89, 90, 93])
def test_a_credit_risk_transfer_file_of_freddie_mac_in_its_widths(width: int) -> None:
    def row(loan: str, **cells: str) -> str:
        held = CRT.rstrip("\n").split("|")
        for name, text in {"c3": loan, **cells}.items():
            held[int(name[1:]) - 1] = text
        return "|".join(held[:width]) + "\n"

    rows = row("26ABC1000001") + row("26ABC1000002", c24="999", c37="RA", c39="6.125", c41="200000.00", c85="2")
    rows += row("26ABC1000003", c40="0.00", c42="181000.55", c43="01", c44="202608")
    reading = read_files(rows.encode(), tape=shipped_map("freddie-mac-crt"))
    first, second = reading.loans
    assert (first.loan, first.group, first.balance) == ("26ABC1000001", "1", Decimal("244019.87"))
    assert (first.note_rate, first.original_balance) == (Decimal("0.06875"), Decimal("250000.00"))
    assert (first.first_due_date, first.maturity_date, first.paid_to_date) == (
        date(2024, 10, 1), date(2054, 9, 1), date(2026, 7, 1)
    )  # fmt: skip
    assert (first.original_term_months, first.remaining_term_months, first.seasoning_months) == (360, 338, Decimal(22))
    assert (first.loan_to_value, first.state, first.status) == (Decimal("0.8"), "OH", None)
    assert (second.group, second.loan_to_value, second.status) == ("2", None, LoanStatus.REO)
    assert reading.filtered == 1


def test_the_files_of_fannie_mae_before_2020() -> None:
    (alone,) = read_files(ACQUISITION.encode(), tape=shipped_map("fannie-mae-acquisition")).loans
    assert (alone.balance, alone.note_rate) == (Decimal("150000.00"), Decimal("0.0625"))
    tape = shipped_map("fannie-mae-before-2020")
    (loan,) = read_files(ACQUISITION.encode(), tape=tape, second=BEFORE.encode()).loans
    assert (loan.balance, loan.origination_date) == (Decimal("147500.00"), date(2008, 11, 1))
    assert (loan.maturity_date, loan.paid_to_date) == (date(2038, 12, 1), date(2010, 6, 1))


def test_a_file_of_another_width_is_not_read_by_position() -> None:
    for name in shipped_maps():
        tape = shipped_map(name)
        if not tape.header and tape.of == "loans":
            assert refused_file(b"1|2|3\n", tape if tape.join is None else attrs.evolve(tape))[0][2] == "wrong_width"


def test_the_pool_file_of_freddie_mac_knows_not_available() -> None:
    names = shipped_map("freddie-mac").columns
    head = "|".join(str(name) for name in names.values())
    cells = {"loan": "L1", "balance": "150000.00", "note_rate": "4.5", "net_rate": "4", "loan_to_value": "999",
             "amortization_type": "ARM", "first_due_date": "082012", "next_reset_date": "08012025", "margin": "2.25",
             "deferred_balance": "10.00"}  # fmt: skip
    row = "|".join(cells.get(name, "") for name in names)
    (loan,) = read_files(f"{head}\n{row}\n".encode(), tape=shipped_map("freddie-mac")).loans
    assert (loan.loan_to_value, loan.margin, loan.servicing_rate) == (None, Decimal("0.0225"), Decimal("0.005"))
    assert (loan.first_due_date, loan.next_reset_date) == (date(2012, 8, 1), date(2025, 8, 1))


SCHEDULE_AL = """<?xml version="1.0" encoding="UTF-8"?>
<assetData xmlns="http://www.sec.gov/edgar/document/absee/rmbs/assetdata">
  <assets>
    <assetTypeNumber>Loan Number</assetTypeNumber>
    <assetNumber>0000000001</assetNumber>
    <reportingPeriodBeginningDate>01-01-2024</reportingPeriodBeginningDate>
    <originatorName>A Lender</originatorName>
    <originationDate>11/2021</originationDate>
    <originalLoanAmount>900000.00000000</originalLoanAmount>
    <originalInterestRatePercentage>.03125000</originalInterestRatePercentage>
    <originalInterestRateTypeCode>2</originalInterestRateTypeCode>
    <originalInterestOnlyTermNumber>120</originalInterestOnlyTermNumber>
    <maturityDate>12-01-2051</maturityDate>
    <initialFixedRatePeriodHybridARMNumber>84</initialFixedRatePeriodHybridARMNumber>
    <reportPeriodEndActualBalanceAmount>880000.12000000</reportPeriodEndActualBalanceAmount>
    <reportPeriodInterestRatePercentage>.03125000</reportPeriodInterestRatePercentage>
    <paidThroughDate>01-01-2024</paidThroughDate>
  </assets>
</assetData>
"""


def test_asset_data_of_schedule_al() -> None:
    (loan,) = read_files(SCHEDULE_AL.encode(), tape=shipped_map("schedule-al")).loans
    assert (loan.loan, loan.balance, loan.note_rate) == ("0000000001", Decimal("880000.12"), Decimal("0.03125"))
    assert (loan.interest_only_months, loan.first_reset_months) == (120, 84)
    assert (loan.origination_date, loan.maturity_date) == (date(2021, 11, 1), date(2051, 12, 1))
    assert loan.amortization_type is AmortizationType.ADJUSTABLE


SEVERAL = """<?xml version="1.0" encoding="UTF-8"?>
<a:assetData xmlns:a="http://www.sec.gov/edgar/document/absee/rmbs/assetdata"
             xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <a:assets>
    <a:assetTypeNumber>Loan Number</a:assetTypeNumber>
    <a:assetNumber>1000-17</a:assetNumber>
    <a:assetGroupNumber>1</a:assetGroupNumber>
    <a:reportingPeriodBeginningDate>03-01-2026</a:reportingPeriodBeginningDate>
    <a:reportingPeriodEndingDate>03-31-2026</a:reportingPeriodEndingDate>
    <a:originatorName>A Lender &amp; Sons</a:originatorName>
    <a:originationDate>02/2021</a:originationDate>
    <a:originalLoanAmount>410000.00</a:originalLoanAmount>
    <a:originalLoanMaturityDate>03/2051</a:originalLoanMaturityDate>
    <a:originalInterestRatePercentage>0.03375</a:originalInterestRatePercentage>
    <a:originalInterestRateTypeCode>1</a:originalInterestRateTypeCode>
    <a:originalInterestOnlyTermNumber>0</a:originalInterestOnlyTermNumber>
    <a:firstPaymentDate>04/2021</a:firstPaymentDate>
    <a:interestAccrualMethodCode>1</a:interestAccrualMethodCode>
    <a:remainingTermToMaturityNumber>300</a:remainingTermToMaturityNumber>
    <a:reportingPeriodActualEndBalanceAmount>371222.18</a:reportingPeriodActualEndBalanceAmount>
    <a:reportingPeriodInterestRatePercentage>0.03375</a:reportingPeriodInterestRatePercentage>
    <a:servicingFeePercentage>0.0025</a:servicingFeePercentage>
    <a:interestPaidThroughDate>03-01-2026</a:interestPaidThroughDate>
    <a:modificationIndicator>false</a:modificationIndicator>
  </a:assets>
  <a:assets>
    <a:assetTypeNumber>Loan Number</a:assetTypeNumber>
    <a:assetNumber>1000-18</a:assetNumber>
    <a:originalInterestRateTypeCode>2</a:originalInterestRateTypeCode>
    <a:initialFixedRatePeriodHybridARMNumber>60</a:initialFixedRatePeriodHybridARMNumber>
    <a:HELOCDrawNumber/>
    <a:armIndexCode>G</a:armIndexCode>
    <a:armMarginNumber>0.0225</a:armMarginNumber>
    <a:indexLookbackDaysNumber>45</a:indexLookbackDaysNumber>
    <a:lifetimeRateCapPercentage>0.0975</a:lifetimeRateCapPercentage>
    <a:lifetimeRateFloorPercentage>0.0225</a:lifetimeRateFloorPercentage>
    <a:reportingPeriodActualEndBalanceAmount>200500.00</a:reportingPeriodActualEndBalanceAmount>
    <a:reportingPeriodInterestRatePercentage>0.0475</a:reportingPeriodInterestRatePercentage>
  </a:assets>
  <a:assets>
    <a:assetNumber>1000-19</a:assetNumber>
    <a:armIndexCode>98</a:armIndexCode>
    <a:reportingPeriodActualEndBalanceAmount>0.00</a:reportingPeriodActualEndBalanceAmount>
    <a:reportingPeriodInterestRatePercentage xsi:nil="true"/>
  </a:assets>
</a:assetData>
"""


def test_asset_data_of_several_loans_that_say_more_and_less() -> None:
    tape = shipped_map("schedule-al")
    found = refused_file(SEVERAL.encode(), tape)
    assert [(where, rule) for where, _, rule, _ in found] == [("1:3", "missing")]
    reading = read_files(SEVERAL.encode(), tape=tape, set_aside=True)
    first, second = reading.loans
    assert (first.loan, first.balance, first.servicing_rate) == ("1000-17", Decimal("371222.18"), Decimal("0.0025"))
    assert (first.maturity_date, first.first_due_date) == (date(2051, 3, 1), date(2021, 4, 1))
    assert (first.paid_to_date, first.remaining_term_months) == (date(2026, 3, 1), 300)
    assert (first.interest_method, first.index_name, first.margin) == ("30/360", None, None)
    assert (second.loan, second.index_name, second.margin) == ("1000-18", "LIBOR-1M", Decimal("0.0225"))
    assert (second.first_reset_months, second.look_back_days, second.original_balance) == (60, 45, None)
    assert (second.max_rate, second.min_rate, second.maturity_date) == (Decimal("0.0975"), Decimal("0.0225"), None)


CREFC = """Transaction ID,Group ID,Loan ID,Prospectus Loan ID,Original Note Amount,Original Term of Loan,\
First Loan Payment Due Date,ARM Index,ARM Margin,Rounding Increment,Index Look Back In Days,Maturity Date,\
Current Ending Scheduled  Balance,Paid Through Date,Current Note Rate,Servicer and Trustee Fee Rate,\
Total Scheduled P&I Due
XXX97001,1,00000000012345,12A,1000000.00,120,19970801,A,0.025,0.00125,45,20070701,\
987654.32,20240101,0.095,0.00025,8500.00
"""


def test_a_file_as_crefc_has_it() -> None:
    (loan,) = read_files(CREFC.encode(), tape=shipped_map("crefc")).loans
    assert (loan.loan, loan.investor_loan, loan.group) == ("00000000012345", "12A", "1")
    assert (loan.balance, loan.note_rate, loan.payment) == (Decimal("987654.32"), Decimal("0.095"), Decimal("8500.00"))
    assert (loan.rate_rounding, loan.look_back_days, loan.margin) == (Decimal("0.00125"), 45, Decimal("0.025"))


def test_a_map_with_a_join_needs_its_second_file() -> None:
    with pytest.raises(InvalidEvent):
        read_files(ORIGINATION.encode(), tape=shipped_map("freddie-mac-loan-level"))
