"""Runs the steps on the connection that migrate.py hands over, inside its transaction."""

from alembic import context

from trading_bot.adapters.storage.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
