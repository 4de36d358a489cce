"""A database of one's own is gone when it is closed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest

from ledger.store.database.private import IN_MEMORY, PrivateStore


@pytest.mark.parametrize(("events", "files"), [(IN_MEMORY, 0), (IN_MEMORY + 1, 1)])
def test_it_is_in_memory_where_it_is_small_and_goes_when_it_is_closed(tmp_path: Path, events: int, files: int) -> None:
    with patch.object(tempfile, "tempdir", str(tmp_path)):
        private = PrivateStore(events, shared=False)
        with private.store.appending("toy") as writer:
            assert writer.add_deal(1) == 1
        assert len(os.listdir(tmp_path)) == files
        private.close()
    assert os.listdir(tmp_path) == []
