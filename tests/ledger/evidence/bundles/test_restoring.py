"""A deal is brought back from a bundle whole, or not at all."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import Bundle, Head, IntegrityFault, Ledger, StoredRow
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from tests.evidence.damage import contents_of, repacked


def test_a_deal_is_brought_back_with_its_head(trust: Path, trust_head: Head, ledger: Ledger) -> None:
    seen: list[StoredRow] = []

    def watch(rows: Iterator[StoredRow]) -> Iterator[StoredRow]:
        for row in rows:
            seen.append(row)
            yield row

    with (trust / "trust.zip").open("rb") as file:
        found = ledger.restore_bundle(Bundle(file), watch)
    assert found == trust_head == ledger.head(DEAL)
    assert len(seen) == 167


@pytest.mark.parametrize(
    "change", [lambda lines: lines[:-1], lambda lines: [*lines, lines[-1]], lambda lines: lines[1:]]
)
def test_of_another_log_nothing_lands(trust: Path, ledger: Ledger, change: object) -> None:
    contents = contents_of(trust / "trust.zip")
    lines = contents["events.txt"].splitlines(keepends=True)
    content = repacked({**contents, "events.txt": b"".join(change(lines))})  # type: ignore[operator]
    with pytest.raises(IntegrityFault, match="nothing was restored"):
        ledger.restore_bundle(Bundle(io.BytesIO(content)))
    assert ledger.deals() == []
