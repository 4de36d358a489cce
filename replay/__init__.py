"""The auditor's side of Indenture: read only, and importing nothing of the ledger but its public API.

``statement`` replays a distribution to its record date, ``books`` every account to any date.
"""

from __future__ import annotations

from replay.figures import Figure, Page, Row, Section
from replay.formats import Style
from replay.statement import Statement, books, statement, statement_of

__all__ = ["Figure", "Page", "Row", "Section", "Statement", "Style", "books", "statement", "statement_of"]
