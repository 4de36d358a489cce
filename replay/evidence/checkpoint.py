"""Checkpoints: a head, signed, to be kept where whoever keeps the ledger cannot reach it.

A head hash proves every event up to it. Kept elsewhere (with the auditor, in print, in another company's log), it shows
any later cut or rewriting of the log; signed with Ed25519, it also shows who vouched for it, and when they say it was.
Signing needs ``pip install 'indenture[signing]'``; verifying a ledger does not.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from ledger import Head, Ledger, LedgerError, StoreError
from ledger.files import sweep, write_whole, written_whole

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

CHECKPOINT_FORMAT = "indenture checkpoint 1"
_LONGEST = 64 * 1024
_LONGEST_NAME = 120
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_FIELDS = ("deal", "format", "hash", "public_key", "sequence", "signature", "signed_at")


class SigningFault(LedgerError):
    """A key or a signed file cannot be used, or the library that signs is not installed."""


@attrs.frozen(kw_only=True)
class Checkpoint:
    """A signed head: ``signed_at`` is the signer's own clock, UTC; key and signature are hexadecimal digits."""

    deal: str
    head: Head
    signed_at: str
    public_key: str
    signature: str

    def to_json(self) -> str:
        """Return the checkpoint as a JSON document of one line."""
        fields = {
            "format": CHECKPOINT_FORMAT,
            "deal": self.deal,
            "sequence": self.head.sequence,
            "hash": self.head.hash.hex(),
            "signed_at": self.signed_at,
            "public_key": self.public_key,
            "signature": self.signature,
        }
        return json.dumps(fields, sort_keys=True)


def _message(deal: str, head: Head, signed_at: str) -> bytes:
    return f"{CHECKPOINT_FORMAT}\n{deal}\n{head.sequence}\n{head.hash.hex()}\n{signed_at}\n".encode()


def generate_key(path: Path) -> Path:
    """Write a new private key into ``path``, readable by its owner alone, and its public key beside it (``.pub``).

    Of a private key that is there without its public key, as whoever is killed between the two leaves it, the public
    key is written. Returns the public key's path. Raises :class:`SigningFault` where there is anything else.
    """
    _needed()
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = path.with_name(f"{path.name}.pub")
    # Whoever was killed may have left either of them under a second name.
    for file in (path, public):
        sweep(file)
    is_new = not os.path.lexists(path)
    if os.path.lexists(public) or not (is_new or _holds_private_key(path)):
        raise SigningFault(f"{path if not is_new else public} exists; a key is never overwritten")
    key = Ed25519PrivateKey.generate() if is_new else _private_key(path)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    told = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    try:
        if is_new:
            with written_whole(path) as partial:
                handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "wb") as opened:
                    opened.write(secret)
        try:
            write_whole(public, told)
        except StoreError:
            if is_new:
                path.unlink(missing_ok=True)
            raise
    except StoreError as fault:
        raise SigningFault(f"the key cannot be written: {fault}") from fault
    return public


def _holds_private_key(path: Path) -> bool:
    try:
        _private_key(path)
    except SigningFault:
        return False
    return True


def sign_bytes(path: Path, message: bytes) -> tuple[str, str]:
    """Sign with the private key in a file; return public key and signature as hexadecimal digits."""
    key = _private_key(path)
    return key.public_key().public_bytes_raw().hex(), key.sign(message).hex()


