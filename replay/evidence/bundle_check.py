"""Checking an evidence bundle: its bytes, its signature, every row in it, and every statement against the rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ledger import (
    DealTerms,
    Fault,
    InvalidTerms,
    Ledger,
    LedgerError,
    StoredBatch,
    StoredRow,
    __version__,
    terms_from_fields,
    terms_to_json,
    verify_rows,
)
from replay.evidence.bundle_format import (
    BATCHES,
    EVENTS,
    MANIFEST,
    SIGNATURE,
    TERMS,
    Closing,
    Manifest,
    canonical,
    manifest_of,
    row_of,
    signed_message,
    statement_csv,
)
from replay.evidence.canonical_zip import Malformed, Member, digest_of, read_content, read_lines, read_members
from replay.evidence.checkpoint import SigningFault, is_signed, public_key_in
from replay.evidence.kept import Kept
from replay.evidence.verify import MOST_FAULTS, FaultsFound, LogWatch, Progress, Verification, brief, check_periods

LARGEST = 16 << 20
"""Bytes that a member other than the events may have, and a line of those."""


def check_bundle(file: BinaryIO, public_key: Path | None, head: Kept, progress: Progress | None) -> Verification:
    """Return what is wrong with the bundle in an open file; see :func:`replay.evidence.bundle.verify_bundle`."""
    found, log, sound = FaultsFound(), LogWatch("", head), 0
    try:
        members = read_members(file)
        if MANIFEST not in members:
            raise Malformed(f"there is no {MANIFEST} in the archive")
        raw = read_content(file, members[MANIFEST], LARGEST)
        manifest = manifest_of(raw)
        log.deal = manifest.deal
        _check_members(file, members, manifest, found)
        _check_signature(file, members, raw, public_key, found)
        if EVENTS in members:
            log, sound = _check_log(file, members, manifest, head, found, progress)
    except SigningFault:
        raise
    except (LedgerError, ValueError, OSError) as fault:
        found.of_log("malformed", brief(fault))
    return found.result(log, sound)


def _check_members(file: BinaryIO, members: dict[str, Member], manifest: Manifest, found: FaultsFound) -> None:
    """Compare the members with the manifest: no fewer, no more, in their order, and unchanged."""
    statements = sorted(name for name in manifest.members if name not in (EVENTS, BATCHES, TERMS))
    signed = [SIGNATURE] if SIGNATURE in members else []
    batches = [BATCHES] if BATCHES in manifest.members else []
    wanted = [MANIFEST, *signed, EVENTS, *batches, TERMS, *statements]
    for name in wanted:
        if name not in members:
            found.of_log("missing_member", f"the bundle lacks {name!a}")
    for name in (EVENTS, TERMS):
        if name not in manifest.members:
            found.of_log("missing_member", f"the manifest does not name {name!a}")
    known = frozenset(wanted)
    for name in members:
        if name not in known:
            found.of_log("extra_member", f"the bundle holds {name!a}, which its manifest does not name")
    if not found.faults and list(members) != wanted:
        found.of_log("order", "the members do not stand in their order")
    for name, expected in manifest.members.items():
        if name in members and (members[name].size, digest_of(file, members[name])) != expected:
            found.of_log("changed_member", f"{name!a} is not what the manifest says it is")


def _check_signature(
    file: BinaryIO, members: dict[str, Member], manifest: bytes, public_key: Path | None, found: FaultsFound
) -> None:
    trusted = None if public_key is None else public_key_in(public_key)
    if SIGNATURE not in members:
        if trusted is not None:
            found.of_log("unsigned", "the bundle is not signed")
        return
    raw = read_content(file, members[SIGNATURE], LARGEST)
    try:
        given: Any = json.loads(raw)
        key, signature = given["public_key"], given["signature"]
        valid = canonical({"public_key": key, "signature": signature}) == raw
        valid = valid and is_signed(signed_message(manifest), key, signature)
    except (ValueError, TypeError, KeyError, RecursionError):
        found.of_log("bad_signature", "the signature cannot be read")
        return
    except SigningFault as fault:
        if trusted is not None:
            raise
        found.notes.append(f"the bundle is signed; the signature was not checked: {fault}")
        return
    if not valid:
        found.of_log("bad_signature", "the signature is not that of this bundle")
    elif trusted is None:
        found.notes.append(f"the bundle is signed by {key}; whose key that is was not asked (--public-key)")
    elif key != trusted:
        found.of_log("other_signer", f"the bundle is signed by {key}, not by {trusted}")


def _check_log(
    file: BinaryIO,
    members: dict[str, Member],
    manifest: Manifest,
    head: Kept,
    found: FaultsFound,
    progress: Progress | None,
) -> tuple[LogWatch, int]:
    """Verify the rows while they are restored in memory, then everything that follows from them."""
    told = None if progress is None else lambda done: progress(done, max(manifest.events, done))
    log, unreadable, sound = LogWatch(manifest.deal, head), FaultsFound(), 0
    # Lines that are no envelopes are faults at once; without them the hashes of their batches do not fit.
    batches = batches_in(file, members, found)
    with Ledger.create("sqlite://") as copy:
        try:
            copy.restore_rows(log.over(rows_in(file, members[EVENTS], unreadable), told), batches)
            restored = not unreadable.count and copy.deals() == [manifest.deal]
            reason = "the rows are of another deal than the manifest names"
        except LedgerError as fault:
            restored, reason = False, brief(fault)
        if restored:
            sound = check_periods(copy, log, found)
            _check_contents(file, members, manifest, copy, log, found)
        else:
            # Restoring ends at the first bad row; this names them all.
            log, before = LogWatch(manifest.deal, head), found.count
            found.add(verify_rows(manifest.deal, log.over(rows_in(file, members[EVENTS], found)), batches))
            if found.count == before:
                found.of_log("not_restorable", reason)
            found.notes.append("the statements were not checked, because the log is not sound")
    log.compare(found)
    if (log.events, log.head) != (manifest.events, manifest.head):
        message = f"the log has {log.events} events and ends at {log.head.sequence}:{log.head.hash.hex()[:16]}..."
        found.of_log("other_head", f"{message}; the manifest says otherwise")
    return log, sound


def rows_in(file: BinaryIO, member: Member, found: FaultsFound) -> Iterator[StoredRow]:
    """Yield the rows of a bundle; a line that is none becomes a fault."""
    for number, line in enumerate(read_lines(file, member, LARGEST), 1):
        try:
            row = row_of(line)
        except ValueError as fault:
            found.add([Fault(number, "", "", "unreadable", f"line {number} of {EVENTS}: {brief(fault)}")])
            if found.count >= MOST_FAULTS:
                return
            continue
        yield row


def _states(content: bytes, terms: DealTerms) -> bool:
    """Say whether a member states the terms; one of an older release lacks those that it did not know."""
    if content == (terms_to_json(terms) + "\n").encode():
        return True
    try:
        stated = json.loads(content)
        return isinstance(stated, dict) and terms_from_fields({"rules": 1, **stated}) == terms
    except (ValueError, RecursionError, InvalidTerms):
        return False


def batches_in(file: BinaryIO, members: dict[str, Member], found: FaultsFound) -> list[StoredBatch]:
    """Return the envelopes of a bundle, none where it has no such member; a line that is none becomes a fault."""
    batches: list[StoredBatch] = []
    if BATCHES not in members:
        return batches
    if not members[BATCHES].size:
        found.of_log("extra_member", f"{BATCHES} is empty; a log without envelopes has no such member")
    for number, line in enumerate(read_lines(file, members[BATCHES], LARGEST), 1):
        try:
            batches.append(StoredBatch.of_line(line))
        except ValueError as fault:
            found.of_log("unreadable", f"line {number} of {BATCHES}: {brief(fault)}")
            if found.count >= MOST_FAULTS:
                break
    return batches


def _check_contents(
    file: BinaryIO, members: dict[str, Member], manifest: Manifest, copy: Ledger, log: LogWatch, found: FaultsFound
) -> None:
    """Compare terms and statements with those that the restored log gives, to the byte."""
    other = manifest.release != __version__
    by = f" (written by release {manifest.release}, read by {__version__}; it may be a new line)" if other else ""
    if TERMS in members and not _states(read_content(file, members[TERMS], LARGEST), copy.terms(log.deal)):
        found.of_log("other_terms", f"{TERMS} is not what the events say{by}")
    closings = {closing.member: closing for closing in (Closing(*item) for item in log.closings)}
    for name in sorted(members.keys() - {MANIFEST, SIGNATURE, EVENTS, BATCHES, TERMS} - closings.keys()):
        found.of_log("extra_member", f"no period was closed that {name!a} could be the statement of")
    for name, closing in closings.items():
        if name not in members:
            found.of_log("missing_member", f"the bundle lacks the statement {name}")
            continue
        try:
            expected = statement_csv(copy, log.deal, closing)
        except Exception as fault:  # as in check_periods: a forged log may break any step of a replay
            found.of_log("not_replayable", f"{name} cannot be replayed: {brief(fault)}")
            continue
        if read_content(file, members[name], LARGEST) != expected:
            found.of_log("other_figures", f"{name} has other figures than the events give{by}")


__all__ = ["batches_in", "check_bundle", "rows_in"]
