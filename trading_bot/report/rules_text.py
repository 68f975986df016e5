"""The page of a day's market rules as aligned text."""

from collections.abc import Iterable, Sequence
from typing import Any

from trading_bot.report.text_table import aligned

_NOTHING = "-"
_UNKNOWN = "not covered"

Page = dict[str, Any]
Row = tuple[str, ...]


def render_rules(page: Page) -> str:
    """Aligned text of what `rules_on` returns."""
    return "\n".join(
        [
            *_day(page),
            *_section("Sessions, Indian time", _SESSION_HEAD, map(_session, page["sessions"])),
            *_section(
                "Expiries", ("underlying", "weekly", "monthly", "source"), map(_expiry, page["expiries"])
            ),
            *_section("Index contracts", _CONTRACT_HEAD, map(_contract, page["contracts"])),
            *_section("Price steps in rupees", ("kind", "steps", "source"), map(_ticks, page["ticks"])),
            *_charges(page["charges"]),
            *_gaps(page),
        ]
    )


_SESSION_HEAD = ("segment", "continuous", "pre-open", "closing auction", "post-close", "source")
_CONTRACT_HEAD = ("underlying", "expiry", "lot", "freeze", "sources")
_RATE_HEAD = ("line", "exchanges", "for", "side", "percent", "source")


def _day(page: Page) -> list[str]:
    state = "trading day" if page["trading_day"] else "closed"
    reasons = [reason for reason in (page["special_session"], page["holiday"]) if reason]
    rows = [
        ("previous trading day", _text(page["previous_trading_day"])),
        ("next trading day", _text(page["next_trading_day"])),
        ("calendar covers", f"{page['coverage']['first']} to {page['coverage']['last']}"),
    ]
    headline = f"{page['on']} {page['weekday']}: {state}"
    return [f"{headline} ({', '.join(reasons)})" if reasons else headline, *aligned(rows)]


def _session(session: Page) -> Row:
    segment = session["segment"] + (" with auction" if session["closing_auction_eligible"] else "")
    if "not_covered" in session:
        return (segment, _UNKNOWN, "", "", "", "")
    windows = ", ".join(_span(window) for window in session["continuous"])
    return (
        segment,
        windows,
        _phases(session["pre_open"]),
        _phases(session["closing_auction"]),
        _span(session["post_close"]),
        session["source"],
    )


def _phases(phases: Page | None) -> str:
    """From the start of the first phase to the end of the last."""
    if phases is None:
        return _NOTHING
    spans = [span for span in phases.values() if span is not None]
    return _span([min(span[0] for span in spans), max(span[1] for span in spans)])


def _span(window: Sequence[str] | None) -> str:
    return _NOTHING if window is None else f"{window[0]}-{window[1]}"


def _expiry(expiry: Page) -> Row:
    return (
        expiry["underlying"],
        _text(expiry["next_weekly"]),
        _text(expiry["next_monthly"]),
        _text(expiry["source"]),
    )


def _contract(contract: Page) -> Row:
    lot, freeze = contract["lot"], contract["freeze"]
    quantity = _text(freeze.get("quantity", _UNKNOWN)) + (" assumed" if freeze.get("assumed") else "")
    sources = [part["source"] for part in (lot, freeze) if "source" in part]
    return (
        contract["underlying"],
        _text(contract["expiry"]),
        _text(lot.get("size", _UNKNOWN)),
        quantity,
        "; ".join(sources) or _NOTHING,
    )


def _ticks(ladder: Page) -> Row:
    if "not_covered" in ladder:
        return (ladder["kind"], _UNKNOWN, "")
    return (ladder["kind"], ", ".join(map(_band, ladder["bands"])), ladder["source"])


def _band(band: dict[str, str]) -> str:
    if "below" in band:
        return f"{band['tick']} below {band['below']}"
    return f"{band['tick']} up to {band['up_to']}" if "up_to" in band else band["tick"]


def _charges(charges: Page) -> list[str]:
    if "not_covered" in charges:
        return ["", f"Charges: {_UNKNOWN}"]
    rates = [
        (
            rate["line"],
            "/".join(rate["exchanges"]),
            "/".join([*rate["classes"], *rate["underlyings"]]),
            rate["side"],
            rate["percent"],
            rate["source"],
        )
        for rate in charges["rates"]
    ]
    gst, depository, square_off = charges["gst"], charges["depository"], charges["square_off"]
    rates.append(("gst", "", "+".join(gst["base"]), "", gst["percent"], gst["source"]))
    flat = [
        *(_brokerage(row) for row in charges["brokerage"]),
        (
            "depository",
            "per share and day of delivery sales",
            depository["rupees_per_sale"],
            depository["source"],
        ),
        ("square-off", "one order of the broker's own", square_off["rupees_per_order"], square_off["source"]),
    ]
    return [
        *_section("Charges in percent of value", _RATE_HEAD, rates),
        *_section(f'Charges in rupees, plan "{charges["plan"]}"', ("line", "for", "rupees", "source"), flat),
        *(f"  note: {notice}" for notice in _notices(charges)),
    ]


def _brokerage(row: Page) -> Row:
    cap = f", at most {row['percent']}%" if row["percent"] is not None else ""
    return ("brokerage", f"one {row['class']} order", row["flat"] + cap, row["source"])


def _notices(charges: Page) -> list[str]:
    rows = [
        *charges["rates"],
        *charges["brokerage"],
        *(charges[name] for name in ("gst", "depository", "square_off")),
    ]
    return list(dict.fromkeys(row["notice"] for row in rows if row["notice"]))


def _gaps(page: Page) -> list[str]:
    """Every refusal, once: what is missing and which file to extend."""
    found = dict.fromkeys(_refusals(page))
    return ["", "Not covered", *(f"  {gap}" for gap in found)] if found else []


def _refusals(value: object) -> Iterable[str]:
    if isinstance(value, dict):
        if "not_covered" in value:
            yield value["not_covered"]
        for part in value.values():
            yield from _refusals(part)
    elif isinstance(value, list):
        for part in value:
            yield from _refusals(part)


def _section(title: str, head: Row, rows: Iterable[Row]) -> list[str]:
    body = list(rows)
    return ["", title, *aligned([head, *body])] if body else []


def _text(value: object) -> str:
    if value is None:
        return _NOTHING
    return _UNKNOWN if isinstance(value, dict) else str(value)
