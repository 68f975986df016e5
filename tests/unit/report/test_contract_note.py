"""The contract note on the command line."""

import json
from datetime import date

import pytest

from trading_bot.domain.errors import SettingsError, UncoveredDateError
from trading_bot.domain.instrument import InstrumentKind, Product, Segment
from trading_bot.report.contract_note import (
    charge_orders,
    note_as_dict,
    parse_quantity_at_price,
    render_note,
    with_closed_day,
)

NOW = date(2026, 11, 20)


@pytest.fixture
def schedule(market_rules):
    return market_rules.charges


def intraday(schedule, on=NOW):
    return charge_orders(
        schedule,
        on,
        segment=Segment.NSE_EQ,
        kind=InstrumentKind.EQUITY,
        product=Product.INTRADAY,
        buys=["200@820"],
        sells=["200@826.40"],
    )


@pytest.mark.parametrize(
    ("on", "notice"),
    [
        (NOW, None),
        (date(2026, 11, 21), "2026-11-21 is no trading day (a weekend)"),
        (date(2026, 12, 25), "2026-12-25 is no trading day (Christmas)"),
    ],
)
def test_a_day_without_trading_is_said_to_be_none(market_rules, on, notice):
    note = with_closed_day(intraday(market_rules.charges, on), market_rules.calendar)

    told = [text for text in note.notices if "no trading day" in text]
    assert told == ([notice] if notice else [])
    assert (notice or "rupees") in render_note(note)


def test_a_day_that_the_calendar_does_not_know_is_left_to_the_charges(market_rules):
    class Silent:
        def is_trading_day(self, on):
            raise UncoveredDateError(str(on))

    note = intraday(market_rules.charges)

    assert with_closed_day(note, Silent()) == note


@pytest.mark.parametrize(
    ("text", "parsed"), [("200@826.40", (200, 82_640)), ("1@0.05", (1, 5)), ("65@25800", (65, 2_580_000))]
)
def test_an_order_is_units_at_rupees(text, parsed):
    assert parse_quantity_at_price(text) == parsed


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("200", "is not QTY@PRICE"),
        ("@5", "whole number above 0"),
        ("0@5", "whole number above 0"),
        ("-5@5", "whole number above 0"),
        ("1.5@5", "whole number above 0"),
        ("²@5", "whole number above 0"),
        ("5@", "at most two decimals"),
        ("5@abc", "at most two decimals"),
        ("5@1.005", "at most two decimals"),
        ("5@nan", "at most two decimals"),
        ("5@inf", "at most two decimals"),
        ("5@0", "above 0"),
        ("5@-3", "above 0"),
    ],
)
def test_an_order_that_cannot_be_read_says_why(text, complaint):
    with pytest.raises(SettingsError, match=complaint) as raised:
        parse_quantity_at_price(text)
    assert f'"{text}"' in str(raised.value)


def test_json_gives_every_line_and_the_total_as_strings(schedule):
    page = note_as_dict(intraday(schedule))

    assert json.loads(json.dumps(page)) == {
        "on": "2026-11-20",
        "segment": "NSE_EQ",
        "buy_value": "164000.00",
        "sell_value": "165280.00",
        "brokerage": "40.00",
        "stt": "41.00",
        "exchange": "10.11",
        "ipft": "0.00",
        "sebi": "0.33",
        "stamp": "5.00",
        "dp": "0.00",
        "gst": "9.08",
        "total": "105.52",
        "gross": "1280.00",
        "net": "1174.48",
        "notices": [],
    }


def test_text_has_one_aligned_line_for_each_charge(schedule):
    assert render_note(intraday(schedule)).splitlines() == [
        "NSE_EQ on 2026-11-20, rupees",
        "  bought                      1,64,000.00",
        "  sold                        1,65,280.00",
        "  brokerage                         40.00",
        "  securities transaction tax        41.00",
        "  exchange charge                   10.11",
        "  investor protection fund           0.00",
        "  SEBI fee                           0.33",
        "  stamp duty                         5.00",
        "  depository charge                  0.00",
        "  GST                                9.08",
        "  total charges                    105.52",
        "  gross                          1,280.00",
        "  net                            1,174.48",
    ]


def test_an_assumed_rate_is_noted_below(schedule):
    assert "\n  note: stt of intraday on NSE: known from 2023-04-01" in render_note(
        intraday(schedule, date(2021, 4, 5))
    )


@pytest.mark.parametrize(
    ("segment", "kind", "product", "total"),
    [
        (Segment.NSE_FO, InstrumentKind.FUTURE, Product.INTRADAY, "1949.21"),
        (Segment.NSE_FO, InstrumentKind.FUTURE, Product.DELIVERY, "1949.21"),
    ],
)
def test_derivatives_cost_the_same_in_both_products(schedule, segment, kind, product, total):
    note = charge_orders(
        schedule, NOW, segment=segment, kind=kind, product=product, buys=["130@25800"], sells=["130@25880"]
    )

    assert str(note.total) == total


def test_each_order_given_pays_its_own_brokerage(schedule):
    note = charge_orders(
        schedule,
        NOW,
        segment=Segment.BSE_FO,
        kind=InstrumentKind.OPTION,
        product=Product.DELIVERY,
        buys=["50@210", "50@210"],
        sells=["100@248.40"],
    )

    assert note_as_dict(note)["brokerage"] == "60.00"


@pytest.mark.parametrize(
    ("segment", "kind", "allowed"),
    [
        (Segment.NSE_EQ, InstrumentKind.OPTION, "allowed there is equity"),
        (Segment.NSE_FO, InstrumentKind.EQUITY, "allowed there is future or option"),
        (Segment.NSE_INDEX, InstrumentKind.INDEX, "choose NSE_EQ"),
    ],
)
def test_a_kind_that_the_segment_does_not_trade_is_refused(schedule, segment, kind, allowed):
    with pytest.raises(SettingsError, match=allowed):
        charge_orders(schedule, NOW, segment=segment, kind=kind, product=Product.INTRADAY, buys=["1@1"])


def test_a_note_without_orders_is_refused(schedule):
    with pytest.raises(SettingsError, match="add --buy QTY@PRICE"):
        charge_orders(
            schedule, NOW, segment=Segment.NSE_EQ, kind=InstrumentKind.EQUITY, product=Product.INTRADAY
        )


def test_a_day_without_known_rates_is_refused(schedule):
    with pytest.raises(UncoveredDateError):
        intraday(schedule, date(2027, 1, 4))
