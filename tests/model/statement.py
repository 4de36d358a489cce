"""One monthly statement of the deal from one month's notes, in plain loops: what domain practice says, nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal, localcontext
from fractions import Fraction

from tests.model import deal, printing
from tests.model.bonds import Paid, pay_bonds
from tests.model.notes import (
    AGES,
    BUCKETS,
    CATEGORIES,
    GROUPS,
    LIMITS,
    ZERO,
    GroupMonth,
    Loan,
    Month,
    Speeds,
    State,
)

Place = tuple[str, str, str, str]
Printer = Callable[[Fraction], str]
F = Fraction
TITLES = {
    "coupon": "Weighted Average Coupon",
    "months_to_maturity": "Weighted Average Months to Maturity",
    "amortization_months": "Weighted Avg Remaining Amortization Term",
    "seasoning_months": "Weighted Average Seasoning",
    "margin": "Weighted Average Margin",
    "max_rate": "Weighted Average Max Rate",
    "min_rate": "Weighted Average Min Rate",
    "cap_up": "Weighted Average Cap Up",
    "cap_down": "Weighted Average Cap Down",
}
WITHDRAWALS = {
    "unreimbursed pmi premiums": "Prev. Unreimbursed PMI Premiums",
    "unreimbursed special hazard premiums": "Prev. Unreimbursed Spec Haz Premiums",
    "unreimbursed liquidation expenses": "Prev. Unreimbursed Liq. Expenses",
    "unreimbursed servicing fees": "Prev. Unreimbursed Master/Sub-Servicing Fees",
    "deposits in error": "Amt Rvcd Not Due Bondholder /Deposits in Error",
    "advances": "Prev. Unreimb. P&I Advances/Non Recov Advances",
    "servicing advances": "Prev. Unreimbursed Servicing Advances",
    "clear and terminate": "Clear and Terminate Collection Account",
}


class Pages:
    """The figures of a statement by page, section, line and column; a line may be printed twice."""

    def __init__(self) -> None:
        self.printed: dict[Place, list[str]] = {}

    def put(self, page: int, section: str, line: str, column: str, text: str) -> None:
        """Print one figure."""
        self.printed.setdefault((str(page), section, line, column), []).append(text)

    def row(self, page: int, section: str, line: str, how: Printer, values: Mapping[str, Fraction]) -> None:
        """Print a line of both groups and their total; the total is of the values, not of what is printed."""
        for group in GROUPS:
            self.put(page, section, line, group, how(values[group]))
        self.put(page, section, line, "total", how(values["total"] if "total" in values else total(values)))


def total(values: Mapping[str, Fraction]) -> Fraction:
    """Add the groups."""
    return sum((values[group] for group in GROUPS), ZERO)


def cents(value: Fraction) -> Fraction:
    """Round half cents up."""
    return printing.rounded(value, 2)


def serial(day: dt.date) -> Fraction:
    """Count days as a spreadsheet does."""
    return F((day - dt.date(1899, 12, 30)).days)


def shortfall(notes: GroupMonth) -> Fraction:
    """Return the prepayment interest shortfall: 31 less the day paid, over 360, added up and rounded once."""
    parts = (payoff.loan.balance * payoff.loan.note_rate * (31 - payoff.day) / 360 for payoff in notes.payoffs)
    return cents(sum(parts, ZERO))


def compensated(shortfalls: dict[str, Fraction], fees: Fraction) -> dict[str, Fraction]:
    """Share what the servicer makes up, at most the deal's fees of the month, by shortfall and to the cent."""
    whole = total(shortfalls)
    if whole <= fees:
        return dict(shortfalls)
    first = cents(fees * shortfalls[GROUPS[0]] / whole)
    return {GROUPS[0]: first, GROUPS[1]: fees - first}


def delinquent(due: Fraction, collected: Fraction, not_owed: Fraction) -> Fraction:
    """Return what was due and did not come, never below zero, to the cent."""
    return max(ZERO, cents(due - collected - not_owed))


def principal_lines(notes: GroupMonth) -> dict[str, Fraction]:
    """Return page 4: a liquidation stands at its balance, and its whole loss takes it down to what it brought.

    The loss holds the interest that the loan owed, which page 5 shows as due; both pages together come to the proceeds.
    """
    missing = delinquent(notes.due_principal, notes.collected_principal, ZERO)
    late = sum((late.principal - late.advance_principal for late in notes.late), ZERO)
    return {
        "Scheduled Principal": notes.due_principal,
        "Curtailments": notes.curtailments,
        "Prepayments in Full": sum((payoff.loan.balance for payoff in notes.payoffs), ZERO),
        "Repurchases/Substitutions": sum((bought.loan.balance for bought in notes.repurchases), ZERO),
        "Liquidations": sum((sold.loan.balance for sold in notes.liquidations), ZERO),
        "Insurance Principal": notes.insurance_principal,
        "Other Additional Principal": late + sum((amount for _, amount in notes.recoveries), ZERO),
        "Delinquent Principal": -missing,
        "Realized Losses": -sum((sold.loss for sold in notes.liquidations), ZERO),
        "Substitution Adjustments- Principal": ZERO,
        "Termination Price Amounts- Principal": ZERO,
        "Additional Principal Amts": ZERO,
        "Principal Advanced": notes.advanced_principal,
    }


