import numpy as np
import pytest

from tests.fakes.played_days import DAYS, ToyDays, candles_of, outcome_of, signal_row
from trading_bot.backtest.honesty.decisions import decisions_until, signal_moments, signals_of
from trading_bot.backtest.honesty.look_ahead import chosen_moments, look_ahead, missing, turned
from trading_bot.backtest.variation import Variation
from trading_bot.domain.candles.arrays import UNKNOWN, arrays_of


def moments_of(toy):
    return [moment for outcome in toy(Variation(days=DAYS)) for moment in signal_moments(outcome)]


def looked(toy, moments=None):
    shown = []
    found = look_ahead(toy, DAYS, moments_of(toy) if moments is None else moments, shown.append)
    return found, shown


def test_a_strategy_that_knows_the_past_only_decides_the_same_in_every_future():
    found, shown = looked(ToyDays())

    assert found.moved == ()
    assert found.decisions > 100
    assert {cut.future for cut in found.cuts} == {"turned", "missing"}
    assert len(shown) == len(found.cuts) / 2


@pytest.mark.parametrize("ahead", [1, 2])
def test_a_strategy_that_looks_ahead_is_found(ahead):
    found, _ = looked(ToyDays(ahead=ahead))

    assert len(found.moved) > 10
    assert {cut.future for cut in found.moved} == {"turned", "missing"}


def test_what_moved_is_told_for_a_person():
    toy = ToyDays(ahead=1)
    found, _ = looked(toy, moments_of(toy)[:1])

    assert found.moved[-1].text == (
        "with the market after 2024-01-01 09:17 missing: 2024-01-01 09:17 signal raised was not made"
    )


def test_a_decision_that_only_the_other_future_makes_has_moved_too():
    def play(variation):
        made = [] if variation.change is None else [signal_row(moment - 60_000)]
        return iter([outcome_of(DAYS[0], [signal_row(moment - 120_000), *made])])

    moment = int(candles_of().start_ms[4])
    found, _ = looked(play, [moment])

    assert found.moved[0].moved.endswith("was added")


def test_a_decision_that_turned_into_another_has_moved_too():
    def play(variation):
        direction = "long" if variation.change is None else "short"
        return iter([outcome_of(DAYS[0], [signal_row(moment - 60_000, direction=direction)])])

    moment = int(candles_of().start_ms[4])
    found, _ = looked(play, [moment])

    assert [cut.moved for cut in found.cuts] == ["2024-01-01 09:19 signal raised became another"] * 2


def test_orders_are_decisions_and_fills_are_not():
    rows = [signal_row(0, kind=kind) for kind in ("order_intended", "order_filled", "trade_planned")]

    found = decisions_until([outcome_of(DAYS[0], rows)], 60_000)

    assert [one.kind for one in found] == ["order_intended", "trade_planned"]
    assert decisions_until([outcome_of(DAYS[0], rows)], 59_999) == ()


def test_only_days_around_a_cut_are_played():
    toy = ToyDays()
    moment = moments_of(toy)[-1]
    toy.variations.clear()

    looked(toy, [moment])

    assert {variation.days for variation in toy.variations} == {DAYS[2:]}


def test_without_a_decision_there_is_nothing_to_compare():
    assert looked(ToyDays(), [int(candles_of().start_ms[0])])[0] is None


def test_moments_are_spread_evenly():
    assert chosen_moments(range(100), 5) == (0, 25, 50, 74, 99)
    assert chosen_moments(range(3), 5) == chosen_moments(range(3), 0) == (0, 1, 2)
    assert chosen_moments((), 5) == ()


def test_a_turned_market_is_the_same_before_and_another_after():
    candles = candles_of()
    at_ms = int(candles.start_ms[20])
    changed = turned(candles, at_ms)

    for before, after in zip(candles, changed, strict=True):
        assert before[:20].tolist() == after[:20].tolist()
    assert (changed.close[20:] - candles.close[19]).tolist() == (
        candles.close[19] - candles.close[20:]
    ).tolist()
    assert (changed.high >= changed.low).all()
    assert (changed.volume[20:] > candles.volume[20:]).all()
    assert turned(candles, int(candles.start_ms[-1]) + 1) is candles


def test_a_turned_market_stays_above_zero_and_keeps_unknown_volumes():
    rises = arrays_of([(0, 100, 100, 100, 100, None), (60_000, 100, 900, 100, 900, None)])

    changed = turned(rises, 60_000)

    assert changed.close.tolist() == [100, 5]
    assert (changed.volume == UNKNOWN).all()


def test_a_market_that_is_missing_ends_there():
    candles = candles_of()

    assert missing(candles, int(candles.start_ms[20])).start_ms.tolist() == candles.start_ms[:20].tolist()


def test_signals_are_told_apart_by_candle_strategy_share_and_direction():
    rows = [signal_row(0), signal_row(0, direction="short"), signal_row(0, key="NSE_EQ|X"), signal_row(0)]

    assert len(signals_of([outcome_of(DAYS[0], rows)])) == 3
    assert np.diff(signal_moments(outcome_of(DAYS[0], rows))).size == 0
