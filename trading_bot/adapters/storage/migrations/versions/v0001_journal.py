"""The journal, its projections, and market data beside them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table, and the triggers that make the journal append-only."""
    _create_journal()
    _create_book()
    _create_records()
    _create_market()


def _create_journal() -> None:
    op.create_table(
        "journal",
        _integer("sequence", key=True),
        _text("on"),
        _integer("at_ms"),
        _text("kind"),
        _text("payload"),
        _text("previous_hash"),
        _text("hash"),
    )
    op.create_table("days", _text("on", key=True), _integer("first_sequence"), sqlite_with_rowid=False)
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER journal_refuses_{verb.lower()} BEFORE {verb} ON journal "
            "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        )
    op.create_table("meta", _text("name", key=True), _text("value"), sqlite_with_rowid=False)


def _create_book() -> None:
    op.create_table(
        "orders",
        _text("tag", key=True),
        _text("order_id", optional=True),
        _text("on"),
        _integer("trade_id", optional=True),
        *(_text(name) for name in ("instrument_key", "side", "product", "purpose", "order_type")),
        *(_integer(name) for name in ("quantity", "price", "trigger_price")),
        _text("validity"),
        _text("status"),
        _integer("filled_quantity"),
        _text("message"),
        _integer("intended_at_ms"),
        _integer("changed_at_ms"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fills",
        *(_text(name, key=True) for name in ("on", "order_id", "trade_id")),
        _text("tag", optional=True),
        _text("instrument_key"),
        _text("side"),
        *(_integer(name) for name in ("quantity", "price", "filled_at_ms")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "positions",
        _text("instrument_key", key=True),
        _text("product", key=True),
        *(_integer(name) for name in ("quantity", "cash", "entry_quantity", "entry_value", "changed_at_ms")),
        sqlite_with_rowid=False,
    )


def _create_records() -> None:
    op.create_table(
        "trades",
        _integer("trade_id", key=True),
        *(
            _text(name)
            for name in ("on", "strategy", "instrument_key", "direction", "product", "exit_reason")
        ),
        _integer("planned_at_ms", optional=True),
        *(_integer(name) for name in ("closed_at_ms", "quantity", "entry_value", "exit_value", "gross_pnl")),
    )
    op.create_table(
        "signals",
        _integer("candle_start_ms", key=True),
        _text("instrument_key", key=True),
        _text("strategy", key=True),
        _text("on"),
        _text("direction", optional=True),
        sa.Column("score", sa.Float, nullable=False),
        _integer("reference_price", optional=True),
        sa.Column("atr_paise", sa.Float),
        _text("gates"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "day_counters",
        _text("on", key=True),
        _text("name", key=True),
        _integer("count"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rate_limit_log", _integer("sequence", key=True), _integer("at_ms"), _text("call"), _text("tag")
    )
    op.create_index("rate_limit_log_at_ms", "rate_limit_log", ["at_ms"])


def _create_market() -> None:
    op.create_table(
        "instruments",
        _text("instrument_key", key=True),
        *(_text(name) for name in ("on", "symbol", "name", "segment", "kind")),
        _integer("lot_size"),
        _integer("tick_size"),
        _integer("freeze_quantity", optional=True),
        _text("isin", optional=True),
        _text("exchange_token", optional=True),
        sa.Column("closing_auction_eligible", sa.Boolean, nullable=False),
        _text("expiry_on", optional=True),
        _integer("strike", optional=True),
        _text("right", optional=True),
        _text("underlying_key", optional=True),
    )
    op.create_index("instruments_symbol", "instruments", ["symbol"])
    op.create_table(
        "candles",
        _integer("start_ms", key=True),
        _text("instrument_key", key=True),
        *(_integer(name) for name in ("open", "high", "low", "close")),
        _integer("volume", optional=True),
        sqlite_with_rowid=False,
    )


def _text(name: str, *, key: bool = False, optional: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, primary_key=key, nullable=optional)


def _integer(name: str, *, key: bool = False, optional: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, primary_key=key, nullable=optional, autoincrement=False)