def interest_lines(notes: GroupMonth, made_up: Fraction) -> dict[str, Fraction]:
    """Return page 5. A liquidation brings what its loan owed in interest; what of it is lost stands on page 4."""
    short = shortfall(notes)
    late = sum((late.interest - late.advance_interest for late in notes.late), ZERO)
    return {
        "Scheduled Interest": notes.due_interest,
        "Repurchases/Substitutions": sum((bought.interest for bought in notes.repurchases), ZERO),
        "Liquidations": sum((sold.interest for sold in notes.liquidations), ZERO),
        "Insurance Interest": notes.insurance_interest,
        "Other Additional Interest": late,
        "Prepayment Interest Shortfalls": -short,
        "Relief Act Interest Shortfalls": -notes.relief,
        "Delinquent Interest": -delinquent(notes.due_interest, notes.collected_interest, short + notes.relief),
        "Interest Realized Losses": ZERO,
        "Compensating Interest": made_up,
        "Substitution Adjustments- Interest": ZERO,
        "Termination Price Amounts- Interest": ZERO,
        "Additional Interest Amts": ZERO,
        "Interest Prepayment Premiums": sum((payoff.premium for payoff in notes.payoffs), ZERO),
        "Interest Advanced": notes.advanced_interest,
        "Cap Contract Payment Amt": ZERO,
    }


def compute(state: State, month: Month) -> tuple[Pages, State]:
    """Return a month's statement and the state that it leaves."""
    pages = Pages()
    notes = month.groups
    short = {group: shortfall(notes[group]) for group in GROUPS}
    made_up = compensated(short, total({group: notes[group].servicing_fee for group in GROUPS}))
    principal = {group: principal_lines(notes[group]) for group in GROUPS}
    interest = {group: interest_lines(notes[group], made_up[group]) for group in GROUPS}
    withdrawn = {group: withdrawals(notes[group]) for group in GROUPS}
    trustees = {
        "Owner Trustee Fee": {group: state.pool[group] * deal.OWNER_TRUSTEE / 12 for group in GROUPS},
        "Indenture Trustee Fee": {group: state.pool[group] * deal.INDENTURE_TRUSTEE / 12 for group in GROUPS},
    }
    fees = {
        "Radian PMI Insurance Premiums": {group: notes[group].pmi for group in GROUPS},
        "Current Servicing Fees": {group: notes[group].servicing_fee for group in GROUPS},
    }
    closing = {group: closing_balance(state.pool[group], notes[group]) for group in GROUPS}
    opening_pool = total(state.pool)
    due_interest = {group: notes[group].due_interest for group in GROUPS}
    net_rate = (
        12
        * (
            total(due_interest)
            - total({group: notes[group].servicing_fee + notes[group].delinquent_fee for group in GROUPS})
            - total(fees["Radian PMI Insurance Premiums"])
            - total(trustees["Owner Trustee Fee"])
            - total(trustees["Indenture Trustee Fee"])
        )
        / opening_pool
    )
    scheduled = sum(
        (notes[g].due_principal + principal[g]["Delinquent Principal"] + notes[g].advanced_principal for g in GROUPS),
        ZERO,
    )
    before_premium = sum(
        (
            sum(interest[group].values(), ZERO)
            - sum(withdrawn[group].values(), ZERO)
            - sum((values[group] for values in (*trustees.values(), *fees.values())), ZERO)
            for group in GROUPS
        ),
        ZERO,
    )
    paid = pay_bonds(
        state,
        days=(month.payment_date - month.prior_payment_date).days,
        index=month.index,
        available_funds_rate=net_rate - deal.AVAILABLE_FUNDS_REDUCTION,
        interest=before_premium,
        principal=sum((sum(principal[group].values(), ZERO) for group in GROUPS), ZERO),
        scheduled=scheduled,
        contracts=sum(month.contracts.values(), ZERO),
        not_supported=total(short) - total(made_up),
        closing_pool=total(closing),
        recovered=sum((amount for group in GROUPS for _, amount in notes[group].recoveries), ZERO),
    )
    premium = {"Bond Insurance Premium Amount": {"adjustable": paid.premium, "fixed": ZERO}}
    all_fees = {**trustees, **premium, **fees}
    after = next_state(state, month, paid, closing)
    class_pages(pages, state, after, month, paid)
    account_pages(pages, principal, interest, withdrawn, all_fees, month)
    enhancement_page(pages, state, after, paid, net_rate)
    collateral_pages(pages, state, after, month)
    servicing_lines(pages, month, short, made_up)
    delinquency_pages(pages, after, month)
    prepayment_pages(pages, after, month)
    loss_pages(pages, after, month)
    other_pages(pages, after, month, paid, net_rate)
    return pages, after


