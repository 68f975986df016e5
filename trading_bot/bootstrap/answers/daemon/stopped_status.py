"""`status` while no daemon runs: the same document, made from the journal."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from trading_bot.bootstrap.answers.daemon.stopped_book import StoppedBook
from trading_bot.bootstrap.ramp.enforce import ramp_text
from trading_bot.domain.ist import date_of
from trading_bot.domain.money import ZERO, rupees
from trading_bot.domain.position import Position
from trading_bot.engine.decisions.positions.sizes import open_risk
from trading_bot.engine.snapshot import DayView, RunHeader, Snapshot, SymbolView, order_view
from trading_bot.report.status import status_document, stopped_document
from trading_bot.risk.sizing import exact
from trading_bot.settings.tree import Settings


def document_of(settings: Settings, database: Path, stopped: StoppedBook, note: str) -> dict[str, Any]:
    """The status document of a journal, `running` false; `note` says what a person should know beside it."""
    book = stopped.core.state.book
    snapshot = Snapshot(
        run=RunHeader(
            mode=settings.mode.value,
            session_on=book.on or date_of(stopped.last_ms),
            now_ms=stopped.last_ms,
            phase="closed" if book.is_day_closed else "unknown",
            data=f"from {database}",
            state="stopped",
            ramp=ramp_text(settings, date_of(stopped.last_ms)),
        ),
        day=_day(stopped),
        symbols=tuple(
            _symbol(stopped, position) for position in book.positions.values() if not position.is_flat
        ),
        orders=tuple(
            order_view(order, stopped.symbol(order.request.instrument_key)) for order in book.orders.values()
        ),
        halts=stopped.halts,
    )
    unknown = {"session_on": book.on, "now": stopped.core.last_sequence}
    return stopped_document(
        status_document(snapshot), [name for name, known in unknown.items() if not known]
    ) | {"note": note}


def _day(stopped: StoppedBook) -> DayView:
    """The day's result; what is still held is valued at the newest known price."""
    state = stopped.core.state
    book, risk = state.book, state.risk
    gross = rupees(sum(closed.gross_pnl for closed in book.closed_trades))
    gross += sum((_gross(stopped, position) for position in book.positions.values()), ZERO)
    charges = state.charges()
    return DayView(
        gross=gross,
        charges=charges,
        net=gross - charges,
        trades=sum(1 for closed in book.closed_trades if closed.quantity),
        winning_trades=sum(1 for closed in book.closed_trades if closed.gross_pnl > 0),
        signals=book.signals_today,
        open_risk=open_risk(state),
        loss_limit=risk.sizing.base_capital * exact(risk.limits.max_daily_loss),
    )


def _gross(stopped: StoppedBook, position: Position) -> Decimal:
    price = stopped.last_prices.get(position.instrument_key, 0)
    return position.gross_pnl(price) if price or position.is_flat else ZERO


def _symbol(stopped: StoppedBook, position: Position) -> SymbolView:
    key = position.instrument_key
    trade = stopped.core.state.book.trade_of(key)
    price = stopped.last_prices.get(key)
    return SymbolView(
        symbol=stopped.instruments[key].symbol,
        last_price=price,
        quantity=position.quantity,
        entry_price=position.average_entry_price,
        stop=trade.stop_price if trade else None,
        target=trade.plan.target_price if trade else None,
        unrealised=position.gross_pnl(price) if price else None,
    )
