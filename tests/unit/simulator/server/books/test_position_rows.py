import pytest

from tests.fakes.scripted_market import RELIANCE
from trading_bot.domain.instrument import Product
from trading_bot.simulator.server.books.position_rows import rest_row, stream_message
from trading_bot.simulator.venue.contracts import PositionRow


def position(**changes) -> PositionRow:
    row = {
        "instrument_key": RELIANCE.key, "trading_symbol": "RELIANCE", "product": Product.INTRADAY,
        "quantity": 10, "buy_quantity": 30, "buy_value": 30 * 10_000, "sell_quantity": 20,
        "sell_value": 20 * 10_100, "last_price": 10_200, "close_price": 9_900,
    }  # fmt: skip
    return PositionRow(**(row | changes))


def test_profit_is_split_into_what_was_closed_and_what_is_open():
    row = rest_row(position(), RELIANCE, hides_average_price=True)

    assert (row["realised"], row["unrealised"], row["pnl"]) == (20.0, 20.0, 40.0)
    assert (row["day_buy_price"], row["day_sell_price"]) == (100.0, 101.0)


@pytest.mark.parametrize(("hides", "average"), [(True, None), (False, 100.0)])
def test_the_average_price_of_a_new_share_position_may_be_null(hides, average):
    assert rest_row(position(), RELIANCE, hides_average_price=hides)["average_price"] == average


def test_the_stream_names_the_segment_and_leaves_out_profit():
    message = stream_message(position())

    assert (message["exchange"], message["update_type"]) == ("NSE_EQ", "position")
    assert not {"pnl", "last_price", "trading_symbol"} & message.keys()
