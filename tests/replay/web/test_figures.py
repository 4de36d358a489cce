from __future__ import annotations

from tests.deals.demo import DEAL, run_replay
from tests.replay.web.site import Site

DAY = "2002-09-25"
FIGURE = "3/A/accrued interest"
ADDRESS = f"/figures/{DAY}?figure=3/A/accrued%20interest"


def test_a_figure_is_three_clicks_from_its_events(pages: Site) -> None:
    statement = pages.of(f"/statements/{DAY}?page=3")
    first = next(link for link in statement.links if "figure=3%2Finterest%2FA%2Faccrued+interest" in link)
    figure = pages.get(first)
    assert "rounded half up to 1/100" in figure.seen
    assert "opening class balance" in figure.seen
    assert "780640.48512775" in figure.seen
    events = [link for link in figure.links if link.startswith(f"/deals/{DEAL}/events/")]
    event = pages.get(events[-1])
    assert event.status == 200
    assert "Reversal chain" in event.seen


def test_its_json_is_what_the_command_prints(pages: Site, demo_ledger: str) -> None:
    got = pages.of(f"{ADDRESS}&format=json")
    known = str(got.json["about"]["known_through"])
    printed = run_replay("explain", demo_ledger, DEAL, "--payment-date", DAY, "--known-through", known, "--format",
                         "json", "--", FIGURE)  # fmt: skip
    assert got.text == printed.stdout


def test_every_figure_can_be_explained(restated_pages: Site) -> None:
    figures = restated_pages.of("/statements/2021-01-25?page=all").links
    for link in [link for link in figures if "/figures/" in link][::40]:
        assert restated_pages.get(link).status == 200


def test_a_figure_that_there_is_not_is_said_without_running(pages: Site) -> None:
    got = pages.of(f"/figures/{DAY}?figure=%3Cscript%3E")
    assert got.status == 404
    assert "script" not in got.read().names


def test_its_history_is_what_the_command_prints(pages: Site, demo_ledger: str) -> None:
    got = pages.of("/history?figure=3/A/accrued%20interest&format=json")
    known = str(got.json["about"]["known_through"])
    printed = run_replay("history", demo_ledger, DEAL, FIGURE, "--known-through", known, "--format", "json")
    assert got.text == printed.stdout
    assert "780640.49" in pages.of("/history?figure=3/A/accrued%20interest&as=closed").seen
    assert pages.of("/history?figure=nothing").status == 404
