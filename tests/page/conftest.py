"""A real browser without a screen, and the page opened in it; skipped where no browser is installed."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.page_daemon import FakePageDaemon
from tests.fakes.page_documents import status_document

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = [
    "--no-sandbox",  # it reads nothing but our own page, and builds run as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PROJECT = Path(__file__).resolve().parents[2]
_MOST_WAITING = 2
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SMALL_PHONE = {"width": 360, "height": 740}
STICKS_OUT = """() => [...document.querySelectorAll("body *")]
  .filter((node) => !node.closest(".canvas, .scroll, .skip, thead, [hidden], dialog"))
  .filter((node) => {
    const box = node.getBoundingClientRect();
    const limit = node.closest(".panel")?.getBoundingClientRect().right ?? innerWidth;
    return box.width && (box.right > limit + 1 || box.left < -1);
  })
  .map((node) => node.outerHTML.slice(0, 120))"""
"""Elements that reach beyond their panel or the window."""

_WATCH_POLICY = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}`);
});
"""


@dataclass(slots=True)
class Opened:
    """The page in a browser, the daemon that it talks to, and what it complained of."""

    page: Any
    daemon: FakePageDaemon | None
    complaints: list[str] = field(default_factory=list)
    is_outage_expected: bool = False
    """Whether the browser may say that something could not be loaded."""

    def text(self, selector: str) -> str:
        """What is written there."""
        return self.page.locator(selector).inner_text()

    def wait_for(self, expression: str, timeout_s: float = 60) -> None:
        """Wait until it holds in the page. The driver's own way evaluates there, which the policy forbids."""
        deadline_s = time.monotonic() + timeout_s
        while not self.page.evaluate(expression):
            assert time.monotonic() < deadline_s, f"never true: {expression}"
            self.page.wait_for_timeout(10)

    def wait_for_text(self, selector: str, text: str) -> None:
        """Wait until it stands there."""
        shown = f"document.querySelector({json.dumps(selector)}).textContent"
        self.wait_for(f"{shown}.includes({json.dumps(text)})")

    def taken_complaints(self) -> list[str]:
        """Errors in the console and violations of the policy, less the outage that a test makes."""
        violations = self.page.evaluate("window.violations.splice(0)")
        heard = [
            text for text in self.complaints if not (self.is_outage_expected and "Failed to load" in text)
        ]
        self.complaints.clear()
        return heard + violations


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser, once for each process of the tests."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        pytest.skip(f"no browser: install Debian's chromium, or set CHROMIUM to one (looked for {_NAMES})")
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="no browser's driver: `make test` installs it"
    )
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def timed() -> None:
    """For what is timed: skipped where so many others wait for the processor that a time says nothing."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load > _MOST_WAITING * cores:
        pytest.skip(f"too busy to time anything: load {load:.1f} on {cores} cores")


@pytest.fixture
def daemon() -> Iterator[FakePageDaemon]:
    """What a page of a test's own talks to."""
    dashboard = FakePageDaemon()
    dashboard.start()
    yield dashboard
    dashboard.stop()


Open = Callable[..., Opened]


@pytest.fixture
def open_page(chromium: Any, daemon: FakePageDaemon) -> Iterator[Open]:
    """Opens a page of the test's own; it must stay without complaints."""
    opened: list[Opened] = []

    def open_one(size: dict[str, int] = DESKTOP) -> Opened:
        opened.append(_opened(chromium, daemon, size))
        return opened[-1]

    yield open_one
    complaints = [text for one in opened for text in one.taken_complaints()]
    for one in opened:
        one.page.context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def _shared(chromium: Any) -> Iterator[Opened]:
    dashboard = FakePageDaemon()
    dashboard.start()
    shared = _opened(chromium, dashboard, DESKTOP)
    yield shared
    shared.page.context.close()
    dashboard.stop()


@pytest.fixture
def desk(_shared: Opened) -> Iterator[Opened]:
    """One page for all tests that only change what the daemon says; each finds it as it was."""
    shared = _shared
    yield shared
    shared.page.keyboard.press("Escape")
    shared.daemon.deeds.clear()
    shared.daemon.document = status_document()
    shared.daemon.publish()
    assert shared.taken_complaints() == []


def _opened(chromium: Any, daemon: FakePageDaemon, size: dict[str, int]) -> Opened:
    one = watched_page(chromium, daemon, size)
    one.page.goto(f"{daemon.url}/dashboard")
    one.wait_for("document.body?.dataset.link === 'live'")
    one.page.locator("#chart-canvas canvas").first.wait_for()
    return one


def watched_page(chromium: Any, daemon: FakePageDaemon | None, size: dict[str, int] = DESKTOP) -> Opened:
    """An empty page whose complaints are kept."""
    context = chromium.new_context(viewport=size)
    context.add_init_script(_WATCH_POLICY)
    one = Opened(context.new_page(), daemon)
    one.page.on("console", lambda message: _keep(one, message))
    one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
    return one


def logged_in(chromium: Any, address: str, token: str, size: dict[str, int] = DESKTOP) -> Opened:
    """The page of a daemon after the login."""
    opened = watched_page(chromium, None, size)
    opened.page.goto(address)
    opened.page.fill("#token", token)
    opened.complaints.clear()
    opened.page.get_by_role("button", name="Log in").click()
    opened.wait_for("document.body?.dataset.link === 'live'")
    opened.page.locator("#chart-canvas canvas").first.wait_for()
    return opened


def _keep(opened: Opened, message: Any) -> None:
    if message.type in {"error", "warning"}:
        opened.complaints.append(message.text)
