"""Checking an evidence bundle: its bytes, its signature, every row in it, and every statement against the rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ledger import (
    Bundle,
    DealTerms,
    DistributionReport,
    InvalidTerms,
    Ledger,
    LedgerError,
    StoredRow,
    __version__,
    terms_from_fields,
    terms_to_json,
)
from replay.evidence.bundle_format import Closing, signature_text, statement_csv
from replay.evidence.checkpoint import SigningFault, is_signed, public_key_in
from replay.evidence.closed_periods import check_periods
from replay.evidence.kept import Kept
from replay.evidence.watching import FaultsFound, LogWatch, Progress, Verification, brief

TERMS = "terms.json"
_ONE_SPELLING = 3
"""The format from which on the terms of a bundle of the same release have one spelling."""


def check_bundle(file: BinaryIO, public_key: Path | None, head: Kept, progress: Progress | None) -> Verification:
    """Return what is wrong with the bundle in an open file; see :func:`replay.evidence.bundle.verify_bundle`."""
    found, log, sound = FaultsFound(), LogWatch("", head), 0
    try:
        bundle = Bundle(file)
        log.deal = bundle.manifest.deal
        found.add(bundle.member_faults())
        _check_signature(bundle, public_key, found)
        if bundle.manifest.events_name in bundle.names:
            log, sound = _check_log(bundle, head, found, progress)
    except SigningFault:
        raise
    except (LedgerError, ValueError, OSError) as fault:
        found.of_log("malformed", brief(fault))
    return found.result(log, sound)


def _check_signature(bundle: Bundle, public_key: Path | None, found: FaultsFound) -> None:
    trusted = None if public_key is None else public_key_in(public_key)
    raw = bundle.signature
    if raw is None:
        if trusted is not None:
            found.of_log("unsigned", "the bundle is not signed")
        return
    try:
        given: Any = json.loads(raw)
        key, signature = given["public_key"], given["signature"]
        valid = signature_text(key, signature) == raw
        valid = valid and is_signed(bundle.signed_message, key, signature)
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


def _check_log(bundle: Bundle, head: Kept, found: FaultsFound, progress: Progress | None) -> tuple[LogWatch, int]:
    """Verify the rows while they are restored, then everything that follows from them."""
    manifest, sound = bundle.manifest, 0
    told = None if progress is None else lambda done: progress(done, max(manifest.events, done))
    log = LogWatch(manifest.deal, head)
    try:
        copy = Ledger.of_bundle(bundle, lambda rows: log.over(rows, told))
    except LedgerError as fault:
        log = LogWatch(manifest.deal, head)
        _name_all(bundle, log, found, brief(fault))
    else:
        with copy:
            sound = _check_contents(bundle, copy, log, found)
    log.compare(found)
    if (log.events, log.head) != (manifest.events, manifest.head):
        message = f"the log has {log.events} events and ends at {log.head.sequence}:{log.head.hash.hex()[:16]}..."
        found.of_log("other_head", f"{message}; the manifest says otherwise")
    return log, sound


def _name_all(bundle: Bundle, log: LogWatch, found: FaultsFound, reason: str) -> None:
    """Name every fault of a log; restoring it ended at the first."""
    before = found.count

    def rows() -> Iterator[StoredRow]:
        batches = bundle.envelopes(lambda fault: found.add([fault]))
        for row, faults in bundle.checked_rows(batches):
            found.add(faults)
            if row is not None:
                yield row

    for _ in log.over(rows()):
        pass
    manifest = bundle.manifest
    told_by_head = log.events and (log.events, log.head) != (manifest.events, manifest.head)
    if found.count == before and not told_by_head:
        found.of_log("not_restorable", reason)
    found.notes.append("the statements were not checked, because the log is not sound")


def _states(content: bytes, terms: DealTerms, *, older: bool) -> bool:
    """Say whether a member states the terms; one of an ``older`` release lacks those that it did not know."""
    if content == (terms_to_json(terms) + "\n").encode():
        return True
    if not older:
        return False
    try:
        stated = json.loads(content)
        return isinstance(stated, dict) and terms_from_fields({"rules": 1, **stated}) == terms
    except (ValueError, RecursionError, InvalidTerms):
        return False


def _check_contents(bundle: Bundle, copy: Ledger, log: LogWatch, found: FaultsFound) -> int:
    """Replay every closed period, and compare terms and statements with those that the restored log gives, to the byte.

    Returns how many periods have the figures that their closings fixed.
    """
    release, compared = bundle.manifest.release, set[str]()
    other = release != __version__
    by = f" (written by release {release}, read by {__version__}; it may be a new line)" if other else ""
    older = other or bundle.manifest.version < _ONE_SPELLING
    if TERMS in bundle.names and not _states(bundle.content(TERMS), copy.terms(log.deal), older=older):
        found.of_log("other_terms", f"{TERMS} is not what the events say{by}")
    closings = [Closing(*item) for item in log.closings]
    by_sequence = {closing.sequence: closing for closing in closings}
    names = {closing.member for closing in closings}
    for name in sorted(set(bundle.statement_names) - names):
        found.of_log("extra_member", f"no period was closed that {name!a} could be the statement of")
    for name in sorted(names - set(bundle.statement_names)):
        found.of_log("missing_member", f"the bundle lacks the statement {name}")

    def compare(sequence: int, report: DistributionReport) -> None:
        name = by_sequence[sequence].member
        if name not in bundle.statement_names or name in compared:
            return
        compared.add(name)
        try:
            expected = statement_csv(report)
        except Exception as fault:  # as in check_periods: a forged log may break any step of a replay
            found.of_log("not_replayable", f"{name} cannot be replayed: {brief(fault)}")
            return
        if bundle.content(name) != expected:
            found.of_log("other_figures", f"{name} has other figures than the events give{by}")

    sound = check_periods(copy, log, found, seen=compare)
    for closing in closings:
        if closing.member not in compared:
            try:
                report = copy.distribution(
                    log.deal, closing.event.distribution_date, known_through=closing.sequence - 1
                )
            except Exception as fault:
                found.of_log("not_replayable", f"{closing.member} cannot be replayed: {brief(fault)}")
                continue
            compare(closing.sequence, report)
    return sound


__all__ = ["check_bundle"]
