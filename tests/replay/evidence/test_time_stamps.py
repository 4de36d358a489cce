"""A time-stamp is believed for what an authority under a trusted root signed of this very head, and nothing else."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage

from replay.evidence.checkpoint import SigningFault
from replay.evidence.time_stamps import (
    LARGEST_ANSWER,
    StampedTime,
    TimeStamp,
    check_time_stamp,
    read_small,
    time_stamp_of,
    time_stamp_request,
    trusted_roots,
)
from tests.evidence.time_authority import (
    GIVEN_AT,
    Holder,
    answer,
    certified,
    root_of_time,
    stamper,
    written,
)

MESSAGE = b"indenture head 1\ntrust\n3\n00\n"
REQUEST = time_stamp_request(MESSAGE)
ROOT = root_of_time()
CLOCK = stamper(ROOT)


def checked(given: bytes, *roots: Holder) -> StampedTime:
    stamp = time_stamp_of(MESSAGE, REQUEST, given)
    return check_time_stamp(stamp, MESSAGE, [item.certificate for item in roots or (ROOT,)])


def test_a_time_stamp_gives_the_time_and_the_authority() -> None:
    found = checked(answer(CLOCK, REQUEST))
    assert (found.at, found.authority, found.serial_number) == (GIVEN_AT, "CN=Clock", 1234)
    assert str(found) == "time-stamped at 2002-09-26T12:30:00Z by CN=Clock"
    # One of several roots is enough, and what leads to it may stand in the token.
    assert checked(answer(CLOCK, REQUEST), root_of_time("another"), ROOT) == found
    between = certified("Between", ROOT, authority=True)
    assert checked(answer(stamper(between), REQUEST, also=(between.der,))).at == GIVEN_AT


def test_a_root_whose_name_cannot_be_read_is_refused() -> None:
    """The library below breaks at such a name with what is no Exception."""
    der = ROOT.certificate.public_bytes(Encoding.DER).replace(b"Root of Time", b"\xffoot of Time")
    stamp = time_stamp_of(MESSAGE, REQUEST, answer(CLOCK, REQUEST))
    with pytest.raises(SigningFault, match="cannot be read"):
        check_time_stamp(stamp, MESSAGE, [load_der_x509_certificate(der)])


def test_the_request_is_what_the_library_makes_of_the_same_numbers() -> None:
    from rfc3161_client import _rust

    for _ in range(50):
        request = time_stamp_request(MESSAGE)
        read = _rust.parse_timestamp_request(request)
        assert read.as_bytes() == request
        assert (read.version, read.cert_req, read.policy) == (1, True, None)
        assert read.nonce == int.from_bytes(request[58:66], "big")
        assert read.message_imprint.message == request[24:56]
    assert len({time_stamp_request(MESSAGE) for _ in range(50)}) == 50


PLAIN = certified("Plain", ROOT)
WRONG: dict[str, tuple[Callable[[], bytes], str]] = {
    "digest": (lambda: answer(CLOCK, REQUEST, digest=bytes(32)), "of something else"),
    "algorithm": (lambda: answer(CLOCK, REQUEST, algorithm="2.16.840.1.101.3.4.2.3"), "of something else"),
    "nonce": (lambda: answer(CLOCK, REQUEST, nonce=5), "answers another request"),
    "no nonce": (lambda: answer(CLOCK, REQUEST, nonce=0), "answers another request"),
    "refused": (lambda: answer(CLOCK, REQUEST, status=2), "refused to stamp"),
    "with changes": (lambda: answer(CLOCK, REQUEST, status=1), "refused to stamp"),
    "another root": (lambda: answer(stamper(root_of_time("Another")), REQUEST), "not signed by an authority"),
    "a root of the same name": (lambda: answer(stamper(root_of_time()), REQUEST), "not signed by an authority"),
    "for no purpose": (lambda: answer(PLAIN, REQUEST), "not one for time-stamping alone"),
    "for another purpose": (
        lambda: answer(certified("Web", ROOT, usages=(Usage.SERVER_AUTH,)), REQUEST),
        "not one for time-stamping alone",
    ),
    "for two purposes": (
        lambda: answer(certified("Both", ROOT, usages=(Usage.TIME_STAMPING, Usage.SERVER_AUTH)), REQUEST),
        "not one for time-stamping alone",
    ),
    "for a purpose that may be passed over": (
        lambda: answer(certified("Mild", ROOT, usages=(Usage.TIME_STAMPING,), critical=False), REQUEST),
        "not one for time-stamping alone",
    ),
    "certified by who may not": (
        lambda: answer(stamper(PLAIN), REQUEST, also=(PLAIN.der,)),
        "under the given roots: invalid CA certificate",
    ),
    "after the certificate ended": (
        lambda: answer(CLOCK, REQUEST, at=GIVEN_AT + dt.timedelta(days=4000)),
        "under the given roots: certificate has expired",
    ),
    "before the certificate began": (
        lambda: answer(CLOCK, REQUEST, at=GIVEN_AT - dt.timedelta(days=400)),
        "under the given roots: certificate is not yet valid",
    ),
    "empty": (lambda: b"", "is no answer"),
    "another file": (lambda: b"<html>", "is no answer"),
    "too long": (lambda: bytes(LARGEST_ANSWER + 1), "more than 65,536 bytes"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_proves_nothing_is_refused(name: str) -> None:
    made, reason = WRONG[name]
    with pytest.raises(SigningFault, match=reason):
        checked(made())


def test_the_permission_of_one_certificate_does_not_serve_the_signature_of_another() -> None:
    signing = certified("Web", ROOT, usages=(Usage.SERVER_AUTH,))
    number = signing.certificate.serial_number
    permitted = certified("Clock", root_of_time(), usages=(Usage.TIME_STAMPING,), serial=number)
    for holder, other in ((signing, permitted), (permitted, signing)):
        with pytest.raises(SigningFault, match="the one certificate of the one who signed"):
            checked(answer(holder, REQUEST, also=(other.der,)))


def test_a_time_stamp_is_of_one_head_and_one_request() -> None:
    given = answer(CLOCK, REQUEST)
    with pytest.raises(SigningFault, match="not one for this head"):
        time_stamp_of(b"another", REQUEST, given)
    with pytest.raises(SigningFault, match="not one for this head"):
        time_stamp_of(MESSAGE, REQUEST + b"\0", given)
    with pytest.raises(SigningFault, match="answers another request"):
        time_stamp_of(MESSAGE, time_stamp_request(MESSAGE), given)
    stamp = time_stamp_of(MESSAGE, REQUEST, given)
    with pytest.raises(SigningFault, match="of something else"):
        check_time_stamp(stamp, b"another", [ROOT.certificate])
    with pytest.raises(SigningFault, match="answers another request"):
        check_time_stamp(TimeStamp(nonce=bytes(8), answer=given), MESSAGE, [ROOT.certificate])
    with pytest.raises(SigningFault, match="no root certificate"):
        check_time_stamp(stamp, MESSAGE, [])


def test_a_damaged_time_stamp_never_says_another_time() -> None:
    given, chance = answer(CLOCK, REQUEST), random.Random(3161)
    sound = 0
    for _ in range(1_500):
        damaged = bytearray(given)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        cut = damaged if chance.random() < 0.8 else damaged[: chance.randrange(len(damaged))]
        try:
            found = checked(bytes(cut))
        except SigningFault:
            continue
        # Of a token not every byte is signed; those that are not say nothing.
        sound += 1
        assert (found.at, found.authority) == (GIVEN_AT, "CN=Clock")
    assert sound < 30


def test_roots_are_certificates_in_small_files(tmp_path: Path) -> None:
    both = written(tmp_path / "both.pem", ROOT, root_of_time("another"))
    assert len(trusted_roots([both, written(tmp_path / "one.pem", ROOT)])) == 3
    (tmp_path / "none.pem").write_text("no certificate")
    (tmp_path / "large.pem").write_bytes(bytes(2 << 20))
    for name, reason in (("none.pem", "no certificate in PEM"), ("large.pem", "more than"), ("?", "cannot be read")):
        with pytest.raises(SigningFault, match=reason):
            trusted_roots([tmp_path / name])
    with pytest.raises(SigningFault, match="more than 3 bytes"):
        read_small(both, 3)


def test_without_the_library_a_request_is_made_and_nothing_else_believed(tmp_path: Path) -> None:
    stamp = time_stamp_of(MESSAGE, REQUEST, answer(CLOCK, REQUEST))
    roots = written(tmp_path / "root.pem", ROOT)
    with patch.dict("sys.modules", {"rfc3161_client": None}):
        assert len(time_stamp_request(MESSAGE)) == 69
        assert trusted_roots([]) == []
        for asked in (lambda: check_time_stamp(stamp, MESSAGE, [ROOT.certificate]), lambda: trusted_roots([roots])):
            with pytest.raises(SigningFault, match=r"pip install 'indenture\[timestamps\]'"):
                asked()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_believes_the_tokens_of_the_authority_of_these_tests(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(MESSAGE)
    (tmp_path / "answer").write_bytes(answer(CLOCK, REQUEST))
    (tmp_path / "request").write_bytes(REQUEST)
    written(tmp_path / "roots", ROOT)
    at = str(int(GIVEN_AT.timestamp()))
    for question in (("-data", "data"), ("-queryfile", "request")):
        done = subprocess.run(
            ["openssl", "ts", "-verify", *question, "-in", "answer", "-CAfile", "roots", "-attime", at],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Verification: OK" in done.stdout + done.stderr, done.stderr
