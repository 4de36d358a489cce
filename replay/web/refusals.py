"""What a reader is told of what cannot be shown: in the format that was asked for, and where to go on from."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from http import HTTPStatus

from ledger import InvalidArgument, LedgerError, NoDistribution, ReplayGap, StoreUnavailable, UnknownDeal
from ledger.http.asking import Problem
from ledger.reports import only_version, visible
from replay.web.addresses import deal_page
from replay.web.answer import Sent, Shown, as_sent
from replay.web.markup import Html, joined, linked, paragraph
from replay.web.request import FORMS

_LONGEST_MESSAGE = 1_000
_LED_ON = frozenset({400, 404, 406, 409, 422, 503})
"""Refusals of somebody who may read here, and so may be led to other pages of the deal."""


def problem_of(fault: BaseException) -> Problem:
    """Return what a reader is told of a fault: the ledger's own words, and of anything unforeseen none."""
    match fault:
        case Problem():
            return fault
        case UnknownDeal() | NoDistribution():
            return Problem(404, "not_found", str(fault))
        case InvalidArgument():
            return Problem(400, fault.code, str(fault))
        case ReplayGap():
            return Problem(409, "fact_missing", str(fault))
        case StoreUnavailable():
            return Problem(503, "store_unavailable", "the database cannot be reached just now; try again in a minute")
        case LedgerError():
            return Problem(500, "ledger", "the ledger could not be read; the server's log says why")
    return Problem(500, "unforeseen", "the page could not be made; the server's log says why")


def refusal_sent(problem: Problem, form: str) -> Sent | None:
    """Return a refusal as programs read it in their format; None where a page is to be shown."""
    message = visible(problem.message[:_LONGEST_MESSAGE])
    told: dict[str, str | int] = {"status": problem.status, "code": problem.code, "message": message}
    if form in ("json", "jsonl"):
        document = {**only_version(), "error": told}
        content = json.dumps(document, ensure_ascii=False) + "\n"
    elif form == "csv":
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows((tuple(told), tuple(told.values())))
        content = out.getvalue()
    elif form == "text":
        content = f"error: {message} [{problem.code}]\n"
    else:
        return None
    return Sent(content=content.encode("utf-8", "replace"), kind=FORMS[form], status=problem.status,
                headers=problem.headers)  # fmt: skip


def refused_page(problem: Problem, path: tuple[str, ...], *, known_deal: bool) -> Sent:
    """Return a refusal as a page; it leads on to the deal, and to the findings of the distribution, where they are."""
    onward = [linked("/", "To the deals")]
    if known_deal and problem.status in _LED_ON and len(path) > 1 and path[0] == "deals":
        onward.append(linked(deal_page(path[1]), f"To {path[1]}"))
        if problem.status == HTTPStatus.CONFLICT and len(path) == 4 and _is_date(path[3]):
            onward.append(linked(deal_page(path[1], "findings", path[3]), f"To the findings of {path[3]}"))
    body = joined((paragraph(problem.message[:_LONGEST_MESSAGE]), Html(f"<p>{joined(onward, ' · ')}</p>")))
    made = as_sent(Shown(title=_heading(problem), body=body, status=problem.status), "html")
    return Sent(content=made.content, kind=made.kind, status=made.status, headers=problem.headers)


def _is_date(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _heading(problem: Problem) -> str:
    by_code = {"fact_missing": "Not reported yet", "not_reported_yet": "Not reported yet",
               "before_entry": "Before the deal entered"}  # fmt: skip
    by_status = {404: "Not found", 405: "Not allowed", 503: "Not now"}
    own = HTTPStatus(problem.status).phrase.capitalize()
    return by_code.get(problem.code) or by_status.get(problem.status, own)


__all__ = ["problem_of", "refusal_sent", "refused_page"]