def is_signed(message: bytes, public_key: str, signature: str) -> bool:
    """Say whether the holder of a public key signed the message; both in lower-case hexadecimal digits."""
    _needed()
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key, signed = bytes.fromhex(public_key), bytes.fromhex(signature)
        # One spelling each, or a signed file could be changed without a change of what it says.
        if (key.hex(), signed.hex()) != (public_key, signature):
            return False
        Ed25519PublicKey.from_public_bytes(key).verify(signed, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key_in(path: Path) -> str:
    """Return the public key in a file as hexadecimal digits; raises :class:`SigningFault`."""
    _needed()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    content = _read(path)
    try:
        key = load_pem_public_key(content)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise SigningFault(f"{path} holds no public key in PEM form") from fault
    if not isinstance(key, Ed25519PublicKey):
        raise SigningFault(f"{path} holds a key of another kind than Ed25519")
    found: Ed25519PublicKey = key
    return found.public_bytes_raw().hex()


def _private_key(path: Path) -> Ed25519PrivateKey:
    _needed()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    content = _read(path)
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise SigningFault(f"{path} holds no private key in PEM form without a password") from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningFault(f"{path} holds a key of another kind than Ed25519")
    return key


def _needed() -> None:
    try:
        import cryptography.hazmat.primitives.asymmetric.ed25519  # noqa: F401
    except ImportError as fault:
        raise SigningFault("signatures need: pip install 'indenture[signing]'") from fault


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST)
    except OSError as fault:
        raise SigningFault(f"{path} cannot be read: {fault}") from fault


def sign_head(ledger: Ledger, deal: str, key: Path, *, at: dt.datetime | None = None) -> Checkpoint:
    """Return a checkpoint of where the log of a deal ends now."""
    return sign_checkpoint(deal, ledger.head(deal), key, at=at or dt.datetime.now(dt.UTC))


def sign_checkpoint(deal: str, head: Head, key: Path, *, at: dt.datetime) -> Checkpoint:
    """Return a head signed with the private key in a file; ``at`` must carry its time zone."""
    if at.tzinfo is None:
        raise SigningFault("the time of signing must carry its time zone")
    signed_at = at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if not is_one_line(deal):
        raise SigningFault(f"{deal!a} cannot be the name of a deal")
    public_key, signature = sign_bytes(key, _message(deal, head, signed_at))
    return Checkpoint(deal=deal, head=head, signed_at=signed_at, public_key=public_key, signature=signature)


def is_one_line(text: str) -> bool:
    """Say whether a name is plain enough to be signed and shown: ASCII, printable, and not too long."""
    return text.isascii() and text.isprintable() and 0 < len(text) <= _LONGEST_NAME


def read_checkpoint(path: Path) -> Checkpoint:
    """Return the checkpoint in a file, unverified; raises :class:`SigningFault` where it holds none."""
    raw = _read(path)
    try:
        fields = json.loads(raw, object_pairs_hook=named_once)
        if not isinstance(fields, dict) or tuple(sorted(fields)) != _FIELDS or fields["format"] != CHECKPOINT_FORMAT:
            raise ValueError("its fields are not those of a checkpoint")
        texts = {name: fields[name] for name in _FIELDS if name not in ("format", "sequence")}
        sequence = fields["sequence"]
        if not all(isinstance(value, str) for value in texts.values()) or type(sequence) is not int:
            raise ValueError("a field has a value of the wrong kind")
        head = Head(sequence, bytes.fromhex(texts.pop("hash")))
        if not 0 <= sequence < 2**63 or len(head.hash) != 32:
            raise ValueError("it has no head of a log")
        if not is_one_line(texts["deal"]):
            raise ValueError(f"{texts['deal'][:40]!a} cannot be the name of a deal")
        if dt.datetime.strptime(texts["signed_at"], TIME_FORMAT).strftime(TIME_FORMAT) != texts["signed_at"]:
            raise ValueError(f"{texts['signed_at'][:40]!a} is not a time")
        return Checkpoint(head=head, **texts)
    except (ValueError, RecursionError) as fault:
        raise SigningFault(f"{path} holds no checkpoint: {fault}") from fault


def named_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return the fields of a JSON object; raises ValueError where one stands twice, and could be read two ways."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field stands in it twice")
    return fields


__all__ = [
    "Checkpoint",
    "SigningFault",
    "generate_key",
    "is_one_line",
    "is_signed",
    "named_once",
    "public_key_in",
    "read_checkpoint",
    "sign_bytes",
    "sign_checkpoint",
    "sign_head",
]
