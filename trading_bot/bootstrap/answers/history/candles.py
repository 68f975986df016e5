"""`history show`: candles of one instrument in any interval, made from shorter ones where it takes that."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from trading_bot.adapters.history import PriceHistory, open_history
from trading_bot.adapters.history.download.csv_files import csv_text
from trading_bot.adapters.history.series_key import DAY_S
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.bootstrap.backtesting.data import data_text
from trading_bot.bootstrap.places import history_path
from trading_bot.domain.candles.aggregation import (
    TradingWindows,
    aggregated,
    to_days,
    to_months,
    to_weeks,
    trading_windows,
)
from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays
from trading_bot.domain.candles.interval import interval_text, seconds_of
from trading_bot.domain.errors import HistoryError, SettingsError, UserFacingError
from trading_bot.domain.ist import datetime_of
from trading_bot.domain.money import grouped, rupees
from trading_bot.domain.rules.calendar import Calendar
from trading_bot.report.text_table import aligned
from trading_bot.settings.options import CandleQuestion
from trading_bot.settings.tree import Settings

_WEEK, _MONTH = "week", "month"
_FOLDED = {_WEEK: to_weeks, _MONTH: to_months}


def shown_candles(settings: Settings, question: CandleQuestion, *, as_json: bool) -> str:
    """The candles as text, JSON, or written to a file. Raises HistoryError for what cannot be made."""
    history = _opened(settings, question)
    symbol = history.name_of(question.symbol)
    candles = _made(history, symbol, question)
    is_daily = _is_daily(history, symbol, question)
    if question.csv is not None:
        _write(question.csv, csv_text(candles, is_daily=is_daily))
        return f"{symbol}: {grouped(candles.start_ms.size, 0)} candles written to {question.csv}"
    rows = _rows(candles, is_daily=is_daily)
    names = ("date" if is_daily else "time", "open", "high", "low", "close", "volume")
    if as_json:
        return json.dumps([dict(zip(names, row, strict=True)) for row in rows], indent=2)
    if not rows:
        return f"{symbol}: no candles in the range of days"
    shown = rows[-question.rows :]
    which = (
        f"the last {len(shown)} of {grouped(len(rows), 0)}"
        if len(shown) < len(rows)
        else grouped(len(rows), 0)
    )
    length = question.interval or interval_text(history.interval_s(symbol) or DAY_S)
    head = f"{symbol}, {which} candles of {length}: {data_text(history, [symbol])}"
    cells = [(when, *map(_grouped, numbers)) for when, *numbers in shown]
    return "\n".join([head, *aligned([names, *cells], right=range(1, len(names)))])


def _opened(settings: Settings, question: CandleQuestion) -> PriceHistory:
    """What was given; of the own store the days, where days or longer are wanted and it has them."""
    if question.data is not None:
        return open_history(question.data)
    store = history_path(settings)
    if _wanted_s(question) == DAY_S:
        try:
            history = open_history(Path(f"{store}#1d"))
            history.name_of(question.symbol)
        except UserFacingError:
            return open_history(store)
        return history
    return open_history(store)


def _wanted_s(question: CandleQuestion) -> int | None:
    """Seconds of what the candles are made of: days for weeks and months; None: as they are."""
    if question.interval is None:
        return None
    return DAY_S if question.interval in _FOLDED else seconds_of(question.interval)


def _is_daily(history: PriceHistory, symbol: str, question: CandleQuestion) -> bool:
    return (_wanted_s(question) or history.interval_s(symbol) or DAY_S) >= DAY_S


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"--csv {path}: cannot be written: {error.strerror}\n  fix: give another file"
        ) from error


def _made(history: PriceHistory, symbol: str, question: CandleQuestion) -> CandleArrays:
    wanted_s, have_s = _wanted_s(question), history.interval_s(symbol) or DAY_S
    candles = history.candles(symbol, *_whole(question))
    if wanted_s is not None and wanted_s != have_s:
        if wanted_s < have_s or wanted_s % have_s:
            raise HistoryError(
                f"{history.place(symbol)}: candles of {interval_text(have_s)}; no {question.interval} can be "
                "made of them"
            )
        windows = _windows(history, symbol, candles, load_market_rules().calendar)
        is_day = wanted_s == DAY_S
        candles = to_days(candles, windows) if is_day else aggregated(candles, wanted_s, windows)
    folded = _FOLDED.get(question.interval or "")
    return candles if folded is None else folded(candles)


def _whole(question: CandleQuestion) -> tuple[date | None, date | None]:
    """The range of days, widened to whole weeks or months: part of one is another candle."""
    first, last = question.first_on, question.last_on
    if question.interval == _WEEK:
        first = first and first - timedelta(days=first.weekday())
        last = last and last + timedelta(days=6 - last.weekday())
    if question.interval == _MONTH:
        first = first and first.replace(day=1)
        last = last and (last.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first, last


def _windows(history: PriceHistory, symbol: str, candles: CandleArrays, calendar: Calendar) -> TradingWindows:
    instrument = history.instrument(symbol, history.days(symbol)[-1])
    return trading_windows(
        candles,
        calendar,
        instrument.segment,
        closing_auction_eligible=instrument.closing_auction_eligible,
    )


def _grouped(number: str) -> str:
    places = len(number.partition(".")[2])
    return grouped(Decimal(number), places) if number else ""


def _rows(candles: CandleArrays, *, is_daily: bool) -> list[tuple[str, ...]]:
    form = "%Y-%m-%d" if is_daily else "%Y-%m-%d %H:%M"
    columns = (column.tolist() for column in candles)
    return [
        (
            f"{datetime_of(start_ms):{form}}",
            *(f"{rupees(price):.2f}" for price in prices),
            "" if volume == UNKNOWN else f"{volume}",
        )
        for start_ms, *prices, volume in zip(*columns, strict=True)
    ]
