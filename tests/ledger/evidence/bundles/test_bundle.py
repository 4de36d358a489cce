"""A bundle names what is wrong with it, and which events a wrong hash speaks of."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from ledger import Bundle, Ledger, LedgerError
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from replay.evidence.bundle import export_bundle
from tests.deals.toy import TOY, toy_deal, toy_month
from tests.evidence.damage import contents_of, packed, repacked


def test_its_rows_are_those_of_the_ledger(trust: Path) -> None:
    with Ledger.open(trust / "trust.db") as ledger, (trust / "trust.zip").open("rb") as file:
        bundle = Bundle(file)
        assert (bundle.manifest.deal, bundle.manifest.events) == (DEAL, 167)
        assert list(bundle.member_faults()) == []
        told: list[object] = []
        checked = list(bundle.checked_rows(bundle.envelopes(told.append)))
        assert told == []
        assert [row for row, _ in checked] == [row._replace(deal_key=1) for row in ledger.stored_rows(DEAL)]
        assert not any(faults for _, faults in checked)


def long_bundle(tmp_path: Path) -> dict[str, bytes]:
    """Return the members of a bundle of more than two waypoints."""
    with Ledger.create("sqlite://") as ledger:
        toy_deal(ledger)
        ordinal = 1
        while ledger.head(TOY).sequence < 2_100:
            toy_month(ledger, ordinal)
            ordinal += 1
        export_bundle(ledger, TOY, tmp_path / "long.zip")
    return contents_of(tmp_path / "long.zip")


def faults_of(content: bytes) -> list[str]:
    bundle = Bundle(io.BytesIO(content))
    found = [str(fault) for fault in bundle.member_faults()]
    for _, faults in bundle.checked_rows(bundle.envelopes(lambda fault: found.append(str(fault)))):
        found.extend(map(str, faults))
    return found


@pytest.mark.slow
def test_damage_is_named_between_the_waypoints_that_it_lies_between(tmp_path: Path) -> None:
    contents = long_bundle(tmp_path)
    lines = contents["events.txt"].splitlines(keepends=True)
    for at in (1_200, 2_050):
        moment, _, rest = lines[at - 1].partition(b" ")
        lines[at - 1] = b"%d %b" % (int(moment) + 1, rest)
    found = faults_of(repacked({**contents, "events.txt": b"".join(lines)}))
    assert len(found) == 2
    assert "of the events 1001 to 2000 one was changed" in found[0]
    assert "of the events 2001 to" in found[1]


def test_a_small_member_that_is_large_is_not_read(trust: Path) -> None:
    contents = {**contents_of(trust / "trust.zip"), "terms.json": bytes(17 << 20)}
    bundle = Bundle(io.BytesIO(packed(contents)))
    with pytest.raises(LedgerError, match="more than"):
        bundle.content("terms.json")
    assert any("terms.json" in str(fault) for fault in bundle.member_faults())
