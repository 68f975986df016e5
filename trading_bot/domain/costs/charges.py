"""Contract notes: what a day's fills cost, line by line, exact to the paisa.

Both sides of the books, the simulator's ledger and the report, collect their own fills and hand them to
`ChargeSchedule.charge_day`. Rates come from config/market/charges.toml. Rounding happens once per note (a day
of a segment): brokerage per order and the lines that follow turnover to the paisa, STT and stamp duty to the
rupee with halves up, GST to the paisa on the rounded lines.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from trading_bot.domain.costs.contract_note import (
    ChargedFill,
    ChargeLine,
    ContractNote,
    DayCharges,
    Dealing,
    Exercise,
)
from trading_bot.domain.costs.rates import (
    LIST_PLAN,
    BrokerageRow,
    ChargeClass,
    ChargeFacts,
    Dealt,
    RatedLine,
    RoundingUnit,
    TaxRow,
    at_or_first,
    class_of,
    exchange_of,
    find_brokerage,
    find_rate,
    underlying_of,
)
from trading_bot.domain.errors import SettingsError, UncoveredDateError
from trading_bot.domain.instrument import Instrument, Product, Segment
from trading_bot.domain.money import ZERO, round_to_paisa, rupees
from trading_bot.domain.order import Side

__all__ = [
    "ChargeLine",
    "ChargeSchedule",
    "ChargedFill",
    "ContractNote",
    "DayCharges",
    "Dealing",
    "Exercise",
]

_TURNOVER_LINES: tuple[RatedLine, ...] = ("exchange", "ipft", "sebi")


@dataclass(frozen=True, slots=True)
class ChargeSchedule:
    """All rates by date, with the price list that the account is on."""

    facts: ChargeFacts
    plan: str = LIST_PLAN

    def __post_init__(self) -> None:
        if self.plan not in self.facts.plans:
            raise SettingsError(
                f'brokerage plan "{self.plan}" is not in config/market/charges.toml: '
                f"choose one of {', '.join(self.facts.plans)}, or add [[brokerage]] rows for it"
            )

    def with_plan(self, plan: str) -> "ChargeSchedule":
        """The same rates under another price list. Raises SettingsError when there is none of that name."""
        return replace(self, plan=plan)

    def charge_day(self, on: date, dealings: Iterable[Dealing]) -> DayCharges:
        """The contract notes of everything that was dealt on a day; segments in the order of their names.

        Raises UncoveredDateError on a day after the last known rates, and ValueError for an index.
        """
        merged = _merged(dealings)
        segments = sorted({dealing.instrument.segment for dealing in merged})
        fees, notice = self.square_off_fees(on, merged)
        return DayCharges(
            on=on,
            square_off=fees,
            assumed=(notice,) if notice else (),
            notes=tuple(
                self._note(on, segment, [d for d in merged if d.instrument.segment is segment])
                for segment in segments
            ),
        )

    def square_off_fees(self, on: date, dealings: Sequence[Dealing]) -> tuple[Decimal, str | None]:
        """What the broker takes for its own orders in these dealings, tax included, and what was assumed."""
        orders = {fill.order_id for dealing in dealings for fill in dealing.fills if fill.by_broker}
        if not orders:
            return ZERO, None
        row, notice = at_or_first(list(self.facts.square_off), on, "broker's square-off")
        tax, _ = at_or_first(list(self.facts.gst), on, "gst")
        return len(orders) * round_to_paisa(row.rupees_per_order * (1 + tax.percent / 100)), notice

    def refuse_uncovered(self, on: date) -> None:
        """Raise UncoveredDateError on a day after the last one whose rates were checked."""
        if on > self.facts.coverage.last:
            raise UncoveredDateError(
                f"Charges are not known for {on}: covered is up to {self.facts.coverage.last}. Check the "
                "rates of config/market/charges.toml against the year's circulars, then move coverage.last"
            )

    def raw_lines(self, on: date, dealings: Sequence[Dealing]) -> tuple[dict[ChargeLine, Decimal], set[str]]:
        """The unrounded lines of dealings in one segment, GST included, and what was assumed."""
        self.refuse_uncovered(on)
        tally = _Tally(self, on)
        for dealing in dealings:
            tally.add_orders(dealing)
        for traded in _by_instrument(dealings):
            tally.add_traded(traded)
        tax, notice = at_or_first(list(self.facts.gst), on, "gst")
        tally.lines[ChargeLine.GST] = _taxed(tally.lines, tax)
        return tally.lines, tally.notices | ({notice} if notice else set())

    def _note(self, on: date, segment: Segment, dealings: Sequence[Dealing]) -> ContractNote:
        raw, notices = self.raw_lines(on, dealings)
        lines = {line: round_to_paisa(amount) for line, amount in raw.items()}
        lines[ChargeLine.STT] = _rounded(raw[ChargeLine.STT], self.facts.rounding.stt)
        lines[ChargeLine.STAMP] = _rounded(raw[ChargeLine.STAMP], self.facts.rounding.stamp)
        tax, _ = at_or_first(list(self.facts.gst), on, "gst")
        lines[ChargeLine.GST] = round_to_paisa(_taxed(lines, tax))
        values = [_values(dealing.fills) for dealing in dealings]
        settled = sum((_exercised(dealing) for dealing in dealings), ZERO)
        return ContractNote(
            on=on,
            segment=segment,
            buy_value=sum((value.bought for value in values), ZERO),
            sell_value=sum((value.sold for value in values), ZERO) + settled,
            lines=lines,
            notices=tuple(sorted(notices)),
        )


class _Values(NamedTuple):
    buy_quantity: int
    sell_quantity: int
    bought: Decimal
    sold: Decimal


class _Tally:
    """Unrounded lines of one note while they are being added up."""

    def __init__(self, schedule: ChargeSchedule, on: date) -> None:
        self.lines = dict.fromkeys(ChargeLine, ZERO)
        self.notices: set[str] = set()
        self._facts = schedule.facts
        self._plan = schedule.plan
        self._on = on

    def add_orders(self, dealing: Dealing) -> None:
        """Brokerage: once per executed order however many fills it has, to the paisa."""
        charge_class = class_of(dealing.instrument, dealing.product)
        values: dict[str, int] = {}
        for fill in dealing.fills:
            values[fill.order_id] = values.get(fill.order_id, 0) + fill.quantity * fill.price
        if values:
            row = self._brokerage(charge_class)
            for value in values.values():
                self._add(ChargeLine.BROKERAGE, round_to_paisa(row.on_order(rupees(value))))
        if dealing.exercise is not None:
            fee = self._brokerage(ChargeClass.EXERCISE).on_order(_exercised(dealing))
            self._add(ChargeLine.BROKERAGE, round_to_paisa(fee))

    def add_traded(self, dealings: Sequence[Dealing]) -> None:
        """Everything that follows the day's trades in one instrument, whatever the product."""
        instrument = dealings[0].instrument
        values = _values([fill for dealing in dealings for fill in dealing.fills])
        if instrument.segment.is_cash:
            self._add_share(instrument, values)
            self._add_depository(dealings)
        else:
            charge_class = class_of(instrument, dealings[0].product)
            for line in ("stt", "stamp", *_TURNOVER_LINES):
                self._add_rate(line, instrument, charge_class, values.bought, values.sold)
        for dealing in dealings:
            if dealing.exercise is not None:
                self._add_rate("stt", instrument, ChargeClass.EXERCISE, ZERO, _exercised(dealing))

    def _add_share(self, instrument: Instrument, values: _Values) -> None:
        """Squared-up quantity pays as intraday, the rest as delivery; STT on the day's average price."""
        squared = min(values.buy_quantity, values.sell_quantity)
        delivered = abs(values.buy_quantity - values.sell_quantity)
        average = _average_price(values)
        self._add_rate("stt", instrument, ChargeClass.INTRADAY, ZERO, squared * average)
        # one side only: of a day's delivery quantity either a purchase or a sale remains, and each is taxed
        self._add_rate("stt", instrument, ChargeClass.DELIVERY, ZERO, delivered * average)
        bought_squared = values.bought * squared / values.buy_quantity if values.buy_quantity else ZERO
        self._add_rate("stamp", instrument, ChargeClass.INTRADAY, bought_squared, ZERO)
        self._add_rate("stamp", instrument, ChargeClass.DELIVERY, values.bought - bought_squared, ZERO)
        for line in _TURNOVER_LINES:
            self._add_rate(line, instrument, ChargeClass.INTRADAY, values.bought, values.sold)

    def _add_depository(self, dealings: Sequence[Dealing]) -> None:
        """One charge per share and day on which shares leave the account; intraday sales do not."""
        for dealing in dealings:
            values = _values(dealing.fills)
            if dealing.product is Product.DELIVERY and values.sell_quantity > values.buy_quantity:
                row, notice = at_or_first(list(self._facts.depository), self._on, "depository charge")
                self._note(notice)
                self._add(ChargeLine.DP, row.rupees_per_sale)

    def _add_rate(
        self,
        line: RatedLine,
        instrument: Instrument,
        charge_class: ChargeClass,
        bought: Decimal,
        sold: Decimal,
    ) -> None:
        if not bought and not sold:
            return
        dealt = Dealt(exchange_of(instrument), charge_class, underlying_of(instrument))
        found = find_rate(self._facts, line, dealt, self._on)
        self._note(found.notice)
        if found.row is not None:
            self._add(ChargeLine(line), found.row.on_values(bought, sold))

    def _brokerage(self, charge_class: ChargeClass) -> BrokerageRow:
        row, notice = find_brokerage(self._facts, self._plan, charge_class, self._on)
        self._note(notice)
        return row

    def _add(self, line: ChargeLine, amount: Decimal) -> None:
        self.lines[line] += amount

    def _note(self, notice: str | None) -> None:
        if notice is not None:
            self.notices.add(notice)


