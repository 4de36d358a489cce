"""A writer to be killed: posts small batches for ever and says on standard output which of them were acknowledged.

Run as ``python crashing_writer.py URL FIRST``: batch numbers start at FIRST.
"""

from __future__ import annotations

import sys
from datetime import date
from itertools import count

from ledger import CurtailmentCollected, Ledger
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL

BATCH = 10


def batch(number: int) -> list[CurtailmentCollected]:
    """Return one batch: ten curtailments whose ids name the batch."""
    return [
        CurtailmentCollected(
            event_id=f"crash/{number}/{index}",
            deal=DEAL,
            effective_date=date(2002, 9, 1 + index),
            group="adjustable",
            amount="1.00",
        )
        for index in range(BATCH)
    ]


def main(url: str, first: int) -> None:
    """Post batches until killed."""
    with Ledger.open(url) as ledger:
        print("ready", flush=True)
        for number in count(first):
            ledger.post_many(batch(number)).or_raise()
            print(number, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
