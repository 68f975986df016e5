import pytest
from pydantic import ValidationError

from trading_bot.settings.run import RunSettings


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("15minute", 900), ("5", 300), ("1m", 60), ("30 min", 1800), ("1hour", 3600), (3, 180)],
)
def test_trade_interval_takes_the_usual_spellings(written, seconds):
    assert RunSettings(trade_interval=written).trade_interval_s == seconds


@pytest.mark.parametrize("written", ["7minute", "0", "day", "2hour", "-5"])
def test_other_intervals_are_refused(written):
    with pytest.raises(ValidationError, match="one of 1minute"):
        RunSettings(trade_interval=written)
