"""Where in a journal a rebuild of the book may begin: see `engine/checkpoint.py`."""

from sqlalchemy import Connection, select

from trading_bot.adapters.storage import schema

_KIND = "day_started"
_SAYS_WHAT_IT_TOOK_OVER = '%"carried":{%'


def first_needed(connection: Connection) -> int:
    """Number of the row that a rebuild begins with: the newest checkpoint; 0 for all rows.

    It is sought from the end backwards, and found within the rows of a day or two.
    """
    table = schema.journal.c
    checkpoints = table.kind == _KIND, table.payload.like(_SAYS_WHAT_IT_TOOK_OVER)
    newest = select(table.sequence).where(*checkpoints).order_by(table.sequence.desc()).limit(1)
    return int(connection.execute(newest).scalar() or 0)
