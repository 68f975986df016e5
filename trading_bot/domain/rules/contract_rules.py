"""Lots, freeze quantities and price steps by date: the history, and the fallback of the instrument file."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import Field, PositiveInt, field_validator, model_validator

from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.money import paise
from trading_bot.domain.rules.dated import Confidence, refuse_overlaps, row_on, uncovered
from trading_bot.domain.section import Section

_FILE = "contracts.toml"


class TickKind(StrEnum):
    """The kinds of instrument that have price steps of their own."""

    SHARE = "share"
    STOCK_FUTURE = "stock_future"
    INDEX_FUTURE = "index_future"
    STOCK_OPTION = "stock_option"
    INDEX_OPTION = "index_option"


class LotRow(Section):
    """Units per lot of contracts that expire inside a span."""

    valid_from: date
    valid_until: date | None = None
    lot: PositiveInt
    source: str = Field(min_length=1)
    confidence: Confidence


class LotHistory(Section):
    """The lots of one underlying."""

    underlying: str = Field(min_length=1)
    expiries: tuple[LotRow, ...] = Field(min_length=1)


class FreezeRow(Section):
    """Largest single orders, in units, on the trading days of a span."""

    valid_from: date
    valid_until: date | None = None
    quantities: dict[str, PositiveInt]
    assumed: bool = False
    """No circular was seen: a figure on the safe side."""
    source: str = Field(min_length=1)
    confidence: Confidence


class TickBand(Section):
    """One step of the ladder, in rupees; the last band has no bound."""

    below: Decimal | None = None
    up_to: Decimal | None = None
    tick: Decimal = Field(gt=0)

    @field_validator("tick")
    @classmethod
    def _is_whole_paise(cls, tick: Decimal) -> Decimal:
        paise(tick)
        return tick

    def holds(self, reference: Decimal) -> bool:
        """Whether the reference price in rupees lies in or under this band."""
        if self.below is not None:
            return reference < self.below
        return self.up_to is None or reference <= self.up_to


class TickRow(Section):
    """The ladder of some kinds during a span."""

    kinds: tuple[TickKind, ...] = Field(min_length=1)
    valid_from: date
    valid_until: date | None = None
    bands: tuple[TickBand, ...] = Field(min_length=1)
    source: str = Field(min_length=1)
    confidence: Confidence

    @model_validator(mode="after")
    def _ladder_is_complete(self) -> "TickRow":
        bounds = [band.below if band.below is not None else band.up_to for band in self.bands]
        known = [bound for bound in bounds[:-1] if bound is not None]
        if bounds[-1] is not None or len(known) != len(bounds) - 1 or known != sorted(set(known)):
            raise ValueError("bands must rise, each with below or up_to, and only the last without a bound")
        return self


class ContractFacts(Section):
    """What contracts.toml says."""

    lots: tuple[LotHistory, ...] = ()
    freezes: tuple[FreezeRow, ...] = ()
    ticks: tuple[TickRow, ...] = ()


class ContractRules:
    """Contract terms by date; a contract's own row in the instrument file outranks them."""

    __slots__ = ("_facts", "_lots", "_ticks")

    def __init__(self, facts: ContractFacts) -> None:
        """Raise ValueError when two rows answer the same question."""
        self._facts = facts
        self._lots = {history.underlying: history.expiries for history in facts.lots}
        self._ticks = {kind: tuple(row for row in facts.ticks if kind in row.kinds) for kind in TickKind}
        for underlying, rows in self._lots.items():
            refuse_overlaps(rows, f"lots of {underlying}")
        refuse_overlaps(facts.freezes, "freeze quantities")
        for kind, ladders in self._ticks.items():
            refuse_overlaps(ladders, f"price steps of {kind}")

    @property
    def underlyings(self) -> tuple[str, ...]:
        """The indices whose lots are recorded."""
        return tuple(self._lots)

    def lot_size(self, underlying: str, expiry_on: date) -> int:
        """Units per lot, at expiry, of an index contract that expires on the day."""
        return self.lot_row(underlying, expiry_on).lot

    def freeze_quantity(self, underlying: str, on: date) -> int:
        """Largest single order in units on a trading day; `freeze_row` tells whether it is assumed."""
        return self.freeze_row(underlying, on).quantities[underlying]

    def tick_size(self, kind: TickKind, reference_paise: int, on: date) -> int:
        """Price step in paise on a trading day.

        The reference is last month's closing price of a share or of the share behind a stock future, the
        index of an index future and the underlying's price of a stock option, all in paise.
        """
        reference = Decimal(reference_paise).scaleb(-2)
        row = self.tick_row(kind, on)
        return paise(next(band.tick for band in row.bands if band.holds(reference)))

    def lot_row(self, underlying: str, expiry_on: date) -> LotRow:
        """The lot with its source."""
        rows = self._lots.get(underlying, ())
        row = row_on(rows, expiry_on)
        if row is None:
            raise uncovered(f"The lot of {underlying} contracts", expiry_on, rows, _FILE)
        return row

    def freeze_row(self, underlying: str, on: date) -> FreezeRow:
        """The freeze quantities of a day with their source."""
        rows = [row for row in self._facts.freezes if underlying in row.quantities]
        row = row_on(rows, on)
        if row is None:
            raise _with_instrument_file(uncovered(f"The freeze quantity of {underlying}", on, rows, _FILE))
        return row

    def tick_row(self, kind: TickKind, on: date) -> TickRow:
        """The ladder of a kind with its source."""
        row = row_on(self._ticks[kind], on)
        if row is None:
            raise uncovered(f"The price step of a {kind}", on, self._ticks[kind], _FILE)
        return row


def _with_instrument_file(error: UncoveredDateError) -> UncoveredDateError:
    return UncoveredDateError(f"{error}, or take it from the instrument file of the day")
