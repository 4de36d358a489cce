"""A real browser before a real server: the pages of a month that was restated, and of a deal with many events.

``make browser`` runs this. It needs Playwright, pinned by `requirements/browser.lock`, and Chromium, which the packages
of the system bring; without either it fails and says so. No browser is downloaded.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ledger import Ledger
from ledger.http.server import Server
from ledger.samples.impac_cmb_2002_1.september_2002 import post_september_2002
from replay.web.application import Application
from replay.web.desk import ReadersDesk
from tests.browser.restated import many_events, withheld_otherwise

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / os.environ.get("PICTURES", "build/pictures")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str:
    """Return the path of Chromium: CHROMIUM of the environment, or where the system has it."""
    named = [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else list(CHROMIUM)
    for name in named:
        found = shutil.which(name)
        if found is not None:
            return found
    pytest.fail(
        f"no Chromium: looked for {', '.join(named)}; install it (apt-get install chromium), or name it: CHROMIUM="
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.fail("Playwright is not installed here; `make browser` prepares an environment that has it")
    with sync_playwright() as playwright:
        # A container's root has no sandbox of its own; the pages come from this machine alone.
        opened = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server before a ledger that holds the real month, restated, and a deal with many events."""
    path = tmp_path_factory.mktemp("browser") / "real.db"
    with Ledger.create(str(path)) as ledger:
        post_september_2002(ledger)
        withheld_otherwise(ledger)
        many_events(ledger)
        server = Server("127.0.0.1", 0, Application(ReadersDesk(ledger)))
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()


Opening = Callable[..., "Page"]


@pytest.fixture
def opened(browser: Browser, site: str) -> Iterator[Opening]:
    """Open pages under options of a context; what a page complains of, or asks elsewhere, fails the test."""
    wrong: list[str] = []
    contexts = []

    def open_at(address: str = "/", **options: Any) -> Page:
        context = browser.new_context(base_url=site, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda fault: wrong.append(str(fault)))
        page.on("request", lambda asked: None if asked.url.startswith(site) else wrong.append(asked.url))
        page.goto(address)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def pictured() -> Callable[[Page, str], None]:
    """Take a picture of what a reader sees."""
    PICTURES.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=str(PICTURES / f"{name}.png"))

    return take
