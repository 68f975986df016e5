"""A comparison as figures, JSON, page and lines."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.fakes.parity_days import ON, EveryPrice, NoPrice, backtest, wire
from trading_bot.backtest.parity import compare
from trading_bot.backtest.parity.console import console_text
from trading_bot.backtest.parity.document import parity_json
from trading_bot.backtest.parity.page import parity_html
from trading_bot.backtest.parity.result import InputCheck, ParityResult, figures_of


def result_of(one, other, quotes=None):
    return ParityResult(
        on=ON,
        data="prices",
        seed=1,
        comparison=compare(one.played(), other.played(), quotes or EveryPrice(), str.lower),
        candles=replace(other.played(), name="candles"),
        symbol_of=lambda key: f"<{key}>",
    )


@pytest.fixture
def late():
    return result_of(
        wire().trade(entries=((10, 10_010, "09:30:02"),)).signal("B", denied="spacing"),
        backtest().trade().signal("B", denied="spacing"),
    )


def test_a_side_in_numbers(late):
    figures = figures_of(late.sides[0])

    assert figures[:6] == ("wire", 2, 1, 2, 2, 1)
    assert (figures.gross, figures.net) == (Decimal("19.00"), Decimal("19.00"))


def test_trades_stand_side_by_side_and_one_that_was_not_made_is_empty():
    rows = result_of(wire().trade(), backtest().trade().trade("B", candle="09:30")).trade_rows()

    assert [[cell is not None for cell in row.cells] for row in rows] == [
        [True, True, True],
        [False, True, True],
    ]
    assert rows[0].cells[0].entry_price == 10_000
    assert rows[0].cells[0].gross == Decimal(20)


def test_the_document_has_every_difference_and_exact_money(late):
    document = json.loads(parity_json(late))

    (found,) = document["differences"]
    assert (found["symbol"], found["what"], found["cause"]) == ("<A>", "entry", "latency")
    assert document["causes"] == {"latency": 1}
    assert document["is_proven"] is True
    assert document["signals_alike"] == document["candle_signals_alike"] == 2
    assert document["trades"][0]["sides"]["wire"]["entry_price"] == "100.10"


def test_the_page_marks_what_differs_and_escapes_names(late):
    page = parity_html(late)

    assert '<td class="differs">10 at 100.00, 09:30:00.020</td>' in page
    assert "&lt;A&gt; long, candle of 09:15" in page
    assert "every difference explained" in page


def test_what_is_unexplained_is_not_proven_and_comes_first_on_the_terminal():
    one, other = wire().trade(entries=((10, 10_010, "09:30:02"),)), backtest().trade()
    result = result_of(one.trade("B", planned=12), other.trade("B"), NoPrice())

    text = console_text(result, Path("reports/x"))

    assert not result.is_proven
    assert "NOT PROVEN" in text
    assert 'class="open"' in parity_html(result)
    assert text.index("unexplained:") > text.index("differences:")


def test_the_terminal_gets_fewer_than_25_lines_however_much_differs():
    one, other = wire(), backtest()
    for number in range(30):
        one.trade(f"S{number}", entries=((10, 10_010, "09:30:02"),))
        other.trade(f"S{number}")

    text = console_text(result_of(one, other), Path("reports/x"))

    assert len(text.splitlines()) < 25
    assert "and 22 more in the report" in text


def test_inputs_that_give_another_journal_are_not_proven_without_any_comparison():
    checks = (InputCheck(is_equal=True, text="one"), InputCheck(is_equal=False, text="two"))
    result = ParityResult(on=ON, data="x.db", seed=1, comparison=None, inputs=checks)

    assert not result.is_proven
    assert replace(result, inputs=checks[:1]).is_proven
    assert "inputs: two" in console_text(result, Path("reports/x"))
    assert "<li>two</li>" in parity_html(result)
    assert json.loads(parity_json(result))["inputs"][1] == {"is_equal": False, "text": "two"}


@pytest.mark.parametrize("is_equal", [True, False])
def test_without_data_nothing_is_said_of_signals(is_equal):
    """Only the recorded inputs were looked at."""
    inputs = (InputCheck(is_equal=is_equal, text="process 1"),)
    result = ParityResult(on=ON, data="x.db", seed=1, comparison=None, inputs=inputs)

    texts = (console_text(result, Path("r")), parity_html(result))

    said = "The recorded inputs give the same journal" if is_equal else "do not give this journal"
    assert all(said in text and "ignals" not in text and "seed" not in text for text in texts)
    assert json.loads(parity_json(result))["candle_signals_alike"] is None
