"""The ramp at work: from journals to a refusal, bounds, and a line for people."""

from datetime import date, time, timedelta
from types import SimpleNamespace

import pytest

from tests.fakes.journals_of_days import clean_sessions, journal_of, session_of, sessions_before
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.bootstrap.checks.operating import operating_lines, overlays_line, ramp_line
from trading_bot.bootstrap.modes import market_daemon
from trading_bot.bootstrap.ramp.enforce import bounded, on_paper, ramp_text, require_ramp, unbounded
from trading_bot.bootstrap.ramp.facts import has_begun, traded_days
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.ist import ms_at
from trading_bot.report.check_line import CheckState
from trading_bot.settings.tree import Settings

_RULES = load_market_rules()
_TODAY = date(2026, 11, 19)
_ACCIDENTS = ("unprotected", "not_flat")


def _settings(tmp_path, mode="live", **changes) -> Settings:
    run = {
        "mode": mode,
        "live_trading": True,
        "data_dir": tmp_path,
        "symbols": ["TCS", "INFY", "SBIN", "ITC"],
    }
    return Settings(run=run, **changes)


# --- facts --------------------------------------------------------------------------------------------------


def test_without_a_journal_nothing_was_traded(tmp_path):
    assert traded_days(tmp_path / "none.db", _ACCIDENTS) == ()
    assert not has_begun(tmp_path / "none.db")


def test_sessions_are_those_that_ran_for_hours_and_were_closed(tmp_path):
    path = journal_of(
        tmp_path / "a.db",
        session_of(date(2026, 11, 16)),
        session_of(date(2026, 11, 17), start=time(14)),
        session_of(date(2026, 11, 18), closed=False),
        session_of(_TODAY, start=time(11, 35)),
    )

    assert [day.on for day in traded_days(path, _ACCIDENTS)] == [date(2026, 11, 16), _TODAY]
    assert has_begun(path)


@pytest.mark.parametrize(
    ("changes", "accident"),
    [
        ({"incident": "unprotected"}, "unprotected"),
        ({"incident": "feed_silent"}, ""),
        ({"open_positions": 2}, "2 positions left open"),
        ({"reconciled": False}, "not reconciled"),
        ({"incident": "not_flat", "reconciled": False}, "not_flat, not reconciled"),
        ({"incident": "unprotected", "closed": False}, "unprotected"),
        ({"incident": "unprotected", "start": time(14)}, "unprotected"),
    ],
)
def test_what_went_wrong_counts_against_a_session_however_short_it_was(tmp_path, changes, accident):
    path = journal_of(tmp_path / "a.db", session_of(_TODAY, **changes))

    (day,) = traded_days(path, _ACCIDENTS)
    assert day.accident == accident


def test_a_journal_that_cannot_be_read_may_hold_something(tmp_path):
    (tmp_path / "broken.db").write_bytes(b"no journal" * 1_000)

    assert has_begun(tmp_path / "broken.db")


@pytest.mark.parametrize(("content", "is_one"), [(b"", False), (b"x", True)])
def test_an_empty_file_is_no_journal_and_one_that_says_anything_may_be(tmp_path, content, is_one):
    path = tmp_path / "a.db"
    path.write_bytes(content)

    assert has_begun(path) is is_one


def test_a_session_that_was_started_anew_counts_from_its_first_start(tmp_path):
    """A restart at noon makes no half day of a whole one."""
    again = session_of(_TODAY, start=time(14), closed=False)
    path = journal_of(tmp_path / "a.db", session_of(_TODAY, closed=False), again, session_of(_TODAY)[-1:])

    assert [day.on for day in traded_days(path, _ACCIDENTS)] == [_TODAY]


# --- the refusal --------------------------------------------------------------------------------------------


def test_live_without_paper_is_refused_with_what_is_missing_and_how_long_it_takes(tmp_path):
    journal_of(tmp_path / "paper.db", *clean_sessions(_TODAY, 2))

    with pytest.raises(SettingsError) as refused:
        require_ramp(_settings(tmp_path), _RULES.calendar, _TODAY)

    text = str(refused.value)
    assert "needs 5 whole sessions" in text
    assert "has 2: 3 more" in text
    assert "so 2026-11-25 is the first live day" in text
    assert "fix: python main.py --mode paper" in text


def test_the_daemon_itself_refuses(tmp_path):
    around = SimpleNamespace(clock=SimpleNamespace(now_ms=lambda: ms_at(_TODAY, time(8))))

    with pytest.raises(SettingsError, match="mode live needs 5"):
        market_daemon(_settings(tmp_path), around)
    market_daemon(_settings(tmp_path, mode="paper"), around)


def test_an_accident_in_paper_is_named(tmp_path):
    *days, last = sessions_before(_TODAY, 6)
    journal_of(
        tmp_path / "paper.db", *(session_of(on) for on in days), session_of(last, incident="unprotected")
    )

    with pytest.raises(SettingsError, match=r"has 0; the count began anew after 2026-11-18 \(unprotected\)"):
        require_ramp(_settings(tmp_path), _RULES.calendar, _TODAY)


