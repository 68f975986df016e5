"""Hours open without growth: a session told second by second, as fast as the page draws it.

PAGE_UPDATES=28800 is eight hours, and takes about ten minutes: `make page-soak`.
"""

import os
from typing import Any

from tests.fakes.page_documents import SESSION_START_MS
from trading_bot.domain.ist import datetime_of

_UPDATES = int(os.environ.get("PAGE_UPDATES", "240"))
_PAUSE_S = 0.016
_MOST_NOTICES = 50
_MOST_GROWTH_MB = 2.0


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


def test_a_page_that_stays_open_does_not_grow(open_page, daemon):
    opened = open_page()
    cdp = opened.page.context.new_cdp_session(opened.page)
    cdp.send("Performance.enable")
    sizes = []
    for part in range(4):
        first = part * _UPDATES // 4
        daemon.publish_many(range(first, first + _UPDATES // 4), _a_second_on, _PAUSE_S)
        opened.wait_for_text("#net", f"{(first + _UPDATES // 4 - 1) % 977}.25")
        sizes.append(_sizes(cdp))
        print(f"{first + _UPDATES // 4} updates: {sizes[-1]}")  # noqa: T201  # the figures of the long run
    assert sizes[-1]["heap_mb"] - sizes[0]["heap_mb"] < _MOST_GROWTH_MB
    assert sizes[-1]["listeners"] - sizes[1]["listeners"] < 150, (
        "an order more has two buttons, until 60 are shown"
    )
    assert sizes[-1]["nodes"] - sizes[1]["nodes"] < 2_500


def _at(time_ms: int) -> str:
    return datetime_of(time_ms).isoformat(timespec="milliseconds")


def _sizes(cdp: Any) -> dict[str, float]:
    cdp.send("HeapProfiler.collectGarbage")
    found = {row["name"]: row["value"] for row in cdp.send("Performance.getMetrics")["metrics"]}
    return {
        "heap_mb": round(found["JSHeapUsedSize"] / 1e6, 2),
        "nodes": found["Nodes"],
        "listeners": found["JSEventListeners"],
    }
