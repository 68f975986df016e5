"""Prices far from the last one: which of them are believed.

A spoiled message must not close a trade, and a real jump must not be missed: a second trade decides, and the
price band, outside of which nothing trades.
"""

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.market_data import Tick
from trading_bot.domain.money import rupees
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import ReadBand
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.market_view import Series
from trading_bot.engine.state import State

_OUTSIDE_MS = 10 * MS_PER_SECOND
"""Of trades outside the price band, until a person is told."""


def is_believed(state: State, series: Series, tick: Tick, turn: Turn) -> bool:
    """Whether an odd price is taken: another trade confirms it, and the band allows it. If not, it waits."""
    is_confirmed = _confirms(series, tick)
    if is_confirmed and _is_within_band(state, series, tick, turn):
        return True
    suspect = tick.last_price, tick.traded_at_ms
    is_told_again = suspect == (series.suspect_price, series.suspect_traded_at_ms)
    series.is_suspect_confirmed = is_confirmed or (is_told_again and series.is_suspect_confirmed)
    series.suspect_price, series.suspect_traded_at_ms = suspect
    return False


def _confirms(series: Series, tick: Tick) -> bool:
    """Whether a jump was announced by the trade before: two in a row near each other are believed.

    The same trade again is none: a message that comes twice, or a change of the depth alone.
    """
    suspect = series.suspect_price
    is_near = suspect > 0 and abs(tick.last_price - suspect) * 100 <= suspect
    return is_near and tick.traded_at_ms != series.suspect_traded_at_ms


def _is_within_band(state: State, series: Series, tick: Tick, turn: Turn) -> bool:
    """Whether a jump that was confirmed stays within the price band; if not, the band is read again.

    Nothing trades outside the band, but it may have been widened since it was read. Where the broker goes on
    saying otherwise a person is told: one of both is wrong, and the last price stays as it is.
    """
    key = tick.instrument_key
    band = state.account.bands.get(key)
    if band is None or band[0] <= tick.last_price <= band[1]:
        return True
    turn.command(ReadBand(instrument_key=key))
    if series.seen_at_ms >= series.outside_since_ms:
        series.outside_since_ms = state.now_ms
    elif state.now_ms - series.outside_since_ms >= _OUTSIDE_MS and f"band {key}" not in state.told_of:
        state.told_of.add(f"band {key}")
        text = (
            f"{series.instrument.symbol} trades at {rupees(tick.last_price)}, outside the broker's limits of "
            f"{rupees(band[0])} to {rupees(band[1])}: "
            f"not believed; no entries, and targets and trailing wait, stops rest at the exchange"
        )
        turn.emit(ev.IncidentRecorded(at_ms=state.now_ms, kind="price_outside_band", detail=text))
        turn.tell(AlertKind.PRICE_OUTSIDE_BAND, "critical", text)
    return False
