"""Reading the rule files, and what is said about mistakes in them."""

import shutil
import time
from datetime import date
from pathlib import Path

import pytest

from trading_bot.adapters.market_rules import MARKET_FOLDER, load_market_rules
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.instrument import Segment


@pytest.fixture
def folder(tmp_path) -> Path:
    """A copy of the rules that a test may spoil."""
    copy = tmp_path / "market"
    shutil.copytree(MARKET_FOLDER, copy)
    return copy


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_shipped_rules_load_from_the_default_folder():
    assert load_market_rules().calendar.last_covered == date(2026, 12, 31)


def test_the_brokerage_plan_is_chosen_while_loading():
    assert load_market_rules(brokerage_plan="api_promo").charges.plan == "api_promo"


def test_rules_load_in_less_than_a_tenth_of_a_second_of_processor_time():
    started = time.process_time()

    load_market_rules()

    assert time.process_time() - started < 0.1


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "sessions.toml",
            '"H"',
            '"certain"',
            r"sessions\.toml: hours\.1\.confidence = 'certain'.*'H'",
        ),
        ("sessions.toml", "continuous =", "continous =", r"hours\.0\.continous.*[Ee]xtra inputs"),
        ("sessions.toml", '["09:55", "15:30"]', '["15:30", "09:55"]', "not after its start"),
        (
            "sessions.toml",
            "valid_until = 2008-12-31",
            "valid_until = 2009-06-01",
            "two rows hold on 2009-01-01",
        ),
        (
            "calendar.toml",
            "first = 2000-01-03",
            'first = "soon"',
            r"calendar.*coverage\.first = 'soon'",
        ),
        ("expiries.toml", '"thursday"', '"donnerstag"', r"expiries\.0\.weekday = 'donnerstag'.*'monday'"),
        (
            "expiries.toml",
            "valid_until = 2025-08-31",
            "valid_until = 2025-09-01",
            "two rows hold on 2025-09-01",
        ),
        (
            "contracts.toml",
            "lot = 75",
            "lot = 0",
            r"lots\.0\.expiries\.0\.lot = 0.*greater than 0",
        ),
        ("contracts.toml", "2021-07-28", "2021-07-29", "lots of NIFTY: two rows"),
        (
            "charges.toml",
            "percent = 0.1\n",
            "percent = 10.5\n",
            r"rates\.0\.percent.*less than or equal to 10",
        ),
        ("charges.toml", 'source = "', 'sauce = "', "source"),
        ("charges.toml", "[coverage]", "[coverage", r"charges\.toml is not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_file_key_value_and_what_is_allowed(folder, file, old, new, message):
    replace(folder / file, old, new)

    with pytest.raises(SettingsError, match=message):
        load_market_rules(folder)


def test_a_missing_file_is_named(folder):
    (folder / "expiries.toml").unlink()

    with pytest.raises(SettingsError, match=r"expiries\.toml is missing"):
        load_market_rules(folder)


def test_an_unreadable_file_is_named(folder):
    (folder / "expiries.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(SettingsError, match=r"expiries\.toml cannot be read"):
        load_market_rules(folder)


def test_an_override_adds_a_holiday_and_moves_the_expiry(folder):
    """Fault 21."""
    (folder / "overrides.toml").write_text(
        '[[holidays]]\nsource = "exchange notice"\nconfidence = "H"\n'
        'days = [{ on = 2026-12-15, name = "Election" }]\n',
        encoding="utf-8",
    )

    rules = load_market_rules(folder)

    assert rules.calendar.holiday_name(date(2026, 12, 15)) == "Election"
    assert rules.expiries.next_weekly("NIFTY", date(2026, 12, 9)) == date(2026, 12, 14)


def test_an_override_gives_a_session_the_hours_that_were_announced_late(folder):
    """Fault 22."""
    (folder / "overrides.toml").write_text(
        '[[special_sessions]]\non = 2026-11-08\nname = "Muhurat"\nmuhurat = true\nhours = "listed"\n'
        'continuous = [["18:00", "19:00"]]\nsource = "exchange notice"\nconfidence = "H"\n',
        encoding="utf-8",
    )

    session = load_market_rules(folder).calendar.session(date(2026, 11, 8), Segment.NSE_EQ)

    assert session.close_ms - session.open_ms == 3_600_000


def test_an_override_of_anything_but_a_list_is_refused(folder):
    (folder / "overrides.toml").write_text("[coverage]\nlast = 2030-12-31\n", encoding="utf-8")

    with pytest.raises(SettingsError, match=r"overrides\.toml: coverage: only lists"):
        load_market_rules(folder)
