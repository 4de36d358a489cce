"""The pictures that the documentation shows; ``make pictures`` takes them anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from tests.browser.conftest import Opening

pytestmark = pytest.mark.browser
DAY = "2002-09-25"
SHOWN = {
    "a-statement": f"/deals/{DEAL}/statements/{DAY}?page=3",
    "a-figure": f"/deals/{DEAL}/figures/{DAY}?figure=10/Current+PPIS/fixed",
    "what-is-different": f"/deals/{DEAL}/compare?payment_date={DAY}",
    "an-event": f"/deals/{DEAL}/events/168",
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_is_pictured(opened: Opening, pictured: Callable[..., None], name: str) -> None:
    page = opened(SHOWN[name], viewport={"width": 1000, "height": 620}, color_scheme="light")
    pictured(page, name)
