"""``ledger terms``: a deal's terms checked, told back in words, compared, and their schema."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli.base import FORMATS, REFUSED, formatted, main, opened
from ledger.console import Commands, WholeNumber, give_up, reporting, say, show

if TYPE_CHECKING:
    from ledger.deal.terms import DealTerms


@main.group(cls=Commands)
def terms() -> None:
    """Check a deal's terms, tell them back in words, and compare two versions of them.

    \b
      ledger terms check terms.json
      ledger terms diff old.json new.json
      ledger terms diff trust.db DEAL        what the last amendment changed
    """


def _text(file: Path) -> str:
    from ledger.errors import InvalidArgument
    from ledger.values.limits import EVENT_CHARACTERS

    try:
        with file.open(encoding="utf-8-sig") as opened_file:
            content = opened_file.read(EVENT_CHARACTERS.value + 1)
    except UnicodeDecodeError as fault:
        raise InvalidArgument("FILE", "not_text", f"{file} is not UTF-8 text (byte {fault.start + 1})") from None
    if len(content) > EVENT_CHARACTERS.value:
        raise InvalidArgument("FILE", "too_large", EVENT_CHARACTERS.exceeded(f"the file {file}"))
    return content


def _checked(file: Path) -> DealTerms:
    """Return the terms in a file, or say everything that is wrong with them and end."""
    from ledger.events.terms_check import check_terms
    from ledger.reports import as_text
    from ledger.reports.terms import faults_report

    found, faults = check_terms(_text(file))
    if found is None:
        say(as_text(faults_report(str(file), faults)))
        sys.exit(REFUSED)
    return found


@terms.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--format",
    "form",
    type=click.Choice([*FORMATS, "mermaid"]),
    default="text",
    show_default=True,
    help="Output; mermaid draws the cash paths alone.",
)
@reporting
def check(file: Path, form: str) -> None:
    """Check the terms in FILE: name everything that is wrong with them, or tell the deal back in words.

    A part is named as it stands there: `ClassRate.margin of class 1-AX`, `waterfall[2]` (from 0). Warnings are of what
    may be said and is hardly meant: a class that no step pays, principal that no step can use up. Exit status 0: the
    terms can be used, warnings or none; 1: they cannot, and why is on standard error; 2: the file cannot be read.
    """
    from ledger.deal.doubts import doubts
    from ledger.deal.paths import drawn, mermaid
    from ledger.deal.words import deal_in_words
    from ledger.reports import written
    from ledger.reports.terms import terms_report

    found = _checked(file)
    if form == "mermaid":
        show(mermaid(found))
        return
    show(written(terms_report(found.title, deal_in_words(found), drawn(found), doubts(found)), form))


@terms.command()
@click.argument("old")
@click.argument("new")
@click.option("--from", "first", type=WholeNumber(1), help="Of a deal: the version known through this sequence.")
@click.option("--to", "last", type=WholeNumber(1), help="Of a deal: the later one (default: the last).")
@formatted()
@reporting
def diff(old: str, new: str, first: int | None, last: int | None, form: str) -> None:
    """Name the terms that differ between the files OLD and NEW, or between two versions of the terms of URL DEAL.

    Of a deal, the last version is compared with the one before it, or with those known through --from and --to.

    Exit status 0: compared; 1: a file holds no terms, and why is on standard error; 2: one could not be read.
    """
    from ledger.deal.differences import term_differences
    from ledger.reports import written
    from ledger.reports.terms import differences_report

    if Path(new).is_file():
        before, after, title = _checked(Path(old)), _checked(Path(new)), f"{old} and {new}"
    else:
        before, after, title = _versions(old, new, first, last)
    show(written(differences_report(title, term_differences(before, after)), form))


def _versions(url: str, deal: str, first: int | None, last: int | None) -> tuple[DealTerms, DealTerms, str]:
    """Return two versions of a deal's terms, and what they are."""
    from ledger.events.deal import DealOpened, TermsAmended

    with opened(url) as ledger:
        stated = list(ledger.events(deal, types=(DealOpened.name, TermsAmended.name)))
    known = [item for item in stated if last is None or item.sequence <= last]
    earlier = [item for item in known if first is None or item.sequence <= first]
    if first is None:
        earlier = known[:-1]
    if not known or not earlier:
        give_up(
            f"the terms of {deal} have one version only there; an amendment makes another (terms_amended)",
            "one_version",
            field="deal",
        )
    one, other = earlier[-1], known[-1]
    assert isinstance(one.event, DealOpened | TermsAmended)
    assert isinstance(other.event, DealOpened | TermsAmended)
    title = f"{deal}: terms of event {one.sequence} ({one.event.effective_date}) and {other.sequence}"
    return one.event.terms, other.event.terms, f"{title} ({other.event.effective_date})"


@terms.command()
@reporting
def schema() -> None:
    """Print the JSON Schema of a deal's terms: what an editor checks and completes terms.json by."""
    from ledger.events.schemas import terms_schema

    show(terms_schema())


__all__ = ["terms"]
