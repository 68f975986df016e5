"""Prices as traded, adjusted while they are read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from trading_bot.adapters.history.source import CandleSource, SeriesKey
from trading_bot.domain.candles.arrays import CandleArrays
from trading_bot.domain.errors import HistoryError
from trading_bot.domain.ist import date_of
from trading_bot.domain.rules.corporate_actions import CorporateActions
from trading_bot.domain.rules.price_adjustment import adjusted
from trading_bot.domain.rules.provenance import Adjustment


class AdjustingSource:
    """Another source, its prices brought to the shares of one day; what is adjusted already is left alone."""

    def __init__(self, source: CandleSource, actions: CorporateActions, as_of: date | None = None) -> None:
        """Adjust as of a day; without one, as of the last day that the record of actions covers."""
        self._source = source
        self._actions = actions
        self._as_of = as_of or actions.last_covered

    def listed(self) -> Sequence[SeriesKey]:
        """The same series; those as traded are said to be adjusted."""
        return tuple(self._told(key) for key in self._source.listed())

    def candles(self, key: SeriesKey, first: date | None = None, last: date | None = None) -> CandleArrays:
        """Candles of the days from `first` to `last`.

        Raises HistoryError where nobody says whether they are adjusted, UncoveredDateError where not all
        actions are known.
        """
        own = self._own(key)
        candles = self._source.candles(own, first, last)
        if own.origin.adjustment is Adjustment.UNKNOWN:
            raise HistoryError(
                f"{key.symbol} from {own.origin.source}: nobody says whether its prices are adjusted; "
                "state it in provenance.toml beside the files"
            )
        if own.origin.adjustment is not Adjustment.NONE or not candles.start_ms.size:
            return candles
        began_on = date_of(int(candles.start_ms[0]))
        return adjusted(candles, self._actions.between(key.symbol, began_on, self._as_of))

    def _own(self, key: SeriesKey) -> SeriesKey:
        """The source's own key of a series that this one lists."""
        for own in self._source.listed():
            if self._told(own) == key:
                return own
        raise HistoryError(
            f"{key.symbol} of {key.origin.source}, adjusted as of {key.origin.adjusted_as_of}, is not listed"
        )

    def _told(self, key: SeriesKey) -> SeriesKey:
        if key.origin.adjustment is not Adjustment.NONE:
            return key
        origin = replace(
            key.origin,
            adjustment=Adjustment.SPLITS,
            adjusted_as_of=self._as_of,
            note=f"{key.origin.note}; adjusted here".removeprefix("; "),
        )
        return replace(key, origin=origin)
