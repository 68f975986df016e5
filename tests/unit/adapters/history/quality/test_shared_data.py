"""The known defects of real files are found, and what is known to be sound is not refused."""

from dataclasses import replace
from datetime import date

import pytest

from trading_bot.adapters.history.quality import Defect, check_folder, check_folders


def _refusals(report):
    return {series.symbol: [finding.defect for finding in series.refusals] for series in report.series}


def test_the_wrong_instrument_of_2015_is_found_with_its_664_rows(shared_data, checks):
    report = check_folder(shared_data / "index_1min/defects", checks)

    wrong = next(
        finding for finding in report.series[0].refusals if finding.defect is Defect.WRONG_INSTRUMENT
    )
    assert wrong.days == (date(2015, 3, 30), date(2015, 6, 24))
    assert "664 candles" in wrong.text


def test_an_index_under_a_wrong_name_is_found_by_comparison(shared_data, checks):
    report = check_folder(shared_data / "index_1min/2016_kite", checks, [shared_data / "index_daily"])

    assert _refusals(report)["NIFTY50"] == [Defect.OTHER_SCALE]


def test_months_that_are_missing_are_refused_with_their_dates(shared_data, checks):
    report = check_folder(shared_data / "index_1min/2009", checks)

    assert _refusals(report) == {"NIFTY": [Defect.MISSING_SESSIONS]}
    assert "2009-12-07 to 2009-12-18 (10)" in report.series[0].refusals[0].text
    assert report.series[0].sound_span == (date(2009, 1, 1), date(2009, 12, 4))


def test_a_bonus_inside_minutes_is_refused(shared_data, checks):
    two = replace(checks, symbols=("FEDERALBNK", "WIPRO"))
    report = check_folder(shared_data / "nse_1min/2015_ieod", two)

    assert Defect.SPLIT_SUSPECTED in _refusals(report)["FEDERALBNK"]
    assert Defect.SPLIT_SUSPECTED not in _refusals(report)["WIPRO"]


SOUND = (
    "index_1min/2024",
    "index_daily",
    "india_vix",
    "nse_15min",
    "nse_daily/adjusted_2020_2026",
    "nse_1min/2021_ticks",
)


@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_is_not_refused(shared_data, checks, name):
    assert not check_folder(shared_data / name, checks).is_refused


def test_bonuses_in_prices_as_traded_are_told_with_their_days(shared_data, checks):
    folders = [shared_data / "nse_daily" / name for name in ("unadjusted_2000_2021", "adjusted_2008_2021")]
    report, _ = check_folders(folders, replace(checks, symbols=("RELIANCE",)))

    reliance = report.series[0]
    splits = next(finding for finding in reliance.findings if finding.defect is Defect.SPLIT_SUSPECTED)
    scale = next(finding for finding in reliance.findings if finding.defect is Defect.OTHER_SCALE)
    assert {date(2009, 11, 26), date(2017, 9, 7)} <= set(splits.days) & set(scale.days)
    assert not reliance.is_refused
