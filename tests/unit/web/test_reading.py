"""What the API tells, from a made-up day."""

import json
from decimal import Decimal

import pytest

from tests.fakes.dashboard import OPERATOR, READER, WALL_MS
from trading_bot.domain.errors import ReadFailedError, StorageError, UserFacingError

API = "/api/v1"


async def told(bench, path: str, status: int = 200):
    async with bench.client(READER) as client:
        answer = await client.get(API + path)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_program_with_a_token_has_no_session(bench):
    assert await told(bench, "/session") == {
        "role": "read_only",
        "csrf": None,
        "expires_at_ms": None,
        "mode": "replay",
    }


async def test_a_browser_learns_its_csrf_token_and_when_it_has_to_log_in_again(bench):
    async with bench.browser(OPERATOR) as browser:
        session = (await browser.get(f"{API}/session")).json()

    assert session["role"] == "operator"
    assert len(session["csrf"]) == 43
    assert session["expires_at_ms"] == WALL_MS + 12 * 3_600_000


async def test_the_status_is_the_whole_document(bench):
    document = await told(bench, "/status")

    assert document["running"] is True
    assert document["run"]["mode"] == "replay"
    assert len(document["symbols"]) == 4
    assert len(document["orders"]) == 7
    assert Decimal(document["day"]["net"]) == bench.daemon.head().day.net


async def test_positions_are_the_rows_of_what_is_held(bench):
    held = (await told(bench, "/positions"))["positions"]

    assert {row["symbol"] for row in held} == set(bench.daemon.positions)
    assert all(row["quantity"] for row in held)


async def test_orders_come_newest_first_with_whatever_the_broker_said_as_plain_text(bench):
    """Fault 120: markup in a broker's text is text."""
    orders = (await told(bench, "/orders"))["orders"]

    assert [row["tag"] for row in orders] == [view.tag for view in reversed(bench.daemon.orders())]
    assert "<script>" in orders[0]["message"]


async def test_an_order_tells_its_life(bench):
    detail = await told(bench, "/orders/tdemo0010000")

    assert detail["order"]["tag"] == "tdemo0010000"
    assert [step["text"] for step in detail["life"]][1] == "sent"


@pytest.mark.parametrize(
    "path", ["/orders/nothing", "/strategies/nothing", "/candles?symbol=NOTHING", "/nothing"]
)
async def test_what_does_not_exist_is_said(bench, path):
    assert set(await told(bench, path, 404)) == {"error"}


@pytest.mark.parametrize(
    "path",
    [
        "/signals?limit=0",
        "/signals?limit=501",
        "/signals?before=-1",
        "/signals?before=99999999999999999999",
        "/signals?raised=maybe",
        "/candles?symbol=INFY&timeframe=61",
        "/candles?symbol=INFY&timeframe=-60",
        "/candles",
        "/candles?symbol=",
        "/candles?symbol=" + "x" * 65,
        "/why?symbol=INFY&time=yesterday",
        "/logs?lines=0",
        "/orders/" + "x" * 129,
    ],
)
async def test_a_parameter_that_makes_no_sense_is_said_and_not_repeated(bench, path):
    """Fault 122."""
    error = (await told(bench, path, 422))["error"]

    assert "x" * 64 not in error
    assert "yesterday" not in error


async def test_trades_carry_amounts_as_decimal_strings(bench):
    trades = (await told(bench, "/trades"))["trades"]

    assert [row["trade_id"] for row in trades] == list(range(8, 0, -1))
    assert isinstance(trades[0]["gross"], str)
    assert Decimal(trades[0]["gross"]) == bench.daemon.trades()[-1].gross


async def test_signals_are_paged_without_gaps(bench):
    numbers, query = [], ""
    while True:
        page = await told(bench, f"/signals?limit=50{query}")
        numbers += [row["number"] for row in page["signals"]]
        if page["next_before"] is None:
            break
        query = f"&before={page['next_before']}"

    assert numbers == list(range(120, 0, -1))


async def test_many_signals_are_looked_at_some_at_a_time(bench, monkeypatch):
    """Forming the gates of 500 took the loop for longer than a tick may wait."""
    asked = []
    made = bench.daemon.signals

    def signals(query):
        asked.append((query.limit, query.before))
        return made(query)

    monkeypatch.setattr(bench.daemon, "signals", signals)

    page = await told(bench, "/signals?limit=110&before=119")

    assert [row["number"] for row in page["signals"]] == list(range(118, 8, -1))
    assert asked == [(25, 119), (25, 94), (25, 69), (25, 44), (10, 19)]


