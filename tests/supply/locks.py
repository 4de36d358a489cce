"""The locks of ``requirements/`` as what they say: every package with version, hashes, and who wants it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import attrs

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("core", "dev", "bench", "http-fuzz", "docs", "browser")
PROJECT = "indenture"

_PIN = re.compile(r"([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)(?: ; ([^\\]+?))? \\")
_HASH = re.compile(r"    --hash=sha256:([0-9a-f]{64})(?: \\)?")
_VIA = re.compile(r"    # (?:via|  ) ?(\S.*)?")


@attrs.frozen(kw_only=True)
class Locked:
    """A pinned package; ``wanted_by`` are the packages, and the project's own groups, that ask for it."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    wanted_by: tuple[str, ...]


def normalized(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(name: str) -> list[Locked]:
    """Return what a lock pins; raises ValueError for a line of any other kind."""
    text = (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
    return [_pinned(block) for block in _blocks(text)]


def _blocks(text: str) -> Iterator[list[str]]:
    block: list[str] = []
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if not line.startswith(" ") and block:
            yield block
            block = []
        block.append(line)
    yield block


def _pinned(lines: list[str]) -> Locked:
    pin = _PIN.fullmatch(lines[0])
    if pin is None:
        raise ValueError(f"{lines[0]!r} pins no package")
    hashes, wanted_by = [], []
    for line in lines[1:]:
        digest, via = _HASH.fullmatch(line), _VIA.fullmatch(line)
        if digest is not None:
            hashes.append(digest[1])
        elif via is None:
            raise ValueError(f"{line!r} is neither a hash nor a reason")
        elif via[1] and not via[1].startswith("-c "):
            wanted_by.append(via[1])
    return Locked(name=pin[1], version=pin[2], marker=pin[3] or "", hashes=tuple(hashes), wanted_by=tuple(wanted_by))


def project() -> dict[str, list[str]]:
    """Return the names of the packages that the project itself asks for: always (``""``), by extra and by group."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {
        "": told["project"]["dependencies"],
        **told["project"]["optional-dependencies"],
        **{f"group {name}": items for name, items in told["dependency-groups"].items()},
    }
    return {name: [normalized(re.split(r"[\[><=!~; ]", item)[0]) for item in items] for name, items in asked.items()}
