"""Brings a file to this program's schema, in one transaction."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from trading_bot.domain.errors import StorageError

_SCRIPTS = Path(__file__).parent / "migrations"
STEPS = (_SCRIPTS / "versions",)
"""Folders with the steps, one file each."""


def schema_of(connection: Connection) -> str | None:
    """The number of the file's schema; None for a file without tables of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    number = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return None if number is None else str(number)


def newest_schema(steps: Sequence[Path] = STEPS) -> str:
    """The number of the schema that this program writes."""
    head = ScriptDirectory.from_config(_config(steps)).get_current_head()
    assert head is not None
    return head


class NewerSchemaError(StorageError):
    """The file is sound, and of a newer program."""


def require_known(schema: str, path: Path, steps: Sequence[Path] = STEPS) -> None:
    """Raises NewerSchemaError when a newer program wrote the file."""
    if schema in _known_schemas(tuple(steps)):
        return
    raise NewerSchemaError(
        f"{path} has schema {schema}, this program knows schemas up to {newest_schema(steps)}:"
        " install the version that wrote the file, or restore a backup that was made before the upgrade"
        " (docs/operations.md says how, under Upgrading)"
    )


@cache
def _known_schemas(steps: tuple[Path, ...]) -> frozenset[str]:
    """Read once: whoever opens a file to answer a question must not wait for the steps to be loaded."""
    return frozenset(step.revision for step in ScriptDirectory.from_config(_config(steps)).walk_revisions())


def migrate(connection: Connection, steps: Sequence[Path] = STEPS) -> None:
    """Take every step that the file lacks, inside the caller's transaction: all of them happen, or none."""
    config = _config(steps)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config(steps: Sequence[Path]) -> Config:
    config = Config()
    config.set_main_option("script_location", _escaped(_SCRIPTS))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(_escaped(step) for step in steps))
    return config


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")  # the configuration would interpolate it
