"""Shadows on a folder of candles: what is played, kept, left out and refused."""

import json
from contextlib import closing
from datetime import date

import pytest

from tests.fakes.price_folder import Shown, price_folder
from trading_bot.adapters.history.series_key import SeriesKey
from trading_bot.adapters.history.store import open_store
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.bootstrap.shadows.finding import FolderOfDays
from trading_bot.bootstrap.shadows.run import run_shadow
from trading_bot.domain.candles.arrays import arrays_of
from trading_bot.domain.errors import HistoryError, SettingsError, UserFacingError
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.market_data import Candle
from trading_bot.domain.rules.provenance import Adjustment, Provenance
from trading_bot.settings.options import ShadowOptions
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings

SLOWER = {"slower": {"strategies": {"ema_cross": {"slow": 90}}}}


@pytest.fixture(scope="module")
def prices(tmp_path_factory):
    return price_folder(tmp_path_factory.mktemp("prices") / "walks", minutes=3 * 375, WALKER=1)


@pytest.fixture
def shadow(tmp_path, prices):
    """Play shadows of the crossing averages; returns the code, the text, and what was shown on the way."""

    def play(*, shadows=SLOWER, strategies=None, **options):
        settings = Settings(
            run={"mode": Mode.REPLAY, "data_dir": tmp_path / "data", "strategies": ("ema_cross",)},
            strategies=strategies or {},
            logs={"folder": tmp_path / "logs"},
            shadow=shadows,
        )
        said, shown = [], Shown()
        asked = ShadowOptions(data=prices, symbols=("WALKER",), **options)
        code = run_shadow(settings, asked, said.append, shown.progress, 0)
        return code, "\n".join(said), shown.notes

    return play


def document(tmp_path):
    (path,) = (tmp_path / "data" / "reports").glob("shadow-*/shadows.json")
    return json.loads(path.read_text())["shadows"]


def kept(tmp_path):
    return sorted((tmp_path / "data" / "shadows").glob("*/*/*.json"))


def all_days(prices):
    from trading_bot.adapters.history import open_history

    return open_history(prices).days("WALKER")


def test_every_day_of_a_range_is_played_by_both(shadow, tmp_path, prices):
    days = all_days(prices)

    code, text, _ = shadow(first=days[0])

    (one,) = document(tmp_path)
    assert code == 0
    assert [day["on"] for day in one["days"]] == [f"{day}" for day in days]
    assert one["changed"] == {"strategies.ema_cross.slow": {"baseline": 50, "shadow": 90}}
    assert sum(day["baseline"][1] for day in one["days"]) > 0
    assert "strategies.ema_cross.slow 90 instead of 50" in text
    assert (tmp_path / "data" / "reports").glob("shadow-*/report.html")


def test_days_that_no_calendar_covers_do_not_keep_the_others_from_being_played(tmp_path):
    """A long download begins before the calendar does."""
    folder = price_folder(tmp_path / "prices", minutes=2 * 375, WALKER=1)
    covered = all_days(folder)
    head, *rows = (folder / "WALKER.csv").read_text().splitlines()
    early = [row.replace(row[:10], f"1999-12-{day}") for row, day in zip(rows[:2], (30, 31), strict=True)]
    (folder / "WALKER.csv").write_text("\n".join([head, *early, *rows]))

    days = FolderOfDays(ShadowOptions(data=folder, symbols=("WALKER",)), load_market_rules())

    assert days.dates == covered


def test_a_split_before_the_day_is_taken_out_as_in_a_backtest(tmp_path):
    """Fault 107. Indicators are opened on the days before: one share is two from 7 September 2017 on."""
    before, on = date(2017, 9, 6), date(2017, 9, 7)
    path = tmp_path / "history.db"
    key = SeriesKey(
        symbol="RELIANCE", interval_s=60, origin=Provenance(source="b", adjustment=Adjustment.NONE)
    )
    rows = [(midnight_ms(day) + 33_300_000, *[price] * 4, 5) for day, price in ((before, 200), (on, 100))]
    with closing(open_store(path)) as store:
        store.put(key, arrays_of([Candle(*row) for row in rows]))

    stage = FolderOfDays(ShadowOptions(data=path), load_market_rules()).stage(on)

    assert stage.folder.candles("RELIANCE").close.tolist() == [100, 100]
    assert stage.notes == ("Splits and bonuses are taken out of the prices of RELIANCE, as of 2017-09-07.",)


def test_without_a_range_it_is_the_newest_day(shadow, tmp_path, prices):
    shadow()

    (one,) = document(tmp_path)
    assert [day["on"] for day in one["days"]] == [f"{all_days(prices)[-1]}"]


def test_days_add_up_from_evening_to_evening_and_are_not_played_twice(shadow, tmp_path, prices):
    first, second, *_ = all_days(prices)
    shadow(first=first, last=first)
    written = kept(tmp_path)[0].stat().st_mtime_ns

    shadow(first=first, last=second)

    (one,) = document(tmp_path)
    assert [day["on"] for day in one["days"]] == [f"{first}", f"{second}"]
    assert kept(tmp_path)[0].stat().st_mtime_ns == written


