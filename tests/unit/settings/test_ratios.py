"""Fractions, percentages and basis points: a number in the wrong unit is told before it costs money."""

import pytest


@pytest.mark.parametrize(
    ("section", "line", "fix"),
    [
        ("risk.limits", "max_open_risk = 1", "looks like a percentage: write 0.01"),
        ("risk.sizing", "capital_per_symbol = 5", "looks like a percentage: write 0.05"),
        ("risk.exits", "fixed_target = 0.9", "looks like a percentage: write 0.009"),
        ("confluence", "max_spread = 0.1", "looks like a percentage: write 0.001"),
        ("confluence", "max_bar_range = 1", "looks like a percentage: write 0.01"),
        ("confluence", "max_bar_range = 4", "looks like a percentage: write 0.04"),
        ("engine", "suspect_move = 1", "looks like a percentage: write 0.01"),
        ("rate", "entry_share = 60", "looks like a percentage: write 0.6"),
        ("simulator", "equity_intraday_margin = 20", "looks like a percentage: write 0.2"),
        ("simulator", "fixed_band = 1", "looks like a percentage: write 0.01"),
        ("simulator", "goods_and_services_tax = 18", "looks like a percentage: write 0.18"),
        ("backtest", "participation = 10", "looks like a percentage: write 0.1"),
        ("run", "slippage_bps = 0.00005", "looks like a fraction of one: write 0.5"),
        ("backtest", "spread_bps = 0.0005", "looks like a fraction of one: write 5"),
        ("simulator", "option_protection_pct = 0.05", "looks like a fraction of one: write 5"),
        ("upstox", "market_protection_pct = 0.05", "looks like a fraction of one: write 5"),
    ],
)
def test_a_ratio_in_the_wrong_unit_is_refused_with_what_was_probably_meant(project, section, line, fix):
    project.write("config/local.toml", f"[{section}]\n{line}")

    told = project.error()

    assert f"local.toml:2: {section}.{line}" in told
    assert fix in told


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("risk.sizing", "capital_per_symbol = 0.9"),
        ("risk.limits", "max_open_risk = 0.25"),
        ("risk.exits", "fixed_trail = 0"),
        ("confluence", "max_spread = 0.02"),
        ("confluence", "max_bar_range = 0.2"),
        ("engine", "suspect_move = 0.2"),
        ("run", "slippage_bps = 0"),
        ("run", "slippage_bps = 25"),
        ("upstox", "market_protection_pct = -1"),
        ("simulator", "equity_intraday_margin = 1"),
    ],
)
def test_a_ratio_that_a_careful_trader_may_want_is_taken_without_a_word(project, section, line):
    project.write("config/local.toml", f"[{section}]\n{line}")

    assert project.load().warnings == ()


def test_basis_points_that_smell_of_a_percentage_are_warned_about(project):
    project.write(".env", "SLIPPAGE_BPS=0.05")

    (warning,) = project.load().warnings

    assert warning == (
        ".env:1: SLIPPAGE_BPS = 0.05 is 0.0005%, unusually small; it is written in basis points, 100 are 1%: "
        "write 5 if you meant 0.05%"
    )


def test_a_suspiciously_small_ratio_is_warned_about(project):
    project.write(".env", "MAX_RISK_PER_TRADE=0.0001\n")

    (warning,) = project.load().warnings

    assert warning.startswith(".env:1: MAX_RISK_PER_TRADE = 0.0001 is 0.01%, unusually small")
    assert "write 0.01 if you meant 1%" in warning


def test_a_whole_account_in_one_position_is_warned_about(project):
    project.write("config/local.toml", "[risk.sizing]\nmax_position_fraction = 1\n")

    (warning,) = project.load().warnings

    assert "is 100%, unusually large" in warning
