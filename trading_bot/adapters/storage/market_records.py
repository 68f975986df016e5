"""Candles and instruments beside the journal: jobs for its writing connection.

Use them as ``await journal.run(partial(keep_candles, rows=...))``. Hand over some hundred rows at a time: an
order's intent waits for the job that is being done.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.sqlite import insert

from trading_bot.adapters.storage import schema
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.market_data import Candle


def keep_candles(connection: Connection, rows: Sequence[tuple[str, Candle]]) -> None:
    """Keep 1-minute candles by instrument key; a candle that is kept already is replaced."""
    _put(connection, schema.candles, [{"instrument_key": key, **candle._asdict()} for key, candle in rows])


def keep_instruments(connection: Connection, instruments: Sequence[Instrument], on: date) -> None:
    """Replace the kept instruments by those of a trading day."""
    connection.execute(schema.instruments.delete())
    _put(connection, schema.instruments, [_instrument_row(instrument, on) for instrument in instruments])


def keep_note(connection: Connection, name: str, value: str) -> None:
    """Keep one named value about a run, for example how many ticks a process saw."""
    _put(connection, schema.meta, [{"name": name, "value": value}])


def _put(connection: Connection, table: Table, rows: Sequence[dict[str, object]]) -> None:
    if rows:
        connection.execute(insert(table).prefix_with("OR REPLACE"), rows)


def _instrument_row(instrument: Instrument, on: date) -> dict[str, object]:
    row = {name: getattr(instrument, name, None) for name in schema.instruments.c.keys()}  # noqa: SIM118 - a column collection iterates over columns
    expiry_on = instrument.expiry_on
    return row | {
        "instrument_key": instrument.key,
        "on": on.isoformat(),
        "expiry_on": None if expiry_on is None else expiry_on.isoformat(),
    }
