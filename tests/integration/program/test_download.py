"""`download`: from a simulator over the wire, and from what answers like Yahoo."""

from datetime import date

import pytest

from tests.fakes.yahoo import FakeYahoo, quiet_rows
from trading_bot.adapters.history import open_history
from trading_bot.adapters.history.series_key import series_key
from trading_bot.adapters.history.store import open_store
from trading_bot.adapters.upstox.settings import UpstoxSettings
from trading_bot.bootstrap.answers.history.download import download_history
from trading_bot.bootstrap.answers.history.market_caps import refresh_market_caps
from trading_bot.domain.errors import UserFacingError
from trading_bot.domain.ist import date_of, midnight_ms
from trading_bot.settings.options import DownloadOptions
from trading_bot.settings.run import RunSettings
from trading_bot.settings.tree import Settings

NOWHERE = "http://127.0.0.1:9"
NOW_MS = midnight_ms(date(2025, 3, 1))


def _stored(shell, interval_s, source):
    store = open_store(shell.data / "history.db")
    candles = store.candles(series_key(store.listed(), "RELIANCE", interval_s, taken_from=source))
    store.close()
    return candles


def test_minutes_come_over_the_wire_page_by_page(shell, simulator):
    shell.use_broker(simulator())

    assert (
        shell("download --source upstox --symbols RELIANCE --interval 1m --from 2024-01-01 --to 2024-03-15")
        == 0
    )

    assert "RELIANCE: 110 candles added" in shell.output()
    candles = _stored(shell, 60, "upstox")
    assert candles.start_ms.size == 2 * 55
    assert candles.close[0] == 140_005


@pytest.mark.parametrize(("interval", "seconds"), [("30m", 1_800), ("1d", 86_400)])
def test_longer_candles_come_from_the_broker_as_well(shell, simulator, interval, seconds):
    shell.use_broker(simulator())

    assert shell(f"download --source upstox --tickers RELIANCE.NS --interval {interval} --from 2024-01-01 "
                 "--to 2024-01-31") == 0  # fmt: skip

    assert _stored(shell, seconds, "upstox").start_ms.size == 23


def test_what_is_there_is_not_asked_again_and_old_days_can_be_dropped(shell, simulator):
    shell.use_broker(simulator())
    words = "download --source upstox --symbols RELIANCE --interval 1d --from 2024-01-01 --to 2024-01-31"
    shell(words)
    shell.output()

    assert shell(f"{words} --keep-days 100") == 0

    told = shell.output()
    assert "RELIANCE: up to date" in told
    assert "23 candles before" in told


def test_a_broker_that_cannot_be_reached_is_a_failure(shell, simulator):
    shell.use_broker(simulator())
    shell("instruments RELIANCE")
    shell.use_broker(NOWHERE)
    shell.output()

    assert shell("download --source upstox --symbols RELIANCE --from 2024-01-01 --to 2024-01-31") == 1
    assert "stopped: candles of" in shell.output()


def test_a_symbol_that_is_not_listed_is_named(shell, simulator):
    shell.use_broker(simulator())

    assert shell("download --source upstox --symbols RELAINCE --from 2024-01-01 --to 2024-01-31") == 2
    assert "RELAINCE" in shell.error()


@pytest.fixture
def from_yahoo(shell):
    """Download from a made-up Yahoo: `from_yahoo(yahoo, symbols=…)` returns the exit code and the lines."""

    def run(yahoo, *, source="yahoo", upstox=None, **options):
        lines = []
        settings = Settings(run=RunSettings(data_dir=shell.data), upstox=upstox or UpstoxSettings())
        wish = DownloadOptions(source=source, csv_folder=shell.data / "raw", **options)
        code = download_history(settings, wish, lines.append, with_bars=False, now_ms=NOW_MS, yahoo=yahoo)
        return code, lines

    return run


def test_yahoos_days_go_into_the_store_and_into_one_file_each(shell, from_yahoo):
    yahoo = FakeYahoo({"RELIANCE.NS": quiet_rows(date(2025, 1, 1), date(2025, 2, 27))})

    code, lines = from_yahoo(yahoo, symbols=("RELIANCE.NS",))

    assert code == 0
    assert yahoo.asked == [("RELIANCE.NS", "2000-01-01", "2025-03-01")]
    assert lines[0] == "RELIANCE: 42 candles added"
    assert open_history(shell.data / "raw").candles("RELIANCE").start_ms.size == 42
    assert _stored(shell, 86_400, "yahoo").start_ms.size == 42


