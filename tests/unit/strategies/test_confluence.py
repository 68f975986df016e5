from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trading_bot.domain.instrument import Instrument, InstrumentKind, Segment
from trading_bot.domain.market_data import Candle, Quote
from trading_bot.domain.signal import Direction, Evaluation
from trading_bot.indicators.atr import Atr
from trading_bot.indicators.ema import Ema
from trading_bot.indicators.indicator import price_series
from trading_bot.indicators.macd import Macd
from trading_bot.indicators.rsi import Rsi
from trading_bot.indicators.supertrend import Supertrend
from trading_bot.strategies.confluence import Confluence, VolumeMean
from trading_bot.strategies.confluence_settings import ConfluenceSettings
from trading_bot.strategies.strategy import WarmUp

KEY = "NSE_EQ|INE002A01018"
INSTRUMENT = Instrument(
    key=KEY, symbol="RELIANCE", name="RELIANCE", segment=Segment.NSE_EQ, kind=InstrumentKind.EQUITY
)
QUOTE = Quote(100_000, 10, 100_010, 10)


def evaluator(**settings):
    return Confluence(ConfluenceSettings(**settings)).evaluator(INSTRUMENT)


def walk(candles: int, seed: int = 5) -> list[Candle]:
    generator = np.random.default_rng(seed)
    closes = (100_000 + np.cumsum(generator.normal(0, 120, candles))).round().astype(int).tolist()
    widths = generator.integers(5, 300, candles).tolist()
    volumes = generator.integers(100, 5_000, candles).tolist()
    return [
        Candle(n * 900_000, close, close + width, close - width, close, volume)
        for n, (close, width, volume) in enumerate(zip(closes, widths, volumes, strict=True))
    ]


def recorded(file: Path, rows: int) -> list[Candle]:
    frame = pd.read_parquet(file).iloc[:rows]
    times = frame["ts"].dt.as_unit("ms").astype("int64").tolist()
    prices = [(frame[name] * 100).round().astype(int).tolist() for name in ("open", "high", "low", "close")]
    volumes = frame["volume"].tolist() if "volume" in frame else [None] * len(frame)
    return [
        Candle(*values, None if volume is None else int(volume))
        for *values, volume in zip(times, *prices, volumes, strict=True)
    ]


def run(made, candles: list[Candle], quote: Quote | None = None) -> list[Evaluation]:
    return [said(made.evaluate(candle, quote)) for candle in candles]


def said(answer):
    """An answer with its gates formed, so that answers can be compared."""
    return Evaluation(**{name: getattr(answer, name) for name in Evaluation.__slots__})


def expected_directions(candles: list[Candle]) -> list[Direction | None]:
    """Signals by the written rule, over whole arrays, with the default settings."""
    prices = price_series(candles)
    rsi, ema, atr = (indicator.batch(prices) for indicator in (Rsi(14), Ema(200), Atr(14)))
    macd, trend = Macd().batch(prices).histogram, Supertrend().batch(prices).direction
    rsi_vote = ((rsi > 50) & (rsi <= 75)) * 1 - ((rsi < 50) & (rsi >= 25)) * 1
    score = (rsi_vote + np.sign(macd) + trend) / 3
    volumes = pd.Series([candle.volume for candle in candles], dtype=float)
    mean = volumes.rolling(20).mean().shift(1).to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        thick = ~(volumes.to_numpy() / mean < 0.5)
    calm = (prices.high - prices.low) / prices.close <= 0.04
    ready = (np.arange(len(candles)) >= 219) & calm & thick & (atr > 0)
    long = ready & (score >= 0.6) & (prices.close > ema) & fresh(rsi - 50, macd, trend)
    short = ready & (score <= -0.6) & (prices.close < ema) & fresh(50 - rsi, -macd, -trend)
    return [
        Direction.LONG if up else Direction.SHORT if down else None
        for up, down in zip(long, short, strict=True)
    ]


