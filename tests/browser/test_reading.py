"""How the pages are read: in the dark, on paper, on a narrow screen, by keys alone, and by eyes that need contrast."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from tests.browser.conftest import PICTURES, Opening
from tests.browser.restated import MANY

pytestmark = pytest.mark.browser
DAY = "2002-09-25"
ADDRESSES = {
    "deals": "/",
    "deal": f"/deals/{DEAL}",
    "statement": f"/deals/{DEAL}/statements/{DAY}?page=3",
    "figure": f"/deals/{DEAL}/figures/{DAY}?figure=10/Current+PPIS/fixed",
    "compare": f"/deals/{DEAL}/compare?payment_date={DAY}",
    "findings": f"/deals/{DEAL}/findings/{DAY}",
    "charts": f"/deals/{DEAL}/charts/{DAY}",
    "tie-out": f"/deals/{DEAL}/reconcile/{DAY}",
    "papers": f"/deals/{DEAL}/papers/{DAY}",
    "events": f"/deals/{DEAL}/events",
    "event": f"/deals/{DEAL}/events/168",
    "accounts": f"/deals/{DEAL}/accounts?date={DAY}",
    "loan": f"/deals/{MANY}/loans/one-1",
    "verify": f"/deals/{DEAL}/verify",
    "search": "/search?q=interest",
}

CONTRAST = """() => {
  const parse = text => (text.match(/[0-9.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const part = c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.getClientRects().length || element.closest('.skip')) continue;
    const style = getComputedStyle(element);
    const drawn = element.closest('svg') ? style.fill : style.color;
    const a = light(parse(drawn)), b = light(behind(element));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.push(`${ratio.toFixed(2)} ${element.tagName}.${element.getAttribute('class')} ${drawn}: ` +
      element.textContent.trim().slice(0, 40));
  }
  return low;
}"""


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out(opened: Opening, pictured: Callable[..., None], name: str, scheme: str) -> None:
    page = opened(ADDRESSES[name], color_scheme=scheme, viewport={"width": 1280, "height": 800})
    pictured(page, f"{name}-{scheme}")
    assert "\n".join(page.evaluate(CONTRAST)) == ""
    assert page.locator("h1").count() == 1
    assert page.evaluate("[...document.querySelectorAll('input, select')].filter(e => e.type !== 'hidden' && "
                         "!e.labels.length && !e.ariaLabel).map(e => e.name)") == []  # fmt: skip


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_narrow_screen_scrolls_in_tables_alone(opened: Opening, pictured: Callable[..., None], name: str) -> None:
    page = opened(ADDRESSES[name], viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    pictured(page, f"{name}-narrow")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_paper_shows_the_statement_and_nothing_to_click(opened: Opening) -> None:
    page = opened(ADDRESSES["statement"], color_scheme="dark")
    page.emulate_media(media="print")
    assert page.locator("header.bar").is_hidden()
    assert page.locator("form").first.is_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert "\n".join(page.evaluate(CONTRAST)) == ""
    printed = page.pdf(path=str(PICTURES / "statement.pdf"))
    assert printed.startswith(b"%PDF")


def test_keys_alone_reach_a_figure_and_show_where_they_are(opened: Opening) -> None:
    page = opened(ADDRESSES["statement"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the page"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left >= 0")
    page.keyboard.press("Enter")
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        if "/figures/" in page.evaluate("document.activeElement.href || ''"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/figures/**")
    assert page.locator(".big").count() == 1
