"""Sealed snapshots: the same figures with them and without, nothing read that they spare, and every damage found."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path

import attrs
import pytest

from ledger import CurtailmentCollected, Ledger, StoreError, StoreUnreadable
from ledger.evidence.archives import verify_archive
from ledger.reading.snapshots import SNAPSHOT_VERSION
from ledger.simulation import Life, LifePlan, post_life
from ledger.store.archive.manifest import MANIFEST, Manifest, manifest_of
from replay.evidence.verify import verify
from tests.deals.toy import TOY, payment_date, prior_month, toy_deal, toy_month

PLAN = LifePlan(
    seed=5,
    loans=25,
    months=12,
    name="sealed",
    late_rate=60_000,
    foreclosure_rate=300_000,
    correction_rate=15_000,
    recovery_rate=50_000,
)
DATES = [month.payment_date for month in Life(PLAN).months()]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a life in ``trust.db``, and its archive in ``archives``."""
    made = tmp_path_factory.mktemp("sealed")
    with Ledger.create(made / "trust.db") as ledger:
        post_life(ledger, PLAN)
        ledger.archive(PLAN.deal, made / "archives")
    return made


@pytest.fixture
def copy(home: Path, tmp_path: Path) -> Path:
    """A copy of the archive, to be damaged."""
    return Path(shutil.copytree(home / "archives", tmp_path / "copy"))


def manifest_in(directory: Path, deal: str = PLAN.deal) -> Manifest:
    """Return the manifest of a deal's archive."""
    return manifest_of((directory / deal / MANIFEST).read_bytes())


def forged(directory: Path, content: bytes, at: int) -> None:
    """Put other bytes in the place of a snapshot, and make the manifest fit them."""
    manifest = manifest_in(directory)
    kept = manifest.snapshots[at]
    (directory / PLAN.deal / kept.name).write_bytes(content)
    changed = attrs.evolve(kept, size=len(content), sha256=sha256(content).hexdigest())
    snapshots = tuple(changed if item is kept else item for item in manifest.snapshots)
    (directory / PLAN.deal / MANIFEST).write_bytes(attrs.evolve(manifest, snapshots=snapshots).to_bytes())


def test_the_snapshots_of_closed_periods_are_sealed(home: Path) -> None:
    manifest = manifest_in(home / "archives")
    assert [kept.distribution for kept in manifest.snapshots] == [int(f"{day:%Y%m%d}") for day in DATES]
    assert {kept.version for kept in manifest.snapshots} == {SNAPSHOT_VERSION}
    for kept in manifest.snapshots:
        content = (home / "archives" / PLAN.deal / kept.name).read_bytes()
        assert (len(content), sha256(content).hexdigest()) == (kept.size, kept.sha256)


def test_every_month_is_the_same_from_everywhere(home: Path) -> None:
    with Ledger.open(home / "trust.db") as ledger, Ledger.open(f"archive:{home}/archives") as archive:
        closings = [event.sequence for event in ledger.events(PLAN.deal, types=["period_closed"])]
        for day, closed in list(zip(DATES, closings, strict=True))[::3]:
            for known in (None, closed - 1, closed + 2):
                expected = ledger.distribution(PLAN.deal, day, known_through=known)
                assert archive.distribution(PLAN.deal, day, known_through=known) == expected
                assert archive.without_snapshots().distribution(PLAN.deal, day, known_through=known) == expected


def test_a_closed_period_is_reported_from_its_own_files(home: Path, copy: Path) -> None:
    with Ledger.open(home / "trust.db") as ledger:
        expected = ledger.distribution(PLAN.deal, DATES[9])
    for path in (copy / PLAN.deal).glob("period=*"):
        if path.name not in ("period=00000000", f"period={DATES[9]:%Y%m%d}"):
            shutil.rmtree(path)
    with Ledger.open(f"archive:{copy}") as archive:
        assert archive.distribution(PLAN.deal, DATES[9]) == expected
        with pytest.raises(StoreUnreadable, match="lacks a file"):
            archive.without_snapshots().distribution(PLAN.deal, DATES[9])


def test_a_ledger_without_snapshots_seals_none(home: Path, tmp_path: Path) -> None:
    with Ledger.open(home / "trust.db", snapshots=False) as ledger:
        assert ledger.archive(PLAN.deal, tmp_path).snapshots == ()
    with Ledger.open(f"archive:{tmp_path}") as archive, Ledger.open(home / "trust.db") as ledger:
        assert archive.distribution(PLAN.deal, DATES[-1]) == ledger.distribution(PLAN.deal, DATES[-1])
        assert ledger.archive(PLAN.deal, tmp_path).snapshots == manifest_in(home / "archives").snapshots


def test_an_archive_of_an_archive_is_the_same(home: Path, tmp_path: Path) -> None:
    with Ledger.open(f"archive:{home}/archives") as archive:
        assert archive.archive(PLAN.deal, tmp_path) == manifest_in(home / "archives")


