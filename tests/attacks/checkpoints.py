"""A search for changes to what others keep of a ledger that alter what it proves and are not named.

That is a checkpoint that one person signed, a head that several vouch for, a witness file, and the keys and root
certificates of whoever checks them. Among those who make the changes are some who know how the files are spelt, who
chain a witness file anew, or who have keys of their own.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import random
import shutil
from pathlib import Path
from typing import Any, NamedTuple

from ledger import Head, Ledger, LedgerError
from replay.evidence.checkpoint import generate_key, sign_head
from replay.evidence.kept import contradicted
from replay.evidence.time_stamps import time_stamp_of, time_stamp_request, trusted_roots
from replay.evidence.vouched import (
    VouchedHead,
    check_vouched,
    countersign,
    read_vouched,
    trusted_signer,
    with_time_stamp,
    write_vouched,
)
from replay.evidence.witness import HEADER, read_witness, witness
from tests.attacks.search import Change, Search, other_byte, other_value, with_another_word
from tests.evidence.time_authority import answer, root_of_time, stamper, written

AT = dt.datetime(2021, 5, 1, 12, tzinfo=dt.UTC)
_ONE, _SEVERAL, _WITNESS, _ROOT = "one.json", "several.json", "heads.txt", "root.pem"
_SIGNERS = ("servicer", "trustee")
_KEYS = tuple(f"{name}.pub" for name in _SIGNERS)
_FILES = (_ONE, _SEVERAL, _SEVERAL, _WITNESS, _WITNESS, _ROOT, *_KEYS)


class Told(NamedTuple):
    """What the files prove: whom a head is vouched for by, and the heads and the chain of the witness file.

    None for what is refused.
    """

    one: object
    several: object
    chain: str | None
    heads: dict[str, list[Head]]


def kept_of(ledger: Ledger, deal: str, place: Path) -> None:
    """Write what others keep of a deal into a directory, and beside it the keys of strangers."""
    for name in (*_SIGNERS, "stranger"):
        generate_key(place / name)
    signed = sign_head(ledger, deal, place / "servicer", at=AT)
    (place / _ONE).write_text(f"{signed.to_json()}\n")
    vouched = VouchedHead(deal=deal, head=ledger.head(deal))
    for name in _SIGNERS:
        vouched = countersign(vouched, place / name, at=AT, signer=name)
    root, request = root_of_time(), time_stamp_request(vouched.message)
    stamp = time_stamp_of(vouched.message, request, answer(stamper(root), request))
    write_vouched(place / _SEVERAL, with_time_stamp(vouched, stamp))
    written(place / _ROOT, root)
    written(place / "another.pem", root_of_time("Another Root"))
    for day in (1, 2):
        witness(ledger, place / _WITNESS, at=AT + dt.timedelta(days=day))


class CheckpointSearch(Search):
    """What others keep of a sound ledger, and the changes that are tried on copies of it."""

    def __init__(self, ledger: Ledger, place: Path, seed: int) -> None:
        super().__init__(seed)
        self._ledger, self._sound, self._copy = ledger, place, place.with_name("changed")
        self._true = {
            deal: {row.sequence: bytes(row.hash) for row in ledger.stored_rows(deal)} for deal in ledger.deals()
        }
        self._before = _told(place)
        assert None not in self._before, "the files are sound to begin with"
        self.changes = CHANGES

    def copied(self) -> Path:
        """Return a directory of copies."""
        shutil.rmtree(self._copy, ignore_errors=True)
        return Path(shutil.copytree(self._sound, self._copy))

    def altered(self, path: Path) -> str:
        """Say what the files prove otherwise."""
        after, before = _told(path), self._before
        for name in ("one", "several"):
            if getattr(after, name) not in (None, getattr(before, name)):
                return f"the head of {name} is vouched for otherwise: {getattr(after, name)!r:.200}"
        if after.chain is None:
            return ""
        if after.chain == before.chain:
            return "" if after.heads == before.heads else "other heads under the same chain"
        for deal, heads in after.heads.items():
            known = self._true.get(deal, {})
            false = [head for head in heads if deal in self._true and known.get(head.sequence) != head.hash]
            if false and not list(contradicted(self._ledger, deal, heads)):
                return f"a false head of {deal} that the ledger does not contradict: {false[0]}"
        return self._appended(path) if self._chance.random() < 0.1 else ""

    def _appended(self, path: Path) -> str:
        """Append to a witness file that reads well; say what is wrong with it then."""
        before = read_witness(path / _WITNESS)
        try:
            found = witness(self._ledger, path / _WITNESS, at=AT + dt.timedelta(days=99))
        except LedgerError:
            return ""
        after = read_witness(path / _WITNESS)
        added = 0 if found.faults else len(self._true)
        return "" if after.lines == before.lines + added else f"{after.lines} lines after {before.lines}"


def _told(place: Path) -> Told:
    try:
        held = read_witness(place / _WITNESS)
        chain, heads = held.chain, held.heads
    except LedgerError:
        chain, heads = None, {}
    return Told(_vouched(place, _ONE), _vouched(place, _SEVERAL), chain, heads)


def _vouched(place: Path, name: str) -> object:
    """Return what a file is found to prove by somebody who trusts certain keys and roots; None where it is refused."""
    try:
        found = read_vouched(place / name)
        names = _SIGNERS if name == _SEVERAL else _SIGNERS[:1]
        trusted = [trusted_signer(str(place / f"{who}.pub"), who) for who in names]
        roots = trusted_roots([place / _ROOT]) if name == _SEVERAL else []
        vouching = check_vouched(found, trusted, roots)
    except LedgerError:
        return None
    return (found.deal, found.head, frozenset(vouching.sound)) if vouching else None


def a_byte(place: Path, chance: random.Random) -> str:
    """Change one byte of any file."""
    path = place / chance.choice(_FILES)
    path.write_bytes(other_byte(path.read_bytes(), chance))
    return path.name


def a_piece(place: Path, chance: random.Random) -> str:
    """Cut a piece out of any file, double it, or put other bytes in."""
    path = place / chance.choice(_FILES)
    content = path.read_bytes()
    at, to = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    piece = chance.choice([b"", content[at:to] * 2, chance.randbytes(5), b" ", b"\n", b"\r\n", b"\x00", content])
    path.write_bytes(content[:at] + piece + content[chance.choice([at, to]) :])
    return f"{path.name}: {piece!r:.40} at {at}"


def a_file_in_the_place_of_another(place: Path, chance: random.Random) -> str:
    """Put one file in the place of another."""
    name = chance.choice([*_FILES, "stranger.pub", "another.pem", "servicer"])
    other = chance.choice(_FILES)
    content = (place / name).read_bytes()
    (place / other).write_bytes(content)
    return f"{name} as {other}"


def lines_of_the_witness(place: Path, chance: random.Random) -> str:
    """Remove, double, exchange or cut off lines of the witness file."""
    lines = (place / _WITNESS).read_bytes().splitlines(keepends=True)
    at, to, kind = chance.randrange(len(lines)), chance.randrange(len(lines)), chance.randrange(4)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(to, lines[at])
    elif kind == 2:
        lines[at], lines[to] = lines[to], lines[at]
    else:
        del lines[at:]
    (place / _WITNESS).write_bytes(b"".join(lines))
    return f"{kind}: {at}, {to}"


def a_witness_chained_anew(place: Path, chance: random.Random) -> str:
    """Change lines of the witness file and chain them anew, as whoever writes the file can."""
    lines = [line.split(" ", 4) for line in (place / _WITNESS).read_text(encoding="ascii").splitlines()[1:]]
    at, kind = chance.randrange(len(lines)), chance.randrange(6)
    at_time, sequence, digest, _, deal = lines[at]
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, lines[chance.randrange(len(lines))])
    elif kind == 2:
        lines[at][1] = str(other_value(int(sequence), chance))
    elif kind == 3:
        lines[at][2] = other_byte(bytes.fromhex(digest), chance).hex()
    elif kind == 4:
        lines[at][4] = str(other_value(deal, chance))
    else:
        lines[at][0] = str(other_value(at_time, chance))
    text, chain = f"{HEADER}\n", hashlib.sha256(HEADER.encode()).hexdigest()
    for when, number, digest, _, deal in lines:
        chain = hashlib.sha256(f"{chain}\n{when} {number} {digest} {deal}\n".encode()).hexdigest()
        text += f"{when} {number} {digest} {chain} {deal}\n"
    (place / _WITNESS).write_text(text, encoding="utf-8")
    return f"line {at}, {kind}: {lines[at] if at < len(lines) else 'gone'}"


def _spelt(place: Path, name: str, fields: Any, chance: random.Random) -> None:
    """Write fields as the program does, or nearly so."""
    kind = chance.randrange(8)
    text = json.dumps(fields, sort_keys=kind != 0, indent=1 if kind == 1 else None, ensure_ascii=kind != 2)
    (place / name).write_bytes(f"{text}\n".encode("utf-8", errors="surrogatepass"))


def a_word(place: Path, chance: random.Random) -> str:
    """Let a word of a checkpoint be another."""
    name = chance.choice([_ONE, _SEVERAL])
    fields = json.loads((place / name).read_bytes())
    told = with_another_word(fields, chance)
    _spelt(place, name, fields, chance)
    return f"{name}: {told}"


def a_field(place: Path, chance: random.Random) -> str:
    """Let a field of a checkpoint be gone, or one more, or stand there twice."""
    name = chance.choice([_ONE, _SEVERAL])
    fields = json.loads((place / name).read_bytes())
    field, kind = chance.choice(sorted(fields)), chance.randrange(3)
    if kind == 0:
        del fields[field]
    elif kind == 1:
        fields["more"] = fields[field]
    else:
        twice = f"{{{json.dumps(field)}: {json.dumps(other_value(fields[field], chance))}, "
        raw = (place / name).read_text(encoding="ascii").replace("{", twice, 1)
        (place / name).write_text(raw, encoding="utf-8")
        return f"{name}: {field} twice"
    _spelt(place, name, fields, chance)
    return f"{name}: {field}, {kind}"


def what_vouches(place: Path, chance: random.Random) -> str:
    """Let a signature or a time-stamp be gone, stand elsewhere or twice, or be a stranger's."""
    fields = json.loads((place / _SEVERAL).read_bytes())
    one = json.loads((place / _ONE).read_bytes())
    signatures, stamps = fields["signatures"], fields["time_stamps"]
    kind = chance.randrange(8)
    if kind == 0:
        del signatures[chance.randrange(2)]
    elif kind == 1:
        signatures.reverse()
    elif kind == 2:
        signatures.append(dict(signatures[0]))
    elif kind == 3:
        signatures[0]["signature"], signatures[1]["signature"] = signatures[1]["signature"], signatures[0]["signature"]
    elif kind == 4:
        signatures[chance.randrange(2)] = {name: one.get(name, "") for name in signatures[0]}
    elif kind == 5:
        stamps.clear()
    elif kind == 6:
        stamps[0]["answer"] = base64.b64encode(other_byte(base64.b64decode(stamps[0]["answer"]), chance)).decode()
    else:
        stamps.append({**stamps[0], "nonce": other_byte(bytes.fromhex(stamps[0]["nonce"]), chance).hex()})
    _spelt(place, _SEVERAL, fields, chance)
    return f"{kind}"


