import csv
from dataclasses import replace
from decimal import Decimal

import pytest

from trading_bot.backtest.sweeps.report import console_text, write_sweep
from trading_bot.backtest.sweeps.trials import record_of

PNG = b"\x89PNG"


def rows(path):
    return list(csv.DictReader(path.read_text().splitlines()))


@pytest.fixture
def result(swept):
    return swept(("fast", (5, 8, 30)), ("slow", (13, 21)))


def test_every_set_is_in_the_table_with_exact_money(result, tmp_path):
    found = rows(write_sweep(result, tmp_path, "run") / "sweep.csv")

    assert [(row["fast"], row["slow"]) for row in found] == [
        ("5", "13"),
        ("5", "21"),
        ("8", "13"),
        ("8", "21"),
    ]
    assert [Decimal(row["flow"]) for row in found] == [one.flow for one in result.figures]
    assert sorted(int(row["rank"]) for row in found) == [1, 2, 3, 4]
    best = max(found, key=lambda row: float(row["sharpe"]))
    assert best["rank"] == "1"


def test_the_fills_of_the_best_set_make_its_flow(result, tmp_path):
    fills = rows(write_sweep(result, tmp_path, "run") / "fills.csv")

    sign = {"BUY": -1, "SELL": 1}
    value = [Decimal(row["price"]) * int(row["units"]) for row in fills]
    flow = sum(sign[row["side"]] * one for row, one in zip(fills, value, strict=True))
    assert flow - sum(value) * Decimal("0.0003") == result.figures[result.ranked[0]].flow


@pytest.mark.parametrize(
    ("axes", "is_drawn"),
    [
        ([("fast", (5,)), ("slow", (13, 21))], False),
        ([("fast", (5, 8)), ("slow", (13, 21))], True),
        ([("fast", (5, 8)), ("slow", (13, 21)), ("atr_stop_multiple", (2, 3))], True),
        ([("fast", (5, 8)), ("slow", (13, 21)), ("atr", (2, 3, 4, 5, 6, 7, 8))], True),
    ],
)
def test_two_parameters_make_a_picture(axes, is_drawn, swept, tmp_path):
    folder = write_sweep(swept(*axes), tmp_path, "run")

    picture = folder / "heat_map.png"
    assert picture.exists() == is_drawn
    assert not is_drawn or picture.read_bytes().startswith(PNG)


def test_a_sweep_without_trades_is_reported_as_well(swept, tmp_path):
    quiet = swept(("fast", (5, 8)), ("slow", (13, 21)), ("ignored", (5_000,)))

    text = console_text(
        quiet, record_of(tmp_path / "none", quiet.attempt), write_sweep(quiet, tmp_path, "run"), 5
    )

    assert "there is nothing to judge" in text


def test_the_terminal_shows_the_best_and_how_many_there_were(result, tmp_path):
    text = console_text(result, record_of(tmp_path / "none", result.attempt), tmp_path, 2)

    best = result.plan.sets[result.ranked[0]]
    assert text.splitlines()[3].split()[:3] == ["1", str(best["fast"]), str(best["slow"])]
    assert "4 trials of ema_cross" in text
    assert "left out: 2 combinations that the strategy refuses: " in text
    assert f"report: {tmp_path}" in text


def test_what_the_engine_played_is_told_with_the_reason(result, tmp_path):
    figures = (replace(result.figures[0], path="it is new"), *result.figures[1:])
    text = console_text(
        replace(result, figures=figures), record_of(tmp_path / "none", result.attempt), tmp_path, 2
    )

    assert "1 set went through the engine: it is new" in text
