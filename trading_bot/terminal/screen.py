"""The one-screen view: a snapshot drawn to the size of the terminal; below 80 columns it shows fewer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from rich.console import Console, ConsoleOptions, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from trading_bot.domain.money import grouped
from trading_bot.domain.order import OrderStatus
from trading_bot.domain.signal import Direction
from trading_bot.engine.snapshot import (
    DayView,
    Notice,
    OrderView,
    RateBudget,
    RunHeader,
    Snapshot,
    SymbolView,
    WorkerView,
)
from trading_bot.terminal.words import NOTHING, age_text, money_text, price_text, time_text, window_text

_WIDE, _USUAL = 110, 80
_HEADER_LINES = 3
_TABLE_HEADS = 3
_FOOTER_LINES = 2
_MIN_ORDERS = 3
_NOTICES_MIN = 2
_STALE_S = 5.0
_LAG_MS = 50.0
_BUDGET_WARNING = 0.8
_MODE_STYLES = {"live": "bold white on red", "paper": "bold black on cyan", "alerts": "bold black on yellow"}
_NOTICE_STYLES = {"critical": "bold red", "warning": "yellow"}
_STATUS_STYLES = {
    OrderStatus.FILLED: "green",
    OrderStatus.IN_DOUBT: "bold yellow",
    OrderStatus.REJECTED: "red",
    OrderStatus.REFUSED: "red",
    OrderStatus.CANCELLED: "dim",
    OrderStatus.DROPPED: "dim",
    OrderStatus.ABSENT: "dim",
}


class _Width(Enum):
    """How much of each row is shown."""

    NARROW = 0
    USUAL = 1
    WIDE = 2

    @classmethod
    def of(cls, columns: int) -> "_Width":
        """The one for a terminal of so many columns."""
        if columns >= _WIDE:
            return cls.WIDE
        return cls.USUAL if columns >= _USUAL else cls.NARROW


_SYMBOL_COLUMNS = {
    _Width.NARROW: ("LAST", "QTY", "STOP", "P&L"),
    _Width.USUAL: ("LAST", "CHG %", "CANDLE", "SCORE", "QTY", "STOP", "TARGET", "P&L"),
    _Width.WIDE: ("LAST", "CHG %", "CANDLE", "SCORE", "QTY", "ENTRY", "STOP", "TARGET", "P&L"),
}
_ORDER_COLUMNS = {
    _Width.NARROW: ("SYMBOL", "SIDE", "FILLED", "STATUS"),
    _Width.USUAL: ("ORDER", "SYMBOL", "SIDE", "FOR", "FILLED", "PRICE", "STATUS", "MESSAGE"),
    _Width.WIDE: ("ORDER", "SYMBOL", "SIDE", "FOR", "FILLED", "PRICE", "STATUS", "MESSAGE"),
}
_ORDER_NUMBERS = frozenset({"FILLED", "PRICE"})


def render(snapshot: Snapshot) -> RenderableType:
    """The view of one snapshot; it fits itself into the console that draws it."""
    return Screen(snapshot)


@dataclass(frozen=True, slots=True)
class Screen:
    """One snapshot, ready to be drawn at any size."""

    snapshot: Snapshot
    reserved_lines: int = 0
    """Lines of the terminal that somebody else needs."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        snapshot = self.snapshot
        height = (options.height or console.size.height) - self.reserved_lines
        width = _Width.of(options.max_width)
        room = _room(snapshot, height)
        yield _title(snapshot, options.max_width)
        yield _day_line(snapshot.day)
        yield _halt_line(snapshot.halts) if snapshot.halts else _reason_line(snapshot.run)
        yield _symbol_table(_most_important(snapshot.symbols, room.symbols), width)
        if room.hidden_symbols:
            yield Text(f"  {room.hidden_symbols} more symbols without a position", style="dim")
        yield _order_table(snapshot.orders[-room.orders :] if room.orders else (), width)
        yield from (_notice_line(notice) for notice in snapshot.notices[-room.notices :])
        yield _health_line(snapshot)
        yield _worker_line(snapshot.workers)


@dataclass(frozen=True, slots=True)
class _Room:
    """How many rows each part gets."""

    symbols: int
    hidden_symbols: int
    orders: int
    notices: int


