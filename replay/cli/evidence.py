"""``replay head``, ``verify``, ``export``, ``import`` and the commands that sign: evidence, from a shell."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from replay.cli.base import EPILOG, UNUSABLE, main, reporting, say, show, show_report

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from ledger import Head
    from replay.evidence.checkpoint import Checkpoint
    from replay.evidence.verify import Progress

FOUND = 1
"""The exit status where something is unsound, or not signed."""

LONG = 20_000
"""From this many events on, a terminal is shown a progress bar."""

FILE = click.Path(path_type=Path, dir_okay=False)


class _HeadType(click.ParamType["Head"]):
    name = "sequence:hash"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        from ledger import Head
        from replay.evidence.verify import parse_head

        try:
            return value if isinstance(value, Head) else parse_head(str(value))
        except ValueError as fault:
            self.fail(str(fault), param, ctx)


@main.command(epilog=EPILOG)
@click.argument("url")
@click.argument("deal")
@reporting
def head(url: str, deal: str) -> None:
    """Print where the log of DEAL ends: its last sequence and the hash that proves every event up to it.

    Keep the line where whoever keeps the ledger cannot change it (print it, mail it to the auditor); later,
    `replay verify URL DEAL --head SEQUENCE:HASH` shows whether the log still begins as it did.
    """
    from ledger import Ledger

    with Ledger.open(url) as ledger:
        found = ledger.head(deal)
    show(f"{found.sequence} {found.hash.hex()}")


@main.command(epilog=EPILOG)
@click.argument("source")
@click.argument("deal", required=False)
@click.option("--head", type=_HeadType(), help="A head kept elsewhere, as `replay head` or `replay verify` printed it.")
@click.option("--checkpoint", type=FILE, help="A signed head kept elsewhere; needs --public-key.")
@click.option("--public-key", type=FILE, help="The public key (PEM) that must have signed.")
@click.option("--all", "every", is_flag=True, help="Print up to 1,000 faults, not 50.")
@reporting
def verify(
    source: str, deal: str | None, head: Head | None, checkpoint: Path | None, public_key: Path | None, every: bool
) -> None:
    """Verify DEAL in the ledger or archive at SOURCE, or the bundle in the file SOURCE, and name everything unsound.

    Every hash and every column of every row is derived again from the payloads, and every closed period is replayed
    as it was known at its closing and compared with the digest that the closing fixed. Events cut off at the end, or
    rewritten and hashed anew, show only against a head kept elsewhere: give --head or --checkpoint.

    \b
      replay verify trust.db impac-cmb-2002-1 --head 167:9c1e...
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
    signed = None if checkpoint is None else _kept(checkpoint, public_key, head)
    head = head if signed is None else signed.head
    with _progress("Verifying") as progress:
        if deal is None:
            signer = public_key if signed is None else None
            found = verify_bundle(Path(source), public_key=signer, head=head, progress=progress)
        else:
            with Ledger.open(source) as ledger:
                found = verify_deal(ledger, deal, head=head, progress=progress)
    named = deal or found.deal
    if signed is not None and named and signed.deal != named:
        say(f"error: {checkpoint} is a checkpoint of {signed.deal}, not of {named}")
        sys.exit(UNUSABLE)
    show_report(verification_report(found, every=every), "text")
    if head is None and found and (deal is not None or public_key is None):
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


def _kept(path: Path, public_key: Path | None, head: Head | None) -> Checkpoint:
    """Return a checkpoint after checking its signature."""
    from replay.evidence.checkpoint import SigningFault, check_checkpoint, read_checkpoint

    if head is not None or public_key is None:
        raise SigningFault("--checkpoint takes the place of --head, and needs the --public-key that signed it")
    found = read_checkpoint(path)
    if not check_checkpoint(found, public_key):
        raise SigningFault(f"{path} is not signed with the key in {public_key}")
    return found


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


@main.command()
@click.argument("file", type=FILE)
@reporting
def keygen(file: Path) -> None:
    """Make an Ed25519 key: the private key in FILE, readable by you alone, and the public key in FILE.pub.

    Give the public key to whoever checks what you sign. Keep the private key away from the ledger.
    """
    from replay.evidence.checkpoint import generate_key

    show(f"wrote {file} (keep it secret) and {generate_key(file)} (give it away)")


@main.command(epilog=EPILOG)
@click.argument("url")
@click.argument("deal")
@click.option("--key", type=FILE, required=True, help="The private key, as `replay keygen` wrote it.")
@reporting
def sign(url: str, deal: str, key: Path) -> None:
    """Print a checkpoint: the head of DEAL and the time, signed with --key. Keep it away from the ledger.

    \b
      replay sign trust.db impac-cmb-2002-1 --key trustee > 2002-09.checkpoint
      replay check-signature 2002-09.checkpoint --public-key trustee.pub
      replay verify trust.db impac-cmb-2002-1 --checkpoint 2002-09.checkpoint --public-key trustee.pub
    """
    from ledger import Ledger
    from replay.evidence.checkpoint import sign_head

    with Ledger.open(url) as ledger:
        show(sign_head(ledger, deal, key).to_json())


@main.command(name="check-signature")
@click.argument("file", type=FILE)
@click.option("--public-key", type=FILE, required=True, help="The public key (PEM) of the signer.")
@reporting
def check_signature(file: Path, public_key: Path) -> None:
    """Check that the checkpoint in FILE was signed with the key in --public-key, and print what it vouches for.

    Exit status 0: signed with it; 1: not; 2: a file could not be used. The time is the signer's own word.
    """
    from replay.evidence.checkpoint import check_checkpoint, read_checkpoint

    found = read_checkpoint(file)
    if not check_checkpoint(found, public_key):
        show(f"NOT signed with the key in {public_key}")
        sys.exit(FOUND)
    show(f"signed at {found.signed_at} with the key {found.public_key}")
    show(f"{found.deal} {found.head.sequence}:{found.head.hash.hex()}")
