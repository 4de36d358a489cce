"""Throws damaged input at everything that reads from outside, and lets nothing but the promised outcome pass.

``python tests/fuzz/fuzz.py --inputs 100000`` runs every target; a traceback is a failure and is printed with its seed.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import replay
from ledger import (
    Head,
    Ledger,
    LedgerError,
    decode,
    encode,
    from_json,
    loans_from_tape,
    shipped_map,
    terms_from_json,
    terms_to_json,
)
from ledger.evidence.bundles.canonical_zip import read_content, read_members
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from replay.evidence.bundle import export_bundle
from replay.evidence.bundle_check import check_bundle
from replay.evidence.time_stamps import TimeStamp
from replay.evidence.vouched import Signature, VouchedHead, check_vouched, read_vouched
from replay.evidence.witness import read_witness, witness
from replay.filing import read_class_table, read_figures_csv, read_statement, read_trustee_filing
from replay.statements.text import render_text
from tests.deals.toy import TOY, boarding, toy_terms
from tests.evidence.damage import contents_of, hashed_anew, packed, repacked

NOISE = [
    *("\x00", "\ud800", "\uffff", '"', "\\", "{", "}", "[", "]", ",", "|", ">", "-", "(", ")", "%", "\n", "\r", "\t"),
    *("e9", "NaN", "1e999", "-0", "0" * 40, "null", "true", "99999999999999999999", "2002-13-45", "é", "𝟗"),
]


def damaged(text: str, chance: random.Random) -> str:
    """Return the text with a few random injuries: cut, doubled, swapped, overwritten or sprinkled with noise."""
    for _ in range(chance.randint(1, 6)):
        if not text:
            return chance.choice(NOISE)
        at, to = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
        kind = chance.randrange(6)
        if kind == 0:
            text = text[:at] + text[min(to, at + 40) :]
        elif kind == 1:
            text = text[:at] + text[at : min(to, at + 200)] * 2 + text[to:]
        elif kind == 2:
            text = text[:at] + chance.choice(NOISE) + text[at:]
        elif kind == 3:
            text = text[:at] + chr(chance.randrange(1, 0x250)) + text[at + 1 :]
        elif kind == 4:
            text = text[: max(at, 1)]
        else:
            lines = text.split("\n")
            chance.shuffle(lines) if len(lines) < 40 else lines.pop(chance.randrange(len(lines)))
            text = "\n".join(lines)
    return text


@cache
def events() -> list[str]:
    """Return the canonical payloads of the real month."""
    every = [*sample.brought_forward(), *sample.month()]
    return [encode(event).decode() for event in every]


@cache
def pages() -> list[str]:
    """Return the pages of a rendered statement, one by one."""
    with Ledger.create("sqlite://") as ledger:
        sample.post_september_2002(ledger)
        text = render_text(replay.statement(ledger, sample.DEAL, date(2002, 8, 30)))
    return text.split("\n\n")


@cache
def terms() -> str:
    """Return the real deal's terms."""
    return terms_to_json(sample.deal_terms())


@cache
def figures() -> list[str]:
    """Return pieces of the published figures as CSV."""
    lines = sample.data("published.csv").splitlines()
    return ["\n".join([lines[0], *lines[k : k + 30]]) for k in range(1, 1200, 60)]


CLASS_TABLE = (
    "RECORD DATE OCTOBER 31 2002 DISTRIBUTION DATE NOVEMBER 20 2002\n"
    "Class|CUSIP|Rate|Beginning|Interest|Principal|Loss|Ending\n"
    "A|45254NCG0|2.13000%|439,797,456.41|780,640.49|8,824,748.07|0.00|430,972,708.34\nTotals|||1.00|2.00|3.00|0.00|4.00\n"
)
TAPE = "\n".join(
    [
        "|".join(map(str, shipped_map("freddie-mac").columns.values())),
        "U1|1000.00|4.5|4.0|2000.00|360|229|128|80|IL||||||Fixed|082012|072042||||||||0.00",
    ]
)


def codec_json(text: str) -> None:
    """Foreign JSON ends in an event or in violations."""
    try:
        event = from_json(text)
    except LedgerError:
        return
    assert from_json(encode(event)) == event


def codec_stored(text: str) -> None:
    """A stored payload ends in an event or in an integrity fault."""
    try:
        decode(text.encode("utf-8", errors="surrogatepass"))
    except LedgerError:
        return


def deal_terms(text: str) -> None:
    """Foreign terms end in terms or in a named term."""
    try:
        terms_from_json(text)
    except LedgerError:
        return


def tape(text: str) -> None:
    """A tape ends in loans or in violations."""
    try:
        loans_from_tape(
            text.splitlines(), shipped_map("freddie-mac"), deal="d", group="g", effective_date=date(2020, 1, 1)
        )
    except LedgerError:
        return


def filing_text(text: str) -> None:
    """A filing always reads, into figures and problems."""
    read_trustee_filing(text)


def any_statement(text: str) -> None:
    """Bytes of any kind always read."""
    read_statement(text.encode("utf-8", errors="surrogatepass"))


