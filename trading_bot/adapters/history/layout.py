"""Which columns a file has, and what they mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path

from trading_bot.domain.errors import HistoryError


class HistoryKind(StrEnum):
    """What one row of a file is."""

    CANDLES = "candles"
    TICKS = "ticks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The kind of a file, and the file's own name of each column that is used."""

    kind: HistoryKind
    columns: Mapping[str, str]
    """Our name to the file's name; `ts` is always there."""
    clock: str | None = None
    """A second column that holds the time of day, where `ts` holds the date only."""
    symbol: str | None = None
    """A column that names the instrument, where one file holds several."""
    series: str | None = None
    """A column with the exchange's series, where a file of several instruments has one."""


TIME_COLUMNS = ("ts", "timestamp", "datetime", "date_time", "date", "time", "date1")
_SYMBOL_COLUMNS = ("symbol", "underlying", "ticker", "tradingsymbol", "trading_symbol")
_PRICES = ("open", "high", "low", "close")
_ALIASES = {
    "open": ("open_price", "open"),
    "high": ("high_price", "high"),
    "low": ("low_price", "low"),
    "close": ("close_price", "close"),
    "volume": ("ttl_trd_qnty", "volume", "vol"),
    "ltp": ("ltp", "last_price", "last_traded_price"),
    "cum_volume": ("cum_volume", "cumulative_volume", "day_volume", "vtt"),
    "ltq": ("ltq", "last_quantity", "last_traded_quantity"),
    "bid": ("bid", "bid_price", "best_bid"),
    "bid_qty": ("bid_qty", "bid_quantity"),
    "ask": ("ask", "ask_price", "best_ask"),
    "ask_qty": ("ask_qty", "ask_quantity"),
}
_TICK_COLUMNS = ("ltp", "cum_volume", "ltq", "bid", "bid_qty", "ask", "ask_qty")
_OPTION_COLUMNS = frozenset({"strike", "strike_price", "right", "option_type"})
_CONTRACT_COLUMNS = (*_PRICES, "expiry")
_WANTED = (
    "candles need ts (or timestamp, date, datetime) and open, high, low, close, with volume if known; "
    "ticks need ts and ltp, with cum_volume and bid, bid_qty, ask, ask_qty if known"
)


def layout_of(path: Path, names: Sequence[str]) -> Layout:
    """Recognise the columns of a file whatever their case.

    Raises HistoryError, with near names, when they are neither those of candles nor those of ticks.
    """
    own = {name.strip().lower().replace(" ", "_"): name for name in names}
    if len(_OPTION_COLUMNS & own.keys()) > 1:
        raise HistoryError(
            f"{path}: this is a table of option chains (column '{own[min(_OPTION_COLUMNS & own.keys())]}'), "
            "which mixes many contracts; write one file per contract"
        )
    if own.keys() >= set(_CONTRACT_COLUMNS):
        raise HistoryError(
            f"{path}: this is a table of futures (column '{own['expiry']}'), which mixes many contracts; "
            "write one file per contract"
        )
    found = {ours: own[alias] for ours, aliases in _ALIASES.items() for alias in aliases if alias in own}
    time_columns = [own[name] for name in TIME_COLUMNS if name in own]
    kind = _kind(path, list(names), found, has_time=bool(time_columns))
    wanted = (*_PRICES, "volume") if kind is HistoryKind.CANDLES else _TICK_COLUMNS
    splits = "date" in own and "time" in own and len(time_columns) == len(("date", "time"))
    symbol = next((own[name] for name in _SYMBOL_COLUMNS if name in own), None)
    return Layout(
        kind=kind,
        columns={"ts": time_columns[0], **{name: found[name] for name in wanted if name in found}},
        clock=own["time"] if splits else None,
        symbol=symbol,
        series=own.get("series") if symbol else None,
    )


def _kind(path: Path, names: list[str], found: Mapping[str, str], *, has_time: bool) -> HistoryKind:
    missing_prices = [name for name in _PRICES if name not in found]
    if has_time and not missing_prices:
        return HistoryKind.CANDLES
    if has_time and "ltp" in found:
        return HistoryKind.TICKS
    missing = [] if has_time else ["ts"]
    if "ltp" not in found:
        missing += missing_prices
    raise HistoryError(
        f"{path}: columns {', '.join(names) or '(none)'}: {', '.join(missing)} not found; {_WANTED}"
        + _near_names(missing, names)
    )


def _near_names(missing: Sequence[str], names: Sequence[str]) -> str:
    """Suggest a renaming for each missing column that has a likely candidate."""
    lowered = {name.strip().lower(): name for name in names}
    pairs = []
    for wanted in missing:
        matches = get_close_matches(wanted, lowered, n=1, cutoff=0.65)
        matches = matches or [
            name for name in lowered if wanted in name or (name and wanted.startswith(name))
        ]
        if matches:
            pairs.append(f"rename '{lowered[matches[0]]}' to '{wanted}'")
    return f". Likely fix: {', '.join(pairs)}" if pairs else ""
