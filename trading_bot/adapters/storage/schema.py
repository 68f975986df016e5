"""The tables of the journal's file: the append-only record, what it adds up to, and market data beside it.

Prices and cash are integer paise, quantities are units, instants are epoch milliseconds, days are ISO dates
in India. There are no foreign keys between the projections: a fill of an order that a restored backup never
knew must still be recorded, or a disaster could not be journaled.
"""

from sqlalchemy import Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()


def _text(name: str, *, key: bool = False, optional: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=optional)


def _integer(name: str, *, key: bool = False, optional: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=key, nullable=optional, autoincrement=False)


journal = Table(
    "journal",
    metadata,
    _integer("sequence", key=True),
    _text("on"),
    _integer("at_ms"),
    _text("kind"),
    _text("payload"),
    _text("previous_hash"),
    _text("hash"),
)

# An index over the days would be one more page to write with every order's intent.
days = Table("days", metadata, _text("on", key=True), _integer("first_sequence"), sqlite_with_rowid=False)

orders = Table(
    "orders",
    metadata,
    _text("tag", key=True),
    _text("order_id", optional=True),
    _text("on"),
    _integer("trade_id", optional=True),
    _text("instrument_key"),
    _text("side"),
    _text("product"),
    _text("purpose"),
    _text("order_type"),
    _integer("quantity"),
    _integer("price"),
    _integer("trigger_price"),
    _text("validity"),
    _text("status"),
    _integer("filled_quantity"),
    _text("message"),
    _integer("intended_at_ms"),
    _integer("changed_at_ms"),
    sqlite_with_rowid=False,
)

fills = Table(
    "fills",
    metadata,
    _text("on", key=True),
    _text("order_id", key=True),
    _text("trade_id", key=True),
    _text("tag", optional=True),
    _text("instrument_key"),
    _text("side"),
    _integer("quantity"),
    _integer("price"),
    _integer("filled_at_ms"),
    sqlite_with_rowid=False,
)

positions = Table(
    "positions",
    metadata,
    _text("instrument_key", key=True),
    _text("product", key=True),
    _integer("quantity"),
    _integer("cash"),
    _integer("entry_quantity"),
    _integer("entry_value"),
    _integer("changed_at_ms"),
    sqlite_with_rowid=False,
)

trades = Table(
    "trades",
    metadata,
    _integer("trade_id", key=True),
    _text("on"),
    _text("strategy"),
    _text("instrument_key"),
    _text("direction"),
    _text("product"),
    _text("exit_reason"),
    _integer("planned_at_ms", optional=True),
    _integer("closed_at_ms"),
    _integer("quantity"),
    _integer("entry_value"),
    _integer("exit_value"),
    _integer("gross_pnl"),
)

# Signals that were raised, with their gates in full. Files of before schema 0002 keep every evaluation here.
signals = Table(
    "signals",
    metadata,
    _integer("candle_start_ms", key=True),
    _text("instrument_key", key=True),
    _text("strategy", key=True),
    _text("on"),
    _text("direction", optional=True),  # absent where the evaluation raised no signal
    Column("score", Float, nullable=False),
    _integer("reference_price", optional=True),
    Column("atr_paise", Float, nullable=True),
    _text("gates"),
    sqlite_with_rowid=False,
)

# What every evaluation came to, in few bytes: what is said again and again stands in the two tables below.
# `facts` is what only this one says, see traces.py; the view `evaluations` shows names instead of numbers.
traces = Table(
    "traces",
    metadata,
    _integer("candle_start_ms", key=True),
    _integer("instrument_id", key=True),
    _integer("strategy_id", key=True),
    _integer("form_id"),
    Column("score", Float, nullable=False),
    _text("direction", optional=True),  # absent where the evaluation raised no signal
    _integer("passed"),  # a bit for each gate, the first gate's is 1
    Column("facts", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

trace_names = Table(
    "trace_names",
    metadata,
    _integer("name_id", key=True),
    _text("name"),  # an instrument key or a strategy's name
    Index("trace_names_name", "name", unique=True),
)

trace_forms = Table(
    "trace_forms",
    metadata,
    _integer("form_id", key=True),
    _text("gates"),  # name and condition of each gate, as JSON
    _text("sample"),  # the facts of the first evaluation of this form; all are packed against them
)

day_counters = Table(
    "day_counters",
    metadata,
    _text("on", key=True),
    _text("name", key=True),
    _integer("count"),
    sqlite_with_rowid=False,
)

rate_limit_log = Table(
    "rate_limit_log",
    metadata,
    _integer("sequence", key=True),
    _integer("at_ms"),
    _text("call"),
    _text("tag"),
    Index("rate_limit_log_at_ms", "at_ms"),
)

instruments = Table(
    "instruments",
    metadata,
    _text("instrument_key", key=True),
    _text("on"),
    _text("symbol"),
    _text("name"),
    _text("segment"),
    _text("kind"),
    _integer("lot_size"),
    _integer("tick_size"),
    _integer("freeze_quantity", optional=True),
    _text("isin", optional=True),
    _text("exchange_token", optional=True),
    Column("closing_auction_eligible", Boolean, nullable=False),
    _text("expiry_on", optional=True),
    _integer("strike", optional=True),
    _text("right", optional=True),
    _text("underlying_key", optional=True),
    Index("instruments_symbol", "symbol"),
)

# Time comes first in the key: a minute's candles of all instruments then land on the same few pages, and
# 2,000 rows take 1.7 ms instead of 30 ms.
candles = Table(
    "candles",
    metadata,
    _integer("start_ms", key=True),
    _text("instrument_key", key=True),
    _integer("open"),
    _integer("high"),
    _integer("low"),
    _integer("close"),
    _integer("volume", optional=True),
    sqlite_with_rowid=False,
)

meta = Table("meta", metadata, _text("name", key=True), _text("value"), sqlite_with_rowid=False)

PROJECTED = (orders, fills, positions, trades, day_counters, rate_limit_log)
"""What the journal alone determines: these can be emptied and rebuilt from it."""
