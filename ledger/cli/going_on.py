"""What goes on from a check: who must approve a closing, whether anybody has, and the commands to give next."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ledger.deal.vocabulary import Act
    from ledger.readiness.gate import Readiness
    from ledger.reading.closings import RecordedClosing
    from ledger.rules.second_person import Approval
    from ledger.service import Ledger

_PROPOSED = "closing.jsonl"
"""The file that a closing is proposed in, in the commands that are shown."""


class GoingOn(NamedTuple):
    """What a check says of how to go on.

    ``second_person`` says who must approve and who has; ``commands`` are given one after the other, and ``instead``
    those that do as well.
    """

    second_person: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()


def going_on(ledger: Ledger, url: str, ready: Readiness, closing: RecordedClosing | None) -> GoingOn:
    """Return how to go on from what was found: without commands where something refuses or nobody can post."""
    from ledger.findings import Grade
    from ledger.store.opening import archive_directory, bundle_file

    reads_only = archive_directory(url) is not None or bundle_file(url) is not None
    # A password does not belong on a screen, nor a setting that may be one.
    shown = ledger.url if "***" in ledger.url else url
    asked = [shown, ready.deal, str(ready.distribution.payment_date)]
    if closing is not None:
        paid = reads_only or ready.graded(Grade.REFUSES) or closing.paid_at is not None
        return GoingOn(commands=() if paid else (shlex.join(["ledger", "distribute", *asked]),))
    acts = _demanded(ledger, ready)
    is_stated = ledger.url.startswith("sqlite")
    approved, told = _second_person(ledger, ready, acts, is_stated=is_stated) if acts else (False, ())
    if reads_only or ready.graded(Grade.REFUSES):
        return GoingOn(second_person=told)
    close = ["ledger", "close", *asked]
    seen = ["--expected-sequence", str(ready.known_through)]
    reasons = [item for code in ready.codes_to_acknowledge for item in ("--acknowledge", f"{code}=REASON")]
    reasons += ["--who", "NAME"] if reasons else []
    if not acts:
        return GoingOn(commands=(shlex.join([*close, *seen, *reasons]),))
    by = ["--actor", "NAME"] if is_stated else []
    if approved:
        return GoingOn(second_person=told, commands=(shlex.join([*close, *seen, *reasons, *by]),))
    approver = ["--actor", "APPROVER"] if is_stated else []
    steps = (
        f"{shlex.join([*close, *reasons, '--propose'])} > {_PROPOSED}",
        shlex.join(["ledger", "approve", shown, _PROPOSED, *approver]),
        shlex.join([*close, *reasons, *by]),
    )
    if not is_stated:
        return GoingOn(second_person=told, commands=steps)
    at_once = shlex.join([*close, *seen, *reasons, *by, "--approver", "NAME"])
    return GoingOn(second_person=told, commands=(at_once,), instead=steps)


def _demanded(ledger: Ledger, ready: Readiness) -> tuple[Act, ...]:
    """Return the acts that a closing as it is now would be, and that the terms demand a second person for."""
    from ledger.deal.vocabulary import Act

    demanded = ledger.terms(ready.deal, known_through=ready.known_through).second_person
    would_be = (Act.CLOSING, *((Act.ACKNOWLEDGING,) if ready.codes_to_acknowledge else ()))
    return tuple(act for act in would_be if act in demanded)


def _second_person(
    ledger: Ledger, ready: Readiness, acts: tuple[Act, ...], *, is_stated: bool
) -> tuple[bool, tuple[str, ...]]:
    """Return whether an approval stands that may count, and in words who must approve, and who has."""
    from ledger.events import codec
    from ledger.rules.second_person import payload_digest

    closing = ledger.proposed_closing(ready.deal, ready.distribution.payment_date)
    # The reasons are part of what is approved; nobody can tell before they are given.
    digest = "" if ready.codes_to_acknowledge else payload_digest(codec.encode(closing))
    standing = ledger.approvals(ready.deal, closing.event_id)
    approved = any(digest in ("", item.payload_sha256) for item in standing)
    who = "anybody else than the actor who closes; both names are stated, not proved"
    if not is_stated:
        who = "another login than the one that closes, by an approval that stands in the log before"
    told = (
        f"the terms demand a second person for {' and '.join(act.value for act in acts)}",
        f"who: {who}",
        *([] if standing else ["no approval of this closing stands yet"]),
        *(_told(item, digest) for item in standing),
    )
    return approved, told


def _told(approval: Approval, digest: str) -> str:
    """Return of an approval that stands by whom it is, and whether it counts; ``digest`` is of the closing as it is."""
    from ledger.reports.people import person_told

    if not digest:
        what = (
            "a closing of this distribution; it counts if nothing has changed since, with the reasons and the --who "
            "that were proposed"
        )
    elif approval.payload_sha256 == digest:
        what = "exactly this closing; anybody else may close"
    else:
        what = "another closing: something has changed since; propose it and have it approved again"
    by = person_told(approval.people.login, approval.people.actor)
    return f"{approval.event_id!r}, by {by}, approves {what}"


__all__ = ["GoingOn", "going_on"]
