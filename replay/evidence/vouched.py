"""A head that several vouch for: signatures of several people, and time-stamps of authorities, in one file.

The file begins as a head alone, or as the checkpoint that one person signed. Each countersignature and each time-stamp
is added to it; none changes those that are there. Whoever checks the file names whom they trust, key by key: a sound
signature by a key that was not named proves nothing, for anybody can make a key. So everything that stands in the file
must be by somebody who was named, and everybody who was named must have signed.

Signatures and time-stamps are checked against the head that the file states. Whether a log still has that head is
another question, which ``replay verify --checkpoint`` asks.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from ledger import Head, StoreError
from ledger.files import check_new, write_whole
from replay.evidence.checkpoint import (
    CHECKPOINT_FORMAT,
    TIME_FORMAT,
    Checkpoint,
    SigningFault,
    is_one_line,
    is_signed,
    named_once,
    public_key_in,
    read_checkpoint,
    sign_bytes,
)
from replay.evidence.time_stamps import (
    LARGEST_ANSWER,
    NONCE_BYTES,
    TimeStamp,
    check_time_stamp,
    read_small,
)

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

VOUCHED_FORMAT = "indenture checkpoint 2"
MOST_SIGNATURES = 32
MOST_TIME_STAMPS = 8
_LARGEST = 1 << 20
_FIELDS = {"deal", "format", "hash", "sequence", "signatures", "time_stamps"}
_SIGNATURE_FIELDS = {"public_key", "signature", "signed_at", "signer"}
_TIME_STAMP_FIELDS = {"answer", "nonce"}


@attrs.frozen(kw_only=True)
class Signature:
    """One person's signature: ``signer`` is who they say they are ("" for nothing), ``signed_at`` their own clock."""

    public_key: str
    signature: str
    signed_at: str
    signer: str = ""


@attrs.frozen(kw_only=True)
class VouchedHead:
    """A head of a deal's log, and what vouches for it, in the order in which it was added."""

    deal: str
    head: Head
    signatures: tuple[Signature, ...] = ()
    time_stamps: tuple[TimeStamp, ...] = ()

    @property
    def message(self) -> bytes:
        """The bytes that are time-stamped."""
        return f"indenture head 1\n{self.deal}\n{self.head.sequence}\n{self.head.hash.hex()}\n".encode()

    def to_json(self) -> str:
        """Return the one JSON document of one line that states it."""
        fields = {
            "format": VOUCHED_FORMAT,
            "deal": self.deal,
            "sequence": self.head.sequence,
            "hash": self.head.hash.hex(),
            "signatures": [attrs.asdict(item) for item in self.signatures],
            "time_stamps": [
                {"answer": base64.b64encode(item.answer).decode(), "nonce": item.nonce.hex()}
                for item in self.time_stamps
            ],
        }
        return json.dumps(fields, sort_keys=True)


@attrs.frozen(kw_only=True)
class TrustedSigner:
    """Somebody whose signature is asked for: the key in hexadecimal digits, and the name that goes with it, if any."""

    public_key: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name} (key {self.public_key})" if self.name else f"the key {self.public_key}"


@attrs.frozen(kw_only=True)
class Vouching:
    """What vouches for a head: ``sound`` says who and when, ``faults`` what is not as whoever checks it wants it.

    ``is_unknown`` says that a key signed which nobody named.
    """

    sound: tuple[str, ...]
    faults: tuple[str, ...]
    notes: tuple[str, ...] = ()
    is_unknown: bool = False

    def __bool__(self) -> bool:
        return bool(self.sound) and not self.faults


def trusted_signer(key: str, name: str = "") -> TrustedSigner:
    """Return whoever holds a key, given as 64 hexadecimal digits or as the path of a file in PEM."""
    return TrustedSigner(public_key=key if _is_hexadecimal(key, 32) else public_key_in(Path(key)), name=name)


def signed_bytes(vouched: VouchedHead, signed_at: str, signer: str) -> bytes:
    """Return the bytes that a signature is of; without a name they are those of a checkpoint by one person."""
    head = f"{vouched.deal}\n{vouched.head.sequence}\n{vouched.head.hash.hex()}\n{signed_at}\n"
    named = f"{VOUCHED_FORMAT}\n{head}{signer}\n" if signer else f"{CHECKPOINT_FORMAT}\n{head}"
    return named.encode()


