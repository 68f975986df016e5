"""The crossing averages in two independent engines: backtesting.py and vectorbt, each in its own words.

Both decide at a close and fill at the next open. What is compared are their fills and their equity at each
close. The averages are those of pandas, not of this program.
"""

import warnings
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

FAST, SLOW, ATR, IGNORED, UNITS, CASH = 20, 50, 14, 200, 100, 100_000_000.0


class Account(NamedTuple):
    """What an engine came to on one share."""

    fills: list[tuple[int, int, float]]
    """(candle, signed units, price in rupees), oldest first."""
    equity: np.ndarray
    """Rupees at each close."""
    figures: dict[str, float]
    """What the engine itself says of its result, where that is defined as here; fractions and rupees."""


@contextmanager
def quiet():
    """Let the libraries of others warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def frame_of(candles):
    """Columns of a share, (start_ms, open, high, low, close) in paise, as both engines want them."""
    names = ("Open", "High", "Low", "Close")
    prices = {name: np.asarray(column) / 100 for name, column in zip(names, candles[1:5], strict=True)}
    return pd.DataFrame(prices, index=pd.to_datetime(np.asarray(candles[0]), unit="ms"))


def averages(frame):
    """Fast and slow average and the average true range, by pandas."""
    close, before = frame.Close, frame.Close.shift()
    reach = pd.concat(
        [frame.High - frame.Low, (frame.High - before).abs(), (frame.Low - before).abs()], axis=1
    )
    return (
        close.ewm(span=FAST, adjust=False).mean().to_numpy(),
        close.ewm(span=SLOW, adjust=False).mean().to_numpy(),
        reach.max(axis=1).ewm(alpha=1 / ATR, adjust=False).mean().to_numpy(),
    )


def by_backtesting_py(frame, *, multiple, fee=0.0):
    """Play a share with backtesting.py."""
    with quiet():
        import backtesting

        fast, slow, reach = averages(frame)

        class Crossing(backtesting.Strategy):
            def init(self):
                self.stop = 0.0

            def next(self):
                now = len(self.data) - 1
                if self.position:
                    falls = fast[now - 1] >= slow[now - 1] and fast[now] < slow[now]
                    if falls or self.data.Close[-1] <= self.stop:
                        self.position.close()
                elif now >= IGNORED and fast[now - 1] <= slow[now - 1] and fast[now] > slow[now]:
                    self.stop = self.data.Close[-1] - multiple * reach[now]
                    self.buy(size=UNITS)

        backtesting.backtesting._tqdm = lambda rows, **_: rows  # no progress bar
        found = backtesting.Backtest(frame, Crossing, cash=CASH, commission=fee).run()
    fills = [(one.EntryBar, one.Size, one.EntryPrice) for one in found._trades.itertuples()]
    fills += [(one.ExitBar, -one.Size, one.ExitPrice) for one in found._trades.itertuples()]
    fills += [(one.entry_bar, one.size, one.entry_price) for one in found._strategy.trades]  # still open
    figures = {
        "trades": found["# Trades"],
        "win_rate": found["Win Rate [%]"] / 100,
        "depth": -found["Max. Drawdown [%]"] / 100,
        "total_return": found["Return [%]"] / 100,
    }
    return Account(sorted(fills), found._equity_curve.Equity.to_numpy(), figures)


def by_vectorbt(frame, *, multiple, fee=0.0):
    """Play a share with vectorbt, by a function that is asked at each candle."""
    with quiet(), _interpreted():
        import vectorbt as vbt

        vbt.settings["engine"] = "numba"
        portfolio = _by_orders(vbt, frame, multiple, fee)
        orders = portfolio.orders.records
        equity, closed = portfolio.value().to_numpy(), portfolio.trades.closed
        figures = {
            "trades": closed.count(),
            "win_rate": closed.win_rate(),
            "profit_factor": closed.profit_factor(),
            "expectancy": closed.expectancy(),
            "depth": -portfolio.max_drawdown(),
            "total_return": portfolio.total_return(),
        }
    signs = np.where(orders["side"] == 0, 1, -1)
    rows = zip(orders["idx"], signs * orders["size"], orders["price"], strict=True)
    return Account([(int(at), int(units), float(price)) for at, units, price in rows], equity, figures)


@contextmanager
def _interpreted():
    """Let what is imported meanwhile stay Python: compiling takes longer than playing few candles."""
    import numba

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numba.config, "DISABLE_JIT", True)
        patch.setenv("NUMBA_DISABLE_JIT", "1")
        yield


def _by_orders(vbt, frame, multiple, fee):
    from numba import njit
    from vectorbt.portfolio import nb

    @njit
    def order(c, opens, fast, slow, reach, stop, multiple, fee):  # noqa: PLR0917  # as it is called
        then = c.i - 1
        if then < 1:
            return nb.order_nothing_nb()
        if c.position_now > 0:
            falls = fast[then - 1] >= slow[then - 1] and fast[then] < slow[then]
            if falls or c.close[then, 0] <= stop[0]:
                return nb.order_nb(size=-c.position_now, price=opens[c.i], fees=fee)
        elif then >= IGNORED and fast[then - 1] <= slow[then - 1] and fast[then] > slow[then]:
            stop[0] = c.close[then, 0] - multiple * reach[then]
            return nb.order_nb(size=UNITS, price=opens[c.i], fees=fee)
        return nb.order_nothing_nb()

    arrays = (frame.Open.to_numpy(), *averages(frame), np.zeros(1))
    return vbt.Portfolio.from_order_func(
        frame.Close, order, *arrays, float(multiple), fee, init_cash=CASH, freq="1min"
    )
