"""The witness file: the heads of every deal, line after line, in a file that is kept away from the ledger.

A line is ``TIME SEQUENCE HASH CHAIN DEAL``. Its chain is the SHA-256 of the chain before it and of the rest of the
line, so no line can be changed, left out or put between others without every chain after it changing too. Lines cut off
at the end do not show in the file alone; whoever keeps the last chain elsewhere finds that as well.

Heads are appended under a lock, in one write, and only to a file that the ledger agrees with: where the log of a deal
lacks a head that was witnessed, or has another hash there, it was cut or rewritten, and nothing is appended. A machine
that stops in the midst leaves a last line without its end; it was never acknowledged, and the next append removes it.

Who can write the file can also write another one, with other heads. It proves something as long as it is out of the
reach of whoever can write the ledger.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

import attrs

from ledger import Fault, Head, Ledger, LedgerError
from replay.evidence.checkpoint import TIME_FORMAT, is_one_line
from replay.evidence.kept import contradicted

HEADER = "indenture witness 1"
LARGEST = 32 << 20
"""Bytes of a witness file: some 150,000 lines."""

LONGEST_LINE = 320
_LINE = re.compile(r"(\S{20}) ([1-9][0-9]{0,18}) ([0-9a-f]{64}) ([0-9a-f]{64}) (.{1,120})")


_CHAIN = re.compile(r"([1-9][0-9]{0,17})[ :]([0-9a-f]{64})", re.ASCII)


class WitnessFault(LedgerError):
    """A witness file cannot be read or written, or is none."""


class KeptChain(NamedTuple):
    """What a witnessing printed: how many heads the file then held, and the chain of the last."""

    lines: int
    chain: str

    def __str__(self) -> str:
        return f"{self.lines}:{self.chain}"


def parse_chain(text: str) -> KeptChain:
    """Return what ``lines:chain``, as ``replay witness`` prints it, stands for; raises ValueError."""
    found = _CHAIN.fullmatch(text.removesuffix("\n"))
    if found is None:
        raise ValueError(f"{text[:100]!r} is not LINES:CHAIN, the chain as 64 hexadecimal digits in small letters")
    return KeptChain(int(found[1]), found[2])


@attrs.frozen(kw_only=True)
class Witness:
    """What a witness file holds: per deal its heads in their order, and the chain of the last line.

    ``lines`` counts the heads; ``incomplete`` says that there is a last line whose end was never written. ``chains``
    are those of all lines.
    """

    heads: dict[str, list[Head]]
    lines: int
    chain: str
    size: int
    incomplete: bool = False
    chains: tuple[str, ...] = ()

    def against(self, kept: KeptChain) -> str:
        """Say what a chain that was kept elsewhere shows of the file; "" where the file goes on from it."""
        lines, chain = kept
        if lines > self.lines:
            return f"the witness file holds {self.lines} heads, and had {lines}: lines were cut off at its end"
        if self.chains[lines - 1] != chain:
            return f"line {lines} of the witness file has not the chain that was kept of it: it is another file"
        return ""

    def heads_of(self, deal: str) -> list[Head]:
        """Return the heads of a deal, each as often as it was seen."""
        return self.heads.get(deal, [])


@attrs.frozen(kw_only=True)
class Witnessed:
    """What was appended to a witness file, or the ``faults`` for which nothing was, by deal."""

    heads: tuple[tuple[str, Head], ...]
    lines: int
    chain: str
    faults: tuple[tuple[str, Fault], ...] = ()


def read_witness(path: Path) -> Witness:
    """Return the heads in a witness file; raises :class:`WitnessFault` naming the first line that is not as written."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise WitnessFault(f"{path} is no file")
        with path.open("rb") as file:
            return _read(file, path)
    except OSError as fault:
        raise WitnessFault(f"{path} cannot be read: {fault.strerror or fault}") from fault


def witness(
    ledger: Ledger,
    path: Path,
    deals: Sequence[str] = (),
    *,
    at: dt.datetime | None = None,
    chain: KeptChain | None = None,
) -> Witnessed:
    """Append where the logs of the deals (of all, where none is named) end now; raises :class:`WitnessFault`.

    Every head that the file holds of them is compared first, and the file with a ``chain`` that was kept elsewhere;
    ``at`` must carry its time zone.
    """
    when = at or dt.datetime.now(dt.UTC)
    if when.tzinfo is None:
        raise WitnessFault("the time must carry its time zone")
    ask = partial(_heads, ledger, tuple(deals))
    if not path.exists():
        ask()  # a deal that there is not must leave no empty file behind
    try:
        with _locked(path) as file:
            before = _read(file, path)
            # Only now: a head read before the lock could be appended behind a later one.
            heads = ask()
            faults = tuple(_contradicted(ledger, before, dict(heads), named=bool(deals)))
            if chain is not None and (other := before.against(chain)):
                faults = (("", Fault(0, "", "", "other_chain", other)), *faults)
            if faults:
                return Witnessed(heads=(), lines=before.lines, chain=before.chain, faults=faults)
            text, last = _lines(heads, when.astimezone(dt.UTC).strftime(TIME_FORMAT), before)
            _append(file, before, text, path)
    except OSError as fault:
        raise WitnessFault(f"{path} cannot be written: {fault.strerror or fault}") from fault
    return Witnessed(heads=tuple(heads), lines=before.lines + len(heads), chain=last)


