import stat
from dataclasses import replace

import pytest

from trading_bot.commands.arguments import parse_arguments
from trading_bot.domain.errors import SettingsError
from trading_bot.settings.load import Places, load_settings


def run(desk):
    arguments, function = parse_arguments(["init"])
    return function(arguments, desk.context)


def test_both_files_are_written_private_and_change_nothing(desk):
    assert run(desk) == 0

    assert stat.S_IMODE((desk.folder / ".env").stat().st_mode) == 0o600
    assert load_settings(Places(folder=desk.folder, environment={})).origins == {}
    assert "python main.py check" in desk.written[0]


def test_what_is_there_stays_as_it_is(desk):
    (desk.folder / ".env").write_text("BASE_CAPITAL=5000\n", encoding="utf-8")

    run(desk)

    assert (desk.folder / ".env").read_text(encoding="utf-8") == "BASE_CAPITAL=5000\n"
    assert desk.written[0].startswith(".env is there already and stays as it is\nconfig/local.toml written")


def test_a_folder_that_cannot_be_written_is_explained(desk):
    (desk.folder / "file").write_text("", encoding="utf-8")
    desk.context = replace(desk.context, places=Places(folder=desk.folder / "file", environment={}))

    with pytest.raises(SettingsError, match=r"\.env cannot be written"):
        run(desk)
