"""A printed result is made again from the ledger or a bundle, equal to the character, in every format."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner, Result

import replay
from ledger import LateEvents, Ledger, __version__
from ledger.samples.told import TOLD
from ledger.simulation import LifePlan, post_life
from replay.cli import main
from replay.cli.rebuilding import REBUILT
from replay.evidence.bundle import export_bundle
from tests.deals.toy import boarding, month_events, payment_date, prior_month, toy_terms
from tests.draws import one_in
from tests.replay.restated import curtailed
from tests.results.fitting import check_fits, fitting

FORMS = ("text", "json", "csv", "jsonl")
DEAL = "1+SUM(A1)"
LONG = "=" + "An agreement of a hundred and twenty characters, " * 3
DAY = "2021-01-25"
TABLE = "Class | Interest | Principal | Beginning\nA | 1.00 | 2.00 | 3\n"


def run(*arguments: object) -> Result:
    typed = [str(item) for item in arguments]
    return fitting("replay", typed, CliRunner().invoke(main, typed))


def restated(path: Path) -> str:
    """Make a ledger of a deal whose titles begin formulas, closed, paid and restated; return its id."""
    with Ledger.create(path) as ledger:
        plain = toy_terms(late_events=LateEvents.REFUSE)
        first, second = plain.groups
        groups = (attrs.evolve(first, title="=HYPERLINK(1)"), attrs.evolve(second, title="@SUM(A1)"))
        terms = attrs.evolve(plain, title=LONG[:120], groups=groups)
        ledger.open_deal(DEAL, terms).or_raise()
        ledger.post_many([*boarding(DEAL), *month_events(1, DEAL, curtailment="500.00")]).or_raise()
        ledger.close_period(DEAL, payment_date(1)).or_raise()
        ledger.distribute(DEAL, payment_date(1)).or_raise()
        late = attrs.evolve(curtailed("1+late", "70.00", prior_month(1, 20), restates=True), deal=DEAL)
        ledger.post(late).or_raise()
    return DEAL


def simulated(path: Path) -> str:
    """Make a ledger of a simulated life; return the deal."""
    with Ledger.create(path) as ledger:
        plan = LifePlan(seed=3, loans=12, months=4, name="small")
        post_life(ledger, plan)
    return plan.deal


def sampled(path: Path) -> str:
    """Make a ledger of a sample; return the deal."""
    with Ledger.create(path) as ledger:
        TOLD[0].post(ledger)
    return TOLD[0].DEAL


@pytest.fixture(
    scope="module",
    params=[restated, *(pytest.param(made, marks=pytest.mark.slow) for made in (simulated, sampled))],
    ids=["restated", "simulated", "sample"],
)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with a ledger, its bundle and a table to compare, and the deal in it."""
    folder = tmp_path_factory.mktemp("rebuilt")
    deal: str = request.param(folder / "trust.db")
    with Ledger.open(folder / "trust.db") as ledger:
        export_bundle(ledger, deal, folder / "b.zip")
    (folder / "table.txt").write_text(TABLE, encoding="utf-8")
    return folder, deal


def questions(folder: Path, deal: str) -> list[list[str]]:
    """Return a question of every command whose results are made again."""
    with Ledger.open(folder / "trust.db") as ledger:
        paid = next(item.payment_date for item in replay.periods(ledger, deal) if item.closed_at)
        by_group = ledger.loans_paid(deal, paid).is_by_group
        figure = next(item.path for item in replay.statement(ledger, deal, payment_date=paid) if item.value)
    url = str(folder / "trust.db")
    on = ["--payment-date", str(paid)]
    return [
        ["statement", url, deal, *on],
        ["statement", url, deal, *on, "--as", "closed", "--template", "neutral"],
        ["books", url, deal, "--record-date", str(paid)],
        ["books", url, deal, "--record-date", str(paid), "--trial-balance"],
        ["advances", url, deal, "--record-date", str(paid), "--all"],
        ["explain", url, deal, *on, figure],
        ["diff", url, deal, *on],
        ["periods", url, deal],
        *([] if by_group else [["loans", url, deal, *on], ["loans", url, deal, *on, "--roll-forward"]]),
        ["chart", url, deal, *on, "--list"],
        ["chart", url, deal, *on, "class-balances"],
        ["account", url, deal, "collection_account", "--from", "2000-01-01", "--through", str(paid)],
        ["journal", url, deal, "--from", str(paid), "--through", str(paid)],
        ["history", url, deal, figure],
        ["history", url, deal, figure, "--as", "closed"],
        ["reconcile", url, deal, *on, str(folder / "table.txt")],
        ["portfolio", url, "--record-date", str(paid), "--as", "closed"],
        ["verify", url, deal],
    ]


