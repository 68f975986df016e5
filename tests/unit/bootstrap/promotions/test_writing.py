"""Where a verdict cannot be written, as early and with as much help as can be."""

import pytest

from trading_bot.bootstrap.promotions.files import write_promotion
from trading_bot.bootstrap.promotions.promote import run_promote
from trading_bot.domain.errors import SettingsError
from trading_bot.settings.options import BacktestOptions, PromoteOptions
from trading_bot.settings.tree import Settings


def test_a_folder_as_the_verdict_is_told_before_anything_is_tested(tmp_path):
    options = PromoteOptions(backtest=BacktestOptions(data=tmp_path / "nowhere"), out=tmp_path)

    with pytest.raises(SettingsError, match=r"--out .* is a folder.\n  fix: name a file in it"):
        run_promote(Settings(), options, print, None, 0)


def test_a_verdict_that_cannot_be_written_is_judged_again_without_testing(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(SettingsError, match="fix: promote --report with the folder of the backtest"):
        write_promotion({}, tmp_path / "file" / "verdict.json")