def withdrawals(notes: GroupMonth) -> dict[str, Fraction]:
    """Return page 6: what left the account before the bonds, advances that no loan will repay among it."""
    found = dict.fromkeys(WITHDRAWALS, ZERO)
    found.update(notes.withdrawn)
    found["advances"] = notes.nonrecoverable_principal + notes.nonrecoverable_interest
    found["servicing advances"] = notes.nonrecoverable_servicing
    return found


def closing_balance(opening: Fraction, notes: GroupMonth) -> Fraction:
    """Return a group's stated balance: scheduled principal leaves it, received or not."""
    gone = notes.due_principal + notes.curtailments + notes.insurance_principal
    for payoff in notes.payoffs:
        gone += payoff.loan.balance
    for bought in notes.repurchases:
        gone += bought.loan.balance
    for sold in notes.liquidations:
        gone += sold.loan.balance
    return opening - gone


def losses(notes: GroupMonth) -> Fraction:
    """Return the month's losses less what came in on loans liquidated earlier."""
    return sum((sold.loss for sold in notes.liquidations), ZERO) - sum((amount for _, amount in notes.recoveries), ZERO)


def proceeds(notes: GroupMonth) -> Fraction:
    """Return what liquidations brought, now or on loans liquidated earlier: with the losses it makes what they owed."""
    return sum((sold.proceeds for sold in notes.liquidations), ZERO) + sum(
        (amount for _, amount in notes.recoveries), ZERO
    )


def speeds(opening: Fraction, notes: list[GroupMonth], seasoning: Fraction) -> Speeds:
    """Return a month's speeds of the groups together, on the age that the statement prints as current."""
    prepaid = due = liquidated = lost = ZERO
    for group in notes:
        due += group.due_principal
        prepaid += group.curtailments
        prepaid += sum((payoff.loan.balance for payoff in group.payoffs), ZERO)
        prepaid += sum((bought.loan.balance for bought in group.repurchases), ZERO)
        liquidated += sum((sold.loan.balance for sold in group.liquidations), ZERO)
        lost += losses(group)
    return Speeds(
        smm=prepaid / (opening - due),
        seasoning=seasoning,
        mdr=liquidated / opening,
        severity=lost / liquidated if liquidated else None,
    )


def next_state(state: State, month: Month, paid: Paid, closing: dict[str, Fraction]) -> State:
    """Return what the month leaves for the next one."""
    cumulative: dict[str, dict[str, Fraction]] = {}
    loans: dict[str, int] = {}
    averages: dict[str, dict[str, Fraction]] = {}
    for group in GROUPS:
        notes = month.groups[group]
        was = state.cumulative[group]
        cumulative[group] = {
            "payoff count": was["payoff count"] + len(notes.payoffs),
            "payoffs": was["payoffs"] + sum((payoff.loan.balance for payoff in notes.payoffs), ZERO),
            "repurchase count": was["repurchase count"] + len(notes.repurchases),
            "repurchases": was["repurchases"] + sum((bought.loan.balance for bought in notes.repurchases), ZERO),
            "curtailments": was["curtailments"] + notes.curtailments,
            "liquidation count": was["liquidation count"] + len(notes.liquidations),
            "losses": was["losses"] + losses(notes),
            "proceeds": was["proceeds"] + proceeds(notes),
        }
        loans[group] = state.loans[group] - len(notes.payoffs) - len(notes.repurchases) - len(notes.liquidations)
        averages[group] = {"coupon": 12 * notes.due_interest / state.pool[group], **notes.averages}
    averages["total"] = {
        name: sum((averages[g][name] * closing[g] for g in GROUPS), ZERO) / total(closing) for name in AGES[1:]
    }
    averages["total"]["coupon"] = 12 * sum((month.groups[g].due_interest for g in GROUPS), ZERO) / total(state.pool)
    history = {
        group: (
            *state.history[group],
            speeds(state.pool[group], [month.groups[group]], averages[group]["seasoning_months"]),
        )
        for group in GROUPS
    }
    history["total"] = (
        *state.history["total"],
        speeds(total(state.pool), list(month.groups.values()), averages["total"]["seasoning_months"]),
    )
    sixty = ninety = ZERO
    for notes in month.groups.values():
        for (_, bucket), (amount, _) in notes.delinquency.items():
            sixty += amount if bucket in ("2 payments", "3+ payments") else ZERO
            ninety += amount if bucket == "3+ payments" else ZERO
    return State(
        pool=closing,
        loans=loans,
        balance=paid.balance,
        unpaid=paid.unpaid,
        basis_risk=paid.basis_risk_left,
        interest_to_date={name: state.interest_to_date[name] + paid.interest[name] for name in (*deal.CLASSES, "Cert")},
        scheduled_to_date={name: state.scheduled_to_date[name] + paid.scheduled[name] for name in deal.CLASSES},
        unscheduled_to_date={
            name: state.unscheduled_to_date[name] + paid.principal[name] - paid.scheduled[name] for name in deal.CLASSES
        },
        losses_to_date={name: state.losses_to_date[name] + paid.losses[name] for name in deal.CLASSES},
        written_up={name: state.written_up[name] + paid.written_up[name] for name in deal.CLASSES},
        insurer_claim={
            name: state.insurer_claim[name] + paid.insurer_interest[name] + paid.insurer_principal[name]
            for name in deal.CLASSES
        },
        cumulative=cumulative,
        history=history,
        behind=(*state.behind, (sixty, ninety)),
        averages=averages,
    )


