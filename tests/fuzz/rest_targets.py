"""Spoiled bodies through the real broker classes: what may come back, and what never.

A read gives what the body says or raises a documented error; a write is accepted or refused only if the body
proves it. What "says" means is written here a second time, and not taken from the decoders (V2, V5).
"""

import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import asdict, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from tests.fuzz import answers
from tests.fuzz.json_bodies import spoiled
from trading_bot.adapters.storage.canonical import canonical_json
from trading_bot.adapters.upstox.fields import Oddities
from trading_bot.adapters.upstox.pacing import CallPace
from trading_bot.adapters.upstox.rest.answers import Answer
from trading_bot.adapters.upstox.rest.history import UpstoxHistory
from trading_bot.adapters.upstox.rest.instrument_rows import parsed
from trading_bot.adapters.upstox.rest.market_info import UpstoxMarket
from trading_bot.adapters.upstox.rest.outcome import REFUSALS
from trading_bot.adapters.upstox.rest.reads import BrokerReads
from trading_bot.adapters.upstox.rest.rest import UpstoxBroker, confirmed_account
from trading_bot.adapters.upstox.settings import UpstoxSettings
from trading_bot.adapters.upstox.streams.order_stream import OrderStream
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import OrderRequest, OrderTerms, OrderType, Purpose, Side
from trading_bot.engine.ports import Accepted, MarginQuestion, Refused

SETTINGS = UpstoxSettings(read_attempts=1)
NOW_MS = 1_795_149_000_000
ENDED = {"complete", "rejected", "cancelled", "cancelled after market order"}
KNOWN_PRODUCTS = {"I", "D"}
REQUEST = OrderRequest(
    tag=answers.TAG,
    instrument_key=answers.KEY,
    side=Side.BUY,
    product=Product.INTRADAY,
    purpose=Purpose.ENTRY,
    terms=OrderTerms(order_type=OrderType.LIMIT, quantity=10, price=138_605),
)
QUESTION = MarginQuestion(
    instrument_key=answers.KEY, side=Side.BUY, quantity=10, product=Product.INTRADAY, price=138_605
)
ORDER_ID = answers.CHANGED["order_id"]
STATUSES = (200, 200, 200, 200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 429, 500, 502)


