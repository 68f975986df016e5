import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from trading_bot.engine.snapshot import RunHeader, Snapshot, SymbolView
from trading_bot.terminal.screen import render


def drawn(snapshot, width=80, height=24, **options):
    console = Console(width=width, height=height, file=io.StringIO(), **options)
    console.print(render(snapshot))
    return console.file.getvalue()


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (140, 45), (200, 60)])
def test_the_screen_fits_the_terminal(snapshot, width, height):
    lines = drawn(snapshot, width, height).splitlines()

    assert len(lines) <= height
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("symbols", [0, 1, 10, 200])
@pytest.mark.parametrize("orders", [0, 1, 8])
@pytest.mark.parametrize("notices", [0, 2])
def test_it_fits_however_much_there_is_to_show(snapshot, symbols, orders, notices):
    rows = tuple(SymbolView(symbol=f"S{number}") for number in range(symbols))
    crowded = replace(
        snapshot, symbols=rows, orders=snapshot.orders[:orders], notices=snapshot.notices[:notices]
    )

    assert len(drawn(crowded).splitlines()) <= 24


def test_what_matters_is_on_the_smallest_screen(snapshot):
    text = drawn(snapshot)

    for part in ("REPLAY", "11:42:07", "x60", "+1,169.13", "-212.37", "HALTED: daily loss limit reached"):
        assert part in text
    for part in (
        "+120",
        "2,909.00",
        "2,965.00",
        "+1,614.00",
        "-232.50",
        "9/10",
        "orders waiting to restart x2",
    ):
        assert part in text


def test_positions_are_shown_before_other_symbols(snapshot):
    text = drawn(snapshot, height=20)

    assert "RELIANCE" in text
    assert "NIFTY26NOV24500CE" in text
    assert "more symbols without a position" in text


def test_newest_orders_are_kept(snapshot):
    text = drawn(snapshot, height=18)

    assert "11:30:07" in text
    assert "11:30:00" not in text


def test_a_wide_screen_has_entry_prices_and_tags(snapshot):
    text = drawn(snapshot, 140, 40)

    assert "2,921.05" in text
    assert "tb0000000007" in text


def test_every_mode_has_a_banner(snapshot):
    live = replace(snapshot, run=replace(snapshot.run, mode="live"))

    assert "\x1b[1;37;41m LIVE " in drawn(
        live, force_terminal=True, color_system="standard", legacy_windows=False
    )


def test_a_start_without_anything_known_can_be_drawn(snapshot):
    run = RunHeader(
        mode="paper", session_on=snapshot.run.session_on, now_ms=0, phase="closed", data="x", state="waiting"
    )

    text = drawn(Snapshot(run=run, symbols=(SymbolView(symbol="TCS"),)))

    assert "PAPER" in text
    assert "HALTED" not in text


def test_the_stage_of_the_roll_out_is_shown_while_nothing_is_halted(snapshot):
    run = replace(snapshot.run, ramp="ramp: first stage")

    assert "ramp: first stage" in drawn(replace(snapshot, run=run, halts=()))
    assert "ramp: first stage" not in drawn(replace(snapshot, run=run, halts=("panic",)))


@pytest.mark.parametrize(("seconds", "stop"), [(0.0, "2,909.00 "), (12.3, "2,909.00!"), (None, "2,909.00?")])
def test_a_stop_that_the_broker_has_not_confirmed_is_marked(snapshot, seconds, stop):
    """V4, V16: what is meant is not what rests there."""
    *others, held, short = snapshot.symbols
    rows = (*others, replace(held, unprotected_s=seconds), short)

    assert stop in drawn(replace(snapshot, symbols=rows), 140, 40)


def test_a_critical_notice_stands_out_from_a_warning(snapshot):
    text = drawn(snapshot, 140, 40, force_terminal=True, color_system="standard", legacy_windows=False)

    assert re.search(r"\x1b\[1;31m [0-9:]+ order rejected", text)
    assert re.search(r"\x1b\[33m [0-9:]+ feed reconnected", text)
