"""What an auditor does with the pages, click by click, with and without JavaScript."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, data
from tests.browser.conftest import Opening
from tests.browser.restated import EVENTS, MANY

pytestmark = pytest.mark.browser
DAY = "2002-09-25"
EITHER = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])


@EITHER
def test_a_date_is_picked_and_a_figure_followed_to_its_events(opened: Opening, scripts: bool) -> None:
    page = opened("/", java_script_enabled=scripts)
    page.get_by_role("link", name=DEAL).click()
    page.get_by_label("Statement on any date").fill("2002-09-10")
    page.get_by_label("as known").select_option("closed")
    page.get_by_role("button", name="Show", exact=True).first.click()
    assert f"distribution of {DAY}" in page.locator("h1").inner_text()
    page.get_by_role("navigation", name="Pages").first.get_by_role("link", name="10", exact=True).click()
    # Three clicks from the figure: its calculation, an event behind it, that event's neighbour.
    page.locator("tr", has_text="Current PPIS").get_by_role("link", name="1,797.76").click()
    shown = page.locator("main").inner_text()
    assert "1797.761419955556" in shown
    assert "rounded half up to 1/100" in shown
    page.get_by_role("region", name="Events behind it").get_by_role("link").first.click()
    assert "As it was written" in page.locator("main").inner_text()
    assert page.get_by_role("navigation", name="Neighbours").get_by_role("link").count() == 2
    page.get_by_role("navigation", name="Neighbours").get_by_role("link", name="Before").click()
    assert re.search(r"/events/[0-9]+$", page.url)


@EITHER
def test_closed_and_now_are_compared_down_to_what_was_put_right(opened: Opening, scripts: bool) -> None:
    page = opened(f"/deals/{DEAL}", java_script_enabled=scripts)
    page.get_by_role("link", name="Compare").first.click()
    row = page.locator("tr", has_text="6/INTEREST - FEES/Current Servicing Fees/fixed")
    assert row.locator("td").all_inner_texts()[1:4] == ["1,276.59", "1,250.00", "-26.59"]
    row.get_by_role("link").last.click()
    assert "event_corrected" in page.locator("main").inner_text() or "servicing_fee_withheld" in page.url


@EITHER
def test_a_filing_with_a_planted_error_is_tied_out(opened: Opening, scripts: bool, tmp_path: Path) -> None:
    planted = tmp_path / "published.csv"
    planted.write_text(data("published.csv").replace("1,797.76", "1,797.67", 1), encoding="utf-8")
    page = opened(f"/deals/{DEAL}/reconcile/{DAY}?as=closed", java_script_enabled=scripts)
    page.get_by_label("The published statement").set_input_files(planted)
    page.get_by_role("button", name="Tie it out").click()
    said = page.locator("main").inner_text()
    assert "1289 of 1290 figures equal" in said
    assert "1,797.67" in said


@EITHER
def test_many_events_are_paged_through_and_filtered(opened: Opening, scripts: bool) -> None:
    page = opened(f"/deals/{MANY}/events", java_script_enabled=scripts)
    pages = 1
    while page.get_by_role("link", name="Next 100").count():
        page.get_by_role("link", name="Next 100").click()
        pages += 1
        assert page.locator("tbody tr").count() <= 100
    assert pages >= EVENTS // 100
    page.get_by_label("after").fill(str(EVENTS // 2))
    page.get_by_role("button", name="Show", exact=True).click()
    assert page.locator("tbody tr td").first.inner_text() == f"{EVENTS // 2 + 1}"
    page.get_by_label("type").select_option("loan_boarded")
    page.get_by_label("after").fill("")
    page.get_by_role("button", name="Show", exact=True).click()
    assert page.locator("tbody tr").count() == 10


def test_what_is_sought_is_found(opened: Opening) -> None:
    page = opened("/")
    page.get_by_role("searchbox").fill("accrued interest")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="3/interest/A/accrued interest").first.click()
    assert "780640.49" in page.locator(".big").inner_text()


def test_a_loan_has_its_card_and_an_account_its_movements(opened: Opening) -> None:
    page = opened(f"/deals/{MANY}")
    page.get_by_label("loan").fill("one-1")
    page.get_by_role("button", name="Its card").click()
    assert "one-1" in page.locator("main").inner_text()
    page.goto(f"/deals/{DEAL}/accounts?date={DAY}")
    page.get_by_role("link", name="collection account", exact=False).first.click()
    assert "/accounts/" in page.url
