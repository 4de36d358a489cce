"""Several vouch for one head, and whoever checks it names whom they believe, key by key."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import attrs
import pytest

from ledger import Head
from replay.evidence.checkpoint import SigningFault, generate_key, public_key_in, sign_checkpoint
from replay.evidence.time_stamps import TimeStamp, time_stamp_of, time_stamp_request
from replay.evidence.vouched import (
    MOST_SIGNATURES,
    MOST_TIME_STAMPS,
    Signature,
    TrustedSigner,
    VouchedHead,
    check_vouched,
    countersign,
    read_vouched,
    trusted_signer,
    with_time_stamp,
    write_vouched,
)
from tests.evidence.time_authority import answer, root_of_time, stamper

AT = dt.datetime(2002, 9, 26, 12, tzinfo=dt.UTC)
HEAD = VouchedHead(deal="trust", head=Head(3, bytes(range(32))))
ROOT = root_of_time()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the keys of servicer, trustee and stranger."""
    made = tmp_path_factory.mktemp("keys")
    for name in ("servicer", "trustee", "stranger"):
        generate_key(made / name)
    return made


@pytest.fixture
def both(keys: Path) -> VouchedHead:
    """The head signed by servicer and trustee under their names."""
    by_one = countersign(HEAD, keys / "servicer", at=AT, signer="servicer")
    return countersign(by_one, keys / "trustee", at=AT + dt.timedelta(hours=1), signer="trustee")


def key(keys: Path, name: str) -> str:
    return public_key_in(keys / f"{name}.pub")


def trust(keys: Path, *names: str) -> list[TrustedSigner]:
    return [trusted_signer(str(keys / f"{name}.pub"), name) for name in names]


def stamped(vouched: VouchedHead) -> VouchedHead:
    request = time_stamp_request(vouched.message)
    return with_time_stamp(vouched, time_stamp_of(vouched.message, request, answer(stamper(ROOT), request)))


def test_a_head_is_vouched_for_by_all_who_were_named(keys: Path, both: VouchedHead) -> None:
    found = check_vouched(both, trust(keys, "trustee", "servicer"))
    assert found
    assert found.faults == ()
    assert found.sound == (
        f"signed at 2002-09-26T12:00:00Z by servicer with the key {key(keys, 'servicer')}",
        f"signed at 2002-09-26T13:00:00Z by trustee with the key {key(keys, 'trustee')}",
    )


def test_a_key_that_was_not_named_is_unknown_and_one_that_was_must_have_signed(keys: Path, both: VouchedHead) -> None:
    unknown = check_vouched(both, trust(keys, "servicer"))
    assert not unknown
    assert unknown.faults == (f"signed by an unknown key {key(keys, 'trustee')}, as trustee",)
    assert len(unknown.sound) == 1
    nobody = check_vouched(both, [])
    assert not nobody
    assert len(nobody.faults) == 2
    missing = check_vouched(both, trust(keys, "servicer", "trustee", "stranger"))
    assert missing.faults == (f"not signed by stranger (key {key(keys, 'stranger')})",)
    assert check_vouched(HEAD, []).faults == ("nobody vouches for it",)


def test_a_name_goes_with_its_key(keys: Path) -> None:
    posing = countersign(HEAD, keys / "stranger", at=AT, signer="trustee")
    assert check_vouched(posing, trust(keys, "trustee")).faults == (
        f"signed by an unknown key {key(keys, 'stranger')}, as trustee",
        f"not signed by trustee (key {key(keys, 'trustee')})",
    )
    assert check_vouched(posing, trust(keys, "stranger")).faults == ("signed as trustee, but with the key of stranger",)
    # Trusted by the key alone, whoever holds it may call themselves what they like.
    assert check_vouched(posing, [trusted_signer(key(keys, "stranger"))])
    unnamed = countersign(HEAD, keys / "trustee", at=AT)
    assert "by trustee with the key" in check_vouched(unnamed, trust(keys, "trustee")).sound[0]


