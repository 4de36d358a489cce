"""What is wrong with a site is named: links and anchors that are not there, and whatever is fetched from a network."""

from __future__ import annotations

from pathlib import Path

from tests.site.links import faults


def test_a_sound_site_has_no_fault(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<h1 id="top">A</h1><a href="b.html#here">B</a><a href="https://x.example/">x</a>')
    (tmp_path / "b.html").write_text('<p id="here"><a href="a.html">A</a><a href="#here">up</a></p>')
    assert list(faults(tmp_path)) == []


def test_what_leads_nowhere_or_is_fetched_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<a href="gone.html">1</a><a href="#gone">2</a><script src="https://x.example/a.js"></script><img src="no.png">'
    )
    (tmp_path / "a.css").write_text("@import '//x.example/font.css'; b { background: url(https://x.example/b.png) }")
    found = "\n".join(faults(tmp_path))
    for named in ("gone.html leads", "#gone leads", "a.js is fetched", "no.png leads", "font.css is", "b.png is"):
        assert named in found
