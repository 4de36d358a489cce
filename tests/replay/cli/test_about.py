"""Every command takes one point of knowledge, and says in what it prints what it was asked and what it knew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from replay.cli import main
from tests.deals.toy import TOY, payment_date
from tests.replay.statements.test_restated import january, restate

PAID = str(payment_date(1))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(item) for item in arguments])


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("about") / "toy.db"
    with Ledger.create(made) as ledger:
        january(ledger)
        restate(ledger)
    return made


def about(path: Path, *question: object) -> dict[str, object]:
    command, *more = question
    shown = run(command, path, TOY, *more, "--format", "json")
    assert shown.exit_code in (0, 1), shown.output
    told: dict[str, object] = json.loads(shown.stdout)["about"]
    return told


@pytest.mark.parametrize(
    "question",
    [
        ("statement", "--payment-date", PAID),
        ("explain", "--payment-date", PAID, "4/TOTAL PRINCIPAL/total"),
        ("books", "--record-date", "2021-01-25"),
        ("advances", "--record-date", "2021-01-25"),
        ("account", "collection_account", "--from", "2021-01-01", "--through", "2021-01-25"),
        ("journal", "--from", "2021-01-01", "--through", "2021-01-25"),
    ],
)
def test_as_closed_and_now(path: Path, question: tuple[str, ...]) -> None:
    with Ledger.open(path) as ledger:
        (closing,) = ledger.events(TOY, types=["period_closed"])
        end = ledger.head(TOY)
    now, named, closed, flag = (
        about(path, *question, *options) for options in ((), ("--as", "now"), ("--as", "closed"), ("--as-closed",))
    )
    assert (now, closed) == (named, flag)
    assert (now["known_through"], now["head"], now["state"]) == (end.sequence, str(end), "restated")
    assert (closed["known_through"], closed["head"], closed["state"]) == (
        closing.sequence,
        f"{closing.sequence}:{closing.hash}",
        "closed",
    )
    assert closed["digest"] != now["digest"]
    assert (closed["record_date"], closed["payment_date"]) == ("2020-12-31", PAID)
    several = run(question[0], path, TOY, *question[1:], "--as", "now", "--known-through", "5")
    assert (several.exit_code, "one point of knowledge" in several.stderr) == (2, True)


def test_the_same_statement_by_either_date_says_the_same(path: Path) -> None:
    by_record = run("statement", path, TOY, "--record-date", "2021-01-10")
    assert by_record.stdout == run("statement", path, TOY, "--payment-date", PAID).stdout
    assert f"  made by        replay statement --payment-date {PAID} --known-through" in by_record.stdout


def test_diff_compares_closed_with_now(path: Path) -> None:
    with Ledger.open(path) as ledger:
        (closing,) = ledger.events(TOY, types=["period_closed"])
        end = ledger.head(TOY).sequence
    plain = run("diff", path, TOY, "--payment-date", PAID)
    named = run("diff", path, TOY, "--payment-date", PAID, "--known-through", closing.sequence, end)
    assert (plain.exit_code, plain.stdout) == (1, named.stdout)
    still_open = run("diff", path, TOY, "--payment-date", payment_date(2))
    assert (still_open.exit_code, "is open" in still_open.stderr) == (2, True)


def test_a_day_before_every_distribution_has_no_state(path: Path) -> None:
    told = about(path, "books", "--record-date", "2020-12-20")
    assert ("state" in told, told["date"]) == (False, "2020-12-20")
