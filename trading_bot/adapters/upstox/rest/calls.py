"""Each request of this program, worded with the SDK: method, path, host, fields.

Deprecated twins and misleading names stop here: the SDK's `get_order_details` is the history of an order,
`get_order_status` its newest row, `get_trade_history` today's trades.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from upstox_client.api.charge_api import ChargeApi
from upstox_client.api.history_v3_api import HistoryV3Api
from upstox_client.api.login_api import LoginApi
from upstox_client.api.market_holidays_and_timings_api import MarketHolidaysAndTimingsApi
from upstox_client.api.market_quote_v3_api import MarketQuoteV3Api
from upstox_client.api.order_api import OrderApi
from upstox_client.api.order_controller_v_3_api import OrderApiV3
from upstox_client.api.portfolio_api import PortfolioApi
from upstox_client.api.user_api import UserApi
from upstox_client.api.websocket_api import WebsocketApi
from upstox_client.models.modify_order_request import ModifyOrderRequest
from upstox_client.models.place_order_v3_request import PlaceOrderV3Request

from trading_bot.adapters.upstox.rest.transport import Call
from trading_bot.domain.candles.interval import Interval
from trading_bot.domain.money import rupees
from trading_bot.domain.order import OrderRequest, OrderTerms, OrderType
from trading_bot.engine.ports import MarginQuestion

_V2 = "2.0"  # obsolete, yet the older SDK methods ask for it
_PROTECTED = (OrderType.MARKET, OrderType.STOP_MARKET)


# --- writes ----------------------------------------------------------------------------------------------


def place(request: OrderRequest, *, market_protection: float, algo_name: str) -> Call:
    """Word a new order. Protection is always explicit: unprotected market orders are refused (UDAPI1158)."""
    terms = request.terms
    body = _body(
        PlaceOrderV3Request(
            instrument_token=request.instrument_key,
            transaction_type=request.side.value,
            product=request.product.value,
            order_type=terms.order_type.value,
            validity=terms.validity.value,
            quantity=terms.quantity,
            price=_wire_price(terms.price),
            trigger_price=_wire_price(terms.trigger_price),
            disclosed_quantity=0,
            is_amo=False,
            slice=False,
            tag=request.tag,
        ),
        terms,
        market_protection,
    )
    return lambda sdk: OrderApiV3(sdk).place_order(body, **_algo(algo_name))


def modify(order_id: str, terms: OrderTerms, *, market_protection: float, algo_name: str) -> Call:
    """Word new terms of an order; the quantity is the total wanted."""
    body = _body(
        ModifyOrderRequest(
            order_id=order_id,
            order_type=terms.order_type.value,
            validity=terms.validity.value,
            quantity=terms.quantity,
            price=_wire_price(terms.price),
            trigger_price=_wire_price(terms.trigger_price),
            disclosed_quantity=0,
        ),
        terms,
        market_protection,
    )
    return lambda sdk: OrderApiV3(sdk).modify_order(body, **_algo(algo_name))


def cancel(order_id: str, *, algo_name: str) -> Call:
    """Word a cancellation."""
    return lambda sdk: OrderApiV3(sdk).cancel_order(order_id, **_algo(algo_name))


# --- the books -------------------------------------------------------------------------------------------


def order_book() -> Call:
    """All orders of the day."""
    return lambda sdk: OrderApi(sdk).get_order_book(_V2)


def history_by_tag(tag: str) -> Call:
    """All state rows of the orders that carry a tag."""
    return lambda sdk: OrderApi(sdk).get_order_details(_V2, tag=tag)


def newest_row(order_id: str) -> Call:
    """The newest row of one order."""
    return lambda sdk: OrderApi(sdk).get_order_status(order_id=order_id)


def trades() -> Call:
    """All trades of the day."""
    return lambda sdk: OrderApi(sdk).get_trade_history(_V2)


def positions() -> Call:
    """The day's positions."""
    return lambda sdk: PortfolioApi(sdk).get_positions(_V2)


