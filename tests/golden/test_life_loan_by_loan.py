"""The life from the closing day loan by loan: the groups of every month, to the cent, out of single loans."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

import attrs
import pytest

import replay
from ledger import AsOf, Event, Ledger, LoanBoarded, PeriodClosed, PoolEvent
from ledger.deal.terms import CURRENT_RULES
from ledger.samples.impac_cmb_2002_1 import september_2002 as real
from ledger.samples.impac_cmb_2002_1.calibrated.rates import month_interest
from ledger.samples.impac_cmb_2002_1.calibrated.tape import TARGETS
from ledger.samples.impac_cmb_2002_1.life import loans as life
from ledger.samples.impac_cmb_2002_1.life import months as by_group
from ledger.samples.impac_cmb_2002_1.life.behind import loans_behind
from ledger.samples.impac_cmb_2002_1.life.paths import MONTHS, paths
from replay.evidence.verify import verify
from tests.golden.test_impac_september_2002 import by_place, published
from tests.ledger.reading.test_loan_book import adds_up

RECORD_DATE = dt.date(2002, 8, 30)
AMOUNTS = ("amount", "balance", "principal", "interest", "servicing_fee", "accrued_interest")
Key = tuple[str, str, str, str]
Row = tuple[str, str, str, str, str]


@pytest.fixture(scope="module")
def lived() -> Iterator[Ledger]:
    """The life loan by loan, posted once; tests only read it."""
    with Ledger.create("sqlite://") as ledger:
        life.post(ledger)
        yield ledger


@pytest.fixture(scope="module")
def lived_by_group() -> Iterator[Ledger]:
    """The life by group; tests only read it."""
    with Ledger.create("sqlite://") as ledger:
        by_group.post(ledger)
        yield ledger


@pytest.fixture(scope="module")
def groups() -> list[life.GroupLife]:
    """Both groups with their loans."""
    return life.groups()


def test_the_loans_are_the_pool_of_the_statement(lived: Ledger) -> None:
    book = lived.loans(life.DEAL, AsOf(record_date=RECORD_DATE))
    adds_up(lived, book, lived.distribution(life.DEAL, dt.date(2002, 9, 25)))
    total = book.totals()[-1]
    assert (total.loan_count, total.amounts["stated_balance"]) == (1987, Decimal("458896788.57"))


def test_september_prints_every_published_figure(lived: Ledger) -> None:
    statement = replay.statement(lived, life.DEAL, RECORD_DATE)
    assert len(statement.rows()) == 1290
    assert by_place(statement.rows()) == by_place(published())
    origins = Counter(figure.origin.value for figure in statement)
    assert origins == {"derived": 805, "reported": 439, "deal term": 46}


def test_no_event_of_the_pool_is_without_its_loan(lived: Ledger) -> None:
    events = [recorded.event for recorded in lived.events(life.DEAL)]
    assert [event.event_id for event in events if isinstance(event, PoolEvent) and event.loan is None] == []
    assert [event.event_id for event in events if isinstance(event, LoanBoarded) and event.loan_count != 1] == []
    assert not {event.name for event in events if event.name.endswith("brought_forward")}
    assert not {event.name for event in events} & {"delinquency_reported"}


def test_the_pool_opens_grows_and_ends_with_its_numbers_of_loans(groups: list[life.GroupLife]) -> None:
    for group, initial, joined, left in zip(groups, (1815, 166), ((157, 25), (0, 0)), (1887, 140), strict=True):
        begun = Counter(loan.begins for loan in group.loans)
        assert (begun[0], begun[1], begun[2]) == (initial, *joined)
        assert sum(6 in loan.months for loan in group.loans) == left
        assert len({loan.loan for loan in group.loans}) == len(group.loans)


def test_seven_distributions_are_closed_without_acknowledging_anything(lived: Ledger) -> None:
    closings = [recorded.event for recorded in lived.events(life.DEAL, types=["period_closed"])]
    assert len(closings) == 7
    assert all(isinstance(event, PeriodClosed) and not event.acknowledgements for event in closings)
    assert by_group.terms().rules == CURRENT_RULES, "under the first rules the gate asks for no acknowledgement"


def test_every_closing_replays_to_what_it_fixed(lived: Ledger) -> None:
    verified = verify(lived, life.DEAL)
    assert verified.ok
    assert verified.periods == 7


def test_every_bridge_from_actual_to_stated_balance_closes(lived: Ledger) -> None:
    for paid, _ in by_group.distributions()[::3]:
        bridge = list(lived.loans_paid(life.DEAL, paid).bridge())
        assert len(bridge) > 1_900
        assert [line.loan for line in bridge if line.difference] == [], paid


def sums(events: Iterable[Event], group_of: dict[str, str]) -> dict[Key, Decimal]:
    """What the pool's events of each type come to, by group; late payments for themselves."""
    found: defaultdict[Key, Decimal] = defaultdict(Decimal)
    for event in events:
        if isinstance(event, PoolEvent):
            group = event.group if event.loan is None else group_of[event.loan]
            for name in AMOUNTS:
                value = getattr(event, name, None)
                if isinstance(value, Decimal):
                    found[event.name, str(getattr(event, "timing", "")), str(group), name] += value
    return {key: value for key, value in found.items() if value}


