"""Checks of the distribution before: whether it still is what was closed, and whether it was paid as computed."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from ledger.events import codec
from ledger.events.deal import PeriodClosed
from ledger.findings import Finding
from ledger.projections.facts import Facts
from ledger.projections.report import DistributionReport
from ledger.readiness.codes import found
from ledger.reading.answers import payment_report
from ledger.reading.snapshots import SnapshotSource
from ledger.store.source import Source
from ledger.values.dates import date_from_number
from ledger.values.selector import Selector


@attrs.frozen
class Before:
    """The distribution before, as its events now give it, and the digest that it was closed with."""

    report: DistributionReport
    digest: str
    remitted: bool

    @property
    def is_as_closed(self) -> bool:
        """Whether it still gives the figures that were fixed."""
        version = self.digest.partition(":")[0]
        return not version.isdigit() or self.report.digest_of(int(version)) == self.digest


def before_of(reading: Source, facts: Facts, known: int, snapshots: SnapshotSource | None) -> Before | None:
    """Return the distribution before one, if it was closed here; a snapshot of it spares most of the reading."""
    number, deal_key = facts.calendar.preceding(facts.number), reading.deal_key(facts.deal)
    if number is None or number > reading.closed_through(deal_key, known_through=known):
        return None
    wanted = Selector(types=(PeriodClosed.name,), first=number, last=number)
    closings = [codec.decode(row.payload) for row in reading.rows(deal_key, wanted, known_through=known)]
    digests = [event.report_digest for event in closings if isinstance(event, PeriodClosed)]
    if not digests:
        return None
    report = payment_report(reading, facts.deal, date_from_number(number), known, snapshots)
    wanted = Selector(types=("collection_account_remitted",), first=number, last=number)
    remitted = any(row.other for row in reading.totals(deal_key, wanted, known_through=known))
    return Before(report, digests[-1], remitted)


def before_findings(before: Before) -> Iterator[Finding]:
    """Return what is the matter with it."""
    day = before.report.distribution.payment_date
    if not before.is_as_closed:
        message = f"what was posted since changes the figures that the distribution of {day} was closed with"
        yield found("closed_month_restated", message)
        return
    if not before.remitted:
        return
    for name, item in before.report.classes.items():
        for what, computed, recorded in (
            ("interest", item.result.all_interest, item.recorded.interest),
            ("principal", item.result.all_principal, item.recorded.principal),
            ("losses paid", item.result.losses_paid, item.recorded.losses_paid),
        ):
            if abs(computed.value - recorded.value) > before.report.terms.currency.unit:
                message = (
                    f"class {name} was paid {recorded.decimal:,} of {what} in the distribution of {day}, and "
                    f"{computed.decimal:,} was computed"
                )
                figures = [("paid", recorded.value), ("computed", computed.value)]
                yield found("earlier_payment_unlike_computed", message, classes=[name], figures=figures)


__all__ = ["Before", "before_findings", "before_of"]
