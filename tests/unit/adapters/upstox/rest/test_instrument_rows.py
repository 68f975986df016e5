"""Rows of the instruments file, made and real."""

import time
from datetime import date

import pytest

from trading_bot.adapters.upstox.rest.instrument_rows import parsed
from trading_bot.adapters.upstox.rest.instruments import rows_of_file
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.instrument import InstrumentKind, OptionRight, Segment

SHARE = {
    "segment": "NSE_EQ",
    "name": "RELIANCE INDUSTRIES LTD",
    "isin": "INE002A01018",
    "instrument_type": "EQ",
    "instrument_key": "NSE_EQ|INE002A01018",
    "lot_size": 1,
    "freeze_quantity": 100000.0,
    "exchange_token": "2885",
    "tick_size": 10.0,
    "trading_symbol": "RELIANCE",
}
OPTION = {
    "segment": "NSE_FO",
    "name": "NIFTY",
    "expiry": 1_796_149_799_000,
    "instrument_type": "CE",
    "instrument_key": "NSE_FO|50001",
    "lot_size": 65,
    "freeze_quantity": 1800.0,
    "exchange_token": "50001",
    "underlying_key": "NSE_INDEX|Nifty 50",
    "tick_size": 5.0,
    "trading_symbol": "NIFTY 26000 CE 01 DEC 26",
    "strike_price": 26000.05,
}
INDEX = {
    "segment": "NSE_INDEX",
    "name": "Nifty 50",
    "instrument_type": "INDEX",
    "instrument_key": "NSE_INDEX|Nifty 50",
    "trading_symbol": "NIFTY",
}


def one(row, *others):
    return parsed([row, *others], "test").instruments[0]


def test_share_is_read_with_its_tick_in_paise():
    share = one(SHARE)

    assert (share.kind, share.symbol, share.isin) == (InstrumentKind.EQUITY, "RELIANCE", "INE002A01018")
    assert (share.tick_size, share.lot_size, share.freeze_quantity) == (10, 1, 100_000)
    assert not share.closing_auction_eligible


def test_option_expires_on_the_day_of_its_last_second():
    option = one(OPTION)

    assert option.expiry_on == date(2026, 12, 1)
    assert (option.strike, option.right) == (2_600_005, OptionRight.CALL)
    assert option.underlying_key == "NSE_INDEX|Nifty 50"


def test_future_has_no_strike_though_the_file_says_zero():
    future = one({**OPTION, "instrument_type": "FUT", "strike_price": 0.0})

    assert (future.kind, future.strike, future.right) == (InstrumentKind.FUTURE, None, None)


def test_index_has_no_lot_tick_or_freeze_in_the_file():
    index = one(INDEX)

    assert index.kind is InstrumentKind.INDEX
    assert not index.is_tradable


@pytest.mark.parametrize("said", [True, False])
def test_file_s_word_on_the_closing_auction_counts(said):
    assert one({**SHARE, "cas_eligible": said}).closing_auction_eligible is said


def test_share_with_a_future_is_in_the_closing_auction_where_the_file_does_not_say():
    future = {**OPTION, "instrument_type": "FUT", "underlying_key": SHARE["instrument_key"]}

    assert one(SHARE, future).closing_auction_eligible


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({**SHARE, "trading_symbol": "011NSETEST"}, "test"),
        ({**OPTION, "trading_symbol": "011NSETEST 100 CE 27 FEB 25"}, "test"),
        ({**SHARE, "instrument_type": "N1"}, "not a share"),
        ({**SHARE, "segment": "NCD_FO"}, "NCD_FO"),
        ({**SHARE, "segment": "MCX_FO"}, "MCX_FO"),
    ],
)
def test_what_is_left_out_is_counted_by_reason(row, reason):
    assert parsed([row], "test").left_out == {reason: 1}


@pytest.mark.parametrize(
    "wrong",
    [
        {"tick_size": 0},
        {"tick_size": 0.25},
        {"tick_size": None},
        {"lot_size": -1},
        {"instrument_key": "BSE_EQ|X"},
        {"instrument_key": None},
    ],
)
def test_file_of_broken_rows_is_refused(wrong):
    with pytest.raises(ReadFailedError, match="1 of 1"):
        parsed([{**SHARE, **wrong}], "test")


def test_single_broken_row_among_many_is_left_out():
    rows = [{**SHARE, "instrument_key": f"NSE_EQ|{number}"} for number in range(200)]

    found = parsed(
        [
            *rows,
            {**SHARE, "lot_size": None},
        ],
        "test",
    )

    assert (len(found.instruments), found.left_out["broken"]) == (200, 1)


@pytest.mark.parametrize("rows", [None, {}, [], "rows"])
def test_file_without_rows_is_refused(rows):
    with pytest.raises(ReadFailedError):
        parsed(rows, "test")


@pytest.fixture(scope="module")
def real(shared_data):
    body = (shared_data / "instruments" / "upstox_NSE_2025-02-10.json.gz").read_bytes()
    started_s = time.perf_counter()
    found = rows_of_file(body, "NSE")
    return found, time.perf_counter() - started_s


def test_real_file_loses_no_row_without_a_reason(real):
    found, _ = real

    assert len(found.instruments) + sum(found.left_out.values()) == 58_467
    assert found.left_out["broken"] == 0


def test_real_file_is_read_quickly(real):
    _, took_s = real

    assert took_s < 5  # 1.2 s on the reference machine; the bound leaves room for a busy one


def test_real_file_has_the_contracts_of_its_day(real):
    by_symbol = {row.symbol: row for row in real[0].instruments}

    future = by_symbol["BANKBARODA FUT 27 MAR 25"]
    assert (future.expiry_on, future.lot_size, future.freeze_quantity) == (date(2025, 3, 27), 2925, 87_750)
    assert by_symbol["CAMS 3000 PE 27 MAR 25"].strike == 300_000
    assert by_symbol["RELIANCE"].closing_auction_eligible
    assert not any("NSETEST" in symbol for symbol in by_symbol)


def test_every_real_contract_expires_after_the_day_of_the_file(real):
    contracts = [row for row in real[0].instruments if row.segment is Segment.NSE_FO]

    assert len(contracts) == 36_463 - 18  # without those on test symbols
    assert min(row.expiry_on for row in contracts) >= date(2025, 2, 10)


@pytest.mark.parametrize(
    "wrong",
    [
        {"lot_size": float("inf")},
        {"lot_size": 2**63},
        {"freeze_quantity": float("inf")},
        {"freeze_quantity": 1e30},
        {"tick_size": 1e30},
        {"name": float("nan")},
        {"trading_symbol": ["NIFTY"]},
        {"exchange_token": {}},
        {"underlying_key": "\ud800"},
        {"expiry": 10**30},
        {"strike_price": float("inf")},
    ],
)
def test_row_that_nothing_can_hold_is_left_out_as_broken(wrong):
    """Fault 109."""
    good = [OPTION | {"instrument_key": f"NSE_FO|{number}"} for number in range(200)]

    found = parsed([*good, OPTION | wrong], "test")

    assert found.left_out["broken"] == 1
    assert len(found.instruments) == 200
