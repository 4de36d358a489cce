"""An insured class above overcollateralization, worked by hand: plain fractions, month after month.

A bears 6% and M 7%, on 30/360. Interest pays them in this order, what A lacks the insurer pays; principal retires A,
then M. Excess repays the insurer, with 8% a year, and then retires bonds until the pool exceeds them by 110,000, from
August on by 1.2% of the pool and at least 50,000 if that is less and losses to date are within 3% of 10,000,000. What
is more than that is taken off the principal, and joins the excess, under the same condition. Losses that leave the
bonds above the pool are M's, and then the insurer's. Claims are paid in whole cents.
"""

from __future__ import annotations

from fractions import Fraction

from tests.ledger.samples.by_hand.sums import ZERO, Facts, Row, cents_below, to

FOLDER = "insured_excess"
MONTHS = (
    "2000-02-25",
    "2000-03-27",
    "2000-04-25",
    "2000-05-25",
    "2000-06-26",
    "2000-07-25",
    "2000-08-25",
    "2000-09-25",
    "2000-10-25",
    "2000-11-27",
    "2000-12-26",
)
PREMIUM, TRUSTEE = Fraction("0.0018"), Fraction("0.0001")
RATES = {"A": Fraction("0.06"), "M": Fraction("0.07")}


def target(paid_on: str, closing: Fraction, lost: Fraction) -> Fraction:
    """Return what the pool must exceed the bonds by."""
    if paid_on < "2000-08-25" or lost > 300_000:
        return Fraction(110_000)
    return max(min(Fraction(110_000), to(closing * Fraction("0.012"))), Fraction(50_000))


class Trust:
    """The trust as it stands between two months."""

    def __init__(self) -> None:
        self.pool = Facts(FOLDER, "entered").amount("pool_balance_brought_forward", "balance")
        self.balances = {"A": Fraction(9_600_000), "M": Fraction(350_000)}
        self.unpaid = ZERO
        self.insurer = ZERO
        self.lost = ZERO
        self.unborne = ZERO
        self.drawn: list[tuple[Fraction, Fraction, Fraction]] = []

    def month(self, paid_on: str) -> dict[str, Row]:
        """Work one month out, and stand at its end."""
        facts = Facts(FOLDER, paid_on)
        opening = dict(self.balances)
        proceeds = facts.amount("loan_liquidated", "net_proceeds")
        principal = (
            facts.amount("collection_received", "principal")
            + facts.amount("curtailment_collected", "amount")
            + proceeds
        )
        lost = facts.amount("loan_liquidated", "realized_loss")
        closing = self.pool - principal - lost
        self.lost, self.unborne = self.lost + lost, self.unborne + lost
        interest = facts.amount("collection_received", "interest")
        interest -= opening["A"] * PREMIUM / 12 + self.pool * TRUSTEE / 12
        required = target(paid_on, closing, self.lost)
        released = ZERO
        if self.lost <= 300_000:
            released = max(min(principal, closing - (sum(opening.values()) - principal) - required), ZERO)
        excess, principal = interest + released, principal - released
        owed = {name: to(opening[name] * RATES[name] / 12) for name in opening}
        owed["M"] += self.unpaid
        got = {}
        for name in ("A", "M"):
            got[name] = min(owed[name], cents_below(excess))
            excess -= got[name]
        draws = owed["A"] - got["A"]
        self.unpaid = owed["M"] - got["M"]
        claim = self.insurer + to(self.insurer * Fraction("0.08") / 12)
        repaid = min(claim, cents_below(excess))
        # The part of a cent that a claim still unpaid could not be paid is kept from what comes after.
        excess = excess - repaid if repaid == claim else ZERO
        paid = {"A": min(principal, opening["A"])}
        paid["M"] = min(principal - paid["A"], opening["M"])
        extra = min(max(required - (closing - sum(opening.values()) + sum(paid.values())), ZERO), excess)
        paid["A"], excess = paid["A"] + extra, excess - extra
        after = {name: to(opening[name] - paid[name]) for name in opening}
        above = cents_below(max(min(sum(after.values()) - closing, self.unborne), ZERO))
        loss = {"M": min(above, after["M"])}
        made_good = above - loss["M"]
        self.unborne -= above
        self.insurer = claim - repaid + draws + made_good
        self.drawn.append((draws, made_good, repaid))
        self.pool = closing
        self.balances = {"A": after["A"] - made_good, "M": after["M"] - loss["M"]}
        return {
            "A": Row(opening["A"], RATES["A"], owed["A"], paid["A"] + made_good, ZERO, ZERO, self.balances["A"]),
            "M": Row(opening["M"], RATES["M"], got["M"], paid["M"], loss["M"], ZERO, self.balances["M"]),
            "C": Row(interest=excess),
        }


def months() -> dict[str, dict[str, Row]]:
    """Work every month out, each from where the one before ended."""
    trust = Trust()
    return {paid_on: trust.month(paid_on) for paid_on in MONTHS}


def draws() -> list[tuple[Fraction, Fraction, Fraction]]:
    """Return what the insurer paid of interest and of principal, and what it was repaid, month by month."""
    trust = Trust()
    for paid_on in MONTHS:
        trust.month(paid_on)
    return trust.drawn
