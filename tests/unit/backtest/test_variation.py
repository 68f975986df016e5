from tests.fakes.played_days import DAYS, candles_of
from trading_bot.backtest.variation import ChangedFolder, ChangedWarmUp


class Source:
    """A folder and a warm-up with the same candles."""

    def days(self, symbol):
        return DAYS

    def instrument(self, symbol, on):
        return symbol, on

    def minutes_before(self, symbol, on):
        return 7

    def minute_candles(self, symbol, first, last):
        return candles_of(days=(first, last))

    candles = minute_candles


def without_volume(symbol, candles):
    assert symbol == "TOY"
    return candles._replace(volume=candles.volume * 0)


def test_prices_change_and_facts_do_not():
    folder = ChangedFolder(Source(), without_volume)
    warm_up = ChangedWarmUp(Source(), without_volume)

    assert folder.days("TOY") == DAYS
    assert folder.instrument("TOY", DAYS[0]) == ("TOY", DAYS[0])
    assert warm_up.minutes_before("TOY", DAYS[0]) == 7
    for changed in (folder.minute_candles, warm_up.candles):
        found = changed("TOY", *DAYS[:2])
        assert found.start_ms.tolist() == candles_of(days=DAYS[:2]).start_ms.tolist()
        assert not found.volume.any()