@pytest.mark.parametrize("form", FORMS)
def test_every_result_says_what_it_is_and_is_made_again_equal(
    made: tuple[Path, str], form: str, tmp_path: Path
) -> None:
    folder, deal = made
    # A bundle is restored for every question that is asked of it: one of them is.
    for number, question in one_in(2, enumerate(questions(folder, deal))):
        file = tmp_path / f"printed.{form}"
        written = run(*question, "--format", form, "--quiet", "--out", file)
        assert written.exit_code in (0, 1), written.output
        assert (written.stdout, written.stderr) == ("", "")
        check_said(file.read_text(encoding="utf-8"), question[0], deal, form)
        more = ["--filing", str(folder / "table.txt")] if question[0] == "reconcile" else []
        source = "b.zip" if deal == DEAL and not number else "trust.db"
        rebuilt = run("rebuild", file, folder / source, *more)
        assert (rebuilt.exit_code, rebuilt.stdout.split(":")[0]) == (0, "equal"), (question, rebuilt.output)


def check_said(printed: str, command: str, deal: str, form: str) -> None:
    """Check that a result says what it is, steers no terminal and runs in no spreadsheet."""
    assert all(line.isprintable() for line in printed.split("\n"))
    if form == "csv":
        rows = list(csv.reader(io.StringIO(printed)))
        told = {row[1]: row[2] for row in rows if row[0] == "about"}
        assert told["made_by"].startswith(f"replay {command} ")
        assert told.get("deal", deal) == deal
        assert not [cell for row in rows for cell in row if cell.lstrip().startswith(("=", "@"))]
    elif form == "text":
        assert printed.startswith("about this output, version 1\n")
    else:
        first = json.loads(printed if form == "json" else printed.partition("\n")[0])
        assert next(iter(first)) == "about"
        assert first["about"].get("deal", deal) == deal
        if form == "json":
            check_fits(f"replay {command}", first)


def test_a_file_holds_what_is_printed(made: tuple[Path, str], tmp_path: Path) -> None:
    folder, deal = made
    for question in questions(folder, deal)[2:4]:
        run(*question, "--out", tmp_path / "f")
        assert run(*question).stdout_bytes == (tmp_path / "f").read_bytes()


def test_a_changed_figure_is_told_by_its_place(made: tuple[Path, str], tmp_path: Path) -> None:
    folder, deal = made
    file = tmp_path / "books.txt"
    run(*questions(folder, deal)[2], "--out", file)
    lines = file.read_text(encoding="utf-8").split("\n")
    lines[-2] = lines[-2][:3] + "#" + lines[-2][4:]
    file.write_text("\n".join(lines), encoding="utf-8")
    told = run("rebuild", file, folder / "trust.db")
    assert told.exit_code == 1
    assert f"line {len(lines) - 1}, column 4;" in told.stdout
    shown = json.loads(run("rebuild", file, folder / "trust.db", "--format", "json").stdout)
    assert shown["compared"][0]["printed"].startswith("#")


def test_what_is_posted_later_changes_nothing(tmp_path: Path) -> None:
    deal, file = restated(tmp_path / "trust.db"), tmp_path / "s.txt"
    run("statement", tmp_path / "trust.db", deal, "--payment-date", DAY, "--out", file)
    with Ledger.open(tmp_path / "trust.db") as ledger:
        late = attrs.evolve(curtailed("later", "7.00", prior_month(1, 21), restates=True), deal=deal)
        ledger.post(late).or_raise()
    assert run("rebuild", file, tmp_path / "trust.db").exit_code == 0