def class_pages(pages: Pages, state: State, after: State, month: Month, paid: Paid) -> None:
    """Print pages 2 and 3."""
    names = (*deal.CLASSES, "Cert")
    zeros = dict.fromkeys(names, ZERO)
    face = zeros | deal.FACE
    scheduled = zeros | after.scheduled_to_date
    unscheduled = zeros | after.unscheduled_to_date
    principal = {name: scheduled[name] + unscheduled[name] for name in names}
    # A write-up stands as a loss taken back, so that balances follow from the columns beside them.
    lost = {name: paid.losses[name] - paid.written_up[name] for name in deal.CLASSES}
    lost_to_date = {name: after.losses_to_date[name] - after.written_up[name] for name in deal.CLASSES}
    current = {
        "original face value": face,
        "prior principal balance": zeros | state.balance,
        "interest": paid.interest,
        "principal": zeros | paid.principal,
        "total distribution": {name: paid.interest[name] + (zeros | paid.principal)[name] for name in names},
        "realized losses": zeros | lost,
        "deferred interest": zeros,
        "current principal balance": zeros | after.balance,
    }
    to_date = {
        "original face value": face,
        "interest": after.interest_to_date,
        "unscheduled principal": unscheduled,
        "scheduled principal": scheduled,
        "total principal": principal,
        "total distribution": {name: after.interest_to_date[name] + principal[name] for name in names},
        "realized losses": zeros | lost_to_date,
        "deferred interest": zeros,
        "current principal balance": zeros | after.balance,
    }
    interest = {
        "prior principal balance": zeros | state.balance,
        "accrued interest": zeros | paid.accrued,
        "non-supported interest shortfall": zeros | paid.not_supported,
        "prior unpaid interest": zeros | state.unpaid,
        "unscheduled interest adjustments": zeros | paid.basis_risk_paid,
        "optimal interest": paid.optimal,
        "paid or deferred interest": paid.interest,
        "current unpaid interest": zeros | after.unpaid,
    }
    for page, section, columns in ((2, "current period", current), (3, "to date", to_date), (3, "interest", interest)):
        for column, values in columns.items():
            for name in names:
                pages.put(page, section, name, column, printing.general(values[name]))
            pages.put(page, section, "Total", column, printing.general(sum((values[n] for n in names), ZERO)))
    for name in deal.CLASSES:
        pages.put(3, "interest", name, "pass-through rate", printing.general(paid.rate[name]))
        pages.put(2, "factors", name, "method", "A-Act/360")
        pages.put(2, "factors", name, "cusip", deal.CUSIP[name])
    for name in names:
        start, end = serial(month.prior_payment_date), serial(month.payment_date) - 1
        pages.put(2, "factors", name, "period starting", printing.general(start))
        pages.put(2, "factors", name, "period ending", printing.general(end))
        pages.put(2, "factors", name, "original principal balance", printing.general(face[name]))
        for column in (
            "prior principal balance",
            "interest",
            "principal",
            "total distribution",
            "current principal balance",
        ):
            factor = current[column][name] * 1000 / face[name] if face[name] else ZERO
            pages.put(2, "factors", name, column, printing.general(factor))


def account_pages(
    pages: Pages,
    principal: dict[str, dict[str, Fraction]],
    interest: dict[str, dict[str, Fraction]],
    withdrawn: dict[str, dict[str, Fraction]],
    fees: dict[str, dict[str, Fraction]],
    month: Month,
) -> None:
    """Print pages 4, 5 and 6."""
    money = printing.money
    all_principal = {group: sum(principal[group].values(), ZERO) for group in GROUPS}
    all_interest = {group: sum(interest[group].values(), ZERO) for group in GROUPS}
    all_withdrawn = {group: sum(withdrawn[group].values(), ZERO) for group in GROUPS}
    all_fees = {group: sum((values[group] for values in fees.values()), ZERO) for group in GROUPS}
    net = {group: all_interest[group] - all_withdrawn[group] - all_fees[group] for group in GROUPS}
    zeros = dict.fromkeys(GROUPS, ZERO)
    summary = {
        "Principal Collections": all_principal,
        "Principal Withdrawals": zeros,
        "Principal Other Accounts": zeros,
        "TOTAL PRINCIPAL": all_principal,
        "Interest Collections": all_interest,
        "Interest Withdrawals": {group: -all_withdrawn[group] for group in GROUPS},
        "Interest Other Accounts": zeros,
        "Interest Fees": {group: -all_fees[group] for group in GROUPS},
        "TOTAL INTEREST": net,
        "TOTAL AVAILABLE FUNDS TO BONDHOLDERS": {group: all_principal[group] + net[group] for group in GROUPS},
    }
    for line, values in summary.items():
        pages.row(4, "SUMMARY", line, money, values)
    for line in principal[GROUPS[0]]:
        pages.row(4, "PRINCIPAL - COLLECTIONS", line, money, {group: principal[group][line] for group in GROUPS})
    pages.row(4, "PRINCIPAL - COLLECTIONS", "TOTAL PRINCIPAL", money, all_principal)
    for line in interest[GROUPS[0]]:
        pages.row(5, "INTEREST - COLLECTIONS", line, money, {group: interest[group][line] for group in GROUPS})
    pages.row(5, "INTEREST - COLLECTIONS", "TOTAL INTEREST", money, all_interest)
    for purpose, line in WITHDRAWALS.items():
        pages.row(6, "INTEREST - WITHDRAWALS", line, money, {group: withdrawn[group][purpose] for group in GROUPS})
    pages.row(6, "INTEREST - WITHDRAWALS", "TOTAL INTEREST WITHDRAWALS", money, all_withdrawn)
    for line, contracts in (
        ("Cap Contract Payment Amount", deal.CAPS),
        ("Floor Contract Payment Amounts", deal.FLOORS),
        ("Swap Contract Payment Amounts", ()),
    ):
        amount = sum((month.contracts.get(contract, ZERO) for contract in contracts), ZERO)
        pages.put(6, "INTEREST - OTHER ACCOUNTS", line, "total", money(amount))
    for line, values in fees.items():
        pages.row(6, "INTEREST - FEES", line, money, values)
    pages.row(6, "INTEREST - FEES", "TOTAL INTEREST FEES", money, all_fees)


