"""A further schema, that no version of the program has: several statements, some of which change rows."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("crash_notes", sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text))
    op.add_column("orders", sa.Column("crash_note", sa.Text))
    op.execute("INSERT INTO crash_notes SELECT tag, status FROM orders")
    op.execute("UPDATE orders SET crash_note = 'seen'")
