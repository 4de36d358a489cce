"""Every deal through every format: a simulated one, a restated one, the real month and each sample told as data.

In each the title has 120 characters and begins a formula, and the number of a loan holds one: it cannot begin one. A
few, drawn by a seed, are tried in every run, and all of them in the long tests.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from unittest.mock import patch

import attrs
import polars as pl
import pytest
from click.testing import CliRunner, Result

import replay
from ledger import DealTerms, Event, Ledger, date_number, encode, from_json
from ledger.samples.impac_cmb_2002_1 import september_2002
from ledger.samples.told import TOLD, ToldSample
from ledger.simulation import LifePlan, life, post_life
from ledger.simulation.tape import Tape, draw_tape
from ledger.simulation.terms import simulated_terms
from replay.cli import main
from tests.deals.toy import TOY, boarding, month_events, payment_date, prior_month, toy_terms
from tests.replay.papers.workbook_read import inside, sheets
from tests.replay.restated import curtailed
from tests.results.fitting import fitting

TITLE = ("=HYPERLINK(1) & " + "a trust of a very long name, " * 5)[:120]
LOAN = "1+SUM(A1:A9)"
FORMS = ("text", "csv", "json", "jsonl", "html", "pdf", "xlsx", "workpaper")
TO_TEXT = shutil.which("pdftotext")


@attrs.frozen(slots=False)
class Renamed(ToldSample):
    """A sample whose title and whose first loan would run in a spreadsheet."""

    def terms(self) -> DealTerms:
        return attrs.evolve(super().terms(), title=TITLE)

    @cached_property
    def first_loan(self) -> str | None:
        loans = (getattr(event, "loan", None) for event in super().events("entered.jsonl"))
        return next((loan for loan in loans if loan), None)

    def events(self, name: str) -> Iterator[Event]:
        for event in super().events(name):
            yield event if self.first_loan is None else renamed(event, self.first_loan)


def told(sample: ToldSample) -> Callable[[Ledger], str]:
    """Return what posts a sample under hostile names."""

    def post(ledger: Ledger) -> str:
        Renamed(sample.folder).post(ledger)
        return sample.DEAL

    return post


def renamed(event: Event, loan: str) -> Event:
    """Return an event of a loan under the hostile number, any other as it is."""
    if getattr(event, "loan", None) != loan:
        return event
    return from_json(json.dumps(json.loads(encode(event)) | {"loan": LOAN}))


def restated(ledger: Ledger) -> str:
    """Post a deal whose month was restated after it was paid."""
    ledger.open_deal(TOY, toy_terms(title=TITLE)).or_raise()
    events = [*boarding(), *month_events(1, curtailment="500.00")]
    ledger.post_many(renamed(event, "one-1") for event in events).or_raise()
    ledger.close_period(TOY, payment_date(1)).or_raise()
    ledger.distribute(TOY, payment_date(1)).or_raise()
    ledger.post(curtailed("1+late", "70.00", prior_month(1, 20), restates=True, loan=LOAN)).or_raise()
    return TOY


def simulated(ledger: Ledger) -> str:
    """Post a simulated life under hostile names."""

    def drawn(plan: LifePlan) -> Tape:
        tape = draw_tape(plan)
        return attrs.evolve(tape, names=pl.Series("loan", [LOAN, *tape.names[1:]], dtype=pl.String))

    def titled(plan: LifePlan, tape: Tape) -> DealTerms:
        return attrs.evolve(simulated_terms(plan, tape), title=TITLE)

    plan = LifePlan(seed=3, loans=12, months=3, name="matrix")
    with patch.object(life, "draw_tape", drawn), patch.object(life, "simulated_terms", titled):
        post_life(ledger, plan)
    return plan.deal


def real(ledger: Ledger) -> str:
    """Post the real month under a hostile title; its pool is told by group."""
    titled = attrs.evolve(september_2002.terms(), title=TITLE)
    with patch.object(september_2002, "terms", lambda: titled):
        september_2002.post(ledger)
    return september_2002.DEAL


DEALS: dict[str, Callable[[Ledger], str]] = {
    "restated": restated,
    "simulated": simulated,
    "real": real,
    **{sample.folder: told(sample) for sample in TOLD},
}
PAIRS = [(deal, form) for deal in DEALS for form in FORMS]
FEW = frozenset(random.Random(47).sample(PAIRS, 2))


@attrs.frozen
class Made:
    """A ledger in a file, its deal, the last distribution that is closed, and whether its events name the loan."""

    path: Path
    deal: str
    paid: str
    has_loan: bool


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Made]:
    """Return what makes the ledger of a deal, once."""
    held: dict[str, Made] = {}

    def make(name: str) -> Made:
        if name not in held:
            path = tmp_path_factory.mktemp("deal") / "trust.db"
            with Ledger.create(path) as ledger:
                deal = DEALS[name](ledger)
                paid = max(item.payment_date for item in replay.periods(ledger, deal) if item.closed_at)
                month = date_number(paid)
                has_loan = any(True for _ in ledger.events(deal, loan=LOAN, first=month, last=month, limit=1))
            held[name] = Made(path, deal, str(paid), has_loan)
        return held[name]

    return make


def run(*arguments: object) -> Result:
    typed = [str(item) for item in arguments]
    return fitting("replay", typed, CliRunner().invoke(main, typed))


def printed(made: Made, form: str, file: Path) -> bytes:
    """Return the statement of a deal in a format, which can be made again equal."""
    more = ["--format", form, "--out", file]
    done = run("statement", made.path, made.deal, "--payment-date", made.paid, *more)
    assert done.exit_code == 0, done.output
    again = run("rebuild", file, made.path)
    assert (again.exit_code, again.stdout[:5]) == (0, "equal"), again.output
    return file.read_bytes()


def check_text(made: Made, content: bytes) -> None:
    assert TITLE in " ".join(content.decode().split()) or made.deal in content.decode()
    assert all(line.isprintable() for line in content.decode().split("\n"))


def check_csv(made: Made, content: bytes) -> None:
    rows = list(csv.reader(io.StringIO(content.decode())))
    assert not [cell for row in rows for cell in row if cell.lstrip().startswith(("=", "@", "+"))]
    assert len({tuple(row[:4]) for row in rows}) > 30


def check_json(made: Made, content: bytes) -> None:
    assert json.loads(content)["deal"] == made.deal


def check_json_lines(made: Made, content: bytes) -> None:
    first, *rows = content.decode().splitlines()
    assert json.loads(first)["about"]["deal"] == made.deal
    assert rows
    assert all("printed" in json.loads(row) for row in rows)


def check_html(made: Made, content: bytes) -> None:
    page = content.decode()
    assert "<script" not in page
    assert TITLE.replace("&", "&amp;") in page


def check_workbook(made: Made, content: bytes) -> None:
    texts = {cell for rows in sheets(content).values() for row in rows for cell in row}
    assert TITLE in texts
    assert any(LOAN in cell for cell in texts) is made.has_loan
    formulas = [text for part in inside(content).values() for text in re.findall("<f>([^<]*)</f>", part)]
    assert not [text for text in formulas if "HYPERLINK" in text or "A1:A9" in text]


def check_pdf(made: Made, content: bytes) -> None:
    assert content.startswith(b"%PDF-1.7")
    if TO_TEXT is None:
        return
    done = subprocess.run([TO_TEXT, "-layout", "-", "-"], input=content, check=True, capture_output=True)
    read = Counter(re.split(r"\s+", done.stdout.decode()))
    with Ledger.open(made.path) as ledger:
        day = next(
            item.payment_date for item in replay.periods(ledger, made.deal) if str(item.payment_date) == made.paid
        )
        figures = replay.statement(ledger, made.deal, payment_date=day).figures
    wanted = Counter(figure.printed for figure in figures if re.fullmatch(r"[(]?-?[0-9][0-9,.]*[)%]?", figure.printed))
    assert wanted
    assert {word: (count, read[word]) for word, count in wanted.items() if read[word] < count} == {}


CHECKS: dict[str, Callable[[Made, bytes], None]] = {
    "text": check_text,
    "csv": check_csv,
    "json": check_json,
    "jsonl": check_json_lines,
    "html": check_html,
    "pdf": check_pdf,
    "xlsx": check_workbook,
}


def check_working_paper(made: Made, folder: Path) -> None:
    """Write the working paper of a deal, and make again what can be."""
    more = ("--payment-date", made.paid, "--sample", "2", "--pdf", "--out", folder)
    done = run("workpaper", made.path, made.deal, *more)
    assert done.exit_code in (0, 1), done.output
    for name in ("statement.xlsx", "trial-balance.csv", "restatement.txt", "periods.json", "explanations/001.txt"):
        again = run("rebuild", folder / name, made.path)
        assert (again.exit_code, again.stdout[:5]) == (0, "equal"), (name, again.output)
    assert (folder / "working-paper.pdf").read_bytes().startswith(b"%PDF-1.7")
    for file in folder.rglob("*.csv"):
        check_cells(file.read_text(encoding="utf-8"))


def check_cells(text: str) -> None:
    """Check that no cell of a CSV would run in a spreadsheet."""
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "@"))]


@pytest.mark.parametrize(
    ("name", "form"), [pytest.param(*pair, marks=() if pair in FEW else pytest.mark.slow) for pair in PAIRS]
)
def test_every_deal_in_every_format(made: Callable[[str], Made], name: str, form: str, tmp_path: Path) -> None:
    if form == "workpaper":
        check_working_paper(made(name), tmp_path / "papers")
    else:
        CHECKS[form](made(name), printed(made(name), form, tmp_path / f"s.{form}"))
