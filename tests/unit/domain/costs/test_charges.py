"""The rules behind contract notes."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.dealings import (
    BSE_STOCK_OPTION,
    DELIVERY,
    FUTURE,
    INDEX_FUTURE,
    INDEX_OPTION,
    INTRADAY,
    NOW,
    OCTOBER_2024,
    OPTION,
    OTHER_SHARE,
    RULES,
    SENSEX_OPTION,
    SEPTEMBER_2024,
    SHARE,
    bought,
    instrument,
    note_of,
    sold,
)
from trading_bot.domain.costs.charges import (
    ChargedFill,
    ChargeLine,
    Dealing,
    Exercise,
)
from trading_bot.domain.errors import SettingsError, UncoveredDateError
from trading_bot.domain.instrument import InstrumentKind, Product, Segment
from trading_bot.domain.order import Side


@pytest.fixture
def schedule(market_rules):
    return market_rules.charges


@pytest.mark.parametrize(("flat", "total", "net"), [("20", "44.60", "7882.08"), ("0", "21.00", "7905.68")])
def test_an_exercised_option_pays_tax_on_its_intrinsic_value(schedule, flat, total, net):
    rows = tuple(
        row.model_copy(update={"flat": Decimal(flat)}) if "exercise" in row.classes else row
        for row in schedule.facts.brokerage
    )
    priced = type(schedule)(schedule.facts.model_copy(update={"brokerage": rows}))

    entry = note_of(priced, NOW, OPTION, DELIVERY, bought(65, 90))
    settlement = note_of(priced, date(2026, 11, 23), OPTION, DELIVERY, exercise=Exercise(65, 21235))

    assert settlement.lines[ChargeLine.STT] == 21
    assert str(settlement.total) == total
    assert entry.gross + settlement.gross == Decimal("7952.75")
    assert str(entry.net + settlement.net) == net


def test_a_mixed_day_is_taxed_by_what_was_squared_up_and_what_was_kept(schedule):
    note = note_of(schedule, NOW, SHARE, DELIVERY, bought(100, 500), sold(60, 510))

    raw, _ = schedule.raw_lines(
        NOW, [Dealing(instrument=SHARE, product=DELIVERY, fills=[bought(100, 500), sold(60, 510)])]
    )
    assert raw[ChargeLine.STT] == Decimal("7.55625") + Decimal("20.15")
    assert note.lines[ChargeLine.STT] == 28
    # 60 of 100 bought at 0.003%, 40 at 0.015%
    assert raw[ChargeLine.STAMP] == Decimal("0.9") + 3
    assert note.lines[ChargeLine.DP] == 0


def test_share_tax_ignores_in_which_product_the_quantities_were_dealt(schedule):
    together = note_of(schedule, NOW, SHARE, INTRADAY, bought(100, 500), sold(100, 510))
    day = schedule.charge_day(
        NOW,
        [
            Dealing(instrument=SHARE, product=DELIVERY, fills=[bought(100, 500)]),
            Dealing(instrument=SHARE, product=INTRADAY, fills=[sold(100, 510)]),
        ],
    )

    assert day.by_kind["stt"] == together.lines[ChargeLine.STT]


def test_tax_halves_go_up_to_the_next_rupee(schedule):
    assert note_of(schedule, NOW, FUTURE, INTRADAY, sold(500, 1450)).lines[ChargeLine.STT] == 363


def test_tax_is_rounded_once_for_all_shares_of_a_note(schedule):
    """Two shares that owe 0.40 each would owe nothing if each were rounded by itself."""
    fills = [bought(10, 160), sold(10, 160)]
    dealings = [Dealing(instrument=share, product=INTRADAY, fills=fills) for share in (SHARE, OTHER_SHARE)]

    assert schedule.charge_day(NOW, dealings).by_kind["stt"] == 1
    assert schedule.charge_day(NOW, dealings[:1]).by_kind["stt"] == 0


def test_each_segment_has_a_note_of_its_own(schedule):
    day = schedule.charge_day(
        NOW,
        [
            Dealing(instrument=SHARE, product=INTRADAY, fills=[bought(200, 820), sold(200, 826.40)]),
            Dealing(instrument=FUTURE, product=DELIVERY, fills=[bought(130, 25800), sold(130, 25880)]),
            Dealing(instrument=OPTION, product=DELIVERY, fills=[bought(195, 112.35), sold(195, 131.10)]),
        ],
    )

    assert [note.segment for note in day.notes] == [Segment.NSE_EQ, Segment.NSE_FO]
    assert day.notes[0].total == Decimal("105.52")
    assert day.total == sum(day.by_kind.values()) == sum(note.total for note in day.notes)
    assert day.net == Decimal("1280.00") + Decimal("10400.00") + Decimal("3656.25") - day.total


def test_one_order_in_many_fills_pays_one_brokerage(schedule):
    pieces = note_of(schedule, NOW, OPTION, DELIVERY, *(bought(65, 100, "one") for _ in range(5)))
    orders = note_of(schedule, NOW, OPTION, DELIVERY, *(bought(65, 100, f"{n}") for n in range(5)))

    assert pieces.lines[ChargeLine.BROKERAGE] == 20
    assert orders.lines[ChargeLine.BROKERAGE] == 100


def test_fills_of_one_order_in_two_dealings_are_still_one_order(schedule):
    halves = [Dealing(instrument=OPTION, product=DELIVERY, fills=[bought(65, 100, "one")]) for _ in range(2)]

    assert schedule.charge_day(NOW, halves).by_kind["brokerage"] == 20


def test_a_small_intraday_order_pays_a_share_of_its_value(schedule):
    note = note_of(schedule, NOW, SHARE, INTRADAY, bought(7, 123.45))

    assert note.lines[ChargeLine.BROKERAGE] == Decimal("0.86")


def test_a_small_future_pays_half_of_that_share(schedule):
    assert note_of(schedule, NOW, FUTURE, DELIVERY, bought(10, 100)).lines[ChargeLine.BROKERAGE] == Decimal(
        "0.50"
    )


def test_delivery_pays_the_flat_price_however_small(schedule):
    assert note_of(schedule, NOW, SHARE, DELIVERY, bought(1, 10)).lines[ChargeLine.BROKERAGE] == 20


@pytest.mark.parametrize(
    ("product", "fills", "charge"),
    [
        (DELIVERY, [sold(10, 100)], 20),
        (DELIVERY, [bought(10, 100), sold(10, 100)], 0),
        (DELIVERY, [bought(5, 100), sold(10, 100)], 20),
        (INTRADAY, [sold(10, 100)], 0),
    ],
)
def test_the_depository_charges_only_shares_that_leave_the_account(schedule, product, fills, charge):
    assert note_of(schedule, NOW, SHARE, product, *fills).lines[ChargeLine.DP] == charge


def test_the_depository_charges_each_share_once_a_day(schedule):
    dealings = [
        Dealing(instrument=share, product=DELIVERY, fills=[sold(10, 100, "1"), sold(10, 100, "2")])
        for share in (SHARE, OTHER_SHARE)
    ]

    assert schedule.charge_day(NOW, dealings).by_kind["dp"] == 40


@pytest.mark.parametrize(
    ("traded", "exchange"),
    [
        (SENSEX_OPTION, "32.50"),
        (BSE_STOCK_OPTION, "5.00"),
        (instrument(InstrumentKind.OPTION, Segment.BSE_FO, "BSE_INDEX|SENSEX50"), "5.00"),
        (instrument(InstrumentKind.OPTION, Segment.BSE_FO), "32.50"),
        (instrument(InstrumentKind.FUTURE, Segment.BSE_FO), "0.00"),
        (instrument(InstrumentKind.EQUITY, Segment.BSE_EQ), "3.75"),
    ],
)
def test_bse_charges_by_kind_and_underlying(schedule, traded, exchange):
    note = note_of(schedule, NOW, traded, INTRADAY, bought(1000, 100))

    assert f"{note.lines[ChargeLine.EXCHANGE]:.2f}" == exchange
    assert note.lines[ChargeLine.IPFT] == 0


def test_nse_charged_the_protection_fund_apart_from_october_2024(schedule):
    lines = note_of(schedule, OCTOBER_2024, *INDEX_OPTION).lines

    assert (lines[ChargeLine.EXCHANGE], lines[ChargeLine.IPFT]) == (Decimal("16.63"), Decimal("0.24"))


def test_the_promotional_price_ends_with_its_last_day(schedule):
    promo = schedule.with_plan("api_promo")

    assert note_of(promo, date(2026, 9, 30), *INDEX_OPTION).lines[ChargeLine.BROKERAGE] == 20
    after = note_of(promo, date(2026, 10, 1), *INDEX_OPTION)
    assert after.lines[ChargeLine.BROKERAGE] == 40
    assert any('plan "api_promo" has no price on 2026-10-01' in notice for notice in after.notices)


def test_an_unknown_plan_is_refused_with_the_known_ones(schedule):
    with pytest.raises(SettingsError, match=r'"gold" is not in .*choose one of list, api_promo'):
        schedule.with_plan("gold")


def test_a_day_before_the_first_known_rates_uses_them_and_says_so(schedule):
    old, first = (note_of(schedule, on, *INDEX_FUTURE) for on in (date(2013, 5, 13), SEPTEMBER_2024))

    assert old.lines == first.lines
    assert (
        "stt of future on NSE: known from 2023-04-01, and that rate is assumed for 2013-05-13" in old.notices
    )
    assert (
        "brokerage of future: known from 2024-01-01, and that rate is assumed for 2013-05-13" in old.notices
    )


def test_a_day_after_the_last_known_rates_is_refused(schedule):
    with pytest.raises(UncoveredDateError, match=r"up to 2026-12-31.*charges\.toml"):
        note_of(schedule, date(2027, 1, 1), *INDEX_FUTURE)


def test_a_day_without_dealings_costs_nothing(schedule):
    day = schedule.charge_day(NOW, [])

    assert (day.notes, day.total, day.net) == ((), 0, 0)


def test_an_index_cannot_be_charged(schedule):
    index = instrument(InstrumentKind.INDEX, Segment.NSE_INDEX)

    with pytest.raises(ValueError, match="is an index"):
        note_of(schedule, NOW, index, INTRADAY, bought(1, 100))


def test_a_second_exercise_of_one_contract_on_one_day_is_refused(schedule):
    exercised = Dealing(instrument=OPTION, product=DELIVERY, exercise=Exercise(65, 100))

    with pytest.raises(ValueError, match="exercised twice"):
        schedule.charge_day(NOW, [exercised, exercised])


def test_stamp_duty_can_be_rounded_to_the_paisa_instead(schedule):
    rounding = schedule.facts.rounding.model_copy(update={"stamp": "paisa"})
    by_paisa = type(schedule)(schedule.facts.model_copy(update={"rounding": rounding}))

    assert note_of(by_paisa, NOW, *INDEX_OPTION).lines[ChargeLine.STAMP] == Decimal("0.66")


# --- properties -------------------------------------------------------------------------------------------

FILLS = st.lists(
    st.builds(
        ChargedFill,
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from(Side),
        st.integers(1, 5_000),
        st.integers(1, 5_000_000),
    ),
    min_size=1,
    max_size=8,
)
TRADED = st.sampled_from([SHARE, FUTURE, OPTION, SENSEX_OPTION])
DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@given(TRADED, st.sampled_from(Product), FILLS, DAYS)
def test_every_line_is_a_whole_number_of_paise_and_none_is_negative(traded, product, fills, on):
    note = note_of(RULES.charges, on, traded, product, *fills)

    assert all(amount >= 0 and amount == amount.quantize(Decimal("0.01")) for amount in note.lines.values())
    assert note.net == note.sell_value - note.buy_value - sum(note.lines.values())


@given(TRADED, st.sampled_from(Product), FILLS, DAYS)
def test_the_order_of_the_fills_does_not_matter(traded, product, fills, on):
    forwards = note_of(RULES.charges, on, traded, product, *fills)
    backwards = note_of(RULES.charges, on, traded, product, *reversed(fills))

    assert forwards == backwards


@given(st.sampled_from([FUTURE, OPTION]), FILLS, DAYS)
def test_another_derivative_fill_never_makes_a_day_cheaper(traded, fills, on):
    fewer = note_of(RULES.charges, on, traded, DELIVERY, *fills)
    more = note_of(RULES.charges, on, traded, DELIVERY, *fills, bought(75, 100, "more"))

    assert more.total > fewer.total
    assert all(more.lines[line] >= fewer.lines[line] for line in ChargeLine)


def by_desk(quantity, price, order_id):
    return sold(quantity, price, order_id)._replace(by_broker=True)


def test_each_order_of_the_brokers_own_costs_its_fee_with_tax_beside_the_note(schedule):
    """Fault 78, V7."""
    fills = (bought(30, 500), by_desk(10, 500, "d1"), by_desk(10, 500, "d1"), by_desk(10, 500, "d2"))
    own = [fill._replace(by_broker=False) for fill in fills]
    day, plain = (
        schedule.charge_day(NOW, [Dealing(instrument=SHARE, product=INTRADAY, fills=these)])
        for these in (fills, own)
    )

    assert day.by_kind == plain.by_kind | {"square_off": Decimal("118.00")}
    assert (day.notes, day.total, day.net) == (plain.notes, plain.total + 118, plain.net - 118)


def test_before_the_first_known_fee_of_the_broker_that_one_is_assumed_and_told(schedule):
    dealing = Dealing(instrument=SHARE, product=INTRADAY, fills=(bought(10, 500), by_desk(10, 500, "d1")))

    day = schedule.charge_day(date(2023, 1, 2), [dealing])

    assert day.square_off == 59
    assert any("square-off" in notice for notice in day.notices)


def test_the_last_covered_day_is_charged(schedule):
    last = schedule.facts.coverage.last

    assert schedule.charge_day(last, [Dealing(instrument=SHARE, product=INTRADAY, fills=[])]).total == 0


def test_unrounded_lines_hold_their_tax_and_start_from_nothing(schedule):
    lines, _ = schedule.raw_lines(NOW, [Dealing(instrument=SHARE, product=INTRADAY, fills=[bought(10, 100)])])

    taxed = lines[ChargeLine.BROKERAGE] + lines[ChargeLine.EXCHANGE] + lines[ChargeLine.SEBI]
    assert lines[ChargeLine.GST] > 0
    assert lines[ChargeLine.GST] == (taxed + lines[ChargeLine.IPFT]) * Decimal("0.18")
    assert lines[ChargeLine.DP] == 0


def test_every_rate_that_is_assumed_is_named(schedule):
    early = date(2019, 1, 7)
    delivered = Dealing(instrument=SHARE, product=DELIVERY, fills=[sold(1, 100)])
    by_the_desk = Dealing(instrument=SHARE, product=INTRADAY, fills=[by_desk(1, 100, "d")])

    day = schedule.charge_day(early, [delivered])
    _, fee_notice = schedule.square_off_fees(early, [by_the_desk])

    (note,) = day.notes
    named = {notice.split(":")[0] for notice in note.notices}
    assert {"depository charge", "brokerage of delivery"} <= named
    assert fee_notice.startswith("broker's square-off: known from ")


@pytest.mark.parametrize("reverse", [False, True])
def test_an_exercise_is_kept_whichever_of_two_dealings_names_it(schedule, reverse):
    opened = Dealing(instrument=OPTION, product=DELIVERY, fills=[bought(65, 100)])
    exercised = Dealing(
        instrument=OPTION, product=DELIVERY, fills=[], exercise=Exercise(quantity=65, intrinsic=20_000)
    )
    dealings = [exercised, opened] if reverse else [opened, exercised]

    (note,) = schedule.charge_day(NOW, dealings).notes

    assert note.sell_value == 13_000
    assert note.lines[ChargeLine.BROKERAGE] == 40
