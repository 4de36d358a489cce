"""Time-stamps: a third party's word, by RFC 3161, that a head existed at a certain time.

A signer's time is the signer's own word. A time-stamping authority signs the SHA-256 of the head's bytes with its own
clock; what it signed can be checked years later without a network, against the root certificates that whoever checks it
trusts. Making a request needs nothing; reading and checking answers needs ``pip install 'indenture[timestamps]'``.

Whether a certificate was revoked is not looked up: that would need a network, and the lists of that day.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from replay.evidence.checkpoint import SigningFault

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

LARGEST_ANSWER = 64 * 1024
"""Bytes that an authority's answer may have; a token with its certificates takes some thousand."""

LARGEST_ROOTS = 1 << 20
"""Bytes that a file of root certificates may have; the list of a browser takes a quarter of it."""

NONCE_BYTES = 8
_SHA_256 = "2.16.840.1.101.3.4.2.1"
# A TimeStampReq of version 1: the algorithm SHA-256, then its 32 bytes, the nonce, and the wish for certificates.
_BEFORE_DIGEST = bytes.fromhex("30430201013031300d060960864801650304020105000420")
_BEFORE_NONCE = bytes.fromhex("0208")
_AFTER_NONCE = bytes.fromhex("0101ff")
_VERIFY_ERROR = re.compile(r"Verify error: ([A-Za-z0-9 ,'-]{1,80})")


@attrs.frozen(kw_only=True)
class TimeStamp:
    """An authority's answer as it came, and the number that the request had to have repeated in it."""

    nonce: bytes
    answer: bytes


@attrs.frozen(kw_only=True)
class StampedTime:
    """What a sound time-stamp says: ``at`` is the authority's clock, UTC; ``authority`` its certificate's name."""

    at: dt.datetime
    authority: str
    serial_number: int

    def __str__(self) -> str:
        return f"time-stamped at {self.at:%Y-%m-%dT%H:%M:%SZ} by {self.authority}"


