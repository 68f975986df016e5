"""Sharing a day's charges among its trades so that the parts add up to the note, to the paisa."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from trading_bot.domain.costs.charges import ChargeLine, ChargeSchedule, ContractNote, DayCharges, Dealing
from trading_bot.domain.costs.contract_note import SQUARE_OFF
from trading_bot.domain.instrument import Segment
from trading_bot.domain.money import PAISA, ZERO, paise


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedCharges:
    """A day's charges and what of them falls on each trade."""

    day: DayCharges
    parts: tuple[dict[str, Decimal], ...]
    """Rupees by line for each trade, in the order in which the trades were given."""


def allot(total: Decimal, weights: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Split whole paise by weight; what is left over goes to the largest remainders, earlier ones first.

    Weights that are all zero count as equal. Raises ValueError when there is nobody to share, a weight or the
    total is negative, or the total is not in whole paise.
    """
    if not weights or min(weights) < 0 or total < 0:
        raise ValueError(f"cannot share {total} by the weights {list(weights)}: none may be negative")
    shares = [Fraction(weight) for weight in weights] if any(weights) else [Fraction(1)] * len(weights)
    units, whole = paise(total), sum(shares)
    exact = [units * share / whole for share in shares]
    floors = [int(part) for part in exact]
    order = sorted(range(len(exact)), key=lambda index: (floors[index] - exact[index], index))
    for index in order[: units - sum(floors)]:
        floors[index] += 1
    return tuple(floor * PAISA for floor in floors)


def share_charges(schedule: ChargeSchedule, on: date, trades: Sequence[Sequence[Dealing]]) -> SharedCharges:
    """Charge a day and share each line of each note among the trades that the day's dealings belong to.

    A trade is given as its dealings of that day; together the trades must hold every fill exactly once. The
    weights are what each trade would cost alone, before rounding.
    """
    day = schedule.charge_day(on, [dealing for trade in trades for dealing in trade])
    parts = [dict.fromkeys(map(str, ChargeLine), ZERO) for _ in trades]
    for note in day.notes:
        _share_note(schedule, note, trades, parts)
    if day.square_off:
        alone = [schedule.square_off_fees(on, trade)[0] for trade in trades]
        for part, share in zip(parts, allot(day.square_off, alone), strict=True):
            part[SQUARE_OFF] = share
    return SharedCharges(day=day, parts=tuple(parts))


def _share_note(
    schedule: ChargeSchedule,
    note: ContractNote,
    trades: Sequence[Sequence[Dealing]],
    parts: list[dict[str, Decimal]],
) -> None:
    inside = [index for index, trade in enumerate(trades) if _in_segment(trade, note.segment)]
    alone = [schedule.raw_lines(note.on, _in_segment(trades[index], note.segment))[0] for index in inside]
    for line, amount in note.lines.items():
        for index, share in zip(inside, allot(amount, [raw[line] for raw in alone]), strict=True):
            parts[index][str(line)] += share


def _in_segment(trade: Sequence[Dealing], segment: Segment) -> list[Dealing]:
    return [dealing for dealing in trade if dealing.instrument.segment is segment]
