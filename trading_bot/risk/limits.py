"""The limits of a day: each looks at the same picture of the book and either objects or does not."""

from collections.abc import Callable
from decimal import Decimal

from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.values import dataclass
from trading_bot.risk.settings import LimitSettings, SizingSettings
from trading_bot.risk.sizing import exact


@dataclass(frozen=True, slots=True)
class Denied:
    """Why a signal is not traded: a short code, and the numbers behind it."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPicture:
    """What the limits look at; counts include trades whose entry is pending or in doubt."""

    now_ms: int
    open_trades: int
    trades_today: int
    symbol_trades_today: int
    symbol_last_entry_ms: int | None
    entries_last_minute: int
    entries_last_hour: int
    net_pnl: Decimal
    """Rupees: realised and unrealised, after charges."""
    open_risk: Decimal
    """Rupees that all stops would lose together."""
    symbol_consecutive_losses: int


Limit = Callable[[DayPicture, LimitSettings, SizingSettings], Denied | None]


def first_objection(picture: DayPicture, limits: LimitSettings, sizing: SizingSettings) -> Denied | None:
    """Return the first limit that objects, in the order of LIMITS, or None."""
    for limit in LIMITS:
        objection = limit(picture, limits, sizing)
        if objection is not None:
            return objection
    return None


def _daily_loss(picture: DayPicture, limits: LimitSettings, sizing: SizingSettings) -> Denied | None:
    if not daily_loss_reached(picture.net_pnl, limits, sizing):
        return None
    return Denied("max_daily_loss", f"net {picture.net_pnl:.2f} today, limit {limits.max_daily_loss:.2%}")


def _concurrent(picture: DayPicture, limits: LimitSettings, _sizing: SizingSettings) -> Denied | None:
    if picture.open_trades < limits.max_concurrent_positions:
        return None
    return Denied(
        "max_concurrent_positions", f"{picture.open_trades} open of {limits.max_concurrent_positions}"
    )


def _trades(picture: DayPicture, limits: LimitSettings, _sizing: SizingSettings) -> Denied | None:
    if picture.trades_today < limits.max_trades_per_day:
        return None
    return Denied("max_trades_per_day", f"{picture.trades_today} of {limits.max_trades_per_day}")


def _symbol_trades(picture: DayPicture, limits: LimitSettings, _sizing: SizingSettings) -> Denied | None:
    if picture.symbol_trades_today < limits.max_trades_per_symbol_per_day:
        return None
    return Denied(
        "max_trades_per_symbol_per_day",
        f"{picture.symbol_trades_today} of {limits.max_trades_per_symbol_per_day}",
    )


def _spacing(picture: DayPicture, limits: LimitSettings, _sizing: SizingSettings) -> Denied | None:
    if picture.symbol_last_entry_ms is None:
        return None
    since_s = (picture.now_ms - picture.symbol_last_entry_ms) // MS_PER_SECOND
    if since_s >= limits.symbol_spacing_s:
        return None
    return Denied("symbol_spacing_s", f"{since_s} s since the last entry, {limits.symbol_spacing_s} needed")


def _entry_rate(picture: DayPicture, limits: LimitSettings, _sizing: SizingSettings) -> Denied | None:
    if picture.entries_last_minute < limits.max_entries_per_minute:
        return None
    return Denied(
        "max_entries_per_minute", f"{picture.entries_last_minute} of {limits.max_entries_per_minute}"
    )


def _hourly_rate(picture: DayPicture, limits: LimitSettings, _sizing: SizingSettings) -> Denied | None:
    if picture.entries_last_hour < limits.max_entries_per_hour:
        return None
    return Denied("max_entries_per_hour", f"{picture.entries_last_hour} of {limits.max_entries_per_hour}")


def _open_risk(picture: DayPicture, limits: LimitSettings, sizing: SizingSettings) -> Denied | None:
    if picture.open_risk < open_risk_limit(limits, sizing):
        return None
    return Denied("max_open_risk", f"{picture.open_risk:.2f} at risk, limit {limits.max_open_risk:.2%}")


def _losing_streak(picture: DayPicture, limits: LimitSettings, _sizing: SizingSettings) -> Denied | None:
    if picture.symbol_consecutive_losses < limits.max_consecutive_losses:
        return None
    return Denied("max_consecutive_losses", f"{picture.symbol_consecutive_losses} losing trades in a row")


LIMITS: tuple[Limit, ...] = (
    _daily_loss,
    _losing_streak,
    _concurrent,
    _trades,
    _symbol_trades,
    _spacing,
    _entry_rate,
    _hourly_rate,
    _open_risk,
)


def daily_loss_reached(net_pnl: Decimal, limits: LimitSettings, sizing: SizingSettings) -> bool:
    """Whether the day has lost as much as it may."""
    return net_pnl <= -sizing.base_capital * exact(limits.max_daily_loss)


def loss_to_warn_of(limits: LimitSettings, sizing: SizingSettings) -> Decimal | None:
    """Rupees of the day's net loss that a person is told of; None where only the halt is."""
    if not 0 < limits.warn_daily_loss < limits.max_daily_loss:
        return None
    return sizing.base_capital * exact(limits.warn_daily_loss)


def open_risk_limit(limits: LimitSettings, sizing: SizingSettings) -> Decimal:
    """Rupees that all stops together may lose."""
    return sizing.base_capital * exact(limits.max_open_risk)
