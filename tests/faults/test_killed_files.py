"""What writes files beside a ledger, killed at any moment: results, papers, keys, tokens, rows of a tape set aside.

Keys and tokens are drawn: of these files it is compared what they say.
"""

from __future__ import annotations

import json
import stat
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from ledger import Ledger
from ledger.http.tokens import new_token, tokens_in, write_tokens
from replay.evidence.checkpoint import is_signed, public_key_in, sign_bytes
from replay.evidence.vouched import read_vouched
from tests.deals import noted
from tests.deals.demo import run_replay
from tests.deals.toy import TOY, month_events, payment_date, toy_deal
from tests.evidence.time_authority import answer
from tests.faults.killing import READ_BY, SEED, Killed, Runner, kill, trust
from tests.faults.test_killed_commands import boarded, nothing
from tests.faults.test_killed_evidence import asked, carried, small
from tests.ledger.cli.test_remitting import MAP as MONTH
from tests.ledger.cli.test_remitting import rows_of
from tests.ledger.cli.test_tape import TAPE
from tests.replay.cli.test_heads import CLOCK

ON = ("--payment-date", str(payment_date(1)))


def remitted(place: Path) -> None:
    """A small deal whose servicer remits a month in which somebody paid ahead."""
    boarded(place)
    with Ledger.open(trust(place)) as ledger:
        (place / "paid.csv").write_text(rows_of(ledger, **{noted.POOL[0].loan: 50_000}), encoding="utf-8")
    (place / "month.json").write_text(json.dumps(MONTH), encoding="utf-8")


def part_wrong(place: Path) -> None:
    """A deal, and a tape of which a row is refused."""
    carried(place)
    (place / "tape.csv").write_text(f"{TAPE}3,x,4.5\n", encoding="utf-8")


def tabled(place: Path) -> None:
    """A deal with its loans boarded, and curtailments in a table."""
    small(place)
    lines = [f"{number},2021-01-15,one-1,1.00" for number in range(20)]
    (place / "paid.csv").write_text("\n".join(["event_id,effective_date,loan,amount", *lines]), encoding="utf-8")


def lived(place: Path) -> None:
    """A small deal with its first month closed."""
    with Ledger.create(trust(place)) as ledger:
        toy_deal(ledger)
        ledger.post_many(month_events(1)).or_raise()
        ledger.close_period(TOY, payment_date(1)).or_raise()


def papered(place: Path) -> None:
    """The same, with a working paper of more than will take its place."""
    lived(place)
    assert run_replay(*(papers(place, "1")[1:])).exit_code == 0


def papers(place: Path, sample: str = "0") -> list[str]:
    """Return the command that writes a working paper."""
    asked_for = ("--payment-date", str(payment_date(1)), "--sample", sample, "--out", str(place / "papers"))
    return ["replay", "workpaper", trust(place), TOY, *asked_for]


def known(place: Path) -> None:
    """A file with somebody's token."""
    write_tokens(place / "some.tokens", [new_token("J. Marsh", servicer=["trust"]).token])


def known_by_two(place: Path) -> None:
    """A file with two tokens, and in another the name of the one that is to be taken away."""
    made = [new_token(actor, auditor=["*"]).token for actor in ("J. Marsh", "R. Ortega")]
    write_tokens(place / "some.left", made)
    (place / "gone.txt").write_text(made[1].name, encoding="utf-8")


def unstamped(place: Path) -> None:
    """A head in a file, to be time-stamped."""
    asked(place)
    (place / "month.head").rename(place / "month.stamped")


