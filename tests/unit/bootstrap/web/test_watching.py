"""The daemon as the dashboard sees it: strategies, trades, orders, evaluations and marks in a chart."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.fakes.engine_driver import DAY, KEY, PRICE, SESSION, EngineDriver
from trading_bot.bootstrap.web.day_chart import DayCharts, marks_of
from trading_bot.bootstrap.web.equity import EquityWorker
from trading_bot.bootstrap.web.tap import DayTap
from trading_bot.bootstrap.web.watching import AtRest, InDay
from trading_bot.domain.errors import ReadFailedError, StorageError
from trading_bot.domain.gate import Gate
from trading_bot.domain.market_data import Candle
from trading_bot.domain.order import OrderStatus
from trading_bot.domain.signal import Evaluation
from trading_bot.domain.trace import Trace
from trading_bot.engine.inputs import OperatorWish
from trading_bot.engine.latency import Latencies, LatencyTally
from trading_bot.engine.outbox import Outbox
from trading_bot.engine.supervisor import Supervisor, SupervisorSettings
from trading_bot.engine.workers.warm_up import WarmUpPlan
from trading_bot.strategies.confluence_settings import ConfluenceSettings
from trading_bot.web.views import SignalQuery

OPEN_MS, CLOSE_MS = SESSION[0]
DAY_MS = 86_400_000


class FakeHistory:
    """Ten earlier days of minutes; fails when told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.fails = False

    async def minute_candles(self, key, first, last):
        self.asked += 1
        if self.fails:
            raise ReadFailedError("no answer")
        days = (last - first).days
        return tuple(
            Candle(
                OPEN_MS - back * DAY_MS + minute * 60_000, PRICE, PRICE + 50, PRICE - 50, PRICE + minute, 10
            )
            for back in range(days, -1, -1)
            for minute in range(300 if back else 20)
        )


class FakeEngine:
    """The driver's state in the engine's place."""

    def __init__(self, driver: EngineDriver) -> None:
        self.driver = driver
        self.outbox = Outbox()
        self.latencies = Latencies()

    @property
    def state(self):
        return self.driver.core.state

    async def handle(self, event) -> None:
        self.driver.take(event)


class FakeDay:
    """The parts of a day that charts look at."""

    def __init__(self, engine: FakeEngine, history: FakeHistory) -> None:
        days = {DAY - timedelta(days=back): back for back in range(40)}
        sessions = {on: (OPEN_MS - back * DAY_MS, CLOSE_MS - back * DAY_MS) for on, back in days.items()}
        self.engine = engine
        self.ports = type("Ports", (), {"history": history})
        warm_up = WarmUpPlan(first=min(days), last=DAY, sessions={KEY: sessions})
        self.plan = type("Plan", (), {"warm_up": warm_up})


@pytest.fixture
def driver() -> EngineDriver:
    driver = EngineDriver()
    driver.start()
    return driver


@pytest.fixture
def history() -> FakeHistory:
    return FakeHistory()


@pytest.fixture
def watched(driver, history, tmp_path) -> InDay:
    engine, tap = FakeEngine(driver), DayTap()
    day = FakeDay(engine, history)
    return InDay(
        engine=engine,
        supervisor=Supervisor(SupervisorSettings(), print),
        strategies_of=driver.core.state.strategies,
        header=lambda: None,
        database=tmp_path / "none.db",
        reports=tmp_path / "reports",
        pin=print,
        symbol_of=driver.core.state.market.symbol,
        day=day,
        tap=tap,
        charts=DayCharts(day, tap, ConfluenceSettings()),
        equities=EquityWorker(lambda: driver.core.state),
        broker_calls={"place": LatencyTally()},
    )


def close_at_stop(driver: EngineDriver) -> None:
    _, stop = driver.enter()
    order = driver.order(stop)
    driver.fill(stop, order.terms.quantity, order.terms.trigger_price, OrderStatus.FILLED)


def test_a_strategy_tells_its_day(driver, watched):
    close_at_stop(driver)
    watched.tap.take_rows(driver.rows)

    (strategy,) = watched.strategies()

    assert (strategy.name, strategy.state, strategy.trades, strategy.open) == ("scripted", "running", 1, 0)
    assert strategy.gross < 0
    assert (strategy.signals, strategy.winning_trades) == (1, 0)


