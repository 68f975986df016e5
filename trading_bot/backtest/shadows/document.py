"""Compared days as JSON: for what is kept from evening to evening, and for other programs."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from trading_bot.backtest.shadows.compare import Compared, tried_text, verdict_of
from trading_bot.backtest.shadows.day import ComparedDay, Figures
from trading_bot.domain.errors import StorageError

_DAY = TypeAdapter(ComparedDay)


def day_json(day: ComparedDay) -> str:
    """A day as it is kept."""
    return _DAY.dump_json(day, indent=1).decode() + "\n"


def day_in(text: str, where: str) -> ComparedDay:
    """A kept day. Raises StorageError for what is none."""
    try:
        return _DAY.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise StorageError(
            f"{where} is no day of a shadow ({place}: {first['msg']}): remove it, and play the day anew"
        ) from error


def comparison_document(
    shadows: Sequence[Compared], record: str, missed: Sequence[str] = ()
) -> dict[str, Any]:
    """Everything that the page shows, money as decimal strings, and what could not be played."""
    return {
        "record": record,
        "shadows": [_compared(one) for one in shadows],
        "not_played": list(missed),
    }


def _compared(one: Compared) -> dict[str, Any]:
    found = one.difference
    return {
        "name": one.name,
        "changed": {name: {"baseline": old, "shadow": new} for name, (old, new) in one.changed.items()},
        "verdict": verdict_of(one),
        "difference": None
        if found is None
        else {
            "days": found.days,
            "days_that_differ": found.moved,
            "mean": found.mean,
            "p": found.p,
            "low": found.low,
            "high": found.high,
            "confidence": found.confidence,
            "is_told": found.is_told,
            "days_needed": found.needed,
        },
        "trials": tried_text(one),
        "baseline": _figures(one.baseline),
        "shadow": _figures(one.shadow),
        "real": None if one.real is None else _figures(one.real),
        "left_out": [f"{day}" for day in one.left_out],
        "days": [_DAY.dump_python(day, mode="json") for day in one.days],
    }


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        name: value if isinstance(value, int) else str(value) for name, value in figures._asdict().items()
    }
