"""Fixtures of what is posted by columns."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.writing import admission, columns


@pytest.fixture
def by_columns_from_the_first_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let short tables take the way of long ones."""
    monkeypatch.setattr(columns, "COLUMNS_FROM", 1)


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the types of the tables that the columns themselves could post."""
    noted: list[str] = []
    rows = admission.Admitted.rows

    def noting(self: admission.Admitted, *arguments: Any) -> Any:
        noted.append(self.columns.type)
        return rows(self, *arguments)

    monkeypatch.setattr(admission.Admitted, "rows", noting)
    return noted
