"""The instruments that a search looks through, and of which day they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from trading_bot.domain.instrument import Instrument


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentAnswer:
    """A list of instruments."""

    instruments: Sequence[Instrument]
    outdated_since: date | None = None
    """The day of the list when it is not today's: lots, ticks and keys may have changed."""
