"""The working paper of a distribution: which figures are explained, who stands behind its events, and its index."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape

import attrs

from ledger import RecordedEvent, Second
from ledger.reports import About, Column, ColumnKind, Report, Table, about_text, approved_by, posted_by, visible
from replay.statements.figures import Figure
from replay.statements.statement import Statement

_PEOPLE = (
    Column("sequence", kind=ColumnKind.COUNT),
    Column("event"),
    Column("type"),
    Column("recorded_at", kind=ColumnKind.TIME),
    Column("posted_by"),
    Column("approved_by", kind=ColumnKind.LIST),
    Column("document"),
    Column("document_sha256"),
)
_FILES = (
    Column("file"),
    Column("bytes", kind=ColumnKind.COUNT),
    Column("sha256", heading="SHA-256"),
    Column("made_by", heading="made by"),
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = "body{font:15px/1.5 system-ui,sans-serif;margin:2em}td,th{text-align:left;padding:3px 14px 3px 0}"


@attrs.frozen(kw_only=True)
class Filed:
    """One file of a working paper: its name in the folder, what it holds, and the command that makes it again."""

    name: str
    content: bytes
    made_by: str

    @property
    def sha256(self) -> str:
        """The SHA-256 of what it holds, as hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()


def sampled(found: Statement, size: int) -> tuple[Figure, ...]:
    """Return so many figures of a statement to be explained, in reading order.

    Noughts and words are left out. Which ones are taken depends on the digest of the figures alone, so that nobody
    chooses them, and anybody can draw them again.
    """
    held = {figure.path: figure for figure in found.figures if not isinstance(figure.value, str) and figure.value}
    digest = found.report.digest
    drawn = sorted(held, key=lambda path: hashlib.sha256(f"{digest}\n{path}".encode()).digest())[:size]
    chosen = frozenset(drawn)
    return tuple(figure for path, figure in held.items() if path in chosen)


def people_report(
    events: Iterable[RecordedEvent], seconds: Mapping[int, Sequence[Second]], about: About, title: str
) -> Report:
    """Return who posted and who approved every event of a distribution, and from which document."""
    rows = []
    for item in events:
        held = item.envelope
        rows.append((
            *(item.sequence, item.event.event_id, item.event.name, item.recorded_at, posted_by(held)),
            *(approved_by(held, seconds.get(item.sequence, ())),),
            *(("", "") if held is None else (held.document, held.document_sha256)),
        ))  # fmt: skip
    return Report(title=title, about=about, parts=(Table(name="people", columns=_PEOPLE, rows=tuple(rows)),))


def index_report(filed: Sequence[Filed], notes: Sequence[str], about: About, title: str) -> Report:
    """Return the index of a working paper: every file with its SHA-256 and the command that makes it again."""
    rows = tuple((item.name, len(item.content), item.sha256, item.made_by) for item in filed)
    told = (
        "URL is the address of the ledger or of a bundle of the deal, and FILING the statement that was compared.",
        "`replay rebuild FILE URL` makes a file again and compares it, and `replay rebuild FOLDER URL` all of them;",
        "`sha256sum -c SHA256SUMS` checks that they are as they were written.",
        *notes,
    )
    return Report(title=title, summary=told, about=about, parts=(Table(name="files", columns=_FILES, rows=rows),))


def index_page(filed: Sequence[Filed], notes: Sequence[str], about: About, title: str) -> str:
    """Return the index as a page of HTML, whose links open the files beside it."""
    rows = "\n".join(
        f'<tr><td><a href="{escape(item.name)}">{escape(item.name)}</a></td><td>{len(item.content):,}</td>'
        f"<td><code>{item.sha256}</code></td><td><code>{escape(visible(item.made_by))}</code></td></tr>"
        for item in filed
    )
    facts = "\n".join(
        f"<tr><th>{escape(name.replace('_', ' '))}</th><td>{escape(visible(str(value)))}</td></tr>"
        for name, value in about.said().items()
    )
    told = "\n".join(f"<p>{escape(visible(note))}</p>" for note in notes)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f'<meta name="about" content="{escape(about_text(about))}\n">\n'
        f"<title>{escape(visible(title))}</title><style>{_STYLE}</style></head>\n<body>\n"
        f"<h1>{escape(visible(title))}</h1>\n{told}\n<table>\n{facts}\n</table>\n"
        f"<h2>Files</h2>\n<table>\n<tr><th>file</th><th>bytes</th><th>SHA-256</th><th>made by</th></tr>\n{rows}\n"
        "</table>\n</body></html>\n"
    )


def sums(filed: Sequence[Filed]) -> str:
    """Return the SHA-256 of every file, as ``sha256sum`` reads it."""
    return "".join(f"{item.sha256}  {item.name}\n" for item in filed)


__all__ = ["Filed", "index_page", "index_report", "people_report", "sampled", "sums"]
