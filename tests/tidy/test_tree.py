"""What nobody reads is told from what is read by way of another module, of a package, or of a value."""

from __future__ import annotations

from pathlib import Path

from tests.tidy.tree import Reads, parsed

FILES = {
    "__init__.py": "from house.rooms import shown\n\n__all__ = ['shown', 'kept']\n",
    "rooms.py": """
from house import tools
from house.pages import one, two
from house.tools import LEAST as FEWEST

def shown():
    return tools.mended(FEWEST), [page.pages() for page in (one, two)], Room().asked

def again():
    return again()

class Room:
    @property
    def asked(self): return self._own()
    def _own(self): return 1
    def forgotten(self): return 2

@main.command()
def knock(): ...

shown()
""",
    "tools.py": "LEAST = 1\nMOST = 2\n\ndef mended(count): ...\n\ndef kept(): ...\n",
    "pages/__init__.py": "",
    "pages/one.py": "def pages(): ...\n\ndef lost(): ...\n",
    "pages/two.py": "def pages(): ...\n",
}


def test_only_what_nobody_reads_is_found(tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / "house" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    tree = parsed("house", root=tmp_path)
    reads = Reads(tree)
    defined = [item for module in tree.values() for item in (*module.defined, *module.methods)]
    assert sorted(str(item) for item in defined if not (item.is_taken or reads.read(item))) == [
        "house.pages.one.lost",
        "house.rooms.Room.forgotten",
        "house.rooms.again",
        "house.tools.MOST",
        "house.tools.kept",
    ]
