"""``replay verify``, ``export`` and ``import``: evidence, from a shell."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from replay.cli.base import EPILOG, UNUSABLE, main, reporting, say, show, show_report
from replay.cli.kept import FILE, FOUND, TRUST, TSA_ROOT, HeadType, KeptElsewhere

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from ledger import Head
    from replay.evidence.verify import Progress
    from replay.evidence.vouched import TrustedSigner

LONG = 20_000
"""From this many events on, a terminal is shown a progress bar."""


@main.command(epilog=EPILOG)
@click.argument("source")
@click.argument("deal", required=False)
@click.option("--head", type=HeadType(), help="A head kept elsewhere, as `replay head` or `replay verify` printed it.")
@click.option("--checkpoint", type=FILE, help="A head kept elsewhere that others vouch for; needs to be told who.")
@click.option("--public-key", type=FILE, help="The public key (PEM) that must have signed.")
@TRUST
@TSA_ROOT
@click.option("--witness", type=FILE, help="Compare every head of the deal in this file of `replay witness`.")
@click.option("--all", "every", is_flag=True, help="Print up to 1,000 faults, not 50.")
@reporting
def verify(
    source: str,
    deal: str | None,
    head: Head | None,
    checkpoint: Path | None,
    public_key: Path | None,
    trust: tuple[TrustedSigner, ...],
    tsa_root: tuple[Path, ...],
    witness: Path | None,
    every: bool,
) -> None:
    """Verify DEAL in the ledger or archive at SOURCE, or the bundle in the file SOURCE, and name everything unsound.

    Every hash and every column of every row is derived again from the payloads, and every closed period is replayed
    as it was known at its closing and compared with the digest that the closing fixed. Events cut off at the end, or
    rewritten and hashed anew, show only against heads kept elsewhere: give --head, --checkpoint or --witness.

    \b
      replay verify trust.db impac-cmb-2002-1 --head 167:9c1e...
      replay verify trust.db impac-cmb-2002-1 --witness heads.txt
      replay verify evidence.zip --public-key trustee.pub
      replay verify archive:archives

    Exit status 0: sound; 1: faults, each named; 2: the ledger or file could not be used.
    """
    from ledger import Ledger
    from replay.evidence.bundle import verify_bundle
    from replay.evidence.verify import verify as verify_deal
    from replay.reports.verifications import verification_report

    if deal is None and source.startswith("archive:"):
        with Ledger.open(source) as ledger:
            held = ledger.deals()
        if len(held) > 1:
            say(f"error: {source} holds several deals; name one of them: {', '.join(held)}")
            sys.exit(UNUSABLE)
        deal = held[0]
    if deal is None and not Path(source).is_file():
        say(f"error: there is no bundle at {source}; to verify a ledger, name its DEAL too")
        sys.exit(UNUSABLE)
    if deal is None and _is_database(Path(source)):
        say(f"error: {source} is a database, not a bundle; to verify a ledger, name its DEAL too")
        sys.exit(UNUSABLE)
    if deal is None and not _may_be_bundle(Path(source)):
        say(f"error: {source} is no bundle; name a file that `replay export` wrote, or a ledger and its DEAL")
        sys.exit(UNUSABLE)
    if deal is not None and Path(source).is_file() and _may_be_bundle(Path(source)):
        say(f"error: {source} is a bundle, which holds one deal; leave {deal} out: replay verify {source}")
        sys.exit(UNUSABLE)
    if deal is not None and public_key is not None and checkpoint is None:
        say("error: a ledger is not signed; --public-key goes with a bundle or with --checkpoint")
        sys.exit(UNUSABLE)
    kept = KeptElsewhere.read(head, checkpoint, public_key, trust, tsa_root, witness)
    with _progress("Verifying") as progress:
        if deal is None:
            signer = public_key if checkpoint is None else None
            found = verify_bundle(Path(source), public_key=signer, head=kept.heads_of, progress=progress)
        else:
            with Ledger.open(source) as ledger:
                found = verify_deal(ledger, deal, head=kept.heads_of, progress=progress)
    problem = kept.of_another(deal or found.deal)
    if problem:
        say(f"error: {problem}")
        sys.exit(UNUSABLE)
    show_report(verification_report(found, every=every), "text")
    if not kept and found and (deal is not None or public_key is None):
        say("note: no head kept elsewhere was given, so events cut off at the end would not show")
    sys.exit(0 if found else FOUND)


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(16) == b"SQLite format 3\x00"
    except OSError:
        return False


def _may_be_bundle(path: Path) -> bool:
    """Say whether a file begins as a zip does; a bundle cut short still does, and is then found unsound."""
    try:
        with path.open("rb") as file:
            return file.read(2) == b"PK"
    except OSError:
        return False


@contextmanager
def _progress(label: str) -> Iterator[Progress | None]:
    """Show a bar on standard error once a run turns out to be long; nothing where that is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with ExitStack() as shown:
        bars: list[ProgressBar[int]] = []

        def told(done: int, whole: int) -> None:
            if whole >= LONG and not bars:
                bars.append(shown.enter_context(click.progressbar(length=whole, label=label, file=sys.stderr)))
            for bar in bars:
                bar.update(done - bar.pos)

        yield told


@main.command(epilog=EPILOG)
@click.argument("url")
@click.argument("deal")
@click.argument("bundle", type=FILE)
@click.option("--key", type=FILE, help="Sign with this private key, as `replay keygen` wrote it.")
@reporting
def export(url: str, deal: str, bundle: Path, key: Path | None) -> None:
    """Write everything that proves the statements of DEAL into the new file BUNDLE (a .zip).

    It holds every event with its hash, the terms, and the statement of every closed period; `replay verify BUNDLE`
    checks it without any database, and `replay import` makes a ledger of it again. The same log always gives the same
    bytes. With --key the bundle is signed.
    """
    from ledger import Ledger
    from replay.evidence.bundle import export_bundle

    with Ledger.open(url) as ledger:
        found = export_bundle(ledger, deal, bundle, key=key)
    say(f"wrote {bundle}: {deal}, {found.sequence} events")
    show(f"{found.sequence} {found.hash.hex()}")


@main.command(name="import", epilog=EPILOG)
@click.argument("bundle", type=FILE)
@click.argument("url")
@click.option("--public-key", type=FILE, help="The public key (PEM) that must have signed.")
@reporting
def import_(bundle: Path, url: str, public_key: Path | None) -> None:
    """Bring the deal in BUNDLE into the ledger at URL, which must not hold it, with every stamp and hash as it was.

    Make an empty ledger first with `ledger init URL`. The bundle is verified before anything is written; with
    --public-key it must be signed with that key.
    """
    from ledger import Ledger
    from replay.evidence.bundle import import_bundle

    with Ledger.open(url) as ledger, _progress("Importing") as progress:
        found = import_bundle(bundle, ledger, public_key=public_key, progress=progress)
    say(f"imported {bundle}: {found.sequence} events")
    show(f"{found.sequence} {found.hash.hex()}")
