"""Writes down what the migrations make, for ``ledger.store.database.objects``: ``make schema-objects``."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import URL, create_engine

from ledger import Ledger
from ledger.store.database.objects import EXPECTED, described
from tests.postgres import running_server


def made(address: URL | str) -> dict[str, str]:
    """Return the objects of a new ledger at an address where there is none."""
    Ledger.create(address).close()
    engine = create_engine(address)
    with engine.connect() as connection:
        found = described(connection)
    engine.dispose()
    return found


def written(found: dict[str, str]) -> str:
    """Return the text of the file that holds these objects."""
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _addresses(directory: str) -> Iterator[tuple[str, URL | str]]:
    yield "sqlite", f"sqlite:///{directory}/made.db"
    with running_server() as server:
        yield "postgresql", server.empty_database()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        for dialect, address in _addresses(directory):
            place = Path(EXPECTED) / f"{dialect}.json"
            place.write_text(written(made(address)), encoding="utf-8")
            print(place)