async def test_a_strategy_that_was_stopped_and_one_that_failed_say_so(driver, watched):
    await watched.ask(OperatorWish.STOP_STRATEGY, "test", "scripted")
    assert [(one.state, one.reason) for one in watched.strategies()] == [("stopped", "stopped_by_operator")]

    driver.core.state.switched_off["scripted"] = "ValueError: x"
    assert [(one.state, one.reason) for one in watched.strategies()] == [("switched off", "ValueError: x")]


def test_a_closed_trade_tells_its_mean_prices_in_rupees(driver, watched):
    close_at_stop(driver)

    (trade,) = watched.trades()

    closed = driver.book.closed_trades[0]
    assert trade.entry == (Decimal(closed.entry_value) / closed.quantity / 100).quantize(Decimal("0.0001"))
    assert trade.gross == Decimal(closed.gross_pnl) / 100
    assert (trade.symbol, trade.direction, trade.exit_reason) == ("RELIANCE", "long", "stop")


def test_an_order_that_did_not_change_is_the_same_view_as_before(driver, watched):
    entry, _ = driver.enter()
    first = {view.tag: view for view in watched.orders()}
    driver.later(1)

    assert {view.tag: view for view in watched.orders()}[entry] is first[entry]


def test_an_order_that_changed_is_a_new_view(driver, watched):
    _, stop = driver.enter()
    first = {view.tag: view for view in watched.orders()}
    driver.fill(stop, 1, driver.order(stop).terms.trigger_price)

    assert {view.tag: view for view in watched.orders()}[stop] is not first[stop]


def test_evaluations_come_newest_first_and_what_json_does_not_know_is_left_out(watched):
    gates = (Gate("score", False, float("nan"), ">= 0.6"), Gate("trend", True, 2.5, "close above"))
    spoken = [
        Trace(
            Evaluation(
                strategy="scripted", instrument_key=KEY, candle_start_ms=number, score=0.1, gates=gates
            ),
            at_ms=number,
        )
        for number in range(5)
    ]
    watched.tap.take_market((), spoken)

    found = watched.signals(SignalQuery(limit=2))

    assert [view.number for view in found] == [5, 4]
    assert [gate.measured for gate in found[0].gates] == [None, 2.5]
    assert (found[0].symbol, found[0].outcome, found[0].direction) == ("RELIANCE", "no signal", None)
    assert [view.number for view in watched.signals(SignalQuery(before=2))] == [1]
    assert watched.signals(SignalQuery(symbol="INFY")) == ()
    assert watched.signals(SignalQuery(raised=True)) == ()


def test_fills_are_marks_and_a_stop_is_one_by_the_reason_of_its_trade(driver, watched):
    close_at_stop(driver)

    marks = marks_of(driver.book, KEY)

    assert [(mark.kind, mark.side) for mark in marks] == [("entry", "buy"), ("stop", "sell")]
    assert marks[1].text.startswith("stop ")


def test_a_stop_that_was_turned_into_another_exit_is_no_stop(driver, watched):
    _, stop = driver.enter()
    driver.ask(OperatorWish.FLATTEN)
    order = driver.order(stop)
    driver.fill(stop, order.terms.quantity, order.terms.trigger_price + 200, OrderStatus.FILLED)

    assert [mark.kind for mark in marks_of(driver.book, KEY)] == ["entry", "exit"]


async def test_a_chart_joins_history_this_morning_and_what_the_engine_closed(driver, watched, history):
    later = [Candle(OPEN_MS + minute * 60_000, PRICE, PRICE, PRICE, PRICE, 5) for minute in range(15, 45)]
    watched.tap.take_market([(KEY, candle) for candle in later], ())

    chart = await watched.chart("RELIANCE", 900)

    starts = [candle.start_ms for candle in chart.candles]
    assert starts == sorted(set(starts))
    quarters = [OPEN_MS + number * 900_000 for number in range(4)]
    assert starts[-4:] == quarters, "the last one is forming"
    assert chart.candles[-3].volume == 5 * 10 + 10 * 5, "minutes of history count once"
    assert 400 < len(chart.candles) <= 500
    assert len(chart.indicators["EMA 200"]) > 200


async def test_history_is_asked_once_for_each_chart(watched, history):
    for _ in range(3):
        await watched.chart("RELIANCE", 900)
    await watched.chart("RELIANCE", 300)

    assert history.asked == 2


