"""A small time-stamping authority for tests, RFC 3161: real certificates and tokens, any part of them wrong on demand.

It writes the DER of RFC 5652 and RFC 3161 itself, since no library of the tests issues tokens.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

GIVEN_AT = dt.datetime(2002, 9, 26, 12, 30, tzinfo=dt.UTC)
_SHA_256 = "2.16.840.1.101.3.4.2.1"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"


def tlv(tag: int, *parts: bytes) -> bytes:
    """Return one value of DER: a tag, a length, and the parts one after the other."""
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([128 + (size.bit_length() + 7) // 8, *_bytes(size)])
    return bytes([tag]) + length + content


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def sequence(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def set_of(*parts: bytes) -> bytes:
    return tlv(0x31, *sorted(parts))


def integer(value: int) -> bytes:
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(value: bytes) -> bytes:
    return tlv(0x04, value)


def oid(dotted: str) -> bytes:
    """Return an object identifier."""
    first, second, *others = map(int, dotted.split("."))
    content = bytearray()
    for number in (40 * first + second, *others):
        digits = [number & 127]
        while number := number >> 7:
            digits.append(128 | number & 127)
        content += bytes(reversed(digits))
    return tlv(0x06, bytes(content))


@attrs.frozen(kw_only=True)
class Holder:
    """A key and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        """The certificate's bytes."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        """The certificate as text."""
        return self.certificate.public_bytes(Encoding.PEM)


def certified(
    name: str,
    by: Holder | None = None,
    *,
    authority: bool = False,
    usages: tuple[x509.ObjectIdentifier, ...] = (),
    critical: bool = True,
    serial: int | None = None,
    until: dt.datetime = GIVEN_AT + dt.timedelta(days=3650),
) -> Holder:
    """Return a new key with a certificate by another holder, or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = subject if by is None else by.certificate.subject
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(GIVEN_AT - dt.timedelta(days=365))
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if usages:
        made = made.add_extension(x509.ExtendedKeyUsage(usages), critical=critical)
    signed = made.sign(key if by is None else by.key, hashes.SHA256())
    return Holder(key=key, certificate=signed)


def root_of_time(name: str = "Root of Time") -> Holder:
    """Return a certificate authority that nobody knows unless told of it."""
    return certified(name, authority=True)


def stamper(root: Holder, name: str = "Clock") -> Holder:
    """Return a time-stamping unit certified by a root."""
    return certified(name, root, usages=(ExtendedKeyUsageOID.TIME_STAMPING,))


def answer(
    holder: Holder,
    request: bytes,
    *,
    at: dt.datetime = GIVEN_AT,
    status: int = 0,
    digest: bytes | None = None,
    algorithm: str = _SHA_256,
    nonce: int | None = None,
    also: tuple[bytes, ...] = (),
) -> bytes:
    """Return the response to a request, whose digest and nonce it repeats unless it is given others.

    ``also`` are certificates that the token carries besides the holder's own.
    """
    if status > 1:
        return sequence(sequence(integer(status), sequence(tlv(0x0C, b"not today"))))
    digest, nonce = digest or request[24:56], int.from_bytes(request[58:66], "big") if nonce is None else nonce
    info = sequence(
        integer(1),
        oid("1.3.6.1.4.1.13762.3"),
        sequence(sequence(oid(algorithm), tlv(0x05)), octets(digest)),
        integer(1234),
        tlv(0x18, at.strftime("%Y%m%d%H%M%SZ").encode()),
        integer(nonce) if nonce else b"",
    )
    attributes = (
        sequence(oid("1.2.840.113549.1.9.3"), set_of(oid(_TST_INFO))),
        sequence(oid("1.2.840.113549.1.9.4"), set_of(octets(hashlib.sha256(info).digest()))),
        sequence(
            oid("1.2.840.113549.1.9.16.2.47"),
            set_of(sequence(sequence(sequence(octets(hashlib.sha256(holder.der).digest()))))),
        ),
    )
    # They are signed as a set, and stand in the token under a tag of their own.
    signed = set_of(*attributes)
    hashed = sequence(oid(_SHA_256))
    signer = sequence(
        integer(1),
        sequence(holder.certificate.issuer.public_bytes(), integer(holder.certificate.serial_number)),
        hashed,
        b"\xa0" + signed[1:],
        sequence(oid("1.2.840.10045.4.3.2")),
        octets(holder.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
    )
    data = sequence(
        integer(3),
        set_of(hashed),
        sequence(oid(_TST_INFO), tlv(0xA0, octets(info))),
        tlv(0xA0, *sorted((holder.der, *also))),
        set_of(signer),
    )
    return sequence(sequence(integer(status)), sequence(oid("1.2.840.113549.1.7.2"), tlv(0xA0, data)))


def written(path: Path, *holders: Holder) -> Path:
    """Write certificates into a file, as whoever trusts them keeps them; return its path."""
    path.write_bytes(b"".join(holder.pem for holder in holders))
    return path
