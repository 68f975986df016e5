"""How much is kept, for how long, and how long the disk may take."""

from pydantic import Field

from trading_bot.domain.section import Section


class StorageSettings(Section):
    """How much is kept, and how long; the journal itself is never pruned."""

    busy_timeout_ms: int = Field(default=2_000, ge=1, le=2_000)
    """How long a write waits for another program that locks the file."""
    verified_rows_max: int = Field(default=100_000, ge=1)
    """How many of the newest journal rows have their hashes checked at the start, if it needs no more."""
    quick_check_above_mb: int = Field(default=200, ge=0)
    """Files larger than this get SQLite's quick check instead of the full one."""
    wal_mb_max: int = Field(default=4, ge=1)
    """The write-ahead log is folded into the file at this size, and whenever nothing is being written."""
    backups_kept: int = Field(default=3, ge=1)
    """How many backups of a journal are kept."""
    backup_age_hours_min: float = Field(default=12, ge=0)
    """A start makes a backup only when the newest is older: a crash loop must not rotate good ones away."""
    candle_days_kept: int = Field(default=30, ge=1)
    """Days for which 1-minute candles are kept."""
    signal_days_kept: int = Field(default=365, ge=1)
    """Days for which signals and the gate traces of all evaluations are kept, for `why` and `metrics`."""
    rate_limit_log_days_kept: int = Field(default=30, ge=1)
    """Days for which the calls that count against the order-rate limits are kept."""
    input_log_days_kept: int = Field(default=10, ge=1)
    """Days for which recorded inputs are kept."""
    input_log_mb_max: int = Field(default=2_000, ge=1)
    """Size of all input logs together; the oldest go first, today's never."""
    input_log_file_mb_max: int = Field(default=64, ge=1)
    """An input log continues in the next file when it has this size."""
