"""The lines of `check` about the account at the broker: token, profile, funds, address, list, feed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NamedTuple

from trading_bot.adapters.upstox import calls
from trading_bot.adapters.upstox.adapter import UpstoxAdapter
from trading_bot.adapters.upstox.rest import confirmed_account
from trading_bot.adapters.upstox.token_store import AccessToken
from trading_bot.bootstrap.answers.broker import token_of_the_day, upstox
from trading_bot.domain.errors import (
    LoginNeededError,
    NotAuthorisedError,
    ReadFailedError,
    UnknownInstrumentError,
)
from trading_bot.domain.ist import datetime_of
from trading_bot.domain.symbol_search import find_instrument
from trading_bot.report.check_line import CheckLine, doubtful, failed, passed
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings

_LOGIN = "python main.py login"
_CONNECTION = "check this machine's connection, and the broker's status page"
_REGISTER = (
    "register this machine's address in the broker's developer console, and set upstox.static_ip to it"
)
_NIGHT_HOURS = range(6)

_NEED_A_TOKEN = ("profile", "funds", "static address", "feed")


class Look(NamedTuple):
    """One question to the broker, and what to do when it stays unanswered."""

    name: str
    ask: Callable[[], Awaitable[CheckLine]]
    fix: str


async def account_lines(settings: Settings, now_ms: int) -> Sequence[CheckLine]:
    """Ask the broker everything that trading needs; without a token only what needs none."""
    token_line_, token = token_line(settings, now_ms)
    async with upstox(settings, lambda: token.secret if token else None, now_ms) as broker:
        looks = (*_token_looks(broker, settings, token, now_ms), _list_look(broker, settings))
        return token_line_, *await asyncio.gather(*(_line(look) for look in looks))


def _token_looks(
    broker: UpstoxAdapter, settings: Settings, token: AccessToken | None, now_ms: int
) -> Sequence[Look]:
    if token is None:
        return [Look(name, partial(_not_asked, name), "") for name in _NEED_A_TOKEN]
    return (
        Look("profile", partial(_profile, broker, token.account, settings), _CONNECTION),
        Look("funds", partial(_funds, broker, now_ms), _CONNECTION),
        Look("static address", partial(_address, broker, settings), _REGISTER),
        Look("feed", partial(_feed, broker), _CONNECTION),
    )


def _list_look(broker: UpstoxAdapter, settings: Settings) -> Look:
    return Look("instruments", partial(_instruments, broker, settings), _CONNECTION)


async def _not_asked(name: str) -> CheckLine:
    return doubtful(name, "not asked: there is no valid token", _LOGIN)


def token_line(settings: Settings, now_ms: int) -> tuple[CheckLine, AccessToken | None]:
    """Whether there is a token, of which account, and until when."""
    try:
        token = token_of_the_day(settings, now_ms)
    except LoginNeededError as error:
        return failed("token", str(error), _LOGIN, LoginNeededError.exit_code), None
    until = f"{datetime_of(token.expires_at_ms):%Y-%m-%d %H:%M} IST"
    if not token.account:
        message = f"from UPSTOX_ACCESS_TOKEN, taken to be of today: valid until {until}"
        return doubtful("token", message, f"{_LOGIN} stores one with its account and time"), token
    return passed("token", f"of account {token.account}, valid until {until}"), token


async def _line(look: Look) -> CheckLine:
    try:
        return await look.ask()
    except NotAuthorisedError as error:
        return failed(look.name, str(error), _LOGIN, LoginNeededError.exit_code)
    except ReadFailedError as error:
        return failed(look.name, str(error), look.fix)


async def _profile(broker: UpstoxAdapter, account: str, settings: Settings) -> CheckLine:
    expected = settings.upstox.account or account
    return passed("profile", f"account {await confirmed_account(broker.reads, expected)} answers")


async def _funds(broker: UpstoxAdapter, now_ms: int) -> CheckLine:
    try:
        funds = await broker.broker.funds()
    except NotAuthorisedError:
        raise
    except ReadFailedError as error:
        if datetime_of(now_ms).hour not in _NIGHT_HOURS:
            raise
        return doubtful("funds", str(error), "the broker does not tell them from 00:00 to 05:30: ask later")
    text = f"{funds.available:,.2f} rupees can be used"
    if funds.available <= 0:
        return doubtful("funds", text, "add funds, or free margin")
    return passed("funds", text)


async def _address(broker: UpstoxAdapter, settings: Settings) -> CheckLine:
    name, expected = "static address", settings.upstox.static_ip
    if settings.mode is not Mode.LIVE:
        return passed(name, f"not needed in mode {settings.mode}: no order reaches the broker")
    if not expected:
        listed = ", ".join(await broker.market.registered_ips()) or "none"
        return doubtful(name, f"upstox.static_ip is not set; at the broker: {listed}", _REGISTER)
    await broker.market.confirm_static_ip(expected)
    return passed(name, f"{expected} is registered at the broker")


async def _feed(broker: UpstoxAdapter) -> CheckLine:
    await broker.reads.data("feed authorisation", calls.market_feed_address())
    return passed("feed", "the market feed can be opened")


async def _instruments(broker: UpstoxAdapter, settings: Settings) -> CheckLine:
    known = await broker.instruments.known()
    for symbol in settings.run.chosen_symbols:
        try:
            find_instrument(symbol, known.instruments)
        except UnknownInstrumentError as error:
            fix = "mend run.symbols; `python main.py instruments PART` searches the list"
            return failed("instruments", str(error), fix, UnknownInstrumentError.exit_code)
    if known.is_today:
        return passed("instruments", f"today's list: {len(known.instruments):,} instruments")
    return doubtful(
        "instruments", f"today's list could not be read; the newest is of {known.on}", _CONNECTION
    )
