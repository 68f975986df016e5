from dataclasses import replace

from trading_bot.terminal.line import render_line


def test_the_line_says_what_is_held_earned_and_wrong(snapshot):
    assert render_line(snapshot) == (
        "session 11:42:07 replay open | net +1,169.13 | gross +1,381.50 | charges 212.37 | trades 4 | "
        "positions RELIANCE +120, NIFTY26NOV24500CE -75 | orders 8 | feed 120 ms | workers down: orders | "
        "HALTED: daily loss limit reached"
    )


def test_a_calm_moment_has_a_short_line(snapshot):
    calm = replace(snapshot, symbols=(), workers=(), halts=(), feed_age_s=None)

    assert render_line(calm).endswith("| positions none | orders 8 | feed -")
