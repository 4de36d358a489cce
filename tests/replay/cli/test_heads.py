"""Heads that others hold, as a shell sees them: signed by several, stamped with and without a network, witnessed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Head, Ledger
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from replay.cli import main
from replay.evidence.checkpoint import generate_key, public_key_in
from tests.evidence.damage import opened_up
from tests.evidence.time_authority import answer, root_of_time, stamper, written

ROOT = root_of_time()
CLOCK = stamper(ROOT)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(item) for item in arguments])


@pytest.fixture
def kept(trust: Path, tmp_path: Path) -> Path:
    """A directory with the head of the real month, two pairs of keys, and the root of an authority."""
    assert run("head", trust / "trust.db", DEAL, "--file", tmp_path / "head").exit_code == 0
    for name in ("trustee", "auditor"):
        generate_key(tmp_path / name)
    written(tmp_path / "root.pem", ROOT)
    written(tmp_path / "other.pem", root_of_time())
    return tmp_path


@pytest.fixture
def authority() -> Iterator[str]:
    """The address of an authority on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer(CLOCK, request))

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_head_is_printed_and_written_once(trust: Path, kept: Path, trust_head: Head) -> None:
    line = f"{trust_head}\n"
    assert run("head", trust / "trust.db", DEAL, "--file", kept / "new").stdout == line
    again = run("head", trust / "trust.db", DEAL, "--file", kept / "new")
    assert again.exit_code == 2
    assert "exists" in again.stderr


def test_two_people_sign_one_head_and_a_verification_names_both(trust: Path, kept: Path, trust_copy: Path) -> None:
    head, names = kept / "head", ("trustee", "auditor")
    for name in names:
        done = run("countersign", head, "--key", kept / name, "--as", name, "--ledger", trust / "trust.db")
        assert done.exit_code == 0
        assert done.stdout.startswith(f"{DEAL} 167:")
    both = [part for name in names for part in ("--trust", f"{name}={kept / name}.pub")]
    found = run("check-signature", head, *both)
    assert found.exit_code == 0, found.output
    assert found.stdout.count("signed at ") == 2
    auditor = public_key_in(kept / "auditor.pub")
    # A key may be given as itself, and is then the one that is named in the refusal of others.
    unknown = run("check-signature", head, "--trust", f"trustee={public_key_in(kept / 'trustee.pub')}")
    assert unknown.exit_code == 1
    assert f"NOT sound: signed by an unknown key {auditor}, as auditor\n" in unknown.stdout
    assert f"{DEAL} 167:" not in unknown.stdout
    assert "name them: --trust NAME=KEY" in unknown.stderr
    posing = run("check-signature", head, "--trust", f"auditor={kept}/trustee.pub", "--trust", f"x={kept}/auditor.pub")
    assert "signed as trustee, but with the key of auditor" in posing.stdout
    for source in ((trust / "trust.db", DEAL), (trust / "trust.zip",)):
        assert run("verify", *source, "--checkpoint", head, *both).exit_code == 0
        refused = run("verify", *source, "--checkpoint", head, "--public-key", kept / "trustee.pub")
        assert refused.exit_code == 1
        assert refused.stdout.startswith(f"NOT SOUND: the checkpoint {head} does not hold\n")
        assert f"signed by an unknown key {auditor}" in refused.stdout
        assert "name them: --trust NAME=KEY" in refused.stdout
    opened_up(trust_copy).execute("DELETE FROM events WHERE sequence > 160")
    assert "[cut]" in run("verify", trust_copy, DEAL, "--checkpoint", head, *both).stdout


def test_nobody_signs_what_their_ledger_does_not_hold(trust: Path, kept: Path, trust_copy: Path) -> None:
    opened_up(trust_copy).execute("UPDATE events SET hash = zeroblob(32) WHERE sequence = 167")
    before = (kept / "head").read_bytes()
    refused = run("countersign", kept / "head", "--key", kept / "trustee", "--ledger", trust_copy)
    assert refused.exit_code == 1
    assert "NOT SIGNED" in refused.stdout
    assert "[rewritten]" in refused.stdout
    assert (kept / "head").read_bytes() == before


