"""Each defect, made and found; and a sound series in which nothing is found."""

from dataclasses import replace
from datetime import date

import pytest

from trading_bot.adapters.history.quality import Defect, Severity, check_folder, check_folders, require_sound
from trading_bot.adapters.history.quality.findings import Finding, FolderReport, SeriesReport
from trading_bot.adapters.history.quality.rendering import quality_document, quality_text, refusal_text
from trading_bot.domain.errors import HistoryError


def test_nothing_is_found_in_sound_daily_candles(bench, found):
    report = bench.report(bench.daily())

    assert found(report) == {}
    assert not report.is_refused
    assert report.interval_s == 86_400


def test_nothing_is_found_in_sound_minutes(bench, found):
    assert found(bench.report(bench.minutes())) == {}


def test_rows_out_of_order_and_repeated_are_told_and_used(bench, found):
    rows = bench.daily()
    report = bench.report([*rows[1:], rows[0], rows[5]])

    assert found(report) == {Defect.UNSORTED: 1, Defect.REPEATED_ROWS: 1}
    assert not report.is_refused


@pytest.mark.parametrize(
    ("row", "defect"),
    [
        ([500, 501, 499, 500.5, 77], Defect.CONTRADICTING_ROWS),
        ([0, 501, 499, 500.5, 1000], Defect.NON_POSITIVE_PRICE),
        ([500, 499, 501, 500, 1000], Defect.IMPOSSIBLE_CANDLE),
        (["", 501, 499, 500, 1000], Defect.EMPTY_PRICE),
        ([500, 501, 499, 500, -3], Defect.BAD_VOLUME),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_day(bench, row, defect):
    rows = bench.daily()
    day = rows[10][0]
    bad = [[day, *row]]
    report = bench.report(
        [*rows[:11], *bad, *rows[11:]]
        if defect is Defect.CONTRADICTING_ROWS
        else [*rows[:10], *bad, *rows[11:]]
    )

    finding = next(finding for finding in report.findings if finding.defect is defect)
    assert finding.severity is Severity.REFUSED
    assert finding.days == (date.fromisoformat(day),)


def test_a_missing_week_is_refused_and_the_rest_is_a_sound_span(bench):
    rows = bench.daily()
    report = bench.report([*rows[:30], *rows[35:]])

    assert [finding.defect for finding in report.refusals] == [Defect.MISSING_SESSIONS]
    assert report.refusals[0].count == 5
    assert report.sound_span == (date.fromisoformat(rows[35][0]), date.fromisoformat(rows[-1][0]))


def test_a_missing_day_is_a_warning(bench, found):
    rows = bench.daily()
    report = bench.report([*rows[:10], *rows[11:]])

    assert found(report) == {Defect.MISSING_SESSIONS: 1}
    assert not report.is_refused


def test_rows_of_a_closed_day_are_told(bench, found):
    rows = bench.daily()

    report = bench.report([*rows[:5], ["2022-10-08", *rows[4][1:]], *rows[5:]])

    assert found(report)[Defect.CLOSED_DAYS] == 1


def test_minutes_outside_the_hours_and_short_sessions_are_told(bench, found):
    rows = bench.minutes()
    early, late = (["2022-10-03 09:05", *rows[0][1:]], ["2022-10-03 15:30", *rows[374][1:]])
    report = bench.report([early, *rows[:375], late, *rows[375:500], *rows[750:]])

    assert found(report) == {Defect.OUTSIDE_HOURS: 2, Defect.SHORT_SESSIONS: 1}


def test_candles_stamped_at_their_end_are_refused(bench):
    rows = [[f"{row[0][:11]}{_later(row[0][11:])}", *row[1:]] for row in bench.minutes()]

    report = bench.report(rows)

    assert Defect.STAMPED_AT_END in {finding.defect for finding in report.refusals}


def _later(clock: str) -> str:
    minutes = int(clock[:2]) * 60 + int(clock[3:]) + 1
    return f"{minutes // 60:02}:{minutes % 60:02}"


def test_a_split_is_refused_where_nobody_says_that_prices_are_unadjusted(bench, found):
    rows = _halved(bench.daily(), 20)
    report = bench.report(rows)

    assert found(report)[Defect.SPLIT_SUSPECTED] == 1
    assert report.is_refused
    assert "near 1/2" in report.refusals[0].text
    assert report.sound_span == (date.fromisoformat(rows[20][0]), date.fromisoformat(rows[-1][0]))


def test_a_split_in_prices_as_traded_is_a_warning(bench):
    bench.folder = bench.folder.parent / "unadjusted"
    report = bench.report(_halved(bench.daily(), 20))

    assert [(finding.defect, finding.severity) for finding in report.findings] == [
        (Defect.SPLIT_SUSPECTED, Severity.WARNING)
    ]


def test_a_crash_is_a_jump_and_no_split(bench, found):
    rows = _halved(bench.daily(), 20)
    day, opened, high, low, close, volume = rows[20]
    rows[20] = [day, opened, high * 1.5, low * 0.8, close, volume]

    assert Defect.SPLIT_SUSPECTED not in found(bench.report(rows))
    assert found(bench.report(rows))[Defect.OVERNIGHT_JUMP] == 1


def _halved(rows, first):
    halved = [
        [row[0], *(round(price / 2 * 20) / 20 for price in row[1:5]), row[5] * 2] for row in rows[first:]
    ]
    return [*rows[:first], *halved]


def test_a_stretch_of_another_instrument_within_a_day_is_refused(bench):
    rows = bench.minutes()
    for row in rows[400:420]:
        row[1:5] = [price / 10 for price in row[1:5]]
    report = bench.report(rows)

    wrong = report.refusals[0]
    assert wrong.defect is Defect.WRONG_INSTRUMENT
    assert wrong.days == (date(2022, 10, 4),)
    assert "20 candles" in wrong.text


def test_a_day_of_another_instrument_is_refused(bench):
    rows = bench.daily()
    rows[30][1:5] = [price * 3 for price in rows[30][1:5]]
    report = bench.report(rows)

    assert [finding.defect for finding in report.refusals] == [Defect.WRONG_INSTRUMENT]
    assert report.refusals[0].days == (date.fromisoformat(rows[30][0]),)


def test_prices_that_stand_still_are_told(bench, found):
    rows = bench.minutes()
    for row in rows[100:220]:
        row[1:5] = [500.0] * 4
    report = bench.report(rows)

    assert found(report)[Defect.FROZEN] == 119


def test_a_quiet_share_whose_empty_minutes_are_filled_up_is_not_frozen(bench, found):
    rows = bench.minutes()
    for row in rows[100:220]:
        row[1:] = [500.0] * 4 + [0]

    assert Defect.FROZEN not in found(bench.report(rows))


def test_a_day_that_copies_the_day_before_is_refused(bench):
    rows = bench.minutes()
    for row, earlier in zip(rows[375:750], rows[:375], strict=True):
        row[1:] = earlier[1:]
    report = bench.report(rows)

    assert [finding.defect for finding in report.refusals] == [Defect.REPEATED_DAY]


def test_prices_off_the_tick_are_noted_and_a_contradiction_of_traded_prices(bench, found):
    rows = [[row[0], *(price + 0.03 for price in row[1:5]), row[5]] for row in bench.daily()]
    assert found(bench.report(rows)) == {Defect.OFF_TICK: len(rows)}

    bench.folder = bench.folder.parent / "unadjusted"
    assert bench.report(rows).findings[0].severity is Severity.WARNING


def test_a_record_that_moves_differently_from_its_namesake_is_refused(bench):
    other = bench.write(bench.daily(seed=2), folder=bench.folder.parent / "other")
    report = bench.report(bench.daily(), other=other)

    assert report.refusals[0].defect is Defect.WRONG_INSTRUMENT
    assert "moves differently from ACME" in report.refusals[0].text


def test_a_record_that_agrees_with_its_namesake_says_so(bench, found):
    other = bench.write(bench.daily(), folder=bench.folder.parent / "other")
    report = bench.report(bench.daily(), other=other)

    assert found(report) == {Defect.AGREES: len(bench.days)}


def test_another_adjustment_is_noted_with_its_factor_and_day(bench):
    rows = bench.daily()
    other = bench.write(_halved(rows, 20), folder=bench.folder.parent / "unadjusted")
    report = bench.report([[row[0], *(price / 2 for price in row[1:5]), row[5]] for row in rows], other=other)

    scale = next(finding for finding in report.findings if finding.defect is Defect.OTHER_SCALE)
    assert scale.severity is Severity.NOTE
    assert scale.days == (date.fromisoformat(rows[20][0]),)
    assert "0.5000" in scale.text


def test_an_index_on_another_scale_is_refused_unless_a_third_record_agrees(bench):
    def write(factor, folder):
        rows = [[row[0], *(round(price * factor, 2) for price in row[1:5]), ""] for row in bench.daily()]
        return bench.write(rows, name="NIFTY", folder=bench.folder.parent / folder)

    ours, other, third = write(1, "ours"), write(2.5, "other"), write(1, "third")

    assert check_folder(ours, bench.checks, [other]).is_refused
    assert not check_folder(ours, bench.checks, [other, third]).is_refused


def test_a_file_that_is_a_copy_of_another_is_refused(bench):
    bench.write(bench.daily(), name="ACME")
    report = check_folder(bench.write(bench.daily(), name="BETA"), bench.checks)

    refused = [series for series in report.series if series.is_refused]
    assert [series.symbol for series in refused] == ["BETA"]
    assert "prices of ACME" in refused[0].refusals[0].text


def test_a_folder_that_cannot_be_opened_is_a_refusal(bench):
    bench.folder.mkdir()
    (bench.folder / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")

    report = check_folder(bench.folder, bench.checks)

    assert report.is_refused
    assert "not found" in refusal_text(report)


def test_a_folder_of_folders_is_checked_folder_by_folder(bench):
    for name in ("one", "two"):
        bench.write(bench.daily(), folder=bench.folder.parent / name)

    reports = check_folders([bench.folder.parent], bench.checks)

    assert [report.path.name for report in reports] == ["one", "two"]


def test_folders_below_one_with_files_are_checked_too(bench):
    bench.write(bench.daily())
    bench.write(bench.daily(seed=2), folder=bench.folder / "more")

    assert [report.path.name for report in check_folders([bench.folder], bench.checks)] == ["prices", "more"]


def test_only_the_days_asked_for_are_judged(bench, checks):
    rows = bench.daily()
    folder = bench.write([*rows[:30], *rows[35:]])

    later = replace(checks, first=date.fromisoformat(rows[35][0]))
    assert check_folder(folder, checks).is_refused
    assert not check_folder(folder, later).is_refused


def test_the_report_is_text_and_document(bench):
    rows = bench.daily()
    report = check_folder(bench.write([*rows[:30], *rows[35:]]), bench.checks)

    text, document = quality_text([report]), quality_document([report])

    assert "REFUSED" in text
    assert "missing: 5 sessions" in text
    assert f"sound from {rows[35][0]}" in refusal_text(report)
    assert document["refused"]
    assert document["folders"][0]["series"][0]["findings"][0]["defect"] == "missing_sessions"


def test_a_refusal_says_what_shares_have_in_common_once_and_which_days_all_have(bench):
    days = [date.fromisoformat(row[0]) for row in bench.daily()]
    hole = Finding(
        defect=Defect.MISSING_SESSIONS,
        severity=Severity.REFUSED,
        count=5,
        text="a hole",
        barriers=(days[35],),
    )
    split = replace(hole, text="a split", barriers=(days[5],))
    one = SeriesReport(symbol="A", place="", interval_s=60, days=tuple(days[:60]), findings=(hole,))
    odd = replace(one, symbol="ODD", findings=(hole, split))
    report = FolderReport(
        path=bench.folder,
        kind="candles",
        origin=None,
        series=(*(replace(one, symbol=symbol) for symbol in "ABCDEFG"), odd),
    )

    span = f"the days that are sound in all of them (--from {days[5]} --to {days[34]})"
    assert refusal_text(report).splitlines() == [
        f"{bench.folder}: the data are not sound:",
        "  A, B, C, D, E and 2 more: a hole",
        f"  A, B, C, D, E and 2 more: sound from {days[0]} to {days[34]}",
        "  ODD: a hole",
        "  ODD: a split",
        f"  ODD: sound from {days[5]} to {days[34]}",
        f"  fix: mend the files, take {span}, or insist with --accept-defects",
    ]


def test_what_was_not_looked_at_is_not_counted_as_none(bench):
    report = FolderReport(path=bench.folder, kind="ticks", origin=None, unchecked=("only candles",))

    assert quality_text([report]) == f"unseen  {bench.folder}: ticks\n  · only candles"


def test_what_is_refused_can_be_insisted_on(bench):
    rows = bench.daily()
    folder = bench.write([*rows[:30], *rows[35:]])

    with pytest.raises(HistoryError, match="--accept-defects"):
        require_sound(folder, bench.checks)
    assert require_sound(folder, bench.checks, accept_defects=True).is_refused
