from __future__ import annotations

from ledger import StoreUnreadable
from ledger.http.asking import Problem
from replay.web.refusals import problem_of, refusal_sent
from tests.deals.demo import DEAL
from tests.replay.web.site import Site


def test_a_refusal_is_in_the_format_that_was_asked_for(pages: Site) -> None:
    address = f"/deals/{DEAL}/statements/2002-09-24?format="
    assert pages.get(f"{address}csv").text.startswith("status,code,message\n404,not_found,")
    assert pages.get(f"{address}text").text.startswith("error: ")
    assert pages.get(f"{address}jsonl").json["error"]["status"] == 404
    for form in ("csv", "text", "jsonl"):
        assert "html" not in pages.get(f"{address}{form}").headers["content-type"]
    assert pages.get(f"{address}nonsense").headers["content-type"].startswith("text/html")


def test_a_refusal_leads_on_to_its_deal(pages: Site) -> None:
    assert f"/deals/{DEAL}" in pages.of("/statements/2002-09-24").links
    assert "/deals/nope" not in pages.get("/deals/nope").links


def test_a_message_stays_on_its_line_and_a_fault_says_nothing() -> None:
    told = refusal_sent(Problem(404, "nope", "a\nb"), "text")
    assert told is not None
    assert told.content.count(b"\n") == 1
    assert refusal_sent(Problem(404, "nope", "x"), "html") is None
    assert "secret" not in problem_of(StoreUnreadable("secret")).message