def countersign(vouched: VouchedHead, key: Path, *, at: dt.datetime, signer: str = "") -> VouchedHead:
    """Return the head with one more signature, by the private key in a file; ``at`` must carry its time zone.

    Raises :class:`SigningFault` where the key has signed already, or a signature that is there is not sound.
    """
    if at.tzinfo is None:
        raise SigningFault("the time of signing must carry its time zone")
    if signer and not is_one_line(signer):
        raise SigningFault(f"{signer[:40]!a} cannot be the name of a signer")
    for there in vouched.signatures:
        if not _is_sound(vouched, there):
            raise SigningFault(f"the signature that claims to be by the key {there.public_key} is not sound")
    signed_at = at.astimezone(dt.UTC).strftime(TIME_FORMAT)
    public_key, signature = sign_bytes(key, signed_bytes(vouched, signed_at, signer))
    if public_key in {there.public_key for there in vouched.signatures}:
        raise SigningFault(f"the key {public_key} has signed this head already")
    if len(vouched.signatures) == MOST_SIGNATURES:
        raise SigningFault(f"a head has at most {MOST_SIGNATURES} signatures")
    made = Signature(public_key=public_key, signature=signature, signed_at=signed_at, signer=signer)
    return attrs.evolve(vouched, signatures=(*vouched.signatures, made))


def with_time_stamp(vouched: VouchedHead, stamp: TimeStamp) -> VouchedHead:
    """Return the head with one more time-stamp; raises :class:`SigningFault` where it has as many as it may."""
    if len(vouched.time_stamps) == MOST_TIME_STAMPS:
        raise SigningFault(f"a head has at most {MOST_TIME_STAMPS} time-stamps")
    return attrs.evolve(vouched, time_stamps=(*vouched.time_stamps, stamp))


def check_vouched(
    vouched: VouchedHead, trusted: Sequence[TrustedSigner], roots: Sequence[Certificate] = ()
) -> Vouching:
    """Say who vouches for a head, and what there is that those who are trusted do not vouch for.

    ``roots`` are the certificates under which time-stamps are believed; without any they are passed over with a note.
    """
    sound: list[str] = []
    faults: list[str] = []
    for item in vouched.signatures:
        fault = _fault_of(vouched, item, trusted)
        if fault:
            faults.append(fault)
        else:
            name = item.signer or next(known.name for known in trusted if known.public_key == item.public_key)
            who = f" by {name}" if name else ""
            sound.append(f"signed at {item.signed_at}{who} with the key {item.public_key}")
    signed = {item.public_key for item in vouched.signatures}
    faults.extend(f"not signed by {known}" for known in trusted if known.public_key not in signed)
    for stamp in vouched.time_stamps if roots else ():
        try:
            sound.append(str(check_time_stamp(stamp, vouched.message, roots)))
        except SigningFault as fault_of_stamp:
            faults.append(str(fault_of_stamp))
    if roots and not vouched.time_stamps:
        faults.append("not time-stamped")
    if not sound and not faults:
        faults.append("nobody vouches for it")
    unasked = 0 if roots else len(vouched.time_stamps)
    notes = (f"{unasked} time-stamp{'' if unasked == 1 else 's'} not checked: no root was given",) if unasked else ()
    unknown = signed - {known.public_key for known in trusted}
    return Vouching(sound=tuple(sound), faults=tuple(faults), notes=notes, is_unknown=bool(unknown))


def _fault_of(vouched: VouchedHead, item: Signature, trusted: Sequence[TrustedSigner]) -> str:
    """Return what is wrong with a signature; "" where it is sound, and by somebody who is trusted."""
    if not _is_sound(vouched, item):
        return f"the signature that claims to be by the key {item.public_key} is not sound"
    names = {known.name for known in trusted if known.public_key == item.public_key}
    if not names:
        claimed = f", as {item.signer}" if item.signer else ""
        return f"signed by an unknown key {item.public_key}{claimed}"
    if item.signer and names != {""} and item.signer not in names:
        return f"signed as {item.signer}, but with the key of {' and '.join(sorted(names))}"
    return ""


def _is_sound(vouched: VouchedHead, item: Signature) -> bool:
    return is_signed(signed_bytes(vouched, item.signed_at, item.signer), item.public_key, item.signature)


def read_vouched(path: Path) -> VouchedHead:
    """Return the head in a file with what vouches for it, unverified; raises :class:`SigningFault` where it holds none.

    A checkpoint that one person signed is read too, as such a head with one signature.
    """
    raw = read_small(path, _LARGEST)
    try:
        fields = json.loads(raw, object_pairs_hook=named_once)
        if isinstance(fields, dict) and fields.get("format") == CHECKPOINT_FORMAT:
            return vouched_by_one(read_checkpoint(path))
        found = _vouched(fields)
        if raw != f"{found.to_json()}\n".encode():
            raise ValueError("it is not spelt as this program spells it")
    except (ValueError, RecursionError) as fault:
        raise SigningFault(f"{path} holds no checkpoint: {fault}") from fault
    return found


