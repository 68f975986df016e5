"""What a daemon on the real market waits for, and what it says meanwhile."""

import asyncio
from datetime import date, time
from types import SimpleNamespace

import pytest

from trading_bot.adapters.alerts.settings import AlertLevel
from trading_bot.adapters.upstox.login.settings import LoginSettings
from trading_bot.adapters.upstox.login.token_store import TokenStore
from trading_bot.adapters.upstox.settings import UpstoxSecrets
from trading_bot.bootstrap.login.requests import ApprovalRequests
from trading_bot.bootstrap.market.logins import Logins
from trading_bot.bootstrap.market.next_session import next_session
from trading_bot.bootstrap.market.preparation import Readiness
from trading_bot.domain.ist import ms_at
from trading_bot.engine.book import Book
from trading_bot.engine.observe import NoticeBoard
from trading_bot.settings.tree import Settings

FRIDAY, SATURDAY, MONDAY = (date(2026, 11, day) for day in (20, 21, 23))
HOLIDAY = date(2026, 11, 24)


def nobody(_level, text):
    raise AssertionError(text)


class Clock:
    """A time that the test moves; a look at the token moves it on."""

    def __init__(self, now_ms):
        self.at_ms = now_ms

    def now_ms(self):
        return self.at_ms


class Waiting:
    """A daemon without a login, whose looks at clock and token the test counts out."""

    def __init__(self, market_rules, folder, on, clock):
        self.clock = Clock(ms_at(on, time.fromisoformat(clock)))
        self.board = NoticeBoard()
        self.readiness = Readiness(
            settings=Settings(),
            account="live",
            data="the market",
            session=next_session(market_rules.calendar, self.clock.now_ms(), Book()),
            book=Book(),
            clock=self.clock,
            logins=Logins(TokenStore(folder / "token.json"), None, self.clock.now_ms),
            adapter=SimpleNamespace(transport=None),  # nothing may be asked of the broker
            board=self.board,
            stop_asked=asyncio.Event(),
            look_s=0.0,
            approvals=ApprovalRequests(
                settings=LoginSettings(), secrets=UpstoxSecrets(), now_ms=self.clock.now_ms, tell=nobody
            ),
        )

    async def looks(self, count, minutes_apart):
        for _ in range(count):
            await self.readiness._look()
            self.clock.at_ms += minutes_apart * 60_000

    @property
    def said(self):
        return [notice.text for notice in self.board.notices]


@pytest.mark.parametrize("on", [SATURDAY, HOLIDAY])
async def test_a_day_without_a_session_is_idle_with_its_reason_and_asks_for_no_login(
    market_rules, tmp_path, on
):
    """Fault 20, V11: without a loop of demands, and without a word to the broker."""
    waiting = Waiting(market_rules, tmp_path, on, "09:00")

    await waiting.looks(30, minutes_apart=10)

    header = waiting.readiness.header()
    assert header.state == "idle"
    assert f"{on} is not a trading day" in header.reason
    assert len(waiting.said) == 1
    assert "login" not in waiting.said[0]


async def test_when_the_day_of_the_session_comes_the_login_is_asked_for_repeatedly(market_rules, tmp_path):
    """Faults 20 and 31, V16: one that was started the day before must not fall silent in the morning."""
    waiting = Waiting(market_rules, tmp_path, SATURDAY, "12:00")
    await waiting.looks(1, minutes_apart=0)
    waiting.clock.at_ms = ms_at(MONDAY, time(8, 0))

    await waiting.looks(4, minutes_apart=10)

    header = waiting.readiness.header()
    assert header.state == "waiting for login"
    assert "not a trading day" not in header.reason
    assert len([text for text in waiting.said if text.startswith("waiting for login")]) == 3
    assert {notice.level for notice in waiting.board.notices if "login" in notice.text} == {"info", "warning"}


async def test_it_grows_louder_and_says_how_long_it_is_until_the_open(market_rules, tmp_path):
    """Fault 31, V16."""
    waiting = Waiting(market_rules, tmp_path, FRIDAY, "06:00")

    await waiting.looks(211, minutes_apart=1)

    notices = [notice for notice in waiting.board.notices if notice.text.startswith("waiting for login")]
    levels = [notice.level for notice in notices]
    assert levels == ["info"] * 3 + ["warning"] * 4 + ["critical"] * 5
    assert "(in 3 h 15 min)" in notices[0].text
    assert "(in 0 h 5 min)" in notices[-3].text
    assert "opened 15 min ago" in notices[-1].text


async def test_whatever_it_says_until_the_open_and_after_is_a_level_that_channels_know(
    market_rules, tmp_path
):
    """Faults 31 and 125: it must not end of a reminder."""
    waiting = Waiting(market_rules, tmp_path, FRIDAY, "00:01")
    told = []
    waiting.board.reader = lambda level, _kind, _text: told.append(AlertLevel(level))

    await waiting.looks(13 * 12, minutes_apart=5)

    assert set(told) == {AlertLevel.INFO, AlertLevel.WARNING, AlertLevel.CRITICAL}


async def test_after_the_close_it_is_idle_until_the_next_day(market_rules, tmp_path):
    """Faults 20 and 26: the token of the day dies at night, and is asked for in the morning."""
    waiting = Waiting(market_rules, tmp_path, FRIDAY, "15:40")

    await waiting.looks(3, minutes_apart=60)

    assert waiting.readiness.header().state == "idle"


@pytest.mark.parametrize("is_on", [False, True])
def test_the_volatility_index_is_watched_where_its_overlay_is_on(market_rules, tmp_path, is_on):
    readiness = Waiting(market_rules, tmp_path, FRIDAY, "09:00").readiness
    readiness.settings = Settings(risk={"overlays": {"vix": {"enabled": is_on}}})

    assert ("NSE_INDEX|India VIX" in readiness._indices) is is_on
    assert "NSE_INDEX|Nifty 50" in readiness._indices


def test_the_stage_of_the_roll_out_is_in_the_head_while_it_waits(market_rules, tmp_path):
    readiness = Waiting(market_rules, tmp_path, FRIDAY, "09:00").readiness
    readiness.ramp = "ramp: first stage"

    assert readiness.header().ramp == "ramp: first stage"
