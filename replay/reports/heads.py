"""Heads that others hold, as reports: what is vouched for, what a ledger contradicts, what a witness file proves."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.reports import Column, Fact, Report, Table, line_report

_FAULTS = (Column("message"),)
_HEADS = (Column("deal"), Column("head"))


def vouched_report(deal: str, head: str) -> Report:
    """Return a head that was signed or time-stamped."""
    return line_report(f"{deal} {head}", deal=deal, head=head)


def vouching_report(deal: str, head: str, told: Sequence[str], of: str, *, sound: bool) -> Report:
    """Return what was found of every signature and time-stamp, and what they vouch for; nothing where they do not."""
    rows = tuple((line,) for line in told)
    lines = [*told, *([of] if of else [])]
    return Report(
        title=lines[0] if lines else "",
        summary=tuple(lines[1:]),
        parts=(
            Fact("deal", deal),
            Fact("head", head),
            Fact("vouched_for", sound),
            Table(name="signatures", columns=_FAULTS, rows=rows, shown=()),
        ),
    )


def contradiction_report(title: str, lines: Sequence[str]) -> Report:
    """Return what a ledger or a file contradicts, so that nothing was done."""
    rows = tuple((line.strip(),) for line in lines)
    return Report(
        title=title,
        summary=tuple(lines),
        parts=(Fact("done", False), Table(name="faults", columns=_FAULTS, rows=rows, shown=())),
    )


def witness_report(kept: str, heads: Sequence[tuple[str, str]]) -> Report:
    """Return what proves a witness file, and the heads that were appended to it."""
    table = Table(name="heads", columns=_HEADS, rows=tuple(heads), shown=())
    return Report(title=kept, parts=(Fact("kept", kept), table))


__all__ = ["contradiction_report", "vouched_report", "vouching_report", "witness_report"]
