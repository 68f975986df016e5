"""The lines of `check` about the market: holidays, today's lists, what may be traded."""

from collections.abc import Mapping, Sequence
from datetime import date

from trading_bot.adapters.upstox.adapter import UpstoxAdapter
from trading_bot.adapters.upstox.rest.decode_market import ListedHoliday
from trading_bot.adapters.upstox.rest.eligibility import Eligibility, intraday_list
from trading_bot.bootstrap.checks.looks import CONNECTION
from trading_bot.domain.errors import ReadFailedError, UncoveredDateError, UnknownInstrumentError
from trading_bot.domain.instrument import Instrument, InstrumentKind
from trading_bot.domain.ist import date_of
from trading_bot.domain.money import grouped
from trading_bot.domain.rules.calendar import Calendar
from trading_bot.domain.symbol_search import find_instrument
from trading_bot.report.check_line import CheckLine, doubtful, failed, passed
from trading_bot.settings.tree import Settings

_NSE = "NSE"
_HOLIDAY = "TRADING_HOLIDAY"
_NAMES_SHOWN = 5
_CALENDAR = "compare with the exchange's circular, and update config/market/calendar.toml"


async def calendar_line(broker: UpstoxAdapter, calendar: Calendar | None, now_ms: int) -> CheckLine:
    """Our calendar against the broker's: holidays are added at three days' notice."""
    name, today = "market today", date_of(now_ms)
    if calendar is None:
        return doubtful(name, "our own calendar cannot be read", "see market rules")
    listed = await broker.market.holidays()
    status = await broker.market.market_status(_NSE)
    differing = differences(calendar, listed, today)
    if any(text.startswith(str(today)) for text in differing):
        return failed(name, "; ".join(differing), _CALENDAR, UncoveredDateError.exit_code)
    if differing:
        return doubtful(name, "; ".join(differing[:_NAMES_SHOWN]), _CALENDAR)
    return passed(name, f"the broker lists the same holidays, and {_NSE} as {status.value}")


def differences(calendar: Calendar, listed: Sequence[ListedHoliday], today: date) -> list[str]:
    """Days from today on about which we and the broker do not agree, each with what is said."""
    closed = {
        one.on: one.description for one in listed if one.kind == _HOLIDAY and _NSE in one.closed_exchanges
    }
    found = {
        on: f"{on} is closed at the broker ({why}), and a session to us"
        for on, why in closed.items()
        if today <= on <= calendar.last_covered and calendar.is_trading_day(on)
    }
    years = {on.year for on in closed}
    for on in _our_holidays(calendar, today):
        if on.year in years and on not in closed:
            found[on] = f"{on} is {calendar.holiday_name(on)} to us, and no holiday at the broker"
    return [found[on] for on in sorted(found)]


def _our_holidays(calendar: Calendar, today: date) -> list[date]:
    days = (
        date.fromordinal(number) for number in range(today.toordinal(), calendar.last_covered.toordinal() + 1)
    )
    return [on for on in days if not calendar.is_trading_day(on) and calendar.holiday_name(on)]


async def instruments_line(broker: UpstoxAdapter, settings: Settings) -> CheckLine:
    """Whether today's list of instruments is there and holds what is to be traded."""
    name, known = "instruments", await broker.instruments.known()
    try:
        _chosen(settings, known.instruments)
    except UnknownInstrumentError as error:
        fix = "mend run.symbols; `python main.py instruments PART` searches the list"
        return failed(name, str(error), fix, UnknownInstrumentError.exit_code)
    if known.is_today:
        return passed(name, f"today's list: {grouped(len(known.instruments), 0)} instruments")
    return doubtful(name, f"today's list could not be read; the newest is of {known.on}", CONNECTION)


async def eligibility_line(broker: UpstoxAdapter, settings: Settings) -> CheckLine:
    """Whether the broker's intraday list has the chosen shares; it publishes no ban list of derivatives."""
    name = "eligibility"
    try:
        allowed = await intraday_list(broker.transport, settings.upstox)
        chosen = _chosen(settings, (await broker.instruments.known()).instruments)
    except (ReadFailedError, UnknownInstrumentError) as error:
        return doubtful(name, f"unknown: {error}", "look for your shares in the broker's list for intraday")
    shares = [one for one in chosen if one.kind is InstrumentKind.EQUITY]
    barred = [one.symbol for one in shares if one.key not in allowed]
    watched = [
        f"{one.symbol} ({allowed[one.key].watch})"
        for one in shares
        if one.key in allowed and allowed[one.key].watch
    ]
    if barred:
        fix = "take them out of run.symbols: their orders would be rejected"
        return failed(name, f"not for intraday at the broker: {', '.join(barred)}", fix)
    if watched:
        fix = "margins and bands are tighter under surveillance: take them out of run.symbols"
        return doubtful(name, f"under surveillance: {', '.join(watched)}", fix)
    return passed(name, _leverages(shares, allowed))


def _leverages(shares: Sequence[Instrument], allowed: Mapping[str, Eligibility]) -> str:
    found = {allowed[one.key].leverage for one in shares}
    known = sorted(leverage for leverage in found if leverage is not None)
    names = ", ".join(one.symbol for one in shares[:_NAMES_SHOWN])
    more = f" and {len(shares) - _NAMES_SHOWN} more" if len(shares) > _NAMES_SHOWN else ""
    if not known:
        return f"on the broker's intraday list: {names}{more}"
    span = f"{known[0]:g}" if known[0] == known[-1] else f"{known[0]:g} to {known[-1]:g}"
    return f"on the broker's intraday list, with {span} times their margin: {names}{more}"


def _chosen(settings: Settings, instruments: Sequence[Instrument]) -> list[Instrument]:
    return [find_instrument(symbol, instruments) for symbol in settings.run.chosen_symbols]
