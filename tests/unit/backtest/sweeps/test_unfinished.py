"""What an interrupted sweep has kept comes back to the last digit."""

from decimal import Decimal

import numpy as np
import pytest

from trading_bot.backtest.sweeps.figures import Figures
from trading_bot.backtest.sweeps.unfinished import Unfinished


def figures(**changes):
    usual = {
        "trades": 3,
        "held": -2,
        "flow": Decimal("-12345678.123456789"),
        "fees": Decimal("0.0003"),
        "equity": Decimal("99999999.99"),
        "drawdown": 0.1 + 0.2,
        "sharpe": -1 / 3,
        "path": "the engine, since a stop lies near a tick",
        "returns": np.array([1e-7, -0.1, 1 / 3], dtype=np.float32),
    }
    return Figures(**usual | changes)


@pytest.fixture
def unfinished(tmp_path):
    return Unfinished(tmp_path / "below" / "sweep.jsonl")


def test_figures_are_kept_to_the_last_digit(unfinished):
    empty = figures(sharpe=None, returns=None)
    unfinished.keep([(4, figures())])
    unfinished.keep([(0, empty)])

    found = unfinished.figures()

    assert found == {4: figures(), 0: empty}
    assert found[4].returns.tobytes() == figures().returns.tobytes()
    assert found[4].returns.dtype == np.float32
    assert found[0].returns is None


def test_a_line_that_was_cut_off_is_played_anew(unfinished):
    unfinished.keep([(0, figures()), (1, figures())])
    text = unfinished.path.read_text()
    unfinished.path.write_text(text[:-30])

    assert list(unfinished.figures()) == [0]


def test_where_nothing_was_kept_nothing_is_known(unfinished):
    unfinished.forget()

    assert unfinished.figures() == {}