def test_every_month_of_the_loans_adds_up_to_that_of_their_group(groups: list[life.GroupLife]) -> None:
    group_of = {loan.loan: loan.group for group in groups for loan in group.loans}
    of_loans, of_groups = list(life.distributions(groups)), by_group.distributions()
    assert [paid for paid, _ in of_loans] == [paid for paid, _ in of_groups]
    for (paid, single), (_, whole) in zip(of_loans, of_groups, strict=True):
        assert sums(single, group_of) == sums(whole, group_of), paid


def printed(ledger: Ledger, paid: dt.date) -> Counter[Row]:
    record_date = paid.replace(day=1) - dt.timedelta(days=1)
    rows = replay.statement(ledger, life.DEAL, record_date).rows()
    return Counter((row["page"], row["section"], row["line"], row["column"], row["printed"]) for row in rows)


def test_every_statement_prints_what_it_prints_by_group(lived: Ledger, lived_by_group: Ledger) -> None:
    """But for lists of loans paid off or in REO, which a group cannot give; ages before March are blank in both."""
    for paid, _ in by_group.distributions():
        single, whole = printed(lived, paid), printed(lived_by_group, paid)
        lists = {"18", "14"} if paid < life.PAID else set()
        assert {row[:4] for row in (single - whole) + (whole - single) if row[0] not in lists} == set(), paid


def test_loans_owe_their_balance_times_their_rate(groups: list[life.GroupLife]) -> None:
    """In each fixed month at most one loan bears the last cents, and the fraction of a cent of August and September."""
    off: Counter[tuple[str, int]] = Counter()
    for group in groups:
        for loan in group.loans:
            for month in loan.owes:
                apart = loan.interest[month] - month_interest(loan.opening[month], loan.note_rate[month])
                assert abs(apart) < Decimal("0.05")
                off[loan.group, month] += bool(apart)
    assert all(count <= (group == "fixed") for (group, _), count in off.items())


def test_loans_are_plausible(groups: list[life.GroupLife]) -> None:
    for group in groups:
        for loan in group.loans:
            for month in loan.months:
                assert loan.opening[month] > 0
                assert loan.scheduled[month] >= 0
                assert loan.curtailed.get(month, 0) >= 0
                assert Decimal("0.03") < loan.note_rate[month] < Decimal("0.18")
            changes = [month for month in loan.months[1:] if loan.note_rate[month] != loan.note_rate[month - 1]]
            assert len(changes) <= (1 if group.target.letter == "A" else 0)


def test_the_forty_real_loans_live_up_to_their_published_payoffs(groups: list[life.GroupLife]) -> None:
    listed = {loan.loan: loan for group in groups for loan in group.loans if loan.listed is not None}
    assert len(listed) == 40
    for row in real.payoffs():
        loan = listed[row["loan"]]
        assert loan.opening[6] == Decimal(row["amount"])
        assert set(loan.note_rate.values()) == {Decimal(row["note_rate"])}
        assert loan.opening[0] <= Decimal(row["original_balance"])


def test_rows_of_loans_behind_are_sums_of_loans() -> None:
    for target in TARGETS:
        behind = loans_behind(target)
        for month in MONTHS[1:-1]:
            for row in by_group.life()["months"][month]["behind"]:
                if row["group"] == target.group:
                    held = [
                        loan.balances[month]
                        for loan in behind
                        if loan.standings.get(month) == (row["category"], row["bucket"])
                    ]
                    assert (sum(held), len(held)) == (Decimal(row["balance"]), row["count"])
        assert all(min(loan.repaid(month) for month in MONTHS) >= 0 for loan in behind)


def test_the_loans_are_always_the_same() -> None:
    for target in TARGETS:
        assert [attrs.asdict(loan) for loan in paths(target)] == [attrs.asdict(loan) for loan in paths(target)]
