"""All candles of a run on one price scale: splits and bonuses on record are taken out, others are told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from trading_bot.adapters.history import PriceHistory, open_history, open_warm_up
from trading_bot.adapters.history.adjusting import Brought, brought_to_shares_of, is_traded
from trading_bot.adapters.history.price_scale import off_scale
from trading_bot.adapters.history.warm_up import OWN_FOLDER
from trading_bot.adapters.market_rules import load_corporate_actions
from trading_bot.domain.errors import HistoryError

_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtData:
    """A history as of a day, and what was done to it."""

    history: PriceHistory
    told: tuple[str, ...]
    """In sentences."""
    off_scale: Mapping[str, str] = field(default_factory=dict)
    """By symbol, why its days of the folders beside cannot be its earlier days."""

    def require_one_scale(self) -> None:
        """Raise HistoryError where warm-up would open indicators on another price scale."""
        if self.off_scale:
            raise HistoryError(
                f"{'; '.join(list(self.off_scale.values())[:_NAMED])}: a split or bonus lies between the "
                "two, or they are adjusted differently, and indicators would open on the wrong prices"
                f"{_affected(self.off_scale)}\n  fix: take both from one source; or say in the "
                'provenance.toml of both folders that prices are as traded (adjustment = "none"): then what '
                "config/market/corporate_actions.toml has is taken out of both (add there what it lacks); or "
                "take the earlier folder away; --accept-defects uses them as they are"
            )


def brought_to(
    history: PriceHistory, symbols: Sequence[str], on: date
) -> tuple[PriceHistory, tuple[str, ...]]:
    """Prices as traded, adjusted as of a day where every split is on record, and what was done, in words.

    Whatever is adjusted already, or of which nobody says what it is, stays as it is.
    """
    brought = brought_to_shares_of(on, history, symbols, load_corporate_actions())
    return brought.history, _told(brought, f"{on}")


def brought_with_warm_up(
    history: PriceHistory, symbols: Sequence[str], on: date, *, each_day: bool = False
) -> BroughtData:
    """The same for a history whose earlier days lie in folders beside it as well.

    With `each_day` it is said that every day is played at its own prices, with the days before brought to it.
    """
    warm_up = open_warm_up(history)
    beside = warm_up.folders[1:]
    brought = brought_to_shares_of(on, history, symbols, load_corporate_actions(), beside)
    proven = [
        symbol
        for symbol in symbols
        if symbol not in brought.unknown
        and all(is_traded(one, symbol) for one in (history, *beside) if symbol in one.symbols)
    ]
    return BroughtData(
        history=brought.history,
        told=_told(brought, "each day" if each_day else f"{on}"),
        off_scale=off_scale(warm_up.made_like(brought.history), symbols, proven) if beside else {},
    )


def warm_up_doubts(data: Path, symbols: Sequence[str], on: date | None) -> tuple[str, ...]:
    """What a replay of a folder's day is to be warned of: its own earlier days on another price scale.

    Without `symbols` those of the day, without a day the last one. Raises HistoryError or
    UnknownInstrumentError.
    """
    if not (data / OWN_FOLDER).is_dir():
        return ()
    history = open_history(data)
    day = on or max(history.all_days(), default=date.min)
    names = tuple(map(history.name_of, symbols)) or history.symbols_on(day)
    off = brought_with_warm_up(history, names, day).off_scale
    return tuple(f"{words}: indicators open on the wrong prices" for words in off.values())


def _told(brought: Brought, as_of: str) -> tuple[str, ...]:
    told = []
    if brought.unknown:
        told.append(
            f"Prices as traded of {_listed(brought.unknown)}: not all of their splits and bonuses are on "
            "record (config/market/corporate_actions.toml), so none is taken out."
        )
    if brought.changed:
        told.append(
            f"Splits and bonuses are taken out of the prices of {_listed(brought.changed)}, as of {as_of}."
        )
    return tuple(told)


def _listed(symbols: Sequence[str]) -> str:
    more = len(symbols) - _NAMED
    return ", ".join(symbols[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _affected(symbols: Collection[str]) -> str:
    return f" (of {len(symbols)} shares)" if len(symbols) > _NAMED else ""
