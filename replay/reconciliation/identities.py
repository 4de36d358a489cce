"""What a published statement must satisfy within itself, whoever printed it.

Each identity is checked on the printed figures alone. One that fails is shown even when every figure ties out: it is a
break in the statement, and a ledger that reproduces the statement reproduces it too. What only some deals keep to is
:mod:`replay.reconciliation.to_date`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction

import attrs

from ledger import Glanced
from replay.filing import Filing, parse_printed
from replay.reconciliation.told_apart import told_apart

CENT = Fraction(1, 100)
_DELINQUENT_FEE = "TOTAL SERVICING FEES: Delinquent Servicing Fees"


@attrs.frozen(kw_only=True, repr=False)
class BrokenIdentity(Glanced):
    """An identity that the printed figures do not keep: what stands on its two sides, and where."""

    identity: str
    left: str
    right: str
    difference: str
    pages: tuple[int, ...]


class Printed:
    """Printed figures by section, line and column; a line printed twice gives its first figure."""

    def __init__(self, filing: Filing) -> None:
        self.groups = filing.groups
        self._values: dict[tuple[str, str, str], tuple[Fraction, int]] = {}
        self.lines: dict[str, dict[str, None]] = {}
        for figure in filing.figures:
            number = parse_printed(figure.printed)
            if number is not None:
                self._values.setdefault((figure.section, figure.line, figure.column), (number, figure.page))
            self.lines.setdefault(figure.section, {}).setdefault(figure.line)

    def value(self, section: str, line: str, column: str) -> Fraction | None:
        """Return a printed number, or None where it is not printed."""
        found = self._values.get((section, line, column))
        return None if found is None else found[0]

    def page(self, section: str, line: str, column: str) -> int:
        """Return the page of a printed number, 0 where it is not printed."""
        found = self._values.get((section, line, column))
        return 0 if found is None else found[1]


def float_free(value: Fraction, places: int) -> str:
    """Return a fraction in decimal notation with commas, without going through a float."""
    sign = "-" if value < 0 else ""
    scaled = round(abs(value) * 10**places)
    whole, rest = divmod(scaled, 10**places)
    return f"{sign}{whole:,}.{rest:0{places}d}" if places else f"{sign}{whole:,}"


def broken_identity(
    identity: str, left: Fraction, right: Fraction, pages: tuple[int, ...], places: int = 2
) -> BrokenIdentity:
    """Return an identity with its two sides and how far they are apart, in decimal notation."""
    return BrokenIdentity(
        identity=identity,
        left=float_free(left, places),
        right=float_free(right, places),
        difference=float_free(left - right, places),
        pages=tuple(dict.fromkeys(page for page in pages if page)),
    )


_ADDING_SECTIONS = ("SUMMARY", "PRINCIPAL - COLLECTIONS", "INTEREST - COLLECTIONS", "INTEREST - WITHDRAWALS",
                    "INTEREST - FEES", "SERVICING FEES / ADVANCES", "COLLATERAL", "VOLUNTARY PREPAYMENTS")  # fmt: skip


def _columns_add(printed: Printed) -> Iterator[BrokenIdentity]:
    """Each total is the sum of its groups, to what rounding every addend could cost."""
    for section in _ADDING_SECTIONS:
        for line in printed.lines.get(section, ()):
            whole = printed.value(section, line, "total")
            parts = [printed.value(section, line, group) for group in printed.groups]
            known = [part for part in parts if part is not None]
            if whole is None or not known or len(known) != len(parts):
                continue
            slack = _slack(section, whole, len(parts))
            if abs(sum(known) - whole) > slack:
                page = printed.page(section, line, "total")
                yield broken_identity(
                    f"{section}: {line}: groups add to the total", Fraction(sum(known)), whole, (page,)
                )


def _slack(section: str, whole: Fraction, addends: int) -> Fraction:
    if section in ("COLLATERAL", "VOLUNTARY PREPAYMENTS") and abs(whole) >= 10**8:
        return Fraction(addends + 1, 20)  # eleven characters leave one decimal
    return CENT * (addends + 1) / 2


def _sections_add(printed: Printed) -> Iterator[BrokenIdentity]:
    """A section's last line is the sum of the lines above it."""
    totals = {
        "PRINCIPAL - COLLECTIONS": "TOTAL PRINCIPAL",
        "INTEREST - COLLECTIONS": "TOTAL INTEREST",
        "INTEREST - WITHDRAWALS": "TOTAL INTEREST WITHDRAWALS",
        "INTEREST - FEES": "TOTAL INTEREST FEES",
    }
    for section, last in totals.items():
        lines = [line for line in printed.lines.get(section, ()) if line != last]
        for column in (*printed.groups, "total"):
            whole = printed.value(section, last, column)
            parts = [printed.value(section, line, column) for line in lines]
            known = [part for part in parts if part is not None]
            if whole is not None and known and abs(sum(known) - whole) > CENT * (len(known) + 1) / 2:
                page = printed.page(section, last, column)
                yield broken_identity(f"{section}: {column}: lines add to {last}", Fraction(sum(known)), whole, (page,))


