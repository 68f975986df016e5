"""`trades`: the closed trades of a session with their share of its charges, and its fills as CSV."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.bootstrap.answers.daemon.daemon_link import newest_database
from trading_bot.bootstrap.answers.daemon.stopped_book import known_instruments, told_to_user
from trading_bot.bootstrap.answers.sessions import session_of, session_rows
from trading_bot.domain.errors import UserFacingError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.money import ZERO, rupees
from trading_bot.engine.rebuild import DAY_STARTED
from trading_bot.report.day.charging import TradeFills, charger_of
from trading_bot.report.day.fill_table import fills_csv
from trading_bot.report.day.reading import day_record
from trading_bot.report.day.record import DayRecord, TradeRecord
from trading_bot.report.day.trade_table import TradeRow
from trading_bot.report.wording import mean_price
from trading_bot.settings.tree import Settings


def closed_trades(settings: Settings, on: date | None) -> Sequence[TradeRow]:
    """The trades of a session that are flat again, in the order in which they were planned.

    `on` None is the newest session. Charges are those of the day's contract notes, shared among all its
    trades. Raises UserFacingError when there is no such session or the journal cannot be read.
    """
    record, instruments = _day(settings, on)
    traded = [trade for trade in record.trades if trade.has_traded]
    costs = charger_of(load_market_rules().charges)(
        record.on,
        [
            TradeFills(
                instrument=instruments[trade.trade.instrument_key],
                product=trade.trade.product,
                fills=trade.fills,
            )
            for trade in traded
        ],
    )
    return [
        _row(trade, instruments[trade.trade.instrument_key], sum(part.values(), ZERO))
        for trade, part in zip(traded, costs.parts, strict=True)
        if trade.closed is not None
    ]


def trade_log(settings: Settings, on: date | None) -> str:
    """Every fill of a session as CSV, open trades included. Raises as `closed_trades` does."""
    return fills_csv(*_day(settings, on))


def _day(settings: Settings, on: date | None) -> tuple[DayRecord, dict[str, Instrument]]:
    database = newest_database(settings)
    with told_to_user(), JournalReader(database) as reader:
        starts = list(reader.rows(kind=DAY_STARTED))
        if not starts:
            raise UserFacingError(f"{database} holds no session yet")
        sessions = [session_of(row) for row in starts]
        wanted = on or sessions[-1]
        if wanted not in sessions:
            raise UserFacingError(
                f"{database} holds no session of {wanted}: the newest are "
                f"{', '.join(map(str, dict.fromkeys(reversed(sessions[-5:]))))}"
            )
        record = day_record(session_rows(reader, starts, sessions, wanted))
        kept = {instrument.key: instrument for instrument in reader.instruments()}
        keys = {trade.trade.instrument_key for trade in record.trades}
        keys |= {order.order.request.instrument_key for order in record.orders}
        return record, known_instruments(kept, keys)


def _row(trade: TradeRecord, instrument: Instrument, charges: Decimal) -> TradeRow:
    closed = trade.closed
    assert closed is not None
    return TradeRow(
        symbol=instrument.symbol,
        strategy=trade.trade.strategy,
        direction=trade.trade.direction,
        quantity=closed.quantity,
        opened_at_ms=trade.entered_at_ms or trade.trade.planned_at_ms,
        closed_at_ms=trade.exited_at_ms or closed.closed_at_ms,
        entry_price=mean_price(closed.entry_value, closed.quantity) or ZERO,
        exit_price=mean_price(closed.exit_value, closed.quantity) or ZERO,
        gross=rupees(closed.gross_pnl),
        charges=charges,
        exit_reason=closed.exit_reason.value,
    )
