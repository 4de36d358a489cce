"""A deal is opened by its terms, and enters in mid-life by one file that is held to them first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from ledger import Event, Ledger, encode, terms_to_json
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from tests.deals.demo import run_ledger
from tests.deals.toy import TOY, toy_terms

ENTRY: dict[str, Any] = {
    "as_of": "2021-03-25",
    "groups": {
        "one": {"balance": "560000.00", "loan_count": 6},
        "two": {"balance": "390000.00", "loan_count": 4},
    },
    "classes": {"A": {"balance": "750000.00"}, "B": {"balance": "150000.00"}},
    "amounts": [{"measure": "interest paid", "class_id": "A", "amount": "12000.00"}],
    "speeds": [{"date": "2021-02-25", "single_monthly_mortality": "0.01", "seasoning_months": "5"}],
}


@pytest.fixture
def opened(tmp_path: Path) -> tuple[str, Path]:
    """Return a ledger in which the toy deal is open, and where files may be put."""
    url, terms = str(tmp_path / "t.db"), tmp_path / "terms.json"
    terms.write_text(terms_to_json(toy_terms(rules=4)))
    result = run_ledger("open", url, TOY, str(terms))
    assert result.exit_code == 0, result.stderr
    return url, tmp_path


def entered(place: tuple[str, Path], entry: Any = None, *options: str, **changes: Any) -> Any:
    """Enter the toy deal by an entry that is changed in places."""
    url, folder = place
    file = folder / "entry.json"
    file.write_text(entry if isinstance(entry, str) else json.dumps(ENTRY | changes))
    return run_ledger("enter", url, TOY, str(file), *options)


def test_opening_creates_the_ledger_and_says_what_is_next(opened: tuple[str, Path]) -> None:
    url, folder = opened
    with Ledger.open(url) as ledger:
        assert ledger.deals() == [TOY]
        assert ledger.terms(TOY) == toy_terms(rules=4)
    again = run_ledger("open", url, TOY, str(folder / "terms.json"))
    assert again.exit_code == 1
    assert "is open already" in again.stderr
    assert "[already_open]" in again.stderr
    second = run_ledger("open", url, "second", str(folder / "terms.json"))
    assert "next: board its loans" in second.stderr
    assert json.loads(second.stdout)["deal"] == "second"


@pytest.mark.parametrize("text", ["{", "[]", '{"title": 1}'])
def test_terms_that_cannot_be_read_open_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "terms.json").write_text(text)
    result = run_ledger("open", str(tmp_path / "t.db"), TOY, str(tmp_path / "terms.json"))
    assert result.exit_code == 1
    assert not (tmp_path / "t.db").exists()


def test_an_entry_is_posted_as_brought_forward(opened: tuple[str, Path]) -> None:
    result = entered(opened)
    assert result.exit_code == 0, result.stderr
    with Ledger.open(opened[0]) as ledger:
        types = [item.event.name for item in ledger.events(TOY)][-6:]
        events = {item.event.event_id: item.event for item in ledger.events(TOY)}
    assert types == [
        *["pool_balance_brought_forward"] * 2,
        *["class_balance_brought_forward"] * 2,
        "amount_brought_forward",
        "performance_brought_forward",
    ]
    assert str(getattr(events["toy/brought-forward/classes/A"], "retired", "")) == "50000.00"
    again = entered(opened)
    assert json.loads(again.stdout)["repeated"] == 6


BAD = {
    "not_the_face": {"classes": ENTRY["classes"] | {"A": {"balance": "750000.00", "retired": "1.00"}}},
    "above_pool": {"groups": ENTRY["groups"] | {"one": {"balance": "1.00", "loan_count": 1}}},
    "no_payment_date": {"as_of": "2021-03-24"},
    "after_entry": {"speeds": [ENTRY["speeds"][0] | {"date": "2021-04-26"}]},
    "missing": {"classes": {"A": {"balance": "750000.00"}}},
    "unknown_class": {"classes": ENTRY["classes"] | {"Z": {"balance": "1.00", "retired": "0.00"}}},
    "out_of_range": {"speeds": [ENTRY["speeds"][0] | {"single_monthly_mortality": "1.81"}]},
    "unknown_field": {"wish": 1},
    "out_of_rank": {"amounts": [{"measure": "class losses", "class_id": "A", "amount": "5.00"}]},
    "below_losses": {"amounts": [{"measure": "class losses", "class_id": "B", "amount": "5.00"}]},
    "duplicate": {"amounts": ENTRY["amounts"] * 2},
    "unknown_group": {"amounts": [{"measure": "payoffs", "group": "six", "amount": "5.00", "count": 1}]},
    "unknown_word": {"amounts": [{"measure": "wishes", "amount": "5.00"}]},
    "malformed": {"classes": ["A"]},
}


@pytest.mark.parametrize(
    ("name", "balance", "code", "told"),
    [
        ("A", "800000.01", "not_the_face", "retired 0.00 are 800,000.01, and the face 800,000.00"),
        ("Z", "1.00", "unknown_class", "the deal has no class 'Z'; its classes are A, B"),
        ("A", 750000.0, "float_money", "classes.A.balance"),
    ],
)
def test_a_class_of_which_only_the_balance_is_stated_is_told_what_is_wrong_with_it(
    opened: tuple[str, Path], name: str, balance: object, code: str, told: str
) -> None:
    result = entered(opened, classes=ENTRY["classes"] | {name: {"balance": balance}})
    assert result.exit_code == 1
    assert f"[{code}]" in result.stderr
    assert told in " ".join(result.stderr.split())
    assert "[missing]" not in result.stderr


@pytest.mark.parametrize("code", BAD)
def test_an_entry_that_does_not_fit_is_refused_by_rule(opened: tuple[str, Path], code: str) -> None:
    result = entered(opened, **BAD[code])
    assert result.exit_code == 1
    assert f"[{code}]" in result.stderr
    with Ledger.open(opened[0]) as ledger:
        assert all("brought_forward" not in item.event.name for item in ledger.events(TOY))


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"as_of": 5}', '{"as_of": "2021-03-25", "classes": {"A": {"balance": 1.5}}}']
)
def test_what_is_no_entry_is_refused(opened: tuple[str, Path], text: str) -> None:
    assert entered(opened, text).exit_code == 1


def test_what_is_found_can_be_accepted_by_its_code(opened: tuple[str, Path]) -> None:
    result = entered(opened, None, "--accept", "above_pool", "--dry-run", **BAD["above_pool"])
    assert result.exit_code == 0, result.stderr
    assert "accepted: entry:" in result.stderr


def test_a_group_whose_loans_are_boarded_has_its_balance_from_them(opened: tuple[str, Path]) -> None:
    url, folder = opened
    tape = "Loan,UPB,Rate\n" + "".join(f"{k},90000.00,12\n" for k in range(6))
    (folder / "a.csv").write_text(tape)
    (folder / "m.json").write_text(json.dumps({"columns": {"loan": "Loan", "balance": "UPB", "note_rate": "Rate"}}))
    options = ("--deal", TOY, "--group", "one", "--date", "2021-03-25", "--map", str(folder / "m.json"))
    boarded = run_ledger("tape", str(folder / "a.csv"), *options, "--post", url)
    assert boarded.exit_code == 0, boarded.stderr
    assert json.loads(boarded.stdout)["events"] == 6
    refused = entered(opened)
    assert "[not_the_loans]" in refused.stderr
    groups = ENTRY["groups"] | {"one": {"balance": "540000.00", "loan_count": 6}}
    assert entered(opened, groups=groups).exit_code == 0
    with Ledger.open(url) as ledger:
        pools = [item.event for item in ledger.events(TOY) if item.event.name == "pool_balance_brought_forward"]
    assert len(pools) == 1


def as_entry(events: list[Event]) -> dict[str, Any]:
    """Return what a deal carries with it as an entry."""
    parts = {
        "pool_balance_brought_forward": "groups",
        "class_balance_brought_forward": "classes",
        "amount_brought_forward": "amounts",
        "characteristics_brought_forward": "averages",
        "performance_brought_forward": "speeds",
        "delinquency_brought_forward": "delinquency",
    }
    found: dict[str, Any] = {"as_of": sample.ENTERED.isoformat()}
    for event in events:
        raw = json.loads(encode(event))
        part = parts[raw.pop("$type")]
        day = raw["effective_date"]
        for name in ("$version", "event_id", "deal", "effective_date", "restates"):
            raw.pop(name, None)
        raw = {key: value for key, value in raw.items() if value is not None}
        if part in ("groups", "classes"):
            found.setdefault(part, {})[raw.pop("group" if part == "groups" else "class_id")] = raw
        else:
            found.setdefault(part, []).append(raw | ({"date": day} if part in ("speeds", "delinquency") else {}))
    return found


def test_an_entry_can_say_all_that_the_real_month_brings_forward(tmp_path: Path) -> None:
    wanted = list(sample.brought_forward())
    url = str(tmp_path / "t.db")
    (tmp_path / "terms.json").write_text(terms_to_json(sample.terms()))
    (tmp_path / "entry.json").write_text(json.dumps(as_entry(wanted)))
    assert run_ledger("open", url, sample.DEAL, str(tmp_path / "terms.json")).exit_code == 0
    result = run_ledger("enter", url, sample.DEAL, str(tmp_path / "entry.json"))
    assert result.exit_code == 0, result.stderr
    with Ledger.open(url) as ledger:
        stored = [item.event for item in ledger.events(sample.DEAL) if "brought_forward" in item.event.name]
    assert [attrs.evolve(event, event_id="x") for event in stored] == [
        attrs.evolve(event, event_id="x") for event in wanted
    ]
