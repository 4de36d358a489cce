"""Views for whoever reads with SQL: amounts and dates as what they are, and the books that they add up to.

They are only read, and the ledger itself asks none of them. On PostgreSQL amounts are ``numeric(18,4)``, dates are
dates, and every view asks as whoever asks (``security_invoker``), so that a role sees its own deals and no other.
SQLite has neither decimals nor dates: there an amount is an exact text for reading, beside the integer of 0.0001 dollar
(``..._units``) that is summed. What events mean to the accounts stands in ``read_legs`` and ``read_accounts`` as data;
a test holds both to the journal. A migration that changes a column of a table takes the views away before it does.

Revision: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

VIEWS = (
    "read_accounts",
    "read_legs",
    "read_deals",
    "read_rules",
    "read_events",
    "read_batches",
    "read_loans",
    "read_postings",
    "read_balances",
)

_COMPONENTS = ("principal", "interest", "fee", "loss", "other", "memo")

_ACCOUNTS = """
collection_account; asset; -; collection account
distribution_account; asset; -; distribution account
prefunding_account; asset; -; pre-funding account
capitalized_interest_account; asset; -; capitalized interest account
funding_account; asset; -; funding account
trust_accounts; asset; code; reserve and other accounts of the trust
due_from_issuer; asset; -; principal that the issuer owes on account of a reference pool
pool_principal; asset; group; mortgage loans, stated principal balance
principal_due; asset; group; scheduled principal due
interest_due; asset; group; scheduled interest due
delinquent_principal; asset; group; delinquent principal
delinquent_interest; asset; group; delinquent interest
deferred_acknowledged; asset; group; contra of deferred principal
bond_principal; liability; class; bond principal
unreimbursed_advances; liability; group; advances owed to the servicer
nonrecoverable_advances; liability; group; nonrecoverable advances owed to the servicer
servicing_advances; liability; group; servicing advances owed to the servicer
unapplied_funds; liability; group; unapplied funds of borrowers
overpayments; liability; group; overpayments owed to borrowers
fees_not_drawn; liability; group; fees earned by the servicer and not yet drawn
roundings; liability; -; cents of roundings for the next distribution
seller_draws; liability; -; draws that the seller funded
note_draws; liability; -; draws that note holders are to fund
deferred_principal; liability; group; principal deferred without interest
fees_unpaid; liability; code; fees of the waterfall owed and not paid
insurer_claims; liability; class; owed to the bond insurer
class_shortfalls; asset; class and code; shortfalls of classes, to be made up
shortfalls_acknowledged; liability; class and code; contra of class shortfalls
interest_income; income; group; interest on the loans
compensating_interest; income; group; compensating interest
account_income; income; code; investment income of accounts of the trust
prepayment_premiums; income; group; prepayment premiums
bond_losses; income; class; losses borne by classes
servicing_fees; expense; group; servicing fees
fees; expense; code; other fees
withdrawals; expense; code; permitted withdrawals
derivative_payments; expense; code; derivative payments
relief_act_shortfalls; expense; group; Relief Act interest shortfalls
prepayment_shortfalls; expense; group; prepayment interest shortfalls that nobody made up
realized_losses; expense; group; realized losses
loan_expenses; expense; group; taxes, insurance and costs paid for loans
bond_interest; expense; class; bond interest and residual
rounding_differences; expense; -; payments rounded otherwise than funds
pool_contributions; equity; -; loans conveyed to the trust
bond_proceeds; equity; -; proceeds of bonds issued
brought_forward; equity; -; contra of balances brought forward
"""
"""The chart of accounts in its order: name, kind, what it is broken down by, title."""

_MOVES = """
bond_class_issued; *; principal; bond_proceeds; bond_principal
loan_boarded; *; principal; pool_principal; pool_contributions
prefunding_deposited; *; other; prefunding_account; bond_proceeds
prefunding_withdrawn; *; principal; collection_account; prefunding_account
prefunding_withdrawn; *; interest; collection_account; prefunding_account
prefunding_withdrawn; *; memo; pool_contributions; prefunding_account
capitalized_interest_deposited; *; other; capitalized_interest_account; bond_proceeds
capitalized_interest_withdrawn; *; interest; collection_account; capitalized_interest_account
capitalized_interest_withdrawn; *; memo; bond_proceeds; capitalized_interest_account
trust_account_deposited; *; other; trust_accounts; bond_proceeds
trust_account_earned; *; interest; trust_accounts; account_income
trust_account_funded; *; other; trust_accounts; collection_account
trust_account_withdrawn; *; interest; collection_account; trust_accounts
trust_account_withdrawn; *; principal; collection_account; trust_accounts
trust_account_withdrawn; *; other; collection_account; trust_accounts
fee_shortfall_recorded; *; memo; fees; fees_unpaid
fee_shortfall_recorded; *; fee; fees_unpaid; fees
pool_balance_brought_forward; *; principal; pool_principal; brought_forward
class_balance_brought_forward; *; principal; bond_principal; brought_forward
scheduled_payment_due; *; principal; principal_due; pool_principal
scheduled_payment_due; *; interest; interest_due; interest_income
collection_received; *; principal; collection_account; principal_due
collection_received; *; interest; collection_account; interest_due
instalment_reported_delinquent; *; principal; delinquent_principal; principal_due
instalment_reported_delinquent; *; interest; delinquent_interest; interest_due
curtailment_collected; *; principal; collection_account; pool_principal
curtailment_collected; *; other; collection_account; prepayment_premiums
payoff_collected; *; principal; collection_account; pool_principal
payoff_collected; *; interest; collection_account; fees_not_drawn
payoff_collected; *; other; collection_account; prepayment_premiums
loan_repurchased; *; principal; collection_account; pool_principal
loan_repurchased; *; interest; collection_account; interest_income
loan_substituted; *; principal; -; pool_principal
loan_substituted; *; other; collection_account; -
loan_substituted; *; memo; pool_contributions; -
loan_substituted; *; interest; collection_account; interest_income
loan_liquidated; *; principal; -; pool_principal
loan_liquidated; *; interest; -; interest_income
loan_liquidated; *; other; collection_account; -
loan_liquidated; *; loss; realized_losses; -
loan_liquidated; *; memo; deferred_principal; deferred_acknowledged
principal_deferred; *; principal; realized_losses; pool_principal
principal_deferred; *; memo; deferred_acknowledged; deferred_principal
deferred_principal_collected; *; principal; collection_account; pool_principal
deferred_principal_collected; *; loss; collection_account; realized_losses
deferred_principal_collected; *; principal; deferred_principal; deferred_acknowledged
deferred_principal_collected; *; loss; deferred_principal; deferred_acknowledged
principal_forgiven; *; principal; realized_losses; pool_principal
principal_forgiven; *; memo; deferred_principal; deferred_acknowledged
interest_capitalized; *; principal; pool_principal; delinquent_interest
interest_capitalized; *; other; delinquent_interest; loan_expenses
draw_made; *; principal; pool_principal; collection_account
class_balance_increased; *; principal; collection_account; bond_principal
funding_account_deposited; *; principal; funding_account; bond_proceeds
funding_account_released; *; principal; collection_account; funding_account
additional_loans_purchased; *; principal; pool_contributions; funding_account
principal_set_aside; *; other; funding_account; distribution_account
seller_draws_repaid; *; other; seller_draws; distribution_account
reference_principal_due; *; principal; due_from_issuer; pool_principal
reference_principal_prepaid; *; principal; due_from_issuer; pool_principal
credit_event_reported; *; principal; -; pool_principal
credit_event_reported; *; other; due_from_issuer; -
credit_event_reported; *; loss; realized_losses; -
reference_recovery_reported; *; loss; due_from_issuer; realized_losses
issuer_payment_received; *; principal; collection_account; due_from_issuer
issuer_payment_received; *; interest; collection_account; interest_income
retained_part_settled; *; other; distribution_account; due_from_issuer
subsequent_recovery_received; *; loss; collection_account; realized_losses
insurance_proceeds_received; *; principal; collection_account; pool_principal
insurance_proceeds_received; *; interest; collection_account; interest_income
relief_act_shortfall_reported; *; interest; relief_act_shortfalls; interest_due
unapplied_funds_received; *; other; collection_account; unapplied_funds
unapplied_funds_applied; *; principal; unapplied_funds; principal_due
unapplied_funds_applied; *; interest; unapplied_funds; interest_due
unapplied_funds_returned; *; other; unapplied_funds; collection_account
overpayment_received; *; other; collection_account; overpayments
overpayment_refunded; *; other; overpayments; collection_account
payment_returned; *; principal; principal_due; collection_account
payment_returned; *; interest; interest_due; collection_account
advance_made; *; principal; collection_account; unreimbursed_advances
advance_made; *; interest; collection_account; unreimbursed_advances
advance_made; *; other; loan_expenses; servicing_advances
advance_recovered; *; principal; unreimbursed_advances; collection_account
advance_recovered; *; interest; unreimbursed_advances; collection_account
advance_recovered; *; other; servicing_advances; collection_account
advance_declared_nonrecoverable; *; principal; unreimbursed_advances; nonrecoverable_advances
advance_declared_nonrecoverable; *; interest; unreimbursed_advances; nonrecoverable_advances
advance_declared_nonrecoverable; *; other; servicing_advances; nonrecoverable_advances
servicing_fee_withheld; *; fee; servicing_fees; collection_account
servicing_fee_earned; *; fee; servicing_fees; fees_not_drawn
servicing_fee_drawn; *; fee; fees_not_drawn; collection_account
fee_charged; *; fee; fees; collection_account
compensating_interest_paid; *; interest; collection_account; interest_due
derivative_payment_made; *; other; derivative_payments; collection_account
derivative_payment_received; *; other; collection_account; derivative_payments
collection_account_withdrawn; *; fee; withdrawals; collection_account
collection_account_remitted; *; other; distribution_account; collection_account
collection_account_remitted; *; memo; rounding_differences; roundings
collection_account_remitted; *; fee; roundings; rounding_differences
bond_interest_paid; *; interest; bond_interest; distribution_account
bond_interest_deferred; *; interest; bond_interest; bond_principal
bond_principal_paid; *; principal; bond_principal; distribution_account
bond_shortfall_recorded; *; memo; class_shortfalls; shortfalls_acknowledged
bond_shortfall_recorded; *; fee; shortfalls_acknowledged; class_shortfalls
prepayment_shortfall_borne; *; interest; prepayment_shortfalls; interest_due
bond_loss_allocated; *; loss; bond_principal; bond_losses
bond_written_up; *; loss; bond_losses; bond_principal
insurer_interest_accrued; *; interest; bond_interest; insurer_claims
insurer_reimbursed; *; other; insurer_claims; distribution_account
insurer_payment_received; *; principal; distribution_account; insurer_claims
insurer_payment_received; *; interest; distribution_account; insurer_claims
collection_received; late; principal; collection_account; delinquent_principal
collection_received; late; interest; collection_account; delinquent_interest
collection_received; late, advanced; principal; collection_account; delinquent_principal
collection_received; late, advanced; interest; collection_account; delinquent_interest
unapplied_funds_applied; late; principal; unapplied_funds; delinquent_principal
unapplied_funds_applied; late; interest; unapplied_funds; delinquent_interest
unapplied_funds_applied; late, advanced; principal; unapplied_funds; delinquent_principal
unapplied_funds_applied; late, advanced; interest; unapplied_funds; delinquent_interest
payment_returned; late; principal; delinquent_principal; collection_account
payment_returned; late; interest; delinquent_interest; collection_account
payment_returned; late, advanced; principal; delinquent_principal; collection_account
payment_returned; late, advanced; interest; delinquent_interest; collection_account
payoff_collected; trust; principal; collection_account; pool_principal
payoff_collected; trust; interest; collection_account; interest_income
payoff_collected; trust; other; collection_account; prepayment_premiums
capitalized_interest_withdrawn; interest funds; interest; collection_account; capitalized_interest_account
capitalized_interest_withdrawn; interest funds; memo; collection_account; capitalized_interest_account
interest_capitalized; current instalment; principal; pool_principal; interest_due
interest_capitalized; current instalment; other; interest_due; loan_expenses
draw_made; funding account; principal; pool_principal; funding_account
draw_made; seller; principal; pool_principal; seller_draws
draw_made; variable funding note; principal; pool_principal; note_draws
class_balance_increased; draws; principal; note_draws; bond_principal
class_balance_increased; seller; principal; pool_contributions; bond_principal
class_balance_increased; funding account; principal; funding_account; bond_principal
funding_account_deposited; principal collections; principal; funding_account; collection_account
additional_loans_purchased; principal collections; principal; pool_contributions; collection_account
advance_recovered; any funds; principal; nonrecoverable_advances; collection_account
advance_recovered; any funds; interest; nonrecoverable_advances; collection_account
advance_recovered; any funds; other; nonrecoverable_advances; collection_account
amount_brought_forward; unpaid interest; memo; class_shortfalls; brought_forward
amount_brought_forward; basis risk; memo; class_shortfalls; brought_forward
amount_brought_forward; insurer reimbursement; memo; brought_forward; insurer_claims
amount_brought_forward; unreimbursed advances; memo; brought_forward; unreimbursed_advances
amount_brought_forward; unreimbursed servicing advances; memo; brought_forward; servicing_advances
"""
"""What each type of event, under each code (``*``: any other), debits and credits: component, debit, credit."""

_FIRST_RULES = "compensating_interest_paid; *; interest; collection_account; compensating_interest"
"""What the first rules moved otherwise."""


def _of(block: str) -> list[list[str]]:
    return [["" if part == "-" else part for part in line.split("; ")] for line in block.strip().splitlines()]


def _rows(rows: list[tuple[object, ...]]) -> str:
    """Return rows of texts and numbers as the VALUES of a view; texts hold no quote."""
    return ", ".join(f"({', '.join(str(v) if isinstance(v, int) else repr(v) for v in row)})" for row in rows)


def _legs() -> list[tuple[object, ...]]:
    """Return every leg: type, code, the rules from and to which it holds, component, account, 1 debit or -1 credit."""
    only_first = {line[0] for line in _of(_FIRST_RULES)}
    found: list[tuple[object, ...]] = []
    for block, rules in ((_MOVES, None), (_FIRST_RULES, (1, 1))):
        for name, code, component, debit, credit in _of(block):
            first, last = rules or (2 if name in only_first else 1, 99)
            found += [
                (name, code, first, last, component, account, sign)
                for account, sign in ((debit, 1), (credit, -1))
                if account
            ]
    return found


class _Words:
    """How a database spells an amount, a rate, a date and a moment that are stored as integers."""

    def __init__(self, schema: str) -> None:
        self.on_postgresql = bool(schema)
        self.home = f"{schema}." if schema else ""

    def amount(self, value: str, name: str, digits: int = 18) -> str:
        """Return the columns of an amount; in SQLite also the integer that is summed."""
        if self.on_postgresql:
            return f"CAST(CAST({value} AS numeric) / 10000 AS numeric({digits},4)) AS {name}"
        return f"{self._digits(value, 4)} AS {name}, {value} AS {name}_units"

    def rate(self, value: str, name: str) -> str:
        """Return the column of a rate, of ten decimals."""
        if self.on_postgresql:
            return f"CAST(CAST({value} AS numeric) / 10000000000 AS numeric(18,10)) AS {name}"
        return f"{self._digits(value, 10)} AS {name}"

    def date(self, value: str, name: str) -> str:
        """Return the column of a date; a number of nought is none."""
        parts = f"{value} / 10000", f"{value} / 100 % 100", f"{value} % 100"
        spelt = (
            f"make_date({', '.join(parts)})" if self.on_postgresql else f"printf('%04d-%02d-%02d', {', '.join(parts)})"
        )
        return f"CASE WHEN {value} > 0 THEN {spelt} END AS {name}"

    def moment(self, value: str, name: str) -> str:
        """Return the column of a moment that is stored in microseconds."""
        if self.on_postgresql:
            return (
                f"CAST('1970-01-01 00:00:00+00' AS timestamptz) + {value} * CAST('1 microsecond' AS interval) AS {name}"
            )
        whole = f"strftime('%Y-%m-%dT%H:%M:%S', {value} / 1000000, 'unixepoch')"
        return f"{whole} || printf('.%06dZ', {value} % 1000000) AS {name}"

    def hexadecimal(self, value: str, name: str) -> str:
        """Return the column of a hash."""
        spelt = f"encode({value}, 'hex')" if self.on_postgresql else f"lower(hex({value}))"
        return f"{spelt} AS {name}"

    def rules_in(self, payload: str) -> str:
        """Return the number of the rules that terms state; those that state none are under the first."""
        if self.on_postgresql:
            return f"COALESCE(CAST(CAST({payload} AS jsonb) #>> CAST('{{terms,rules}}' AS text[]) AS integer), 1)"
        return f"COALESCE(json_extract({payload}, '$.terms.rules'), 1)"

    @staticmethod
    def _digits(value: str, places: int) -> str:
        scale = 10**places
        sign = f"CASE WHEN {value} < 0 THEN '-' ELSE '' END"
        return f"printf('%s%d.%0{places}d', {sign}, abs({value}) / {scale}, abs({value}) % {scale})"


def _keys(row: str) -> str:
    """Return the columns that say what an amount on an account is broken down by."""
    return (
        f"CASE WHEN a.keyed_by = 'group' THEN {row}.loan_group ELSE '' END AS loan_group, "
        f"CASE WHEN a.keyed_by IN ('class', 'class and code') THEN {row}.class_id ELSE '' END AS class_id, "
        f"CASE WHEN a.keyed_by IN ('code', 'class and code') THEN {row}.code ELSE '' END AS code"
    )


def _posted(home: str, row: str) -> str:
    """Return what joins a row of events, or of their sums, with the legs that its rules give it."""
    rules = (
        f"(SELECT r.rules FROM {home}read_rules r WHERE r.deal_key = {row}.deal_key AND (r.sequence = 1 "
        f"OR r.effective_date <= {row}.distribution) ORDER BY r.sequence DESC LIMIT 1)"
    )
    own = f"SELECT 1 FROM {home}read_legs o WHERE o.type = {row}.posts_as AND o.code = {row}.code"
    return (
        f"JOIN {home}deals d ON d.deal_key = {row}.deal_key "
        f"JOIN {home}read_legs l ON l.type = {row}.posts_as "
        f"AND (l.code = {row}.code OR (l.code = '*' AND NOT EXISTS ({own}))) "
        f"AND ((l.first_rules = 1 AND l.last_rules = 99) OR {rules} BETWEEN l.first_rules AND l.last_rules) "
        f"JOIN {home}read_accounts a ON a.account = l.account"
    )


def _debited(row: str) -> str:
    chosen = " ".join(f"WHEN '{name}' THEN {row}.{name}" for name in _COMPONENTS)
    return f"(l.sign * CASE l.component {chosen} END)"


def _selects(words: _Words) -> dict[str, str]:
    """Return the query of each view by its name, those first that others ask."""
    home = words.home
    amounts = ", ".join(words.amount(f"e.{name}", name) for name in _COMPONENTS)
    accounts = [(number, *line) for number, line in enumerate(_of(_ACCOUNTS), 1)]
    summed = (
        f"SELECT d.deal AS deal, l.account AS account, {_keys('t')}, t.effective_date AS effective_date, "
        f"t.distribution AS distribution, SUM({_debited('t')}) AS units FROM {home}run_totals t {_posted(home, 't')} "
        "GROUP BY 1, 2, 3, 4, 5, 6, 7"
    )
    return {
        "read_accounts": f"VALUES {_rows(accounts)}",
        "read_legs": f"VALUES {_rows(_legs())}",
        "read_deals": f"SELECT d.deal AS deal, {words.moment('d.opened_at', 'opened_at')} FROM {home}deals d",
        "read_rules": "SELECT e.deal_key AS deal_key, e.sequence AS sequence, e.effective_date AS effective_date, "
        f"{words.rules_in('e.payload')} AS rules FROM {home}events e "
        "WHERE e.type IN ('deal_opened', 'terms_amended') AND e.distribution = 0",
        "read_events": "SELECT d.deal AS deal, e.sequence AS sequence, e.event_id AS event_id, e.type AS type, "
        f"e.posts_as AS posts_as, {words.date('e.effective_date', 'effective_date')}, "
        f"{words.date('e.distribution', 'payment_date')}, e.loan AS loan, e.loan_group AS loan_group, "
        f"e.class_id AS class_id, e.code AS code, {amounts}, e.loans AS loans, "
        f"{words.rate('e.note_rate', 'note_rate')}, "
        f"{words.rate('e.servicing_rate', 'servicing_rate')}, e.reverses AS reverses, "
        f"{words.moment('e.recorded_at', 'recorded_at')}, {words.hexadecimal('e.hash', 'hash')}, e.payload AS payload "
        f"FROM {home}events e JOIN {home}deals d ON d.deal_key = e.deal_key",
        "read_batches": "SELECT d.deal AS deal, b.first_sequence AS first_sequence, "
        f"b.through_sequence AS through_sequence, {words.moment('b.recorded_at', 'recorded_at')}, b.login AS login, "
        "b.actor AS actor, b.approver AS approver, b.document AS document, b.document_sha256 AS document_sha256 "
        f"FROM {home}batches b JOIN {home}deals d ON d.deal_key = b.deal_key",
        "read_loans": "SELECT d.deal AS deal, m.loan AS loan, m.loan_group AS loan_group, "
        f"{words.date('m.distribution', 'payment_date')}, m.through_sequence AS through_sequence, "
        f"{words.amount('m.balance', 'balance')}, m.on_books AS in_pool "
        f"FROM {home}run_loans m JOIN {home}deals d ON d.deal_key = m.deal_key",
        "read_postings": "SELECT d.deal AS deal, e.sequence AS sequence, e.event_id AS event_id, "
        f"e.posts_as AS posts_as, "
        f"{words.date('e.effective_date', 'effective_date')}, {words.date('e.distribution', 'payment_date')}, "
        f"e.loan AS loan, l.account AS account, {_keys('e')}, l.component AS component, "
        f"{words.amount(_debited('e'), 'debit')} FROM {home}events e {_posted(home, 'e')} WHERE {_debited('e')} <> 0",
        "read_balances": f"SELECT b.deal AS deal, b.account AS account, b.loan_group AS loan_group, "
        f"b.class_id AS class_id, b.code AS code, {words.date('b.effective_date', 'effective_date')}, "
        f"{words.date('b.distribution', 'payment_date')}, {words.amount('b.units', 'debit', 28)} FROM ({summed}) b",
    }


_NAMED = {
    "read_accounts": " (position, account, kind, keyed_by, title)",
    "read_legs": " (type, code, first_rules, last_rules, component, account, sign)",
}
"""The columns of the views whose query names none."""


def _rights(schema: str) -> str:
    """Return what lets every role read the views that was granted a deal before there were any."""
    views = ", ".join(f"{schema}.{view}" for view in VIEWS)
    return (
        "DO $$ DECLARE held record; BEGIN FOR held IN SELECT DISTINCT r.rolname AS name FROM pg_catalog.pg_roles r "
        f"JOIN {schema}.deal_access a ON a.grantee = r.rolname AND a.grantee_oid = CAST(r.oid AS bigint) LOOP "
        f"EXECUTE pg_catalog.format('GRANT SELECT ON {views} TO %I', held.name); END LOOP; END $$"
    )


def upgrade() -> None:
    """Create the views; on PostgreSQL with the rights of those who have access."""
    schema, kind = "", ""
    if op.get_bind().dialect.name == "postgresql":
        found = (
            "SELECT quote_ident(n.nspname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
            "ON n.oid = c.relnamespace WHERE c.oid = to_regclass('deals')"
        )
        schema, kind = op.get_bind().execute(sa.text(found)).scalar_one(), " WITH (security_invoker = true)"
    words = _Words(schema)
    for name, query in _selects(words).items():
        op.execute(f"CREATE VIEW {words.home}{name}{_NAMED.get(name, '')}{kind} AS {query}")
    if schema:
        op.execute(_rights(schema))


def downgrade() -> None:
    """A ledger is never taken back to an older schema."""
    raise NotImplementedError("restore a backup instead")