def test_after_enough_paper_live_begins_small(tmp_path):
    journal_of(tmp_path / "paper.db", *clean_sessions(_TODAY, 5))
    settings = _settings(tmp_path)

    require_ramp(settings, _RULES.calendar, _TODAY)
    today = bounded(settings, _RULES.calendar, _TODAY)

    assert today.settings.run.symbols == ("TCS",)
    assert today.settings.risk.sizing.max_position_fraction == 0.005
    assert today.text == (
        "ramp: first stage, 1 symbol, 5,000 rupees a position at most, "
        "0 of 5 sessions done, the next stage from 2026-11-27 on"
    )


def test_bounds_change_nothing_but_symbols_and_the_size_of_positions(tmp_path):
    settings = _settings(tmp_path)
    journal_of(tmp_path / "paper.db", *clean_sessions(_TODAY, 5))

    small = bounded(settings, _RULES.calendar, _TODAY).settings

    same = {"run": small.run.model_copy(update={"symbols": settings.run.symbols})}
    sizing = small.risk.sizing.model_copy(
        update={"max_position_fraction": settings.risk.sizing.max_position_fraction}
    )
    same["risk"] = small.risk.model_copy(update={"sizing": sizing})
    assert small.model_copy(update=same) == settings


def test_a_stage_never_widens_what_the_settings_of_risk_allow(tmp_path):
    settings = _settings(tmp_path, risk={"sizing": {"max_position_fraction": 0.001}})
    journal_of(tmp_path / "paper.db", *clean_sessions(_TODAY, 5))

    assert bounded(settings, _RULES.calendar, _TODAY).settings.risk.sizing.max_position_fraction == 0.001


@pytest.mark.parametrize(("sessions", "symbols"), [(4, 1), (5, 3), (10, 4), (20, 4)])
def test_stages_follow_the_sessions_of_the_live_journal(tmp_path, sessions, symbols):
    journal_of(tmp_path / "trading_bot.db", *clean_sessions(_TODAY, sessions))

    today = bounded(_settings(tmp_path), _RULES.calendar, _TODAY)

    assert len(today.settings.run.symbols) == symbols


def test_after_the_last_stage_the_settings_are_what_they_were(tmp_path):
    journal_of(tmp_path / "trading_bot.db", *clean_sessions(_TODAY, 20))
    settings = _settings(tmp_path)

    today = bounded(settings, _RULES.calendar, _TODAY)

    assert today.settings == settings
    assert today.text == "ramp: full stage, no bounds of its own"


def test_an_accident_in_live_is_told_with_its_day(tmp_path):
    (day,) = sessions_before(_TODAY, 1)
    journal_of(tmp_path / "trading_bot.db", session_of(day, incident="unprotected"))

    text = bounded(_settings(tmp_path), _RULES.calendar, _TODAY).text

    assert text.endswith("on, counted anew since 2026-11-18 (unprotected)")


def test_a_day_without_trading_promises_the_next_session(tmp_path):
    """From a Saturday on: Monday is the first of the five."""
    journal_of(tmp_path / "paper.db", *clean_sessions(_TODAY, 5))

    text = bounded(_settings(tmp_path), _RULES.calendar, date(2026, 11, 21)).text

    assert text.endswith("the next stage from 2026-12-01 on")


def test_paper_says_nothing_of_a_ramp_that_is_switched_off(tmp_path):
    settings = _settings(tmp_path, mode="paper", live={"ramp": {"enabled": False, "loosened": True}})

    assert on_paper(settings, _RULES.calendar, _TODAY) == (settings, "")


def test_what_was_begun_is_never_refused(tmp_path):
    """A position may be open: whoever refuses to start leaves it alone."""
    journal_of(tmp_path / "trading_bot.db", session_of(_TODAY, closed=False))

    require_ramp(_settings(tmp_path), _RULES.calendar, _TODAY)


def test_a_live_journal_that_cannot_be_read_starts_and_runs_at_its_smallest(tmp_path):
    (tmp_path / "trading_bot.db").write_bytes(b"no journal" * 1_000)
    settings = _settings(tmp_path)

    require_ramp(settings, _RULES.calendar, _TODAY)
    assert bounded(settings, _RULES.calendar, _TODAY).settings.run.symbols == ("TCS",)


def test_a_paper_journal_that_cannot_be_read_proves_no_session(tmp_path):
    (tmp_path / "paper.db").write_bytes(b"no journal" * 1_000)

    with pytest.raises(SettingsError, match="mend or move away the journal of paper"):
        require_ramp(_settings(tmp_path), _RULES.calendar, _TODAY)


def test_other_modes_are_not_bounded(tmp_path):
    settings = _settings(tmp_path, mode="paper")

    require_ramp(settings, _RULES.calendar, _TODAY)
    assert unbounded(settings, _RULES.calendar, _TODAY) == (settings, "")


