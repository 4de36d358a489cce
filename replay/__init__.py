"""The auditor's side of Indenture: read only, and importing nothing of the ledger but its public API.

Its commands also use ``ledger.console``, to speak at a terminal as the ledger's own do, and its reports
``ledger.reports``, to be written as the ledger's own are.

``statement`` replays a distribution to its record date, ``books`` every account to any date, ``explain`` traces a
figure to its events, ``reconcile`` ties a published statement out against a replayed one, ``restatement`` says what
changed between two points of knowledge, and ``advances`` what the servicer is owed, loan by loan.
"""

from __future__ import annotations

from replay.explanations import Explanation, ExplanationStep, explain
from replay.filing import ClassTable, Filing, PublishedFigure, ReadProblem, parse_printed, read_statement
from replay.reconciliation.identities import Finding, check_identities
from replay.reconciliation.reconcile import Entry, Kind, Status, TieOut, reconcile, reconcile_class_table
from replay.restatements import Cause, RestatedFigure, RestatedPayment, Restatement, restatement
from replay.statements.advances import advances
from replay.statements.figures import Figure, Page, Row, Section
from replay.statements.printing import Style
from replay.statements.statement import Statement, books, statement, statement_of

__all__ = [
    "Cause",
    "ClassTable",
    "Entry",
    "Explanation",
    "ExplanationStep",
    "Figure",
    "Filing",
    "Finding",
    "Kind",
    "Page",
    "PublishedFigure",
    "ReadProblem",
    "RestatedFigure",
    "RestatedPayment",
    "Restatement",
    "Row",
    "Section",
    "Statement",
    "Status",
    "Style",
    "TieOut",
    "advances",
    "books",
    "check_identities",
    "explain",
    "parse_printed",
    "read_statement",
    "reconcile",
    "reconcile_class_table",
    "restatement",
    "statement",
    "statement_of",
]