def a_stranger_s_signature(place: Path, chance: random.Random) -> str:
    """Have a stranger sign another head, or the same, under a name of their own or another's."""
    found = read_vouched(place / _SEVERAL)
    head = Head(found.head.sequence - chance.randrange(2), other_byte(found.head.hash, chance))
    kept = chance.choice([found, VouchedHead(deal=found.deal, head=head)])
    signer = chance.choice(["", "stranger", *_SIGNERS])
    made = countersign(kept, place / "stranger", at=AT, signer=signer)
    name = chance.choice([_ONE, _SEVERAL])
    (place / name).write_text(f"{made.to_json()}\n", encoding="ascii")
    return f"{name}: as {signer!r}"


def a_checkpoint_of_another_kind(place: Path, chance: random.Random) -> str:
    """Let what one person signed be in the file of what several vouch for, spelt as that is."""
    found = read_vouched(place / _ONE)
    (place / chance.choice([_ONE, _SEVERAL])).write_text(f"{found.to_json()}\n", encoding="ascii")
    return "spelt as the other kind"


CHANGES: tuple[Change, ...] = (
    a_byte,
    a_byte,
    a_piece,
    a_file_in_the_place_of_another,
    lines_of_the_witness,
    a_witness_chained_anew,
    a_witness_chained_anew,
    a_word,
    a_word,
    a_field,
    what_vouches,
    what_vouches,
    a_stranger_s_signature,
    a_checkpoint_of_another_kind,
)

__all__ = ["AT", "CHANGES", "CheckpointSearch", "kept_of"]
