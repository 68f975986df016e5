"""A share near its own price limit: what is bought there may be locked in, and cannot be sold to anybody."""

from trading_bot.domain.money import rupees
from trading_bot.domain.signal import Direction
from trading_bot.risk.exits import Band
from trading_bot.risk.limits import Denied


def near_band(direction: Direction, price: int, band: Band | None, margin: float) -> Denied | None:
    """Refuse an entry towards a limit that is nearer than a fraction of it; an unknown band says nothing."""
    if band is None or margin <= 0:
        return None
    lowest, highest = band
    limit, room = (highest, highest - price) if direction is Direction.LONG else (lowest, price - lowest)
    if room > limit * margin:
        return None
    side = "upper" if direction is Direction.LONG else "lower"
    text = f"{rupees(price)} is {max(0, room) / limit:.2%} from the {side} limit of {rupees(limit)}"
    return Denied("overlay_circuits", f"{text}, {margin:.2%} needed")
