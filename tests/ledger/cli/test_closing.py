"""What stands in the way of a closing is shown before it, and named when it is made."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from ledger import (
    CurtailmentCollected,
    Dated,
    InvalidArgument,
    Ledger,
    PeriodClosed,
    Refusal,
    Violation,
    __version__,
)
from tests.deals.demo import run_ledger
from tests.ledger.readiness.small import DEAL, ISSUED, PAID, due, paid, small_deal

ON = (DEAL, str(PAID))
REASON = ("--acknowledge", "due_unaccounted=told by telephone")
WHO = ("--who", "A. Clerk")
DAY: Dated = {"deal": DEAL, "effective_date": ISSUED}


@pytest.fixture
def short(tmp_path: Path) -> str:
    """A ledger at a path, in which a thousand of interest is neither received nor reported."""
    path = tmp_path / "small.db"
    with Ledger.create(path) as ledger:
        small_deal(ledger).post_many([due(), paid("1000.00", "9000.00")]).or_raise()
    return str(path)


@pytest.fixture
def clean(tmp_path: Path) -> str:
    path = tmp_path / "clean.db"
    with Ledger.create(path) as ledger:
        small_deal(ledger).post_many([due(), paid()]).or_raise()
    return str(path)


def test_a_month_that_closes_without_a_word(clean: str) -> None:
    result = run_ledger("check", clean, *ON)
    assert result.exit_code == 0
    assert "closes without a word" in result.stdout
    assert "nothing was found" in result.stdout


def test_what_must_be_acknowledged_is_named_with_its_remedy(short: str) -> None:
    result = run_ledger("check", short, *ON)
    assert result.exit_code == 1
    assert "does not close as it stands" in result.stdout
    assert "must be acknowledged: group pool owes 1,000.00 of interest" in result.stdout
    assert "[due_unaccounted]" in result.stdout
    assert "  remedy: post collection_received" in result.stdout


def test_programs_are_told_what_it_is(clean: str) -> None:
    with Ledger.open(clean) as ledger:
        head, known = str(ledger.head(DEAL)), ledger.head(DEAL).sequence
        earlier = ledger.head(DEAL, known_through=known - 1)
        assert earlier.hash.hex() == next(ledger.events(DEAL, after=known - 2, limit=1)).hash
        for wrong in (0, known + 1):
            with pytest.raises(InvalidArgument, match="log"):
                ledger.head(DEAL, known_through=wrong)
    told = json.loads(run_ledger("check", clean, *ON, "--format", "json").stdout)["about"]
    assert (told["deal"], told["payment_date"], told["known_through"]) == (DEAL, str(PAID), known)
    assert (told["head"], told["release"]) == (head, __version__)
    known_then = ("--known-through", str(known - 1), "--format", "csv")
    rows = [line.split(",")[1:3] for line in run_ledger("check", clean, *ON, *known_then).stdout.splitlines()]
    assert ["head", str(earlier)] in rows
    assert json.loads(run_ledger("deals", clean, "--format", "json").stdout)["about"]["release"] == __version__
    assert "about" not in run_ledger("check", clean, *ON).stdout


def test_programs_are_told_the_same(short: str) -> None:
    told = json.loads(run_ledger("check", short, *ON, "--format", "json").stdout)
    assert (told["deal"], told["distribution_date"], told["closes"]) == (DEAL, str(PAID), "no")
    [found] = [item for item in told["findings"] if item["grade"] != "note"]
    assert (found["code"], found["grade"], found["groups"]) == (
        "due_unaccounted",
        "must be acknowledged",
        ["pool"],
    )
    assert {"name": "received", "value": "9000"} in found["figures"]


def test_an_earlier_state_can_be_asked_about(short: str) -> None:
    with Ledger.open(short) as ledger:
        before = ledger.head(DEAL).sequence - 2
    result = run_ledger("check", short, *ON, "--known-through", str(before))
    assert result.exit_code == 1
    assert "[no_instalments]" in result.stdout
    assert "ledger close" not in result.stdout


def test_what_is_not_known_yet_cannot_be_asked_about(short: str) -> None:
    result = run_ledger("check", short, *ON, "--known-through", "999")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nothing is known through 999 yet" in result.stderr
    assert "[beyond_the_log]" in result.stderr


@pytest.mark.parametrize(
    "asked", [("none.db", *ON), ("{}", "other", str(PAID)), ("{}", DEAL, "2021-01-26"), ("{}", DEAL, "soon")]
)
@pytest.mark.parametrize("command", ["check", "close", "distribute"])
def test_what_cannot_be_looked_at_is_no_finding(clean: str, command: str, asked: tuple[str, ...]) -> None:
    result = run_ledger(command, *(item.format(clean) for item in asked))
    assert result.exit_code == 2
    assert result.stdout == ""


def test_a_dry_run_shows_the_findings_and_the_figures_and_writes_nothing(short: str) -> None:
    with Ledger.open(short) as ledger:
        before, digest = ledger.head(DEAL), ledger.distribution(DEAL, PAID).digest
    refused = run_ledger("close", short, *ON, "--dry-run")
    assert refused.exit_code == 1
    assert "[due_unaccounted]" in refused.stdout
    assert f"a closing would fix the digest {digest}" in refused.stdout
    assert "refused: " in refused.stderr
    accepted = run_ledger("close", short, *ON, "--dry-run", *REASON, *WHO)
    assert accepted.exit_code == 0
    assert accepted.stdout == refused.stdout
    assert "would be closed; nothing was written" in accepted.stderr
    for line in ("opening balance", "scheduled principal", "closing count", "1,000,000.00", "(1,000.00)"):
        assert line in accepted.stdout
    with Ledger.open(short) as ledger:
        assert ledger.head(DEAL) == before


def test_a_closing_names_what_it_acknowledges(short: str) -> None:
    refused = run_ledger("close", short, *ON)
    assert refused.exit_code == 1
    assert "[due_unaccounted]" in refused.stderr
    assert run_ledger("close", short, *ON, *REASON, *WHO, "--distribute").exit_code == 0
    with Ledger.open(short) as ledger:
        [event] = [recorded.event for recorded in ledger.events(DEAL, types=["period_closed"])]
        assert isinstance(event, PeriodClosed)
        [named] = event.acknowledgements
        assert (named.code, named.reason, named.who) == ("due_unaccounted", "told by telephone", "A. Clerk")
    assert "is closed already" in run_ledger("close", short, *ON, *REASON, *WHO, "--dry-run").stderr


@pytest.mark.parametrize(
    "given", ["due_unaccounted", "due_unaccounted=", "=because", "due_unaccounted= ", "due_unaccounted=\u2800\u3164 "]
)
def test_a_code_without_a_reason_is_no_acknowledgement(short: str, given: str) -> None:
    result = run_ledger("close", short, *ON, "--acknowledge", given)
    assert result.exit_code == 2
    assert "CODE=REASON" in result.stderr


def test_one_code_has_one_reason(short: str) -> None:
    result = run_ledger("close", short, *ON, *REASON, "--acknowledge", "due_unaccounted=something else")
    assert result.exit_code == 2
    assert "twice" in result.stderr


def test_help_teaches_the_grades_and_the_exit_status() -> None:
    told = run_ledger("check", "--help").stdout
    for words in ("refuses", "must be acknowledged", "note", "Exit status: 0", "docs/findings.md", "--acknowledge"):
        assert words in told
    assert "\n  Exit status: 0" in told
    assert "hashed with the closing" in " ".join(run_ledger("close", "--help").stdout.split())
    assert "Doing it again changes nothing" in " ".join(run_ledger("distribute", "--help").stdout.split())


def next_command(told: str) -> list[str]:
    """Return the words of the command that a check prints last."""
    return shlex.split(told.rstrip().splitlines()[-1])


def test_a_check_prints_the_command_that_goes_on(short: str, clean: str) -> None:
    for path, more in ((clean, ()), (short, ("--acknowledge", "due_unaccounted=REASON", "--who", "NAME"))):
        with Ledger.open(path) as ledger:
            head = str(ledger.head(DEAL).sequence)
        told = run_ledger("check", path, *ON).stdout
        program, *words = next_command(told)
        assert (program, words) == ("ledger", ["close", path, *ON, "--expected-sequence", head, *more])
        assert f"as known through event {head}" in told
        assert run_ledger(*words).exit_code == 0
        program, *words = next_command(run_ledger("check", path, *ON).stdout)
        assert (program, words) == ("ledger", ["distribute", path, *ON])
        assert run_ledger(*words).exit_code == 0
        assert "ledger distribute" not in run_ledger("check", path, *ON).stdout


def test_no_command_goes_on_from_what_refuses(tmp_path: Path) -> None:
    path = tmp_path / "above.db"
    with Ledger.create(path) as ledger:
        small_deal(ledger).post_many([due(), paid("1000.00", "10000.01")]).or_raise()
    told = run_ledger("check", str(path), *ON, "--format", "json").stdout
    assert "next" not in json.loads(told)


def test_no_command_goes_on_where_nobody_can_post(clean: str, tmp_path: Path) -> None:
    assert run_ledger("archive", clean, DEAL, str(tmp_path / "sealed")).exit_code == 0
    for address in (str(tmp_path / "sealed"), f"archive:{tmp_path / 'sealed'}"):
        result = run_ledger("check", address, *ON)
        assert result.exit_code == 0
        assert "ledger close" not in result.stdout


def test_a_password_is_not_printed_again(clean: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = "postgresql+psycopg://owner:***@db.example/trusts"
    monkeypatch.setattr(Ledger, "url", property(lambda _: hidden))
    assert next_command(run_ledger("check", clean, *ON).stdout)[2] == hidden


def test_what_is_acknowledged_is_what_was_seen(short: str) -> None:
    with Ledger.open(short) as ledger:
        seen = ledger.head(DEAL).sequence
        ledger.post(CurtailmentCollected(event_id="more", group="pool", amount="1.00", **DAY)).or_raise()
        before = ledger.head(DEAL)
    for expected in (seen, seen + 2):
        for more in ((), ("--dry-run",)):
            result = run_ledger("close", short, *ON, *REASON, *WHO, "--expected-sequence", str(expected), *more)
            assert result.exit_code == 1
            assert "[stale_sequence]" in result.stderr
    with Ledger.open(short) as ledger:
        assert ledger.head(DEAL) == before
    assert run_ledger("close", short, *ON, *REASON, *WHO, "--expected-sequence", str(seen + 1)).exit_code == 0


def test_somebody_answers_for_what_is_acknowledged(short: str) -> None:
    for nobody in ((), ("--who", "  "), ("--who", "\u2800")):
        result = run_ledger("close", short, *ON, *REASON, *nobody)
        assert result.exit_code == 2
        assert "give --who (or --actor)" in result.stderr
    assert run_ledger("close", short, *ON, *REASON, "--actor", "B. Desk").exit_code == 0
    with Ledger.open(short) as ledger:
        closing = ledger.closing(DEAL, PAID)
        assert closing is not None
        assert [item.who for item in closing.event.acknowledgements] == ["B. Desk"]


@pytest.fixture
def shut(short: str) -> str:
    """A ledger whose month is closed and not paid."""
    assert run_ledger("close", short, *ON, *REASON, *WHO).exit_code == 0
    return short


def test_of_a_closed_distribution_it_is_said_first(shut: str) -> None:
    with Ledger.open(shut) as ledger:
        at = ledger.head(DEAL).sequence
    for command in (("check",), ("close", "--dry-run"), ("close", "--dry-run", *REASON, *WHO)):
        result = run_ledger(command[0], shut, *ON, *command[1:])
        first = result.stdout.splitlines()[0]
        assert (result.exit_code, first) == (
            0,
            f"{DEAL}: the distribution of {PAID} is closed already, at sequence {at}, and not paid",
        )
        assert "would fix" not in result.stdout
        assert "without a word" not in result.stdout
        assert "[due_unaccounted]" in result.stdout
    told = json.loads(run_ledger("check", shut, *ON, "--format", "json").stdout)
    assert (told["closes"], told["closed_at"], told["paid_at"]) == ("already", at, None)
    assert run_ledger("distribute", shut, *ON).exit_code == 0
    with Ledger.open(shut) as ledger:
        paid_at = ledger.head(DEAL).sequence
    assert f"and paid at {paid_at}\n" in run_ledger("check", shut, *ON).stdout
    before = run_ledger("check", shut, *ON, "--known-through", str(at - 1))
    assert before.exit_code == 1
    assert "closed already" not in before.stdout


def test_what_was_restated_since_is_told_from_what_was_fixed(shut: str) -> None:
    with Ledger.open(shut) as ledger:
        fixed = ledger.distribution(DEAL, PAID).digest
        assert f"the closing fixed the digest {fixed}\n" in run_ledger("close", shut, *ON, "--dry-run").stdout
        ledger.post(CurtailmentCollected(event_id="l", group="pool", amount="1.00", restates=True, **DAY)).or_raise()
        now = ledger.distribution(DEAL, PAID).digest
    told = run_ledger("close", shut, *ON, "--dry-run").stdout
    assert f"the closing fixed the digest {fixed}; restated since, these figures have the digest {now}\n" in told


@pytest.mark.parametrize(
    "otherwise", [(), ("--acknowledge", "due_unaccounted=another reason", *WHO), (*REASON, "--who", "B. Desk")]
)
def test_a_closing_repeated_otherwise_is_told_what_is_left_to_do(shut: str, otherwise: tuple[str, ...]) -> None:
    with Ledger.open(shut) as ledger:
        at = ledger.head(DEAL).sequence
    result = run_ledger("close", shut, *ON, *otherwise)
    assert result.exit_code == 1
    assert f"is closed already, at sequence {at}, and a closing is final; ledger distribute" in result.stderr
    assert "acknowledgements" in result.stderr
    assert run_ledger("distribute", shut, *ON).exit_code == 0
    assert "a closing is final; it is paid; acknowledgements" in run_ledger("close", shut, *ON, *otherwise).stderr
    again = run_ledger("close", shut, *ON, *REASON, *WHO)
    assert (again.exit_code, f"closed at sequence {at}" in again.stderr) == (0, True)


def test_a_distribution_is_paid_once_however_often_it_is_asked_for(shut: str) -> None:
    first = run_ledger("distribute", shut, *ON, "--actor", "A. Clerk", "--approver", "B. Desk")
    assert first.exit_code == 0
    with Ledger.open(shut) as ledger:
        head = ledger.head(DEAL)
        assert [(item.actor, item.approver) for item in ledger.batches(DEAL)][-1] == ("A. Clerk", "B. Desk")
        assert any(ledger.events(DEAL, types=["bond_interest_paid"]))
    assert f"is paid at sequence {head.sequence}" in first.stderr
    again = run_ledger("distribute", shut, *ON)
    assert (again.exit_code, f"was paid already, at sequence {head.sequence}" in again.stderr) == (0, True)
    assert run_ledger("close", shut, *ON, *REASON, *WHO, "--distribute").exit_code == 0
    with Ledger.open(shut) as ledger:
        assert ledger.head(DEAL) == head


def test_what_is_not_closed_is_not_paid(short: str) -> None:
    with Ledger.open(short) as ledger:
        before = ledger.head(DEAL)
    result = run_ledger("distribute", short, *ON)
    assert result.exit_code == 1
    assert "[not_closed]" in result.stderr
    with Ledger.open(short) as ledger:
        assert ledger.head(DEAL) == before
    assert run_ledger("distribute", short, DEAL, "2021-01-26").exit_code == 2


def test_a_closing_whose_payments_are_refused_is_not_called_nothing(
    clean: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = Refusal(deal=DEAL, violations=(Violation("x", "amount", "above_funds_available", "too much"),))
    monkeypatch.setattr(Ledger, "distribute", lambda *_, **__: wrong)
    result = run_ledger("close", clean, *ON, "--distribute")
    assert result.exit_code == 1
    assert result.stderr.endswith("the distribution is closed, but not paid\n")
