"""Ratios, dates and spans of a backtest as a person reads them; a dash where nothing is defined."""

from trading_bot.domain.ist import MS_PER_SECOND, datetime_of
from trading_bot.report.wording import MINUS, count, duration

DASH = "\u2013"
_MOST_PERCENT = 99_999


def percent_text(ratio: float | None, *, is_signed: bool = False) -> str:
    """A fraction as a percentage with two decimals; what is beyond reason is only said to be so."""
    if ratio is None:
        return DASH
    percent = ratio * 100
    if percent > _MOST_PERCENT:
        return f"over {count(_MOST_PERCENT)}%"
    text = f"{percent:+.2f}%" if is_signed else f"{percent:.2f}%"
    return "0.00%" if text.strip("+-") == "0.00%" else text.replace("-", MINUS)


def ratio_text(ratio: float | None) -> str:
    """A ratio with two decimals."""
    return DASH if ratio is None else f"{ratio:.2f}".replace("-", MINUS)


def share_text(share: float | None) -> str:
    """A share from 0 to 1 as a percentage with one decimal."""
    return DASH if share is None else f"{share:.1%}"


def seconds_text(seconds: float | None) -> str:
    """A length of time."""
    return DASH if seconds is None else duration(round(seconds * MS_PER_SECOND))


def days_text(days: float) -> str:
    """A number of calendar days."""
    whole = round(days)
    return "less than a day" if whole < 1 else f"{count(whole)} {'day' if whole == 1 else 'days'}"


def moment_text(at_ms: int) -> str:
    """Day and minute in India."""
    return f"{datetime_of(at_ms):%d %b %Y %H:%M}"
