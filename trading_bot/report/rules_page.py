"""What the market's rules are on one day, as JSON-ready values; `render_rules` makes text of them."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from trading_bot.domain.costs.rates import (
    STOCKS,
    ChargeClass,
    Dealt,
    Exchange,
    RatedLine,
    RateRow,
    at_or_first,
    find_brokerage,
    find_rate,
)
from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.instrument import Segment
from trading_bot.domain.ist import datetime_of
from trading_bot.domain.rules.contract_rules import TickBand, TickKind
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.domain.rules.session import Window
from trading_bot.report.rules_text import render_rules

__all__ = ["render_rules", "rules_on"]

_SESSIONS = (
    (Segment.NSE_EQ, True),
    (Segment.NSE_EQ, False),
    (Segment.BSE_EQ, True),
    (Segment.BSE_EQ, False),
    (Segment.NSE_FO, False),
    (Segment.BSE_FO, False),
)
_LINES: tuple[RatedLine, ...] = ("stt", "exchange", "ipft", "sebi", "stamp")
_EXCHANGES: tuple[Exchange, ...] = ("NSE", "BSE")


def rules_on(rules: MarketRules, on: date) -> dict[str, Any]:
    """Everything that holds on a day, with sources; what no file covers says so under `not_covered`.

    Raises UncoveredDateError when the calendar does not cover the day.
    """
    calendar = rules.calendar
    special = calendar.special_session(on)
    return {
        "on": on.isoformat(),
        "weekday": f"{on:%A}",
        "trading_day": calendar.is_trading_day(on),
        "holiday": calendar.holiday_name(on),
        "special_session": special.name if special else None,
        "special_session_source": special.source if special else None,
        "previous_trading_day": _covered(lambda: calendar.previous_trading_day(on).isoformat()),
        "next_trading_day": _covered(lambda: calendar.next_trading_day(on).isoformat()),
        "coverage": {"first": calendar.first_covered.isoformat(), "last": calendar.last_covered.isoformat()},
        "sessions": _sessions(rules, on),
        "expiries": [_expiry(rules, underlying, on) for underlying in rules.expiries.underlyings],
        "contracts": [_contract(rules, underlying, on) for underlying in rules.contracts.underlyings],
        "ticks": [_covered(partial(_ticks, rules, kind, on)) | {"kind": str(kind)} for kind in TickKind],
        "charges": _covered(lambda: _charges(rules, on)),
    }


def _covered(answer: Callable[[], Any]) -> Any:
    """The answer, or the refusal as a value: one gap does not hide the rest of the page."""
    try:
        return answer()
    except UncoveredDateError as error:
        return {"not_covered": str(error)}


def _sessions(rules: MarketRules, on: date) -> list[dict[str, Any]]:
    if not rules.calendar.is_trading_day(on):
        return []
    return [
        _covered(partial(_session, rules, on, segment, eligible=eligible))
        | {"segment": str(segment), "closing_auction_eligible": eligible}
        for segment, eligible in _SESSIONS
    ]


def _session(rules: MarketRules, on: date, segment: Segment, *, eligible: bool) -> dict[str, Any]:
    session = rules.calendar.session(on, segment, closing_auction_eligible=eligible)
    assert session is not None, "asked on a trading day only"
    special = rules.calendar.special_session(on)
    listed = special if special is not None and special.hours == "listed" else None
    origin = listed or rules.calendar.hours_row(on, segment)
    return {
        "name": session.name,
        "continuous": [_window(window) for window in session.continuous],
        "pre_open": _phases(session.pre_open),
        "closing_auction": _phases(session.closing_auction),
        "post_close": _window(session.post_close),
        "source": origin.source,
        "confidence": origin.confidence,
    }


def _phases(phases: object) -> dict[str, list[str] | None] | None:
    if phases is None:
        return None
    names = ("reference", "order_entry", "limit_only", "random_close", "matching")
    return {name: _window(getattr(phases, name)) for name in names if hasattr(phases, name)}


def _window(window: Window | None) -> list[str] | None:
    if window is None:
        return None
    return [f"{datetime_of(at_ms):%H:%M}" for at_ms in window]


def _expiry(rules: MarketRules, underlying: str, on: date) -> dict[str, Any]:
    expiries = rules.expiries
    row = expiries.row(underlying, "monthly", on)
    return {
        "underlying": underlying,
        "next_weekly": _covered(lambda: _iso(expiries.next_weekly(underlying, on))),
        "next_monthly": _covered(lambda: _iso(expiries.next_monthly(underlying, on))),
        "source": row.source if row else None,
    }


def _contract(rules: MarketRules, underlying: str, on: date) -> dict[str, Any]:
    expiries = rules.expiries
    return {
        "underlying": underlying,
        "expiry": _covered(lambda: _iso(expiries.next_expiry(underlying, on))),
        "lot": _covered(lambda: _lot(rules, underlying, expiries.next_expiry(underlying, on))),
        "freeze": _covered(lambda: _freeze(rules, underlying, on)),
    }


def _lot(rules: MarketRules, underlying: str, expiry_on: date) -> dict[str, Any]:
    row = rules.contracts.lot_row(underlying, expiry_on)
    return {"size": row.lot, "source": row.source}


def _freeze(rules: MarketRules, underlying: str, on: date) -> dict[str, Any]:
    row = rules.contracts.freeze_row(underlying, on)
    return {"quantity": row.quantities[underlying], "assumed": row.assumed, "source": row.source}


def _ticks(rules: MarketRules, kind: TickKind, on: date) -> dict[str, Any]:
    row = rules.contracts.tick_row(kind, on)
    return {"bands": [_band(band) for band in row.bands], "source": row.source}


def _band(band: TickBand) -> dict[str, str]:
    bounds = {"below": band.below, "up_to": band.up_to}
    known = {name: _plain(bound) for name, bound in bounds.items() if bound is not None}
    return known | {"tick": f"{band.tick:.2f}"}


def _charges(rules: MarketRules, on: date) -> dict[str, Any]:
    rules.charges.refuse_uncovered(on)
    facts = rules.charges.facts
    plan = rules.charges.plan
    gst, gst_notice = at_or_first(list(facts.gst), on, "gst")
    depository, depository_notice = at_or_first(list(facts.depository), on, "depository charge")
    square_off, square_off_notice = at_or_first(list(facts.square_off), on, "broker's square-off")
    return {
        "plan": plan,
        "rates": _rates(rules, on),
        "brokerage": [_brokerage(rules, charge_class, on) for charge_class in ChargeClass],
        "gst": {
            "percent": _plain(gst.percent),
            "base": list(gst.base),
            "source": gst.source,
            "notice": gst_notice,
        },
        "depository": {
            "rupees_per_sale": _plain(depository.rupees_per_sale),
            "source": depository.source,
            "notice": depository_notice,
        },
        "square_off": {
            "rupees_per_order": _plain(square_off.rupees_per_order),
            "source": square_off.source,
            "notice": square_off_notice,
        },
    }


def _rates(rules: MarketRules, on: date) -> list[dict[str, Any]]:
    """Each row that is in use on the day, once."""
    rows: dict[int, dict[str, Any]] = {}
    for line in _LINES:
        for exchange in _EXCHANGES:
            for dealt in _dealt(exchange):
                found = find_rate(rules.charges.facts, line, dealt, on)
                if found.row is not None:
                    rows.setdefault(id(found.row), _rate(found.row, found.notice))
    return list(rows.values())


def _dealt(exchange: Exchange) -> list[Dealt]:
    classes = [Dealt(exchange, charge_class, None) for charge_class in ChargeClass]
    return [*classes, Dealt(exchange, ChargeClass.OPTION, STOCKS)]


def _rate(row: RateRow, notice: str | None) -> dict[str, Any]:
    return {
        "line": row.line,
        "exchanges": list(row.exchanges),
        "classes": [str(charge_class) for charge_class in row.classes],
        "underlyings": list(row.underlyings),
        "side": row.side,
        "percent": _plain(row.fraction * 100),
        "source": row.source,
        "confidence": row.confidence,
        "notice": notice,
    }


def _brokerage(rules: MarketRules, charge_class: ChargeClass, on: date) -> dict[str, Any]:
    row, notice = find_brokerage(rules.charges.facts, rules.charges.plan, charge_class, on)
    return {
        "class": str(charge_class),
        "flat": _plain(row.flat),
        "percent": None if row.percent is None else _plain(row.percent),
        "source": row.source,
        "notice": notice,
    }


def _iso(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def _plain(amount: Decimal) -> str:
    """Without exponent or trailing zeros."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
