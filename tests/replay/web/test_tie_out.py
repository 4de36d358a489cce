from __future__ import annotations

import pytest

from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from replay.web.request import MOST_LINES, MOST_UPLOADED
from tests.deals.demo import DEAL
from tests.replay.web.site import Site, form_with

ADDRESS = f"/deals/{DEAL}/reconcile/2002-09-25"


def published() -> bytes:
    return sample.data("published.csv").encode()


def test_the_published_statement_ties_out(pages: Site) -> None:
    assert 'type="file"' in pages.get(ADDRESS).text
    body, kind = form_with(published())
    got = pages.ask("POST", f"{ADDRESS}?format=json", body, kind=kind).json
    assert got["breaks"] == []
    assert got["figures"] > 1000
    assert len(got["about"]["filing"]) == 64


def test_a_planted_error_breaks(pages: Site) -> None:
    assert b"780640.49" in published()
    body, kind = form_with(published().replace(b"780640.49", b"780640.94", 1))
    got = pages.ask("POST", ADDRESS, body, kind=kind)
    assert "780640.94" in got.seen
    assert ", 1 break" in got.seen
    assert ", 1 breaks" not in got.seen.replace("1 breakBreaks", "")
    assert "replay explain" not in got.seen
    figures = [link for link in got.links if "/figures/" in link]
    assert len(figures) >= 1
    assert all(pages.get(link).status == 200 for link in figures)
    assert any("event_id=" in link for link in got.links)
    assert len(pages.ask("POST", f"{ADDRESS}?format=json", body, kind=kind).json["breaks"]) >= 1


def test_a_program_sends_the_bytes_alone(pages: Site) -> None:
    assert pages.ask("POST", f"{ADDRESS}?format=json", published(), kind="text/csv").json["breaks"] == []


def test_what_holds_no_figure_is_said(pages: Site) -> None:
    for content in (b"<script>alert(1)</script>", b"PK\x03\x04" + b"\x00" * 99, b"%PDF-1.7", b"\xff\xfe" * 50):
        got = pages.ask("POST", ADDRESS, *form_with(content)[:1], kind=form_with(content)[1])
        assert got.status == 422
        assert "script" not in got.read().names
    assert pages.ask("POST", ADDRESS, b"", kind="text/plain").status == 400


def test_what_is_sent_is_bounded_and_whole(pages: Site) -> None:
    assert pages.ask("POST", ADDRESS, b"x", length=str(MOST_UPLOADED + 1)).status == 413
    assert pages.ask("POST", ADDRESS, b"x", length="").status == 411
    assert pages.ask("POST", ADDRESS, b"x", length="-5").status == 411
    assert pages.ask("POST", ADDRESS, b"x", length="9").status == 400


def test_a_statement_of_very_many_lines_is_not_taken_apart(pages: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(_: bytes) -> None:
        raise AssertionError

    monkeypatch.setattr("replay.web.tie_out.read_statement", read)
    for end in (b"\n", b"\r", b"\r\n"):
        got = pages.ask("POST", f"{ADDRESS}?format=json", b"A|1" + end * (MOST_LINES + 1), kind="text/plain")
        assert (got.status, got.json["error"]["code"]) == (413, "too_many_lines")


def test_another_site_sends_nothing(pages: Site) -> None:
    for headers in ({"origin": "http://evil.example"}, {"sec_fetch_site": "cross-site"}):
        assert pages.ask("POST", ADDRESS, published(), headers=headers).status == 403