@pytest.mark.parametrize(
    "line",
    ["replay export --out x.zip", "replay keygen x", "ledger init x", "replay statement --out=x", "replay", "'"],
)
def test_what_writes_is_not_run_for_a_file(tmp_path: Path, line: str) -> None:
    deal, file = restated(tmp_path / "trust.db"), tmp_path / "s.txt"
    file.write_text(f"about this output, version 1\n  deal     {deal}\n  made by  {line}\n\nx\n", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    told = run("rebuild", file, tmp_path / "trust.db")
    assert (told.exit_code, told.stdout) == (2, "")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "line",
    [
        "replay portfolio OTHER --record-date 2021-03-25 --as closed",
        "replay portfolio --record-date 2021-03-25 --as closed -- OTHER",
        "replay account OTHER --from 2000-01-01",
        "replay chart OTHER",
        "replay statement OTHER --payment-date 2021-03-25",
        "replay reconcile OTHER --published",
        "replay reconcile --payment-date 2021-03-25 -- OTHER",
        "replay entry -- OTHER",
        "replay reconcile --published -- OTHER",
        "replay explain -- FIGURE OTHER",
        "replay statement --unheard-of OTHER",
        "replay portfolio --record-date 2021-03-25 --as closed --cluster tcp://OTHER:8786",
        "replay portfolio --record-date 2021-03-25 --as closed --cluster=tcp://OTHER:8786",
        "replay portfolio --record-date 2021-03-25 --as closed --workers 256",
        "replay statement --help",
        "replay verify --witness OTHER",
        "replay verify --public-key OTHER",
        "replay verify -- OTHER",
        "replay workpaper --payment-date 2021-03-25 --out OTHER",
        "replay workpaper --payment-date 2021-03-25 --filing OTHER",
        "replay workpaper --payment-date 2021-03-25 --replace --out=OTHER",
    ],
)
def test_a_file_names_no_other_ledger_or_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    deal, file, other = restated(tmp_path / "trust.db"), tmp_path / "s.txt", tmp_path / "other.db"
    made_by = line.replace("OTHER", str(other))
    file.write_text(f"about this output, version 1\n  deal     {deal}\n  made by  {made_by}\n\nx\n", encoding="utf-8")
    opened: list[str] = []
    monkeypatch.setattr(Ledger, "open", lambda url, **_: opened.append(str(url)))
    monkeypatch.setattr("replay.cli.rebuilding.printed_by", lambda arguments: opened.append(str(arguments)))
    told = run("rebuild", file, tmp_path / "trust.db", "--filing", file)
    assert (told.exit_code, told.stdout, opened) == (2, "", [])
    assert "is not run" in told.stderr


def test_what_cannot_be_made_again_says_why(tmp_path: Path) -> None:
    deal, file = restated(tmp_path / "trust.db"), tmp_path / "s.txt"
    file.write_text("page,section,line,column,printed\n", encoding="utf-8")
    assert "does not say what it is" in run("rebuild", file, tmp_path / "trust.db").stderr
    run("statement", tmp_path / "trust.db", deal, "--payment-date", DAY, "--out", file)
    file.write_text(file.read_text(encoding="utf-8").replace("version 1", "version 2"), encoding="utf-8")
    assert "version 2" in run("rebuild", file, tmp_path / "trust.db").stderr
    run("portfolio", tmp_path / "trust.db", "--record-date", DAY, "--out", file)
    assert "--known-at" in run("rebuild", file, tmp_path / "trust.db").stderr
    (tmp_path / "t.txt").write_text(TABLE, encoding="utf-8")
    (tmp_path / "u.txt").write_text(TABLE.replace("1.00", "1.01"), encoding="utf-8")
    run("reconcile", tmp_path / "trust.db", deal, "--payment-date", DAY, tmp_path / "t.txt", "--out", file)
    assert "--filing" in run("rebuild", file, tmp_path / "trust.db").stderr
    assert "SHA-256" in run("rebuild", file, tmp_path / "trust.db", "--filing", tmp_path / "u.txt").stderr


