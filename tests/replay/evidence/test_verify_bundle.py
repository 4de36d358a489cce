"""The second verifier: it proves what it says without the product, and the two never disagree about a file."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger import Bundle, Head, Ledger, LedgerError
from ledger.evidence.bundles.canonical_zip import Malformed, read_content, read_members
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from replay.cli import main
from replay.evidence import verify_bundle as second
from replay.evidence.bundle import export_bundle
from replay.evidence.bundle_check import check_bundle
from tests.deals.toy import TOY, toy_month
from tests.evidence.damage import contents_of
from tests.evidence.enveloped import enveloped_toy
from tests.replay.evidence.bundle_damage import DAMAGES, Members, chained_anew, spelt, zipped

FORMAT_CODES = frozenset(
    (
        *("malformed", "missing_member", "extra_member", "order", "changed_member"),
        *("other_count", "other_head", "wrong_hash", "other_deal"),
    )
)
"""What the product names that the second verifier must refuse too: the format, and the chain."""


def sound(tmp: Path) -> tuple[bytes, Members]:
    """Return a bundle with envelopes, waypoints of which the rest of the chain hangs, and statements."""
    path = tmp / "toy.zip"
    with Ledger.create("sqlite://") as ledger:
        enveloped_toy(ledger)
        toy_month(ledger, 1)
        export_bundle(ledger, TOY, path)
    return path.read_bytes(), contents_of(path)


@pytest.fixture
def toy_bundle(tmp_path: Path, waypoints_every_twenty: None) -> tuple[bytes, Members]:
    """The bundle that is damaged, whole and by members."""
    whole, members = sound(tmp_path)
    assert members["waypoints.txt"]
    return whole, members


def refused_by_second(content: bytes) -> str:
    """Return why the second verifier refuses a file; nothing where it does not."""
    try:
        second.prove(io.BytesIO(content), 0, b"")
    except (second.Unsound, second.OtherFormat) as fault:
        return str(fault)
    return ""


def members_of(content: bytes) -> Members | None:
    try:
        file = io.BytesIO(content)
        return {name: read_content(file, item, 1 << 24) for name, item in read_members(file).items()}
    except Malformed:
        return None


def disagreement(content: bytes, members: Members) -> str:
    """Return what the two verifiers disagree about, or what both passed although it changes an answer."""
    small = refused_by_second(content)
    if not small and members_of(content) == members:
        return ""
    found = check_bundle(io.BytesIO(content), None, None, None)
    codes = {fault.code for fault in found.faults}
    if small and not codes:
        return f"only the second refuses: {small}"
    if not small and codes & FORMAT_CODES:
        return f"only the product refuses: {found.faults[0]}"
    if not small and not codes:
        return "both let it pass, and it changes what the bundle says" if not harmless(content, members) else ""
    return ""


def harmless(content: bytes, members: Members) -> bool:
    """Say whether only the name of the release differs, for which nobody but a signature vouches."""
    given = members_of(content)
    if given is None:
        return False
    manifest = Bundle(io.BytesIO(content)).manifest
    other = json.loads(members["manifest.json"]) | {"release": manifest.release}
    return given == {**members, "manifest.json": spelt(other)}


@pytest.mark.parametrize(("tries", "seed"), [(120, 1), pytest.param(10_000, 2, marks=pytest.mark.slow)])
def test_the_two_verifiers_agree_on_damage(toy_bundle: tuple[bytes, Members], tries: int, seed: int) -> None:
    print(f"seed {seed}")
    whole, members = toy_bundle
    chance, refused = random.Random(seed), dict.fromkeys(DAMAGES, 0)
    for made in range(tries):
        damage = DAMAGES[made % len(DAMAGES)]
        content = damage(whole, members, chance)
        told = disagreement(content, members)
        assert not told, f"seed {seed}, damage {made} ({damage.__name__}): {told}"
        refused[damage] += bool(refused_by_second(content))
    assert all(count > tries // len(DAMAGES) // 4 for count in refused.values()), "the damage is not worth the name"


@pytest.mark.parametrize(("tries", "seed"), [(20, 3), pytest.param(1_000, 4, marks=pytest.mark.slow)])
def test_a_log_that_was_chained_anew_shows_against_a_head(
    toy_bundle: tuple[bytes, Members], tries: int, seed: int
) -> None:
    print(f"seed {seed}")
    whole, members = toy_bundle
    chance, head = random.Random(seed), Bundle(io.BytesIO(whole)).manifest.head
    for made in range(tries):
        content = chained_anew(members, chance)
        codes = {fault.code for fault in check_bundle(io.BytesIO(content), None, None, None).faults}
        small = refused_by_second(content)
        assert codes or not small, f"seed {seed}, change {made}: only the second refuses: {small}"
        assert small or not codes & FORMAT_CODES, f"seed {seed}, change {made}: only the product refuses: {codes}"
        assert check_bundle(io.BytesIO(content), None, head, None).faults
        with pytest.raises(second.Unsound):
            second.prove(io.BytesIO(content), 0, head.hash)


def test_it_runs_alone_and_says_what_it_proves(trust: Path, tmp_path: Path, trust_head: Head) -> None:
    printed = CliRunner().invoke(main, ["verifier"])
    (tmp_path / "verify_bundle.py").write_text(printed.stdout, encoding="utf-8")

    def run(*arguments: str) -> tuple[int, str]:
        # Isolated, and without the site's packages: nothing but the standard library is within reach.
        command = [sys.executable, "-I", "-S", str(tmp_path / "verify_bundle.py"), *arguments]
        shown = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        return shown.returncode, shown.stdout + shown.stderr

    bundle, digest = str(trust / "trust.zip"), trust_head.hash.hex()
    for head in (digest, f"{trust_head.sequence}:{digest}", digest.upper()):
        status, told = run(bundle, "--head", head)
        assert (status, "up to event 167 it is the log whose head was kept" in told) == (0, True), told
    status, told = run(bundle)
    assert status == 0
    assert "NOT proved: that nothing was cut off or rewritten" in told
    assert "whose signature" in run(str(trust / "signed.zip"))[1]
    assert run(bundle, "--head", "0" * 64)[0] == 1
    assert run(bundle, "--head", f"166:{digest}")[0] == 1
    assert run(bundle, "--head", "x")[0] == 2
    assert run(str(tmp_path / "none.zip"))[0] == 2
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as other:
        other.writestr("figures.csv", "1,2\n")
    for content in (b"", b"PK", b"a letter\n" * 20, (trust / "trust.db").read_bytes(), zipped.getvalue()):
        (tmp_path / "other").write_bytes(content)
        status, told = run(str(tmp_path / "other"))
        assert (status, len(told.splitlines()), "this is no bundle" in told) == (2, 1, True)
    (tmp_path / "cut.zip").write_bytes(Path(bundle).read_bytes()[:-1])
    status, told = run(str(tmp_path / "cut.zip"))
    assert (status, told.startswith("NOT SOUND: ")) == (1, True)


def test_a_bundle_of_an_older_format_is_not_called_unsound(old_trust: Path) -> None:
    assert second.main([str(old_trust / "trust.zip")]) == 2


def test_a_head_from_earlier_in_the_log_will_do(trust: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Ledger.open(trust / "trust.db") as ledger:
        row = next(ledger.stored_rows(DEAL, after=99))
    assert second.main([str(trust / "trust.zip"), "--head", f"100:{row.hash.hex()}"]) == 0
    assert "up to event 100" in capsys.readouterr().out


def test_it_imports_nothing_of_the_product() -> None:
    source = Path(second.__file__).read_text(encoding="utf-8")
    assert not any(name in source for name in ("import ledger", "from ledger", "import replay", "from replay"))
    assert len([line for line in source.splitlines() if line.strip()]) <= 270


def test_it_takes_little_memory_whatever_a_bundle_states() -> None:
    bomb = zipped([("manifest.json", bytes(300 << 20))])
    assert len(bomb) < 1 << 20
    assert "manifest" in refused_by_second(bomb)
    claimed = zipped([("manifest.json", b"{}")], member=0, size=1 << 40)
    assert "64 GiB" in refused_by_second(claimed)
    with pytest.raises(LedgerError, match="unfolds into"):
        Bundle(io.BytesIO(claimed))