def test_a_head_is_stamped_over_a_network(trust: Path, kept: Path, authority: str) -> None:
    alone = run("head", trust / "trust.db", DEAL, "--file", kept / "new", "--tsa", "http://127.0.0.1:9/")
    assert (alone.exit_code, (kept / "new").exists()) == (2, False)  # so that it can be done again
    done = run("head", trust / "trust.db", DEAL, "--file", kept / "new", "--tsa", authority)
    assert done.exit_code == 0
    assert "was not checked" in done.stderr
    assert run("countersign", kept / "new", "--key", kept / "trustee").exit_code == 0
    again = run("time-stamp", kept / "new", "--tsa", authority, "--tsa-root", kept / "root.pem")
    assert "time-stamped at 2002-09-26T12:30:00Z by CN=Clock" in again.stderr
    options = ("--public-key", kept / "trustee.pub", "--tsa-root", kept / "root.pem")
    found = run("check-signature", kept / "new", *options)
    assert found.exit_code == 0
    assert found.stdout.count("time-stamped at 2002-09-26T12:30:00Z by CN=Clock") == 2
    assert run("verify", trust / "trust.db", DEAL, "--checkpoint", kept / "new", *options).exit_code == 0
    unasked = run("check-signature", kept / "new", "--public-key", kept / "trustee.pub")
    assert unasked.exit_code == 0
    assert "2 time-stamps not checked" in unasked.stderr
    refused = run("time-stamp", kept / "new", "--tsa", authority, "--tsa-root", kept / "other.pem")
    assert refused.exit_code == 2
    assert found.stdout == run("check-signature", kept / "new", *options).stdout


def test_a_head_is_stamped_by_way_of_files(kept: Path) -> None:
    head, request, reply = kept / "head", kept / "head.tsq", kept / "head.tsr"
    assert run("time-stamp", head, "--request", request).exit_code == 0
    assert run("time-stamp", head, "--request", request).exit_code == 2  # there is one already
    reply.write_bytes(answer(CLOCK, request.read_bytes()))
    wrong = run("time-stamp", head, "--request", request, "--answer", reply, "--tsa-root", kept / "other.pem")
    assert wrong.exit_code == 2
    assert "not signed by an authority under the given roots" in wrong.stderr
    roots = ("--tsa-root", kept / "root.pem")
    assert run("time-stamp", head, "--request", request, "--answer", reply, *roots).exit_code == 0
    assert "2002-09-26T12:30:00Z by CN=Clock" in run("check-signature", head, *roots).stdout
    other = run("check-signature", head, "--tsa-root", kept / "other.pem")
    assert other.exit_code == 1
    assert "NOT sound" in other.stdout
    assert run("time-stamp", head, "--unpack", kept / "bytes").exit_code == 0
    assert (kept / "bytes").read_text().startswith(f"indenture head 1\n{DEAL}\n167\n")
    assert (kept / "bytes.1.tsr").read_bytes() == reply.read_bytes()


def test_witnessed_heads_are_compared_with_ledger_and_bundle(trust: Path, tmp_path: Path, trust_copy: Path) -> None:
    file = tmp_path / "heads.txt"
    first = run("witness", trust / "trust.db", "--file", file)
    assert first.exit_code == 0
    assert first.stdout == f"1:{file.read_text().split()[-2]}\n"
    assert f"{DEAL} 167:" in first.stderr
    assert run("witness", trust / "trust.db", DEAL, "--file", file).stdout.startswith("2:")
    for source in ((trust / "trust.db", DEAL), (trust / "trust.zip",)):
        sound = run("verify", *source, "--witness", file)
        assert sound.exit_code == 0, sound.output
        assert "would not show" not in sound.stderr
    opened_up(trust_copy).execute("DELETE FROM events WHERE sequence > 160")
    assert "[cut]" in run("verify", trust_copy, DEAL, "--witness", file).stdout
    before = file.read_bytes()
    refused = run("witness", trust_copy, "--file", file)
    assert refused.exit_code == 1
    assert f"NOT APPENDED. The ledger contradicts {file}:\n  {DEAL}, event 167" in refused.stdout
    assert file.read_bytes() == before
    file.write_bytes(before[:-1])
    unfinished = run("verify", trust / "trust.db", DEAL, "--witness", file)
    assert unfinished.exit_code == 0
    assert "never finished" in unfinished.stderr
    file.write_bytes(before.replace(b"Z 167 ", b"Z 166 ", 1))
    for command in (("verify", trust / "trust.db", DEAL, "--witness"), ("witness", trust / "trust.db", "--file")):
        changed = run(*command, file)
        assert changed.exit_code == 2
        assert "line 2: it does not follow from the line before" in changed.stderr


