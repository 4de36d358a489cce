"""``replay diff`` and ``replay advances``: what a statement's figures were and are, and what the servicer is owed."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING

import click

from replay.cli.base import EPILOG, FORMAT, UNUSABLE, as_csv, as_json, replaying, reporting, say
from replay.reports.table import table

if TYPE_CHECKING:
    from ledger import Advances
    from replay.restatements import Restatement

RESTATED = 1


def register(main: click.Group) -> None:
    """Add the commands to the group."""

    known = click.option(
        "--known-through",
        "known",
        nargs=2,
        required=True,
        type=click.IntRange(min=1),
        metavar="THEN NOW",
        help="The two sequences to compare, the earlier one first.",
    )
    on = click.option(
        "--record-date", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Any calendar date, YYYY-MM-DD."
    )
    every = click.option("--all", "every", is_flag=True, help="Also list months that are settled.")
    compared = click.argument("url")(click.argument("deal")(on(known(FORMAT(reporting(diff))))))
    main.command(name="diff", epilog=EPILOG)(compared)
    main.command(name="advances", epilog=EPILOG)(replaying(every(FORMAT(reporting(advances)))))


def diff(url: str, deal: str, record_date: dt.datetime, known: tuple[int, int], form: str) -> None:
    """Print every figure of a statement that differs between two points of knowledge, and the events that caused it.

    Exit status 0: no figure differs; 1: some do; 2: a statement could not be made.
    """

    from ledger import Ledger
    from replay.restatements import restatement

    if known[0] > known[1]:
        say(f"error: {known[0]} was known after {known[1]}; give the earlier sequence first")
        sys.exit(UNUSABLE)
    with Ledger.open(url) as ledger:
        found = restatement(ledger, deal, record_date.date(), *known)
    if form == "csv":
        columns = ("figure", "printed_then", "printed_now", "exact_then", "exact_now", "difference", "events")
        click.echo(as_csv(found.rows(), columns), nl=False)
    elif form == "json":
        click.echo(as_json(restatement_document(found)))
    else:
        click.echo(restatement_text(found))
    if found:
        sys.exit(RESTATED)


def restatement_document(found: Restatement) -> dict[str, object]:
    """Return a restatement as plain values for JSON."""
    return {
        "deal": found.deal,
        "distribution_date": str(found.distribution_date),
        "record_date": str(found.now.report.distribution.record_date),
        "known_then": found.known_then,
        "known_now": found.known_now,
        "digest_then": found.then.report.digest,
        "digest_now": found.now.report.digest,
        "figures": [
            {**row, "events": [cause.event_id for cause in item.causes]}
            for row, item in zip(found.rows(), found.figures, strict=True)
        ],
        "payments": found.payment_rows(),
        "events": [
            {
                "sequence": cause.sequence,
                "event_id": cause.event_id,
                "type": cause.recorded.event.name,
                "effective_date": str(cause.recorded.event.effective_date),
                "recorded_at": cause.recorded.recorded_at.isoformat(),
                "voids": cause.voids,
                "replaced_by": cause.replaced_by,
                "reason": cause.reason,
            }
            for cause in found.causes
        ],
    }


def restatement_text(found: Restatement) -> str:
    """Return a restatement as a readable report: the figures, the events behind them, and what was paid meanwhile."""
    head = (
        f"{found.deal}, distribution of {found.distribution_date}: known through event {found.known_then} "
        f"and through event {found.known_now}"
    )
    if not found:
        return f"{head}\nNo figure differs."
    unseen = sum(not item.is_printed for item in found)
    hidden = f", {unseen} of them only beyond the digits that are printed" if unseen else ""
    figures = [
        (
            item.path,
            item.printed_then or "(none)",
            item.printed_now or "(none)",
            "" if item.difference is None else str(item.difference),
            _sequences([cause.sequence for cause in item.causes]),
        )
        for item in found
    ]
    blocks = [
        f"{head}\n{len(found)} figures differ{hidden}.",
        table(("figure", "then", "now", "difference", "events"), figures, right=(1, 2, 3)),
        "Events behind them",
        table(("event", "date", "type", "id", "what it puts right"), _events(found), right=(0,)),
    ]
    if found.payments:
        shown = [tuple(row.values()) for row in found.payment_rows()]
        blocks.append("Bond payments stay as they were recorded; difference is recorded less computed now")
        headings = ("class", "of", "computed then", "computed now", "recorded", "difference")
        blocks.append(table(headings, shown, right=(2, 3, 4, 5)))
    return "\n\n".join(blocks)


def _events(found: Restatement) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for cause in found.causes:
        event = cause.recorded.event
        said = f"{'corrects' if cause.replaced_by else 'reverses'} {cause.voids}" if cause.voids else ""
        said = ": ".join(part for part in (said, cause.reason) if part)
        rows.append((str(cause.sequence), str(event.effective_date), event.name, cause.event_id, said))
    return rows


def _sequences(numbers: list[int], most: int = 6) -> str:
    shown = ", ".join(map(str, numbers[:most]))
    return shown if len(numbers) <= most else f"{shown} and {len(numbers) - most} more"


def advances(url: str, deal: str, record_date: dt.datetime, known_through: int | None, every: bool, form: str) -> None:
    """Print what the servicer of DEAL advanced and is still owed on a business date, by loan and month."""

    from replay.statements.asking import advances as replay_advances

    found = replay_advances(url, deal, record_date.date(), known_through=known_through)
    rows = [row for row, item in zip(found.rows(), found.balances, strict=True) if every or item.outstanding]
    if form == "csv":
        click.echo(as_csv(rows, ADVANCE_COLUMNS), nl=False)
    elif form == "json":
        head = {"deal": found.deal, "date": str(found.date), "known_through": found.known_through}
        outstanding = str(found.outstanding())
        document = {**head, "outstanding": outstanding, "advances": rows, "withdrawals": found.withdrawal_rows()}
        click.echo(as_json(document))
    else:
        click.echo(advances_text(found, rows))


ADVANCE_COLUMNS = (
    "group",
    "loan",
    "month",
    "made",
    "recovered",
    "recovered_from_any_funds",
    "principal",
    "interest",
    "servicing",
    "brought_forward",
    "nonrecoverable",
    "outstanding",
)


def advances_text(found: Advances, rows: list[dict[str, str]]) -> str:
    """Return the advances, and what was withdrawn for them beside what justifies it, as readable tables."""
    head = f"{found.deal}: advances on {found.date}, known through event {found.known_through}"
    shown = [tuple(row[name] for name in ADVANCE_COLUMNS) for row in rows]
    blocks = [head, _table(ADVANCE_COLUMNS, shown, 3), f"Owed to the servicer: {found.outstanding():,}"]
    withdrawals = found.withdrawal_rows()
    if withdrawals:
        blocks.append("Withdrawn to date, and what justifies it")
        blocks.append(_table(tuple(withdrawals[0]), [tuple(row.values()) for row in withdrawals], 2))
    return "\n\n".join(blocks)


def _table(names: tuple[str, ...], rows: list[tuple[str, ...]], labels: int) -> str:
    headings = [name.replace("_", " ") for name in names]
    return table(headings, rows, right=range(labels, len(names)))
