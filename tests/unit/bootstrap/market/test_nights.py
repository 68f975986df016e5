"""A process that goes on from day to day looks at itself each night."""

import asyncio
from types import SimpleNamespace

from trading_bot.adapters.clocks import SimulatorClock
from trading_bot.bootstrap.market.market_daemon import MarketDaemon, Surroundings
from trading_bot.bootstrap.modes import market_daemon
from trading_bot.domain.ist import MS_PER_DAY
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings

MONDAY_MS = 1_795_404_600_000


def test_a_task_that_each_day_leaves_behind_is_told_after_four_nights(tmp_path, monkeypatch):
    """Fault 97, V16, V22."""
    clock, left_behind, notices = SimulatorClock(MONDAY_MS), [], []

    async def day_that_leaks(daemon, _adapter, _owned):
        notices.append([notice.text for notice in daemon.board.notices])
        if len(notices) > 5:
            return None
        left_behind.append(asyncio.create_task(asyncio.sleep(3_600)))
        clock.sync(clock.now_ms() + MS_PER_DAY)
        return SimpleNamespace(is_over=True)

    async def scenario():
        settings = Settings(run={"mode": Mode.PAPER, "data_dir": tmp_path, "exit_after_close": False})
        daemon = market_daemon(settings, Surroundings(clock=clock))
        daemon.write = lambda _text: None
        assert await daemon.run() == 0
        for task in left_behind:
            task.cancel()

    monkeypatch.setattr(MarketDaemon, "_next_day", day_that_leaks)
    asyncio.run(scenario())

    started = notices[0]
    assert [text[:8] for text in started] == ["started,"]
    assert notices[:4] == [started] * 4
    _, text = notices[4]
    assert text.startswith("tasks at night: ")
    assert notices[5] == [*started, text]
