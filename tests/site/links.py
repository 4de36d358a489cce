"""Finds what is wrong with pages of HTML: links that lead nowhere, and anything that is fetched from a network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

FETCHED = {
    ("link", "href"),
    ("script", "src"),
    ("img", "src"),
    ("iframe", "src"),
    ("source", "src"),
    ("form", "action"),
}
"""What a browser fetches by itself, or sends to; a plain link is only followed by whoever clicks on it."""
NAMED_IN_STYLE = re.compile(r"""(?:url\(\s*['"]?|@import\s+['"])((?:https?:)?//[^'")\s]+)""")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the anchors and the links of one tag."""
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.anchors.add(value)
            if value and (tag, name) in FETCHED and ("rel", "canonical") not in attrs:
                self.fetched.append(value)
            if value and tag == "a" and name == "href":
                self.links.append(value)


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _remote(address: str) -> bool:
    return bool(urlsplit(address).netloc)


def faults(site: Path) -> Iterator[str]:
    """Yield what is wrong with a site in a folder, a line each."""
    pages = {path.resolve(): _read(path) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        name = path.relative_to(site.resolve())
        for address in page.fetched:
            if _remote(address):
                yield f"{name}: {address} is fetched from a network"
        for address in (*page.links, *page.fetched):
            if not _remote(address) and not urlsplit(address).scheme and not _leads(path, address, pages):
                yield f"{name}: {address} leads nowhere"
    for style in sorted(site.rglob("*.css")):
        for address in NAMED_IN_STYLE.findall(style.read_text(encoding="utf-8")):
            yield f"{style.relative_to(site)}: {address} is fetched from a network"


def _leads(path: Path, address: str, pages: dict[Path, _Page]) -> bool:
    where = urlsplit(address)
    target = (path.parent / unquote(where.path)).resolve() if where.path else path
    anchors: Iterable[str] = pages[target].anchors if target in pages else ()
    return target.is_file() and (not where.fragment or target not in pages or unquote(where.fragment) in anchors)
