from io import StringIO

import pytest
from rich.console import Console

from trading_bot.terminal import progress
from trading_bot.terminal.progress import shown_progress


@pytest.fixture
def written(monkeypatch):
    """What is written, where nobody looks at a terminal or, told so, where somebody does."""
    text = StringIO()

    def console(*, is_terminal=False):
        monkeypatch.setattr(
            progress, "Console", lambda stderr: Console(file=text, force_terminal=is_terminal, width=120)
        )
        return text

    return console


def test_without_a_terminal_ten_lines_tell_how_far_it_is(written):
    text = written()

    with shown_progress("work", 50) as shown:
        for number in range(50):
            shown.advance(f"day {number}")

    lines = text.getvalue().splitlines()
    assert len(lines) == 10
    assert lines[-1].split() == ["work:", "50", "of", "50", "day", "49"]


def test_a_short_task_has_a_line_for_each_step(written):
    text = written()

    with shown_progress("work", 3) as shown:
        for number in range(3):
            shown.advance(f"day {number}")

    assert len(text.getvalue().splitlines()) == 3


def test_on_a_terminal_a_bar_shows_count_and_note(written):
    text = written(is_terminal=True)

    with shown_progress("work", 2) as shown:
        shown.advance("day 0")
        shown.advance("day 1")

    assert "2/2" in text.getvalue()
    assert "day 1" in text.getvalue()