def _room(snapshot: Snapshot, height: int) -> _Room:
    free = height - _HEADER_LINES - _TABLE_HEADS - _FOOTER_LINES
    notices = min(len(snapshot.notices), max(_NOTICES_MIN, free // 6))
    orders_wanted = len(snapshot.orders)
    orders_kept = min(orders_wanted, max(_MIN_ORDERS, free // 3))
    symbols = max(1, free - notices - orders_kept)
    hidden = 0
    if len(snapshot.symbols) > symbols:
        symbols = max(1, symbols - 1)
        hidden = len(snapshot.symbols) - symbols
    symbols = min(symbols, len(snapshot.symbols))
    orders = min(orders_wanted, max(0, free - notices - symbols - bool(hidden)))
    return _Room(symbols, hidden, orders, max(1, notices))


def _most_important(symbols: Sequence[SymbolView], count: int) -> list[SymbolView]:
    """The rows that fit: positions before the rest, each in the given order."""
    kept = sorted(range(len(symbols)), key=lambda index: (symbols[index].quantity == 0, index))[:count]
    return [symbols[index] for index in sorted(kept)]


def _title(snapshot: Snapshot, width: int) -> Text:
    run = snapshot.run
    left = Text.assemble(
        (f" {run.mode.upper()} ", _MODE_STYLES.get(run.mode, "bold white on blue")),
        f" {run.session_on:%d %b %Y} ",
        (time_text(run.now_ms), "bold"),
        f" {run.phase.replace('_', ' ')}",
    )
    if run.speed != 1:
        left.append(f" x{run.speed:g}", style="cyan")
    right = Text(f"{run.state} · {run.data} ", style="dim")
    right.truncate(max(0, width - left.cell_len - 2), overflow="ellipsis")
    gap = max(1, width - left.cell_len - right.cell_len)
    return Text.assemble(left, " " * gap, right, no_wrap=True)


def _day_line(day: DayView) -> Text:
    losses = day.trades - day.winning_trades
    text = Text.assemble(
        " net ",
        (money_text(day.net), f"bold {_sign_style(day.net)}"),
        f"  gross {money_text(day.gross)}  charges {money_text(-day.charges)}",
        f"  trades {day.trades} (+{day.winning_trades} -{losses})",
        f"  risk {money_text(day.open_risk).lstrip('+').removesuffix('.00')}",
        no_wrap=True,
        overflow="ellipsis",
    )
    if day.loss_limit is not None:
        text.append(f"  limit {money_text(-day.loss_limit)}", style="dim")
    return text


def _reason_line(run: RunHeader) -> Text:
    """What is waited for; while it trades, where the roll-out stands."""
    text, style = (f"{run.state}: {run.reason}", "yellow") if run.reason else (run.ramp, "dim")
    return Text(f" {text}" if text else "", style=style, no_wrap=True, overflow="ellipsis")


def _halt_line(halts: Sequence[str]) -> Text:
    return Text(f" HALTED: {'; '.join(halts)} ", style="bold white on red", no_wrap=True, overflow="ellipsis")


def _symbol_table(rows: Sequence[SymbolView], width: _Width) -> Table:
    table = _table()
    names = _SYMBOL_COLUMNS[width]
    _column(table, "SYMBOL", takes_rest=True)
    for name in names:
        _column(table, name, is_number=True)
    for row in rows:
        cells = _symbol_cells(row, is_wide=width is _Width.WIDE)
        symbol = Text(row.symbol, style="bold" if row.quantity else "")
        style = "" if row.quantity or not row.halt else "dim"
        table.add_row(symbol, *(cells[name] for name in names), style=style)
    return table


def _symbol_cells(row: SymbolView, *, is_wide: bool) -> dict[str, RenderableType]:
    change = row.change
    return {
        "LAST": Text(
            price_text(row.last_price), style="yellow" if (row.last_price_age_s or 0) > _STALE_S else ""
        ),
        "CHG %": Text(NOTHING if change is None else f"{change * 100:+.2f}", style=_sign_style(change)),
        "CANDLE": _candle_text(row, is_wide=is_wide),
        "SCORE": _score_text(row),
        "QTY": grouped(row.quantity, 0, signed=True) if row.quantity else NOTHING,
        "ENTRY": grouped(row.entry_price) if row.entry_price is not None else NOTHING,
        "STOP": _stop_text(row),
        "TARGET": price_text(row.target),
        "P&L": Text(money_text(row.unrealised), style=_sign_style(row.unrealised)),
    }


def _stop_text(row: SymbolView) -> Text:
    """The stop that is meant; marked where the broker has not confirmed that it rests there."""
    text = price_text(row.stop)
    if not row.quantity or row.unprotected_s == 0:
        return Text(text)
    return Text(f"{text}!" if row.unprotected_s else f"{text}?", style="bold white on red")


def _candle_text(row: SymbolView, *, is_wide: bool) -> str:
    start = time_text(row.candle_start_ms, seconds=False)
    return f"{start} {price_text(row.candle_close)}" if is_wide and row.candle_close else start


def _score_text(row: SymbolView) -> Text:
    if row.score is None:
        return Text(NOTHING)
    styles = {Direction.LONG: "green", Direction.SHORT: "red"}
    return Text(f"{row.score:+.2f}", style=styles[row.trend] if row.trend else "dim")


def _order_table(orders: Sequence[OrderView], width: _Width) -> Table:
    table = _table()
    names = _ORDER_COLUMNS[width]
    for name in names:
        _column(table, name, is_number=name in _ORDER_NUMBERS, takes_rest=name == names[-1])
    for order in orders:
        cells = _order_cells(order, is_wide=width is _Width.WIDE)
        table.add_row(*(cells[name] for name in names))
    return table


def _order_cells(order: OrderView, *, is_wide: bool) -> dict[str, RenderableType]:
    price = order.trigger_price or order.price
    return {
        "ORDER": time_text(order.intended_at_ms),
        "SYMBOL": order.symbol,
        "SIDE": Text(order.side.value, style="green" if order.side.sign > 0 else "red"),
        "FOR": order.purpose.value,
        "FILLED": f"{grouped(order.filled_quantity, 0)}/{grouped(order.quantity, 0)}",
        "PRICE": price_text(price) if price else "market",
        "STATUS": Text(order.status.value.replace("_", " "), style=_STATUS_STYLES.get(order.status, "")),
        "MESSAGE": Text(f"{order.tag} {order.message}" if is_wide else order.message, style="dim"),
    }


def _notice_line(notice: Notice) -> Text:
    style = _NOTICE_STYLES.get(notice.level, "")
    return Text(f" {time_text(notice.at_ms)} {notice.text}", style=style, no_wrap=True, overflow="ellipsis")


def _health_line(snapshot: Snapshot) -> Text:
    feed_style = "yellow" if snapshot.feed_age_s is None or snapshot.feed_age_s > _STALE_S else ""
    lag = snapshot.loop_lag_ms
    text = Text.assemble(
        " feed ",
        (age_text(snapshot.feed_age_s), feed_style),
        "  lag ",
        (NOTHING if lag is None else f"{lag:.1f} ms", "yellow" if lag is not None and lag > _LAG_MS else ""),
        "  orders",
        no_wrap=True,
        overflow="ellipsis",
    )
    for budget in snapshot.budgets:
        text.append(
            f"  {window_text(budget.window_s)} {budget.used}/{budget.limit}", style=_budget_style(budget)
        )
    return text


def _worker_line(workers: Sequence[WorkerView]) -> Text:
    text = Text(" workers  " if workers else "", no_wrap=True, overflow="ellipsis")
    for worker in workers:
        note = f" x{worker.restarts}" if worker.restarts else ""
        state = "" if worker.is_well else f" {worker.state}"
        text.append(f"{worker.name}{state}{note}  ", style="green" if worker.is_well else "bold red")
    return text


def _table() -> Table:
    return Table(box=None, expand=True, padding=(0, 1, 0, 0), header_style="dim bold")


def _column(table: Table, name: str, *, is_number: bool = False, takes_rest: bool = False) -> None:
    justify: JustifyMethod = "right" if is_number else "left"
    table.add_column(
        name, justify=justify, ratio=1 if takes_rest else None, no_wrap=True, overflow="ellipsis"
    )


def _budget_style(budget: RateBudget) -> str:
    return "yellow" if budget.used >= budget.limit * _BUDGET_WARNING else ""


def _sign_style(amount: Decimal | float | None) -> str:
    if not amount:
        return ""
    return "green" if amount > 0 else "red"