def fresh(*figures: np.ndarray) -> np.ndarray:
    """Whether one of the figures rose over zero within the last three candles."""
    rose = np.zeros(len(figures[0]), dtype=bool)
    for figure in figures:
        rose[1:] |= (figure[:-1] <= 0) & (figure[1:] > 0)
    return pd.Series(rose).rolling(3, min_periods=1).max().to_numpy().astype(bool)


@pytest.mark.parametrize(
    "file",
    [
        "nse_1min/2016_kite/RELIANCE.parquet",
        "nse_1min/2016_kite/INFY.parquet",
        "index_1min/2024/NIFTY.parquet",
    ],
)
def test_signals_on_real_bars_are_those_of_the_written_rule(file, shared_data):
    candles = recorded(shared_data / file, 5_000)

    evaluations = run(evaluator(), candles)

    signals = [None if one.signal is None else one.signal.direction for one in evaluations]
    assert signals == expected_directions(candles)
    assert {Direction.LONG, Direction.SHORT} <= set(signals)


@pytest.mark.parametrize("warm", [0, 1, 2, 3, 4, 150, 220, 400, 590])
def test_history_taken_at_once_or_candle_by_candle_leads_to_the_same(warm):
    candles = walk(600)
    at_once = evaluator()

    at_once.warm_up(candles[:warm])

    assert run(at_once, candles[warm:], QUOTE) == run(evaluator(), candles, QUOTE)[warm:]


def test_peek_says_what_evaluate_will_say_and_changes_nothing():
    candles = walk(500)
    peeked, plain = evaluator(), evaluator()

    for candle in candles:
        peeked.peek(candle._replace(close=candle.low, volume=10**9), None)
        forming = said(peeked.peek(candle, QUOTE))
        assert forming == said(peeked.evaluate(candle, QUOTE)) == said(plain.evaluate(candle, QUOTE))


def test_later_candles_never_change_earlier_evaluations():
    candles = walk(450)
    other = candles[:400] + walk(450, seed=9)[400:]

    assert run(evaluator(), candles)[:400] == run(evaluator(), other)[:400]


def test_a_signal_carries_what_sizing_and_stops_need():
    candles = walk(600)
    evaluation = next(one for one in run(evaluator(), candles, QUOTE) if one.signal)
    signal = evaluation.signal
    candle = next(one for one in candles if one.start_ms == evaluation.candle_start_ms)

    atr = Atr(14).batch(price_series(candles))[candles.index(candle)]
    assert signal.reference_price == candle.close
    assert signal.atr_paise == atr * 100
    assert signal.candle_start_ms == candle.start_ms
    assert signal.score == abs(evaluation.score) >= 0.6
    assert (signal.strategy, signal.instrument_key) == ("confluence", KEY)


def test_a_candle_with_a_failed_gate_gives_no_signal():
    evaluations = run(evaluator(), walk(600), QUOTE)

    for one in evaluations:
        assert (one.signal is not None) == all(gate.passed for gate in one.gates)


def test_a_frozen_price_never_signals():
    flat = [Candle(n * 60_000, 5_000, 5_000, 5_000, 5_000, 0) for n in range(300)]

    evaluations = run(evaluator(), flat)

    assert not any(one.signal for one in evaluations)
    assert {gate.name: gate.passed for gate in evaluations[-1].gates}["atr"] is False


def test_warm_up_is_stated_in_terms_of_the_longest_period():
    assert Confluence().warm_up == WarmUp(required=220, wanted=1000)
    assert Confluence(ConfluenceSettings(ema_period=50)).warm_up == WarmUp(required=55, wanted=250)


def test_the_timeframe_follows_the_settings():
    assert Confluence(ConfluenceSettings(timeframe_minutes=5)).timeframe_s == 300


def test_mean_volume_is_that_of_the_last_candles_that_had_one():
    volumes = VolumeMean(3)
    assert volumes.mean is None

    for volume in (9, None, 1, 2, 3):
        volumes.add(volume)

    assert volumes.mean == 2.0