@cache
def bundle() -> tuple[bytes, dict[str, bytes]]:
    """Return a small signed bundle, whole and by member; the same bytes in every run, so that a seed is enough."""
    with Ledger.create("sqlite://") as first, Ledger.create("sqlite://") as ledger, TemporaryDirectory() as made:
        first.open_deal(TOY, toy_terms()).or_raise()
        first.post_many(boarding(loans=("one-1", "two-1"))).or_raise()
        ledger.restore_rows(hashed_anew(row._replace(recorded_at=0) for row in first.stored_rows(TOY)))
        key, path = Path(made) / "key", Path(made) / "bundle.zip"
        pem = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        key.write_bytes(Ed25519PrivateKey.from_private_bytes(bytes(32)).private_bytes(*pem))
        export_bundle(ledger, TOY, path, key=key)
        return path.read_bytes(), contents_of(path)


def bundles() -> list[str]:
    """Return the bundle whole, some bytes that are none, and its members one by one under their names."""
    whole, members = bundle()
    noise = random.Random(0).randbytes(2_000)
    raw = [content.decode("latin-1") for content in (whole, whole, whole, noise, whole[:4] + noise)]
    return [*raw, *(f"{name}\n{content.decode('latin-1')}" for name, content in members.items())]


def evidence_bundle(text: str) -> None:
    """Bytes of any kind end in faults, and so does a member that was changed, however well its checksums fit."""
    whole, members = bundle()
    name, _, rest = text.partition("\n")
    content = (rest if name in members else text).encode("latin-1", errors="replace")
    if name not in members:
        given, changed = content, content != whole
    else:
        contents, changed = {**members, name: content}, content != members[name]
        if name not in ("manifest.json", "signature.json"):
            del contents["signature.json"]
        given = packed(contents) if "signature.json" in contents else repacked(contents)
    try:
        found = check_bundle(io.BytesIO(given), None, None, None)
    except LedgerError:
        return
    if changed and not found.faults:
        # How a member was deflated is free: bits of a stream may change that say nothing.
        file = io.BytesIO(given)
        assert {name: read_content(file, item, 1 << 24) for name, item in read_members(file).items()} == members
        return
    assert bool(found.faults) == changed, f"{found.faults[:1]}, changed: {changed}"
    assert all(str(fault).isprintable() for fault in found.faults)
    assert found.deal.isprintable()


HEADS = [
    VouchedHead(
        deal="toy",
        head=Head(3, bytes(32)),
        signatures=(
            Signature(public_key="0" * 64, signature="1" * 128, signed_at="2002-09-26T12:00:00Z", signer="me"),
        ),
        time_stamps=(TimeStamp(nonce=bytes(8), answer=bytes(range(200))),),
    ).to_json()
    + "\n"
]


def file_of_a_head(text: str) -> None:
    """A file of a head is refused, or is spelt as it is written and vouched for by nobody whom nobody named."""
    with TemporaryDirectory() as made:
        path = Path(made) / "head"
        path.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
        try:
            found = read_vouched(path)
        except LedgerError:
            return
    assert f"{found.to_json()}\n" == text
    assert not check_vouched(found, [])


@cache
def witness_lines() -> list[str]:
    """Return a witness file of some heads of two deals."""
    with Ledger.create("sqlite://") as ledger, TemporaryDirectory() as made:
        path = Path(made) / "heads.txt"
        for deal in (TOY, "toy two"):
            ledger.open_deal(deal, toy_terms()).or_raise()
            witness(ledger, path)
        return [path.read_text(encoding="ascii")]


def witness_file(text: str) -> None:
    """A witness file is refused, or holds the lines that were appended, from the first one on."""
    [whole] = witness_lines()
    with TemporaryDirectory() as made:
        path = Path(made) / "heads.txt"
        path.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
        try:
            found = read_witness(path)
        except LedgerError:
            return
    kept = text[: found.size]
    assert whole.startswith(kept)
    assert found.incomplete == (len(kept) != len(text))


TARGETS: dict[str, tuple[Callable[[], list[str]], Callable[[str], object]]] = {
    "codec, foreign JSON": (events, codec_json),
    "codec, stored payloads": (events, codec_stored),
    "deal terms": (lambda: [terms()], deal_terms),
    "loan tapes": (lambda: [TAPE], tape),
    "trustee filings": (pages, filing_text),
    "figures CSV": (figures, read_figures_csv),
    "class tables": (lambda: [CLASS_TABLE], read_class_table),
    "evidence bundles": (bundles, evidence_bundle),
    "files of a head": (lambda: HEADS, file_of_a_head),
    "witness files": (witness_lines, witness_file),
    "statements as bytes": (lambda: [*pages(), CLASS_TABLE, *figures()], any_statement),
}


def fuzz(name: str, inputs: int, seed: int) -> int:
    """Run one target and return how many inputs broke it."""
    corpus, target = TARGETS[name]
    samples, broken, started = corpus(), 0, time.perf_counter()
    for index in range(inputs):
        chance = random.Random(f"{name}/{seed}/{index}")
        text = damaged(chance.choice(samples), chance)
        try:
            target(text)
        except Exception as fault:
            broken += 1
            print(f"{name}: seed {seed}, input {index}: {type(fault).__name__}: {fault}", file=sys.stderr)
            if broken >= 5:
                break
    print(f"{name}: {inputs} inputs, {broken} broken, {time.perf_counter() - started:.0f} s", flush=True)
    return broken


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000, help="inputs for each target")
    parser.add_argument("--seed", type=int, default=2002)
    parser.add_argument("--only", help="one target")
    given = parser.parse_args()
    names = [given.only] if given.only else list(TARGETS)
    sys.exit(1 if sum(fuzz(name, given.inputs, given.seed) for name in names) else 0)