def enhancement_page(pages: Pages, state: State, after: State, paid: Paid, net_rate: Fraction) -> None:
    """Print page 7; the insurer, whom nobody repays in this deal, only once it has paid something."""
    for name in deal.CLASSES:
        insured = {
            "Insurer Claim Brought Forward": state.insurer_claim[name],
            "Interest on Insurer Claim": ZERO,
            "Insured Interest Paid": paid.insurer_interest[name],
            "Insured Principal Paid": paid.insurer_principal[name],
            "Insurer Reimbursed": ZERO,
            "Insurer Claim Carried Forward": after.insurer_claim[name],
        }
        for line, value in insured.items() if any(insured.values()) else ():
            pages.put(7, "INSURANCE", f"{name}: {line}", "total", printing.money(value))
    surplus = total(after.pool) - sum(after.balance.values(), ZERO)
    recent = after.behind[-3:]
    lines = {
        "Current Periods Required Overcollateralization Amt": deal.TARGET,
        "Current Periods Overcollateralization Amt": surplus,
        "Current Periods Extra Principal Distribution": paid.extra,
        "Current Periods Net Monthly Excess Cashflow": paid.excess,
        "Current Periods Overcollateralization Release": paid.released,
        "60 Day Rolling Delinquency Amount": sum((sixty for sixty, _ in recent), ZERO) / len(recent),
        "90 Day Rolling Delinquency Amount": sum((ninety for _, ninety in recent), ZERO) / len(recent),
    }
    for line, value in lines.items():
        pages.put(7, "STRUCTURAL FEATURES", line, "total", printing.money(value))
    # Where fees take more than the interest of a pool that has run out, nothing is available; a cap is no charge.
    rate = max(ZERO, net_rate - deal.AVAILABLE_FUNDS_REDUCTION)
    pages.put(7, "STRUCTURAL FEATURES", "Available Funds Rate", "total", printing.percent(rate))


def collateral_pages(pages: Pages, state: State, after: State, month: Month) -> None:
    """Print pages 8 and 9, and the first half of page 10."""
    notes = month.groups
    counts = {
        "Original": {group: F(deal.ORIGINAL_COUNT[group]) for group in GROUPS},
        "Prior": {group: F(state.loans[group]) for group in GROUPS},
        "Prefunding": dict.fromkeys(GROUPS, ZERO),
        "Scheduled Paid Offs": dict.fromkeys(GROUPS, ZERO),
        "Full Voluntary Prepayments": {group: F(-len(notes[group].payoffs)) for group in GROUPS},
        "Repurchases": {group: F(-len(notes[group].repurchases)) for group in GROUPS},
        "Liquidations": {group: F(-len(notes[group].liquidations)) for group in GROUPS},
        "Current": {group: F(after.loans[group]) for group in GROUPS},
    }
    lines = {group: principal_lines(notes[group]) for group in GROUPS}
    balances = {
        "Original": deal.ORIGINAL_BALANCE,
        "Prior": state.pool,
        "Prefunding": dict.fromkeys(GROUPS, ZERO),
        "Scheduled Principal": {group: -notes[group].due_principal for group in GROUPS},
        "Partial and Full Voluntary Prepayments": {
            group: -notes[group].curtailments - lines[group]["Prepayments in Full"] for group in GROUPS
        },
        "Repurchases": {group: -lines[group]["Repurchases/Substitutions"] for group in GROUPS},
        "Liquidations": {group: -lines[group]["Liquidations"] for group in GROUPS},
        "Current": after.pool,
    }
    for line, values in counts.items():
        pages.row(8, "COLLATERAL", f"Loan Count: {line}", printing.count, values)
    for line, values in balances.items():
        pages.row(8, "COLLATERAL", f"Principal Balance: {line}", printing.general, values)
    for line, value in (
        ("Original Pre-Funded Amount", deal.PREFUNDING),
        ("Balance of Subsequent Mortgage Loans added this period", ZERO),
        ("Withdrawal remaining amounts", ZERO),
        ("Pre-Funding Account Ending Balance", ZERO),
    ):
        pages.put(8, "PREFUNDING", f"PRE-FUNDING ACCOUNT: {line}", "total", printing.money(value))
    for name in AGES:
        title = TITLES[name]
        prior = {group: state.averages[group][name] for group in GROUPS}
        if name == "coupon":
            prior["total"] = state.averages["total"]["coupon"]
        else:
            prior["total"] = sum((prior[group] * state.pool[group] for group in GROUPS), ZERO) / total(state.pool)
        original = {group: deal.ORIGINAL[group][name] for group in GROUPS} | {"total": deal.ORIGINAL_TOTAL[name]}
        now = {group: after.averages[group][name] for group in (*GROUPS, "total")}
        for when, values in (("Original", original), ("Prior", prior), ("Current", now)):
            pages.row(9, "CHARACTERISTICS", f"{title} {when}", printing.general, values)
    for name in LIMITS:
        for when, averages in (("Original", deal.ORIGINAL), ("Prior", state.averages), ("Current", after.averages)):
            text = printing.general(averages["adjustable"][name])
            pages.put(10, "ARM CHARACTERISTICS", f"{TITLES[name]} {when}", "adjustable", text)


