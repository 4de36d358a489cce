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


def many_waypoints(tmp_path: Path) -> dict[str, bytes]:
    """Return the members of a bundle of some months, with a waypoint every twenty events."""
    with Ledger.create("sqlite://") as ledger:
        toy_deal(ledger)
        toy_month(ledger, 1)
        export_bundle(ledger, TOY, tmp_path / "long.zip")
    return contents_of(tmp_path / "long.zip")


def faults_of(content: bytes) -> list[str]:
    bundle = Bundle(io.BytesIO(content))
    found = [str(fault) for fault in bundle.member_faults()]
    for _, faults in bundle.checked_rows(bundle.envelopes(lambda fault: found.append(str(fault)))):
        found.extend(map(str, faults))
    return found


def test_damage_is_named_between_the_waypoints_that_it_lies_between(
    tmp_path: Path, waypoints_every_twenty: None
) -> None:
    contents = many_waypoints(tmp_path)
    assert contents["waypoints.txt"].startswith(b"20 ")
    lines = contents["events.txt"].splitlines(keepends=True)
    for at in (5, 33):
        moment, _, rest = lines[at - 1].partition(b" ")
        lines[at - 1] = b"%d %b" % (int(moment) + 1, rest)
    found = faults_of(repacked({**contents, "events.txt": b"".join(lines)}))
    assert len(found) == 2
    assert "of the events 1 to 20 one was changed" in found[0]
    assert "of the events 21 to" in found[1]


def test_a_small_member_that_is_large_is_not_read(trust: Path) -> None:
    contents = {**contents_of(trust / "trust.zip"), "terms.json": bytes(17 << 20)}
    bundle = Bundle(io.BytesIO(packed(contents)))
    with pytest.raises(LedgerError, match="more than"):
        bundle.content("terms.json")
    assert any("terms.json" in str(fault) for fault in bundle.member_faults())
