"""Rows of rates and how one is found."""

from datetime import date
from decimal import Decimal

import pytest

from trading_bot.domain.costs.rates import (
    BrokerageRow,
    ChargeClass,
    ChargeCoverage,
    ChargeFacts,
    ChargeRounding,
    Dealt,
    DepositoryRow,
    RateRow,
    SquareOffRow,
    TaxRow,
    at_or_first,
    class_of,
    exchange_of,
    find_brokerage,
    find_rate,
    underlying_of,
)
from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.instrument import Instrument, InstrumentKind, Product, Segment

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


def of_kind(kind, segment=Segment.NSE_FO, underlying=None):
    return Instrument(key="K", symbol="S", name="S", segment=segment, kind=kind, underlying_key=underlying)


@pytest.mark.parametrize(
    ("kind", "product", "charge_class"),
    [
        (InstrumentKind.FUTURE, Product.INTRADAY, ChargeClass.FUTURE),
        (InstrumentKind.OPTION, Product.DELIVERY, ChargeClass.OPTION),
        (InstrumentKind.EQUITY, Product.INTRADAY, ChargeClass.INTRADAY),
        (InstrumentKind.EQUITY, Product.DELIVERY, ChargeClass.DELIVERY),
    ],
)
def test_the_class_follows_from_instrument_and_product(kind, product, charge_class):
    assert class_of(of_kind(kind), product) is charge_class


def test_an_index_cannot_be_charged():
    with pytest.raises(ValueError, match="S is an index"):
        class_of(of_kind(InstrumentKind.INDEX), Product.INTRADAY)


@pytest.mark.parametrize(
    ("key", "underlying"),
    [
        (None, None),
        ("NSE_INDEX|Nifty 50", "Nifty 50"),
        ("BSE_INDEX|SENSEX", "SENSEX"),
        ("NSE_EQ|INE1", "stocks"),
    ],
)
def test_a_contract_is_on_an_index_or_on_some_share(key, underlying):
    assert underlying_of(of_kind(InstrumentKind.OPTION, underlying=key)) == underlying


@pytest.mark.parametrize("segment", Segment)
def test_the_exchange_is_that_of_the_segment(segment):
    assert exchange_of(of_kind(InstrumentKind.EQUITY, segment)) == segment.value[:3]


def test_classes_are_spelled_as_in_the_file():
    assert [member.value for member in ChargeClass] == [
        "delivery",
        "intraday",
        "future",
        "option",
        "exercise",
    ]


def test_a_plan_with_a_price_of_its_own_says_nothing():
    known = facts(plans=[brokerage(), brokerage(plan="promo", flat="10")])

    row, notice = find_brokerage(known, "promo", ChargeClass.FUTURE, date(2026, 1, 1))

    assert (row.flat, notice) == (10, None)
    assert known.plans == ("list", "promo")


def test_the_list_price_before_its_first_day_says_so_once():
    row, notice = find_brokerage(facts(), "list", ChargeClass.FUTURE, date(2023, 1, 1))

    assert row.flat == 20
    assert notice == "brokerage of future: known from 2024-01-01, and that rate is assumed for 2023-01-01"


def test_a_plan_without_a_price_on_a_day_that_the_list_has_names_only_the_plan():
    known = facts(plans=[brokerage(), brokerage(plan="promo", classes=["option"], flat="10")])

    _, notice = find_brokerage(known, "promo", ChargeClass.FUTURE, date(2026, 1, 1))

    assert notice == 'brokerage plan "promo" has no price on 2026-01-01 for future: "list" is used'


def test_the_first_known_day_needs_no_assumption_and_the_day_before_does():
    rows = [RateRow.model_validate(rate(valid_from=day)) for day in (date(2024, 6, 1), date(2025, 1, 1))]
    rows[0] = rows[0].model_copy(update={"valid_until": date(2024, 12, 31)})

    assert at_or_first(rows, date(2024, 6, 1), "stt") == (rows[0], None)
    row, notice = at_or_first(rows, date(2024, 5, 31), "stt")
    assert row is rows[0]
    assert "known from 2024-06-01" in notice


def test_no_row_at_all_is_refused():
    with pytest.raises(UncoveredDateError, match=r"\bcharges\.toml\b(?!~)"):
        at_or_first([], date(2024, 7, 15), "stt")


