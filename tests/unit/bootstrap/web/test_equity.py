"""The day's result over time: a restart goes on with what was seen before it."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.fakes.engine_driver import DAY, KEY, PRICE, SHARE, EngineDriver
from tests.fakes.scripted_day import long_winner, rows_of, short_loser
from trading_bot.adapters.storage.market_records import keep_candles, keep_instruments
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.bootstrap.web.earlier_equity import earlier_equity
from trading_bot.bootstrap.web.equity import EquityWorker
from trading_bot.domain.errors import StorageError
from trading_bot.domain.market_data import Candle
from trading_bot.engine.decisions.operation.halts import net_pnl
from trading_bot.web.views import EquityPoint


def journal_of(driver, path, candles=()):
    journal = open_inline_journal(path, clock_ms=lambda: driver.now_ms, on_failure=print)

    async def fill():
        journal.append(rows_of(driver))
        await journal.run(lambda connection: keep_instruments(connection, [SHARE], DAY))
        await journal.run(lambda connection: keep_candles(connection, [(KEY, one) for one in candles]))

    asyncio.run(fill())
    journal.close()
    return path


def test_the_points_of_before_are_those_of_the_days_trades_and_minutes(tmp_path):
    driver = EngineDriver()
    driver.enter()
    minute = Candle(driver.now_ms // 60_000 * 60_000 + 60_000, PRICE, PRICE, PRICE, PRICE + 1_000, 100)

    points = earlier_equity(journal_of(driver, tmp_path / "paper.db", [minute]), DAY)

    assert points[0].gross == 0
    assert points[-1].time_ms == minute.start_ms + 60_000
    assert points[-1].gross == 35 * 10
    assert points[-1].net < points[-1].gross


def test_a_day_without_a_trade_and_one_that_has_not_begun_have_no_points(tmp_path):
    path = journal_of(EngineDriver(), tmp_path / "paper.db")

    assert earlier_equity(path, DAY) == ()
    assert earlier_equity(path, DAY.replace(day=20)) == ()


def test_a_restart_measures_the_fall_from_the_peak_before_it(tmp_path):
    """The day won, then lost: what is left of a drawdown begins at the peak that another process saw."""
    driver = EngineDriver()
    long_winner(driver)
    short_loser(driver)
    driver.price(PRICE)
    points = earlier_equity(journal_of(driver, tmp_path / "paper.db"), DAY)
    equities = EquityWorker(lambda: driver.core.state)

    equities.take_up(points)
    equities.look()

    peak = max(point.net for point in points)
    assert peak > 0
    assert equities.drawdown == peak - net_pnl(driver.core.state) > 0
    times = [point.time_ms for point in equities.points]
    assert times[0] == points[0].time_ms
    assert times == sorted(times)


def point(time_ms, net):
    return EquityPoint(time_ms=time_ms, net=Decimal(net), gross=Decimal(net))


def test_points_that_lie_too_near_each_other_count_for_the_peak_and_are_not_kept(driver):
    equities = EquityWorker(lambda: driver.core.state)
    first_ms = driver.now_ms - 120_000

    equities.take_up([point(first_ms, 0), point(first_ms + 1_000, 50), point(first_ms + 60_000, 20)])
    equities.look()

    assert [one.net for one in equities.points][:2] == [0, 20]
    assert equities.drawdown == 50


@pytest.mark.parametrize("fails", [False, True])
async def test_it_looks_on_whether_what_was_before_can_be_read_or_not(driver, fails):
    def earlier():
        if fails:
            raise StorageError("unreadable")
        return [replace(point(driver.now_ms - 60_000, 7))]

    equities = EquityWorker(lambda: driver.core.state, earlier=earlier)
    running = asyncio.ensure_future(equities.run(lambda: None))
    async with asyncio.timeout(5):
        while len(equities.points) < (1 if fails else 2):  # noqa: ASYNC110  # another thread reads
            await asyncio.sleep(0)
    running.cancel()

    assert equities.drawdown == (0 if fails else 7)