def test_a_signature_is_of_one_key_one_head_one_time_and_one_name(keys: Path, both: VouchedHead) -> None:
    trusted = trust(keys, "servicer", "trustee")
    first, second = both.signatures
    changed = (
        attrs.evolve(both, deal="another"),
        attrs.evolve(both, head=Head(4, both.head.hash)),
        attrs.evolve(both, head=Head(3, bytes(32))),
        attrs.evolve(both, signatures=(first, attrs.evolve(second, signed_at="2002-09-26T14:00:00Z"))),
        attrs.evolve(both, signatures=(first, attrs.evolve(second, signer=""))),
        attrs.evolve(both, signatures=(first, attrs.evolve(second, signature=first.signature))),
        attrs.evolve(both, signatures=(first, attrs.evolve(second, signature="00" * 64))),
    )
    for item in changed:
        found = check_vouched(item, trusted)
        assert not found
        assert any("is not sound" in fault for fault in found.faults)
    # One key's signature under another's name is as wrong as any.
    claimed = attrs.evolve(both, signatures=(attrs.evolve(first, public_key=key(keys, "stranger")), second))
    assert f"claims to be by the key {key(keys, 'stranger')}" in check_vouched(claimed, trusted).faults[0]
    assert "claims to be by the key" in check_vouched(claimed, trust(keys, "stranger", "trustee")).faults[0]


def test_nobody_signs_twice_nor_beside_what_is_unsound(keys: Path, both: VouchedHead) -> None:
    with pytest.raises(SigningFault, match="has signed this head already"):
        countersign(both, keys / "trustee", at=AT, signer="another name")
    broken = attrs.evolve(both, head=Head(4, bytes(32)))
    with pytest.raises(SigningFault, match="is not sound"):
        countersign(broken, keys / "stranger", at=AT)
    with pytest.raises(SigningFault, match="time zone"):
        countersign(both, keys / "stranger", at=dt.datetime(2002, 9, 26))
    for name in ("two\nlines", "x" * 121, "é"):
        with pytest.raises(SigningFault, match="name of a signer"):
            countersign(both, keys / "stranger", at=AT, signer=name)


def test_time_stamps_stand_beside_signatures(keys: Path, both: VouchedHead) -> None:
    trusted = trust(keys, "servicer", "trustee")
    made = stamped(both)
    found = check_vouched(made, trusted, [ROOT.certificate])
    assert found
    assert found.sound[-1] == "time-stamped at 2002-09-26T12:30:00Z by CN=Clock"
    assert check_vouched(stamped(HEAD), [], [ROOT.certificate])
    unasked = check_vouched(made, trusted)
    assert unasked
    assert unasked.notes == ("1 time-stamp not checked: no root was given",)
    assert check_vouched(made, trusted, [root_of_time().certificate]).faults
    assert check_vouched(both, trusted, [ROOT.certificate]).faults == ("not time-stamped",)
    moved = attrs.evolve(HEAD, deal="another", time_stamps=made.time_stamps)
    assert check_vouched(moved, [], [ROOT.certificate]).faults == (
        "the time-stamp is of something else than this head",
    )


def test_what_is_written_is_read_and_spelt_one_way(keys: Path, both: VouchedHead, tmp_path: Path) -> None:
    path = tmp_path / "head"
    made = stamped(both)
    write_vouched(path, made, new=True)
    assert read_vouched(path) == made
    assert path.read_bytes() == f"{made.to_json()}\n".encode()
    with pytest.raises(SigningFault, match="exists"):
        write_vouched(path, HEAD, new=True)
    write_vouched(path, HEAD)
    assert read_vouched(path) == HEAD
    assert [item.name for item in tmp_path.iterdir()] == ["head"]
    with pytest.raises(SigningFault, match="cannot be written"):
        write_vouched(tmp_path / "none" / "head", HEAD)
    text = made.to_json()
    for other in (text, f"{text}\n\n", f" {text}\n", f"{json.dumps(json.loads(text), indent=1)}\n", text + "\r\n"):
        path.write_bytes(other.encode())
        with pytest.raises(SigningFault, match="holds no checkpoint: it is not spelt"):
            read_vouched(path)
    path.write_text(text.replace('"sequence": 3', '"sequence": 4, "sequence": 3') + "\n")
    with pytest.raises(SigningFault, match="twice"):
        read_vouched(path)


