"""From a folder and a date to a market."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from trading_bot.adapters.history import HistoryKind, open_history, open_warm_up
from trading_bot.adapters.history.adjusting import brought_to_shares_of
from trading_bot.adapters.history.tick_size import TickSizeOf
from trading_bot.domain.rules.corporate_actions import CorporateActions
from trading_bot.simulator.market.candles import TICKS_PER_MINUTE, CandleMarket
from trading_bot.simulator.market.recorded import RecordedMarket


def open_market(
    path: Path,
    on: date | None = None,
    *,
    symbols: Sequence[str] | None = None,
    seed: int = 0,
    ticks_per_minute: int = TICKS_PER_MINUTE,
    warm_up_folder: Path | None = None,
    tick_size_of: TickSizeOf | None = None,
    opens_at_ms: int | None = None,
    actions: CorporateActions | None = None,
) -> CandleMarket | RecordedMarket:
    """Open one day of a folder of candles or ticks; without a date the last day that it has.

    With the splits and bonuses on record, days before that are as traded are brought to the day's shares.
    Raises HistoryError or UnknownInstrumentError that says what is wrong and what there is.
    """
    folder = open_history(path, tick_size_of=tick_size_of)
    day = on if on is not None else max(folder.all_days(), default=date.min)
    names = tuple(folder.name_of(symbol) for symbol in symbols or ()) or folder.symbols_on(day)
    for name in names:
        folder.require_day(name, day)
    warm_up = open_warm_up(folder, warm_up_folder)
    if actions is not None:
        folder = brought_to_shares_of(day, folder, names, actions, warm_up.folders[1:]).history
        warm_up = warm_up.made_like(folder)
    if folder.kind is HistoryKind.TICKS:
        return RecordedMarket(folder, day, warm_up=warm_up, names=names, seed=seed, opens_at_ms=opens_at_ms)
    return CandleMarket(
        folder,
        day,
        warm_up=warm_up,
        names=names,
        seed=seed,
        ticks_per_minute=ticks_per_minute,
        opens_at_ms=opens_at_ms,
    )
