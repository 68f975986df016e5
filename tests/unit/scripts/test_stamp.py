"""The stamp that `make test` leaves behind."""

import pytest

from scripts import stamp
from trading_bot.bootstrap.fingerprints import source_hash
from trading_bot.bootstrap.stamps import TESTS, read_stamp
from trading_bot.settings.tree import Settings


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRADING_BOT__RUN__DATA_DIR", str(tmp_path / "data"))
    return Settings(run={"data_dir": tmp_path / "data"})


def test_it_names_the_sources_that_were_tested(settings, capsys):
    assert stamp.main() == 0

    assert read_stamp(settings, TESTS).detail == source_hash()
    assert "tests.json" in capsys.readouterr().out


def test_tests_that_passed_have_passed_where_nothing_can_be_noted(settings, tmp_path, capsys):
    (tmp_path / "data").write_text("in the way", encoding="utf-8")

    assert stamp.main() == 0
    assert "no stamp of the tests" in capsys.readouterr().err