def servicing_lines(pages: Pages, month: Month, short: dict[str, Fraction], made_up: dict[str, Fraction]) -> None:
    """Print the second half of page 10."""
    notes = month.groups
    fees = {group: notes[group].servicing_fee for group in GROUPS}
    unpaid = {group: notes[group].delinquent_fee for group in GROUPS}
    both = {group: fees[group] + unpaid[group] for group in GROUPS}
    principal = {group: notes[group].advanced_principal for group in GROUPS}
    interest = {group: notes[group].advanced_interest for group in GROUPS}
    for line, values in (
        ("Current Servicing Fees", fees),
        ("Delinquent Servicing Fees", unpaid),
        ("TOTAL SERVICING FEES", both),
        ("Total Servicing Fees", both),
        ("Compensating Interest", {group: -made_up[group] for group in GROUPS}),
        ("Delinquent Servicing Fees", {group: -unpaid[group] for group in GROUPS}),
        ("COLLECTED SERVICING FEES", {group: fees[group] - made_up[group] for group in GROUPS}),
        ("Current PPIS", short),
        ("Current Net PPIS", {group: short[group] - made_up[group] for group in GROUPS}),
        ("Total Advanced Principal For Current Payment Date", principal),
        ("Total Advanced Interest For Current Payment Date", interest),
        ("TOTAL ADVANCES FOR CURRENT PERIOD", {group: principal[group] + interest[group] for group in GROUPS}),
    ):
        pages.row(10, "SERVICING FEES / ADVANCES", line, printing.money, values)


def delinquency_pages(pages: Pages, after: State, month: Month) -> None:
    """Print pages 11 to 13: the pool, then each group."""
    for page, groups in ((11, GROUPS), (12, ("fixed",)), (13, ("adjustable",))):
        pool = sum((after.pool[group] for group in groups), ZERO)
        loans = sum(after.loans[group] for group in groups)
        whole: dict[str, list[Fraction]] = {bucket: [ZERO, ZERO] for bucket in (*BUCKETS, "total")}
        for category in CATEGORIES:
            row: dict[str, list[Fraction]] = {bucket: [ZERO, ZERO] for bucket in (*BUCKETS, "total")}
            for group in groups:
                for (found, bucket), (amount, number) in month.groups[group].delinquency.items():
                    if found == category:
                        for sums in (row[bucket], row["total"], whole[bucket], whole["total"]):
                            sums[0] += amount
                            sums[1] += number
            _buckets(pages, page, category, row, pool, loans)
        _buckets(pages, page, "TOTAL", whole, pool, loans)


def _buckets(
    pages: Pages, page: int, category: str, row: dict[str, list[Fraction]], pool: Fraction, loans: int
) -> None:
    for bucket, (amount, number) in row.items():
        if category == "DELINQUENT" and bucket == "current":
            continue
        pages.put(page, category, "Balance", bucket, printing.general(amount))
        pages.put(page, category, "% Balance", bucket, printing.general(amount / pool))
        pages.put(page, category, "# Loans", bucket, printing.count(number))
        pages.put(page, category, "% # Loans", bucket, printing.general(number / loans))


def average(rates: list[Fraction]) -> Fraction:
    """Return one less the geometric mean of what survives each month."""
    survival = F(1)
    for rate in rates:
        survival *= 1 - rate
    with localcontext() as context:
        context.prec = 60
        root = (Decimal(survival.numerator) / Decimal(survival.denominator)) ** (Decimal(1) / len(rates))
    return 1 - F(root)


