"""What a refusal looks like: problem details (RFC 9457), with the codes of the Python API and the status that fits."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from http import HTTPStatus

import msgspec

from ledger.errors import (
    AccessRefused,
    InvalidArgument,
    InvalidEvent,
    InvalidTerms,
    LedgerError,
    NoDistribution,
    PostingRefused,
    ReplayGap,
    SchemaAltered,
    SchemaOutdated,
    SchemaTooNew,
    StoreUnavailable,
    UnknownDeal,
    Violation,
)
from ledger.http.asking import Problem
from ledger.http.routes import Answer, Unfit
from ledger.http.shapes import ProblemShown, ViolationShown
from ledger.visible import fit, quoted
from ledger.writing.receipts import Refusal

PROBLEM = "application/problem+json"

MOST_TOLD = 1_000
"""Violations that an answer tells; how many there are it tells too."""

_CONFLICTS = frozenset({"different_payload", "stale_sequence", "already_closed", "duplicate"})
_UNREADABLE = frozenset({"malformed_json", "duplicate_field"})
_NO_NUMBER = ("not_a_number", "")
_LONGEST = 2_000
_UNFIT = "nothing was posted: what was sent does not fit; see the violations"
ELSEWHERE = (
    ("ledger check names those there are", "GET /deals/{deal}/findings/{date} names those that stand"),
    ("ledger open does so, deal_opened alone does not", "deal_opened does not do so"),
    ("(ledger restate)", "(POST /deals/{deal}/restatements)"),
    ("(Ledger.close_period)", "(POST /deals/{deal}/closings/{date})"),
    ("Ledger.close_period computes it", "POST /deals/{deal}/closings/{date} computes it"),
    ("follow a link of its pages", "GET /deals/{deal}/statements/{date} has them, each as PAGE/LINE/COLUMN"),
    ("(Ledger.distribute)", "(POST /deals/{deal}/payments/{date})"),
)
"""What a message names of other doors, and where the same is done here."""


def refused(answer: Refusal) -> Answer:
    """Return why nothing was posted."""
    codes = {item.code for item in answer.violations}
    if codes == {"unknown_deal"}:
        return _problem(404, "unknown_deal", "there is no such deal; a new one begins with deal_opened")
    status = 409 if codes & _CONFLICTS else 422
    return _violated(status, "refused", "nothing was posted", answer.violations)


def unfit(violations: Sequence[Violation]) -> Answer:
    """Return why a body was not even handed to the ledger."""
    # What JSON does not know, such as NaN, is of no field.
    unreadable = any(item.code in _UNREADABLE or (item.code, item.field) == _NO_NUMBER for item in violations)
    return _violated(400 if unreadable else 422, "unfit", _UNFIT, violations)


def told_of_fault(fault: BaseException, deal: str) -> Answer | None:
    """Return what a caller is told of a fault; None for one that nobody foresaw."""
    match fault:
        case Problem():
            return _problem(fault.status, fault.code, fault.message, fault.headers)
        case Unfit() | InvalidEvent() | PostingRefused():
            return unfit(fault.violations)
        case InvalidTerms():
            return unfit([Violation("", fault.field, fault.code, fault.message)])
        case UnknownDeal():
            # The deals that there are may be nobody's business.
            return _problem(404, "unknown_deal", f"there is no deal {quoted(deal)}")
        case NoDistribution():
            return _problem(404, "no_distribution", str(fault))
        case InvalidArgument():
            violation = Violation("", fault.name, fault.code, fault.message)
            return _violated(422, fault.code, str(fault), [violation])
        case ReplayGap():
            return _problem(409, "fact_missing", str(fault))
        case AccessRefused():
            return _problem(403, "no_right", "the login of this token has no right to do that in the database")
        case SchemaAltered() | SchemaOutdated() | SchemaTooNew():
            message = "nothing is written: the database is not as this release makes it; its keeper is told more"
            return _problem(503, "other_schema", message)
        case StoreUnavailable():
            message = "the database cannot be reached or written just now; nothing is half done: ask again"
            return _problem(503, "store_unavailable", message, (("Retry-After", "5"),))
        case LedgerError():
            return None
    return None


def unforeseen() -> Answer:
    """Return what a caller is told of what nobody foresaw: nothing but that it happened."""
    return _problem(500, "unforeseen", "the service failed; its log says where")


def fault_places(fault: BaseException) -> str:
    """Return what is logged of a fault that nobody foresaw: its kind and its places, and not its message."""
    where = [f"{item.filename}:{item.lineno} in {item.name}" for item in traceback.extract_tb(fault.__traceback__)]
    return "\n  ".join([f"ledger serve: {type(fault).__module__}.{type(fault).__qualname__}", *where])


def _violated(status: int, code: str, detail: str, violations: Sequence[Violation]) -> Answer:
    shown = [
        ViolationShown(event_id=item.event_id, field=item.field, code=item.code, message=_here(item.message))
        for item in violations[:MOST_TOLD]
    ]
    return _sent(status, code, detail, shown, len(violations))


def _problem(status: int, code: str, detail: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    return _sent(status, code, detail, [], 0, headers)


def _sent(
    status: int,
    code: str,
    detail: str,
    violations: list[ViolationShown],
    count: int,
    headers: tuple[tuple[str, str], ...] = (),
) -> Answer:
    said = ProblemShown(
        type=f"urn:indenture:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=fit(_here(detail), _LONGEST),
        code=code,
        violations=violations,
        violation_count=count,
    )
    # Half a character may have come in an escape of JSON; it has no bytes, and is shown as what it is.
    content = msgspec.json.encode(said)
    return Answer(content=content + b"\n", kind=PROBLEM, status=status, headers=headers)


def _here(message: str) -> str:
    """Return a message with the addresses of this service for what it names of other doors."""
    for elsewhere, here in ELSEWHERE:
        message = message.replace(elsewhere, here)
    return message


__all__ = ["ELSEWHERE", "MOST_TOLD", "PROBLEM", "fault_places", "refused", "told_of_fault", "unfit", "unforeseen"]
