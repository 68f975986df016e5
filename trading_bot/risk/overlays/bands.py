"""A share near its own price limit: what is bought there may be locked in, and cannot be sold to anybody."""

from trading_bot.domain.gate import Gate
from trading_bot.domain.money import rupees
from trading_bot.domain.signal import Direction
from trading_bot.risk.exits import Band
from trading_bot.risk.limits import Denied


def near_band(direction: Direction, price: int, band: Band | None, margin: float) -> Denied | None:
    """Refuse an entry towards a limit that is nearer than a fraction of it, or that nobody knows."""
    if margin <= 0:
        return None
    if band is None:
        return Denied("band_unknown", f"how far its price limits are is not known, {margin:.2%} needed")
    limit, room = _room(direction, price, band)
    if room > limit * margin:
        return None
    text = (
        f"{rupees(price)} is {max(0, room) / limit:.2%} from the {_side(direction)} limit of {rupees(limit)}"
    )
    return Denied("overlay_circuits", f"{text}, {margin:.2%} needed")


def band_gate(direction: Direction, price: int, band: Band | None, margin: float) -> Gate:
    """The same for a signal's trace."""
    passed = near_band(direction, price, band, margin) is None
    if band is None:
        return Gate("overlay_circuits", passed, None, f"> {margin:g}; the price limits are not known")
    limit, room = _room(direction, price, band)
    why = f"from {rupees(price)} to the {_side(direction)} price limit of {rupees(limit)}"
    return Gate("overlay_circuits", passed, round(max(0, room) / limit, 6), f"> {margin:g}; {why}")


def _room(direction: Direction, price: int, band: Band) -> tuple[int, int]:
    """The limit that an entry goes towards, and how far it is."""
    lowest, highest = band
    return (highest, highest - price) if direction is Direction.LONG else (lowest, price - lowest)


def _side(direction: Direction) -> str:
    return "upper" if direction is Direction.LONG else "lower"