def test_every_command_that_reads_is_made_again() -> None:
    assert set(main.commands) - REBUILT == {
        *("check-signature", "countersign", "export", "head", "import", "keygen", "rebuild", "serve", "sign"),
        *("time-stamp", "verifier", "witness"),
    }


PAPERS = ("html", "pdf", "xlsx")


def test_papers_and_pictures_are_made_again_equal(made: tuple[Path, str], tmp_path: Path) -> None:
    folder, deal = made
    _, *on = questions(folder, deal)[0][2:5]
    asked = [folder / "trust.db", deal, *on]
    for form in PAPERS:
        assert run("statement", *asked, "--format", form, "--out", tmp_path / f"s.{form}").exit_code == 0
    assert run("chart", *asked, "cash-flow", "--out", tmp_path / "s.svg").exit_code == 0
    source = "b.zip" if deal == DEAL else "trust.db"
    for form in (*PAPERS, "svg"):
        rebuilt = run("rebuild", tmp_path / f"s.{form}", folder / source)
        assert (rebuilt.exit_code, rebuilt.stdout.split(":")[0]) == (0, "equal"), (form, rebuilt.output)


def test_a_changed_paper_is_told_by_its_page_or_cell(tmp_path: Path) -> None:
    deal = restated(tmp_path / "trust.db")
    ledger = tmp_path / "trust.db"
    for form in PAPERS:
        run("statement", ledger, deal, "--payment-date", DAY, "--format", form, "--out", tmp_path / f"s.{form}")
    page = (tmp_path / "s.html").read_bytes()
    (tmp_path / "s.html").write_bytes(page.replace(b"Available funds", b"Available money"))
    told = run("rebuild", tmp_path / "s.html", ledger)
    assert (told.exit_code, "line " in told.stdout) == (1, True)
    book = tmp_path / "s.xlsx"
    with zipfile.ZipFile(book) as packed:
        parts = {item: packed.read(item) for item in packed.namelist()}
    parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(b"Available funds", b"Available money")
    with zipfile.ZipFile(book, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    told = run("rebuild", book, ledger)
    assert (told.exit_code, "sheet 'Contents', cell A4" in told.stdout) == (1, True), told.output
    paper = (tmp_path / "s.pdf").read_bytes()
    (tmp_path / "s.pdf").write_bytes(paper + b"\n")
    told = run("rebuild", tmp_path / "s.pdf", ledger)
    assert (told.exit_code, f"byte {len(paper) + 1}" in told.stdout) == (1, True), told.output


@pytest.mark.parametrize("release", ["0.1.0, and A was paid 9,999.00 more", "9,999.00", "0.1.0 ", "v1", "1"])
def test_a_release_that_is_none_is_a_difference(tmp_path: Path, release: str) -> None:
    deal, file = restated(tmp_path / "trust.db"), tmp_path / "s.json"
    run("periods", tmp_path / "trust.db", deal, "--format", "json", "--out", file)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(f'"release": "{__version__}"', f'"release": "{release}"'), encoding="utf-8")
    told = run("rebuild", file, tmp_path / "trust.db")
    assert (told.exit_code, told.stdout.split(":")[0]) == (1, "DIFFERS"), told.output


def test_a_later_release_is_told_and_no_difference(tmp_path: Path) -> None:
    deal, file = restated(tmp_path / "trust.db"), tmp_path / "s.json"
    run("periods", tmp_path / "trust.db", deal, "--format", "json", "--out", file)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(f'"release": "{__version__}"', '"release": "9.1.0rc1"'), encoding="utf-8")
    told = run("rebuild", file, tmp_path / "trust.db")
    assert (told.exit_code, "was made by release 9.1.0rc1" in told.stderr) == (0, True), told.output
