"""One simulated life in several currencies: in their smallest units every amount of cash is the same.

A rounding that took a hundredth for granted would part the yen from the euros; and no yen is ever in two.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

import replay
from ledger import BondPrincipalPaid, Currency, Ledger, Refusal, ServicingFeeWithheld, TermsAmended
from ledger.events.registry import BY_CLASS
from ledger.simulation import LifePlan, post_life
from replay.charts import charts_of
from replay.statements.text import render_text

EURO, YEN, DINAR = Currency(code="EUR"), Currency(code="JPY", decimals=0), Currency(code="KWD", decimals=3)
PAID = dt.date(2002, 5, 28)


def plan(currency: Currency) -> LifePlan:
    return LifePlan(
        seed=4, loans=20, months=2, late_rate=80_000, prepayment_rate=60_000, liquidation_rate=500_000,
        correction_rate=20_000, currency=currency,
    )  # fmt: skip


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ledger]:
    found: dict[str, Ledger] = {}
    for currency in (EURO, YEN):
        found[currency.code] = live(tmp_path_factory.mktemp(currency.code), currency)
    return found


def live(folder: Path, currency: Currency) -> Ledger:
    ledger = Ledger.create(str(folder / "lived.db"))
    post_life(ledger, plan(currency))
    return ledger


def cash(ledger: Ledger, currency: Currency) -> Iterator[tuple[str, str, int]]:
    """Yield every amount of cash that was posted, in the smallest units of the currency."""
    for recorded in ledger.events(plan(currency).deal):
        event = recorded.event
        for name in BY_CLASS[type(event)].cash_fields:
            given = getattr(event, name)
            if given is not None:
                assert currency.is_whole(given), f"{event.event_id}: {name} {given}"
                yield event.event_id, name, int(given / currency.smallest)


def test_every_amount_is_the_same_number_of_smallest_units(lived: dict[str, Ledger]) -> None:
    euros = list(cash(lived["EUR"], EURO))
    assert len(euros) > 200
    assert euros == list(cash(lived["JPY"], YEN))


@pytest.mark.slow
def test_money_finer_than_cents_is_no_other(lived: dict[str, Ledger], tmp_path: Path) -> None:
    assert list(cash(lived["EUR"], EURO)) == list(cash(live(tmp_path, DINAR), DINAR))


def test_a_statement_prints_its_own_money_and_says_which(lived: dict[str, Ledger]) -> None:
    euro, yen = (replay.statement(lived[of.code], plan(of).deal, payment_date=PAID) for of in (EURO, YEN))
    assert len(euro) == len(yen)
    path = "3/interest/A/accrued interest"
    assert yen.find(path)[0].printed == euro.find(path)[0].printed.replace(".", "")
    money = [(one.printed, other.printed) for one, other in zip(euro, yen, strict=True) if one.style == "money"]
    # Amounts that are not rounded to cash differ in what printing rounds away; digits are the same all the same.
    assert money
    assert not any("." in other for _, other in money)
    assert sum(only_digits(one) == only_digits(other) for one, other in money) == len(money)
    assert {note for page in yen.pages for note in page.notes if "Money" in note} == {"Note: Money is in whole JPY."}


def only_digits(printed: str) -> str:
    return printed.replace(",", "").replace(".", "").replace("(", "-").replace(")", "").lstrip("0")


def test_cents_are_refused_of_a_deal_in_yen_by_event_and_field(lived: dict[str, Ledger]) -> None:
    ledger, deal = lived["JPY"], plan(YEN).deal
    spoilt = next(item.event for item in ledger.events(deal) if isinstance(item.event, ServicingFeeWithheld))
    refused = ledger.post(attrs.evolve(spoilt, event_id="x", amount="10.50"), dry_run=True)
    assert isinstance(refused, Refusal)
    assert [(item.event_id, item.field, item.code) for item in refused.violations] == [
        ("x", "amount", "not_whole_cents")
    ]
    assert "JPY" in refused.violations[0].message


def test_refusals_charts_and_headings_name_the_money_of_the_deal(lived: dict[str, Ledger]) -> None:
    ledger, deal = lived["EUR"], plan(EURO).deal
    paid = next(item.event for item in ledger.events(deal) if isinstance(item.event, BondPrincipalPaid))
    refused = ledger.post(attrs.evolve(paid, event_id="x", amount="9999999999.00", computed=""), dry_run=True)
    assert isinstance(refused, Refusal)
    assert "EUR 9,999,999,999.00 is more than" in " ".join(item.message for item in refused.violations)
    found = replay.statement(ledger, deal, payment_date=PAID)
    assert {chart.unit_told for chart in charts_of(ledger, found.report)} == {"EUR", "fraction", "months"}
    told = render_text(found)
    assert "Distribution in EUR - Current Period" in told
    assert "Dollars" not in told
    assert "$" not in told


def test_the_money_of_a_deal_stays_what_it_is(lived: dict[str, Ledger]) -> None:
    ledger, deal = lived["EUR"], plan(EURO).deal
    terms = attrs.evolve(ledger.terms(deal), currency=Currency(code="GBP"))
    refused = ledger.post(TermsAmended(event_id="x", deal=deal, effective_date=PAID, terms=terms), dry_run=True)
    assert isinstance(refused, Refusal)
    assert [item.code for item in refused.violations] == ["currency_changed"]