@cache
def authority() -> str:
    """Return the address of an authority on this machine that time-stamps what it is sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer(CLOCK, request))

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Patient(HTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of whoever was killed before it was answered."""

    server = Patient(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def private_key(path: Path) -> bool:
    """Say whether a private key is whole, its owner's alone, and the one of the public key where that is there."""
    key, signature = sign_bytes(path, b"x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600, "others may read it"
    public = path.with_name(f"{path.name}.pub")
    return is_signed(b"x", key, signature) and (not public.exists() or public_key_in(public) == key)


def whose(path: Path) -> frozenset[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Return whose tokens a file holds and what they may do, each once: one that was killed told nobody its word."""
    return frozenset((item.actor, item.servicer, item.auditor) for item in tokens_in(path))


def stamped_head(path: Path) -> object:
    """Return the head in a file and whether it is time-stamped; of another number each time, and as often as asked."""
    found = read_vouched(path)
    return found.deal, found.head, bool(found.time_stamps)


READ_BY.update(
    {
        ".stamped": stamped_head,
        ".key": private_key,
        ".pub": lambda path: len(public_key_in(path)),
        ".tokens": whose,
        ".left": lambda path: sorted(whose(path)),
    }
)

WRITERS = {
    "keygen": Killed(prepare=nothing, words=lambda at: ["replay", "keygen", str(at / "new.key")], again=(0, 2)),
    "token add": Killed(
        prepare=known,
        words=lambda at: [
            *("ledger", "token", "add", str(at / "some.tokens"), "--actor", "R. Ortega", "--auditor", "*"),
        ],
    ),
    "token remove": Killed(
        prepare=known_by_two,
        words=lambda at: [
            *("ledger", "token", "remove", str(at / "some.left"), (at / "gone.txt").read_text(encoding="utf-8")),
        ],
        again=(0, 2),
    ),
    "tape, --rejects --report --post": Killed(
        prepare=part_wrong,
        words=lambda at: [
            # Where the tape stands is told in the files.
            *("ledger", "tape", "tape.csv", "--deal", TOY, "--group", "one", "--date", "2020-12-01"),
            *("--map", "map.json", "--rejects", "rest.csv", "--report", "report.json", "--post", trust(at)),
        ],
    ),
    "remittance, --post": Killed(
        prepare=remitted,
        words=lambda at: [
            *("ledger", "remittance", trust(at), noted.DEAL, str(at / "paid.csv"), "--due", str(noted.DUE)),
            *("--map", str(at / "month.json"), "--post"),
        ],
    ),
    "post, --table": Killed(
        prepare=tabled,
        words=lambda at: [
            *("ledger", "post", trust(at), "--deal", TOY, "--table", f"curtailment_collected={at / 'paid.csv'}"),
        ],
    ),
    "demo, --sample": Killed(
        prepare=nothing, words=lambda at: ["ledger", "demo", trust(at), "--sample", "crt-reference"], again=(0, 2)
    ),
    "archive, --delta": Killed(
        prepare=lived, words=lambda at: ["ledger", "archive", trust(at), TOY, str(at / "archives"), "--delta"]
    ),
    "snapshots, --drop": Killed(prepare=lived, words=lambda at: ["ledger", "snapshots", trust(at), TOY, "--drop"]),
    "head, --file --tsa": Killed(
        prepare=small,
        words=lambda at: [
            *("replay", "head", trust(at), TOY, "--file", str(at / "new.stamped"), "--tsa", authority()),
        ],
        again=(0, 2),
    ),
    "time-stamp, --tsa": Killed(
        prepare=unstamped, words=lambda at: ["replay", "time-stamp", str(at / "month.stamped"), "--tsa", authority()]
    ),
    "books, --out": Killed(
        prepare=lived,
        words=lambda at: [
            *(
                "replay",
                "books",
                trust(at),
                TOY,
                "--record-date",
                ON[1],
                "--trial-balance",
                "--out",
                str(at / "books.txt"),
            ),
        ],
    ),
    "statement, --out": Killed(
        prepare=lived,
        words=lambda at: [
            *("replay", "statement", trust(at), TOY, *ON, "--format", "html", "--out", str(at / "statement.html")),
        ],
    ),
    "chart, --out": Killed(
        prepare=lived,
        words=lambda at: ["replay", "chart", trust(at), TOY, *ON, "cash-flow", "--out", str(at / "chart.svg")],
    ),
    "loans, --out of rows": Killed(
        prepare=lived,
        words=lambda at: [
            *("replay", "loans", trust(at), TOY, *ON),
            *("--format", "csv", "--out", str(at / "loans.csv")),
        ],
    ),
    "loans, --out of columns": Killed(
        prepare=lived,
        words=lambda at: [
            *("replay", "loans", trust(at), TOY, *ON),
            *("--format", "parquet", "--out", str(at / "loans.parquet")),
        ],
    ),
    "export, --out": Killed(
        prepare=lived,
        words=lambda at: ["replay", "export", trust(at), TOY, "--out", str(at / "evidence.zip")],
        again=(0, 2),
    ),
    "workpaper, --out": Killed(prepare=lived, words=papers, again=(0, 2)),
    "workpaper, --out --replace": Killed(prepare=papered, words=lambda at: [*papers(at), "--replace"]),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_kill(runner: Runner, tmp_path: Path, name: str) -> None:
    kill(runner, tmp_path, name, WRITERS[name], 1, SEED)


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITERS)
def test_two_hundred_kills(runner: Runner, tmp_path: Path, name: str) -> None:
    kill(runner, tmp_path, name, WRITERS[name], 200, SEED + 1)