def funds() -> Call:
    """Cash and margin."""
    return lambda sdk: UserApi(sdk).get_user_fund_margin_v3()


def margin(questions: Sequence[MarginQuestion]) -> Call:
    """What margin some orders would need together."""
    body = {"instruments": [_margin_leg(question) for question in questions]}
    return lambda sdk: ChargeApi(sdk).post_margin(body)


# --- the account and the market --------------------------------------------------------------------------


def profile() -> Call:
    """Who the token belongs to."""
    return lambda sdk: UserApi(sdk).get_profile(_V2)


def registered_ips() -> Call:
    """The static addresses on record."""
    return lambda sdk: UserApi(sdk).get_user_ips()


def market_status(exchange: str) -> Call:
    """The session state of an exchange."""
    return lambda sdk: MarketHolidaysAndTimingsApi(sdk).get_market_status(exchange)


def holidays() -> Call:
    """The listed days of the current year."""
    return lambda sdk: MarketHolidaysAndTimingsApi(sdk).get_holidays()


def full_quotes(instrument_keys: Sequence[str]) -> Call:
    """The newest state of up to 500 instruments."""
    joined = ",".join(instrument_keys)
    return lambda sdk: MarketQuoteV3Api(sdk).get_full_market_quote_v3(instrument_key=joined)


def past_candles(instrument_key: str, interval: Interval, first: date, last: date) -> Call:
    """Candles of past days, of a span that the interval allows; the path wants the last date first."""
    return lambda sdk: HistoryV3Api(sdk).get_historical_candle_data1(
        instrument_key, interval.unit.value, interval.length, last.isoformat(), first.isoformat()
    )


def minutes_of_today(instrument_key: str) -> Call:
    """1-minute candles of the current day, the forming one included."""
    return lambda sdk: HistoryV3Api(sdk).get_intra_day_candle_data(instrument_key, "minutes", 1)


# --- streams and login -----------------------------------------------------------------------------------


def market_feed_address() -> Call:
    """A single-use address of the market feed."""
    return lambda sdk: WebsocketApi(sdk).get_market_data_feed_authorize_v3()


def order_stream_address() -> Call:
    """A single-use address of the order stream; order updates only."""
    return lambda sdk: WebsocketApi(sdk).get_portfolio_stream_feed_authorize(_V2, order_update=True)


def token_exchange(*, code: str, api_key: str, api_secret: str, redirect_uri: str) -> Call:
    """Trade a login code for an access token."""
    return lambda sdk: LoginApi(sdk).token(
        _V2,
        code=code,
        client_id=api_key,
        client_secret=api_secret,
        redirect_uri=redirect_uri,
        grant_type="authorization_code",
    )


def phone_approval(*, api_key: str, api_secret: str) -> Call:
    """Ask for approval on the user's phone; the token is sent to the app's notifier address."""
    body = {"client_secret": api_secret}
    return lambda sdk: LoginApi(sdk).init_token_request_for_indie_user(body, api_key)


def _body(model: Any, terms: OrderTerms, market_protection: float) -> dict[str, Any]:
    """Return the request's fields by their wire names, as the SDK maps them."""
    fields = {
        wire_name: getattr(model, name)
        for name, wire_name in model.attribute_map.items()
        if getattr(model, name) is not None
    }
    # Set here as well: the field is ignored for limit orders, and refused when it is absent for the others.
    fields["market_protection"] = market_protection if terms.order_type in _PROTECTED else 0
    return fields


def _margin_leg(question: MarginQuestion) -> dict[str, Any]:
    leg: dict[str, Any] = {
        "instrument_key": question.instrument_key,
        "quantity": question.quantity,
        "product": question.product.value,
        "transaction_type": question.side.value,
    }
    if question.price:
        leg["price"] = _wire_price(question.price)
    return leg


def _wire_price(price_paise: int) -> float:
    """Return a price as JSON wants it: the float nearest to two exact decimals prints as those decimals."""
    return float(rupees(price_paise))


def _algo(name: str) -> dict[str, str]:
    return {"algo_name": name} if name else {}
