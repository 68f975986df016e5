"""How fast the page is in a real browser: first paint, from an event to the screen, and what an update costs.

Run: python benchmarks/page.py

Opens the page ten times on loopback, sends fifty changes, then two hundred: with 5 symbols, then with 200
and 400 orders. It needs an installed Chromium (`CHROMIUM=/path`, or one on the path).
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.figures import show, spread_of
from benchmarks.machine import machine
from tests.fakes.page_daemon import FakePageDaemon

_OPENINGS = 10
_CHANGES = 50
_UPDATES = 200
_MANY_SYMBOLS = 200
_MANY_ORDERS = 400
_SETTLE_MS = 1_000
_PAINT_LIMIT_MS = 1_000
_CHANGE_LIMIT_MS = 500
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
_WATCH = """() => {
  window.seen = {};
  const net = document.querySelector("#net");
  const note = () => { window.seen[net.textContent] = Date.now(); };
  new MutationObserver(note).observe(net, {childList: true, subtree: true});
}"""


def main() -> None:
    """Measure both sizes."""
    print(machine())
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or sys.exit("no Chromium: set CHROMIUM")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=_FLAGS)
        for is_large in (False, True):
            daemon = FakePageDaemon()
            if is_large:
                _fill(daemon.document)
            daemon.start()
            _measure(browser, daemon, "200 symbols, 400 orders" if is_large else "5 symbols, 6 orders")
            daemon.stop()
        browser.close()


def _fill(document: dict[str, Any]) -> None:
    symbol, order = document["symbols"][-1], document["orders"][0]
    while len(document["symbols"]) < _MANY_SYMBOLS:
        document["symbols"].append({**symbol, "symbol": f"SHARE{len(document['symbols'])}"})
    while len(document["orders"]) < _MANY_ORDERS:
        document["orders"].append({**order, "tag": f"more{len(document['orders'])}"})


def _measure(browser: Browser, daemon: FakePageDaemon, size: str) -> None:
    paints_ms = [_paint_ms(browser, daemon) for _ in range(_OPENINGS)]
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{daemon.url}/dashboard")
    page.wait_for_timeout(_SETTLE_MS)
    delays_ms = _delays_ms(page, daemon)
    paint, delay = spread_of(paints_ms), spread_of(delays_ms)
    show(f"{size}: first paint, median", paint.p50, _PAINT_LIMIT_MS, "ms")
    show(f"{size}: first paint, worst of {_OPENINGS}", paint.p99, _PAINT_LIMIT_MS, "ms")
    show(f"{size}: event to screen, median", delay.p50, _CHANGE_LIMIT_MS, "ms")
    show(f"{size}: event to screen, worst of {_CHANGES}", delay.p99, _CHANGE_LIMIT_MS, "ms")
    show(f"{size}: an update, browser's main thread", _cost_ms(page, daemon), None, "ms")
    page.close()


def _paint_ms(browser: Browser, daemon: FakePageDaemon) -> float:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{daemon.url}/dashboard")
    page.wait_for_timeout(_SETTLE_MS)
    paint_ms: float = page.evaluate(_PAINT)
    context.close()
    return paint_ms


def _delays_ms(page: Page, daemon: FakePageDaemon) -> list[float]:
    page.evaluate(_WATCH)
    delays_ms = []
    for number in range(1, _CHANGES + 1):
        daemon.publish(lambda document, number=number: document["day"].update(net=f"{number}.00"))
        while not (seen_at_ms := page.evaluate(f"window.seen['▲ +{number}.00']")):
            page.wait_for_timeout(10)
        delays_ms.append(seen_at_ms - daemon.published_at_ms)
    return delays_ms


def _cost_ms(page: Page, daemon: FakePageDaemon) -> float:
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    before_s = _busy_s(session)
    daemon.publish_many(range(_UPDATES), _every_price_moves, 0.05)
    page.wait_for_timeout(_SETTLE_MS)
    return (_busy_s(session) - before_s) * 1_000 / _UPDATES


def _busy_s(session: Any) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(row["value"] for row in metrics if row["name"] == "TaskDuration"))


def _every_price_moves(document: dict[str, Any], number: int) -> None:
    document["day"]["net"] = f"{number}.50"
    for place, row in enumerate(document["symbols"]):
        row["last_price"] = f"{1_000 + (number * 7 + place) % 40}.05"


if __name__ == "__main__":
    main()