def _merged(dealings: Iterable[Dealing]) -> list[Dealing]:
    """One dealing per instrument and product, so that an order whose fills came in parts is one order."""
    merged: dict[tuple[str, Product], Dealing] = {}
    for dealing in dealings:
        key = (dealing.instrument.key, dealing.product)
        known = merged.get(key)
        merged[key] = dealing if known is None else _joined(known, dealing)
    return list(merged.values())


def _joined(first: Dealing, second: Dealing) -> Dealing:
    if first.exercise is not None and second.exercise is not None:
        raise ValueError(f"{first.instrument.symbol} is exercised twice: add the quantities")
    return replace(
        first,
        fills=(*first.fills, *second.fills),
        exercise=first.exercise if second.exercise is None else second.exercise,
    )


def _by_instrument(dealings: Iterable[Dealing]) -> list[list[Dealing]]:
    groups: dict[str, list[Dealing]] = {}
    for dealing in dealings:
        groups.setdefault(dealing.instrument.key, []).append(dealing)
    return list(groups.values())


def _values(fills: Iterable[ChargedFill]) -> _Values:
    buy_quantity = sell_quantity = bought = sold = 0
    for fill in fills:
        if fill.side is Side.BUY:
            buy_quantity += fill.quantity
            bought += fill.quantity * fill.price
        else:
            sell_quantity += fill.quantity
            sold += fill.quantity * fill.price
    return _Values(buy_quantity, sell_quantity, rupees(bought), rupees(sold))


def _average_price(values: _Values) -> Decimal:
    """The day's average price of a share over both sides, to the paisa (NSE/CMTR/5588)."""
    quantity = values.buy_quantity + values.sell_quantity
    return round_to_paisa((values.bought + values.sold) / quantity) if quantity else ZERO


def _exercised(dealing: Dealing) -> Decimal:
    return rupees(dealing.exercise.quantity * dealing.exercise.intrinsic) if dealing.exercise else ZERO


def _taxed(lines: Mapping[ChargeLine, Decimal], tax: TaxRow) -> Decimal:
    return sum((lines[ChargeLine(line)] for line in tax.base), ZERO) * tax.percent / 100


def _rounded(amount: Decimal, unit: RoundingUnit) -> Decimal:
    if unit == "paisa":
        return round_to_paisa(amount)
    return amount.quantize(Decimal(1), rounding=ROUND_HALF_UP).quantize(Decimal("0.01"))
