"""Numbers, times and codes as a person reads them."""

from decimal import Decimal

from trading_bot.domain.ist import MS_PER_SECOND, datetime_of
from trading_bot.domain.money import grouped, rupees

MINUS = "\u2212"
_CHARGE_NAMES = {
    "brokerage": "Brokerage",
    "stt": "Securities transaction tax (STT)",
    "exchange": "Exchange transaction charges",
    "ipft": "Investor protection fund (IPFT)",
    "sebi": "SEBI turnover fee",
    "stamp": "Stamp duty",
    "dp": "Depository charges",
    "gst": "GST",
}
_REASONS = {
    "stop": "Stop",
    "trailing_stop": "Trailing stop",
    "target": "Target",
    "square_off": "Square-off",
    "daily_loss": "Daily loss",
    "panic": "Panic",
    "unprotected": "Unprotected",
    "operator": "Operator",
    "not_filled": "Not filled",
    "foreign": "Closed by others",
    "broker": "Closed by the broker",
}


def money(amount: Decimal) -> str:
    """An amount with two decimals, grouped the Indian way: 12,34,567.80."""
    return grouped(amount).replace("-", MINUS)


def signed_money(amount: Decimal) -> str:
    """The same with a plus sign where something was earned."""
    return grouped(amount, signed=True).replace("-", MINUS)


def count(number: int) -> str:
    """A whole number, grouped the Indian way."""
    return grouped(number, 0).replace("-", MINUS)


def plural(number: int, name: str, several: str = "") -> str:
    """A number of things; `several` where an s does not make the plural."""
    return f"{count(number)} {name if number == 1 else several or name + 's'}"


def price(amount_paise: int) -> str:
    """A price in rupees."""
    return money(rupees(amount_paise))


def mean_price(value_paise: int, quantity: int) -> Decimal | None:
    """Mean price in rupees to four places; None without units."""
    return (rupees(value_paise) / quantity).quantize(Decimal("0.0001")) if quantity else None


def clock_time(at_ms: int) -> str:
    """Time of the day in India."""
    return f"{datetime_of(at_ms):%H:%M:%S}"


def iso_time(at_ms: int) -> str:
    """Date and time in India with its offset."""
    return datetime_of(at_ms).isoformat(timespec="milliseconds")


def duration(span_ms: int) -> str:
    """A length of time in hours and minutes."""
    minutes, seconds = divmod(max(0, span_ms) // MS_PER_SECOND, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def percent(ratio: float) -> str:
    """A ratio as a percentage."""
    return f"{ratio:.0%}"


def signed_ratio(ratio: float) -> str:
    """A score with its sign."""
    return f"{ratio:+.2f}".replace("-", MINUS)


def charge_name(kind: str) -> str:
    """A kind of charge as on a contract note."""
    return _CHARGE_NAMES.get(kind, words(kind).capitalize())


def reason_name(code: str) -> str:
    """Why a trade ended."""
    return _REASONS.get(code, words(code).capitalize())


def words(code: str) -> str:
    """A short code in words."""
    return code.replace("_", " ")
