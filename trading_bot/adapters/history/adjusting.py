"""Prices as traded, adjusted while they are read."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from trading_bot.adapters.history.layout import HistoryKind
from trading_bot.adapters.history.price_history import PriceHistory
from trading_bot.adapters.history.price_rows import DayIndex, PriceRows
from trading_bot.adapters.history.rows import Found, TickArrays
from trading_bot.domain.candles.arrays import CandleArrays
from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.ist import date_of
from trading_bot.domain.rules.corporate_actions import CorporateAction, CorporateActions
from trading_bot.domain.rules.price_adjustment import adjusted
from trading_bot.domain.rules.provenance import Adjustment, Provenance
from trading_bot.domain.symbol_search import symbol_of_ticker


class AdjustedRows:
    """Other rows, their candles brought to the shares of one day; what is not as traded is left alone."""

    def __init__(
        self, rows: PriceRows, actions: CorporateActions, as_of: date, only: Collection[str] | None = None
    ) -> None:
        """Adjust all symbols, or `only` some."""
        self._rows = rows
        self._actions = actions
        self._as_of = as_of
        self._only = rows.symbols if only is None else only

    @property
    def kind(self) -> HistoryKind:
        """That of the other rows."""
        return self._rows.kind

    @property
    def symbols(self) -> tuple[str, ...]:
        """Those of the other rows."""
        return self._rows.symbols

    @property
    def noun(self) -> str:
        """That of the other rows."""
        return self._rows.noun

    def place(self, symbol: str) -> str:
        """Where the other rows are."""
        return self._rows.place(symbol)

    def origin(self, symbol: str) -> Provenance:
        """The origin; of prices as traded it is told that they are adjusted, and as of when."""
        origin = self._rows.origin(symbol)
        if not self._is_adjusted(symbol):
            return origin
        return replace(
            origin,
            adjustment=Adjustment.SPLITS,
            adjusted_as_of=self._as_of,
            note=f"{origin.note}; adjusted here".removeprefix("; "),
        )

    def index(self, symbol: str) -> DayIndex:
        """The same days."""
        return self._rows.index(symbol)

    def candles(self, symbol: str, first: date | None, last: date | None) -> CandleArrays:
        """Candles of some days. Raises UncoveredDateError where not all actions are known."""
        candles = self._rows.candles(symbol, first, last)
        if not self._is_adjusted(symbol) or not candles.start_ms.size:
            return candles
        began_on = date_of(int(candles.start_ms[0]))
        if began_on > self._as_of:
            return candles
        return adjusted(candles, self._actions.between(symbol_of_ticker(symbol), began_on, self._as_of))

    def found(self, symbol: str, first: date | None, last: date | None) -> Found:
        """The rows as they are there: whether they are sound is judged before they are changed."""
        return self._rows.found(symbol, first, last)

    def ticks(self, symbol: str, on: date) -> TickArrays:
        """Ticks of a day, likewise. Raises UncoveredDateError."""
        ticks = self._rows.ticks(symbol, on)
        if not self._is_adjusted(symbol) or on > self._as_of:
            return ticks
        actions = self._actions.between(symbol_of_ticker(symbol), on, self._as_of)
        return _adjusted_ticks(ticks, actions) if actions else ticks

    def _is_adjusted(self, symbol: str) -> bool:
        return symbol in self._only and self._rows.origin(symbol).adjustment is Adjustment.NONE


def _adjusted_ticks(ticks: TickArrays, actions: Sequence[CorporateAction]) -> TickArrays:
    prices = adjusted(
        CandleArrays(ticks.ts_ms, ticks.price, ticks.ask, ticks.bid, ticks.price, ticks.day_volume), actions
    )
    quantities = {
        name: adjusted(prices._replace(volume=getattr(ticks, name)), actions).volume
        for name in ("quantity", "bid_quantity", "ask_quantity")
    }
    return ticks._replace(
        price=prices.open, ask=prices.high, bid=prices.low, day_volume=prices.volume, **quantities
    )


class Brought(NamedTuple):
    """A history on the scale of one day's shares."""

    history: PriceHistory
    changed: tuple[str, ...]
    """Symbols whose splits and bonuses are taken out."""
    unknown: tuple[str, ...]
    """Symbols as traded of which not all is on record, so that none is taken out."""


def brought_to_shares_of(
    on: date,
    history: PriceHistory,
    symbols: Sequence[str],
    actions: CorporateActions,
    beside: Sequence[PriceHistory] = (),
) -> Brought:
    """Prices as traded, adjusted as of a day, of those symbols of which every split and bonus is on record.

    Histories `beside` have earlier days of the same symbols: what happened since those counts as well.
    Whatever is adjusted already, or of which nobody says what it is, stays as it is.
    """
    changed, unknown = [], []
    for symbol in symbols:
        if not is_traded(history, symbol):
            continue
        first = min(
            one.days(symbol)[0]
            for one in (history, *beside)
            if symbol in one.symbols and is_traded(one, symbol)
        )
        try:
            if actions.between(symbol_of_ticker(symbol), first, on):
                changed.append(symbol)
        except UncoveredDateError:
            unknown.append(symbol)
    made = adjusted_history(history, actions, on, only=changed) if changed else history
    return Brought(made, tuple(changed), tuple(unknown))


def is_traded(history: PriceHistory, symbol: str) -> bool:
    """Whether prices are said to be as traded, and there are any."""
    return history.origin(symbol).adjustment is Adjustment.NONE and bool(history.days(symbol))


def adjusted_history(
    history: PriceHistory,
    actions: CorporateActions,
    as_of: date | None = None,
    *,
    only: Collection[str] | None = None,
) -> PriceHistory:
    """A history as of a day; without one, as of the last day that the record of actions covers."""
    as_of_day = as_of or actions.last_covered
    return history.over(lambda rows: AdjustedRows(rows, actions, as_of_day, only))