def _heads(ledger: Ledger, deals: Sequence[str]) -> list[tuple[str, Head]]:
    found = [(deal, ledger.head(deal)) for deal in deals or ledger.deals()]
    return [(deal, head) for deal, head in found if head.sequence]


def _contradicted(ledger: Ledger, before: Witness, now: dict[str, Head], *, named: bool) -> Iterator[tuple[str, Fault]]:
    """Yield every witnessed head that the ledger does not have; of deals that were not named only where none was."""
    for deal in now if named else before.heads:
        if deal not in now:
            yield deal, Fault(0, "", "", "cut", "the ledger holds this deal no more, or not for whoever asks")
            continue
        yield from ((deal, fault) for fault in contradicted(ledger, deal, before.heads_of(deal)))


def _lines(heads: Sequence[tuple[str, Head]], at: str, before: Witness) -> tuple[str, str]:
    text, chain = "" if before.size else f"{HEADER}\n", before.chain
    for deal, head in heads:
        if not is_one_line(deal):
            raise WitnessFault(f"{deal!a} cannot be the name of a deal")
        chain = _chained(chain, at, head, deal)
        text += f"{at} {head.sequence} {head.hash.hex()} {chain} {deal}\n"
    return text, chain


def _chained(chain: str, at: str, head: Head, deal: str) -> str:
    return hashlib.sha256(f"{chain}\n{at} {head.sequence} {head.hash.hex()} {deal}\n".encode()).hexdigest()


def _read(file: BinaryIO, path: Path) -> Witness:
    heads: dict[str, list[Head]] = {}
    chain, size, lines, chains = hashlib.sha256(HEADER.encode()).hexdigest(), 0, 0, list[str]()
    for number, raw in enumerate(_raw_lines(file, path), 1):
        if not raw.endswith(b"\n"):
            # What a stopped append left behind is a line's beginning; anything else is no file of this kind.
            if not (size or HEADER.encode().startswith(raw)):
                raise WitnessFault(f"{path} is no witness file: it does not begin with {HEADER!r}")
            return Witness(heads=heads, lines=lines, chain=chain, size=size, incomplete=True, chains=tuple(chains))
        size += len(raw)
        if number == 1:
            if raw != f"{HEADER}\n".encode():
                raise WitnessFault(f"{path} is no witness file: it does not begin with {HEADER!r}")
            continue
        try:
            deal, head, chain = _parsed(raw[:-1], chain)
            _in_order(heads.setdefault(deal, []), head)
        except ValueError as fault:
            raise WitnessFault(f"{path}, line {number}: {fault}") from fault
        heads[deal].append(head)
        chains.append(chain)
        lines += 1
    return Witness(heads=heads, lines=lines, chain=chain, size=size, chains=tuple(chains))


def _raw_lines(file: BinaryIO, path: Path) -> Iterator[bytes]:
    size = 0
    while raw := file.readline(LONGEST_LINE + 1):
        size += len(raw)
        if size > LARGEST:
            raise WitnessFault(f"{path} has more than {LARGEST:,} bytes; begin a new file")
        if len(raw) > LONGEST_LINE:
            raise WitnessFault(f"{path} has a line of more than {LONGEST_LINE} bytes")
        yield raw


def _parsed(raw: bytes, before: str) -> tuple[str, Head, str]:
    """Return deal, head and chain of a line; raises ValueError where it is not spelt as this program spells it."""
    found = _LINE.fullmatch(raw.decode("ascii", errors="replace"))
    if found is None or not is_one_line(found[5]):
        raise ValueError("it is not TIME SEQUENCE HASH CHAIN DEAL")
    at, sequence, digest, chain, deal = found.groups()
    try:
        if dt.datetime.strptime(at, TIME_FORMAT).strftime(TIME_FORMAT) != at:
            raise ValueError
    except ValueError:
        raise ValueError("its time is none") from None
    head = Head(int(sequence), bytes.fromhex(digest))
    if head.sequence >= 2**63:
        raise ValueError("it has no head of a log")
    if _chained(before, at, head, deal) != chain:
        raise ValueError("it does not follow from the line before: a line was changed, left out or put in")
    return deal, head, chain


def _in_order(earlier: Sequence[Head], head: Head) -> None:
    if earlier and head.sequence < earlier[-1].sequence:
        raise ValueError("its log was longer in an earlier line")
    if earlier and head.sequence == earlier[-1].sequence and head.hash != earlier[-1].hash:
        raise ValueError("its log had another hash there in an earlier line")


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """Open a file to read and append, and keep others from appending meanwhile, where the system knows such locks."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0), 0o644)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise WitnessFault(f"{path} is no file")
        try:
            import fcntl
        except ImportError:
            pass
        else:
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield file


def _append(file: BinaryIO, before: Witness, text: str, path: Path) -> None:
    """Write whole lines at the end and wait until they are on the disk; what cannot be written whole is taken back."""
    content, handle = text.encode("ascii"), file.fileno()
    if before.size + len(content) > LARGEST:
        raise WitnessFault(f"{path} would have more than {LARGEST:,} bytes; begin a new file")
    if before.incomplete:
        os.ftruncate(handle, before.size)
    try:
        while content:
            content = content[os.write(handle, content) :]
        os.fsync(handle)
    except OSError:
        os.ftruncate(handle, before.size)
        raise
    if not before.size and os.name == "posix":
        # A new file is lost with the machine unless its directory is written too.
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


__all__ = ["KeptChain", "Witness", "WitnessFault", "Witnessed", "parse_chain", "read_witness", "witness"]
