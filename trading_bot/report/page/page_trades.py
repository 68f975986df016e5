"""The page's tables of trades and of charges."""

from decimal import Decimal

from trading_bot.domain.gate import Gate
from trading_bot.domain.money import ZERO
from trading_bot.domain.signal import Evaluation
from trading_bot.report.day.record import TradeRecord
from trading_bot.report.day.result import DayResult, TradeResult
from trading_bot.report.page.markup import Html, element, joined
from trading_bot.report.page.page_parts import NUMBER, amount_row, cell, headings, money_cell, sign_class
from trading_bot.report.wording import (
    charge_name,
    clock_time,
    count,
    duration,
    mean_price,
    money,
    price,
    reason_name,
    signed_money,
    signed_ratio,
    words,
)

_HEADINGS = (
    ("Trade", None),
    ("Quantity", NUMBER),
    ("Entry", NUMBER),
    ("Exit", NUMBER),
    ("Reason", None),
    ("Gross", NUMBER),
    ("Charges", NUMBER),
    ("Net", NUMBER),
    ("Score", NUMBER),
)


def trades_html(result: DayResult) -> Html:
    """Every trade that bought or sold, with its sum."""
    if not result.trades:
        return element("p", "Nothing was traded.", class_="empty")
    return element(
        "div",
        element(
            "table",
            headings(*_HEADINGS),
            element("tbody", *(_trade_rows(trade) for trade in result.trades)),
            element("tfoot", _sum_row(result)),
            class_="cards",
        ),
        class_="scroll",
    )


def _trade_rows(result: TradeResult) -> Html:
    record = result.record
    trade = record.trade
    symbol = element("strong", result.instrument.symbol)
    bound = f"bound by {words(trade.size_limited_by)}" if trade.size_limited_by else None
    main = element(
        "tr",
        element("td", symbol, f" {trade.direction}", _small(trade.strategy), class_="title nowrap"),
        cell("Quantity", count(record.entered_quantity), _small(bound), style=NUMBER),
        _price_cell("Entry", record.entered_value, record.entered_quantity, record.entered_at_ms),
        _price_cell("Exit", record.exited_value, record.exited_quantity, record.exited_at_ms),
        cell("Reason", _ending(record), _small(_held(record))),
        money_cell("Gross", result.gross),
        cell("Charges", money(result.total_charges), style=NUMBER),
        money_cell("Net", result.net),
        cell("Score", signed_ratio(trade.signed_score), style=NUMBER),
        class_="main",
    )
    more = element("td", _why(record), colspan=str(len(_HEADINGS)))
    return joined(main, element("tr", more, class_="more"))


def _sum_row(result: DayResult) -> Html:
    empty = element("td", class_="none")
    return element(
        "tr",
        element("td", "Together", class_="title"),
        *[empty] * 4,
        money_cell("Gross", result.gross),
        cell("Charges", money(result.costs.total), style=NUMBER),
        money_cell("Net", result.net),
        empty,
    )


def _ending(record: TradeRecord) -> str:
    name = _ending_name(record)
    return f"{name}: {record.open_quantity:+d} held" if record.open_quantity else name


def _ending_name(record: TradeRecord) -> str:
    return reason_name(record.closed.exit_reason) if record.closed else "Open"


def _held(record: TradeRecord) -> str | None:
    if record.entered_at_ms is None or record.exited_at_ms is None:
        return None
    return f"held {duration(record.exited_at_ms - record.entered_at_ms)}"


def _price_cell(label: str, value: int, quantity: int, at_ms: int | None) -> Html:
    mean = mean_price(value, quantity)
    when = None if at_ms is None else _small(clock_time(at_ms))
    return cell(label, "\u2013" if mean is None else money(mean), when, style=NUMBER)


def _small(text: str | None) -> Html | None:
    return None if text is None else element("small", text)


def _why(record: TradeRecord) -> Html:
    trade, plan = record.trade, record.trade.plan
    target = "no target" if plan.target_price is None else f"target {price(plan.target_price)}"
    lines = [f"planned at {price(trade.reference_price)}, stop {price(plan.stop_price)}, {target}"]
    lines += [f"{clock_time(level.at_ms)} stop moved to {price(level.price)}" for level in record.stops[1:]]
    gates = record.evaluation.gates if record.evaluation else ()
    return element(
        "details",
        element("summary", "plan and gates" if gates else "plan"),
        *(element("p", line, class_="plan") for line in lines),
        gates_html(record.evaluation),
    )


def gates_html(evaluation: Evaluation | None) -> Html | None:
    """The gates of an evaluation: what was measured and what was needed."""
    if evaluation is None or not evaluation.gates:
        return None
    return element("table", *(_gate_row(gate) for gate in evaluation.gates), class_="gates")


def _gate_row(gate: Gate) -> Html:
    measured = f"{gate.measured:.4g}" if isinstance(gate.measured, float) else gate.measured
    return element(
        "tr",
        element("td", "\u2713" if gate.passed else "\u2717", class_="gain" if gate.passed else "loss"),
        element("td", words(gate.name)),
        element("td", "\u2013" if measured is None else str(measured), class_=NUMBER),
        element("td", gate.needed, class_="muted"),
    )


def unfilled_html(result: DayResult) -> Html | None:
    """Entries that never filled, in one paragraph."""
    if not result.unfilled:
        return None
    names = ", ".join(
        f"{result.symbol(record.trade.instrument_key)} {record.trade.direction} "
        f"at {clock_time(record.trade.planned_at_ms)}"
        for record in result.unfilled
    )
    return element("p", f"Planned but never filled: {names}.", class_="muted")


def reasons_html(result: DayResult) -> Html:
    """How many trades ended for which reason, and what they brought."""
    groups: dict[str, list[Decimal]] = {}
    for trade in result.trades:
        groups.setdefault(_ending_name(trade.record), []).append(trade.net)
    rows = sorted(groups.items(), key=lambda group: -sum(group[1]))
    head = headings(("Reason", None), ("Trades", NUMBER), ("Net", NUMBER))
    return element("table", head, element("tbody", *(_reason_row(name, nets) for name, nets in rows)))


def _reason_row(name: str, nets: list[Decimal]) -> Html:
    net = sum(nets, ZERO)
    return element(
        "tr",
        element("td", name),
        element("td", count(len(nets)), class_=NUMBER),
        element("td", element("span", signed_money(net), class_=sign_class(net)), class_=NUMBER),
    )


def charges_html(result: DayResult) -> Html:
    """Charges line by line, from gross to net."""
    rows = [
        (charge_name(kind), f"\u2212{money(amount)}")
        for kind, amount in result.costs.lines.items()
        if amount != ZERO
    ]
    return element(
        "table",
        element(
            "tbody",
            amount_row("Gross result", signed_money(result.gross)),
            *(amount_row(name, amount) for name, amount in rows),
        ),
        element("tfoot", amount_row("Net result", signed_money(result.net)), *_ledger_row(result)),
        class_="charges",
    )


def _ledger_row(result: DayResult) -> list[Html]:
    ledger = result.facts.ledger_net_pnl
    return [] if ledger is None else [amount_row("By the simulator's ledger", signed_money(ledger))]
