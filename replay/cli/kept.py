"""Heads kept elsewhere, as the commands are given them: a line, a file that others vouch for, a witness file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from replay.cli.base import tell

if TYPE_CHECKING:
    from ledger import Head
    from replay.evidence.kept import LastHash
    from replay.evidence.vouched import TrustedSigner, VouchedHead
    from replay.evidence.witness import KeptChain, Witness

FOUND = 1
"""The exit status where something is unsound, or not signed."""

FILE = click.Path(path_type=Path, dir_okay=False)


class HeadType(click.ParamType["Head | LastHash"]):
    """A head in any of its spellings: ``SEQUENCE:HASH``, as it is printed, ``SEQUENCE HASH``, or the hash alone."""

    name = "sequence:hash"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Head | LastHash:
        """Return the head; fails where it is none."""
        from ledger import Head
        from replay.evidence.kept import LastHash
        from replay.evidence.verify import parse_head

        try:
            return value if isinstance(value, Head | LastHash) else parse_head(str(value))
        except ValueError as fault:
            self.fail(str(fault), param, ctx)


class ChainType(click.ParamType["KeptChain"]):
    """The number of heads in a witness file, and the chain of the last, as ``replay witness`` prints them."""

    name = "lines:chain"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> KeptChain:
        """Return the chain; fails where it is none."""
        from replay.evidence.witness import KeptChain, parse_chain

        try:
            return value if isinstance(value, KeptChain) else parse_chain(str(value))
        except ValueError as fault:
            self.fail(str(fault), param, ctx)


class SignerType(click.ParamType["TrustedSigner"]):
    """Somebody who is trusted: a name, and the key that goes with it."""

    name = "name=key"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> TrustedSigner:
        """Return whom the option names; fails where the key is neither 64 hexadecimal digits nor in a file."""
        from replay.evidence.checkpoint import SigningFault, is_one_line
        from replay.evidence.vouched import trusted_signer

        name, mark, key = str(value).partition("=")
        if not mark or not is_one_line(name):
            self.fail(f"{value!r} is not NAME=KEY, the key as 64 hexadecimal digits or a file in PEM", param, ctx)
        try:
            return trusted_signer(key, name)
        except SigningFault as fault:
            self.fail(str(fault), param, ctx)


TRUST = click.option(
    "--trust",
    type=SignerType(),
    multiple=True,
    help="Somebody who must have signed: a name and a key, as 64 hexadecimal digits or a file (PEM). May be repeated.",
)
CHAIN = click.option(
    "--chain",
    type=ChainType(),
    help="What `replay witness` printed of the file, kept elsewhere: shows lines cut off, or another file.",
)
TSA_ROOT = click.option(
    "--tsa-root",
    type=FILE,
    multiple=True,
    help="Root certificates (PEM) under which time-stamps are believed. May be repeated.",
)


TRUST_HINT = (
    "whose a key is, nobody but you can say: if it is somebody's whom you trust, name them: --trust NAME=KEY, the key "
    "as 64 hexadecimal digits or a file (PEM)"
)
"""What is said of a key that is unknown."""


class NotHeld(Exception):
    """Evidence that was kept elsewhere does not hold by itself; ``lines`` tell a reader what, and why."""

    def __init__(self, what: str, faults: Iterable[str]) -> None:
        self.lines = (f"NOT SOUND: {what}", *(f"  {fault}" for fault in faults))
        super().__init__("\n".join(self.lines))


class KeptElsewhere(NamedTuple):
    """The heads that a verification is to compare, from wherever they were kept."""

    head: Head | LastHash | None
    checkpoint: VouchedHead | None
    witness: Witness | None

    @classmethod
    def read(
        cls,
        head: Head | LastHash | None,
        checkpoint: Path | None,
        public_key: Path | None,
        trust: tuple[TrustedSigner, ...],
        tsa_root: tuple[Path, ...],
        witness: Path | None,
        chain: KeptChain | None = None,
    ) -> KeptElsewhere:
        """Return what the options of ``replay verify`` name; a checkpoint only if it is vouched for as asked.

        Raises :class:`NotHeld` where a checkpoint or a witness file is not what it must be.
        """
        from replay.evidence.checkpoint import SigningFault
        from replay.evidence.witness import read_witness

        vouched = None
        if chain is not None and witness is None:
            raise SigningFault("--chain is of a witness file; name the file with --witness")
        if checkpoint is None and (trust or tsa_root):
            raise SigningFault("--trust and --tsa-root say who must vouch for a --checkpoint")
        if checkpoint is not None:
            if head is not None:
                raise SigningFault("--checkpoint takes the place of --head; give one of them")
            if not (public_key or trust or tsa_root):
                raise SigningFault(
                    "--checkpoint needs those whom you trust: --trust NAME=KEY, --public-key FILE or --tsa-root FILE"
                )
            vouched = _vouched_for(checkpoint, () if public_key is None else (public_key,), trust, tsa_root)
        held = None if witness is None else read_witness(witness)
        if held is not None and held.incomplete:
            tell(f"note: {witness} ends in a line that was never finished; it is passed over")
        if held is not None and chain is not None and (other := held.against(chain)):
            raise NotHeld(f"{witness} does not hold", [other])
        return cls(head=head, checkpoint=vouched, witness=held)

    def __bool__(self) -> bool:
        return any(item is not None for item in (self.head, self.checkpoint, self.witness))

    def heads_of(self, deal: str) -> list[Head | LastHash]:
        """Return every head of a deal that was kept."""
        given = [] if self.head is None else [self.head]
        vouched = [] if self.checkpoint is None or self.checkpoint.deal != deal else [self.checkpoint.head]
        return [*given, *vouched, *(self.witness.heads_of(deal) if self.witness else ())]

    def of_another(self, deal: str) -> str:
        """Say what was kept of another deal than this one, and so was not compared; "" for nothing."""
        if deal and self.checkpoint is not None and self.checkpoint.deal != deal:
            return f"the checkpoint is a checkpoint of {self.checkpoint.deal}, not of {deal}"
        if deal and self.witness is not None and not self.witness.heads_of(deal):
            return f"the witness file holds no head of {deal}"
        return ""


def _vouched_for(
    path: Path, public_keys: tuple[Path, ...], trust: tuple[TrustedSigner, ...], tsa_root: tuple[Path, ...]
) -> VouchedHead:
    """Return the head in a file if those who must vouch for it do; raises :class:`NotHeld`."""
    from replay.evidence.time_stamps import trusted_roots
    from replay.evidence.vouched import check_vouched, read_vouched, trusted_signer

    found = read_vouched(path)
    named = (*trust, *(trusted_signer(str(key)) for key in public_keys))
    vouching = check_vouched(found, named, trusted_roots(tsa_root))
    for note in vouching.notes:
        tell(f"note: {note}")
    if not vouching:
        told = (*vouching.faults, *([TRUST_HINT] if vouching.is_unknown else []))
        raise NotHeld(f"the checkpoint {path} does not hold", told)
    return found
