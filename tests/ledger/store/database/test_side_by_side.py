"""Rows that are put together by columns come apart as the rows they were."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine, select

from ledger.errors import IntegrityFault
from ledger.store.database.side_by_side import put_together, taken_apart

KEPT = Table("kept", MetaData(), Column("name", Text), Column("units", Integer), Column("payload", Text))
ROWS = [
    ('a "quoted" \\ name', 2**63 - 1, '{"$type":"x"}'),
    ("naïve, 中\u2028\t", -(2**63), '{"a":"\\n"}'),
    (None, None, "{}"),
    ("", 0, "{}"),
]


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], []])
def test_every_value_comes_back_as_it_was(rows: list[tuple[str | None, int | None, str]]) -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        KEPT.create(connection)
        for row in rows:
            connection.execute(KEPT.insert().values(row))
        texts = connection.execute(select(*put_together(KEPT.c))).one()
    assert list(taken_apart(KEPT.c.keys(), tuple(texts))) == rows


def test_a_payload_that_is_no_line_is_a_fault() -> None:
    with pytest.raises(IntegrityFault, match="not on one line"):
        taken_apart(("name", "payload"), ('["a"]', "{\n}"))


def test_a_value_that_is_no_number_is_a_fault() -> None:
    with pytest.raises(IntegrityFault, match="stored units cannot be read"):
        taken_apart(("units",), ("[Inf]",))
