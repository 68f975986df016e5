"""The example of the guide works: it is taken from the text and loaded as a user would."""

import re
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from trading_bot.domain.instrument import Instrument, InstrumentKind, Segment
from trading_bot.domain.market_data import Candle
from trading_bot.domain.signal import Direction
from trading_bot.strategies.confluence_settings import ConfluenceSettings
from trading_bot.strategies.registry import GROUP, strategy_factory

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "strategy.md"
INSTRUMENT = Instrument(key="K", symbol="S", name="S", segment=Segment.NSE_EQ, kind=InstrumentKind.EQUITY)


@pytest.fixture
def example(tmp_path, monkeypatch) -> EntryPoint:
    code = re.search(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL).group(1)
    (tmp_path / "guide_crossover.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    return EntryPoint("crossover", "guide_crossover:Crossover", GROUP)


def wave(candles: int) -> list[Candle]:
    closes = (10_000 + 500 * np.sin(np.arange(candles) / 15)).round().astype(int).tolist()
    return [Candle(n * 300_000, close, close + 10, close - 10, close, None) for n, close in enumerate(closes)]


def test_the_example_is_found_and_made_from_its_settings(example):
    strategy = strategy_factory("crossover", [example])({"fast": 5})

    assert (strategy.name, strategy.timeframe_s, strategy.settings.fast) == ("crossover", 300, 5)
    assert strategy.warm_up.required <= strategy.warm_up.wanted


def test_the_example_signals_both_ways_and_the_same_after_a_warm_up(example):
    strategy = strategy_factory("guide_crossover:Crossover")({})
    candles = wave(300)
    streamed, warmed = strategy.evaluator(INSTRUMENT), strategy.evaluator(INSTRUMENT)

    evaluations = [streamed.evaluate(candle, None) for candle in candles]
    warmed.warm_up(candles[:150])
    peeked = warmed.peek(candles[150], None)

    assert peeked == evaluations[150]
    assert [warmed.evaluate(candle, None) for candle in candles[150:]] == evaluations[150:]
    directions = {one.signal.direction for one in evaluations if one.signal}
    assert directions == {Direction.LONG, Direction.SHORT}


def test_the_guide_names_the_settings_as_they_are():
    text = GUIDE.read_text(encoding="utf-8")
    flagship = text[text.index("## The flagship") : text.index("## The indicators")]
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", flagship))

    assert named <= set(ConfluenceSettings.model_fields)
    assert {"trigger_within_candles", "max_bar_range", "max_spread"} <= named
