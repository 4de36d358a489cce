"""Every hash proves its row, its order and all before it; the recipe is fixed for good."""

from __future__ import annotations

from hashlib import sha256

from ledger.store.hashing import GENESIS, chain, link, link_bytes

ROWS = [(1, 1_600_000_000_000_000, 0, b'{"a":1}'), (2, 1_600_000_000_000_001, 20_210_125, b"{}"), (3, 0, 0, b"")]


def test_a_link_is_the_hash_of_all_that_its_row_must_prove() -> None:
    written = bytes(32) + b'1|1600000000000000|0|{"a":1}'
    assert link(GENESIS, *ROWS[0]) == sha256(written).digest()


def test_a_chain_is_its_links_one_after_the_other() -> None:
    found, previous = [], GENESIS
    for row in ROWS:
        previous = link(previous, *row)
        found.append(previous)
    assert list(chain(GENESIS, (link_bytes(*row) for row in ROWS))) == found


def test_any_change_and_any_exchange_changes_the_head() -> None:
    def head(rows: list[tuple[int, int, int, bytes]]) -> bytes:
        return list(chain(GENESIS, (link_bytes(*row) for row in rows)))[-1]

    first, second, third = ROWS
    others = [
        [second, first, third],
        [first, third],
        [(2, *first[1:]), second, third],
        [(1, first[1] + 1, *first[2:]), second, third],
        [(*first[:2], 1, first[3]), second, third],
        [(*first[:3], b'{"a":2}'), second, third],
    ]
    assert head(ROWS) not in [head(rows) for rows in others]
