"""The closed periods of a log: each is replayed as it was known at its closing, and held to what that fixed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from ledger import DistributionReport, Exact, Fault, Ledger
from replay.evidence.watching import Computed, FaultsFound, LogWatch, brief, raise_out_of_reach

_PAID = ("interest", "principal", "losses paid")
"""What a class is paid, in the order in which it is remembered of a log."""

_NEVER_RELEASED, _LONGEST_VERSION = "1", 4


def _computed(report: DistributionReport) -> Iterator[Computed]:
    """Yield what a report computed for its classes."""
    # Under the first rules the residual class was paid what cash was left, whatever its statement showed.
    unit = report.terms.currency.unit
    for name, item in report.classes.items() if report.terms.rules > 1 else ():
        for what, computed in (
            ("interest", item.result.all_interest),
            ("principal", item.result.all_principal),
            ("losses paid", item.result.losses_paid),
        ):
            yield Computed(
                report.distribution.payment_date, report.distribution.number, name, what, computed.value, unit
            )


def unlike(log: LogWatch) -> Iterator[str]:
    """Say where a class was recorded as paid what was not computed when the period was closed."""
    for when, number, name, what, computed, unit in log.computed:
        recorded = log.paid.get((number, name))
        if recorded is None:
            continue
        paid = Fraction(recorded[_PAID.index(what)], 10_000)
        if abs(computed - paid) > unit:
            shown = f"{Exact(paid).decimal:,} of {what} is recorded as paid to class {name} on {when}"
            yield f"{shown}, and {Exact(computed).decimal:,} was computed when it was closed"


def _made_again(report: DistributionReport, version: str) -> str:
    """Return the report's digest of a version, as a closing names it; "" for one that this release does not make."""
    if len(version) > _LONGEST_VERSION or not (version.isascii() and version.isdecimal()):
        return ""
    try:
        return report.digest_of(int(version))
    except KeyError:
        return ""


def check_periods(
    ledger: Ledger,
    log: LogWatch,
    found: FaultsFound,
    derived: dict[tuple[int, int], bytes] | None = None,
    *,
    seen: Callable[[int, DistributionReport], None] | None = None,
) -> int:
    """Replay every closed period as it was known at its closing; return how many have the figures they fixed.

    Each replay rests on those before it, which stand in ``derived``, and never on what the ledger keeps of any.
    ``seen`` is shown the sequence of each closing with its report.
    """
    sound, derived = 0, {} if derived is None else derived
    for sequence, event in log.closings:
        when = event.distribution_date
        if ":" not in event.report_digest:
            found.notes.append(f"event {sequence} closed {when} without a digest of its report; nothing to compare")
            continue
        try:
            replay = ledger.replayed(log.deal, when, known_through=sequence - 1, derived=derived)
            version = event.report_digest.partition(":")[0]
            digest = _made_again(replay.report, version)
        except Exception as fault:  # rows that contradict each other may break any step of a replay
            raise_out_of_reach(fault)
            message = f"the distribution of {when} cannot be replayed: {brief(fault)}"
            found.add([Fault(sequence, event.event_id, "report_digest", "not_replayable", message)])
            continue
        derived[replay.place] = replay.content
        if seen is not None:
            seen(sequence, replay.report)
        log.computed.extend(_computed(replay.report))
        same_facts = event.facts_digest.partition(":")[0] == replay.facts_digest.partition(":")[0]
        if not digest and version == _NEVER_RELEASED:
            found.notes.append(f"event {sequence} closed {when} with a digest that this release does not make")
        elif digest != event.report_digest:
            message = f"the distribution of {when} replays to other figures than those that its closing fixed"
            found.add([Fault(sequence, event.event_id, "report_digest", "other_figures", message)])
        elif same_facts and event.facts_digest != replay.facts_digest:
            message = f"the distribution of {when} replays to other facts than those that its closing fixed"
            found.add([Fault(sequence, event.event_id, "facts_digest", "other_facts", message)])
        else:
            sound += 1
    return sound


__all__ = ["check_periods", "unlike"]
