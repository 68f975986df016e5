"""Fills at candle fidelity: what a day of candles by hand leads to."""

import pytest

from tests.fakes.candle_days import MINUTE_MS, OPEN_MS, SignalsAt, bars_of, played
from tests.fakes.engine_driver import PRICE
from trading_bot.domain.signal import Direction
from trading_bot.risk.overlays.settings import CircuitSettings, OverlaySettings
from trading_bot.risk.settings import RiskSettings

FLAT = (PRICE, PRICE, PRICE, PRICE)


def day(*prices, direction=Direction.LONG, **options):
    """A signal at the first candle, an entry at the second, then these."""
    strategy = SignalsAt(signals={30: direction})
    outcome, result = played(strategy, bars_of(FLAT, FLAT, *prices, *([prices[-1]] * 3)), **options)
    return outcome, result.trades[0].record


def test_a_signal_at_the_close_is_filled_at_the_next_open():
    up = (PRICE + 50, PRICE + 100, PRICE + 50, PRICE + 100)

    outcome, _ = played(SignalsAt(signals={30: Direction.LONG}), bars_of(FLAT, up, up))

    fills = [row for row in outcome.rows if row.kind == "order_filled"]
    assert fills
    assert f'"price":{PRICE + 60}' in fills[0].payload
    assert OPEN_MS + 31 * MINUTE_MS <= fills[0].at_ms < OPEN_MS + 31 * MINUTE_MS + 1_000


@pytest.mark.parametrize("direction", list(Direction))
def test_a_signal_after_quiet_minutes_is_filled_at_the_next_open_too(direction):
    """The exchange was not looked at meanwhile; neither its clock nor its price may be those of before."""
    away = PRICE + direction.sign * 8_000
    out = (PRICE, max(PRICE, away), min(PRICE, away), away)
    quiet = (*(away + direction.sign * 2_000 for _ in range(4)),)
    strategy = SignalsAt(signals={30: direction, 40: direction})

    _, result = played(strategy, bars_of(FLAT, FLAT, out, *[quiet] * 12))

    _, second = (trade.record.entries[0] for trade in result.trades)
    begin_ms = OPEN_MS + 41 * MINUTE_MS
    assert second.price == quiet[0] + direction.sign * 10
    assert begin_ms < second.filled_at_ms < begin_ms + 1_000


@pytest.mark.parametrize("direction", list(Direction))
def test_a_candle_that_reaches_stop_and_target_ends_at_the_stop(direction):
    """The order inside a candle is not known: the worse one is assumed."""
    wild = (PRICE, PRICE + 5_000, PRICE - 5_000, PRICE)

    _, record = day(wild, direction=direction)

    assert record.closed.exit_reason == "stop"
    assert record.closed.gross_pnl < 0


def test_a_stop_is_filled_where_it_lies_and_not_at_the_end_of_the_fall():
    outcome, record = day((PRICE, PRICE, PRICE - 5_000, PRICE - 4_000))

    (exit_fill,) = record.exits
    stop = record.stops[-1].price
    assert stop - 50 <= exit_fill.price < stop
    assert outcome.alerts == ()


def test_a_gap_beyond_the_stop_is_filled_at_the_open():
    below = PRICE - 1_700

    _, record = day((below, below, below - 100, below))

    assert [fill.price for fill in record.exits] == [below - 10]


def test_a_target_is_filled_where_it_lies_and_not_at_the_top():
    _, record = day((PRICE, PRICE + 9_000, PRICE, PRICE + 8_000))

    target = record.trade.plan.target_price
    assert record.closed.exit_reason == "target"
    assert [fill.price for fill in record.exits] == [target - 10]


def test_a_trailing_stop_follows_the_way_of_the_price_inside_a_candle():
    rises = [
        (PRICE + step, PRICE + step + 300, PRICE + step, PRICE + step + 300) for step in range(0, 1_500, 300)
    ]

    _, record = day(*rises, (PRICE + 1_500, PRICE + 1_600, PRICE - 3_000, PRICE - 3_000))

    assert record.closed.exit_reason == "trailing_stop"
    assert len(record.stops) > 1


