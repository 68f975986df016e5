"""What goes wrong on each day of a soak, at which time, and what the simulator is told of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from trading_bot.domain.ist import ms_at
from trading_bot.simulator.server.streams.feed import FEED_PATH
from trading_bot.simulator.server.streams.order_stream import STREAM_PATH

_ORDERS = "/v?/order/*"
_PLACE = "/v3/order/place"


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule of the simulator for a span of the day."""

    name: str
    first: time
    last: time
    rule: Mapping[str, Any]


FAULTS = (
    Fault("429 storm", time(9, 50), time(9, 54), {"kind": "http_error", "status": 429, "probability": 0.7}),
    Fault("feed cut", time(10, 35), time(10, 40), {"kind": "reset", "path": FEED_PATH, "count": 1}),
    Fault("order stream cut", time(10, 40), time(11, 30), {"kind": "reset", "path": STREAM_PATH, "count": 2}),
    Fault("slow answers", time(10, 50), time(10, 58), {"kind": "delay", "seconds": 0.2, "probability": 0.3}),
    Fault(
        "lost answers to orders",
        time(11, 5),
        time(11, 55),
        {"kind": "drop_after", "path": _PLACE, "count": 3},
    ),
    Fault("lost answers", time(11, 20), time(11, 26), {"kind": "drop_after", "probability": 0.2}),
    Fault("doubled updates", time(12, 5), time(12, 40), {"kind": "duplicate_orders", "path": STREAM_PATH}),
    Fault("reordered updates", time(12, 5), time(12, 40), {"kind": "reorder_orders", "path": STREAM_PATH}),
    Fault("books 10 s old", time(12, 40), time(12, 44), {"kind": "stale_book_s", "seconds": 10}),
    Fault(
        "spoiled frames",
        time(13, 5),
        time(13, 10),
        {"kind": "malformed_frame", "path": FEED_PATH, "count": 3},
    ),
    Fault(
        "502",
        time(14, 0),
        time(14, 5),
        {"kind": "http_error", "status": 502, "body": "html", "probability": 0.3},
    ),
    Fault("cut answers", time(14, 10), time(14, 15), {"kind": "reset", "path": _ORDERS, "probability": 0.2}),
    Fault("silent feed", time(14, 25), time(14, 25, 20), {"kind": "mute_feed", "path": FEED_PATH}),
)
"""The last of them is over well before the day's square-off: what is left of the day heals."""


def schedule(on: date) -> Iterator[dict[str, Any]]:
    """The rules of a day, as the simulator takes them."""
    for number, fault in enumerate(FAULTS, start=1):
        span = {"from_ms": ms_at(on, fault.first), "until_ms": ms_at(on, fault.last)}
        yield {**fault.rule, **span, "seed": on.toordinal() + number}
