from __future__ import annotations

import pytest

from ledger.http.asking import RAW_PATH, Problem, host_named, named_headers, path_of, query_of, segments


def test_a_path_is_that_which_was_sent() -> None:
    assert path_of({RAW_PATH: "/deals/a%2Fb?x=1", "PATH_INFO": "/deals/a/b"}) == ("deals", "a/b")
    assert path_of({"REQUEST_URI": "/deals/?x"}) == ("deals",)
    assert path_of({"PATH_INFO": ""}) == ()


@pytest.mark.parametrize("raw", ["deals", "/a//b", "/..", "/a/%2e%2e", "/%2E/a", "/%ff", f"/{'a' * 9_000}"])
def test_a_path_that_leads_nowhere_is_refused(raw: str) -> None:
    with pytest.raises(Problem):
        segments(raw)


@pytest.mark.parametrize("raw", ["a=%ff", "&".join("a=1" for _ in range(60)), f"a={'b' * 9_000}"])
def test_a_query_that_cannot_be_read_is_refused(raw: str) -> None:
    with pytest.raises(Problem):
        query_of(raw)


def test_of_a_name_given_twice_the_last_counts_unless_each_is_given_once() -> None:
    assert query_of("a=1&a=2") == {"a": "2"}
    assert query_of("a=1&b=2", once=True) == {"a": "1", "b": "2"}
    with pytest.raises(Problem, match="'a' is given twice"):
        query_of("a=1&b=2&a=1", once=True)


def test_headers_and_hosts_have_their_names_in_small_letters() -> None:
    assert named_headers({"HTTP_X_Y": "1", "PATH_INFO": "/"}) == {"x-y": "1"}
    hosts = {"LOCALHOST:80": "localhost", "[::1]:8001": "[::1]", "::1": "::1", "": ""}
    assert {given: host_named(given) for given in hosts} == hosts