def test_a_day_comes_to_the_same_whatever_was_played_before_it(shadow, tmp_path, prices):
    """V19: each begins with an untouched account."""
    days = all_days(prices)
    shadow(first=days[0])
    (together,) = document(tmp_path)

    shadow(first=days[2], last=days[2], is_anew=True)

    (alone,) = document(tmp_path)
    assert alone["days"] == together["days"]


def test_days_under_other_settings_are_left_out_and_counted(shadow, tmp_path, prices):
    first, second, *_ = all_days(prices)
    shadow(first=first, last=first)

    _, text, _ = shadow(first=second, last=second, strategies={"ema_cross": {"fast": 10}})

    (one,) = document(tmp_path)
    assert [day["on"] for day in one["days"]] == [f"{second}"]
    assert one["left_out"] == [f"{first}"]
    assert "played under other settings" in text


def test_each_shadow_is_a_trial_and_all_of_them_are_counted(shadow, tmp_path, prices):
    both = SLOWER | {"faster": {"strategies": {"ema_cross": {"fast": 5}}}}

    _, text, _ = shadow(shadows=both, first=all_days(prices)[0])

    lines = (tmp_path / "data" / "research" / "trials.jsonl").read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["shadow", "shadow"]
    assert "2 settings were tried" in text
    assert [one["difference"]["confidence"] for one in document(tmp_path)] == [0.975, 0.975]


def test_two_shadows_that_decide_alike_are_one_too_many(shadow, tmp_path):
    twice = SLOWER | {"again": SLOWER["slower"]}

    code, text, _ = shadow(shadows=twice)

    assert code == 1
    assert "not played: [shadow.again] decides as [shadow.slower] does" in text
    assert [one["name"] for one in document(tmp_path)] == ["slower"]


BROKEN = {"strict": {"confluence": {"threshold": 80}}, "odd": 3}


def test_a_broken_shadow_is_told_and_the_others_are_played(shadow, tmp_path):
    code, text, _ = shadow(shadows=BROKEN | SLOWER, file="config/local.toml")

    assert code == 1
    assert [one["name"] for one in document(tmp_path)] == ["slower"]
    assert "config/local.toml [shadow.strict]: confluence.threshold = 80" in text
    assert "at most 1" in text
    assert "config/local.toml [shadow.odd] is no table" in text
    (path,) = (tmp_path / "data" / "reports").glob("shadow-*/shadows.json")
    assert len(json.loads(path.read_text())["not_played"]) == 2


def test_a_strategy_that_is_not_there_is_told_with_its_shadow(shadow):
    code, text, _ = shadow(shadows={"other": {"run": {"strategies": ["ema_cros"]}}} | SLOWER, file="a.toml")

    assert code == 1
    assert "not played: a.toml [shadow.other]: run.strategies: there is no strategy called 'ema_cros'" in text


def test_a_broken_shadow_that_nobody_asked_for_is_no_failure(shadow):
    code, text, _ = shadow(shadows=BROKEN | SLOWER, names=("slower",))

    assert (code, "not played" in text) == (0, False)


def test_where_none_can_be_played_every_one_is_told(shadow):
    with pytest.raises(SettingsError) as refused:
        shadow(shadows=BROKEN)

    assert "[shadow.strict]: confluence.threshold = 80" in str(refused.value)
    assert "[shadow.odd] is no table" in str(refused.value)


def test_a_day_before_the_data_is_refused_with_what_there_is(shadow, prices):
    with pytest.raises(SettingsError, match="is not on record"):
        shadow(first=all_days(prices)[0].replace(year=2001), last=all_days(prices)[0].replace(year=2001))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"first": date(2030, 1, 1)}, "any day from 2030-01-01 on is not on record"),
        ({"last": date(2001, 1, 1)}, "any day up to 2001-01-01 is not on record"),
    ],
)
def test_an_open_range_beside_the_data_is_not_told_backwards(shadow, asked, said):
    with pytest.raises(SettingsError, match=said):
        shadow(**asked)


def test_a_strategy_without_the_history_that_it_needs_is_no_day_without_a_difference(shadow, tmp_path):
    wary = {"wary": {"run": {"strategies": ["confluence"]}}}

    code, text, _ = shadow(shadows=wary)

    assert code == 1
    assert "nothing was evaluated for the shadow" in text
    assert "No day has been played yet" in text
    assert kept(tmp_path) == []


def test_data_that_are_not_sound_are_refused(shadow, prices, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    lines = (prices / "WALKER.csv").read_text().splitlines()
    lines[5] = lines[5].replace(lines[5].split(",")[3], "999999")
    (broken / "WALKER.csv").write_text("\n".join(lines))
    settings = Settings(
        run={"data_dir": tmp_path / "data", "strategies": ("ema_cross",)},
        logs={"folder": tmp_path / "logs"},
        shadow=SLOWER,
    )

    with pytest.raises(HistoryError):
        run_shadow(settings, ShadowOptions(data=broken), print, Shown().progress, 0)


def test_a_kept_day_that_cannot_be_read_is_named(shadow, tmp_path, prices):
    shadow()
    (path,) = kept(tmp_path)
    path.write_text("{")

    with pytest.raises(UserFacingError, match=path.name):
        shadow()
