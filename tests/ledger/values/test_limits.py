"""Every limit has a name, can be set by it, and says how."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import InvalidArgument, InvalidEvent, InvalidTerms, from_json, terms_from_json
from ledger.values import limits
from ledger.values.limits import EVENT_CHARACTERS, Limit, read_limits_from

LIMITS = [item for item in vars(limits).values() if isinstance(item, Limit)]
DOCS = Path(__file__).resolve().parents[3] / "docs" / "limits.md"


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_a_limit_can_be_set_and_is_documented(limit: Limit, monkeypatch: pytest.MonkeyPatch) -> None:
    assert limit.value == limit.default
    monkeypatch.setenv(limit.name, "12345")
    assert limit.value == 12_345
    assert limit.name in limit.exceeded("this")
    assert "12,345" in limit.exceeded("this")
    assert f"| `{limit.name}` | {limit.default:,} {limit.unit} | {limit.meaning} |" in DOCS.read_text(encoding="utf-8")


@pytest.mark.parametrize("given", ["", "0", "-1", "1e3", "1_000", " 5", "five", "\u0665", "9" * 100])
def test_what_is_no_number_is_refused_by_name(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EVENT_CHARACTERS.name, given)
    with pytest.raises(InvalidArgument, match=EVENT_CHARACTERS.name):
        _ = EVENT_CHARACTERS.value


def test_an_environment_is_looked_at_whenever_a_limit_is_asked_for() -> None:
    import os

    given: dict[str, str] = {}
    try:
        read_limits_from(given)
        assert EVENT_CHARACTERS.value == EVENT_CHARACTERS.default
        given[EVENT_CHARACTERS.name] = "7"
        assert EVENT_CHARACTERS.value == 7
    finally:
        read_limits_from(os.environ)


def test_texts_past_a_limit_are_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EVENT_CHARACTERS.name, "100")
    with pytest.raises(InvalidEvent, match="INDENTURE_EVENT_CHARACTERS allows"):
        from_json("{" + " " * 100 + "}")
    with pytest.raises(InvalidTerms, match="INDENTURE_EVENT_CHARACTERS allows"):
        terms_from_json("{" + " " * 100 + "}")


def test_terms_nested_too_deeply_are_refused_by_the_limit_s_name() -> None:
    with pytest.raises(InvalidTerms, match="INDENTURE_TERMS_DEPTH allows"):
        terms_from_json('{"title":' + "[" * 100 + "]" * 100 + "}")
