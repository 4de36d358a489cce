"""``replay head``, ``sign``, ``countersign``, ``time-stamp``, ``witness``: heads that others hold, from a shell."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from replay.cli.base import EPILOG, FORMAT, main, reading, reporting, show, show_report, tell
from replay.cli.kept import CHAIN, FILE, FOUND, TRUST, TRUST_HINT, TSA_ROOT

if TYPE_CHECKING:
    from replay.evidence.time_stamps import TimeStamp
    from replay.evidence.vouched import TrustedSigner, VouchedHead
    from replay.evidence.witness import KeptChain

MOST_SHOWN = 50
"""Heads that a ledger contradicts, of which a reader is told."""


@main.command(epilog=EPILOG)
@click.argument("url")
@click.argument("deal")
@click.option("--file", type=FILE, help="Write the head into this new file, to be signed and time-stamped.")
@click.option("--tsa", metavar="URL", help="Have it time-stamped by this authority (RFC 3161); needs --file.")
@TSA_ROOT
@FORMAT
@reporting
def head(url: str, deal: str, file: Path | None, tsa: str | None, tsa_root: tuple[Path, ...], form: str) -> None:
    """Print where the log of DEAL ends: its last sequence and the hash that proves every event up to it.

    Keep the line where whoever keeps the ledger cannot change it (print it, mail it to the auditor); later,
    `replay verify URL DEAL --head SEQUENCE:HASH` shows whether the log still begins as it did.

    With --file it is written into a file as well, for `replay countersign` and `replay time-stamp`.
    """
    from replay.evidence.vouched import VouchedHead, check_no_head, write_vouched
    from replay.reports import line_report

    if tsa is not None and file is None:
        raise click.UsageError("--tsa needs --file, to keep the time-stamp in")
    with reading(url) as ledger:
        found = ledger.head(deal)
    if file is not None:
        check_no_head(file)
        made = VouchedHead(deal=deal, head=found)
        # Once, with its time-stamp: a head that waits for one would stand in the way of the same command.
        write_vouched(file, made if tsa is None else _stamped(made, tsa, tsa_root), new=True)
    show_report(line_report(str(found), deal=deal, head=str(found)), form)


@main.command()
@click.argument("file", type=FILE)
@FORMAT
@reporting
def keygen(file: Path, form: str) -> None:
    """Make an Ed25519 key: the private key in FILE, readable by you alone, and the public key in FILE.pub.

    Give the public key to whoever checks what you sign. Keep the private key away from the ledger. A key is never
    overwritten; of a private key that is there without its public key, the public key is written.
    """
    from replay.evidence.checkpoint import generate_key
    from replay.reports import line_report

    is_new = not file.exists()
    public = generate_key(file)
    line = f"wrote {file} (keep it secret) and {public} (give it away)"
    if not is_new:
        line = f"{file} was there (keep it secret); wrote its public key {public} (give it away)"
    show_report(line_report(line, private_key=str(file), public_key=str(public)), form)


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


@main.command(epilog=EPILOG)
@click.argument("file", type=FILE)
@click.option("--key", type=FILE, required=True, help="Your private key, as `replay keygen` wrote it.")
@click.option("--as", "signer", default="", metavar="NAME", help="Who you are; it is signed with the head.")
@click.option("--ledger", "url", help="Sign only if the log in this ledger has that head.")
@FORMAT
@reporting
def countersign(file: Path, key: Path, signer: str, url: str | None, form: str) -> None:
    """Add your signature to the head in FILE, beside those that are there.

    FILE is what `replay head --file` or `replay sign` wrote. Name the ledger that you keep or see with --ledger: then
    you sign what it holds, and not what somebody sent you.

    \b
      replay head trust.db impac-cmb-2002-1 --file 2002-09.head
      replay countersign 2002-09.head --key trustee --as trustee --ledger trust.db
      replay countersign 2002-09.head --key auditor --as auditor --ledger trust.db
      replay check-signature 2002-09.head --trust trustee=trustee.pub --trust auditor=auditor.pub

    Exit status 0: signed; 1: the ledger does not have that head, and nothing was signed; 2: something cannot be used.
    """
    import datetime as dt

    from replay.evidence.kept import contradicted
    from replay.evidence.vouched import countersign as with_signature
    from replay.evidence.vouched import read_vouched, write_vouched
    from replay.reports.heads import contradiction_report, vouched_report

    found = read_vouched(file)
    if url is not None:
        with reading(url) as ledger:
            faults = list(contradicted(ledger, found.deal, [found.head]))
        if faults:
            show_report(contradiction_report("NOT SIGNED", [f"  {fault}" for fault in faults]), form)
            sys.exit(FOUND)
    write_vouched(file, with_signature(found, key, at=dt.datetime.now(dt.UTC), signer=signer))
    show_report(vouched_report(found.deal, str(found.head)), form)


@main.command(name="time-stamp", epilog=EPILOG)
@click.argument("file", type=FILE)
@click.option("--tsa", metavar="URL", help="Ask this authority (RFC 3161), over http or https.")
@click.option("--request", type=FILE, help="Without a network: write the request into this new file (.tsq) ...")
@click.option("--answer", type=FILE, help="... and take the authority's answer back from this one (.tsr).")
@click.option(
    "--unpack", type=FILE, help="Write the stamped bytes into this new file, and the answers beside it (.tsr)."
)
@TSA_ROOT
@FORMAT
@reporting
def time_stamp(
    file: Path,
    tsa: str | None,
    request: Path | None,
    answer: Path | None,
    unpack: Path | None,
    tsa_root: tuple[Path, ...],
    form: str,
) -> None:
    """Have the head in FILE time-stamped by an authority, and keep its answer in FILE.

    FILE is what `replay head --file` or `replay sign` wrote. On a machine without a network the request is carried to
    one that has it, and the answer back:

    \b
      replay time-stamp 2002-09.head --request 2002-09.tsq
      curl -H 'Content-Type: application/timestamp-query' --data-binary @2002-09.tsq https://tsa.example/ > 2002-09.tsr
      replay time-stamp 2002-09.head --request 2002-09.tsq --answer 2002-09.tsr --tsa-root tsa-root.pem
      replay check-signature 2002-09.head --tsa-root tsa-root.pem

    With --tsa-root an answer is only kept if it is sound. What --unpack writes is for other tools:
    `openssl ts -verify -data BYTES -in BYTES.1.tsr -CAfile tsa-root.pem`.
    """
    from ledger.files import write_once
    from replay.evidence.time_stamps import LARGEST_ANSWER, read_small, time_stamp_of, time_stamp_request
    from replay.evidence.vouched import read_vouched, with_time_stamp, write_vouched
    from replay.reports.heads import vouched_report

    if sum(item is not None for item in (tsa, request, unpack)) != 1 or (answer is not None and request is None):
        raise click.UsageError("give --tsa, or --request and then --request with --answer, or --unpack")
    found = read_vouched(file)
    if tsa is not None:
        write_vouched(file, _stamped(found, tsa, tsa_root))
    elif request is not None and answer is not None:
        content = read_small(answer, LARGEST_ANSWER)
        stamp = time_stamp_of(found.message, read_small(request, LARGEST_ANSWER), content)
        _check_stamp(found, stamp, tsa_root)
        write_vouched(file, with_time_stamp(found, stamp))
    elif request is not None:
        write_once(request, time_stamp_request(found.message))
        tell(f"wrote {request}; send it to an authority, and take its answer back with --answer")
        return
    elif unpack is not None:
        write_once(unpack, found.message)
        for number, item in enumerate(found.time_stamps, 1):
            write_once(unpack.with_name(f"{unpack.name}.{number}.tsr"), item.answer)
    show_report(vouched_report(found.deal, str(found.head)), form)


def _stamped(vouched: VouchedHead, url: str, roots: tuple[Path, ...]) -> VouchedHead:
    """Return the head with the time-stamp of the authority at an address."""
    from replay.evidence.time_authority import ask_authority
    from replay.evidence.time_stamps import time_stamp_of, time_stamp_request
    from replay.evidence.vouched import with_time_stamp

    request = time_stamp_request(vouched.message)
    stamp = time_stamp_of(vouched.message, request, ask_authority(url, request))
    _check_stamp(vouched, stamp, roots)
    return with_time_stamp(vouched, stamp)


def _check_stamp(vouched: VouchedHead, stamp: TimeStamp, roots: tuple[Path, ...]) -> None:
    from replay.evidence.time_stamps import check_time_stamp, trusted_roots

    if roots:
        tell(str(check_time_stamp(stamp, vouched.message, trusted_roots(roots))))
    else:
        tell("note: no root certificate was given (--tsa-root), so who signed the time-stamp was not checked")


@main.command(name="check-signature")
@click.argument("file", type=FILE)
@click.option("--public-key", type=FILE, multiple=True, help="The public key (PEM) of a signer. May be repeated.")
@TRUST
@TSA_ROOT
@FORMAT
@reporting
def check_signature(
    file: Path, public_key: tuple[Path, ...], trust: tuple[TrustedSigner, ...], tsa_root: tuple[Path, ...], form: str
) -> None:
    """Check that those who are named, and nobody else, vouch for the head in FILE, and print what they vouch for.

    Everybody named with --public-key or --trust must have signed, and every signature must be by somebody named: a
    sound signature by an unknown key proves nothing. With --tsa-root its time-stamps must be sound too.

    Exit status 0: vouched for; 1: not; 2: a file could not be used. The time of a signature is the signer's own word,
    that of a time-stamp the authority's.
    """
    from replay.evidence.time_stamps import trusted_roots
    from replay.evidence.vouched import check_vouched, read_vouched, trusted_signer
    from replay.reports.heads import vouching_report

    if not (public_key or trust or tsa_root):
        raise click.UsageError("say whom you trust: --public-key, --trust or --tsa-root")
    found = read_vouched(file)
    named = (*trust, *(trusted_signer(str(key)) for key in public_key))
    vouching = check_vouched(found, named, trusted_roots(tsa_root))
    told = [*vouching.sound, *(f"NOT sound: {fault}" for fault in vouching.faults)]
    of = f"{found.deal} {found.head}" if vouching else ""
    show_report(vouching_report(found.deal, str(found.head), told, of, sound=bool(vouching)), form)
    for note in vouching.notes:
        tell(f"note: {note}")
    if vouching.is_unknown:
        tell(f"note: {TRUST_HINT}")
    if not vouching:
        sys.exit(FOUND)


@main.command(name="witness", epilog=EPILOG)
@click.argument("url")
@click.argument("deals", nargs=-1, metavar="[DEAL]...")
@click.option("--file", type=FILE, required=True, help="The file to append to; it is made where there is none.")
@CHAIN
@FORMAT
@reporting
def witness_command(url: str, deals: tuple[str, ...], file: Path, chain: KeptChain | None, form: str) -> None:
    """Append where the log of every DEAL ends now (of all, if none is named) to a witness file.

    Keep the file where whoever can write the ledger cannot reach it. Every head that is in it is compared first; where
    the ledger lacks one, or has another hash there, its log was cut or rewritten, and nothing is appended. What is
    printed, the number of heads and the chain of the last line, proves the whole file: keep it elsewhere again, and
    give it back as --chain, here or to `replay verify`; then lines cut off at the end of the file show too.

    \b
      replay witness postgresql+psycopg://auditor@db.example/trusts --file /mnt/auditor/heads.txt
      replay verify trust.db impac-cmb-2002-1 --witness /mnt/auditor/heads.txt --chain 31:07ab...

    Exit status 0: appended; 1: the ledger contradicts the file, or the file the chain; 2: one could not be used.
    """
    from replay.evidence.witness import KeptChain, witness
    from replay.reports.heads import contradiction_report, witness_report

    if chain is not None and not file.exists():
        raise click.UsageError(f"there is no file {file} that could have the --chain; check the path")
    with reading(url) as ledger:
        found = witness(ledger, file, deals, chain=chain)
    if found.faults:
        shown = [f"  {deal}, {fault}" if deal else f"  {fault}" for deal, fault in found.faults[:MOST_SHOWN]]
        if len(found.faults) > MOST_SHOWN:
            shown.append(f"  ... and {len(found.faults) - MOST_SHOWN} more")
        what = f"The ledger contradicts {file}" if found.faults[0][0] else f"{file} is not what it was"
        show_report(contradiction_report(f"NOT APPENDED. {what}:", shown), form)
        sys.exit(FOUND)
    for deal, head_now in found.heads:
        tell(f"{deal} {head_now}")
    tell(f"keep the line LINES:CHAIN away from {file}; given back as --chain, it shows lines cut off at its end")
    if found.lines:
        kept = KeptChain(found.lines, found.chain)
        show_report(witness_report(str(kept), [(deal, str(head_now)) for deal, head_now in found.heads]), form)