async def test_history_that_does_not_answer_is_left_alone_for_a_minute(watched, history):
    history.fails = True
    watched.tap.take_market([(KEY, Candle(OPEN_MS, PRICE, PRICE, PRICE, PRICE, 5))], ())

    first = await watched.chart("RELIANCE", 900)
    await watched.chart("RELIANCE", 900)

    assert history.asked == 1
    assert [candle.start_ms for candle in first.candles] == [OPEN_MS, OPEN_MS + 2_700_000]


async def test_a_chart_shows_where_the_open_trade_ends(driver, watched):
    driver.enter()

    chart = await watched.chart("RELIANCE", None)

    (trade,) = driver.book.trades.values()
    assert (chart.stop, chart.target) == (trade.stop_price, trade.plan.target_price)


async def test_what_is_not_watched_has_no_chart(watched):
    assert await watched.chart("NOTHING", 900) is None


def test_the_result_is_noted_now_and_then_and_its_drawdown_always(driver, watched):
    driver.enter()
    for price in (PRICE + 600, PRICE + 300, PRICE + 400):
        driver.price(price)
        watched.equities.look()
    high = watched.equities.points[0].net

    assert len(watched.equities.points) == 1
    driver.later(30)
    watched.equities.look()
    assert len(watched.equities.points) == 2
    assert watched.equities.drawdown == high - watched.equities.points[-1].net > 0


def test_a_result_that_lacks_a_price_is_no_point_of_the_day(driver, watched):
    """After a restart what is held has no price yet: as if it had not moved, the day's line would jump."""
    driver.enter()
    price, driver.series.last_price = driver.series.last_price, 0

    watched.equities.look()
    assert (list(watched.equities.points), watched.equities.drawdown) == ([], 0)

    driver.series.last_price = price
    watched.equities.look()
    assert len(watched.equities.points) == 1


def test_what_is_held_is_told_though_its_instrument_is_not_watched(driver, watched):
    """V5: a position of yesterday is no empty list."""
    driver.enter()
    watching = watched.held()
    driver.core.state.market.series.clear()

    (row,) = watched.held()

    assert [view.symbol for view in watching] == ["RELIANCE"]
    assert (row.symbol, row.quantity, row.stop) == (KEY, watching[0].quantity, watching[0].stop)


def test_the_figures_are_those_of_the_day(driver, watched):
    driver.enter()
    watched.tap.take_rows(driver.rows)

    figures = watched.figures()

    assert (figures.fills, figures.signals["scripted"]) == (1, 1)
    assert figures.broker_calls["place"].count == 0


def test_what_the_dashboard_noticed_is_an_alert(watched):
    watched.tell("too many wrong tokens")

    assert watched.engine.outbox.next_alert().text == "too many wrong tokens"


async def test_a_life_without_a_journal_is_an_error(watched):
    """V5."""
    with pytest.raises(StorageError):
        await watched.order_life("x")


async def test_without_reports_there_are_no_runs(watched):
    assert await watched.runs() == ()


def test_what_is_held_and_not_listed_any_more_is_a_row_of_its_own(driver, watched):
    """V5."""
    driver.enter()
    del driver.core.state.market.series[KEY]
    listed = len(driver.core.state.market.series)

    rows = watched.symbols(0, watched.symbol_count())

    assert watched.symbol_count() == listed + 1
    assert [row.symbol for row in rows if row.quantity] == [KEY]
    assert watched.symbols(listed, listed + 1) == rows[-1:]
    assert watched.symbols(0, listed) == rows[:-1]


def test_at_rest_what_is_held_is_shown_and_nothing_can_be_sent(driver, watched):
    """V5: between sessions nobody watches it, and it is there."""
    driver.enter()
    driver.core.state.market.series.clear()
    resting = AtRest(
        engine=watched.engine,
        supervisor=watched.supervisor,
        strategies_of=watched.strategies_of,
        header=lambda: None,
        database=watched.database,
        reports=watched.reports,
        pin=print,
        symbol_of={KEY: "RELIANCE"}.get,
    )

    rows = resting.symbols(0, resting.symbol_count())

    assert [(row.symbol, row.unprotected_s) for row in rows] == [("RELIANCE", None)]
    assert {view.symbol for view in resting.orders()} == {"RELIANCE"}
    assert (resting.is_trading, watched.is_trading) == (False, True)
    assert [one.state for one in (*resting.strategies(), *watched.strategies())] == ["waiting", "running"]