@pytest.mark.parametrize("has_list", [True, False])
def test_what_the_broker_fails_to_give_comes_from_yahoo_as_a_series_of_its_own(
    shell, simulator, from_yahoo, has_list
):
    if has_list:
        shell.use_broker(simulator())
        shell("instruments RELIANCE")
        (stored,) = (shell.data / "instruments").iterdir()
        stored.rename(stored.with_name(f"NSE-{date_of(NOW_MS)}.json.gz"))
    nowhere = UpstoxSettings(api_url=NOWHERE, instruments_url=NOWHERE, read_attempts=1)
    yahoo = FakeYahoo({"RELIANCE.NS": quiet_rows(date(2025, 1, 1), date(2025, 2, 27))})

    code, lines = from_yahoo(yahoo, source="upstox", upstox=nowhere, symbols=("RELIANCE",), or_yahoo=True)

    assert code == 0
    assert ["stopped" in line for line in lines[:-1]] == [True] * has_list
    assert lines[-1] == "RELIANCE: 42 candles added"
    assert _stored(shell, 86_400, "yahoo").start_ms.size == 42


def test_ten_large_companies_are_the_default(from_yahoo):
    yahoo = FakeYahoo({})

    code, lines = from_yahoo(yahoo)

    assert code == 1
    assert len(yahoo.asked) == 10
    assert all("still listed" in line for line in lines)


def test_what_is_not_sound_is_said_at_once(from_yahoo):
    rows = quiet_rows(date(2025, 1, 1), date(2025, 2, 27))
    yahoo = FakeYahoo({"RELIANCE.NS": rows[:10] + rows[16:]})

    _, lines = from_yahoo(yahoo, symbols=("RELIANCE",))

    assert "RELIANCE: not sound: missing: 6 sessions" in lines[1]


def test_a_day_that_is_not_over_is_refused(from_yahoo):
    with pytest.raises(UserFacingError, match="only days that are over"):
        from_yahoo(FakeYahoo({}), last_on=date(2025, 3, 1))


# --- market capitalisations ---------------------------------------------------------------------------------


@pytest.fixture
def caps_of(shell):
    """Ask a made-up Yahoo what companies are worth: `caps_of({ticker: info}, tickers=…)`."""

    def run(worth, tickers=()):
        lines = []
        settings = Settings(run=RunSettings(data_dir=shell.data))
        ask = lambda ticker: worth.get(ticker, {})  # noqa: E731
        return refresh_market_caps(settings, tickers, lines.append, NOW_MS, ask), lines

    return run


def rupees_of(amount):
    return {"marketCap": amount, "currency": "INR", "regularMarketTime": NOW_MS // 1_000 - 40_000}


def test_one_symbol_without_a_figure_does_not_stop_the_others(shell, caps_of):
    code, lines = caps_of({"ACME.NS": rupees_of(5), "BETA.NS": rupees_of(9)}, ("ACME.NS", "NONE", "BETA"))

    assert code == 1
    assert [line.split(":")[0] for line in lines] == ["ACME", "NONE", "BETA"]
    assert "nothing stored" in lines[1]
    assert shell("history caps --json") == 0
    assert [(cap["symbol"], cap["rupees"], cap["as_of"]) for cap in shell.json()] == [
        ("BETA", "9", "2025-02-28"),
        ("ACME", "5", "2025-02-28"),
    ]
    assert shell("history caps") == 0
    assert shell.output().splitlines()[1].split() == ["BETA", "9", "2025-02-28", "yahoo"]


def test_the_shares_of_the_store_are_asked_for_where_none_is_named(from_yahoo, caps_of):
    rows = quiet_rows(date(2025, 1, 1), date(2025, 2, 27))
    from_yahoo(FakeYahoo({"ACME.NS": rows, "NIFTY.NS": rows}), symbols=("ACME", "NIFTY"))

    code, lines = caps_of({"ACME.NS": rupees_of(1_234_567)})

    assert (code, lines) == (0, ["ACME: 12,34,567 rupees as of 2025-02-28"])