def test_what_is_posted_behind_a_snapshot_is_added_to_it(tmp_path: Path) -> None:
    def late(month: int, behind: int) -> CurtailmentCollected:
        return CurtailmentCollected(
            event_id=f"late/{month}/{behind}",
            deal=TOY,
            effective_date=prior_month(month, 20),
            loan="one-2",
            amount="25.00",
            note_rate="0.12",
            restates=True,
        )

    with Ledger.create(tmp_path / "trust.db") as ledger:
        toy_deal(ledger)
        toy_month(ledger, 1)
        for month in (2, 3, 4):
            ledger.archive(TOY, tmp_path / "grown")
            toy_month(ledger, month)
            ledger.post(late(month - 1, 1)).or_raise()
        ledger.archive(TOY, tmp_path / "grown")
        ledger.archive(TOY, tmp_path / "whole")
        ledger.post(late(2, 2)).or_raise()
        ledger.archive(TOY, tmp_path / "late")
        sealed = manifest_in(tmp_path / "grown", TOY).head.sequence
        assert manifest_in(tmp_path / "grown", TOY).snapshots == manifest_in(tmp_path / "whole", TOY).snapshots
        for month in (1, 2, 3, 4):
            day = payment_date(month)
            now = ledger.without_snapshots().distribution(TOY, day)
            then = ledger.without_snapshots().distribution(TOY, day, known_through=sealed)
            for address, expected in (("grown", then), ("whole", then), ("late", now)):
                with Ledger.open(f"archive:{tmp_path}/{address}") as archive:
                    assert archive.distribution(TOY, day) == expected
            with Ledger.open(f"archive:{tmp_path}/grown?tail={tmp_path}/trust.db") as both:
                assert both.distribution(TOY, day) == now
        ledger.drop_snapshots(TOY)
        with Ledger.open(f"archive:{tmp_path}/grown?tail={tmp_path}/trust.db") as both:
            for month in (1, 2, 3, 4):
                assert both.distribution(TOY, payment_date(month)) == ledger.distribution(TOY, payment_date(month))


def test_a_changed_or_missing_snapshot_is_refused_and_found(copy: Path) -> None:
    kept = manifest_in(copy).snapshots[-1]
    path = copy / PLAN.deal / kept.name
    sound = path.read_bytes()
    with Ledger.open(f"archive:{copy}") as archive:
        expected = archive.without_snapshots().distribution(PLAN.deal, DATES[-1])
        for damaged in (sound[:-1], sound + b"x", bytes([sound[0] ^ 1]) + sound[1:], None):
            path.unlink()
            if damaged is not None:
                path.write_bytes(damaged)
            with pytest.raises(StoreUnreadable):
                archive.distribution(PLAN.deal, DATES[-1])
            assert archive.without_snapshots().distribution(PLAN.deal, DATES[-1]) == expected
            found = list(verify_archive(str(copy)))
            assert [fault.code for fault in found] == ["file_changed"]
            assert found[0].message.startswith(f"{kept.name} of")
            path.write_bytes(sound)
    assert list(verify_archive(str(copy))) == []


def test_a_forged_snapshot_is_found_by_deriving_it_again(copy: Path) -> None:
    with Ledger.open(f"archive:{copy}") as archive:
        assert verify(archive, PLAN.deal).ok
    other = (copy / PLAN.deal / manifest_in(copy).snapshots[3].name).read_bytes()
    forged(copy, other, at=4)
    assert list(verify_archive(str(copy))) == []  # the bytes are those that the manifest names
    with Ledger.open(f"archive:{copy}") as archive:
        found = verify(archive, PLAN.deal)
        assert [fault.code for fault in found.faults] == ["other_snapshot"]
        assert str(DATES[4]) in found.faults[0].message
        assert found.periods == len(DATES)


def test_a_snapshot_of_another_version_is_passed_over(copy: Path) -> None:
    with Ledger.open(f"archive:{copy}") as archive:
        expected = archive.distribution(PLAN.deal, DATES[-1])
    path = copy / PLAN.deal / MANIFEST
    manifest = manifest_in(copy)
    newer = []
    for kept in manifest.snapshots:
        newer.append(attrs.evolve(kept, version=SNAPSHOT_VERSION + 1))
        (copy / PLAN.deal / kept.name).rename(copy / PLAN.deal / newer[-1].name)
    path.write_bytes(attrs.evolve(manifest, snapshots=tuple(newer)).to_bytes())
    with Ledger.open(f"archive:{copy}") as archive:
        assert archive.distribution(PLAN.deal, DATES[-1]) == expected


@pytest.mark.parametrize(
    "lie", [{"through": 0}, {"distribution": -1}, {"version": "1"}, {"sha256": "../x"}, {"name": "other"}]
)
def test_a_manifest_with_a_damaged_snapshot_is_refused(copy: Path, lie: dict[str, object]) -> None:
    path = copy / PLAN.deal / MANIFEST
    content = json.loads(path.read_bytes())
    content["snapshots"][0] |= lie
    path.write_bytes(json.dumps(content, sort_keys=True, separators=(",", ":")).encode() + b"\n")
    with pytest.raises(StoreUnreadable, match="manifest cannot be read"):
        Ledger.open(f"archive:{copy}")


def test_an_archive_of_the_format_before_is_refused_with_what_to_do(copy: Path) -> None:
    path = copy / PLAN.deal / MANIFEST
    path.write_bytes(path.read_bytes().replace(b"indenture-archive/2", b"indenture-archive/1"))
    with pytest.raises(StoreUnreadable, match="seal the deal anew, into an empty directory"):
        Ledger.open(f"archive:{copy}")


def test_an_archive_neither_keeps_nor_drops_snapshots(home: Path) -> None:
    with Ledger.open(f"archive:{home}/archives?tail={home}/trust.db") as archive:
        with pytest.raises(StoreError, match=r"no snapshot is dropped; ask sqlite:///.*trust.db"):
            archive.drop_snapshots(PLAN.deal)
        with pytest.raises(StoreError, match="sealed"):
            archive.rebuild_snapshots(PLAN.deal)
