import pytest

from trading_bot.domain.candles.interval import DAY, Interval, IntervalUnit, interval_of


def test_an_interval_is_read_and_written():
    assert interval_of("15m") == Interval(IntervalUnit.MINUTES, 15)
    assert [interval_of(text).seconds for text in ("1m", "2h", "1D")] == [60, 7_200, 86_400]
    assert str(DAY) == "1d"


@pytest.mark.parametrize("text", ["", "m", "0m", "301m", "6h", "2d", "1w", "1.5h", "-1m"])
def test_what_no_broker_serves_is_refused(text):
    with pytest.raises(ValueError, match="is not an interval"):
        interval_of(text)