def test_what_a_witnessing_printed_shows_a_file_that_was_cut_or_changed(trust: Path, tmp_path: Path) -> None:
    source, file = (trust / "trust.db", DEAL), tmp_path / "heads.txt"
    printed = [run("witness", *source, "--file", file) for _ in range(3)]
    assert "given back as --chain" in printed[0].stderr
    first, _, last = (item.stdout.strip() for item in printed)
    for kept in (first, last, last.replace(":", " ")):
        assert run("verify", *source, "--witness", file, "--chain", kept).exit_code == 0
    whole = file.read_text().splitlines(keepends=True)
    file.write_text("".join(whole[:-1]))
    other = f"{first[:-1]}{'0' if first[-1] != '0' else '1'}"
    for kept, told in ((last, "holds 2 heads, and had 3"), (other, "line 1 of the witness file has not the chain")):
        before = file.read_bytes()
        found = run("verify", *source, "--witness", file, "--chain", kept)
        assert (found.exit_code, told in found.stdout) == (1, True)
        refused = run("witness", *source, "--file", file, "--chain", kept)
        assert (refused.exit_code, told in refused.stdout, file.read_bytes() == before) == (1, True, True)
    assert run("witness", *source, "--file", file, "--chain", first).exit_code == 0


def test_a_witness_of_other_deals_compares_nothing_and_says_so(trust: Path, tmp_path: Path) -> None:
    from tests.deals.toy import TOY, toy_terms

    with Ledger.create(tmp_path / "toy.db") as ledger:
        ledger.open_deal(TOY, toy_terms()).or_raise()
    assert run("witness", tmp_path / "toy.db", "--file", tmp_path / "heads.txt").exit_code == 0
    for source in ((trust / "trust.db", DEAL), (trust / "trust.zip",)):
        shown = run("verify", *source, "--witness", tmp_path / "heads.txt")
        assert shown.exit_code == 2
        assert f"holds no head of {DEAL}" in shown.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("head", "{trust.db}", DEAL, "--tsa", "http://127.0.0.1:9/"),
        ("head", "{trust.db}", DEAL, "--file", "{none/head}"),
        ("countersign", "{head}", "--key", "{trustee.pub}"),
        ("countersign", "{none}", "--key", "{trustee}"),
        ("countersign", "{head}", "--key", "{trustee}", "--as", "two\nlines"),
        ("countersign", "{head}", "--key", "{trustee}", "--ledger", "{none.db}"),
        ("time-stamp", "{head}"),
        ("time-stamp", "{head}", "--tsa", "http://127.0.0.1:9/", "--request", "{q}"),
        ("time-stamp", "{head}", "--tsa", "gopher://tsa"),
        ("time-stamp", "{head}", "--answer", "{a}"),
        ("time-stamp", "{head}", "--request", "{head}", "--answer", "{head}"),
        ("time-stamp", "{head}", "--unpack", "{head}"),
        ("check-signature", "{head}"),
        ("check-signature", "{head}", "--trust", "trustee"),
        ("check-signature", "{head}", "--trust", "trustee={none}"),
        ("check-signature", "{head}", "--tsa-root", "{head}"),
        ("witness", "{trust.db}", "another", "--file", "{heads.txt}"),
        ("witness", "{trust.db}", "--file", "{head}"),
        ("verify", "{trust.db}", DEAL, "--witness", "{head}"),
        ("verify", "{trust.db}", DEAL, "--checkpoint", "{head}"),
        ("verify", "{trust.db}", DEAL, "--tsa-root", "{root.pem}"),
        ("verify", "{trust.db}", DEAL, "--chain", f"1:{'0' * 64}"),
        ("witness", "{trust.db}", "--file", "{heads.txt}", "--chain", f"1:{'0' * 64}"),
        ("witness", "{trust.db}", "--file", "{heads.txt}", "--chain", "0" * 64),
    ],
    ids=lambda arguments: " ".join(arguments).replace("\n", " "),
)
def test_what_cannot_be_used_exits_with_2_and_says_why(trust: Path, kept: Path, arguments: tuple[str, ...]) -> None:
    before = (kept / "head").read_bytes()
    places = {"{trust.db}": str(trust / "trust.db")}
    given = [places.get(item) or item.replace("{", f"{kept}/").replace("}", "") for item in arguments]
    shown = run(*given)
    assert shown.exit_code == 2, shown.output
    assert "rror: " in shown.stderr
    assert (kept / "head").read_bytes() == before
    assert not (kept / "heads.txt").exists()


@pytest.mark.parametrize("name", ["head", "keygen", "sign", "countersign", "time-stamp", "check-signature", "witness"])
def test_help_teaches(name: str) -> None:
    shown = run(name, "--help")
    assert shown.exit_code == 0
    assert len(shown.stdout) > 250