async def test_signals_can_be_narrowed(bench):
    signals = (await told(bench, "/signals?limit=500&strategy=ema_cross&raised=true"))["signals"]

    assert signals
    assert {row["strategy"] for row in signals} == {"ema_cross"}
    assert all(row["direction"] for row in signals)
    assert set(signals[0]["gates"][0]) == {"name", "passed", "measured", "needed"}


async def test_a_strategy_tells_its_newest_evaluations(bench):
    detail = await told(bench, "/strategies/confluence")

    assert detail["state"] == "running"
    assert len(detail["evaluations"]) == 20
    assert {row["strategy"] for row in detail["evaluations"]} == {"confluence"}
    assert [row["name"] for row in (await told(bench, "/strategies"))["strategies"]] == [
        "confluence",
        "ema_cross",
    ]


async def test_performance_has_the_day_and_earlier_runs(bench):
    performance = await told(bench, "/performance")

    assert len(performance["equity"]) == 120
    assert set(performance["equity"][0]) == {"time_ms", "net", "gross"}
    assert performance["runs"][0]["run_id"] == "paper-20261118-153512"


async def test_candles_come_with_indicators_marks_and_lines(bench):
    symbol = next(iter(bench.daemon.positions))
    chart = await told(bench, f"/candles?symbol={symbol}")

    assert chart["timeframe_s"] == 900
    assert set(chart["candles"][0]) == {"time_ms", "open", "high", "low", "close", "volume"}
    assert set(chart["indicators"]) == {
        "EMA 200",
        "Supertrend 10/3",
        "RSI 14",
        "MACD",
        "MACD signal",
        "MACD histogram",
    }
    assert set(chart["indicators"]["EMA 200"][0]) == {"time_ms", "value"}
    assert {mark["kind"] for mark in chart["marks"]} == {"entry", "exit", "stop"}
    assert isinstance(chart["lines"]["stop"], int)


async def test_without_anybody_who_explains_it_says_so(bench):
    assert "signals" in (await told(bench, "/why?symbol=INFY", 501))["error"]


async def test_why_is_answered_by_whoever_explains(bench):
    bench.with_why(lambda symbol, at_ms: {"symbol": symbol, "at_ms": at_ms})

    assert await told(bench, "/why?symbol=INFY&time=5") == {"symbol": "INFY", "at_ms": 5}
    assert await told(bench, "/why?symbol=INFY") == {"symbol": "INFY", "at_ms": None}


async def test_a_question_of_which_nothing_is_known_is_not_found(bench):
    def why(_symbol: str, _at_ms: int | None):
        raise UserFacingError("no evaluation of NOTHING is known")

    bench.with_why(why)

    assert await told(bench, "/why?symbol=NOTHING", 404) == {"error": "no evaluation of NOTHING is known"}


async def test_the_log_gives_its_newest_lines(bench):
    assert await told(bench, "/logs?lines=2") == {"lines": ["line 3", "line 4"]}


@pytest.mark.parametrize(
    "path", ["/status", "/strategies", "/orders", "/signals", "/performance", "/events", "/positions"]
)
async def test_between_two_states_the_daemon_asks_for_a_moment(bench, path):
    bench.parts.stage.show(None)

    assert "between two states" in (await told(bench, path, 503))["error"]


@pytest.mark.parametrize("failure", [StorageError("the disk is full"), ReadFailedError("no answer")])
async def test_what_cannot_be_read_is_not_empty(bench, monkeypatch, failure):
    """V5: unreadable is not nothing."""

    async def fails(_tag: str):
        raise failure

    monkeypatch.setattr(bench.daemon, "order_life", fails)

    assert await told(bench, "/orders/tdemo0010000", 503) == {"error": str(failure)}


async def test_a_mistake_of_ours_tells_nothing_of_itself(bench, monkeypatch):
    def fails():
        raise ValueError("secret of the house")

    monkeypatch.setattr(bench.daemon, "trades", fails)

    assert "secret" not in json.dumps(await told(bench, "/trades", 500))
