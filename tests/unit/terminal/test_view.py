import io

import pytest
from rich.console import Console

from trading_bot.terminal.settings import TerminalSettings, View, chosen_view
from trading_bot.terminal.view import LineView, ScreenView


@pytest.mark.parametrize(
    ("view", "is_terminal", "expected"),
    [
        ("auto", True, View.SCREEN),
        ("auto", False, View.LINES),
        ("quiet", True, View.QUIET),
        ("screen", False, View.SCREEN),
    ],
)
def test_the_view_follows_from_setting_and_terminal(view, is_terminal, expected):
    assert chosen_view(TerminalSettings(view=view), is_terminal=is_terminal) is expected


def test_the_last_screen_stands_when_the_view_ends(snapshot):
    console = Console(file=io.StringIO(), force_terminal=True, width=80, height=24)

    with ScreenView(console) as view:
        view.show(snapshot)

    assert "HALTED" in console.file.getvalue()


def test_lines_come_no_more_often_than_asked(snapshot):
    out = io.StringIO()
    moments = iter([0.0, 0.0, 5.0, 10.0, 10.0])

    with LineView(out, every_s=10, wall_s=lambda: next(moments)) as view:
        for _ in range(3):
            view.show(snapshot)

    assert len(out.getvalue().splitlines()) == 2
