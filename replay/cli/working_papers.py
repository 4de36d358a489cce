"""``replay workpaper``: everything that an auditor keeps of one distribution, as a folder."""

from __future__ import annotations

import hashlib
import shlex
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from replay.cli.about import about_standing
from replay.cli.base import (
    EPILOG,
    FOUND,
    Asked,
    WholeNumber,
    give_up,
    main,
    printed_by,
    reading,
    reporting,
    say_which_day,
    stating,
    tell,
)

if TYPE_CHECKING:
    from ledger import Ledger
    from replay.reports import About
    from replay.reports.working_papers import Filed
    from replay.statements.standing import Standing
    from replay.statements.statement import Statement

INDEX = "README.txt"
"""The file by which a folder is known to be a working paper."""


class _Part(NamedTuple):
    """A file of the folder and the command that prints it: its name, its options, and what follows the deal."""

    name: str
    command: str
    options: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()


@main.command(name="workpaper", prints=False, epilog=EPILOG)
@stating
@click.option("--filing", type=click.Path(path_type=Path, dir_okay=False), help="The published statement to tie out.")
@click.option("--sample", type=WholeNumber(min=0, max=1000), default=12, show_default=True, help="Figures to explain.")
@click.option("--pdf", is_flag=True, help="Also put all of it that is read on paper into working-paper.pdf.")
@click.option("--replace", is_flag=True, help="Replace the working paper that is in the folder.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="The new folder.")
@reporting
def workpaper(
    url: str, deal: str, asked: Asked, filing: Path | None, sample: int, pdf: bool, replace: bool, out: Path
) -> None:
    """Write the working paper of a distribution of DEAL into a new folder, whole or not at all.

    It holds the statement in every format, its tie-out with --filing, a sample of figures explained, what was restated,
    the periods with the findings acknowledged and by whom, who posted and approved the events, the events themselves,
    the trial balance and the loans rolled forward, and the verification of the log. Its index, README.txt and
    index.html, names each file with its SHA-256 and the command that makes it again.

    \b
      replay workpaper trust.db DEAL --record-date 2002-08-30 --out papers
      replay workpaper trust.db DEAL --record-date 2002-08-30 --filing filing.txt --pdf --out papers

    Exit status 0: written, and all agrees; 1: written, and something in it was found; 2: nothing was written.
    """
    import replay
    from ledger.files import check_new, folder_whole

    if not replace:
        check_new(out, instead="give the name of a new folder, or --replace for a working paper made before")
    if pdf and find_spec("typst") is None:
        give_up("--pdf needs typst: pip install 'indenture[papers]'", "library_missing", field="pdf")
    with reading(url) as ledger:
        found = asked.of(ledger, deal)
        at = replay.standing(ledger, found)
        parts = list(_parts(ledger, found, at, asked, filing, sample))
        own = list(_own(ledger, found, at))
    say_which_day(asked.record_date, found)
    filed: list[Filed] = []
    notes, apart = list(_left_out(at, filing)), False
    for number, part in enumerate(parts, 1):
        tell(f"{number} of {len(parts)}: {part.name}")
        made, found_any = _filed(part, url, deal, filing)
        filed.append(made)
        if found_any:
            apart = True
            notes.append(f"{part.name}: it found something; read it first")
    filed.extend(own)
    if pdf:
        filed.append(_paper(url, found, at, filed))
    with folder_whole(out, replace=replace, known_by=INDEX) as folder:
        for item in (*filed, *_index(found, at, filed, notes)):
            place = folder / item.name
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(item.content)
    tell(f"wrote {out}: {len(filed)} files, named in {INDEX}")
    for note in notes:
        tell(f"note: {note}")
    sys.exit(FOUND if apart else 0)


def _parts(
    ledger: Ledger, found: Statement, at: Standing, asked: Asked, filing: Path | None, sample: int
) -> Iterator[_Part]:
    """Yield what goes into the folder, in the order of its index."""
    from replay.reports.working_papers import sampled

    known = ("--known-through", str(at.known_through))
    paid = ("--payment-date", str(at.payment_date))
    laid = ("--template", asked.template) if asked.template else ()
    forms = ["text", "csv", "html"]
    forms += [form for form, needs in (("pdf", "typst"), ("xlsx", "xlsxwriter")) if find_spec(needs) is not None]
    for form in forms:
        name = f"statement.{'txt' if form == 'text' else form}"
        yield _Part(name, "statement", (*paid, *known, *laid, "--format", form))
    if filing is not None:
        for name, form in (("tie-out.txt", "text"), ("tie-out.csv", "csv")):
            yield _Part(name, "reconcile", (*paid, *known, *laid, "--format", form), ("FILING",))
    for number, figure in enumerate(sampled(found, sample), 1):
        yield _Part(f"explanations/{number:03}.txt", "explain", (*paid, *known, *laid), (figure.path,))
    if at.closed_at is not None:
        then = ("--known-through", str(at.closed_at), str(at.known_through))
        yield _Part("restatement.txt", "diff", (*paid, *then))
    yield _Part("periods.txt", "periods", known)
    yield _Part("periods.json", "periods", (*known, "--format", "json"))
    on = ("--record-date", str(at.payment_date))
    yield _Part("trial-balance.txt", "books", (*on, *known, "--trial-balance"))
    yield _Part("trial-balance.csv", "books", (*on, *known, "--trial-balance", "--format", "csv"))
    if not ledger.loans_paid(at.deal, at.payment_date, known_through=at.known_through).is_by_group:
        yield _Part("loans.csv", "loans", (*paid, *known, "--format", "csv"))
        yield _Part("roll-forward.csv", "loans", (*paid, *known, "--roll-forward", "--format", "csv"))
    yield _Part("verification.txt", "verify")


def _left_out(at: Standing, filing: Path | None) -> Iterator[str]:
    """Yield what a reader may miss in the folder, and why it is not there."""
    if filing is None:
        yield "Nothing was tied out: no published statement was given (--filing)."
    if at.closed_at is None:
        yield "The distribution is not closed, so that nothing of it can be restated."


def _filed(part: _Part, url: str, deal: str, filing: Path | None) -> tuple[Filed, bool]:
    """Return a file of the folder as the command prints it, and whether the command found something."""
    from replay.reports.working_papers import Filed

    rest = [str(filing) if item == "FILING" else item for item in part.rest]
    content, status = printed_by([part.command, *part.options, "--", url, deal, *rest])
    if status not in (0, FOUND):
        give_up(f"{part.name} could not be made, so that nothing was written", "part_not_made")
    typed = ["replay", part.command, "URL", deal, *part.options, *(["--", *part.rest] if part.rest else [])]
    return Filed(name=part.name, content=content, made_by=shlex.join(typed)), status == FOUND


def _own(ledger: Ledger, found: Statement, at: Standing) -> Iterator[Filed]:
    """Yield what no other command prints: the distribution's events, and who stands behind them."""
    from ledger import encode
    from replay.reports import written
    from replay.reports.working_papers import Filed, people_report

    number = found.report.distribution.number
    events = list(ledger.events(at.deal, first=number, last=number, known_through=at.known_through))
    about, typed = _about(at), _whole(at)
    lines = "".join(f"{encode(item.event).decode()}\n" for item in events)
    yield Filed(name="events.jsonl", content=lines.encode(), made_by=typed)
    people = people_report(events, ledger.seconds(at.deal, events), about, f"People behind the events of {at.deal}")
    yield Filed(name="people.csv", content=written(people, "csv").encode(), made_by=typed)


def _about(at: Standing) -> About:
    """Return what the folder says of itself, with the SHA-256 of the statement that was compared, if any was."""
    import attrs

    filing: Path | None = click.get_current_context().params.get("filing")
    held = None if filing is None else hashlib.sha256(filing.read_bytes()).hexdigest()
    return attrs.evolve(about_standing(at), filing=held)


def _whole(at: Standing) -> str:
    """Return the command that writes the whole folder again."""
    begun = "replay workpaper"
    told = str(about_standing(at).made_by).removeprefix(begun)
    filing = " --filing FILING" if click.get_current_context().params.get("filing") else ""
    return f"{begun} URL {shlex.quote(at.deal)}{told}{filing} --out DIR"


def _index(found: Statement, at: Standing, filed: list[Filed], notes: list[str]) -> Iterator[Filed]:
    from replay.reports import written
    from replay.reports.working_papers import Filed, index_page, index_report, sums

    about = _about(at)
    title = f"Working paper of {found.deal}, distribution of {found.distribution_date}"
    yield Filed(name=INDEX, content=written(index_report(filed, notes, about, title), "text").encode(), made_by="")
    yield Filed(name="index.html", content=index_page(filed, notes, about, title).encode(), made_by="")
    yield Filed(name="SHA256SUMS", content=sums(filed).encode(), made_by="")


def _paper(url: str, found: Statement, at: Standing, filed: list[Filed]) -> Filed:
    """Return the statement as a PDF with every text of the folder behind it."""
    import attrs

    import replay
    from replay.cli.papers import charted
    from replay.papers.pdf import as_pdf
    from replay.reports.statements import statement_report
    from replay.reports.working_papers import Filed

    with reading(url) as ledger:
        paper = charted(ledger, found, "pdf")
        closing = replay.closing(ledger, found)
    assert paper is not None
    about = _about(at)
    report = attrs.evolve(statement_report(found, closing=closing, restated=at.restated), about=about)
    texts = [item for item in filed if item.name.endswith(".txt") and item.name != "statement.txt"]
    behind = tuple((item.name, item.content.decode()) for item in texts)
    whole = attrs.evolve(paper, report=report, behind=behind)
    return Filed(name="working-paper.pdf", content=as_pdf(whole), made_by=_whole(at))
