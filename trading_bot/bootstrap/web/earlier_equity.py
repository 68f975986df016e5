"""The day's result over time before this process: out of its journal and candles, as reports draw it."""

from datetime import date
from pathlib import Path

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.bootstrap.answers.daemon.stopped_book import known_instruments
from trading_bot.bootstrap.answers.sessions import candles_of_day
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.money import rupees
from trading_bot.report.day.charging import TradeFills, charger_of
from trading_bot.report.day.equity import equity_curve
from trading_bot.report.day.reading import day_record
from trading_bot.web.views import EquityPoint


def earlier_equity(database: Path, on: date) -> tuple[EquityPoint, ...]:
    """The points of the day so far, oldest first; none where nothing was traded.

    It reads the rows of the day: ask in a thread. Raises StorageError, SettingsError.
    """
    with JournalReader(database) as reader:
        if on not in reader.days():
            return ()
        record = day_record(reader.rows(on=on))
        traded = [trade for trade in record.trades if trade.has_traded]
        if not traded:
            return ()
        kept = {instrument.key: instrument for instrument in reader.instruments()}
        candles = candles_of_day(reader, midnight_ms(on))
    instruments = known_instruments(kept, {trade.trade.instrument_key for trade in traded})
    fills = [
        TradeFills(
            instrument=instruments[trade.trade.instrument_key], product=trade.trade.product, fills=trade.fills
        )
        for trade in traded
    ]
    parts = charger_of(load_market_rules().charges)(on, fills).parts
    shares = [(trade, sum(part.values(), rupees(0))) for trade, part in zip(traded, parts, strict=True)]
    curve = equity_curve(shares, candles, (record.started_at_ms, record.started_at_ms), {})
    return tuple(
        EquityPoint(time_ms=point.at_ms, net=rupees(point.net), gross=rupees(point.gross)) for point in curve
    )
