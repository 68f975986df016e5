import io

from rich.console import Console

from trading_bot.adapters.history.download import Outcome
from trading_bot.adapters.history.store import Written
from trading_bot.terminal.download_progress import download_progress, outcome_line


def _play(progress):
    progress.begins("ACME", 2)
    progress.advances("ACME")
    progress.advances("ACME")
    progress.ends(Outcome(symbol="ACME", written=Written(500, 0, 7), pages=2))


def test_without_a_terminal_there_is_a_line_for_each_symbol():
    lines = []
    with download_progress(lines.append, 1, with_bars=False) as progress:
        _play(progress)

    assert lines == ["ACME: 500 candles added"]


def test_on_a_terminal_there_are_bars():
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    with download_progress(lambda _line: None, 1, with_bars=True, console=console) as progress:
        _play(progress)

    shown = console.file.getvalue()
    assert "ACME: 500 candles added" in shown
    assert "1/1" in shown


def test_a_line_says_what_became_of_a_symbol():
    assert outcome_line(Outcome(symbol="A")) == "A: up to date"
    assert outcome_line(Outcome(symbol="A", failure="no rows")) == "A: nothing new, stopped: no rows"
    assert (
        outcome_line(Outcome(symbol="A", written=Written(1, 2, 3), pages=1, dropped=4, failure="no answer"))
        == "A: 1 candles added, 2 changed by the source, 4 rows were no candles, stopped: no answer"
    )
