"""The lines of `check` about the account at the broker: app, token, permissions, funds, addresses, feed."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from trading_bot.adapters.upstox.adapter import UpstoxAdapter
from trading_bot.adapters.upstox.login.login import LoginAttempt, required
from trading_bot.adapters.upstox.login.token_store import AccessToken
from trading_bot.adapters.upstox.rest import calls
from trading_bot.adapters.upstox.rest.rest import confirmed_account
from trading_bot.bootstrap.answers.broker import token_of_the_day, upstox
from trading_bot.bootstrap.checks.addresses import address_line, egress_line
from trading_bot.bootstrap.checks.broker_time import offset_line
from trading_bot.bootstrap.checks.looks import LOGIN, Look, Progress, looked
from trading_bot.bootstrap.checks.market import calendar_line, eligibility_line, instruments_line
from trading_bot.bootstrap.checks.names import CLOCK_OFFSET, WITH_TOKEN, WITHOUT_TOKEN
from trading_bot.domain.errors import LoginNeededError, NotAuthorisedError, ReadFailedError, SettingsError
from trading_bot.domain.ist import datetime_of
from trading_bot.domain.money import grouped
from trading_bot.domain.rules.calendar import Calendar
from trading_bot.report.check_line import CheckLine, doubtful, failed, passed, skipped
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings

_NIGHT_HOURS = range(6)
_EXCHANGES, _PRODUCTS, _ORDER_TYPES = frozenset({"NSE"}), frozenset({"I"}), frozenset({"LIMIT", "SL"})
_SHORT = {
    "read_attempts": 1,
    "connect_timeout_s": 2.0,
    "read_timeout_s": 3.0,
    "answer_timeout_s": 5.0,
    "download_timeout_s": 8.0,
}
"""Patience of a command that somebody waits for; shorter than what is configured, never longer."""


def account_lines(
    settings: Settings, calendar: Calendar | None, progress: Progress, now_ms: Callable[[], int]
) -> Sequence[CheckLine]:
    """Ask the broker everything that trading needs; without a token only what needs none."""
    return asyncio.run(_asked(_impatient(settings), calendar, progress, now_ms))


def offline_lines(settings: Settings, now_ms: int) -> Sequence[CheckLine]:
    """The token as it lies on disk, and what was not asked for."""
    token, _ = token_line(settings, now_ms)
    app, *others = (skipped(name, "not asked: --offline") for name in ("app", *WITH_TOKEN, *WITHOUT_TOKEN))
    return app, token, *others


def token_line(settings: Settings, now_ms: int) -> tuple[CheckLine, AccessToken | None]:
    """Whether there is a token, of which account, and until when."""
    try:
        token = token_of_the_day(settings, now_ms)
    except LoginNeededError as error:
        return failed("token", str(error), LOGIN, LoginNeededError.exit_code), None
    until = f"{datetime_of(token.expires_at_ms):%Y-%m-%d %H:%M} IST"
    if not token.account:
        message = f"from UPSTOX_ACCESS_TOKEN, taken to be of today: valid until {until}"
        return doubtful("token", message, f"{LOGIN} stores one with its account and time"), token
    return passed("token", f"of account {token.account}, valid until {until}"), token


def _impatient(settings: Settings) -> Settings:
    chosen = {name: min(getattr(settings.upstox, name), most) for name, most in _SHORT.items()}
    return settings.model_copy(update={"upstox": settings.upstox.model_copy(update=chosen)})


async def _asked(
    settings: Settings, calendar: Calendar | None, progress: Progress, now_ms: Callable[[], int]
) -> Sequence[CheckLine]:
    line, token = token_line(settings, now_ms())
    async with upstox(settings, lambda: token.secret if token else None, now_ms()) as broker:
        looks = (
            Look("app", partial(_app, broker, settings, has_token=token is not None), is_vital=False),
            *_token_looks(broker, settings, token, calendar, now_ms()),
            *_open_looks(broker, settings, now_ms),
        )
        app, *others = await looked(looks, progress)
        return app, line, *others


def _token_looks(
    broker: UpstoxAdapter,
    settings: Settings,
    token: AccessToken | None,
    calendar: Calendar | None,
    now_ms: int,
) -> Sequence[Look]:
    if token is None:
        return [Look(name, partial(_not_asked, name)) for name in WITH_TOKEN]
    return (
        Look("profile", partial(_profile, broker, token.account, settings)),
        Look("permissions", partial(_permissions, broker)),
        Look("funds", partial(_funds, broker, settings, now_ms)),
        Look("static address", partial(address_line, broker, settings)),
        Look("egress address", partial(egress_line, broker, settings), is_vital=False),
        Look("market today", partial(calendar_line, broker, calendar, now_ms), is_vital=False),
        Look("feed", partial(_feed, broker)),
    )


def _open_looks(broker: UpstoxAdapter, settings: Settings, now_ms: Callable[[], int]) -> Sequence[Look]:
    page = f"{settings.upstox.api_url}/v2/login/authorization/dialog"
    return (
        Look(CLOCK_OFFSET, partial(offset_line, broker.transport, page, now_ms), is_vital=False),
        Look("instruments", partial(instruments_line, broker, settings)),
        Look("eligibility", partial(eligibility_line, broker, settings), is_vital=False),
    )


async def _not_asked(name: str) -> CheckLine:
    return skipped(name, "not asked: there is no valid token")


async def _app(broker: UpstoxAdapter, settings: Settings, *, has_token: bool) -> CheckLine:
    """Key and redirect address, by the login page; whether the secret is right shows at a login only."""
    attempt = LoginAttempt(settings.upstox, settings.credentials, deadline_ms=0)
    try:
        _ = attempt.url
        required(settings.credentials.api_secret, "UPSTOX_API_SECRET")
    except SettingsError as error:
        fix = "make an app in the broker's developer console, and put its three values into .env"
        if has_token:
            return doubtful("app", f"{error}: there is a token for today, and no way to the next", fix)
        return failed("app", str(error), fix, SettingsError.exit_code)
    objection = await attempt.objection(broker.transport)
    if objection:
        fix = "compare UPSTOX_API_KEY and UPSTOX_REDIRECT_URI with the app in the broker's developer console"
        return failed("app", f"the login page refuses it: {objection}", fix, SettingsError.exit_code)
    return passed("app", "the login page takes key and redirect address (the secret shows at a login)")


async def _profile(broker: UpstoxAdapter, account: str, settings: Settings) -> CheckLine:
    expected = settings.upstox.account or account
    return passed("profile", f"account {await confirmed_account(broker.reads, expected)} answers")


async def _permissions(broker: UpstoxAdapter) -> CheckLine:
    """What the profile allows; that a token may order as well as read shows at the first order only."""
    name, scope = "permissions", await broker.market.scope()
    if not scope.is_active:
        return failed(name, "the broker says that the account is not active", "ask the broker why")
    has = {
        "exchange NSE": _all_in(_EXCHANGES, scope.exchanges),
        "intraday trading": _all_in(_PRODUCTS, scope.products),
        "LIMIT and SL orders": _all_in(_ORDER_TYPES, scope.order_types),
    }
    missing = [what for what, allowed in has.items() if allowed is False]
    unknown = [what for what, allowed in has.items() if allowed is None]
    if missing:
        return failed(name, f"the account has no {', no '.join(missing)}", "have the broker activate it")
    if unknown:
        return doubtful(
            name, f"the profile does not tell: {', '.join(unknown)}", "look into the broker's app"
        )
    return passed(name, f"the account is active, with {', '.join(has)}")


def _all_in(wanted: frozenset[str], allowed: frozenset[str] | None) -> bool | None:
    return None if allowed is None else wanted <= allowed


async def _funds(broker: UpstoxAdapter, settings: Settings, now_ms: int) -> CheckLine:
    try:
        funds = await broker.broker.funds()
    except NotAuthorisedError:
        raise
    except ReadFailedError as error:
        if datetime_of(now_ms).hour not in _NIGHT_HOURS:
            raise
        return doubtful("funds", str(error), "the broker does not tell them from 00:00 to 05:30: ask later")
    text = f"{grouped(funds.available)} rupees can be used"
    if funds.available <= 0:
        return doubtful("funds", text, "add funds, or free margin")
    capital = settings.risk.sizing.base_capital
    if settings.mode is Mode.LIVE and funds.available < capital:
        text = f"{text}, and sizes follow from risk.sizing.base_capital = {grouped(capital, 0)}"
        return doubtful("funds", text, "set base_capital to what is there, or add funds")
    return passed("funds", text)


async def _feed(broker: UpstoxAdapter) -> CheckLine:
    await broker.reads.data("feed authorisation", calls.market_feed_address())
    return passed("feed", "the market feed can be opened")
