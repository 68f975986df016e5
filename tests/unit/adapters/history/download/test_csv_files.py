from datetime import date

import numpy as np
import pytest

from trading_bot.adapters.history import open_history
from trading_bot.adapters.history.download.csv_files import write_csv
from trading_bot.adapters.history.series_key import SeriesKey
from trading_bot.domain.candles.arrays import arrays_of
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.market_data import Candle
from trading_bot.domain.rules.provenance import Adjustment, Provenance


@pytest.mark.parametrize(("interval_s", "step_ms"), [(86_400, 86_400_000), (60, 60_000)])
def test_what_is_written_is_read_back(tmp_path, interval_s, step_ms):
    origin = Provenance(source="yahoo", adjustment=Adjustment.SPLITS, adjusted_as_of=date(2026, 1, 9))
    start = midnight_ms(date(2026, 1, 5)) + (0 if interval_s == 86_400 else 555 * 60_000)
    candles = arrays_of(
        [Candle(start + number * step_ms, 10_005, 10_100, 9_990, 10_050, volume) for number, volume in
         enumerate((7, None, 0))]
    )  # fmt: skip

    write_csv(tmp_path / "raw", SeriesKey(symbol="M&M", interval_s=interval_s, origin=origin), candles)

    history = open_history(tmp_path / "raw")
    key = history.series("M&M")
    assert (key.interval_s, key.origin.source) == (interval_s, "yahoo")
    assert key.origin.adjustment is Adjustment.SPLITS
    for ours, theirs in zip(history.candles("M&M"), candles, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert sorted(path.name for path in (tmp_path / "raw").iterdir()) == ["M&M.csv", "provenance.toml"]
