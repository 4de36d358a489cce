"""``ledger demo``, ``simulate`` and ``schemas``: what shows the product."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from ledger.cli.base import formatted, main
from ledger.console import URL_HELP, WholeNumber, reporting, show, tell
from ledger.errors import StoreError


@main.command(prints=False)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--from-closing", is_flag=True, help="A calibrated life of seven months instead.")
@click.option("--sample", metavar="NAME", help="Another deal instead; `ledger samples` lists them.")
@reporting
def demo(file: Path, from_closing: bool, sample: str | None) -> None:
    """Build the real month of September 2002 of Impac CMB Trust 2002-1 in a new embedded ledger at FILE.

    With --from-closing nothing is brought forward: the deal opens on 27 February 2002 and lives through six months
    before it that are calibrated, not published: they add up to what the statement of September says of them. They are
    told loan by loan, of 2,163 loans; forty of those, which September names, are real.

    With --sample the months of another deal are posted, closed and paid, and every class figure that was published of
    them, or worked out by hand, is held beside the one that the ledger derives.
    """
    if sample is not None:
        if from_closing:
            raise click.UsageError("--from-closing is of the deal without --sample; give one of the two")
        _told_sample(file, sample)
        return
    if from_closing:
        _life_from_closing(file)
        return
    from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, PAID, post_september_2002
    from ledger.service import Ledger
    from ledger.store.database.backup import new_ledger

    with new_ledger(file) as partial, Ledger.create(partial) as ledger:
        receipt = post_september_2002(ledger)
    tell(f"{DEAL}: {receipt.sequence} events posted, the distribution of {PAID} closed and paid")
    tell(f"head {receipt.sequence}:{receipt.head_hash}")
    tell(f"try: replay statement {file} {DEAL} --record-date 2002-08-30")


def _told_sample(file: Path, name: str) -> None:
    from ledger.samples.told import TOLD
    from ledger.service import Ledger
    from ledger.store.database.backup import new_ledger
    from ledger.values.near import did_you_mean

    samples = {sample.DEAL: sample for sample in TOLD}
    found = samples.get(name)
    if found is None:
        near = did_you_mean(name, samples, f"there are {', '.join(samples)}")
        raise click.BadParameter(f"no sample is called {name!r}; {near}", param_hint="--sample")
    with new_ledger(file) as partial, Ledger.create(partial) as ledger:
        receipt = found.post(ledger)
        figures = found.figures(ledger)
    tied = sum(figure.is_tied for figure in figures)
    months = len(found.payment_dates)
    tell(f"{found.DEAL}: {found.title}; {months} distributions closed and paid, the last on {found.PAID}")
    tell(f"{tied} of {len(figures)} class figures that are {found.kind} tie out")
    for line in found.about.get("made_up", ()):
        tell(f"not published: {line}" if found.kind == "published" else f"made up: {line}")
    tell(f"head {receipt.sequence}:{receipt.head_hash}")
    tell(f"try: replay statement {file} {found.DEAL} --payment-date {found.PAID}")


@main.command()
@formatted()
@reporting
def samples(form: str) -> None:
    """List the sample deals that `ledger demo FILE --sample NAME` builds: name, class figures, months, what it is.

    The figures of a sample are published, or worked out by hand for an example.
    """
    from ledger.reports import as_tabs, written
    from ledger.reports.logs import samples_report
    from ledger.samples.told import TOLD

    found = samples_report((item.DEAL, item.kind, len(item.payment_dates), item.title) for item in TOLD)
    show(as_tabs(found) if form == "text" else written(found, form))


def _life_from_closing(file: Path) -> None:
    from ledger.samples.impac_cmb_2002_1.life.loans import DEAL, PAID, post_life_loan_by_loan
    from ledger.samples.impac_cmb_2002_1.life.paths import MONTHS
    from ledger.service import Ledger
    from ledger.store.database.backup import new_ledger

    months = len(MONTHS)
    with (
        new_ledger(file) as partial,
        Ledger.create(partial) as ledger,
        click.progressbar(length=months, label="living", file=sys.stderr) as bar,
    ):
        receipt = post_life_loan_by_loan(ledger, lambda done, _: bar.update(done - bar.pos))
    tell(f"{DEAL} (calibrated before September): {months} distributions closed and paid, the last on {PAID}")
    tell(f"head {receipt.sequence}:{receipt.head_hash}")
    tell(f"try: replay statement {file} {DEAL} --record-date 2002-08-30")


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("name")
@click.option("--loans", type=WholeNumber(1, 100_000), default=500, show_default=True)
@click.option("--months", type=WholeNumber(1, 600), default=36, show_default=True)
@click.option("--seed", type=WholeNumber(), default=1, show_default=True, help="The same seed gives the same life.")
@click.option("--distribute/--no-distribute", default=True, help="Pay the bonds every month as well.")
@formatted()
@reporting
def simulate(url: str, name: str, loans: int, months: int, seed: int, distribute: bool, form: str) -> None:
    """Post a simulated servicing life into the ledger at URL (a new one is created), as the deal simulated-NAME.

    Nothing in it happened: borrowers, rates, prepayments, delinquencies, liquidations and corrections are drawn from
    the seed. Every event passes the rules that real ones pass. Needs: pip install 'indenture[simulation]'

    \b
      ledger simulate lives.db first --loans 2000 --months 120
      replay statement lives.db simulated-first --record-date 2012-01-31
    """
    from ledger.reports import line_report, written
    from ledger.service import Ledger

    try:
        from ledger.simulation import LifePlan, post_life
        from ledger.simulation.plan import NAME
    except ModuleNotFoundError as fault:
        raise StoreError(f"{fault.name} is not installed: pip install 'indenture[simulation]'") from fault
    if not re.fullmatch(NAME, name):
        raise click.BadParameter(f"{name!r} is not of the form {NAME}", param_hint="NAME")
    plan = LifePlan(seed=seed, loans=loans, months=months, name=name)
    with (
        Ledger.create(url) as ledger,
        click.progressbar(length=months, label="living", file=sys.stderr) as bar,
    ):
        post_life(ledger, plan, distribute=distribute, progress=lambda done, _: bar.update(done - bar.pos))
        lived = bar.pos
        head = ledger.head(plan.deal)
    tell(f"{plan.deal} (simulated) holds {head.sequence:,} events")
    if lived < months:
        tell(f"no loan is left in its pool after {lived} of {months} distributions, so that its life ends there")
    show(written(line_report(str(head), deal=plan.deal, head=str(head)), form))


@main.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write one file an event type here.")
@reporting
def schemas(out: Path | None) -> None:
    """Print the JSON Schemas of every event type, or write them to a directory."""
    from ledger.events.schemas import schema_documents
    from ledger.files import write_whole

    for name, document in schema_documents().items():
        if out is None:
            show(document)
            continue
        out.mkdir(parents=True, exist_ok=True)
        write_whole(out / f"{name}.json", f"{document}\n".encode(), replace=True)
