"""The month's cash as a flow: what came in, through which funds it went, and who got it.

Every place but the first and the last gives on what it gets, to the last fraction of a cent: what funds and payments
differ by, roundings and what was left in the accounts, is a place of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from ledger import DistributionReport, Exact, total
from replay.charts.chart import Chart, ChartKind, Stream, Unit

INTEREST, PRINCIPAL, FUNDS = "Interest collections", "Principal collections", "Available funds"

_PRINCIPAL = {
    "scheduled": "Scheduled principal",
    "curtailments": "Curtailments",
    "payoffs": "Loans paid in full",
    "repurchases": "Loans repurchased",
    "substitution adjustments": "Substitution shortfalls",
    "termination price": "Clean-up call",
    "liquidations": "Loans liquidated",
    "realized losses": "Realized losses",
    "insurance": "Insurance proceeds",
    "other additional": "Late principal, recoveries",
    "additional": "Pre-funding not spent",
    "advanced": "Principal advanced",
    "delinquent": "Principal not received",
    "draws": "Draws of borrowers",
}
_INTEREST = {
    "scheduled": "Scheduled interest",
    "repurchases": "Interest of repurchases",
    "liquidations": "Interest of liquidations",
    "insurance": "Insured interest",
    "other additional": "Late interest, other receipts",
    "prepayment shortfalls": "Prepayment shortfalls",
    "relief act": "Relief Act shortfalls",
    "compensating": "Compensating interest",
    "premiums": "Prepayment premiums",
    "additional": "Drawn from accounts",
    "advanced": "Interest advanced",
    "delinquent": "Interest not received",
    "cap contracts": "Received under contracts",
}


def cash_flow(report: DistributionReport) -> Chart:
    """Return the flow of a month: collections, the interest and principal they are, funds, and who got them."""
    flow = _Flow()
    _collected(flow, report)
    _paid(flow, report)
    return Chart(
        name="cash-flow",
        title="Where the month's cash came from and went",
        about="Collections, what was taken out of them, and what the funds that were left paid. Widths are amounts.",
        kind=ChartKind.FLOW,
        unit=Unit.DOLLARS,
        streams=tuple(flow.streams),
        layers=flow.layers(),
        notes=() if flow.streams else ("Nothing was collected or paid.",),
    )


class _Flow:
    """Streams as they are found; an amount below nought runs the other way, out of or back into the funds."""

    def __init__(self) -> None:
        self.streams: list[Stream] = []

    def add(self, source: str, target: str, amount: Fraction) -> None:
        if amount > 0:
            self.streams.append(Stream(source=source, target=target, amount=amount))

    def into(self, place: str, name: str, amount: Fraction) -> None:
        """Let an amount come from outside into a place, or leave it where it is below nought."""
        self.add(name, place, amount)
        self.add(place, name, -amount)

    def balance(self, place: str) -> Fraction:
        """Return what has come into a place and not gone on."""
        come = sum((stream.amount for stream in self.streams if stream.target == place), Fraction(0))
        return come - sum((stream.amount for stream in self.streams if stream.source == place), Fraction(0))

    def layers(self) -> tuple[tuple[str, ...], ...]:
        middle = (PRINCIPAL, INTEREST, FUNDS)
        named = {name for stream in self.streams for name in (stream.source, stream.target)}
        first = dict.fromkeys(stream.source for stream in self.streams if stream.source not in middle)
        # What funds pay stands above what was taken out before, so that streams do not cross.
        ends = [stream for stream in self.streams if stream.target not in middle]
        last = dict.fromkeys(
            stream.target for source in (FUNDS, PRINCIPAL, INTEREST) for stream in ends if stream.source == source
        )
        known = tuple(tuple(name for name in layer if name in named) for layer in (middle[:2], middle[2:]))
        return (tuple(first), *known, tuple(last))


def _whole(line: Mapping[str, Exact]) -> Fraction:
    return total(line.values()).value


def _lines(flow: _Flow, place: str, held: Mapping[str, Mapping[str, Exact]], names: Mapping[str, str]) -> None:
    """Let every line of a place come in; what of it is negative goes out under the same name."""
    taken = {name for stream in flow.streams for name in (stream.source, stream.target)}
    for key, line in held.items():
        name = names.get(key, key.capitalize())
        flow.into(place, f"{name} ({place.partition(' ')[0].lower()})" if name in taken else name, _whole(line))


def _collected(flow: _Flow, report: DistributionReport) -> None:
    account = report.account
    _lines(flow, PRINCIPAL, account.principal, _PRINCIPAL)
    _lines(flow, INTEREST, account.interest, _INTEREST)
    taken: Iterable[tuple[str, Mapping[str, Mapping[str, Exact]]]] = (
        ("Servicing fee", {name: line for name, line in account.fees.items() if name == "servicing"}),
        ("Other fees", {name: line for name, line in account.fees.items() if name != "servicing"}),
        ("Withdrawals of the servicer", account.withdrawals),
    )
    for name, lines in taken:
        flow.into(INTEREST, name, -sum((_whole(line) for line in lines.values()), Fraction(0)))
    # Fees above the interest collected leave interest below nought: principal makes it up.
    for place, funds in ((PRINCIPAL, account.principal_funds.value), (INTEREST, account.interest_funds.value)):
        flow.add(place, FUNDS, funds)
        flow.add(FUNDS, place, -funds)


def _paid(flow: _Flow, report: DistributionReport) -> None:
    run = report.waterfall
    for drawn in run.accounts.values():
        flow.add("Drawn from trust accounts", FUNDS, drawn.into_funds.value)
    insured = total(item.insurer_interest + item.insurer_principal for item in run.classes.values()).value
    flow.add("Paid by the insurer", FUNDS, insured)
    flow.add(FUNDS, "Contracts", run.derivatives_paid.value)
    for line in report.fees:
        if line.fee.fee_id in run.fees:
            flow.add(FUNDS, line.fee.title or line.fee.fee_id, run.fees[line.fee.fee_id].paid.value)
    for name, item in run.classes.items():
        residual = item.residual_paid.value
        flow.add(FUNDS, f"Class {name}, interest", item.all_interest.value - residual)
        flow.add(FUNDS, f"Class {name}, principal", item.all_principal.value)
        flow.add(FUNDS, f"Class {name}, losses paid", item.losses_paid.value)
        flow.add(FUNDS, f"Class {name}, residual", residual)
    for name in run.classes:
        flow.add(FUNDS, f"Insurer of class {name}", run.insurer_reimbursed(name).value)
    for name, held in run.accounts.items():
        flow.add(FUNDS, report.accounts[name].account.name, held.funded.value)
    flow.add(FUNDS, "Funding account", run.set_aside.value)
    flow.add(FUNDS, "Draws repaid to the seller", run.draws_repaid.value)
    flow.add(FUNDS, "Left over", run.left_over.value)
    # What roundings of accruals and payments to the cent leave; below a cent or so for each amount.
    flow.into(FUNDS, "Roundings", -flow.balance(FUNDS))


__all__ = ["cash_flow"]
