"""What grows is bounded here: candles, evaluations, the log of calls, input logs. Never the journal."""

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Column, Connection, delete, select

from trading_bot.adapters.storage import schema
from trading_bot.adapters.storage.input_log import input_logs
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.domain.ist import midnight_ms

_BYTES_PER_MB = 1_000_000
_MINUTES_PER_STEP = 30
_MS_PER_STEP = _MINUTES_PER_STEP * 60_000


def prune(connection: Connection, settings: StorageSettings, *, on: date) -> bool:
    """Delete some of what is too old on a trading day; a job for the journal's writing connection.

    Returns whether there may be more: repeat it until there is none, so that no intent waits long.
    """
    deleted = 0
    for column, days in (
        (schema.candles.c.start_ms, settings.candle_days_kept),
        (schema.signals.c.candle_start_ms, settings.signal_days_kept),
        (schema.traces.c.candle_start_ms, settings.signal_days_kept),
        (schema.rate_limit_log.c.at_ms, settings.rate_limit_log_days_kept),
    ):
        deleted += _delete_oldest(connection, column, midnight_ms(on - timedelta(days=days)))
    return deleted > 0


def prune_input_logs(folder: Path, settings: StorageSettings, *, on: date) -> list[Path]:
    """Delete input logs that are too old, then the oldest until the rest is small enough; never today's.

    Returns what was deleted.
    """
    logs = [(day, path) for day, path in input_logs(folder) if day < on]
    oldest_on = on - timedelta(days=settings.input_log_days_kept)
    deleted = [path for day, path in logs if day < oldest_on]
    kept = [path for day, path in logs if day >= oldest_on]
    size = sum(path.stat().st_size for _, path in input_logs(folder) if path not in deleted)
    while kept and size > settings.input_log_mb_max * _BYTES_PER_MB:
        size -= kept[0].stat().st_size
        deleted.append(kept.pop(0))
    for path in deleted:
        path.unlink(missing_ok=True)
    return deleted


def _delete_oldest(connection: Connection, column: Column[int], before_ms: int) -> int:
    oldest = connection.execute(select(column).order_by(column).limit(1)).scalar()
    if oldest is None or oldest >= before_ms:
        return 0
    end_ms = min(before_ms, oldest + _MS_PER_STEP)
    return connection.execute(delete(column.table).where(column < end_ms)).rowcount
