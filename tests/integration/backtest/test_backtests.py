"""Backtests from the command line, on real and on made-up folders."""

from decimal import Decimal

import pytest

from tests.fakes.up_and_down import up_and_down
from trading_bot.cli import main


@pytest.fixture
def folder(tmp_path):
    """Twelve sessions of one share that trends now this way, now that."""
    return up_and_down(tmp_path / "prices")


@pytest.mark.parametrize("fidelity", ["candle", "tick"])
def test_a_folder_of_ones_own_is_tested_to_the_report(run, folder, fidelity):
    words = ("--from", "2024-07-12") if fidelity == "tick" else ()

    code, told, summary = run("--data", folder, "--fidelity", fidelity, *words)

    assert code == 0, told.err
    assert (summary["mode"], summary["fidelity"], summary["problems"]) == ("backtest", fidelity, [])
    assert summary["bars"] > 0
    net = Decimal(summary["gross_pnl"]) - sum(map(Decimal, summary["charges"].values()))
    assert net == Decimal(summary["net_pnl"])
    assert "report: " in told.out
    assert "backtest: " in told.err


def test_the_same_backtest_comes_to_the_same(run, folder):
    """V19."""
    first, second = (run("--data", folder)[2] for _ in range(2))

    assert first["trades"] > 0
    assert {**first, "run_id": ""} == {**second, "run_id": ""}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--symbols", "NOPE"), "no file for 'NOPE'"),
        (("--from", "2030-01-01"), "no trading day from 2030-01-01"),
        (("--to", "2001-01-01"), "the data goes from 2024-07-01 to 2024-07-16"),
    ],
)
def test_what_cannot_be_tested_is_refused_with_what_there_is(run, folder, words, said):
    code, told, summary = run("--data", folder, *words)

    assert code == 2
    assert said in told.err
    assert summary is None


def test_forming_candles_are_looked_at_only_where_there_are_ticks(run, folder, monkeypatch):
    monkeypatch.setenv("TRADING_BOT__CONFLUENCE__PROVISIONAL_INTERVAL_S", "5")

    code, told, summary = run("--data", folder)

    assert (code, summary) == (2, None)
    assert "provisional_interval_s = 0, or --fidelity tick" in told.err


def test_a_folder_that_is_not_there_is_named(run, tmp_path):
    code, told, _ = run("--data", tmp_path / "nowhere")

    assert code == 2
    assert "nowhere" in told.err


def test_a_month_with_missing_weeks_is_refused_unless_one_insists(run, folder):
    path = folder / "UPDOWN.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not "2024-07-03" <= line[:10] <= "2024-07-10"))

    refused, told, _ = run("--data", folder)
    insisted, _, summary = run("--data", folder, "--accept-defects")

    assert (refused, insisted) == (2, 0)
    assert "--accept-defects" in told.err
    assert summary["days"] == 6


def test_daily_candles_are_refused_with_the_reason(run, tmp_path):
    path = tmp_path / "daily"
    path.mkdir()
    rows = [f"2024-07-{day:02d},100,101,99,100,1000" for day in (1, 2, 3, 4, 5)]
    (path / "SLOW.csv").write_text("\n".join(["date,open,high,low,close,volume", *rows]))

    code, told, _ = run("--data", path)

    assert code == 2
    assert "needs 1-minute candles or ticks" in told.err


def test_indices_alone_are_refused_since_nobody_can_buy_them(run, folder):
    (folder / "UPDOWN.csv").rename(folder / "NIFTY.csv")

    code, told, summary = run("--data", folder)

    assert code == 2
    assert "NIFTY: an index can be watched, not bought" in told.err
    assert summary is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nse_15min", "candles of 15m; playing a day needs 1-minute candles or ticks"),
        ("nse_30min/2016", "candles of 30m; playing a day needs 1-minute candles or ticks"),
        ("nse_60min/2024_2026", "candles of 1h; playing a day needs 1-minute candles or ticks"),
        ("nse_daily/adjusted_2020_2026", "one row a day; playing a day needs 1-minute candles or ticks"),
        ("nse_daily/unadjusted_2000_2021", "one row a day"),
        ("nse_daily/adjusted_2008_2021", "one row a day"),
        ("nse_bhavcopy", "one row a day"),
        ("india_vix", "one row a day"),
        ("index_daily", "one row a day"),
        ("ta_reference/nse_talib", "one row a day"),
        ("index_1min/2009", "an index can be watched, not bought"),
        ("index_1min/2016_kite", "an index can be watched, not bought"),
        ("index_1min/defects", "another instrument, it seems"),
        ("nse_1min/2016_kite", "sound from 2016-08-16 to 2016-09-09"),
        ("nse_1min/2015_ieod", "suspected split or bonus that prices lack: 2015-07-03"),
        ("options/nifty_1min_full_2026", "a table of option chains"),
        ("options/kite_chain_2026/index", "a table of option chains"),
        ("options/bhavcopy_2025", "a table of futures"),
        ("instruments", "ts, open, high, low, close not found"),
        ("upstox_feed", "no Parquet or CSV files in the folder"),
    ],
)
def test_folders_of_real_data_that_cannot_be_traded_are_refused_with_the_reason(run, shared_data, name, said):
    code, told, summary = run("--data", shared_data / name)

    assert (code, summary) == (2, None)
    assert said in told.err


def test_the_store_comes_to_what_the_folder_came_to_that_it_was_filled_from(run, folder):
    _, _, from_folder = run("--data", folder, "--quick")
    main(["history", "import", str(folder)])

    code, told, from_store = run("--quick", "--tickers", "UPDOWN.NS")

    assert code == 0, told.err
    assert from_store["data"] == "data/history.db#folder prices/unknown/1m"
    changing = {"run_id", "data", "honesty"}
    assert {key: from_store[key] for key in from_store.keys() - changing} == {
        key: from_folder[key] for key in from_folder.keys() - changing
    }
    assert from_store["trades"] > 0


def test_days_on_which_the_exchange_was_closed_are_left_out_and_told(run, folder):
    path = folder / "UPDOWN.csv"
    path.write_text(path.read_text().replace("2024-07-12", "2024-07-13"))

    code, told, summary = run("--data", folder, "--quick")

    assert code == 0, told.err
    assert summary["days"] == 11
    assert [(one["days"], one["first"]) for one in summary["left_out"]] == [(1, "2024-07-13")]
    assert "Left out, though the data has them: 1 day 2024-07-13: the exchange was closed" in told.out


def test_days_after_the_calendar_are_refused_with_what_it_covers(run, folder):
    path = folder / "UPDOWN.csv"
    path.write_text(path.read_text().replace("2024-07-", "2031-07-"))

    code, told, summary = run("--data", folder)

    assert (code, summary) == (2, None)
    assert "no day is left to play" in told.err
    assert "outside of the calendar, which covers 2000-01-03 to" in told.err
    assert "config/market/calendar.toml" in told.err


def test_without_data_and_without_a_store_it_is_said_what_to_do(run):
    code, told, _ = run()

    assert code == 2
    assert "data/history.db: there is no store of candles: see `download` and `history import`" in told.err