@pytest.mark.parametrize(
    ("percent", "is_taken"), [("0", True), ("10", True), ("10.1", False), ("-0.1", False)]
)
def test_a_rate_in_percent_is_a_fraction_of_a_tenth_at_most(percent, is_taken):
    for kind, row in ((RateRow, rate(percent=percent)), (BrokerageRow, brokerage(percent=percent))):
        if is_taken:
            kind.model_validate(row)
        else:
            with pytest.raises(ValueError, match="percent"):
                kind.model_validate(row)


@pytest.mark.parametrize(
    ("per_crore", "is_taken"), [("0", True), ("1000000", True), ("1000001", False), ("-1", False)]
)
def test_a_rate_per_crore_has_its_limits(per_crore, is_taken):
    row = rate(percent=None, per_crore=per_crore)
    if is_taken:
        assert RateRow.model_validate(row).fraction == Decimal(per_crore).scaleb(-7)
    else:
        with pytest.raises(ValueError, match="per_crore"):
            RateRow.model_validate(row)


@pytest.mark.parametrize(
    ("kind", "row", "amount", "largest"),
    [
        (BrokerageRow, brokerage(), "flat", None),
        (TaxRow, SOURCED | {"percent": "18", "base": ["brokerage"]}, "percent", 100),
        (DepositoryRow, SOURCED | {"rupees_per_sale": "20"}, "rupees_per_sale", None),
        (SquareOffRow, SOURCED | {"rupees_per_order": "50"}, "rupees_per_order", None),
    ],
)
def test_amounts_are_not_below_nothing_and_rows_have_a_source(kind, row, amount, largest):
    kind.model_validate(row | {amount: "0", "source": "s"})
    if largest is not None:
        kind.model_validate(row | {amount: str(largest)})
    wrong = [{amount: "-0.5"}, {"source": ""}, *([{amount: str(largest + 1)}] if largest else [])]
    for change in wrong:
        with pytest.raises(ValueError, match=next(iter(change))):
            kind.model_validate(row | change)


@pytest.mark.parametrize("empty", [{"classes": []}, {"source": ""}])
def test_a_rate_without_classes_or_source_is_refused(empty):
    RateRow.model_validate(rate(source="s"))
    for kind, row in ((RateRow, rate(**empty)), (BrokerageRow, brokerage(**empty))):
        with pytest.raises(ValueError, match=next(iter(empty))):
            kind.model_validate(row)


def test_a_plan_needs_a_name_and_the_coverage_a_source():
    with pytest.raises(ValueError, match="plan"):
        BrokerageRow.model_validate(brokerage(plan=""))
    BrokerageRow.model_validate(brokerage(plan="p"))
    with pytest.raises(ValueError, match="source"):
        ChargeCoverage(last=date(2026, 1, 1), source="")
    ChargeCoverage(last=date(2026, 1, 1), source="s")


def test_both_exchanges_and_whole_rupees_are_what_a_file_means_that_does_not_say():
    assert RateRow.model_validate(rate()).exchanges == ("NSE", "BSE")
    assert (ChargeRounding().stt, ChargeRounding().stamp) == ("rupee", "rupee")


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("gst", SOURCED | {"percent": "18", "base": ["brokerage"]}),
        ("depository", SOURCED | {"rupees_per_sale": "20"}),
        ("square_off", SOURCED | {"rupees_per_order": "50"}),
    ],
)
def test_two_rows_of_one_day_are_refused_in_every_table(name, row):
    document = facts().model_dump() | {name: [row, row]}

    with pytest.raises(ValueError, match=rf"\b{name}: two rows"):
        ChargeFacts.model_validate(document)


@pytest.mark.parametrize("line", ["stt", "exchange", "ipft", "sebi", "stamp"])
def test_rated_lines_go_by_these_words_and_no_others(line):
    assert RateRow.model_validate(rate(line=line)).line == line
    with pytest.raises(ValueError, match="line"):
        RateRow.model_validate(rate(line=f"{line}s"))


@pytest.mark.parametrize("line", ["brokerage", "exchange", "sebi", "ipft", "dp"])
def test_taxed_lines_go_by_these_words_and_no_others(line):
    row = SOURCED | {"percent": "18"}

    assert TaxRow.model_validate(row | {"base": [line]}).base == (line,)
    with pytest.raises(ValueError, match="base"):
        TaxRow.model_validate(row | {"base": [f"{line}s"]})


def test_taxes_are_rounded_to_the_rupee_or_to_the_paisa():
    assert ChargeRounding(stt="paisa", stamp="rupee").stt == "paisa"
    with pytest.raises(ValueError, match="stamp"):
        ChargeRounding(stamp="anna")
