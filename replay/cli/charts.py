"""``replay chart``: a statement's months as a picture, or as the table beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from replay.cli.about import about_standing
from replay.cli.base import EPILOG, Asked, give_up, main, progress_bar, reading, reporting, say_which_day, stating
from replay.cli.papers import give

if TYPE_CHECKING:
    from ledger.reports import Provenance
    from replay.charts.chart import Chart
    from replay.reports import About
    from replay.statements.statement import Statement


@main.command(name="chart", epilog=EPILOG)
@stating
@click.argument("name", required=False)
@click.option("--list", "listing", is_flag=True, help="List the charts by name, and whether anything of each is known.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv", "jsonl", "svg"]),
    help="The picture (svg, the default), or the table beside it.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file, not to standard output."
)
@reporting
def chart_command(
    url: str, deal: str, asked: Asked, name: str | None, listing: bool, form: str | None, out: Path | None
) -> None:
    """Draw the chart NAME of DEAL over its months up to a statement's.

    A month that is not known is a gap, never nought; of months before the deal entered the ledger only what was brought
    forward is shown. One report is made for every month in the ledger, so a long life takes a while.

    \b
      replay chart trust.db impac-cmb-2002-1 --record-date 2002-08-30 --list
      replay chart trust.db impac-cmb-2002-1 --record-date 2002-08-30 cash-flow --out cash-flow.svg
    """
    if listing == (name is not None):
        raise click.UsageError("name one chart, or give --list to see which there are")
    if listing and form == "svg":
        raise click.UsageError("a list of charts is text, csv or json; --format svg is of one chart")
    import attrs

    import replay
    from replay.charts import charts_of
    from replay.charts.tables import charts_listed
    from replay.reports import written

    with reading(url) as ledger, progress_bar("Months") as progress:
        found = asked.of(ledger, deal)
        charts = charts_of(ledger, found.report, progress)
        about = about_standing(replay.standing(ledger, found))
    say_which_day(asked.record_date, found)
    if listing:
        give(written(attrs.evolve(charts_listed(charts), about=about), form or "text").encode(), out)
        return
    chart = next((each for each in charts if each.name == name), None)
    if chart is None:
        _unknown(name or "", charts)
    give(_written(chart, form or "svg", found, about).encode(), out)


def _unknown(name: str, charts: tuple[Chart, ...]) -> NoReturn:
    nearby = [f"  for example {each.name}" for each in charts if name and name[:3] in each.name][:5]
    give_up(f"there is no chart {name!r}; --list shows which there are", "unknown_chart", field="chart", nearby=nearby)


def _written(chart: Chart, form: str, found: Statement, about: About) -> str:
    import attrs

    from ledger.reports import about_text
    from replay.charts.svg import as_svg
    from replay.charts.tables import chart_report
    from replay.reports import written

    if form == "svg":
        return as_svg(chart, about=f"{about_text(about)}\n")
    return written(attrs.evolve(chart_report(chart, _provenance(found)), about=about), form)


def _provenance(found: Statement) -> Provenance:
    from replay.reports.statements import statement_report

    return statement_report(found, figures=False).provenance
