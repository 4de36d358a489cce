"""The auditor's side of Indenture: read only, and importing nothing of the ledger but its public API.

Its commands also use ``ledger.console``, to speak at a terminal as the ledger's own do, and its reports
``ledger.reports``, to be written as the ledger's own are.

``statement`` replays a distribution to its record date, ``books`` every account to any date, ``explain`` traces a
figure to its events, ``reconcile`` ties a published statement out against a replayed one, ``restatement`` says what
changed between two points of knowledge, ``restated`` what changed a statement since its closing, and ``advances`` what
the servicer is owed, loan by loan.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from replay.account_books import AccountCard, JournalRange, Movement, account_card, journal
    from replay.charts.asking import chart
    from replay.charts.chart import Chart
    from replay.explanations import Explanation, ExplanationStep, explain
    from replay.filing import ClassTable, Filing, PublishedFigure, ReadProblem, parse_printed, read_statement
    from replay.histories import FigureHistory, HistoryPoint, history
    from replay.reconciliation.class_tables import reconcile_class_table
    from replay.reconciliation.entries import Entry, Kind, Status, TieOut
    from replay.reconciliation.identities import BrokenIdentity, check_identities
    from replay.reconciliation.reconcile import reconcile
    from replay.restatements import Cause, RestatedFigure, RestatedPayment, Restatement, restatement
    from replay.statements.asking import StatementClosing, TabularBooks, advances, books, closing, statement
    from replay.statements.figures import Figure, Page, Row, Section
    from replay.statements.periods import Period, Periods, periods
    from replay.statements.printing import Style
    from replay.statements.restated import Restated, restated
    from replay.statements.standing import PeriodState, Standing, standing
    from replay.statements.statement import Statement, statement_of

__all__ = [
    "AccountCard",
    "BrokenIdentity",
    "Cause",
    "Chart",
    "ClassTable",
    "Entry",
    "Explanation",
    "ExplanationStep",
    "Figure",
    "FigureHistory",
    "Filing",
    "HistoryPoint",
    "JournalRange",
    "Kind",
    "Movement",
    "Page",
    "Period",
    "PeriodState",
    "Periods",
    "PublishedFigure",
    "ReadProblem",
    "Restated",
    "RestatedFigure",
    "RestatedPayment",
    "Restatement",
    "Row",
    "Section",
    "Standing",
    "Statement",
    "StatementClosing",
    "Status",
    "Style",
    "TabularBooks",
    "TieOut",
    "account_card",
    "advances",
    "books",
    "chart",
    "check_identities",
    "closing",
    "explain",
    "history",
    "journal",
    "parse_printed",
    "periods",
    "read_statement",
    "reconcile",
    "reconcile_class_table",
    "restated",
    "restatement",
    "standing",
    "statement",
    "statement_of",
]

_NAMES = {
    "replay.account_books": "AccountCard JournalRange Movement account_card journal",
    "replay.charts.asking": "chart",
    "replay.charts.chart": "Chart",
    "replay.explanations": "Explanation ExplanationStep explain",
    "replay.filing": "ClassTable Filing PublishedFigure ReadProblem parse_printed read_statement",
    "replay.histories": "FigureHistory HistoryPoint history",
    "replay.reconciliation.class_tables": "reconcile_class_table",
    "replay.reconciliation.entries": "Entry Kind Status TieOut",
    "replay.reconciliation.identities": "BrokenIdentity check_identities",
    "replay.reconciliation.reconcile": "reconcile",
    "replay.restatements": "Cause RestatedFigure RestatedPayment Restatement restatement",
    "replay.statements.asking": "StatementClosing TabularBooks advances books closing statement",
    "replay.statements.figures": "Figure Page Row Section",
    "replay.statements.periods": "Period Periods periods",
    "replay.statements.printing": "Style",
    "replay.statements.restated": "Restated restated",
    "replay.statements.standing": "PeriodState Standing standing",
    "replay.statements.statement": "Statement statement_of",
}
"""The public names by the module that each stands in, as a type checker reads them above. A module is imported when one
of its names is first asked for, so that a command starts without the database that it may not need."""

_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}

if not TYPE_CHECKING:  # A checker that saw this function would take a misspelt name for a public one.

    def __getattr__(name: str) -> object:
        """Import the module of a public name when the name is first asked for, and keep what it names."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
