"""Whatever writes a file, killed between any two of its steps, leaves what the same again finishes."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from ledger import Head, Ledger, StoreError
from ledger.files import folder_whole, write_once, write_whole
from ledger.http.tokens import new_token, write_tokens
from ledger.store.database.backup import backup, new_ledger, restore
from replay.evidence.checkpoint import SigningFault, generate_key, public_key_in, sign_bytes
from replay.evidence.vouched import VouchedHead, write_vouched
from replay.evidence.witness import read_witness, witness
from tests.faults.stepping import killed_at_every_step

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

HEAD = VouchedHead(deal="toy", head=Head(3, bytes(range(32))))
TOKEN = new_token("J. Marsh", servicer=["toy"]).token
FOLDER = ("papers/README.txt", "papers/deep/b.txt")


def papers(place: Path, content: str = "new") -> None:
    with folder_whole(place / "papers", replace=(place / "papers").exists(), known_by="README.txt") as folder:
        for name in FOLDER:
            file = folder / name.partition("/")[2]
            file.parent.mkdir(exist_ok=True)
            file.write_text(content)


def papers_replaced(place: Path) -> None:
    with folder_whole(place / "papers", replace=True, known_by="README.txt") as folder:
        (folder / "README.txt").write_text("new")


def made(place: Path) -> None:
    with new_ledger(place / "made.db") as partial, Ledger.create(partial):
        pass


@attrs.frozen(kw_only=True)
class Writer:
    """What writes, what is there before it, and what is there after it; ``refused`` is how it may end when repeated."""

    writes: Callable[[Path], object]
    before: Callable[[Path], object] = lambda _: None
    makes: tuple[str, ...]
    refused: tuple[type[Exception], ...] = ()


WRITERS = {
    "a new file": Writer(writes=lambda at: write_whole(at / "file", b"new"), makes=("file",), refused=(StoreError,)),
    "a file again": Writer(
        writes=lambda at: write_whole(at / "file", b"new", replace=True),
        before=lambda at: (at / "file").write_bytes(b"old"),
        makes=("file",),
    ),
    "a file once": Writer(writes=lambda at: write_once(at / "file", b"new"), makes=("file",)),
    "a new folder": Writer(writes=papers, makes=FOLDER),
    "a folder again": Writer(writes=papers_replaced, before=papers, makes=("papers/README.txt",)),
    "a ledger": Writer(writes=made, makes=("made.db",), refused=(StoreError,)),
    "a backup": Writer(
        writes=lambda at: backup(at / "made.db", at / "copy.db"),
        before=made,
        makes=("copy.db", "made.db"),
        refused=(StoreError,),
    ),
    "a ledger restored": Writer(
        writes=lambda at: restore(at / "made.db", at / "back.db"),
        before=made,
        makes=("back.db", "made.db"),
        refused=(StoreError,),
    ),
    "a pair of keys": Writer(
        writes=lambda at: generate_key(at / "key"), makes=("key", "key.pub"), refused=(SigningFault,)
    ),
    "a new head": Writer(
        writes=lambda at: write_vouched(at / "head", HEAD, new=True), makes=("head",), refused=(SigningFault,)
    ),
    "tokens": Writer(writes=lambda at: write_tokens(at / "tokens", [TOKEN]), makes=("tokens",)),
}


IN_EVERY_RUN = ("a new file", "a pair of keys")


@pytest.mark.parametrize(
    "name", [name if name in IN_EVERY_RUN else pytest.param(name, marks=pytest.mark.slow) for name in WRITERS]
)
def test_it_is_finished_by_the_same_again(tmp_path: Path, name: str) -> None:
    writer, place = WRITERS[name], tmp_path / "place"

    def begun() -> None:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        writer.before(place)

    def again() -> None:
        with contextlib.suppress(*writer.refused):
            writer.writes(place)
        assert _files(place) == sorted(writer.makes)
        if "key" in writer.makes:
            assert sign_bytes(place / "key", b"")[0] == public_key_in(place / "key.pub")
        elif not name.startswith(("a ledger", "a backup", "a new head", "tokens")):
            assert {(place / item).read_bytes() for item in writer.makes} == {b"new"}

    assert killed_at_every_step(lambda: writer.writes(place), begun, again) > 1
    again()


def test_a_folder_that_is_replaced_is_never_lost(tmp_path: Path) -> None:
    """Where neither the old nor the new folder has its name, the old one comes back with the next that writes."""
    place = tmp_path / "place"

    def begun() -> None:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        papers(place, "old")

    def refused() -> None:
        with pytest.raises(StoreError, match="exists"), folder_whole(place / "papers"):
            pass
        found = {item.read_text() for item in place.rglob("*.txt")}
        assert found in ({"old"}, {"new"}), "neither of them is whole"

    assert killed_at_every_step(lambda: papers_replaced(place), begun, refused) > 3


def test_a_key_without_its_public_key_gets_it_and_stays(tmp_path: Path) -> None:
    public = generate_key(tmp_path / "key")
    kept, told = (tmp_path / "key").read_bytes(), public.read_bytes()
    public.unlink()
    assert generate_key(tmp_path / "key") == public
    assert ((tmp_path / "key").read_bytes(), public.read_bytes()) == (kept, told)
    (tmp_path / "key").unlink()
    with pytest.raises(SigningFault, match="exists"):
        generate_key(tmp_path / "key")
    (tmp_path / "other").write_text("no key")
    with pytest.raises(SigningFault, match="exists"):
        generate_key(tmp_path / "other")
    assert (tmp_path / "other").read_text() == "no key"


@pytest.mark.slow
def test_lines_of_a_witness_are_whole_or_taken_back(toy_file: Path, tmp_path: Path) -> None:
    kept = tmp_path / "heads.witness"

    def append() -> None:
        with Ledger.open(toy_file) as ledger:
            witness(ledger, kept)

    def again() -> None:
        before = read_witness(kept).lines if kept.exists() else 0
        append()
        assert read_witness(kept).lines == before + 1
        assert not read_witness(kept).incomplete

    assert killed_at_every_step(append, lambda: kept.unlink(missing_ok=True), again) > 1


def _files(place: Path) -> list[str]:
    return sorted(str(item.relative_to(place)) for item in place.rglob("*") if item.is_file())
