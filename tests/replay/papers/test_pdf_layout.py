"""The layout on paper: nothing of a deal is in it, and it reaches for nothing."""

from __future__ import annotations

from replay.papers.pdf_layout import FONT, LAYOUT


def test_the_layout_reads_data_and_nothing_else() -> None:
    assert all(word not in LAYOUT for word in ("#import", "#include", "read(", "eval(", "plugin("))
    assert LAYOUT.count("json(bytes(sys.inputs.paper))") == 1
    assert f'font: "{FONT}"' in LAYOUT
