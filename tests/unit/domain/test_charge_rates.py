"""Rows of rates and how one is found."""

from datetime import date
from decimal import Decimal

import pytest

from trading_bot.domain.charge_rates import (
    BrokerageRow,
    ChargeClass,
    ChargeFacts,
    Dealt,
    RateRow,
    at_or_first,
    find_brokerage,
    find_rate,
)
from trading_bot.domain.errors import UncoveredDateError

SOURCED = {"valid_from": date(2024, 1, 1), "source": "test", "confidence": "H"}


def rate(**changes):
    return {"line": "stt", "classes": ["future"], "side": "sell", "percent": "0.05"} | SOURCED | changes


def brokerage(**changes):
    return {"plan": "list", "classes": ["future"], "flat": "20", "percent": "0.05"} | SOURCED | changes


def facts(*, rates=(), plans=None):
    return ChargeFacts.model_validate(
        {
            "coverage": {"last": date(2026, 12, 31), "source": "test"},
            "rates": list(rates),
            "gst": [SOURCED | {"percent": "18", "base": ["brokerage"]}],
            "depository": [SOURCED | {"rupees_per_sale": "20"}],
            "brokerage": plans or [brokerage()],
        }
    )


@pytest.mark.parametrize(("side", "charge"), [("buy", "50"), ("sell", "100"), ("both", "150")])
def test_a_rate_applies_to_its_side(side, charge):
    row = RateRow.model_validate(rate(side=side))

    assert row.on_values(Decimal(100_000), Decimal(200_000)) == Decimal(charge)


def test_a_rate_per_crore_is_a_ten_millionth():
    row = RateRow.model_validate(rate(percent=None, per_crore="182.99"))

    assert row.on_values(Decimal(0), Decimal(10_000_000)) == Decimal("182.99")


@pytest.mark.parametrize("rates", [{"percent": None}, {"per_crore": "10"}])
def test_a_row_has_exactly_one_rate(rates):
    with pytest.raises(ValueError, match="either percent or per_crore"):
        RateRow.model_validate(rate(**rates))


@pytest.mark.parametrize(("value", "fee"), [(40_000, "20"), (39_999, "19.9995"), (80_000, "20")])
def test_brokerage_is_the_lower_of_its_two_figures(value, fee):
    row = BrokerageRow.model_validate(brokerage())

    assert row.on_order(Decimal(value)) == Decimal(fee)


def test_a_line_without_a_row_for_the_exchange_does_not_exist_there():
    known = facts(rates=[rate(exchanges=["NSE"])])

    assert find_rate(known, "stt", Dealt("BSE", ChargeClass.FUTURE, None), date(2026, 1, 1)).row is None
    assert find_rate(known, "stt", Dealt("NSE", ChargeClass.FUTURE, None), date(2026, 1, 1)).row is not None


def test_a_row_of_the_underlying_outranks_the_general_one():
    known = facts(rates=[rate(), rate(underlyings=["SENSEX50"], percent="0.01")])

    def percent(underlying):
        return find_rate(
            known, "stt", Dealt("BSE", ChargeClass.FUTURE, underlying), date(2026, 1, 1)
        ).row.percent

    assert percent("SENSEX50") == Decimal("0.01")
    assert percent("SENSEX") == percent(None) == Decimal("0.05")


def test_a_gap_between_rates_is_refused():
    rows = [
        RateRow.model_validate(rate(valid_until=date(2024, 6, 30))),
        RateRow.model_validate(rate(valid_from=date(2024, 8, 1))),
    ]

    with pytest.raises(UncoveredDateError, match="2024-01-01 to 2024-06-30, 2024-08-01 to now"):
        at_or_first(rows, date(2024, 7, 15), "stt")


def test_a_plan_without_a_price_falls_back_to_the_list():
    known = facts(plans=[brokerage(), brokerage(plan="promo", classes=["option"], flat="10")])

    row, notice = find_brokerage(known, "promo", ChargeClass.FUTURE, date(2023, 1, 1))

    assert row.plan == "list"
    assert 'plan "promo" has no price on 2023-01-01' in notice
    assert "known from 2024-01-01" in notice


def test_two_rates_for_one_question_are_refused():
    with pytest.raises(ValueError, match=r"rates of stt future .*two rows hold on 2024-01-01"):
        facts(rates=[rate(), rate(percent="0.1")])


def test_two_prices_for_one_class_are_refused():
    with pytest.raises(ValueError, match="brokerage of list future: two rows"):
        facts(plans=[brokerage(), brokerage(flat="10")])


def test_a_price_list_to_fall_back_to_is_required():
    with pytest.raises(ValueError, match='needs a plan named "list"'):
        facts(plans=[brokerage(plan="promo")])
