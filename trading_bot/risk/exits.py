"""Where a trade ends: stop, target and trailing distance when it is planned, and how the stop follows."""

from decimal import Decimal

from trading_bot.domain.instrument import Instrument, Rounding
from trading_bot.domain.order import OrderTerms, OrderType, Side
from trading_bot.domain.signal import Direction
from trading_bot.domain.trade import ExitPlan, Trade
from trading_bot.risk.settings import ExitPolicy, ExitSettings
from trading_bot.risk.sizing import exact

Band = tuple[int, int]
"""Lowest and highest price in paise at which the exchange takes a limit."""


def exit_plan(
    instrument: Instrument,
    direction: Direction,
    entry_price: int,
    atr_paise: float,
    settings: ExitSettings,
    *,
    stop_factor: float = 1.0,
) -> ExitPlan:
    """Return stop, target and trailing distance for an entry at `entry_price` paise; no target where it is 0.

    `stop_factor` widens the stop alone; below 1 it does nothing.

    Distances round outwards for the stop and inwards for the target, so that rounding never makes a stop
    tighter than the policy asks, and the stop always stays positive and at least one tick away.
    """
    stop_distance, target_distance, trail_distance = _distances(entry_price, atr_paise, settings)
    long = direction is Direction.LONG
    tick = instrument.tick_size
    stop_distance = max(stop_distance * exact(max(1.0, stop_factor)), Decimal(tick))
    stop = instrument.round_price(
        entry_price - direction.sign * stop_distance, Rounding.DOWN if long else Rounding.UP
    )
    target = None
    if target_distance is not None:
        wanted = entry_price + direction.sign * target_distance
        target = max(tick, instrument.round_price(wanted, Rounding.DOWN if long else Rounding.UP))
    trail = instrument.round_price(trail_distance, Rounding.UP) if trail_distance else None
    return ExitPlan(stop_price=max(tick, stop), target_price=target, trail_distance=trail)


def _distances(
    entry_price: int, atr_paise: float, settings: ExitSettings
) -> tuple[Decimal, Decimal | None, Decimal | None]:
    if settings.policy is ExitPolicy.ATR:
        unit = exact(atr_paise)
        multiples = (settings.atr_stop_multiple, settings.atr_target_multiple, settings.atr_trail_multiple)
    else:
        unit = Decimal(entry_price)
        multiples = (settings.fixed_stop, settings.fixed_target, settings.fixed_trail)
    stop, target, trail = (unit * exact(multiple) for multiple in multiples)
    return stop, target if multiples[1] else None, trail or None


def trailed_stop(instrument: Instrument, trade: Trade, best_price: int, settings: ExitSettings) -> int | None:
    """Return the tighter stop that the best price allows, or None when it does not improve enough.

    Trailing begins where the stop would no longer lose anything against the entry, so that the plan's own
    stop keeps its room until then. A stop is moved only by at least `trail_step` of its distance: every move
    costs an order request.
    """
    distance = trade.plan.trail_distance
    if distance is None:
        return None
    sign = trade.direction.sign
    wanted = instrument.round_price(best_price - sign * distance, Rounding.DOWN if sign > 0 else Rounding.UP)
    if (wanted - trade.reference_price) * sign < 0:
        return None
    improvement = (wanted - trade.stop_price) * sign
    least = max(instrument.tick_size, int(distance * settings.trail_step))
    return wanted if improvement >= least else None


def stop_terms(
    instrument: Instrument,
    side: Side,
    quantity: int,
    trigger_price: int,
    settings: ExitSettings,
    *,
    band: Band | None = None,
) -> OrderTerms:
    """Return the terms of a protective stop: an SL order whose limit lies past its trigger.

    Neither leaves the band, where it is known: an exchange refuses the one, and the other when it triggers.
    """
    trigger_price = _inside(instrument, trigger_price, band)
    offset = trigger_price * exact(settings.stop_limit_offset)
    limit = instrument.round_price(
        trigger_price + side.sign * offset, Rounding.UP if side is Side.BUY else Rounding.DOWN
    )
    return OrderTerms(
        order_type=OrderType.STOP_LIMIT,
        quantity=quantity,
        price=_inside(instrument, max(instrument.tick_size, limit), band),
        trigger_price=trigger_price,
    )


def marketable_price(
    instrument: Instrument, side: Side, last_price: int, buffer: float, band: Band | None = None
) -> int:
    """Return a limit price past the last price by `buffer` (a fraction), on tick and inside the band."""
    wanted = last_price + side.sign * last_price * exact(buffer)
    price = instrument.round_price(wanted, Rounding.UP if side is Side.BUY else Rounding.DOWN)
    return _inside(instrument, max(instrument.tick_size, price), band)


def _inside(instrument: Instrument, price: int, band: Band | None) -> int:
    """The nearest price that is on a tick inside the band; the price itself where no band is known."""
    if band is None:
        return price
    lowest = instrument.round_price(band[0], Rounding.UP)
    highest = instrument.round_price(band[1], Rounding.DOWN)
    return min(max(price, lowest), highest)


def exit_buffer(step: int, settings: ExitSettings) -> float:
    """Return how far past the last price the exit goes at a step of its ladder, as a fraction."""
    return float(settings.exit_buffer * settings.exit_buffer_growth ** min(step, settings.max_exit_steps))