def test_the_share_of_a_candles_volume_bounds_what_is_dealt_in_it_however_many_prices_it_has():
    thin = SignalsAt(signals={30: Direction.LONG})
    restless = (PRICE, PRICE + 100, PRICE - 100, PRICE)
    outcome, result = played(thin, bars_of(FLAT, *[restless] * 6, volume=100))

    record = result.trades[0].record
    for fills in (record.entries, record.exits):
        minutes = [(fill.filled_at_ms - OPEN_MS) // MINUTE_MS for fill in fills]
        by_minute = {
            minute: sum(fill.quantity for fill, then in zip(fills, minutes, strict=True) if then == minute)
            for minute in minutes
        }
        assert by_minute
        assert max(by_minute.values()) <= 10
    assert "unprotected" not in " ".join(outcome.alerts)


@pytest.mark.parametrize("volume", [0, 9])
def test_a_candle_without_volume_or_with_too_little_for_a_unit_fills_nothing(volume):
    thin = SignalsAt(signals={30: Direction.LONG})

    outcome, result = played(thin, bars_of(*[FLAT] * 4, volume=volume))

    assert any(row.kind == "order_intended" for row in outcome.rows)
    assert not any(row.kind == "order_filled" for row in outcome.rows)
    assert result.trades == ()


@pytest.mark.parametrize(
    "prices",
    [
        ((PRICE, PRICE, PRICE - 5_000, PRICE - 4_000),),
        ((PRICE, PRICE + 9_000, PRICE, PRICE),),
        (FLAT, (PRICE, PRICE + 2_000, PRICE - 3_000, PRICE)),
    ],
)
def test_the_result_is_that_of_the_venues_own_books(prices):
    """V7."""
    strategy = SignalsAt(signals={30: Direction.LONG})

    outcome, result = played(strategy, bars_of(FLAT, FLAT, *prices, *[FLAT] * 3))

    assert result.trades[0].record.open_quantity == 0
    assert result.net == outcome.ledger_net_pnl


def test_what_is_held_at_the_time_to_be_flat_is_closed():
    """V11."""
    bars = bars_of(*[FLAT] * 330, first_minute=30)

    _, result = played(SignalsAt(signals={30: Direction.SHORT}), bars)

    (trade,) = result.trades
    assert trade.record.closed.exit_reason == "square_off"
    assert trade.record.open_quantity == 0


def test_every_position_has_a_stop_at_the_venue():
    """V4."""
    outcome, record = day(FLAT, FLAT)

    stops = [row for row in outcome.rows if '"trigger_pending"' in row.payload]
    assert stops
    assert stops[0].at_ms - record.entered_at_ms < 5_000


def test_without_a_signal_nothing_is_ordered_and_no_venue_is_needed():
    outcome, result = played(SignalsAt(), bars_of(*[FLAT] * 10))

    assert (outcome.bars, result.net, result.trades) == (10, 0, ())


def test_the_same_day_gives_the_same_journal():
    """V19."""
    first, second = (day((PRICE, PRICE, PRICE - 5_000, PRICE - 4_000))[0] for _ in range(2))

    assert first.rows == second.rows


def test_minutes_without_a_trade_are_not_taken_for_a_feed_that_is_lost():
    """Fault 2: a thin share has no candle in most minutes."""
    bars = bars_of(*[FLAT] * 40)
    thin = (*bars[:3], *bars[3::8])

    outcome, result = played(SignalsAt(signals={30: Direction.LONG}), thin)

    assert result.trades
    assert not any("silent" in text for text in outcome.alerts)


def test_an_entry_that_the_open_leaves_behind_is_not_filled_by_the_extreme_that_suits_it():
    """The price is assumed to run away first; by the time it is back the entry was withdrawn."""
    away = (PRICE + 1_000, PRICE + 5_000, PRICE - 100, PRICE)

    _, result = played(SignalsAt(signals={30: Direction.LONG}), bars_of(FLAT, away, FLAT, FLAT))

    assert result.trades == ()


def test_a_candle_whose_last_minute_is_missing_is_judged_all_the_same():
    """V21: the same candles as where nothing is held."""
    seen = []

    class Recording(SignalsAt):
        def evaluator(self, instrument):
            evaluator = super().evaluator(instrument)
            evaluate = evaluator.evaluate

            def recorded(candle, quote):
                seen.append((candle.start_ms - OPEN_MS) // MINUTE_MS)
                return evaluate(candle, quote)

            evaluator.evaluate = recorded
            return evaluator

    bars = bars_of(*[FLAT] * 60)
    without_59 = (*bars[:29], *bars[30:])
    strategy = Recording(signals={30: Direction.LONG}, timeframe_s=900)

    _, result = played(strategy, without_59)

    assert result.trades
    assert seen == [30, 45, 60, 75]


@pytest.mark.parametrize(
    ("minutes", "price"), [(60, PRICE + 30), (326, PRICE - 1_370)], ids=["data end early", "nobody trades"]
)
def test_what_is_held_when_the_candles_are_over_is_closed_all_the_same(minutes, price):
    """V7, V11: at the last price, or where an exit already waits for somebody, at what it asks."""
    last = (PRICE + 40, PRICE + 40, PRICE + 40, PRICE + 40)
    dry = bars_of(*[FLAT] * minutes, last, first_minute=33, volume=0)

    outcome, result = played(SignalsAt(signals={30: Direction.LONG}), (*bars_of(*[FLAT] * 3), *dry))

    (trade,) = result.trades
    assert trade.record.open_quantity == 0
    assert {fill.price for fill in trade.record.exits} == {price}
    assert result.net == outcome.ledger_net_pnl


@pytest.mark.parametrize(("missing", "price"), [(0, PRICE + 2_010), (7, PRICE + 2_080)])
def test_a_later_order_meets_the_next_open_and_not_the_quote_of_hours_ago(missing, price):
    """Where nobody trades in the minutes after it, it waits at its limit and is met there."""
    falls, higher = (PRICE, PRICE, PRICE - 5_000, PRICE - 4_000), (PRICE + 2_000,) * 4
    bars = bars_of(FLAT, FLAT, falls, *[FLAT] * 97, *[higher] * 30)

    _, result = played(
        SignalsAt(signals={30: Direction.LONG, 139: Direction.LONG}), (*bars[:110], *bars[110 + missing :])
    )

    first, second = (trade.record for trade in result.trades)
    assert first.closed.exit_reason == "stop"
    assert [fill.price for fill in second.entries] == [price]
    begun_ms = second.entries[0].filled_at_ms - OPEN_MS
    assert (140 + missing) * MINUTE_MS <= begun_ms < (140 + missing) * MINUTE_MS + 1_000


def banded(margin):
    return RiskSettings(overlays=OverlaySettings(circuits=CircuitSettings(band_margin=margin)))


def test_with_a_margin_to_the_price_limits_they_are_known_before_anything_is_ordered():
    plain, _ = day(FLAT)
    kept_away, record = day(FLAT, risk=banded(0.05))
    denied, result = played(SignalsAt(signals={30: Direction.LONG}), bars_of(*[FLAT] * 5), risk=banded(0.15))

    assert record.entries
    assert [row.kind for row in kept_away.rows] == [row.kind for row in plain.rows]
    assert result.trades == ()
    assert any('"overlay_circuits"' in row.payload for row in denied.rows if row.kind == "entry_denied")


def test_limits_that_were_widened_are_read_again_once_they_denied_something():
    """The first limits lie a tenth away; the exchange widens them when a price has come that far."""
    far = (PRICE * 10995 // 100_000 * 10,) * 4
    strategy = SignalsAt(signals={40: Direction.LONG, 42: Direction.LONG})

    outcome, result = played(strategy, bars_of(*[FLAT] * 5, *[far] * 15), risk=banded(0.02))

    denied = [row for row in outcome.rows if row.kind == "entry_denied"]
    assert len(denied) == 1
    assert len(result.trades) == 1
