"""The ``entry`` command: what a deal was entered with, against the last statement published before."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from replay.cli.about import about_log
from replay.cli.base import EPILOG, FORMAT, FOUND, KNOWN_THROUGH, give_up, main, reading, reporting, say, show_report

if TYPE_CHECKING:
    from ledger import DealTerms, Event, Ledger
    from replay.filing import ClassTable, Filing

_ENTERING = ("pool_balance_brought_forward", "class_balance_brought_forward", "amount_brought_forward",
             "characteristics_brought_forward", "loan_boarded")  # fmt: skip


@main.command(name="entry", epilog=EPILOG)
@click.argument("url")
@click.argument("deal")
@click.argument("statement", type=click.Path(path_type=Path))
@KNOWN_THROUGH
@FORMAT
@reporting
def entry_command(url: str, deal: str, statement: Path, known_through: int | None, form: str) -> None:
    """Hold what DEAL was entered with (`ledger enter`) against STATEMENT, the last that was published before.

    STATEMENT is of the distribution that the balances are brought forward from: a file that `replay reconcile` reads.
    Every figure of it that the entry determines is compared: balances and faces of classes, balances and counts of
    groups, factors, amounts to date, averages of the pool. Differences are listed with both sides, and a class that was
    entered with a balance and of which the statement prints nothing is named.

    Exit status 0: all agree; 1: some differ, or a class is missing; 2: nothing could be compared.
    """
    import hashlib

    import attrs

    from replay.filing import read_statement
    from replay.reconciliation.entered import entered_figures, entered_on, unprinted_classes
    from replay.reports.entries import entered_text, entry_report

    with reading(url) as ledger:
        terms, events = ledger.terms(deal, known_through=known_through), _entering(ledger, deal, known_through)
        about = about_log(ledger, deal, known_through or ledger.head(deal).sequence)
    on = entered_on(events)
    if on is None:
        give_up(
            f"nothing is brought forward in {deal}; enter it first (ledger enter)",
            "nothing_brought_forward",
            field="deal",
        )
    read = read_statement(statement)
    for problem in read.problems:
        say(f"{statement}:{problem.source_line}: {problem.message} [{problem.code}]")
    if read.distribution_date is not None and read.distribution_date != on:
        give_up(
            f"the statement is of {read.distribution_date}, and {deal} is brought forward from {on}",
            "statement_of_another_date",
            field="statement",
        )
    strange = _strange(read, terms)
    if strange:
        say(f"{statement}: {deal} has no class {', '.join(strange)}: see that the statement is of this deal")
    found = entered_figures(events, terms, read)
    if not found:
        give_up("the statement prints nothing that the entry determines", "nothing_determined", field="statement")
    about = attrs.evolve(about, filing=hashlib.sha256(statement.read_bytes()).hexdigest())
    show_report(entry_report(found), form, about)
    lacking = unprinted_classes(events, found)
    for item in found:
        if not item.agrees:
            place = f"{statement}: page {item.page}, {item.section}: {item.line}, {item.column}"
            say(f"{place}: printed {item.printed}, entered {entered_text(item.entered)} [differs]")
    for event in lacking:
        told = f"the entry has class {event.class_id} at {event.balance:,}, and the statement prints nothing of it"
        say(f"{event.event_id}: class_id: {told} [missing_class]")
    if lacking or any(not item.agrees for item in found):
        sys.exit(FOUND)


def _strange(read: Filing | ClassTable, terms: DealTerms) -> list[str]:
    """Return the classes of a class table that the terms lack, as messages may show them."""
    from replay.filing import ClassTable

    if not isinstance(read, ClassTable):
        return []
    known = {bond.class_id for bond in terms.classes} | {"Total"}
    return [repr(row.class_id[:40]) for row in read.rows if row.class_id not in known][:8]


def _entering(ledger: Ledger, deal: str, known: int | None) -> list[Event]:
    return [item.event for item in ledger.events(deal, known_through=known) if item.event.name in _ENTERING]
