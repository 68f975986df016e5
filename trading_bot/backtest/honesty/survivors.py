"""Who is missing from the data: shares that failed, and those that left before the end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from trading_bot.domain.rules.provenance import Universe

_LEFT_DAYS = 10
"""Calendar days without data up to the last day, after which a share has left."""
_BRIEF_DAYS = 366
"""Calendar days within which few shares leave the exchange."""
_CHOSEN_LATE = (
    "The shares were chosen with today's knowledge, as the data say: those that failed or were delisted are "
    "missing, and results are flattered by that."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivors:
    """What is known of the choice of shares."""

    universe: Universe
    symbols: int
    left: Mapping[str, date]
    """Shares whose data end before the backtest does, with their last day."""
    came: Mapping[str, date]
    """Shares whose data begin after it does, with their first day."""
    calendar_days: int

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to keep in mind; empty when the data are said to hold what failed as well."""
        return (*self._of_universe(), *self._of_left())

    def _of_universe(self) -> tuple[str, ...]:
        if self.universe is Universe.COMPLETE:
            return ()
        return (_CHOSEN_LATE if self.universe is Universe.SURVIVORS else self._unknown,)

    @property
    def _unknown(self) -> str:
        brief = self.calendar_days <= _BRIEF_DAYS
        span = "Within a year few leave the exchange" if brief else "Over years many leave the exchange"
        shares = "the share was" if self.symbols == 1 else f"the {self.symbols} shares were"
        return (
            f"Nobody says how {shares} chosen (universe in provenance.toml). {span}: those that were "
            "delisted since are probably missing."
        )

    def _of_left(self) -> tuple[str, ...]:
        texts = []
        if self.left:
            texts.append(
                f"Data end before the last day: {_listed(self.left)}. Delisted, suspended, merged or "
                "renamed: what a holder lost or got then is not in the result."
            )
        if self.came:
            texts.append(f"Data begin after the first day: {_listed(self.came)}.")
        return tuple(texts)


def survivors(
    universe: Universe, spans: Mapping[str, tuple[date, date]], first: date, last: date
) -> Survivors:
    """From the first and last day of each share in the data, and those of the backtest."""
    return Survivors(
        universe=universe,
        symbols=len(spans),
        left={name: end for name, (_, end) in spans.items() if (last - end).days > _LEFT_DAYS},
        came={name: begin for name, (begin, _) in spans.items() if (begin - first).days > _LEFT_DAYS},
        calendar_days=(last - first).days,
    )


def _listed(days: Mapping[str, date], most: int = 5) -> str:
    named = [f"{name} ({day})" for name, day in sorted(days.items(), key=lambda one: one[1])]
    more = len(named) - most
    return ", ".join(named[:most]) + (f" and {more} more" if more > 0 else "")