def vouched_by_one(checkpoint: Checkpoint) -> VouchedHead:
    """Return what one person signed as a head that others may sign as well."""
    signature = Signature(
        public_key=checkpoint.public_key, signature=checkpoint.signature, signed_at=checkpoint.signed_at
    )
    return VouchedHead(deal=checkpoint.deal, head=checkpoint.head, signatures=(signature,))


def _vouched(fields: object) -> VouchedHead:
    if not isinstance(fields, dict) or set(fields) != _FIELDS or fields["format"] != VOUCHED_FORMAT:
        raise ValueError("its fields are not those of a checkpoint")
    deal, sequence, digest = fields["deal"], fields["sequence"], fields["hash"]
    if not isinstance(deal, str) or not is_one_line(deal):
        raise ValueError("it names no deal")
    if type(sequence) is not int or not 0 <= sequence < 2**63 or not _is_hexadecimal(digest, 32):
        raise ValueError("it has no head of a log")
    signatures = tuple(map(_signature, _items(fields["signatures"], _SIGNATURE_FIELDS, MOST_SIGNATURES)))
    if len({item.public_key for item in signatures}) != len(signatures):
        raise ValueError("one key signs it twice")
    stamps = tuple(map(_time_stamp, _items(fields["time_stamps"], _TIME_STAMP_FIELDS, MOST_TIME_STAMPS)))
    return VouchedHead(deal=deal, head=Head(sequence, bytes.fromhex(digest)), signatures=signatures, time_stamps=stamps)


def _items(given: object, names: set[str], most: int) -> Iterator[dict[str, str]]:
    if not isinstance(given, list) or len(given) > most:
        raise ValueError(f"it has no list of at most {most} of those that vouch for it")
    for item in given:
        if not isinstance(item, dict) or set(item) != names or not all(isinstance(item[name], str) for name in names):
            raise ValueError("something that vouches for it has other fields than it should")
        yield item


def _signature(fields: dict[str, str]) -> Signature:
    if not _is_hexadecimal(fields["public_key"], 32) or not _is_hexadecimal(fields["signature"], 64):
        raise ValueError("a signature or its key is not one")
    if dt.datetime.strptime(fields["signed_at"], TIME_FORMAT).strftime(TIME_FORMAT) != fields["signed_at"]:
        raise ValueError(f"{fields['signed_at'][:40]!a} is not a time")
    if fields["signer"] and not is_one_line(fields["signer"]):
        raise ValueError(f"{fields['signer'][:40]!a} cannot be the name of a signer")
    return Signature(**fields)


def _time_stamp(fields: dict[str, str]) -> TimeStamp:
    answer = base64.b64decode(fields["answer"], validate=True)
    if not 0 < len(answer) <= LARGEST_ANSWER or not _is_hexadecimal(fields["nonce"], NONCE_BYTES):
        raise ValueError("a time-stamp is not one")
    return TimeStamp(nonce=bytes.fromhex(fields["nonce"]), answer=answer)


def _is_hexadecimal(value: object, size: int) -> bool:
    try:
        return isinstance(value, str) and bytes.fromhex(value).hex() == value and len(value) == 2 * size
    except ValueError:
        return False


def check_no_head(path: Path) -> None:
    """Raise :class:`SigningFault` where there is something of the name that a new head is to have."""
    try:
        check_new(path, instead="to add to it, countersign it or have it time-stamped")
    except StoreError as fault:
        raise SigningFault(str(fault)) from fault


def write_vouched(path: Path, vouched: VouchedHead, *, new: bool = False) -> None:
    """Write the head into a file, in one step; ``new`` where there must be none. Raises :class:`SigningFault`."""
    if new:
        check_no_head(path)
    try:
        write_whole(path, f"{vouched.to_json()}\n".encode("ascii"), replace=not new)
    except StoreError as fault:
        raise SigningFault(str(fault)) from fault


__all__ = [
    "Signature",
    "TrustedSigner",
    "VouchedHead",
    "Vouching",
    "check_no_head",
    "check_vouched",
    "countersign",
    "read_vouched",
    "trusted_signer",
    "vouched_by_one",
    "with_time_stamp",
    "write_vouched",
]
