import re
import tomllib
from pathlib import Path

import pytest

from trading_bot.settings.fields import leaves, value_at
from trading_bot.settings.names import SHORT_NAMES
from trading_bot.settings.templates import default_toml, env_example, local_toml, write_files
from trading_bot.settings.tree import Settings

PROJECT = Path(__file__).resolve().parents[3]
STALE = "run `python -m trading_bot.settings.templates`"


def test_default_file_says_what_the_sections_say():
    assert (PROJECT / "config/default.toml").read_text(encoding="utf-8") == default_toml(), STALE


def test_env_example_lists_every_secret_and_override():
    assert (PROJECT / ".env.example").read_text(encoding="utf-8") == env_example(), STALE


def test_default_file_loads_to_the_defaults():
    document = tomllib.loads(default_toml())

    assert Settings(**document) == Settings()


def test_default_file_names_every_key_but_the_secrets():
    text = default_toml()

    for leaf in leaves(Settings).values():
        assert leaf.is_secret is not bool(re.search(rf"^(# )?{leaf.key[-1]} =", text, re.MULTILINE))


def test_local_file_changes_nothing_until_it_is_edited():
    assert tomllib.loads(local_toml()) == {}


def test_local_file_is_toml_once_everything_is_switched_on():
    lines = [
        line.removeprefix("# ")
        for line in local_toml().splitlines()
        if re.match(r"# (\[[\w.]+\]$|\w+ = )", line)
    ]

    assert tomllib.loads("\n".join(lines)) == tomllib.loads(default_toml())


def test_env_example_sets_nothing():
    assert not re.search(r"^\w+=.+", env_example(), re.MULTILINE)


@pytest.mark.parametrize("name", SHORT_NAMES)
def test_env_example_explains_each_name(name):
    assert re.search(rf"^# .+\n(# .+\n)*(# )?{name}=", env_example(), re.MULTILINE)


@pytest.mark.parametrize("key", SHORT_NAMES.values())
def test_every_short_name_stands_for_a_setting(key):
    value_at(Settings(), key)


def test_every_setting_is_described():
    assert [leaf.name for leaf in leaves(Settings).values() if not leaf.description] == []


def test_both_files_are_written(tmp_path):
    write_files(tmp_path)

    assert (tmp_path / "config/default.toml").exists()
    assert (tmp_path / ".env.example").exists()
