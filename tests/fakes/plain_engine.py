"""The crossing averages as a plain loop: what an engine has to come to under the policy of the next open.

One position a share, always so many units; a decision at a close is carried out at the next open; the stop is
compared with closes; a fee on both sides.
"""

from typing import NamedTuple


class Plain(NamedTuple):
    """What came of one share."""

    trades: int
    held: int
    flow: float
    """Rupees, fees taken."""


def plain_crossing(
    rows, *, fast=20, slow=50, atr_length=14, multiple=3.0, ignored=200, quantity=100, fee=0.0003
):
    """Trade rows of (open, high, low, close) in rupees."""
    fast_average = slow_average = before = rows[0][3]
    atr = rows[0][1] - rows[0][2]
    flow, held, trades, ordered, stop = 0.0, 0, 0, 0, 0.0
    for number, (opened, high, low, close) in enumerate(rows):
        if ordered:
            flow -= ordered * opened * quantity * (1 + ordered * fee)
            held += ordered * quantity
            trades += ordered < 0
            ordered = 0
        was_above, was_below = fast_average > slow_average, fast_average < slow_average
        if number:
            fast_average += 2 / (fast + 1) * (close - fast_average)
            slow_average += 2 / (slow + 1) * (close - slow_average)
            atr += (max(high - low, abs(high - before), abs(low - before)) - atr) / atr_length
        crosses_down = fast_average < slow_average and not was_below
        if held and (crosses_down or close <= stop):
            ordered = -1
        elif not held and number >= ignored and fast_average > slow_average and not was_above:
            ordered, stop = 1, close - multiple * atr
        before = close
    return Plain(trades, held, flow)
