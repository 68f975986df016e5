import gzip
import json

from tests.fakes.scripted_market import CALL, LISTED, NIFTY, RELIANCE
from trading_bot.simulator.server.session.listing import Listing


def test_rows_have_the_members_of_their_kind():
    rows = {row["instrument_key"]: row for row in Listing(LISTED).rows()}

    assert rows[RELIANCE.key]["isin"] == "INE002A01018"
    assert rows[RELIANCE.key]["cas_eligible"] is True
    assert "lot_size" not in rows[NIFTY.key]
    option = rows[CALL.key]
    assert (option["instrument_type"], option["strike_price"], option["lot_size"]) == ("CE", 26000.0, 65)
    assert option["asset_key"] == option["underlying_key"] == NIFTY.key
    assert option["asset_type"] == "INDEX"


def test_a_file_holds_one_exchange_and_is_the_same_each_time():
    listing = Listing(LISTED)

    assert len(json.loads(gzip.decompress(listing.compressed("NSE")))) == len(LISTED)
    assert json.loads(gzip.decompress(listing.compressed("BSE"))) == []
    assert listing.compressed() == listing.compressed()


def test_known_keys_come_once_and_in_order():
    assert Listing(LISTED).known([NIFTY.key, "NSE_EQ|NO", RELIANCE.key, NIFTY.key]) == (NIFTY, RELIANCE)
