import pytest

from trading_bot.domain.gate import Gate
from trading_bot.domain.market_data import Quote
from trading_bot.domain.signal import Direction
from trading_bot.indicators.macd import MacdValue
from trading_bot.indicators.supertrend import SupertrendValue
from trading_bot.strategies.confluence_rules import (
    MACD_CROSS,
    RSI_CROSS,
    SUPERTREND_FLIP,
    ConfluenceRules,
    Reading,
    Surroundings,
    Trigger,
    Triggers,
    sides_of,
)
from trading_bot.strategies.confluence_settings import ConfluenceSettings

LONG, SHORT = Direction.LONG, Direction.SHORT
RULES = ConfluenceRules(ConfluenceSettings(), 220)
UP = Reading(
    high=101.0,
    low=99.0,
    close=100.0,
    ema=95.0,
    rsi=60.0,
    macd=MacdValue(1.0, 0.5, 0.5),
    supertrend=SupertrendValue(97.0, 1),
    atr=1.5,
)
DOWN = UP._replace(
    ema=105.0, rsi=40.0, macd=MacdValue(-1.0, -0.5, -0.5), supertrend=SupertrendValue(103.0, -1)
)
UNKNOWN = UP._replace(ema=None, rsi=None, macd=None, supertrend=None, atr=None)
AROUND = Surroundings(
    candles_seen=220,
    triggers=Triggers(Trigger(MACD_CROSS, 1), Trigger(RSI_CROSS, 0)),
    volume=900,
    mean_volume=1000.0,
    quote=Quote(9_998, 10, 10_002, 10),
)


def gate(name: str, reading=UP, direction=LONG, around=AROUND, rules=RULES, **changes) -> Gate:
    gates = rules.gates(
        reading._replace(**changes) if changes else reading, rules.score(reading), direction, around
    )
    return next(one for one in gates if one.name == name)


def test_a_perfect_setup_passes_every_gate_in_the_stated_order():
    gates = RULES.gates(UP, 1.0, LONG, AROUND)

    assert all(one.passed for one in gates)
    assert [one.name for one in gates] == [
        "ready",
        "score",
        "direction",
        "trend",
        "trigger",
        "shock",
        "atr",
        "spread",
        "volume",
    ]


def test_the_trace_holds_all_gates_even_when_nothing_is_known():
    gates = RULES.gates(UNKNOWN, 0.0, None, Surroundings(0, Triggers(), None, None, None))

    assert {one.name: one.passed for one in gates} == {
        "ready": False,
        "score": False,
        "direction": False,
        "trend": False,
        "trigger": False,
        "shock": True,
        "atr": False,
        "spread": True,
        "volume": True,
    }


@pytest.mark.parametrize(
    ("changes", "score"),
    [
        ({}, 1.0),
        ({"rsi": 75.0}, 1.0),
        ({"rsi": 75.1}, 2 / 3),
        ({"rsi": 50.0}, 2 / 3),
        ({"rsi": 49.9}, 1 / 3),
        ({"rsi": 25.0}, 1 / 3),
        ({"rsi": 24.9}, 2 / 3),
        ({"rsi": None}, 2 / 3),
        ({"macd": MacdValue(1.0, 1.0, 0.0)}, 2 / 3),
        ({"macd": MacdValue(0.5, 1.0, -0.5)}, 1 / 3),
        ({"supertrend": SupertrendValue(103.0, -1)}, 1 / 3),
        ({"supertrend": None, "macd": None, "rsi": None}, 0.0),
    ],
)
def test_the_score_is_the_mean_of_the_votes(changes, score):
    assert RULES.score(UP._replace(**changes)) == pytest.approx(score)


def test_the_score_of_the_mirror_image_is_its_negative():
    assert RULES.score(DOWN) == -RULES.score(UP)


def test_weights_shift_the_score():
    rules = ConfluenceRules(ConfluenceSettings(rsi_weight=0, macd_weight=3, supertrend_weight=1), 220)

    assert rules.score(UP._replace(supertrend=SupertrendValue(103.0, -1))) == 0.5


@pytest.mark.parametrize(("score", "passed"), [(0.6, True), (-0.6, True), (0.59, False), (-0.59, False)])
def test_the_score_must_reach_the_threshold_on_either_side(score, passed):
    gates = RULES.gates(UP, score, LONG if score > 0 else SHORT, AROUND)

    assert gates[1][:3] == ("score", passed, score)
    assert gates[1].needed.startswith(">= 0.6 or <= -0.6; ")


@pytest.mark.parametrize(
    ("reading", "votes"),
    [
        (UP, "RSI 60.0 long, MACD +0.500 long, Supertrend 97.00 long"),
        (DOWN, "RSI 40.0 short, MACD -0.500 short, Supertrend 103.00 short"),
        (
            UP._replace(rsi=78.26, macd=MacdValue(1.0, 1.0, 0.0)),
            "RSI 78.3 abstains, MACD +0.000 abstains, Supertrend 97.00 long",
        ),
        (UNKNOWN, "RSI unknown, MACD unknown, Supertrend unknown"),
    ],
)
def test_the_score_says_who_voted_for_what_and_who_abstained(reading, votes):
    assert gate("score", reading).needed == f">= 0.6 or <= -0.6; {votes}"


