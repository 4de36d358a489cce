"""``replay verify``, ``export`` and ``import``: evidence, from a shell."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from replay.cli.about import about_verified
from replay.cli.base import EPILOG, FORMAT, give_up, main, progress_bar, reading, reporting, show, show_report, tell
from replay.cli.kept import CHAIN, FILE, FOUND, TRUST, TSA_ROOT, HeadType, KeptElsewhere, NotHeld

if TYPE_CHECKING:
    from ledger import Head
    from replay.evidence.kept import LastHash
    from replay.evidence.vouched import TrustedSigner
    from replay.evidence.witness import KeptChain

BUNDLE = "bundle:"
"""What an address of a bundle may begin with."""


@main.command(epilog=EPILOG)
@click.argument("source")
@click.argument("deal", required=False)
@click.option(
    "--head",
    type=HeadType(),
    help="A head kept elsewhere: SEQUENCE:HASH as it is printed, or the hash alone, held to the last event.",
)
@click.option("--checkpoint", type=FILE, help="A head kept elsewhere that others vouch for; needs to be told who.")
@click.option("--public-key", type=FILE, help="The public key (PEM) that must have signed.")
@TRUST
@TSA_ROOT
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=lambda: min(os.cpu_count() or 1, 8),
    show_default="one a processor, eight at most",
    help="Verify a long log of a database in so many parts at a time.",
)
@click.option("--witness", type=FILE, help="Compare every head of the deal in this file of `replay witness`.")
@CHAIN
@click.option("--all", "every", is_flag=True, help="Print up to 1,000 faults, not 50.")
@FORMAT
@reporting
def verify(
    source: str,
    deal: str | None,
    head: Head | LastHash | None,
    checkpoint: Path | None,
    public_key: Path | None,
    trust: tuple[TrustedSigner, ...],
    tsa_root: tuple[Path, ...],
    witness: Path | None,
    chain: KeptChain | None,
    processes: int,
    every: bool,
    form: str,
) -> None:
    """Verify DEAL in the ledger or archive at SOURCE, or the bundle in the file SOURCE, and name everything unsound.

    Every hash and every column of every row is derived again from the payloads, and every closed period is replayed
    as it was known at its closing and compared with the digest that the closing fixed. Events cut off at the end, or
    rewritten and hashed anew, show only against heads kept elsewhere: give --head, --checkpoint or --witness.

    \b
      replay verify trust.db impac-cmb-2002-1 --head 167:9c1e...
      replay verify trust.db impac-cmb-2002-1 --witness heads.txt --chain 31:07ab...
      replay verify evidence.zip --public-key trustee.pub
      replay verify archive:archives

    Exit status 0: sound; 1: faults, each named, in it or in what was kept elsewhere; 2: something could not be used.
    """
    from ledger import Head
    from replay.evidence.bundle import verify_bundle
    from replay.evidence.verify import verify as verify_deal
    from replay.reports.verifications import not_held_report, verification_report

    if deal is None and source.startswith("archive:"):
        with reading(source) as ledger:
            held = ledger.deals()
        if len(held) > 1:
            give_up(f"{source} holds several deals; name one of them: {', '.join(held)}", "several_deals", field="deal")
        deal = held[0]
    bundle = _bundle(source)
    if bundle is None and deal is None:
        _refuse_without_deal(Path(source))
    if bundle is None and public_key is not None and checkpoint is None:
        give_up(
            "a ledger is not signed; --public-key goes with a bundle or with --checkpoint",
            "not_signed",
            field="public_key",
        )
    try:
        kept = KeptElsewhere.read(head, checkpoint, public_key, trust, tsa_root, witness, chain)
    except NotHeld as fault:
        show_report(not_held_report(fault.lines), form)
        sys.exit(FOUND)
    with progress_bar("Verifying") as progress:
        if bundle is not None:
            signer = public_key if checkpoint is None else None
            found = verify_bundle(bundle, public_key=signer, head=kept.heads_of, progress=progress)
        else:
            with reading(source) as ledger:
                found = verify_deal(ledger, deal or "", head=kept.heads_of, progress=progress, processes=processes)
    named = found.deal or deal or ""
    if deal is not None and named != deal:
        give_up(f"{source} is a bundle of {named}, not of {deal}", "bundle_of_another_deal", field="deal")
    problem = kept.of_another(named)
    if problem:
        give_up(f"{problem}", "kept_of_another_deal", field="deal")
    about = about_verified(named, found.head.sequence, str(found.head))
    show_report(verification_report(found, every=every), form, about)
    heads = list(kept.heads_of(named)) if kept and found else []
    if heads:
        last = max(item.sequence if isinstance(item, Head) else found.head.sequence for item in heads)
        compared = "head" if len(heads) == 1 else f"{len(heads)} heads"
        tell(f"it agrees with the {compared} kept elsewhere, up to event {last}")
    if not kept and found and (bundle is None or public_key is None):
        tell("note: no head kept elsewhere was given, so events cut off at the end would not show")
    sys.exit(0 if found else FOUND)


def _bundle(source: str) -> Path | None:
    """Return the file of a bundle, if the source is one."""
    if source.startswith(BUNDLE):
        return Path(source.removeprefix(BUNDLE))
    return Path(source) if Path(source).is_file() and _may_be_bundle(Path(source)) else None


def _refuse_without_deal(path: Path) -> NoReturn:
    """Say what is missing where a source is no bundle, and no deal was named."""
    if not path.is_file():
        told = f"there is no file {path}; check the path, and to verify a ledger, name its DEAL too"
        give_up(told, "no_such_file", field="source")
    if _is_database(path):
        with reading(str(path)) as ledger:
            held = ", ".join(ledger.deals()) or "it holds none yet"
        told = f"{path} is a database, not a bundle; to verify a ledger, name its DEAL too: {held}"
        give_up(told, "deal_missing", field="deal")
    give_up(f"{path} is no bundle; name a file that `replay export` wrote, or a ledger and its DEAL", "not_a_bundle")


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


@main.command(epilog=EPILOG)
@click.argument("url")
@click.argument("deal")
@click.argument("bundle", type=FILE, required=False)
@click.option("--out", type=FILE, help="The new file, in place of BUNDLE.")
@click.option("--key", type=FILE, help="Sign with this private key, as `replay keygen` wrote it.")
@FORMAT
@reporting
def export(url: str, deal: str, bundle: Path | None, out: Path | None, key: Path | None, form: str) -> None:
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
    from replay.reports import line_report

    target = bundle or out
    if target is None or (bundle is not None and out is not None):
        raise click.UsageError("name the new file once: BUNDLE, or --out FILE")
    with reading(url) as ledger, progress_bar("Exporting") as progress:
        found = export_bundle(ledger, deal, target, key=key, progress=progress)
    tell(f"wrote {target}: {deal}, {found.sequence} events")
    tell(f"anyone can check it with Python alone: replay verifier > verify_bundle.py; python verify_bundle.py {target}")
    show_report(line_report(str(found), deal=deal, head=str(found), file=str(target)), form)


@main.command()
@reporting
def verifier() -> None:
    """Print verify_bundle.py: a second verifier of bundles, in one file that needs Python 3.11 and nothing else.

    It is written from docs/bundle-format.md, shares no code with this program, and can be read in ten minutes. It
    proves the file, its members, and the chain of its events; `replay verify` proves what follows from them as well.

    \b
      replay verifier > verify_bundle.py
      python verify_bundle.py b.zip --head SEQUENCE:HASH

    The verifier exits with 0 where all is proved, 1 where something is wrong and named, 2 where it cannot be used.
    """
    from importlib.resources import files

    show(files("replay.evidence").joinpath("verify_bundle.py").read_text(encoding="utf-8"))


@main.command(name="import", epilog=EPILOG)
@click.argument("bundle", type=FILE)
@click.argument("url")
@click.option("--public-key", type=FILE, help="The public key (PEM) that must have signed.")
@FORMAT
@reporting
def import_(bundle: Path, url: str, public_key: Path | None, form: str) -> None:
    """Bring the deal in BUNDLE into the ledger at URL, which must not hold it, with every stamp and hash as it was.

    Make an empty ledger first with `ledger init URL`. The bundle is verified before anything is written; with
    --public-key it must be signed with that key.
    """
    from ledger import Ledger
    from replay.evidence.bundle import import_bundle
    from replay.reports import line_report

    with Ledger.open(url) as ledger, progress_bar("Importing") as progress:
        found = import_bundle(bundle, ledger, public_key=public_key, progress=progress)
    tell(f"imported {bundle}: {found.sequence} events")
    show_report(line_report(str(found), head=str(found), file=str(bundle)), form)
