"""The page's tables of signals, of orders with their life, and of what went wrong."""

from trading_bot.report.day.order_life import OrderStep, terms_text
from trading_bot.report.day.record import Notice, OrderRecord, SignalRecord
from trading_bot.report.day.result import DayResult
from trading_bot.report.page.markup import Html, element
from trading_bot.report.page.page_parts import NUMBER, headings
from trading_bot.report.page.page_trades import gates_html
from trading_bot.report.wording import clock_time, mean_price, money, signed_ratio, words

_GOOD_ENDS = frozenset({"halt cleared", "difference settled", "panic released", "restart"})


def signals_html(result: DayResult) -> Html:
    """Every signal and what became of it."""
    if not result.record.signals:
        return element("p", "No strategy raised a signal.", class_="empty")
    head = headings(("Time", None), ("Symbol", None), ("Score", NUMBER), ("Outcome", None), ("Gates", None))
    rows = (_signal_row(result, signal) for signal in result.record.signals)
    return _table(head, *rows)


def _signal_row(result: DayResult, record: SignalRecord) -> Html:
    evaluation = record.evaluation
    direction = f" {evaluation.signal.direction}" if evaluation.signal else ""
    gates = gates_html(evaluation)
    return element(
        "tr",
        element("td", clock_time(record.at_ms), class_="nowrap"),
        element(
            "td", element("strong", result.symbol(evaluation.instrument_key)), direction, class_="nowrap"
        ),
        element("td", signed_ratio(evaluation.score), class_=NUMBER),
        element("td", _outcome(record), class_="wide"),
        element("td", element("details", element("summary", "gates"), gates) if gates else None),
    )


def _outcome(record: SignalRecord) -> Html | str:
    if record.denied:
        text = f"denied: {words(record.denied.reason)}"
        return element("span", text, element("small", record.denied.detail), class_="warn")
    return "no decision on record" if record.trade_id is None else f"trade {record.trade_id}"


def orders_html(result: DayResult) -> Html:
    """Every order; its life unfolds."""
    if not result.record.orders:
        return element("p", "No order was intended.", class_="empty")
    head = headings(
        ("Time", None),
        ("Order", None),
        ("Filled", NUMBER),
        ("Mean price", NUMBER),
        ("Status and life", None),
    )
    return _table(head, *(_order_row(result, record) for record in result.record.orders))


def _order_row(result: DayResult, record: OrderRecord) -> Html:
    order, request = record.order, record.order.request
    value = sum(fill.value for fill in record.fills)
    mean = mean_price(value, sum(fill.quantity for fill in record.fills))
    symbol = element("strong", result.symbol(request.instrument_key))
    return element(
        "tr",
        element("td", clock_time(order.intended_at_ms), class_="nowrap"),
        element(
            "td",
            symbol,
            f" {record.purpose} {request.side.lower()}",
            element("small", terms_text(order.terms)),
            class_="nowrap",
        ),
        element("td", f"{order.filled_quantity}/{order.terms.quantity}", class_=NUMBER),
        element("td", "\u2013" if mean is None else money(mean), class_=NUMBER),
        element("td", _life(record), class_="wide"),
    )


def _life(record: OrderRecord) -> Html:
    order = record.order
    name = f"{words(order.status)}: {order.message}" if order.message else words(order.status)
    facts = f"tag {order.tag}, broker's id {order.order_id or 'none'}"
    return element(
        "details",
        element("summary", name),
        element("small", facts),
        element("ul", *(_step(step) for step in record.steps), class_="life"),
    )


def _step(step: OrderStep) -> Html:
    return element("li", element("time", clock_time(step.at_ms)), step.text)


def notices_html(result: DayResult) -> Html:
    """Halts, panics, differences, failed stops, incidents and restarts, as they came."""
    if not result.record.notices:
        return element("p", "None.", class_="empty")
    head = headings(("Time", None), ("Kind", None), ("What happened", None))
    return _table(head, *(_notice_row(result, notice) for notice in result.record.notices))


def _notice_row(result: DayResult, notice: Notice) -> Html:
    style = "nowrap" if notice.kind in _GOOD_ENDS else "nowrap loss"
    return element(
        "tr",
        element("td", clock_time(notice.at_ms), class_="nowrap"),
        element("td", notice.kind, class_=style),
        element("td", result.named(notice.text), class_="wide"),
    )


def _table(head: Html, *rows: Html) -> Html:
    return element("div", element("table", head, element("tbody", *rows)), class_="scroll")
