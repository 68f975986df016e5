"""The SDK's traps, each shown disarmed (reference sections 19 and 21)."""

import asyncio
import gc
import logging
import threading
from datetime import date

import pytest
from pydantic import SecretStr
from upstox_client.configuration import Configuration

from trading_bot.adapters.upstox.offload import ThreadOffload
from trading_bot.adapters.upstox.rest import calls
from trading_bot.adapters.upstox.rest.answers import NoAnswerError
from trading_bot.adapters.upstox.rest.transport import SdkClient, UpstoxTransport
from trading_bot.adapters.upstox.rest.wire import Wire
from trading_bot.adapters.upstox.settings import UpstoxSettings
from trading_bot.domain.candles.interval import MINUTE
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import Side
from trading_bot.engine.ports import MarginQuestion

INDEX = "NSE_INDEX|Nifty 50"


@pytest.fixture
def made():
    """Make transports, and close them."""
    transports = []

    def make(settings):
        lane = ThreadOffload("trap", 1)
        transports.append(UpstoxTransport(settings, lambda: None, write_lane=lane, read_lane=lane))
        return transports[-1]

    yield make
    for transport in transports:
        transport.close()


def test_first_configuration_of_the_process_does_not_decide_the_hosts(made):
    Configuration(sandbox=True)
    one = made(UpstoxSettings(api_url="https://one.example.test"))
    other = made(UpstoxSettings(api_url="https://other.example.test"))

    hosts = [transport._configuration.host for transport in (one, other)]

    assert hosts == ["https://one.example.test", "https://other.example.test"]
    assert one._configuration.order_host == "https://api-hft.upstox.com"
    assert one._configuration.api_key is not other._configuration.api_key


def test_no_log_handlers_are_left_behind(made):
    loggers = [logging.getLogger(name) for name in ("upstox_client", "urllib3")]
    before = [list(logger.handlers) for logger in loggers]

    made(UpstoxSettings())

    assert [list(logger.handlers) for logger in loggers] == before


def test_client_starts_no_threads_and_dies_silently(capfd):
    before = threading.active_count()
    wire = Wire(connect_timeout_s=1, read_timeout_s=1, answer_timeout_s=1)
    client = SdkClient(type.__call__(Configuration), wire, "test")
    started = threading.active_count() - before

    del client
    gc.collect()
    wire.close()

    assert started == 0
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("call", "raw_path"),
    [
        (
            calls.past_candles(INDEX, MINUTE, date(2026, 11, 2), date(2026, 11, 19)),
            "/v3/historical-candle/NSE_INDEX%7CNifty%2050/minutes/1/2026-11-19/2026-11-02",
        ),
        (
            calls.minutes_of_today(INDEX),
            "/v3/historical-candle/intraday/NSE_INDEX%7CNifty%2050/minutes/1",
        ),
        (
            calls.full_quotes([INDEX, "NSE_FO|50001"]),
            "/v3/market-quote/quotes?instrument_key=NSE_INDEX%7CNifty%2050%2CNSE_FO%7C50001",
        ),
        (calls.history_by_tag("t-1"), "/v2/order/history?tag=t-1"),
        (calls.newest_row("A1"), "/v2/order/details?order_id=A1"),
        (calls.trades(), "/v2/order/trades/get-trades-for-day"),
        (calls.market_feed_address(), "/v3/feed/market-data-feed/authorize"),
        (calls.order_stream_address(), "/v2/feed/portfolio-stream-feed/authorize?update_types=order"),
        (calls.funds(), "/v3/user/get-funds-and-margin"),
    ],
)
async def test_misleading_names_and_spaces_end_in_the_right_address(broker, transport, call, raw_path):
    await transport.read(call)

    assert broker.asked[0].raw_path == raw_path
    assert broker.asked[0].headers["Accept"] == "application/json"


async def test_fields_that_the_sdk_does_not_model_survive(broker, transport):
    broker.on_success("GET", "/v2/order/details", {"order_id": "A1", "sparkle": True})

    answer = await transport.read(calls.newest_row("A1"))

    assert b"sparkle" in answer.body


async def test_margin_of_a_market_order_sends_no_price(broker, transport):
    leg = MarginQuestion(instrument_key=INDEX, side=Side.SELL, quantity=65, product=Product.DELIVERY, price=0)

    await transport.read(calls.margin([leg]))

    assert '"price"' not in broker.asked[0].body


async def test_header_bytes_that_trickle_for_ever_end_in_no_answer(settings):
    over, closed = asyncio.Event(), asyncio.Event()

    async def trickle(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not over.is_set():
            writer.write(b"y")
            await asyncio.sleep(0.05)
        writer.close()
        closed.set()

    server = await asyncio.start_server(trickle, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    lane = ThreadOffload("trickle", 1)
    patience = {"connect_timeout_s": 0.1, "read_timeout_s": 0.2, "answer_timeout_s": 0.2, "api_url": url}
    slow = UpstoxTransport(
        settings.model_copy(update=patience), lambda: SecretStr("t"), write_lane=lane, read_lane=lane
    )

    with pytest.raises(NoAnswerError, match="within"):
        await slow.read(calls.trades())

    over.set()
    await closed.wait()
    slow.close()
    server.close()