def yearly(rate: Fraction) -> Fraction:
    """Return a monthly rate as a yearly one."""
    return 1 - (1 - rate) ** 12


def default_curve(age: Fraction) -> Fraction:
    """Return the standard default curve as the footnote writes it, flat until 61 months."""
    if age < 61:
        return min(F(30), age) * F("0.0002")
    return max(F("0.0003"), min(F(30), age) * F("0.0002") - F("0.000095") * (age - 60))


def windows(months: tuple[Speeds, ...]) -> list[tuple[str, str, list[Speeds]]]:
    """Return the periods that a speed is printed for; twelve months only once there are twelve."""
    found = [("", "", [months[-1]]), ("3 Months Avg ", "", list(months[-3:]))]
    if len(months) >= 12:
        found.append(("12 Months Avg ", "", list(months[-12:])))
    return [*found, ("Avg ", " Since Cut-off", list(months))]


def prepayment_pages(pages: Pages, after: State, month: Month) -> None:
    """Print pages 15, 16 and 18."""
    section = "VOLUNTARY PREPAYMENTS"
    notes = month.groups
    now: dict[str, dict[str, Fraction]] = {}
    for group in GROUPS:
        now[group] = {
            "payoff count": F(len(notes[group].payoffs)),
            "payoffs": sum((payoff.loan.balance for payoff in notes[group].payoffs), ZERO),
            "repurchase count": F(len(notes[group].repurchases)),
            "repurchases": sum((bought.loan.balance for bought in notes[group].repurchases), ZERO),
            "curtailments": notes[group].curtailments,
        }
    for when, sums in (("Current", now), ("Cumulative", after.cumulative)):
        for line, how, names in (
            ("Number of Paid in Full Loans", printing.count, ("payoff count",)),
            ("Number of Repurchased Loans", printing.count, ("repurchase count",)),
            ("Total Number of Loans Prepaid in Full", printing.count, ("payoff count", "repurchase count")),
            ("Paid in Full Balance", printing.general, ("payoffs",)),
            ("Repurchased Loans Balance", printing.general, ("repurchases",)),
            ("Curtailments Amount", printing.general, ("curtailments",)),
            ("Total Prepayment Amount", printing.general, ("payoffs", "repurchases", "curtailments")),
        ):
            values = {group: sum((sums[group][name] for name in names), ZERO) for group in GROUPS}
            pages.row(15, section, f"{when}: {line}", how, values)
    for when in ("Current", "Cumulative"):
        line = f"{when} Prin Balance of Repurchases Per Sec 3.18"
        pages.row(15, section, line, printing.money, dict.fromkeys(GROUPS, ZERO))
    for column, months in after.history.items():
        for head, tail, period in windows(months):
            smm = average([speed.smm for speed in period]) if len(period) > 1 else period[0].smm
            age = sum((min(F(30), speed.seasoning) for speed in period), ZERO) / len(period)
            psa = f"{head}PSA{tail} Approximation" if head else "PSA"
            for line, value in (
                (f"{head}SMM{tail}", smm),
                (f"{head}CPR{tail}", yearly(smm)),
                (psa, yearly(smm) / (F("0.002") * age)),
            ):
                pages.put(16, "VOLUNTARY PREPAYMENT RATES", line, column, printing.general(value))
    paid_off = [(number, payoff) for number, g in ((1, "fixed"), (2, "adjustable")) for payoff in notes[g].payoffs]
    for number, payoff in paid_off:
        listed = listing(payoff.loan) | {
            "loan group": str(number),
            "prepayment amount": printing.general(payoff.loan.balance),
            "prepayment date": printing.general(serial(prepaid_on(month, payoff.day))),
            "type": "Paid Off",
        }
        for name, text in listed.items():
            pages.put(18, "LOANS PREPAID IN FULL", payoff.loan.number, name, text)
    pages.put(18, "SUMMARY", "Total Loan Count", "total", str(len(paid_off)))
    for line, amount in (
        ("Total Original Principal Balance", sum((payoff.loan.original_balance for _, payoff in paid_off), ZERO)),
        ("Total Prepayment Amount", sum((payoff.loan.balance for _, payoff in paid_off), ZERO)),
    ):
        pages.put(18, "SUMMARY", line, "total", printing.money(amount))


def prepaid_on(month: Month, day: int) -> dt.date:
    """Return a day of the calendar month before the payment."""
    return (month.payment_date.replace(day=1) - dt.timedelta(days=1)).replace(day=day)


def listing(loan: Loan) -> dict[str, str]:
    """Return what a list of loans says of one."""
    return {
        "original principal balance": printing.general(loan.original_balance),
        "note rate": printing.general(loan.note_rate),
        "state": loan.state,
        "ltv at origination": printing.plain(loan.loan_to_value * 100, 2) + "%",
        "original term": str(loan.original_term),
        "origination date": printing.general(serial(loan.origination_date)),
    }


