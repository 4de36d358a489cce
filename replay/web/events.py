"""The pages of the log: events by what they are about, a hundred at a time, and one event with everything around it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from functools import cache
from itertools import islice

from ledger import REGISTRY, EventCorrected, EventReversed, RecordedEvent, Second, date_number
from ledger.http.asking import Problem
from ledger.reports import (
    CellValue,
    Column,
    ColumnKind,
    Fact,
    Provenance,
    Report,
    Table,
    approved_by,
    plain_cell,
    posted_by,
)
from replay.web.addresses import Given, deal_page, event_page
from replay.web.answer import Shown
from replay.web.desk import ReadersDesk
from replay.web.markup import (
    Html,
    Linked,
    facts,
    headed,
    joined,
    linked,
    links_of,
    paragraph,
    safe,
    tabled,
    used,
)
from replay.web.request import Request
from replay.web.statements import crumbs

PAGE = 100
"""Events of a page."""

_COLUMNS = (
    Column("sequence", kind=ColumnKind.COUNT),
    Column("distribution_date", heading="distribution", kind=ColumnKind.DATE),
    Column("effective_date", heading="date", kind=ColumnKind.DATE),
    Column("type"),
    Column("event_id", heading="event"),
    Column("what"),
    Column("recorded_at", kind=ColumnKind.TIME),
    Column("actor"),
)
_TOLD = ("loan", "group", "class_id", "code", "amount", "principal", "interest", "balance", "rate", "status", "reason")
"""Fields of which a list says what an event is about."""

FILTERS = ("type", "loan", "group", "class", "code", "distribution", "event_id")
"""What events are sought by."""


def show_events(desk: ReadersDesk, request: Request, deal: str) -> Shown:
    """Return the events of a deal from a sequence on, all or those that are about something."""
    head = desk.head(deal)
    key = ("events", deal, head, tuple(sorted(request.query.items())))
    return desk.kept_page(key, lambda: _events_shown(desk, request, deal, head))


def _events_shown(desk: ReadersDesk, request: Request, deal: str, head: int) -> Shown:
    after = request.number("after", least=0) or 0
    given: dict[str, Given] = {name: request.text(name) for name in FILTERS}
    day = request.date("distribution")
    number = None if day is None else date_number(day)
    kind = request.text("type")
    if kind and kind not in REGISTRY:
        raise Problem(400, "unknown_type", f"{kind!r} is no event type; choose one of the list on the page of events")
    found = list(
        islice(
            desk.ledger.events(
                deal,
                after=after,
                known_through=head,
                types=(kind,) if kind else None,
                loan=request.text("loan") or None,
                group=request.text("group") or None,
                class_id=request.text("class") or None,
                code=request.text("code") or None,
                event_ids=(request.text("event_id"),) if request.text("event_id") else None,
                first=number,
                last=number,
                limit=PAGE + 1,
            ),
            PAGE + 1,
        )
    )
    page, more = found[:PAGE], len(found) > PAGE
    rows = tuple(_row(item) for item in page)
    listed = Table(name="events", columns=_COLUMNS, rows=rows)
    report = Report(
        title=f"{deal}: events",
        provenance=Provenance(deal=deal, known_through=head),
        parts=(listed, Fact("next_after", page[-1].sequence if more else None)),
    )
    pager = list(_pager(deal, given, after, head, page[-1].sequence if more else None))
    told_of = f"Events after {after:,}" if after else "Events from the first on"
    return Shown(
        title=f"{deal}: events",
        crumbs=crumbs(deal),
        report=report,
        body=joined(
            (
                _filters(deal, request, after),
                paragraph(f"{told_of}; the log ends with {head:,}.", "note"),
                _listed(desk, deal, listed, head),
                Html(f'<nav class="pages" aria-label="More events">{joined(pager)}</nav>'),
            )
        ),
    )


def _pager(deal: str, given: dict[str, Given], after: int, head: int, last: int | None) -> Iterator[Html]:
    """Yield the links to other events; back is led only where all are listed, for their sequences have no gap."""
    held = {**given, "class_": given["class"], "class": None}
    yield linked(deal_page(deal, "events", **held), "First")
    whole = not any(given.values())
    if whole and after:
        yield linked(deal_page(deal, "events", **held, after=max(after - PAGE, 0) or None), f"Previous {PAGE}")
    if last is not None:
        yield linked(deal_page(deal, "events", **held, after=last), f"Next {PAGE}")
    if whole and last is not None:
        yield linked(deal_page(deal, "events", **held, after=head - PAGE), "Last")


def _listed(desk: ReadersDesk, deal: str, listed: Table, head: int) -> Html:
    if not listed.rows:
        return paragraph("No event is about that.")
    return tabled(listed, _event_links(desk, deal, head), used(listed, listed.shown))


def _event_links(desk: ReadersDesk, deal: str, head: int) -> dict[str, Linked]:
    links = links_of(deal)
    links["event_id"] = lambda _, row: event_page(deal, int(str(row["sequence"])))

    @cache
    def of_day(day: str) -> str:
        return desk.page_of_day(deal, dt.date.fromisoformat(day), head)

    # A hundred events are of few days, and where a day leads is asked of the log.
    links["distribution_date"] = lambda day, _: of_day(day)
    return links


def _filters(deal: str, request: Request, after: int) -> Html:
    chosen = request.text("type")
    kinds = joined(
        Html(f'<option value="{safe(name)}"{" selected" if name == chosen else ""}>{safe(name)}</option>')
        for name in sorted(REGISTRY)
    )
    fields = joined(
        Html(
            f'<label>{safe(name)}<input name="{name}" value="{safe(request.text(name))}" size="9"'
            f"{' type=date' if name == 'distribution' else ''}></label>"
        )
        for name in ("loan", "group", "class", "code", "distribution")
    )
    start = f'<label>after<input name="after" inputmode="numeric" size="7" value="{after or ""}"></label>'
    return Html(
        f'<form method="get" action="{safe(deal_page(deal, "events"))}">'
        f'<label>type<select name="type"><option value="">every type</option>{kinds}</select></label>'
        f"{fields}{start}<button>Show</button></form>"
    )


def _row(item: RecordedEvent) -> tuple[CellValue, ...]:
    event = item.event
    held = ((name, getattr(event, name, None)) for name in _TOLD)
    what = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in held if value not in (None, ""))
    actor = "" if item.envelope is None else posted_by(item.envelope)
    return (
        *(item.sequence, item.distribution_date, event.effective_date, event.name, event.event_id),
        *(what, item.recorded_at, actor),
    )


def show_event(desk: ReadersDesk, deal: str, sequence: int) -> Shown:
    """Return one event: what it says, its hash, its neighbours, what reverses it, who posted it and from what."""
    head = desk.head(deal)
    if sequence > head:
        raise Problem(404, "no_such_event", f"the log of {deal} ends with event {head}")
    return desk.kept_page(("event", deal, head, sequence), lambda: _event_shown(desk, deal, sequence, head))


def _event_shown(desk: ReadersDesk, deal: str, sequence: int, head: int) -> Shown:
    near = list(desk.ledger.events(deal, after=max(sequence - 2, 0), limit=3))
    item = next(each for each in near if each.sequence == sequence)
    seconds = desk.ledger.seconds(deal, [item]).get(sequence, ())
    chain = list(_chain(desk, deal, item))
    payload = json.dumps(json.loads(item.payload), indent=2, ensure_ascii=False)
    before = next((each for each in near if each.sequence == sequence - 1), None)
    after = next((each for each in near if each.sequence == sequence + 1), None)
    return Shown(
        title=f"{item.event.name} {item.event.event_id}",
        crumbs=(*crumbs(deal), ("events", deal_page(deal, "events", after=max(sequence - 1, 0)))),
        report=_event_report(deal, item, chain, seconds, before, after),
        body=joined(
            (
                _neighbours(deal, before, after),
                _what(desk, deal, item, before, head),
                headed("Reversal chain"),
                _chain_told(deal, item, chain),
                headed("Who posted it"),
                _people(item, seconds),
                headed("As it was written"),
                Html(f'<pre tabindex="0" aria-label="The event as it was written">{_lines(payload)}</pre>'),
            )
        ),
    )


def _lines(text: str) -> Html:
    return joined((safe(line) for line in text.split("\n")), "\n")


def _neighbours(deal: str, before: RecordedEvent | None, after: RecordedEvent | None) -> Html:
    listed = [
        linked(event_page(deal, item.sequence), f"{word}: {item.sequence} {item.event.name}")
        for word, item in (("Before", before), ("After", after))
        if item is not None
    ]
    return Html(f'<nav class="tabs" aria-label="Neighbours">{joined(listed)}</nav>')


def _what(desk: ReadersDesk, deal: str, item: RecordedEvent, before: RecordedEvent | None, head: int) -> Html:
    event, day = item.event, item.distribution_date
    loan, group, class_id = (getattr(event, name, None) for name in ("loan", "group", "class_id"))
    previous = "the deal's own beginning" if before is None else before.hash
    return facts(
        (
            ("sequence", safe(item.sequence)),
            ("date", safe(event.effective_date)),
            ("distribution", Html("") if day is None else _day(desk, deal, day, head)),
            ("recorded at", safe(item.recorded_at.isoformat())),
            ("loan", linked(deal_page(deal, "loans", loan), loan) if isinstance(loan, str) and loan else Html("")),
            ("group", safe(group) if isinstance(group, str) else Html("")),
            ("class", safe(class_id) if isinstance(class_id, str) else Html("")),
            ("hash", Html(f'<span class="hash">{safe(item.hash)}</span>')),
            ("hash before it", Html(f'<span class="hash">{safe(previous)}</span>')),
        )
    )


def _day(desk: ReadersDesk, deal: str, day: dt.date, head: int) -> Html:
    where = desk.page_of_day(deal, day, head)
    return linked(where, day) if where else safe(f"{day} (before the deal entered)")


def _chain(desk: ReadersDesk, deal: str, item: RecordedEvent) -> Iterator[tuple[str, RecordedEvent]]:
    """Yield what an event voids, what takes its place, and what voids it."""
    event = item.event
    named: list[tuple[str, str]] = []
    if isinstance(event, EventReversed):
        named = [("reverses", event.reverses)]
    elif isinstance(event, EventCorrected):
        named = [("corrects", event.corrects), ("replaced by", event.replaced_by)]
    for word, name in named:
        for found in desk.ledger.events(deal, event_ids=(name,), limit=1):
            yield word, found
    for name in desk.ledger.voided_by(deal, [event.event_id]).values():
        for found in desk.ledger.events(deal, event_ids=(name,), limit=1):
            other = found.event
            yield ("corrected by" if isinstance(other, EventCorrected) else "reversed by"), found
            if isinstance(other, EventCorrected):
                for replacing in desk.ledger.events(deal, event_ids=(other.replaced_by,), limit=1):
                    yield "replaced by", replacing


def _chain_told(deal: str, item: RecordedEvent, chain: list[tuple[str, RecordedEvent]]) -> Html:
    if not chain:
        return paragraph("It voids nothing, and nothing voids it.", "note")
    rows = (
        Html(
            f"<li>{safe(word)} {linked(event_page(deal, each.sequence), f'{each.sequence} {each.event.event_id}')}"
            f" {safe(getattr(each.event, 'reason', ''))}</li>"
        )
        for word, each in chain
    )
    reason = getattr(item.event, "reason", "")
    said = paragraph(f"Its reason: {reason}") if reason else Html("")
    return joined((Html(f"<ul>{joined(rows)}</ul>"), said))


def _people(item: RecordedEvent, seconds: tuple[Second, ...]) -> Html:
    held = item.envelope
    if held is None:
        return paragraph("Its batch has no envelope: nobody is named.", "note")
    return facts(
        (
            ("posted by", safe(posted_by(held))),
            ("approved by", safe(" and ".join(approved_by(held, seconds)))),
            ("document", safe(held.document)),
            ("its SHA-256", Html(f'<span class="hash">{safe(held.document_sha256)}</span>')),
            ("batch", safe(f"events {held.first_sequence} to {held.through_sequence}")),
            ("digest of the envelope", Html(f'<span class="hash">{safe(held.digest)}</span>')),
        )
    )


def _event_report(
    deal: str,
    item: RecordedEvent,
    chain: list[tuple[str, RecordedEvent]],
    seconds: tuple[Second, ...],
    before: RecordedEvent | None,
    after: RecordedEvent | None,
) -> Report:
    held = item.envelope
    columns = (Column("relation"), Column("sequence", kind=ColumnKind.COUNT), Column("event_id"))
    rows = tuple((word, each.sequence, each.event.event_id) for word, each in chain)
    envelope = (
        ()
        if held is None
        else (
            Fact("posted_by", posted_by(held)),
            Fact("approved_by", approved_by(held, seconds)),
            Fact("document", held.document),
            Fact("document_sha256", held.document_sha256),
            Fact("envelope", held.digest),
        )
    )
    flat = _flat(item)
    return Report(
        title=f"{deal}: event {item.sequence}",
        provenance=Provenance(deal=deal),
        summary=tuple(_told(flat)),
        parts=(
            Fact("sequence", item.sequence),
            Fact("event_id", item.event.event_id),
            Fact("type", item.event.name),
            Fact("distribution_date", item.distribution_date),
            Fact("recorded_at", item.recorded_at),
            Fact("hash", item.hash),
            Fact("hash_before", None if before is None else before.hash),
            Fact("before", None if before is None else before.sequence),
            Fact("after", None if after is None else after.sequence),
            *envelope,
            Fact("payload", item.payload),
            Table(name="chain", columns=columns, rows=rows, shown=tuple(each.name for each in columns if rows)),
        ),
        flat=flat,
    )


def _told(flat: Table) -> Iterator[str]:
    """Yield what a text says of an event under its title, where no facts stand."""
    for column, value in zip(flat.columns, flat.rows[0], strict=True):
        yield f"{column.heading}: {plain_cell(value)}"


def _flat(item: RecordedEvent) -> Table:
    """Return an event as one row, as a spreadsheet takes it."""
    held = item.envelope
    row: dict[str, CellValue] = {
        "sequence": item.sequence,
        "event_id": item.event.event_id,
        "type": item.event.name,
        "effective_date": item.event.effective_date,
        "distribution_date": item.distribution_date,
        "recorded_at": item.recorded_at,
        "hash": item.hash,
        "posted_by": "" if held is None else posted_by(held),
        "document": "" if held is None else held.document,
        "payload": item.payload,
    }
    return Table(name="event", columns=tuple(map(Column, row)), rows=(tuple(row.values()),))


__all__ = ["FILTERS", "PAGE", "show_event", "show_events"]
