"""A text that `replay statement` wrote is read back whatever the deal calls its groups, classes, fees and accounts."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from functools import cache
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given, settings
from hypothesis import strategies as st

import replay
from ledger import (
    Ledger,
    StatementTemplate,
    Trigger,
    TriggerKind,
    TrustAccount,
)
from ledger.samples.impac_cmb_2002_1.september_2002 import post_september_2002
from replay.cli import main
from replay.filing import Filing, read_figures_csv, read_statement
from replay.reconciliation.own_text import read_own_text
from replay.statements.statement import Statement, statement_of
from replay.statements.text import render_text
from tests.deals.toy import TOY, boarding, month_events, toy_terms

LOOK_ALIKES = (
    "1", "1,234.50", "(1.00)", "12.0000%", "-", "=", "Total", "TOTAL", "total (2)", "CURRENT", "1 payment", "Class",
    "Loan Group", "Page 2 of 9", "Balance:", "SUMMARY", "interest", "SPACE INTENTIONALLY LEFT BLANK", "METHODOLOGY",
    "Distribution in Dollars - to Date", "Record date: January 1, 2020", "A          B",
    "page,section,line,column,printed",
    "Class | Interest | Principal", "Report for January 25, 2021 Distribution", "漢字 一 二", "-- --", "Cert",
)  # fmt: skip
NAMES = st.sampled_from(LOOK_ALIKES) | st.text("1A. ,()%-:=|/T", min_size=1, max_size=40).filter(str.strip)


@cache
def held() -> Statement:
    """The first month of a made-up deal that has a fee, a contract, a trigger and an account."""
    terms = toy_terms(rules=4)
    terms = attrs.evolve(
        terms,
        triggers=(Trigger(trigger_id="t", kind=TriggerKind.CUMULATIVE_LOSS, limit="0.1"),),
        accounts=(TrustAccount(account_id="reserve"), TrustAccount(account_id="spread")),
    )
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(TOY, terms).or_raise()
        ledger.post_many([*boarding(), *month_events(1)]).or_raise()
        return replay.statement(ledger, TOY, record_date=dt.date(2020, 12, 31))


def named(names: list[str], template: StatementTemplate) -> Statement:
    """The month with other titles: of the deal, groups, classes, fees, triggers and accounts."""
    report = held().report
    given = iter(names)
    terms = attrs.evolve(
        report.terms,
        title=next(given),
        groups=[attrs.evolve(item, title=next(given)) for item in report.terms.groups],
        classes=[attrs.evolve(item, description=next(given)) for item in report.terms.classes],
    )
    fees = tuple(attrs.evolve(line, fee=attrs.evolve(line.fee, title=next(given))) for line in report.fees)
    triggers = tuple(
        attrs.evolve(test, trigger=attrs.evolve(test.trigger, title=next(given))) for test in report.triggers
    )
    accounts = {
        name: attrs.evolve(item, account=attrs.evolve(item.account, title=next(given)))
        for name, item in report.accounts.items()
    }
    changed = attrs.evolve(report, terms=terms, fees=fees, triggers=triggers, accounts=accounts)
    return statement_of(changed, template)


def reconciled(found: Statement, text: str) -> replay.TieOut:
    read = read_statement(text.encode())
    return replay.reconcile(found, read if isinstance(read, Filing) else Filing(), text=text)


@settings(max_examples=10, deadline=None)
@given(st.lists(NAMES, min_size=12, max_size=12), st.sampled_from(StatementTemplate))
@example(["Total"] * 12, StatementTemplate.FILED)
@example(["Total"] * 12, StatementTemplate.NEUTRAL)
@example(["1"] * 12, StatementTemplate.FILED)
def test_any_names_are_read_back(names: list[str], template: StatementTemplate) -> None:
    found = named(names, template)
    text = render_text(found)
    own = read_own_text(found, text)
    assert own is not None
    assert len(own.figures) == len(found.figures)
    tied = reconciled(found, text)
    assert tied.agrees, (tied.breaks[:3], tied.problems[:3])
    places = [(item.page, item.section, item.line, item.column) for item in found.figures]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("template", StatementTemplate)
def test_listed_figures_are_read_back_though_some_of_them_are_words(template: StatementTemplate) -> None:
    """A trigger is in force or is not; where the list says the other word, that is the only break."""
    found = statement_of(held().report, template)
    out = io.StringIO()
    writer = csv.DictWriter(out, ("page", "section", "line", "column", "printed"), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(found.rows())
    tied = replay.reconcile(found, read_figures_csv(out.getvalue()))
    assert tied.agrees, (tied.breaks[:3], tied.problems[:3])
    assert ",No\r\n" in out.getvalue()
    changed = replay.reconcile(found, read_figures_csv(out.getvalue().replace(",No\r\n", ",Yes\r\n")))
    assert [(item.published, item.ours) for item in changed.breaks] == [("Yes", "No")]
    assert not changed.agrees


@pytest.mark.parametrize("template", StatementTemplate)
def test_a_figure_that_was_changed_is_the_only_break(template: StatementTemplate) -> None:
    """Also where the new figure is longer, so that the lines around it are moved."""
    found = named(["1", "Total", "2", *["3"] * 9], template)
    text = render_text(found)
    target = next(
        item
        for item in found.figures
        if re.fullmatch(r"[0-9,]+\.[0-9]+", item.printed) and text.count(item.printed) == 1
    )
    for other in (f"9{target.printed[1:]}", f"9,{target.printed}"):
        changed = text.replace(target.printed, other, 1)
        tied = reconciled(found, changed)
        assert [(item.path, item.published, item.ours) for item in tied.breaks] == [
            (target.path, other, target.printed)
        ]
        assert not tied.problems


def test_a_text_with_other_words_is_none_of_ours() -> None:
    found = named(["Toy", "One", *["x"] * 10], StatementTemplate.FILED)
    text = render_text(found)
    assert read_own_text(found, text.replace("ONE", "FIRST")) is None
    assert read_own_text(found, "\n".join(text.split("\n")[:40])) is None


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(item) for item in arguments])


@pytest.mark.parametrize("name", ["1", "Total", "1,234.50", "Class | Interest | Principal", LOOK_ALIKES[22]])
@pytest.mark.parametrize("template", ["filing", "neutral"])
def test_the_commands_agree_with_each_other(tmp_path: Path, name: str, template: str) -> None:
    path, written = tmp_path / "held.db", tmp_path / "statement.txt"
    terms = toy_terms(title=name)
    terms = attrs.evolve(terms, groups=(attrs.evolve(terms.groups[0], title=name), terms.groups[1]))
    with Ledger.create(path) as ledger:
        ledger.open_deal(TOY, terms).or_raise()
        ledger.post_many([*boarding(), *month_events(1)]).or_raise()
    asked = (path, TOY, "--record-date", "2020-12-31")
    for form in ("text", "csv", "json"):
        written.write_text(run("statement", *asked, "--template", template, "--format", form).stdout, encoding="utf-8")
        told = run("reconcile", *asked, written)
        assert told.exit_code == 0, (form, told.stdout[-2000:], told.stderr)


def test_the_published_month_is_read_alike_either_way() -> None:
    with Ledger.create("sqlite://") as ledger:
        post_september_2002(ledger)
        found = replay.statement(ledger, "impac-cmb-2002-1", payment_date=dt.date(2002, 9, 25))
    text = render_text(found)
    own, read = read_own_text(found, text), read_statement(text.encode())
    assert own is not None
    assert isinstance(read, Filing)
    assert [item.printed for item in own.figures] == [item.printed for item in read.figures]
    assert [item.source_line for item in own.figures] == [item.source_line for item in read.figures]
