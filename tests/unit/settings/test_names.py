import pytest

from trading_bot.settings.fields import leaves
from trading_bot.settings.names import closest_key, closest_name, is_ours, key_of, nested_name, usual_text
from trading_bot.settings.tree import Settings

LEAVES = leaves(Settings)


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("15minute", "15"), ("5m", "5"), ("30 min", "30"), ("1hour", "60"), ("15", "15"), ("x", "x")],
)
def test_a_trade_interval_takes_the_usual_spellings(written, minutes):
    assert usual_text("TRADE_INTERVAL", written) == minutes


def test_other_texts_stay_as_they_are():
    assert usual_text("DEFAULT_SYMBOL", "15minute") == "15minute"


@pytest.mark.parametrize("key", LEAVES)
def test_every_setting_has_a_nested_name(key):
    assert key_of(nested_name(key), LEAVES) == key


def test_names_may_be_written_in_lower_case():
    assert key_of("base_capital", LEAVES) == ("risk", "sizing", "base_capital")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("TRADING_BOT_X", True), ("upstox_x", True), ("TRADING_BOT_SHARED_DATA", False), ("PATH", False)],
)
def test_prefixes_claim_names(name, expected):
    assert is_ours(name) is expected


def test_misspelt_names_are_recognised():
    assert closest_name("UPSTOX_SECRET_FILE", LEAVES) == "UPSTOX_API_SECRET_FILE"
    assert closest_key(("risk", "limit", "max_open_risk"), LEAVES) == "risk.limits.max_open_risk"
    assert closest_key(("x", "max_openrisk"), LEAVES) == "risk.limits.max_open_risk"
    assert closest_key(("x", "qqqqqq"), LEAVES) is None
