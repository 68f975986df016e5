"""Splits, bonuses and rights as dated facts."""

from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.rules.dated import Confidence
from trading_bot.domain.section import Section


class ActionKind(StrEnum):
    """What a company does to the number of its shares."""

    SPLIT = "split"
    BONUS = "bonus"
    SPLIT_AND_BONUS = "split_and_bonus"
    RIGHTS = "rights"


def _fraction(value: Any) -> Fraction:
    """A ratio written as "1/2" or "0.94", above 0 and up to 1 or, for a consolidation, above it."""
    if not isinstance(value, str):
        raise ValueError('a factor, written as "1/2" or "0.94"')  # noqa: TRY004  # pydantic wants a ValueError
    factor = Fraction(value)
    if factor <= 0 or factor == 1:
        raise ValueError("a factor above 0 that is not 1")
    return factor


Factor = Annotated[Fraction, BeforeValidator(_fraction)]


class CorporateAction(Section):
    """One action of one share."""

    symbol: str = Field(min_length=1)
    ex_on: date
    """First day of trading without it."""
    kind: ActionKind
    terms: str = ""
    factor: Factor
    """What earlier prices are multiplied by."""


class ActionList(Section):
    """Actions out of one source."""

    rows: tuple[CorporateAction, ...]
    source: str = Field(min_length=1)
    confidence: Confidence


class ActionCoverage(Section):
    """Shares and days of which every action is known."""

    first: date
    last: date
    symbols: tuple[str, ...]
    source: str = Field(min_length=1)


class ActionFacts(Section):
    """What corporate_actions.toml says."""

    coverage: ActionCoverage
    actions: tuple[ActionList, ...] = ()


class CorporateActions:
    """Actions by share."""

    def __init__(self, facts: ActionFacts) -> None:
        """Raise ValueError when a share has two actions on one day."""
        self._coverage = facts.coverage
        rows = sorted(
            (row for listed in facts.actions for row in listed.rows), key=lambda row: (row.symbol, row.ex_on)
        )
        self._by_symbol: dict[str, list[CorporateAction]] = {}
        for row in rows:
            of_symbol = self._by_symbol.setdefault(row.symbol, [])
            if of_symbol and of_symbol[-1].ex_on == row.ex_on:
                raise ValueError(f"{row.symbol} has two actions on {row.ex_on}: write them as one")
            of_symbol.append(row)

    @property
    def last_covered(self) -> date:
        """Last day up to which prices can be adjusted."""
        return self._coverage.last

    def of(self, symbol: str) -> tuple[CorporateAction, ...]:
        """Everything on record about a share, oldest first, covered or not."""
        return tuple(self._by_symbol.get(symbol, ()))

    def splits_of(self, symbol: str) -> tuple[date, ...]:
        """First days after the splits and bonuses on record."""
        return tuple(row.ex_on for row in self.of(symbol) if row.kind is not ActionKind.RIGHTS)

    def between(self, symbol: str, first: date, as_of: date) -> tuple[CorporateAction, ...]:
        """The actions that lie between prices of `first` and prices of `as_of`.

        Raises UncoveredDateError where not all of them are known.
        """
        coverage = self._coverage
        if symbol not in coverage.symbols or first < coverage.first or as_of > coverage.last:
            raise UncoveredDateError(
                f"The corporate actions of {symbol} from {first} to {as_of} are not all on record: covered "
                f"are {len(coverage.symbols)} shares from {coverage.first} to {coverage.last}. Add what is "
                "missing to config/market/corporate_actions.toml, then its symbol or days to coverage"
            )
        return tuple(row for row in self.of(symbol) if first < row.ex_on <= as_of)