def test_what_one_person_signed_goes_on_as_it_is(keys: Path, tmp_path: Path) -> None:
    one = sign_checkpoint("trust", HEAD.head, keys / "servicer", at=AT)
    (tmp_path / "c").write_text(one.to_json())
    read = read_vouched(tmp_path / "c")
    assert read.signatures == (
        Signature(public_key=one.public_key, signature=one.signature, signed_at=one.signed_at, signer=""),
    )
    assert check_vouched(read, trust(keys, "servicer"))
    write_vouched(tmp_path / "c", stamped(countersign(read, keys / "trustee", at=AT)))
    found = check_vouched(read_vouched(tmp_path / "c"), trust(keys, "servicer", "trustee"), [ROOT.certificate])
    assert len(found.sound) == 3
    assert found


def test_a_field_twice_is_refused_in_what_one_person_signed_too(keys: Path, tmp_path: Path) -> None:
    one = sign_checkpoint("trust", HEAD.head, keys / "servicer", at=AT).to_json()
    (tmp_path / "c").write_text(one.replace('"deal": "trust"', '"deal": "other", "deal": "trust"'))
    with pytest.raises(SigningFault, match="twice"):
        read_vouched(tmp_path / "c")


SIGNATURE = {"public_key": "00" * 32, "signature": "00" * 64, "signed_at": "2002-09-26T12:00:00Z", "signer": ""}
NO_SIGNATURES: tuple[object, ...] = (None, {}, [1], [SIGNATURE] * 2, [{**SIGNATURE, "more": ""}])
STAMP = {"answer": "AA==", "nonce": "00" * 8}


@pytest.mark.parametrize(
    "changes",
    [
        *({"deal": value} for value in ("", "a\nb", "é", 1, None)),
        *({"sequence": value} for value in (-1, 2**63, "3", True, 1.0)),
        *({"hash": value} for value in ("", "00", "GG" * 32, "AB" * 32, None)),
        *({"format": value} for value in ("indenture checkpoint 3", 2)),
        *({"signatures": value} for value in NO_SIGNATURES),
        *({"signatures": [{**SIGNATURE, name: value}]} for name, value in (("signer", "a\nb"), ("signer", 1))),
        *({"signatures": [{**SIGNATURE, "signed_at": value}]} for value in ("", "2002-9-6T12:00:00Z", "now")),
        *({"signatures": [{**SIGNATURE, name: "AA" * 64}]} for name in ("public_key", "signature")),
        {"signatures": [{**SIGNATURE, "public_key": f"{n:064x}"} for n in range(MOST_SIGNATURES + 1)]},
        *({"time_stamps": [{**STAMP, "answer": value}]} for value in ("", "A", "AB==", "AA==\n", "é")),
        *({"time_stamps": [{**STAMP, "nonce": value}]} for value in ("", "00", "00" * 9)),
        {"time_stamps": [STAMP] * (MOST_TIME_STAMPS + 1)},
        {"more": 1},
    ],
    ids=str,
)
def test_what_is_no_head_that_others_vouch_for(tmp_path: Path, changes: dict[str, object]) -> None:
    fields = {**json.loads(HEAD.to_json()), **changes}
    (tmp_path / "c").write_text(f"{json.dumps(fields, sort_keys=True)}\n")
    with pytest.raises(SigningFault, match="holds no checkpoint"):
        read_vouched(tmp_path / "c")


@pytest.mark.parametrize("content", [b"", b"[", b"[" * 100_000, b"\xff", b"1", b'{"a": ' * 5_000, b"{}", b"null"])
def test_what_is_no_file_of_a_head(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "c").write_bytes(content)
    with pytest.raises(SigningFault, match="holds no checkpoint"):
        read_vouched(tmp_path / "c")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(bytes((1 << 20) + 1))
    with pytest.raises(SigningFault, match="more than 1,048,576 bytes"):
        read_vouched(tmp_path / "c")


def test_there_is_an_end_to_those_who_vouch(keys: Path) -> None:
    stamp = TimeStamp(nonce=bytes(8), answer=b"x")
    with pytest.raises(SigningFault, match="at most 8"):
        with_time_stamp(attrs.evolve(HEAD, time_stamps=(stamp,) * MOST_TIME_STAMPS), stamp)


def test_somebody_is_named_by_a_key_or_its_file(keys: Path) -> None:
    digits = key(keys, "trustee")
    assert trusted_signer(digits, "t") == trusted_signer(str(keys / "trustee.pub"), "t")
    for wrong in ("", digits.upper(), digits[:-1], str(keys / "trustee")):
        with pytest.raises(SigningFault):
            trusted_signer(wrong)