def _advances(printed: Printed) -> Iterator[BrokenIdentity]:
    """Interest advanced is delinquent interest net of its servicing fee: all cash, so equal to the cent."""
    for group in printed.groups:
        delinquent = printed.value("INTEREST - COLLECTIONS", "Delinquent Interest", group)
        advanced = printed.value("INTEREST - COLLECTIONS", "Interest Advanced", group)
        fee = printed.value("SERVICING FEES / ADVANCES", _DELINQUENT_FEE, group)
        if delinquent is None or advanced is None or fee is None:
            continue
        if -delinquent - fee != advanced and advanced:
            pages = (printed.page("INTEREST - COLLECTIONS", "Interest Advanced", group),)
            name = f"{group}: delinquent interest less its servicing fee is the interest advanced"
            yield broken_identity(name, -delinquent - fee, advanced, pages)


def _classes(printed: Printed) -> Iterator[BrokenIdentity]:
    """A class's balance falls by what it was paid and lost; the classes add to their total."""
    section = "current period"
    for line in printed.lines.get(section, ()):
        prior, paid, lost, now = (
            printed.value(section, line, column)
            for column in ("prior principal balance", "principal", "realized losses", "current principal balance")
        )
        if prior is None or paid is None or now is None:
            continue
        if abs(prior - paid - (lost or 0) - now) > Fraction(3, 20):
            page = printed.page(section, line, "current principal balance")
            name = f"class {line}: prior balance less principal and losses is the current balance"
            yield broken_identity(name, prior - paid - (lost or 0), now, (page,))


def _balances(printed: Printed) -> Iterator[BrokenIdentity]:
    """Overcollateralization is the pool less the bonds, or what backs them: the pool and the pre-funding account."""
    pool = printed.value("COLLATERAL", "Principal Balance: Current", "total")
    bonds = printed.value("current period", "Total", "current principal balance")
    over = printed.value("STRUCTURAL FEATURES", "Current Periods Overcollateralization Amt", "total")
    held = printed.value("PREFUNDING", "PRE-FUNDING ACCOUNT: Pre-Funding Account Ending Balance", "total") or 0
    if pool is None or bonds is None or over is None:
        return
    if all(abs(backing - bonds - over) > Fraction(3, 20) for backing in (pool, pool + held)):
        page = printed.page("STRUCTURAL FEATURES", "Current Periods Overcollateralization Amt", "total")
        yield broken_identity("overcollateralization is pool less bonds", pool - bonds, over, (page,))


_CHECKS: tuple[Callable[[Printed], Iterator[BrokenIdentity]], ...] = (
    _columns_add,
    _sections_add,
    _advances,
    _classes,
    _balances,
)

_PSA_NOTE = re.compile(r"PSA[^()]{0,60}CPR\s*/\s*\(\s*(0?\.\d+)\s*\*\s*min\(30", re.IGNORECASE | re.ASCII)


def _psa_note(printed: Printed, text: str) -> Iterator[BrokenIdentity]:
    """The curve's slope that a footnote states is the one that the printed multiples use."""
    stated = _PSA_NOTE.search(re.sub(r"\r?\n>", "", text))
    cpr = printed.value("VOLUNTARY PREPAYMENT RATES", "CPR", "total")
    psa = printed.value("VOLUNTARY PREPAYMENT RATES", "PSA", "total")
    age = printed.value("CHARACTERISTICS", "Weighted Average Seasoning Current", "total")
    if stated is None or not cpr or not psa or not age:
        return
    slope, used = Fraction(stated.group(1)), cpr / (psa * min(Fraction(30), age))
    if abs(used / slope - 1) > Fraction(1, 100):
        page = printed.page("VOLUNTARY PREPAYMENT RATES", "PSA", "total")
        yield broken_identity(
            "the PSA footnote states the slope that the figures use", slope, used, (page + 1,), places=4
        )


def check_identities(filing: Filing, text: str = "") -> tuple[BrokenIdentity, ...]:
    """Return every identity that the printed figures break; ``text`` is the statement itself, for its footnotes."""
    printed = Printed(told_apart(filing))
    found = [broken for check in _CHECKS for broken in check(printed)]
    return (*found, *_psa_note(printed, text))
