"""Traces of evaluations in few bytes. Older ones stay where they are, readable, until they are pruned."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_VIEW = """
CREATE VIEW evaluations AS
SELECT traces.candle_start_ms, instruments.name AS instrument_key, strategies.name AS strategy,
       traces.score, traces.direction, traces.passed, trace_forms.gates
FROM traces
JOIN trace_names AS instruments ON instruments.name_id = traces.instrument_id
JOIN trace_names AS strategies ON strategies.name_id = traces.strategy_id
LEFT JOIN trace_forms ON trace_forms.form_id = traces.form_id
"""


def upgrade() -> None:
    """Create the tables and the view over them; nothing is rewritten, so that a start takes no longer."""
    op.create_table(
        "traces",
        *(_integer(name, key=True) for name in ("candle_start_ms", "instrument_id", "strategy_id")),
        _integer("form_id"),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("direction", sa.Text),
        _integer("passed"),
        sa.Column("facts", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table("trace_names", _integer("name_id", key=True), sa.Column("name", sa.Text, nullable=False))
    op.create_index("trace_names_name", "trace_names", ["name"], unique=True)
    op.create_table(
        "trace_forms",
        _integer("form_id", key=True),
        sa.Column("gates", sa.Text, nullable=False),
        sa.Column("sample", sa.Text, nullable=False),
    )
    op.execute(_VIEW)


def _integer(name: str, *, key: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, primary_key=key, nullable=False, autoincrement=False)
