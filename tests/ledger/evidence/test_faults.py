"""A head is read as it is printed."""

from __future__ import annotations

import pytest

from ledger import Head
from replay.evidence.verify import parse_head


@pytest.mark.parametrize(
    "text", ["", "x", "1:", "1:" + "0 " * 32, "-1:" + "0" * 64, "1:" + "g" * 64, "1:" + "0" * 63, "9" * 30]
)
def test_what_is_no_head(text: str) -> None:
    with pytest.raises(ValueError, match=r"SEQUENCE:HASH|hexadecimal"):
        parse_head(text)


def test_a_head_reads_as_it_is_printed(trust_head: Head) -> None:
    assert (
        parse_head(f"{trust_head.sequence} {trust_head.hash.hex()}\n")
        == parse_head(f"{trust_head.sequence}:{trust_head.hash.hex()}")
        == trust_head
    )
