"""``replay head``, ``verify``, ``export``, ``import`` and the commands that sign: evidence, from a shell."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from replay.cli.base import EPILOG, UNUSABLE, main, progress_bar, reading, reporting, say, show, show_report

if TYPE_CHECKING:
    from ledger import Head
    from replay.evidence.checkpoint import Checkpoint

FOUND = 1
"""The exit status where something is unsound, or not signed."""

BUNDLE = "bundle:"
"""What an address of a bundle may begin with."""

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
    with reading(url) as ledger:
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
    bundle = _bundle(source)
    if bundle is None and deal is None:
        _refuse_without_deal(Path(source))
    if bundle is None and public_key is not None and checkpoint is None:
        say("error: a ledger is not signed; --public-key goes with a bundle or with --checkpoint")
        sys.exit(UNUSABLE)
    signed = None if checkpoint is None else _kept(checkpoint, public_key, head)
    head = head if signed is None else signed.head
    with progress_bar("Verifying") as progress:
        if bundle is not None:
            signer = public_key if signed is None else None
            found = verify_bundle(bundle, public_key=signer, head=head, progress=progress)
        else:
            with Ledger.open(source) as ledger:
                found = verify_deal(ledger, deal or "", head=head, progress=progress)
    named = found.deal or deal
    if deal is not None and named != deal:
        say(f"error: {source} is a bundle of {named}, not of {deal}")
        sys.exit(UNUSABLE)
    if signed is not None and named and signed.deal != named:
        say(f"error: {checkpoint} is a checkpoint of {signed.deal}, not of {named}")
        sys.exit(UNUSABLE)
    show_report(verification_report(found, every=every), "text")
    if head is None and found and (bundle is None or public_key is None):
        say("note: no head kept elsewhere was given, so events cut off at the end would not show")
    sys.exit(0 if found else FOUND)


def _bundle(source: str) -> Path | None:
    """Return the file of a bundle, if the source is one."""
    if source.startswith(BUNDLE):
        return Path(source.removeprefix(BUNDLE))
    return Path(source) if Path(source).is_file() and _may_be_bundle(Path(source)) else None


def _refuse_without_deal(path: Path) -> NoReturn:
    """Say what is missing where a source is no bundle, and no deal was named."""
    if not path.is_file():
        say(f"error: there is no bundle at {path}; to verify a ledger, name its DEAL too")
    elif _is_database(path):
        say(f"error: {path} is a database, not a bundle; to verify a ledger, name its DEAL too")
    else:
        say(f"error: {path} is no bundle; name a file that `replay export` wrote, or a ledger and its DEAL")
    sys.exit(UNUSABLE)


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


@main.command(epilog=EPILOG)
@click.argument("url")
@click.argument("deal")
@click.argument("bundle", type=FILE, required=False)
@click.option("--out", type=FILE, help="The new file, in place of BUNDLE.")
@click.option("--key", type=FILE, help="Sign with this private key, as `replay keygen` wrote it.")
@reporting
def export(url: str, deal: str, bundle: Path | None, out: Path | None, key: Path | None) -> None:
    """Write everything that proves the statements of DEAL into the new file BUNDLE (a .zip).

    It holds every event, the terms, and the statement of every closed period, and is read wherever a ledger is. `replay
    verify BUNDLE` checks all of it without any database; `replay verifier` prints a small second verifier that needs
    nothing but Python; `replay import` makes a ledger of it again. The same log always gives the same bytes. With --key
    the bundle is signed.

    \b
      replay export trust.db impac-cmb-2002-1 --out b.zip
      replay verify b.zip
      replay verifier > verify_bundle.py
      python verify_bundle.py b.zip --head HASH
    """
    from replay.evidence.bundle import export_bundle

    target = bundle or out
    if target is None or (bundle is not None and out is not None):
        raise click.UsageError("name the new file once: BUNDLE, or --out FILE")
    with reading(url) as ledger, progress_bar("Exporting") as progress:
        found = export_bundle(ledger, deal, target, key=key, progress=progress)
    say(f"wrote {target}: {deal}, {found.sequence} events")
    say(f"anyone can check it with Python alone: replay verifier > verify_bundle.py; python verify_bundle.py {target}")
    show(f"{found.sequence} {found.hash.hex()}")


@main.command()
@reporting
def verifier() -> None:
    """Print verify_bundle.py: a second verifier of bundles, in one file that needs Python 3.11 and nothing else.

    It is written from docs/bundle-format.md, shares no code with this program, and can be read in ten minutes. It
    proves the file, its members, and the chain of its events; `replay verify` proves what follows from them as well.

    \b
      replay verifier > verify_bundle.py
      python verify_bundle.py b.zip --head SEQUENCE:HASH

    Exit status of the verifier: 0: proved; 1: something is wrong, and named; 2: the file could not be used.
    """
    from importlib.resources import files

    show(files("replay.evidence").joinpath("verify_bundle.py").read_text(encoding="utf-8"))


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

    with Ledger.open(url) as ledger, progress_bar("Importing") as progress:
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
    from replay.evidence.checkpoint import sign_head

    with reading(url) as ledger:
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
