"""Prices as traded become those of a broker that adjusts: every share, every day that both have."""

from datetime import date

import numpy as np
import pytest

from trading_bot.adapters.history.adjusting import AdjustingSource
from trading_bot.adapters.history.quality import Checks, Defect, check_folder
from trading_bot.adapters.history.source import open_folder, series_key
from trading_bot.adapters.market_rules import load_corporate_actions
from trading_bot.domain.errors import HistoryError, SettingsError
from trading_bot.domain.rules.provenance import Adjustment

DAY_S = 86_400
FIRST, LAST = date(2008, 1, 1), date(2021, 4, 30)


@pytest.fixture(scope="module")
def actions():
    return load_corporate_actions()


def test_thirty_shares_agree_with_a_broker_on_every_day(shared_data, actions):
    traded = open_folder(shared_data / "nse_daily/unadjusted_2000_2021")
    broker = open_folder(shared_data / "nse_daily/adjusted_2008_2021")
    ours = AdjustingSource(traded, actions)
    apart = {}
    for key in ours.listed():
        mine = ours.candles(key, FIRST, LAST)
        theirs = broker.candles(series_key(broker, key.symbol, DAY_S), FIRST, LAST)
        _, at, there = np.intersect1d(mine.start_ms, theirs.start_ms, return_indices=True)
        off = np.abs(mine.close[at] / theirs.close[there] - 1)
        apart[key.symbol] = (float(np.median(off)), float((off > 0.005).mean()))

    assert len(apart) == 30
    assert max(median for median, _ in apart.values()) < 0.0005
    assert max(share for _, share in apart.values()) < 0.01


def test_an_adjusted_series_says_as_of_when(shared_data, actions):
    traded = open_folder(shared_data / "nse_daily/unadjusted_2000_2021")
    source = AdjustingSource(traded, actions, date(2017, 9, 6))
    key = series_key(source, "RELIANCE", DAY_S)

    assert (key.origin.adjustment, key.origin.adjusted_as_of) == (Adjustment.SPLITS, date(2017, 9, 6))
    days = date(2010, 1, 4), date(2017, 9, 6)
    assert source.candles(key, *days).close.tolist() == traded.candles(key, *days).close.tolist()
    with pytest.raises(HistoryError, match="as of 2017-09-06, is not listed"):
        AdjustingSource(traded, actions).candles(key, *days)


def test_what_is_adjusted_already_is_left_alone(shared_data, actions):
    """Fault 107: it is scaled once."""
    broker = open_folder(shared_data / "nse_daily/adjusted_2008_2021")
    source = AdjustingSource(broker, actions)
    key = series_key(source, "RELIANCE", DAY_S)

    assert source.candles(key).close.tolist() == broker.candles(key).close.tolist()


def test_prices_of_which_nobody_says_what_they_are_are_refused(folder_of, actions):
    lines = ["date,open,high,low,close", "2010-01-05,1,1,1,1"]
    source = AdjustingSource(open_folder(folder_of(RELIANCE=lines)), actions)

    with pytest.raises(HistoryError, match=r"provenance\.toml"):
        source.candles(series_key(source, "RELIANCE", DAY_S))


def test_a_split_on_record_is_told_as_known(shared_data, market_rules, actions):
    checks = Checks(calendar=market_rules.calendar, splits_of=actions.splits_of, symbols=("RELIANCE",))

    report = check_folder(shared_data / "nse_daily/unadjusted_2000_2021", checks)

    known = next(finding for finding in report.series[0].findings if finding.defect is Defect.SPLIT_KNOWN)
    assert known.days == (date(2009, 11, 26), date(2017, 9, 7))


def test_a_wrong_file_of_actions_is_refused_with_the_key(tmp_path):
    (tmp_path / "corporate_actions.toml").write_text(
        '[coverage]\nfirst = 2020-01-01\nlast = 2020-12-31\nsymbols = []\nsource = "x"\n'
        '[[actions]]\nsource = "x"\nconfidence = "H"\n'
        'rows = [{ symbol = "A", ex_on = 2020-01-02, kind = "split", factor = "1" }]\n',
        encoding="utf-8",
    )

    with pytest.raises(SettingsError, match=r"actions\.0\.rows\.0\.factor"):
        load_corporate_actions(tmp_path)
