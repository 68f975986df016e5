import sqlite3
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from trading_bot.adapters.storage.connection import connect_for_writing
from trading_bot.adapters.storage.migrate import STEPS, migrate, newest_schema, schema_of
from trading_bot.adapters.storage.opening import open_file
from trading_bot.adapters.storage.schema import metadata
from trading_bot.adapters.storage.settings import StorageSettings

NEXT_STEP = """
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

def upgrade():
    op.create_table("added", sa.Column("name", sa.Text))
    {rest}
"""


@pytest.fixture
def connection(tmp_path):
    with closing(connect_for_writing(tmp_path / "j.db", busy_timeout_ms=20, wal_bytes_max=1_000)) as opened:
        yield opened


def next_step(folder, rest="pass"):
    (folder / "v0003_next.py").write_text(NEXT_STEP.format(rest=rest))
    return (*STEPS, folder)


def tables(connection):
    names = "SELECT name FROM sqlite_master WHERE type = 'table'"
    with connection.begin():
        return set(connection.exec_driver_sql(names).scalars())


def test_the_steps_lead_to_the_schema_of_the_program(connection):
    with connection.begin():
        migrate(connection)

    with connection.begin():
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_file_without_tables_has_no_schema(connection):
    with connection.begin():
        assert schema_of(connection) is None


def test_a_migrated_file_has_the_newest_schema(connection):
    with connection.begin():
        migrate(connection)

    with connection.begin():
        assert schema_of(connection) == newest_schema()


def test_a_later_step_is_taken_from_where_the_file_stands(connection, tmp_path):
    with connection.begin():
        migrate(connection)

    with connection.begin():
        migrate(connection, next_step(tmp_path))

    assert "added" in tables(connection)


def test_a_step_that_fails_leaves_the_file_as_it_was(connection, tmp_path):
    """Fault 92: half a migration."""
    with connection.begin():
        migrate(connection)
    before = tables(connection)

    with pytest.raises(ZeroDivisionError), connection.begin():
        migrate(connection, next_step(tmp_path, rest="1 // 0"))

    assert tables(connection) == before
    with connection.begin():
        assert schema_of(connection) == newest_schema()


def test_a_migration_is_preceded_by_a_copy_of_the_file(path, written, tmp_path):
    written()

    file = open_file(path, clock_ms=lambda: 0, settings=StorageSettings(), steps=next_step(tmp_path))
    file.close()

    assert schema_number(path.with_name("journal.db.before-schema-0003")) == newest_schema()
    assert schema_number(path) == "0003"


def test_what_the_first_schema_held_is_there_after_the_second(connection):
    """Evaluations of before stay where they are; nothing is rewritten while positions wait."""
    with connection.begin():
        migrate(connection)
        for name in ("traces", "trace_names", "trace_forms"):
            connection.exec_driver_sql(f"DROP TABLE {name}")
        connection.exec_driver_sql("DROP VIEW evaluations")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        connection.exec_driver_sql(
            "INSERT INTO signals VALUES (1, 'A', 's', '2026-11-19', NULL, 0.5, NULL, NULL, '[]')"
        )

    with connection.begin():
        migrate(connection)

    with connection.begin():
        assert connection.exec_driver_sql("SELECT instrument_key FROM signals").scalars().all() == ["A"]
        assert connection.exec_driver_sql("SELECT count(*) FROM evaluations").scalar() == 0


def schema_number(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
