"""Hours open without growth: a session told second by second, as fast as the page draws it.

PAGE_UPDATES=28800 is eight hours, and takes about ten minutes: `make page-soak`.
"""

import os
from typing import Any

from tests.fakes.page_documents import SESSION_START_MS
from tests.page.growth import MOST_GROWTH, Size, grown, measured, size_of
from trading_bot.domain.ist import datetime_of

_UPDATES = int(os.environ.get("PAGE_UPDATES", "240"))
_PAUSE_S = 0.016
_MOST_NOTICES = 50
_LEAK = """() => {
  window.kept = [];
  new MutationObserver(() => {
    for (let count = 0; count < 500; count += 1) {
      const node = document.createElement("div");
      node.addEventListener("click", () => node);
      window.kept.push([node, Array.from({length: 100}, Math.random)]);
    }
  }).observe(document.querySelector("#net"), {childList: true, subtree: true});
}"""
"""What a mistake would do: keep nodes, listeners and numbers of each update."""


def _a_second_on(document: dict[str, Any], number: int) -> None:
    """Prices move, time passes, and now and then there is an order, a notice, a candle."""
    now_ms = SESSION_START_MS + number * 1_000
    document["run"]["now"] = _at(now_ms)
    document["day"].update(net=f"{number % 977}.25", gross=f"{number % 977 + 40}.25", signals=number // 60)
    for place, row in enumerate(document["symbols"]):
        row["last_price"] = f"{1_000 + (number * 7 + place) % 40}.05"
        row["candle_start"] = _at(now_ms - now_ms % 900_000)
    if number % 120 == 0:
        order = document["orders"][-1]
        document["orders"] = [*document["orders"], {**order, "tag": f"soak{number}"}][-400:]
        notice = {"at": _at(now_ms), "level": "info", "text": f"notice {number}"}
        document["notices"] = [*document["notices"], notice][-_MOST_NOTICES:]


def _sizes_over(opened, daemon, chromium, updates: int) -> list[Size]:
    """The page's size at the quarters of so many updates."""
    cdp, sizes = measured(opened.page), []
    for part in range(4):
        first = part * updates // 4
        daemon.publish_many(range(first, first + updates // 4), _a_second_on, _PAUSE_S)
        opened.wait_for_text("#net", f"{(first + updates // 4 - 1) % 977}.25")
        sizes.append(size_of(chromium, cdp, len(daemon.streams), daemon.unread_bytes()))
        print(f"{first + updates // 4} updates: {sizes[-1]}")  # noqa: T201  # the figures of the long run
    return sizes


def test_a_page_that_stays_open_does_not_grow(chromium, open_page, daemon):
    opened = open_page()

    assert grown(_sizes_over(opened, daemon, chromium, _UPDATES)) == []


def test_a_page_that_keeps_what_it_was_told_is_found_out(chromium, open_page, daemon):
    """Else the verdict of the long run would be worth nothing."""
    opened = open_page()
    opened.page.evaluate(_LEAK)

    found = grown(_sizes_over(opened, daemon, chromium, 120))

    assert [text.split(":")[0] for text in found][:3] == ["heap_mb", "nodes", "listeners"]


def test_each_measure_alone_is_a_verdict():
    small = Size(*[1] * len(Size._fields))
    for name in Size._fields:
        more = getattr(MOST_GROWTH, name) + 1
        assert grown([small, small._replace(**{name: 1 + more})]) == [f"{name}: 1 to {1 + more}"]
        assert grown([small, small._replace(**{name: more})]) == []


def _at(time_ms: int) -> str:
    return datetime_of(time_ms).isoformat(timespec="milliseconds")
