"""Tables of the candle store."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

VERSION = 1
"""Kept in the file's `user_version`; a file of another version is refused and can be downloaded anew."""

METADATA = MetaData()

SERIES = Table(
    "series",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("symbol", Text, nullable=False),
    Column("interval_s", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("adjustment", Text, nullable=False),
    Column("adjusted_as_of", Text),
    Column("fetched_at_ms", BigInteger),
    Column("note", Text, nullable=False, server_default=""),
    UniqueConstraint("symbol", "interval_s", "source", "adjustment"),
)

CANDLES = Table(
    "candles",
    METADATA,
    Column("series_id", Integer, ForeignKey("series.id", ondelete="CASCADE"), primary_key=True),
    Column("start_ms", BigInteger, primary_key=True),
    Column("open", BigInteger, nullable=False),
    Column("high", BigInteger, nullable=False),
    Column("low", BigInteger, nullable=False),
    Column("close", BigInteger, nullable=False),
    Column("volume", BigInteger),
    CheckConstraint("low > 0 AND low <= open AND low <= close AND high >= open AND high >= close"),
    sqlite_with_rowid=False,
)

COVERED = Table(
    "covered",
    METADATA,
    Column("series_id", Integer, ForeignKey("series.id", ondelete="CASCADE"), primary_key=True),
    Column("first_on", Text, primary_key=True),
    Column("last_on", Text, nullable=False),
)
"""Spans of days that a source was asked for and answered, whether it had candles or not."""

MARKET_CAPS = Table(
    "market_caps",
    METADATA,
    Column("symbol", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("as_of", Text, primary_key=True),
    Column("rupees", BigInteger, nullable=False),
    Column("fetched_at_ms", BigInteger, nullable=False),
    CheckConstraint("rupees > 0"),
)
"""What a company was worth on a day; what is unknown has no row. An older store gets it when written."""