class SpoiltTransport:
    """Answers every call with the same spoiled answer."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    async def read(self, _call: Any) -> Answer:
        return self._answer

    write = read


class Parts(NamedTuple):
    """What stands above the transport."""

    broker: UpstoxBroker
    market: UpstoxMarket
    history: UpstoxHistory
    reads: BrokerReads


def parts_over(answer: Answer) -> Parts:
    transport: Any = SpoiltTransport(answer)
    reads = BrokerReads(transport, SETTINGS, jitter=random.Random(0).random, sleep=_no_sleep)
    stream: Any = None
    pace = CallPace(10_000, _no_sleep, lambda: 0.0)
    return Parts(
        UpstoxBroker(SETTINGS, transport, reads, OrderStream(stream, Oddities()), Oddities()),
        UpstoxMarket(reads),
        UpstoxHistory(reads, pace, lambda: NOW_MS),
        reads,
    )


class Endpoint(NamedTuple):
    """One read or write: what it is answered with when all is well, how it is asked, and what it may say."""

    good: Any
    ask: Callable[[Parts], Awaitable[Any]]
    check: Callable[[Any, Any, int], None] = lambda _result, _document, _status: None
    """Result, document of the body, HTTP status."""


def check_orders(reports: Any, document: Any, _status: int) -> None:
    rows = {str(row["order_id"]).strip(): row for row in document["data"]}
    for report in reports:
        row = rows[report.order_id]
        said = " ".join(row["status"].lower().split())
        assert report.status.is_terminal == (said in ENDED), "an order ended that the row does not end"
        shown = number(row.get("filled_quantity"))
        assert report.filled_quantity == (shown or 0), "filled quantity"
        assert shown is not None or "pending" in said or "received" in said or said == "rejected", "no zero"
        assert report.terms.quantity == number(row["quantity"]), "quantity"
    left_out = [
        row for row in document["data"] if row["order_id"].strip() not in {r.order_id for r in reports}
    ]
    assert all(row.get("tag") != answers.TAG for row in left_out), "an order of ours was passed over"


def check_fills(fills: Any, document: Any, _status: int) -> None:
    rows = [row for row in document["data"] if not _is_of_a_foreign_kind(row)]
    assert len(fills) == len(rows), "a trade was passed over"
    for fill, row in zip(fills, rows, strict=True):
        assert fill.quantity == number(row["quantity"]) > 0 < fill.price, "a trade of nothing"


def _is_of_a_foreign_kind(row: Any) -> bool:
    product = row.get("product")
    return isinstance(product, str) and product.strip() in ("MTF", "CO")


def check_positions(positions: Any, document: Any, _status: int) -> None:
    rows = [row for row in document["data"] if row["product"].strip() in KNOWN_PRODUCTS]
    assert len(positions) == len(rows), "a position was passed over"
    for position, row in zip(positions, rows, strict=True):
        assert position.quantity == number(row["quantity"]), "a position became another"


def check_funds(funds: Any, document: Any, _status: int) -> None:
    assert funds.available == number(document["data"]["available_to_trade"]["total"]), "funds"


def check_margin(margin: Any, document: Any, _status: int) -> None:
    assert margin == number(document["data"]["final_margin"]), "margin"


def check_candles(candles: Any, document: Any, _status: int) -> None:
    assert isinstance(document["data"]["candles"], list), "missing candles became none"
    assert all(0 < candle.low <= candle.open <= candle.high for candle in candles), "candle"
    assert all(0 < candle.low <= candle.close <= candle.high for candle in candles), "candle"
    assert all(candle.volume is None or candle.volume >= 0 for candle in candles), "volume below zero"


def check_ticks(ticks: Any, _document: Any, _status: int) -> None:
    assert all(tick.last_price > 0 for tick in ticks.values()), "price of nothing"


def check_bands(bands: Any, _document: Any, _status: int) -> None:
    assert all(0 < lower <= upper for lower, upper in bands.values()), "band"


def check_place(outcome: Any, document: Any, status: int) -> None:
    check_outcome(outcome, document, status)
    if isinstance(outcome, Accepted):
        assert document["data"].get("order_ids", [document["data"].get("order_id")]) == [outcome.order_id]


def check_change(outcome: Any, document: Any, status: int) -> None:
    check_outcome(outcome, document, status)
    if isinstance(outcome, Accepted):
        assert outcome.order_id == ORDER_ID, "another order was changed"


def check_outcome(outcome: Any, document: Any, status: int) -> None:
    if isinstance(outcome, Accepted):
        assert 200 <= status < 300, "accepted without a 2xx"
        assert document["status"] == "success", "accepted without success"
    if isinstance(outcome, Refused):
        assert 400 <= status < 500, "refused without a 4xx"
        rows = document["errors"]
        assert all(isinstance(row, dict) for row in rows), "refused beside something that cannot be read"
        codes = [row.get("error_code") or row.get("errorCode") for row in rows]
        assert codes, "refused without a code"
        assert all(code in REFUSALS for code in codes), "refused without a proof"


def number(value: Any) -> Decimal | None:
    """What a person would read there."""
    if value is None or (isinstance(value, str) and value.strip() in ("", "NA", "N/A", "null")):
        return None
    return Decimal(str(value))


ENDPOINTS: dict[str, Endpoint] = {
    "orders": Endpoint(
        [answers.ORDER, answers.FILLED, answers.FOREIGN], lambda parts: parts.broker.orders(), check_orders
    ),
    "fills": Endpoint(
        [answers.TRADE, answers.TRADE | {"product": "MTF"}], lambda parts: parts.broker.fills(), check_fills
    ),
    "positions": Endpoint(
        [answers.POSITION, answers.POSITION | {"product": "MTF"}],
        lambda parts: parts.broker.positions(),
        check_positions,
    ),
    "funds": Endpoint(answers.FUNDS, lambda parts: parts.broker.funds(), check_funds),
    "margin": Endpoint({"final_margin": 1000.5}, lambda parts: parts.broker.margin([QUESTION]), check_margin),
    "price bands": Endpoint(
        answers.QUOTE, lambda parts: parts.broker.price_bands([answers.KEY]), check_bands
    ),
    "quotes": Endpoint(answers.QUOTE, lambda parts: parts.market.quotes([answers.KEY]), check_ticks),
    "candles": Endpoint(
        answers.CANDLES,
        lambda parts: parts.history.minute_candles(answers.KEY, date(2026, 11, 20), date(2026, 11, 20)),
        check_candles,
    ),
    "holidays": Endpoint(answers.HOLIDAYS, lambda parts: parts.market.holidays()),
    "market status": Endpoint(answers.STATUS, lambda parts: parts.market.market_status("NSE")),
    "static addresses": Endpoint(answers.IPS, lambda parts: parts.market.registered_ips()),
    "account": Endpoint(answers.PROFILE, lambda parts: confirmed_account(parts.reads, "AB1234")),
    "place": Endpoint(answers.PLACED, lambda parts: parts.broker.place(REQUEST), check_place),
    "modify": Endpoint(
        answers.CHANGED, lambda parts: parts.broker.modify(ORDER_ID, REQUEST.terms), check_change
    ),
    "cancel": Endpoint(answers.CHANGED, lambda parts: parts.broker.cancel(ORDER_ID), check_change),
}
_OTHERS: list[Any] = [
    *(endpoint.good for endpoint in ENDPOINTS.values()),
    answers.failure("UDAPI100050"),
    answers.failure("UDAPI1052"),
    answers.success([]),
]


def spoiled_answer(name: str, chance: random.Random) -> Answer:
    """Return an answer of an endpoint, spoiled."""
    good = answers.success(ENDPOINTS[name].good)
    refusal = answers.failure(chance.choice(("UDAPI1052", "UDAPI100010", "UDAPI100050", "UDAPI999999")))
    document = refusal if chance.random() < 0.15 else good
    return Answer(chance.choice(STATUSES), spoiled(document, _OTHERS, chance))


def read_or_write(name: str, answer: Answer) -> None:
    """Take one answer. Raises AssertionError, or whatever escapes, when it is taken wrongly."""
    endpoint = ENDPOINTS[name]
    parts = parts_over(answer)
    try:
        result = run(endpoint.ask(parts))
    except ReadFailedError as error:
        storable(str(error))
        return
    storable(result)
    endpoint.check(result, readable(answer.body), answer.status)


def read_instruments(body: bytes) -> None:
    """Take an instruments file."""
    try:
        rows = json.loads(body)
    except (ValueError, RecursionError):
        return
    try:
        found = parsed(rows, "instruments")
    except ReadFailedError:
        return
    for instrument in found.instruments:
        storable(instrument)
        assert instrument.lot_size > 0 < instrument.tick_size, "a lot or a tick of nothing"


def read_order_update(body: bytes) -> None:
    """Take a message of the order stream."""
    stream: Any = None
    report = OrderStream(stream, Oddities())._report(body)
    if report is not None:
        storable(report)
        check_orders([report], {"data": [readable(body)]}, 200)


def readable(body: bytes) -> Any:
    try:
        return json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def storable(value: Any) -> None:
    """Raise unless the journal can hold the value: text that can be written, numbers that SQLite can hold."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    text = canonical_json(_plain(value)).encode()
    assert len(text) < 100_000, f"{len(text)} bytes of one row"
    assert all(abs(found) < 2**63 for found in _whole_numbers(value)), "a number that no database holds"


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _whole_numbers(value: Any) -> list[int]:
    plain = _plain(value)
    if isinstance(plain, dict):
        return [found for one in plain.values() for found in _whole_numbers(one)]
    if isinstance(plain, list):
        return [found for one in plain for found in _whole_numbers(one)]
    return [plain] if isinstance(plain, int) else []


def run(work: Any) -> Any:
    """Run what never waits."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waited")


async def _no_sleep(_delay_s: float) -> None:
    return