def test_a_direction_that_is_switched_off_does_not_pass():
    rules = ConfluenceRules(ConfluenceSettings(directions=(LONG,)), 220)

    assert gate("direction", rules=rules).passed
    assert gate("direction", DOWN, SHORT, rules=rules) == Gate("direction", False, SHORT, "one of: long")


@pytest.mark.parametrize(
    ("close", "direction", "passed"),
    [(96.0, LONG, True), (95.0, LONG, False), (94.0, LONG, False), (94.0, SHORT, True), (95.0, SHORT, False)],
)
def test_long_only_above_the_average_and_short_only_below(close, direction, passed):
    assert gate("trend", direction=direction, close=close).passed is passed


def test_a_trigger_of_the_other_direction_does_not_count():
    around = AROUND._replace(triggers=Triggers(short=Trigger(MACD_CROSS, 0)))

    assert not gate("trigger", around=around).passed
    assert gate("trigger", DOWN, SHORT, around).measured == "MACD cross at this candle"


@pytest.mark.parametrize(("high", "passed"), [(103.0, True), (103.1, False)])
def test_a_bar_of_more_than_four_per_cent_is_a_shock(high, passed):
    assert gate("shock", high=high).passed is passed


def test_a_price_of_nothing_is_a_shock():
    assert not gate("shock", close=0.0).passed


@pytest.mark.parametrize("atr", [0.0, None])
def test_without_any_movement_there_is_no_measure_for_a_stop(atr):
    assert not gate("atr", atr=atr).passed


@pytest.mark.parametrize(
    ("bid", "ask", "passed"),
    [(9_995, 10_005, True), (9_990, 10_005, False), (10_005, 9_995, False), (10_000, 10_000, True)],
)
def test_the_spread_must_be_narrow_and_not_crossed(bid, ask, passed):
    """Fault 8."""
    assert gate("spread", around=AROUND._replace(quote=Quote(bid, 1, ask, 1))).passed is passed


@pytest.mark.parametrize("quote", [None, Quote(0, 0, 10_000, 5), Quote(10_000, 5, 0, 0)])
def test_the_spread_is_skipped_where_a_side_is_unknown(quote):
    skipped = gate("spread", around=AROUND._replace(quote=quote))

    assert skipped.passed
    assert skipped.needed.startswith("skipped")


@pytest.mark.parametrize(("volume", "passed"), [(500, True), (499, False), (0, False)])
def test_the_volume_must_be_half_of_its_mean(volume, passed):
    assert gate("volume", around=AROUND._replace(volume=volume)).passed is passed


@pytest.mark.parametrize(("volume", "mean"), [(None, 1000.0), (100, None), (0, 0.0)])
def test_the_volume_is_skipped_where_the_source_has_none(volume, mean):
    skipped = gate("volume", around=AROUND._replace(volume=volume, mean_volume=mean))

    assert skipped == Gate("volume", True, None, "skipped: no volume")


@pytest.mark.parametrize("candles_seen", [219, 220])
def test_it_is_ready_when_the_required_candles_were_seen(candles_seen):
    assert gate("ready", around=AROUND._replace(candles_seen=candles_seen)).passed is (candles_seen >= 220)


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        ({"rsi": 50.0}, RSI_CROSS),
        ({"macd": MacdValue(0, 0, 0.0)}, MACD_CROSS),
        ({"supertrend": SupertrendValue(103.0, -1)}, SUPERTREND_FLIP),
        ({"rsi": 40.0, "macd": MacdValue(0, 0, -1.0)}, MACD_CROSS),
    ],
)
def test_a_turn_of_one_of_the_three_is_a_trigger(before, kind):
    rising = RULES.triggers(Triggers(), sides_of(UP._replace(**before)), sides_of(UP))

    assert rising == Triggers(long=Trigger(kind, 0))


def test_the_mirror_image_is_a_trigger_for_short():
    assert RULES.triggers(Triggers(), sides_of(UP), sides_of(DOWN)) == Triggers(
        short=Trigger(SUPERTREND_FLIP, 0)
    )


def test_nothing_turns_while_nothing_changes_or_is_known():
    assert RULES.triggers(Triggers(), sides_of(UP), sides_of(UP)) == Triggers()
    assert RULES.triggers(Triggers(), sides_of(UNKNOWN), sides_of(UP)) == Triggers()
    assert RULES.triggers(Triggers(), sides_of(UP), sides_of(UNKNOWN)) == Triggers()
    assert RULES.triggers(Triggers(), None, sides_of(UP)) == Triggers()


def test_a_trigger_ages_with_each_candle_until_it_is_forgotten():
    triggers = Triggers(long=Trigger(RSI_CROSS, 0))
    ages = []
    for _ in range(3):
        triggers = RULES.triggers(triggers, sides_of(UP), sides_of(UP))
        ages.append(triggers.long.age if triggers.long else None)

    assert ages == [1, 2, None]