def loss_pages(pages: Pages, after: State, month: Month) -> None:
    """Print pages 19, 20 and 22."""
    notes = month.groups
    section = "COLLATERAL REALIZED LOSSES"
    now = {
        group: {
            "liquidation count": F(len(notes[group].liquidations)),
            "losses": losses(notes[group]),
            "proceeds": proceeds(notes[group]),
        }
        for group in GROUPS
    }
    for when, sums in (("Current", now), ("Cumulative", after.cumulative)):
        for line, name, how in (
            ("Number of Loans Liquidated", "liquidation count", printing.count),
            ("Collateral Realized Loss/(Gain) Amount", "losses", printing.general),
            ("Net Liquidation Proceeds", "proceeds", printing.general),
        ):
            pages.row(19, section, f"{when}: {line}", how, {group: sums[group][name] for group in GROUPS})
    lost = sum((after.cumulative[group]["losses"] for group in GROUPS), ZERO)
    share = printing.percent(lost / total(deal.ORIGINAL_BALANCE))
    pages.put(19, section, "Cumulative Loss Percentage For Related Payment Date", "total", share)
    for column, months in after.history.items():
        for head, tail, period in windows(months):
            mdr = average([speed.mdr for speed in period]) if len(period) > 1 else period[0].mdr
            curve = default_curve(sum((speed.seasoning for speed in period), ZERO) / len(period))
            sda = f"{head}SDA{tail} Approximation" if head else "SDA"
            for line, value in (
                (f"{head}MDR{tail}", mdr),
                (f"{head}CDR{tail}", yearly(mdr)),
                (sda, yearly(mdr) / curve),
            ):
                pages.put(20, "DEFAULT SPEEDS", line, column, printing.general(value))
            known = [speed.severity for speed in period if speed.severity is not None]
            if known:
                line = SEVERITY[head]
                pages.put(20, "DEFAULT SPEEDS", line, column, printing.general(sum(known, ZERO) / len(known)))
    sold_loans = [(number, sold) for number, g in ((1, "fixed"), (2, "adjustable")) for sold in notes[g].liquidations]
    for number, sold in sold_loans:
        listed = listing(sold.loan) | {
            "loan group": str(number),
            "prior principal balance": printing.general(sold.loan.balance),
            "loan status": "Liquidated",
            "realized loss/(gain)": printing.general(sold.loss),
        }
        for name, text in listed.items():
            pages.put(22, "LOANS LIQUIDATED", sold.loan.number, name, text)
    pages.put(22, "SUMMARY", "Total Loan Count", "total", str(len(sold_loans)))
    for line, amount in (
        ("Total Original Principal Balance", sum((sold.loan.original_balance for _, sold in sold_loans), ZERO)),
        ("Total Prior Principal Balance", sum((sold.loan.balance for _, sold in sold_loans), ZERO)),
        ("Total Realized Loss Amount", sum((sold.loss for _, sold in sold_loans), ZERO)),
        ("Total Net Liquidation Proceeds", sum((sold.proceeds for _, sold in sold_loans), ZERO)),
    ):
        pages.put(22, "SUMMARY", line, "total", printing.money(amount))


SEVERITY = {
    "": "Loss Severity Approximation for Current Period",
    "3 Months Avg ": "3 Months Avg Loss Severity Approximation",
    "12 Months Avg ": "12 Months Avg Loss Severity Approximation",
    "Avg ": "Avg Loss Severity Approximation Since Cut-off",
}


def other_pages(pages: Pages, after: State, month: Month, paid: Paid, net_rate: Fraction) -> None:
    """Print pages 14, 23 and 24."""
    reo = [(number, loan) for number, g in ((1, "fixed"), (2, "adjustable")) for loan in month.groups[g].new_reo]
    pages.put(14, "SUMMARY", "Total Loan Count", "total", str(len(reo)))
    for line, amount in (
        ("Total Original Principal Balance", sum((loan.original_balance for _, loan in reo), ZERO)),
        ("Total Current Balance", sum((loan.balance for _, loan in reo), ZERO)),
    ):
        pages.put(14, "SUMMARY", line, "total", printing.padded(amount))
    section = "ADJUSTABLE RATE CERTIFICATE INFORMATION"
    now = sum(paid.basis_risk_new.values(), ZERO)
    left = sum(after.basis_risk.values(), ZERO)
    pages.put(23, section, "Current Periods Basis Risk Shortfall Carry Forward Amt", "total", printing.money(now))
    pages.put(23, section, "Cumulative Basis Risk Shortfall Carry Forward Amt", "total", printing.money(left))
    pages.put(23, section, "Current Periods LIBOR Rate", "total", printing.percent(month.index))
    pages.put(23, "ADDITIONAL INFORMATION", "Current Net Mortgage Rate", "total", printing.percent(net_rate))
    whole = sum(month.contracts.values(), ZERO)
    pages.put(24, "ADDITIONAL INFORMATION", "Total Derivative Payments", "total", printing.money(whole))
    for contract in (*deal.CAPS, *deal.FLOORS):
        amount = month.contracts.get(contract, ZERO)
        pages.put(24, "ADDITIONAL INFORMATION", contract, "total", printing.money(amount))