def time_stamp_request(message: bytes) -> bytes:
    """Return a new request to stamp the message, with a random nonce: the content of a ``.tsq`` file."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    # A DER integer has no leading zeros, and a first bit of one would make it negative.
    return _request(message, bytes([64 | nonce[0] & 63]) + nonce[1:])


def _request(message: bytes, nonce: bytes) -> bytes:
    return _BEFORE_DIGEST + hashlib.sha256(message).digest() + _BEFORE_NONCE + nonce + _AFTER_NONCE


def time_stamp_of(message: bytes, request: bytes, answer: bytes) -> TimeStamp:
    """Return the time-stamp that an authority answered a request with; raises :class:`SigningFault` where it is none.

    The answer's digest and nonce are compared; who signed it is asked by :func:`check_time_stamp`.
    """
    nonce = request[-len(_AFTER_NONCE) - NONCE_BYTES : -len(_AFTER_NONCE)]
    if request != _request(message, nonce):
        raise SigningFault("the request is not one for this head")
    made = TimeStamp(nonce=nonce, answer=answer)
    _check_contents(_response(answer), made, message)
    return made


def check_time_stamp(stamp: TimeStamp, message: bytes, roots: Sequence[Certificate]) -> StampedTime:
    """Return what a time-stamp says of the message; raises :class:`SigningFault` where it proves nothing.

    Its digest must be the message's, its nonce the request's, and its certificate, valid at the time that it gives,
    lead to one of the roots and be one for time-stamping alone, as RFC 3161, section 2.3, wants it.
    """
    response = _response(stamp.answer)
    _check_contents(response, stamp, message)
    certificate = _signer(response)
    _check_chain(response, message, roots)
    with _read_by_the_library("the time-stamp cannot be read"):
        info, authority = response.tst_info, certificate.subject.rfc4514_string() or "?"
        return StampedTime(at=info.gen_time, authority=authority, serial_number=info.serial_number)


def trusted_roots(paths: Iterable[Path]) -> list[Certificate]:
    """Return the certificates in files of PEM; raises :class:`SigningFault` where one holds none."""
    found: list[Certificate] = []
    for path in paths:
        _needed()
        from cryptography.x509 import load_pem_x509_certificates

        with _read_by_the_library(f"{path} holds no certificate in PEM form"):
            found += load_pem_x509_certificates(read_small(path, LARGEST_ROOTS))
    return found


def read_small(path: Path, most: int) -> bytes:
    """Return the content of a file of at most so many bytes; raises :class:`SigningFault`."""
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as fault:
        raise SigningFault(f"{path} cannot be read: {fault.strerror or fault}") from fault
    if len(content) > most:
        raise SigningFault(f"{path} has more than {most:,} bytes")
    return content


def _response(answer: bytes) -> TimeStampResponse:
    _needed()
    from rfc3161_client import PKIStatus, decode_timestamp_response

    if len(answer) > LARGEST_ANSWER:
        raise SigningFault(f"the authority's answer has more than {LARGEST_ANSWER:,} bytes")
    with _read_by_the_library("the authority's answer is no answer to a request for a time-stamp"):
        found = decode_timestamp_response(answer)
        status = found.status
    if status != PKIStatus.GRANTED:
        raise SigningFault(f"the authority refused to stamp the head (status {status})")
    return found


def _check_contents(response: TimeStampResponse, stamp: TimeStamp, message: bytes) -> None:
    """Compare what was signed with what was asked for."""
    with _read_by_the_library("the time-stamp cannot be read"):
        info = response.tst_info
        imprint = info.message_imprint
        algorithm, digest, nonce = imprint.hash_algorithm.dotted_string, imprint.message, info.nonce
    if algorithm != _SHA_256 or digest != hashlib.sha256(message).digest():
        raise SigningFault("the time-stamp is of something else than this head")
    if nonce != int.from_bytes(stamp.nonce, "big"):
        raise SigningFault("the time-stamp answers another request: its nonce is not the one that was sent")


def _signer(response: TimeStampResponse) -> Certificate:
    """Return the one certificate that the token names as its signer's, if it may stamp times and nothing else.

    Certificates in a token are not signed. Of two under one name and number, the signature could be by the one and the
    permission be the other's, so there must be no two.
    """
    from cryptography.x509 import ExtendedKeyUsage, ExtensionNotFound, load_der_x509_certificate
    from cryptography.x509.oid import ExtendedKeyUsageOID

    allowed = False
    with _read_by_the_library("the certificates of the time-stamp cannot be read"), warnings.catch_warnings():
        # What a certificate of a stranger has that is out of use is not for the reader of a checkpoint to act on.
        warnings.simplefilter("ignore")
        signers = list(response.signed_data.signer_infos)
        held = [load_der_x509_certificate(item) for item in response.signed_data.certificates]
        wanted = {(item.issuer, item.serial_number) for item in signers}
        found = [item for item in held if (item.issuer, item.serial_number) in wanted]
        if len(signers) != 1 or len(found) != 1:
            raise SigningFault("the time-stamp does not hold the one certificate of the one who signed it")
        with suppress(ExtensionNotFound):
            usage = found[0].extensions.get_extension_for_class(ExtendedKeyUsage)
            allowed = usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    if not allowed:
        raise SigningFault("the certificate that signed the time-stamp is not one for time-stamping alone")
    return found[0]


def _check_chain(response: TimeStampResponse, message: bytes, roots: Sequence[Certificate]) -> None:
    from rfc3161_client import VerificationError, VerifierBuilder

    if not roots:
        raise SigningFault("no root certificate was given to trust")
    with _read_by_the_library("the signature of the time-stamp cannot be read"):
        try:
            VerifierBuilder(roots=list(roots)).build().verify_message(response, message)
        except (VerificationError, ValueError) as fault:
            reason = _VERIFY_ERROR.search(str(fault))
            said = f": {reason[1].strip()}" if reason else ""
            raise SigningFault(f"the time-stamp is not signed by an authority under the given roots{said}") from fault


@contextmanager
def _read_by_the_library(message: str) -> Iterator[None]:
    """Turn whatever the library raises at what it does not expect into a :class:`SigningFault`.

    Where its own code gives up it raises what is no Exception, so that only what ends a program is let through.
    """
    try:
        yield
    except (SigningFault, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as fault:
        raise SigningFault(message) from fault


def _needed() -> None:
    try:
        import rfc3161_client  # noqa: F401
    except ImportError as fault:
        raise SigningFault("time-stamps need: pip install 'indenture[timestamps]'") from fault


__all__ = [
    "LARGEST_ANSWER",
    "StampedTime",
    "TimeStamp",
    "check_time_stamp",
    "read_small",
    "time_stamp_of",
    "time_stamp_request",
    "trusted_roots",
]
