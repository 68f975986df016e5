import pytest

from trading_bot.adapters.upstox.rest import decode_market
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.market_data import Candle, Tick

KEY = "NSE_EQ|INE002A01018"
START_MS = 1_795_147_200_000


def row(minute="09:30", prices=(100.05, 101.0, 99.5, 100.5), volume=1200):
    return [f"2026-11-20T{minute}:00+05:30", *prices, volume, 0]


def test_candles_are_sorted_oldest_first_and_each_start_comes_once():
    data = {"candles": [row("09:31"), row("09:30"), row("09:30")]}

    candles = decode_market.candles(data, KEY)

    assert [candle.start_ms for candle in candles] == [START_MS, START_MS + 60_000]
    assert candles[0] == Candle(START_MS, 10_005, 10_100, 9_950, 10_050, 1200)


def test_index_candles_have_no_volume():
    [candle] = decode_market.candles({"candles": [row(volume=0)]}, "NSE_INDEX|Nifty 50")

    assert candle.volume is None


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        {},
        row()[:5],
        ["nonsense", *row()[1:]],
        ["2026-11-20T09:30:00", *row()[1:]],
        row(prices=(0, 101.0, 99.5, 100.5)),
        row(prices=(100.0, 99.0, 99.5, 100.5)),
        row(prices=(100.0, 101.0, 100.2, 100.5)),
        row(prices=(100.0, None, 99.5, 100.5)),
        row(prices=(float("nan"), 101.0, 99.5, 100.5)),
        row(prices=(True, 101.0, 1.0, 100.5)),
        row(prices=(100.0, 1e300, 99.5, 100.5)),
        row(prices=(100.0, 10**400, 99.5, 100.5)),
        row(volume="many"),
        row(volume={}),
        row(volume=-5),
        row(volume=float("inf")),
        row(volume=2**63),
    ],
)
def test_candle_that_cannot_be_fails_the_read(wrong):
    with pytest.raises(ReadFailedError):
        decode_market.candles({"candles": [wrong]}, KEY)


@pytest.mark.parametrize("data", [None, [], {}, {"candles": None}])
def test_missing_candles_are_not_an_empty_day(data):
    with pytest.raises(ReadFailedError):
        decode_market.candles(data, KEY)


def test_quotes_are_keyed_by_the_instrument_and_not_by_the_answer_s_own_name():
    data = {
        "NSE_EQ:RELIANCE": {
            "instrument_token": KEY,
            "last_price": 1402.5,
            "last_trade_time": "1795147200000",
            "volume": 512,
            "prev_close_price": 1396.1,
            "depth": {
                "buy": [{"price": 1402.45, "quantity": 7, "orders": 1}],
                "sell": [{"price": 1402.5, "quantity": 9, "orders": 2}],
            },
        }
    }

    assert decode_market.quotes(data) == {
        KEY: Tick(KEY, 140_250, START_MS, 512, 140_245, 7, 140_250, 9, 139_610)
    }


@pytest.mark.parametrize("last_price", [0, None, ""])
def test_quote_without_a_price_is_absent(last_price):
    assert decode_market.quotes({"X": {"instrument_token": KEY, "last_price": last_price}}) == {}


def test_quote_without_depth_has_empty_sides():
    data = {"X": {"instrument_token": KEY, "last_price": 1.0, "depth": {"buy": []}}}

    assert decode_market.quotes(data)[KEY].bid == 0


@pytest.mark.parametrize("wrong", [None, {"date": "soon", "holiday_type": "X"}, {"date": "2026-11-24"}])
def test_holiday_without_date_or_kind_fails_the_read(wrong):
    with pytest.raises(ReadFailedError):
        decode_market.holidays([wrong])


def test_settlement_holiday_keeps_its_kind():
    [holiday] = decode_market.holidays([{"date": "2026-04-01", "holiday_type": "SETTLEMENT_HOLIDAY"}])

    assert (holiday.kind, holiday.closed_exchanges) == ("SETTLEMENT_HOLIDAY", ())


def banded(lower, upper, key=KEY):
    return {"instrument_token": key, "lower_circuit_limit": lower, "upper_circuit_limit": upper}


def test_price_bands_are_in_paise_by_instrument():
    assert decode_market.price_bands({"NSE_EQ:X": banded(1260.45, 1540.55)}) == {KEY: (126_045, 154_055)}


@pytest.mark.parametrize(("lower", "upper"), [(0, 0), (None, None), (0.0, 10.0), ("", "")])
def test_instrument_without_both_limits_has_no_band(lower, upper):
    assert decode_market.price_bands({"X": banded(lower, upper)}) == {}


@pytest.mark.parametrize(
    "wrong", [None, [], {"X": None}, {"X": banded(10, 9)}, {"X": banded(1, 2, key=None)}]
)
def test_bands_that_cannot_be_fail_the_read(wrong):
    with pytest.raises(ReadFailedError):
        decode_market.price_bands(wrong)


def test_half_a_character_in_a_holidays_words_escapes_nowhere():
    row = {"date": "2026-04-01", "holiday_type": "X", "description": "\ud800", "closed_exchanges": ["\ud800"]}

    [holiday] = decode_market.holidays([row])

    assert (holiday.description, holiday.closed_exchanges) == ("", ())
