"""Named scenarios of stress: golden numbers on real shares, and what is refused."""

from datetime import date

import pandas as pd
import pytest

from tests.fakes.price_folder import price_folder
from trading_bot.adapters.history import open_history
from trading_bot.bootstrap.backtesting.stress import load_scenario, scenario_names, stressed_folder
from trading_bot.domain.errors import SettingsError

SYMBOLS = "SBIN,INFY,MARUTI,VEDL"
GOLDEN = {
    "crash-2020-03-23": [2760, 14, 6, "5855.62", "5468.44"],
    "flash-crash-2012-10-05": [2940, 11, 4, "-1086.87", "-1345.14"],
    "gaps": [3000, 21, 6, "-504.28", "-890.03"],
    "midday-gap": [3000, 16, 7, "2112.94", "1659.56"],
    "outage-2021-02-24": [2080, 9, 4, "-966.51", "-1283.77"],
}
"""Bars, signals, trades, gross and net rupees by scenario; each has to be here."""


@pytest.mark.parametrize("name", scenario_names())
def test_real_shares_under_stress_come_to_what_they_came_to_before(run, shared_data, name):
    """Golden: a changed number is explained where it is changed. V7, V11."""
    code, told, summary = run(
        *("--data", shared_data / "nse_1min" / "2016_kite", "--symbols", SYMBOLS),
        *("--from", "2016-09-08", "--to", "2016-09-09", "--stress", name, "--quick"),
    )

    assert (code, summary["problems"]) == (0, [])
    assert f"stress {name}: {load_scenario(name).description}" in told.out
    assert summary["data"].endswith(f"2016_kite, stress {name}")
    assert [summary[key] for key in ("bars", "signals", "trades", "gross_pnl", "net_pnl")] == GOLDEN[name]


def test_only_the_last_day_of_a_crash_is_another_and_the_folder_can_be_played_again(tmp_path):
    folder = open_history(price_folder(tmp_path / "prices", AAA=1, BBB=2))
    days = [date(2024, 1, day) for day in (2, 3)]
    into = tmp_path / "stress"

    for _ in range(2):
        path = stressed_folder(folder, ["AAA"], days, load_scenario("crash-2020-03-23"), into)
    copy = open_history(path)

    assert copy.symbols == ("AAA",)
    assert copy.key("AAA") == folder.key("AAA")
    first, last = date(2024, 1, 1), date(2024, 1, 2)
    for before, after in zip(
        folder.minute_candles("AAA", first, last), copy.minute_candles("AAA", first, last), strict=True
    ):
        assert before.tolist() == after.tolist()
    crashed = copy.minute_candles("AAA", days[-1], days[-1])
    plain = folder.minute_candles("AAA", days[-1], days[-1])
    assert len(crashed.close) == len(plain.close) - 60
    assert crashed.close[-1] == pytest.approx(0.87 * plain.close[-1], rel=0.002)


def test_rules_of_the_folder_come_along(tmp_path):
    path = price_folder(tmp_path / "prices", AAA=1)
    pd.DataFrame({"name": ["AAA"], "tick_size_paise": [100]}).to_csv(path / "instruments.csv", index=False)
    folder, on = open_history(path), date(2024, 1, 2)

    copy = open_history(stressed_folder(folder, ["AAA"], [on], load_scenario("gaps"), tmp_path / "stress"))

    assert copy.instrument("AAA", on).tick_size == folder.instrument("AAA", on).tick_size == 100
    assert not (copy.minute_candles("AAA", on, on).close % 100).any()


def test_a_scenario_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(SettingsError, match="did you mean crash-2020-03-23"):
        load_scenario("crash-2020-03-24")
    with pytest.raises(SettingsError, match="there are: crash-2020-03-23, flash-crash-2012-10-05, gaps"):
        load_scenario("x")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gaps = 1", "gaps"),
        ("gap = -1", "greater than -0.9"),
        ("= 1", "broken TOML"),
        ('halts = [{begin = "10:00", end = "10:00"}]', "is not after begin"),
        ('moves = [{begin = "10:00", end = "09:00", by = 0.1}]', "is before begin"),
    ],
)
def test_a_scenario_that_does_not_fit_is_refused_with_its_file(tmp_path, text, said):
    (tmp_path / "own.toml").write_text(f'description = "d"\nsource = "s"\n{text}\n')

    with pytest.raises(SettingsError) as refused:
        load_scenario("own", tmp_path)

    assert said in str(refused.value)
    assert "own.toml" in str(refused.value)


def test_a_misspelt_scenario_ends_with_two_before_anything_is_played(run, tmp_path):
    code, told, summary = run("--data", price_folder(tmp_path / "prices", AAA=1), "--stress", "crush")

    assert (code, summary) == (2, None)
    assert "no such scenario" in told.err
