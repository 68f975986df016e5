"""Prices as traded become those of a broker that adjusts: every share, every day that both have."""

from datetime import date

import numpy as np
import pytest

from trading_bot.adapters.history import open_history
from trading_bot.adapters.history.adjusting import adjusted_history
from trading_bot.adapters.history.quality import Checks, Defect, check_folder
from trading_bot.adapters.market_rules import load_corporate_actions
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.rules.provenance import Adjustment

FIRST, LAST = date(2008, 1, 1), date(2021, 4, 30)


@pytest.fixture(scope="module")
def actions():
    return load_corporate_actions()


def test_thirty_shares_agree_with_a_broker_on_every_day(shared_data, actions):
    traded = open_history(shared_data / "nse_daily/unadjusted_2000_2021")
    broker = open_history(shared_data / "nse_daily/adjusted_2008_2021")
    ours = adjusted_history(traded, actions)
    apart = {}
    for symbol in ours.symbols:
        mine = ours.candles(symbol, FIRST, LAST)
        theirs = broker.candles(symbol, FIRST, LAST)
        _, at, there = np.intersect1d(mine.start_ms, theirs.start_ms, return_indices=True)
        off = np.abs(mine.close[at] / theirs.close[there] - 1)
        apart[symbol] = (float(np.median(off)), float((off > 0.005).mean()))

    assert len(apart) == 30
    assert max(median for median, _ in apart.values()) < 0.0005
    assert max(share for _, share in apart.values()) < 0.01


def test_an_adjusted_series_says_as_of_when(shared_data, actions):
    traded = open_history(shared_data / "nse_daily/unadjusted_2000_2021")
    history = adjusted_history(traded, actions, date(2017, 9, 6))

    origin = history.series("RELIANCE").origin
    assert (origin.adjustment, origin.adjusted_as_of) == (Adjustment.SPLITS, date(2017, 9, 6))
    days = date(2010, 1, 4), date(2017, 9, 6)
    assert (
        history.candles("RELIANCE", *days).close.tolist() == traded.candles("RELIANCE", *days).close.tolist()
    )


def test_what_is_adjusted_already_is_left_alone(shared_data, actions):
    """Fault 107: it is scaled once."""
    broker = open_history(shared_data / "nse_daily/adjusted_2008_2021")
    once = adjusted_history(broker, actions)
    again = adjusted_history(adjusted_history(broker, actions), actions)

    assert once.candles("RELIANCE").close.tolist() == broker.candles("RELIANCE").close.tolist()
    assert again.origin("RELIANCE") == broker.origin("RELIANCE")


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
