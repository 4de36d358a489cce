from __future__ import annotations

import pytest

from ledger.http.asking import LONGEST_ADDRESS, Problem, query_of, segments
from replay.web.request import Request, date_of, uploaded
from tests.replay.web.site import form_with


def request(query: str = "", body: bytes = b"", kind: str = "", **headers: str) -> Request:
    return Request(method="GET", path=(), query=query_of(query), headers=headers, content_type=kind, body=body)


def test_a_segment_is_decoded_by_itself_and_once() -> None:
    assert segments("/deals/a%2Fb%23c%3Fd/events/") == ("deals", "a/b#c?d", "events")
    assert segments("/deals/%252e") == ("deals", "%2e")
    assert segments("/") == ()


@pytest.mark.parametrize(
    "raw", ["/..", "/deals/../x", "/deals/%2e%2e/x", "/deals/./x", "//etc/passwd", "/deals//x", "deals", "*"]
)
def test_a_path_that_moves_about_leads_nowhere(raw: str) -> None:
    with pytest.raises(Problem) as found:
        segments(raw)
    assert found.value.status == 404


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(Problem, match="no UTF-8"):
        segments("/deals/%ff")
    with pytest.raises(Problem):
        query_of("q=%ff")


def test_what_is_very_long_is_refused() -> None:
    for read in (segments, query_of):
        with pytest.raises(Problem) as found:
            read("/" + "a" * LONGEST_ADDRESS)
        assert found.value.status == 414
    with pytest.raises(Problem):
        query_of("&".join(f"a{n}=1" for n in range(60)))


@pytest.mark.parametrize("text", ["-1", "0", "1.5", "1e5", "x", "9" * 30, "²", "٣"])
def test_a_number_is_a_whole_one(text: str) -> None:
    with pytest.raises(Problem):
        Request(method="GET", path=(), query={"n": text}, headers={}).number("n")


def test_a_date_is_one() -> None:
    assert str(date_of("2002-09-25", "day")) == "2002-09-25"
    for text in ("2002-9-25", "20020925", "2002-13-01", "", "2002-W39-3"):
        with pytest.raises(Problem):
            date_of(text, "day")


def test_the_format_is_named_or_accepted() -> None:
    assert request().form == "html"
    assert request("format=csv").form == "csv"
    assert request(accept="application/json, text/html").form == "json"
    assert request(accept="text/html,application/json").form == "html"
    with pytest.raises(Problem):
        request("format=exe").form  # noqa: B018


def test_a_file_in_a_form_is_taken_out_byte_for_byte() -> None:
    content = b"\r\nName;x=1\r\n--cu\x00\xff\r\n\r\nend\n"
    body, kind = form_with(content)
    assert uploaded(request(body=body, kind=kind), "statement") == content
    assert uploaded(request(body=body, kind=kind), "other") == b""
    assert uploaded(request(body=content, kind="text/plain"), "statement") == content
    with pytest.raises(Problem):
        uploaded(request(body=body, kind="multipart/form-data"), "statement")
