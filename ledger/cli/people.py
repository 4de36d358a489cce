"""``ledger approve`` and ``batches``: who stands behind what is posted; and the options by which commands state it."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from ledger.cli.base import REFUSED, about_known, formatted, main, opened, refuse, written_about
from ledger.cli.event_files import read_events
from ledger.console import URL_HELP, WholeNumber, reporting, show
from ledger.errors import Violation

if TYPE_CHECKING:
    from ledger.values.envelope import Envelope

_OPTIONS = (
    click.option("--actor", default="", help="Who posts this; it is stated, not proved."),
    click.option("--approver", default="", help="Who approved it; stated as well."),
    click.option(
        "--document",
        default="",
        metavar="FILE",
        help="The document that this was made from; its name and SHA-256 are kept.",
    ),
    click.option("--document-sha256", default="", metavar="HEX", help="Its SHA-256, where the document is elsewhere."),
)


def enveloped(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that state who and from what, and hand the command their ``envelope``; stands below reporting."""

    @wraps(command)
    def run(*args: Any, actor: str, approver: str, document: str, document_sha256: str, **kwargs: Any) -> None:
        envelope = stated_envelope(actor, approver, document, document_sha256)
        command(*args, envelope=envelope, **kwargs)

    found: Callable[..., None] = run
    for option in reversed(_OPTIONS):
        found = option(found)
    return found


def stated_envelope(actor: str, approver: str, document: str = "", document_sha256: str = "") -> Envelope:
    """Return what is stated of a batch; of a document the name without its path, and the SHA-256 of its bytes."""
    from ledger.values.envelope import Envelope

    if not document:
        if document_sha256:
            raise click.UsageError("--document-sha256 is of a document; name it with --document")
        return Envelope(actor=actor, approver=approver)
    path, digest = Path(document), document_sha256.lower()
    if path.is_file():
        digest = file_digest(path)
        if document_sha256 and document_sha256.lower() != digest:
            raise click.UsageError(f"{document} has the SHA-256 {digest}, not that of --document-sha256")
    elif not digest:
        raise click.UsageError(f"there is no file {document!r}; where it is elsewhere, give --document-sha256")
    return Envelope(actor=actor, approver=approver, document=path.name, document_sha256=digest)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, which are read in parts."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--note", default="", help="Why, or after what, it is approved.")
@click.option("--expected-sequence", type=WholeNumber(), help="Approve only if the deal's log ends at this sequence.")
@click.option("--dry-run", is_flag=True, help="Decide everything, write nothing.")
@formatted("jsonl")
@reporting
@enveloped
def approve(
    url: str, file: TextIO, note: str, expected_sequence: int | None, dry_run: bool, form: str, envelope: Envelope
) -> None:
    """Approve the events in FILE (JSON Lines; - for standard input) that somebody else is to post, exactly as they are.

    Where a deal's terms demand a second person, this is the second: on PostgreSQL it has to be run from another login
    than the one that posts the events. An event that is changed after it was approved is not approved. Prints the
    receipt of the approvals as JSON.

    Exit status 0: approved; 1: refused, and nothing was approved; 2: the file or the ledger could not be used.

    \b
      ledger close trust.db DEAL DATE --propose > closing.jsonl
      ledger approve trust.db closing.jsonl --actor "R. Ortega"
      ledger close trust.db DEAL DATE --actor "J. Marsh"
    """
    from ledger.reports import written
    from ledger.reports.outcomes import receipt_report
    from ledger.service import Ledger

    name = getattr(file, "name", "-")
    events, violations = read_events(file, name)
    if violations or not events:
        refuse(violations or [Violation(name, "", "empty_batch", "there is no event in it; write one a line, as JSON")])
    with Ledger.open(url) as ledger:
        outcome = ledger.approve(
            events, note=note, envelope=envelope, expected_sequence=expected_sequence, dry_run=dry_run
        )
    if not outcome.accepted:
        refuse(outcome.violations, "nothing was approved")
    show(written(receipt_report(outcome, dry_run=dry_run), form))


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("deal")
@click.option(
    "--document",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Only batches posted from a document of this name or of these bytes; exit status 1 if none has the bytes.",
)
@click.option("--known-through", type=WholeNumber(), help="Only batches that begin up to this sequence.")
@formatted()
@reporting
def batches(url: str, deal: str, document: Path | None, known_through: int | None, form: str) -> None:
    """List who posted the batches of DEAL, who approved them, and from which documents, where the ledger knows.

    A batch is what was posted together. Who approved is the approver that was stated with it, and whoever approved an
    event of it beforehand (`ledger approve`), with the name of that approval. A login is the database's own word; what
    is stated is the word of whoever posted. With --document a file is compared with what was recorded, by its SHA-256.

    \b
    Exit status: 0 done, 1 no batch was posted from the bytes of the document, 2 it could not be looked at.
    """
    from ledger.events.deal import ActApproved
    from ledger.reports.people import batches_report

    with opened(url) as ledger:
        found = list(ledger.batches(deal, known_through=known_through))
        given = [item.event for item in ledger.events(deal, types=[ActApproved.name], known_through=known_through)]
        approved = list(dict.fromkeys(event.approves for event in given if isinstance(event, ActApproved)))
        acts = list(ledger.events(deal, event_ids=approved, known_through=known_through)) if approved else []
        seconds = ledger.seconds(deal, acts)
        about = about_known(ledger, deal, ledger.head(deal).sequence if known_through is None else known_through)
    if document is None:
        show(written_about(batches_report(deal, found, seconds=seconds), form, about))
        return
    digest = file_digest(document)
    found = [item for item in found if digest == item.document_sha256 or document.name == item.document]
    show(written_about(batches_report(deal, found, (document.name, digest), seconds), form, about))
    if not any(item.document_sha256 == digest for item in found):
        sys.exit(REFUSED)