def test_while_no_daemon_runs_the_stage_is_told_in_mode_live_only(tmp_path):
    journal_of(tmp_path / "paper.db", *clean_sessions(_TODAY, 5))

    assert ramp_text(_settings(tmp_path), _TODAY).startswith("ramp: first stage")
    assert ramp_text(_settings(tmp_path, mode="paper"), _TODAY) == ""


@pytest.mark.parametrize(
    ("paper", "live", "said"),
    [(2, 0, "ramp: paper stage, no real orders, 2 of 5 sessions done"), (5, 0, ""), (0, 1, "")],
)
def test_a_day_of_paper_says_how_many_more_are_needed_and_is_not_bounded(tmp_path, paper, live, said):
    for name, count in (("paper.db", paper), ("trading_bot.db", live)):
        if count:
            journal_of(tmp_path / name, *clean_sessions(_TODAY, count))
    settings = _settings(tmp_path, mode="paper")

    today = on_paper(settings, _RULES.calendar, _TODAY)

    assert today.settings == settings
    assert today.text[: len(said) or None] == said


def test_a_day_of_paper_goes_on_with_a_journal_that_cannot_be_read(tmp_path):
    (tmp_path / "trading_bot.db").write_bytes(b"no journal" * 1_000)
    settings = _settings(tmp_path, mode="paper")

    assert on_paper(settings, _RULES.calendar, _TODAY) == (settings, "")


def test_a_ramp_that_is_switched_off_says_so(tmp_path):
    settings = _settings(tmp_path, live={"ramp": {"enabled": False, "loosened": True}})

    require_ramp(settings, _RULES.calendar, _TODAY)
    assert bounded(settings, _RULES.calendar, _TODAY) == (settings, "ramp switched off")


def test_beyond_the_calendar_no_day_is_promised(tmp_path):
    journal_of(tmp_path / "trading_bot.db", *clean_sessions(_TODAY, 1))
    last = _RULES.calendar.last_covered

    assert "a day beyond the calendar" in bounded(_settings(tmp_path), _RULES.calendar, last).text


# --- lines of check -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "paper", "state", "said"),
    [
        ("replay", 0, CheckState.OK, "not needed in mode replay"),
        ("paper", 2, CheckState.OK, "paper stage, no real orders, 2 of 5 sessions done"),
        ("live", 2, CheckState.FAIL, "mode live needs 5"),
        ("live", 5, CheckState.OK, "first stage, 1 symbol"),
    ],
)
def test_check_shows_the_stage_and_when_the_next_one_comes(tmp_path, mode, paper, state, said):
    if paper:
        journal_of(tmp_path / "paper.db", *clean_sessions(_TODAY, paper))

    line = ramp_line(_settings(tmp_path, mode=mode), _RULES, _TODAY)

    assert line.state is state
    assert said in line.message


def test_check_tells_that_a_journal_cannot_be_read(tmp_path):
    (tmp_path / "paper.db").write_bytes(b"no journal" * 1_000)

    assert ramp_line(_settings(tmp_path, mode="paper"), _RULES, _TODAY).state is CheckState.WARN


def _calendar(tmp_path, last: str):
    path = tmp_path / "events.toml"
    path.write_text(
        f'[coverage]\nfirst = 2026-11-01\nlast = {last}\nsource = "s"\n'
        '[[events]]\nkind = "rbi"\nname = "policy"\non = 2026-11-19\nsource = "s"\n',
        encoding="utf-8",
    )
    return path


def _with_events(tmp_path, file) -> Settings:
    return _settings(tmp_path, risk={"overlays": {"events": {"file": file}}})


def test_check_names_the_events_of_the_session(tmp_path):
    line = overlays_line(_with_events(tmp_path, _calendar(tmp_path, "2026-11-30")), _RULES, _TODAY)

    assert line.state is CheckState.OK
    assert line.message.endswith("; 2026-11-19: rbi policy")
    assert "India VIX off, events on" in line.message


def test_check_is_yellow_where_the_calendar_ends_and_red_where_it_cannot_be_read(tmp_path):
    short = overlays_line(_with_events(tmp_path, _calendar(tmp_path, "2026-11-18")), _RULES, _TODAY)
    missing = overlays_line(_with_events(tmp_path, tmp_path / "none.toml"), _RULES, _TODAY)

    assert (short.state, missing.state) == (CheckState.WARN, CheckState.FAIL)
    assert "not 2026-11-19" in short.message
    assert "none.toml is missing" in missing.message


def test_without_overlays_check_says_what_is_off(tmp_path):
    line = overlays_line(_settings(tmp_path), _RULES, _TODAY + timedelta(days=2))

    assert line.message == "India VIX off, events off, market-wide halts on"


def test_both_lines_are_part_of_check(tmp_path):
    names = [line.name for line in operating_lines(_settings(tmp_path, mode="paper"), _TODAY)]

    assert names == ["roll-out ramp", "overlays"]
