from dataclasses import replace
from datetime import time
from decimal import Decimal

import pytest

from tests.fakes.engine_driver import DAY, KEY, PRICE, SHARE, EngineDriver
from trading_bot.domain import events as ev
from trading_bot.domain.instrument import InstrumentKind, Product, Segment
from trading_bot.domain.ist import ms_at
from trading_bot.domain.market_data import MarketPhase
from trading_bot.domain.money import rupees
from trading_bot.domain.order import Side
from trading_bot.domain.signal import Direction
from trading_bot.engine import inputs
from trading_bot.engine.decisions.positions import sizes
from trading_bot.engine.ports import Funds
from trading_bot.risk.settings import LimitSettings, RiskSettings, SizingSettings


def denied_reason(driver: EngineDriver) -> str:
    driver.signal()
    last = driver.new_events[-1]
    assert isinstance(last, ev.EntryDenied)
    assert driver.places() == []
    return last.reason


def test_nothing_is_entered_before_the_books_are_reconciled():
    assert denied_reason(EngineDriver(is_recovered=False)) == "not_reconciled"


@pytest.mark.parametrize(("what", "failures"), [(inputs.BOOKS, 1), (inputs.POSITIONS, 2)])
def test_nothing_is_entered_while_nobody_could_see_what_it_filled(driver, what, failures):
    """Fault 104, V4, V6: orders and prices get through, and the broker's books do not."""
    for _ in range(failures):
        driver.take(inputs.ReadFailed(at_ms=0, what=what, detail="HTTP 503"))

    assert denied_reason(driver) == "books_unread"

    driver.read_books()
    driver.read_positions(0)
    driver.signal()
    assert len(driver.places()) == 1


def test_an_index_is_not_entered():
    index = replace(SHARE, kind=InstrumentKind.INDEX)
    driver = EngineDriver(instrument=index)
    series = driver.core.state.market.series[KEY]
    series.evaluators = ((driver.strategy, driver.strategy.scripted),)

    assert denied_reason(driver) == "not_tradable"


def test_unknown_funds_are_not_zero_but_enter_nothing():
    driver = EngineDriver()
    driver.core.state.account.available = None

    assert denied_reason(driver) == "funds_unknown"


def test_a_lost_feed_enters_nothing():
    driver = EngineDriver()
    driver.take(inputs.FeedLost(at_ms=0))

    assert denied_reason(driver) == "feed_down"


def test_old_data_enters_nothing_though_others_are_fresh():
    driver = EngineDriver()
    driver.now_ms += 31_000
    driver.core.state.market.seen_at_ms = driver.now_ms

    assert denied_reason(driver) == "stale_data"


def test_a_share_that_never_traded_is_not_entered():
    driver = EngineDriver()
    driver.core.state.market.series[KEY].tick = None

    assert denied_reason(driver) == "stale_data"


def test_a_price_in_doubt_enters_nothing():
    driver = EngineDriver()
    driver.price(PRICE * 2)

    assert denied_reason(driver) == "suspect_data"


@pytest.mark.parametrize(
    ("kind", "close", "is_denied"),
    [
        (InstrumentKind.EQUITY, PRICE * 2, True),
        (InstrumentKind.EQUITY, PRICE * 9 // 10, True),
        (InstrumentKind.EQUITY, PRICE * 95 // 100, False),
        (InstrumentKind.EQUITY, 0, False),
        (InstrumentKind.FUTURE, PRICE * 2, False),
    ],
)
def test_a_share_is_not_entered_on_a_history_of_before_a_split(kind, close, is_denied):
    """Fault 107, V12: unadjusted, the night looks like a fall, and every indicator says short."""
    driver = EngineDriver(instrument=replace(SHARE, kind=kind))
    driver.series.previous_close = close
    driver.series.tick = driver.series.tick._replace(previous_close=PRICE)

    driver.signal()

    assert isinstance(driver.new_events[-1], ev.EntryDenied) == is_denied
    if is_denied:
        assert driver.new_events[-1].reason == "history_not_adjusted"


def test_nothing_is_entered_late_in_the_day():
    driver = EngineDriver()
    driver.now_ms = ms_at(DAY, time(14, 45))
    driver.price(PRICE)

    assert denied_reason(driver) == "outside_entry_hours"


def test_a_share_that_somebody_else_holds_is_not_entered():
    driver = EngineDriver()
    driver.foreign_fill(Side.BUY, 10, PRICE)

    assert denied_reason(driver) == "foreign_position"


def test_a_limit_of_the_day_is_named():
    driver = EngineDriver(risk=RiskSettings(limits=LimitSettings(symbol_spacing_s=60)))
    _, stop = driver.enter()
    driver.fill(stop, 35, PRICE)
    driver.later(10)
    driver.price(PRICE)

    assert denied_reason(driver) == "symbol_spacing_s"


def test_less_than_a_lot_is_not_entered():
    driver = EngineDriver()
    funds = Funds(available=Decimal(100), used_margin=Decimal(0))
    driver.take(inputs.AccountRead(at_ms=0, funds=funds, margin_rates={}, bands={}))

    assert denied_reason(driver) == "size_zero"


def test_a_price_of_one_tick_leaves_no_room_for_a_stop():
    driver = EngineDriver()
    state = driver.core.state
    state.account.bands.clear()
    state.market.series[KEY].last_price = 0
    driver.price(1)
    driver.core.state.market.series[KEY].last_price = 1

    assert denied_reason(driver) == "no_room_for_stop"


def test_an_entry_whose_stop_would_lie_outside_the_price_band_is_denied():
    """Faults 65 and 66, V8: where nothing trades beyond the band, such a stop protects nothing."""
    driver = EngineDriver()
    driver.core.state.account.bands[KEY] = (PRICE - 1_000, PRICE + 20_000)

    driver.signal()

    assert denied_reason(driver) == "stop_outside_band"


@pytest.mark.parametrize("rate", [0, -1])
def test_a_margin_of_nothing_or_less_asks_for_the_whole_price(driver, rate):
    """Fault 63, V10: the division by it ended the engine, and again after each start."""
    driver.core.state.account.margin_rates[KEY] = Decimal(rate)
    driver.core.state.account.available = rupees(PRICE * 20)

    driver.signal()

    assert [place.request.terms.quantity for place in driver.places()] == [19]


def test_a_price_that_the_brokers_newest_limits_rule_out_is_not_entered_on():
    """Fault 13, V12: feed and books disagree; the limits are asked for again until both agree."""
    driver = EngineDriver()
    key = driver.instrument.key

    def read(lowest, highest):
        funds = Funds(available=Decimal(1_000_000), used_margin=Decimal(0))
        band = {key: (lowest, highest)}
        driver.take(inputs.AccountRead(at_ms=0, funds=funds, margin_rates={}, bands=band))

    read(PRICE + 100, PRICE + 20_000)
    driver.signal()
    assert driver.places() == []
    assert driver.new_events[-1].reason == "suspect_data"

    read(PRICE - 10_000, PRICE + 20_000)
    driver.signal()
    assert len(driver.places()) == 1


def test_a_band_that_the_price_has_left_is_an_old_one():
    driver = EngineDriver()
    driver.core.state.account.bands[KEY] = (PRICE - 20_000, PRICE - 10)

    driver.signal()

    (entry,) = driver.places()
    assert entry.request.terms.price > PRICE


def test_options_are_bought_for_delivery():
    option = replace(
        SHARE, kind=InstrumentKind.OPTION, segment=Segment.NSE_FO, closing_auction_eligible=False
    )
    driver = EngineDriver(instrument=option)
    driver.signal()

    (entry,) = driver.places()
    assert entry.request.product is Product.DELIVERY


def test_options_are_not_sold_to_open():
    """Fault 63: a lot of the premium's worth needs many times its price as margin, and may lose more."""
    option = replace(
        SHARE, kind=InstrumentKind.OPTION, segment=Segment.NSE_FO, closing_auction_eligible=False
    )
    driver = EngineDriver(instrument=option)
    driver.signal(Direction.SHORT)

    assert driver.places() == []
    assert driver.new_events[-1].reason == "option_writing"


def test_an_entry_of_more_slices_than_can_be_protected_in_time_is_denied():
    """V4, V9: each slice is an order, and so is each stop; the rate limit lets eight leave in a second."""
    driver = EngineDriver(instrument=replace(SHARE, freeze_quantity=1))
    driver.core.state.stops_in_time = 34

    assert denied_reason(driver) == "too_many_slices"
    assert driver.new_events[-1].detail == "35 orders: only 34 stops can be placed within 5 s"


def test_an_entry_of_as_many_slices_as_can_be_protected_in_time_is_placed():
    driver = EngineDriver(instrument=replace(SHARE, freeze_quantity=1))
    driver.core.state.stops_in_time = 35

    driver.signal()

    assert len(driver.places()) == 35


def test_a_large_entry_is_sliced_within_the_freeze_quantity_and_so_is_its_stop():
    driver = EngineDriver(instrument=replace(SHARE, freeze_quantity=20))
    driver.signal()
    entries = driver.places()
    assert [place.request.terms.quantity for place in entries] == [20, 15]
    assert len({place.request.tag for place in entries}) == 2
    for place in entries:
        driver.answer(place.request.tag)

    driver.order_fills((entries[0].request.tag, 20, PRICE), (entries[1].request.tag, 15, PRICE))

    assert [place.request.terms.quantity for place in driver.places()] == [20, 15]


def test_a_pending_entry_counts_as_filled_for_exposure_and_risk():
    from trading_bot.engine.decisions.positions.entries import day_picture

    driver = EngineDriver(risk=RiskSettings(sizing=SizingSettings(max_position_fraction=0.05)))
    driver.signal()

    picture = day_picture(driver.core.state, KEY)

    assert picture.open_trades == 1
    assert picture.open_risk == Decimal(35 * 1_400) / 100
    assert picture.entries_last_minute == 1


def test_an_entry_carries_the_time_until_which_it_may_wait():
    driver = EngineDriver()
    driver.signal()

    (entry,) = driver.places()
    assert entry.expires_at_ms == driver.now_ms + 5_000


def test_margin_of_trades_that_the_funds_do_not_know_of_yet_is_not_spent_twice():
    driver = EngineDriver(instrument=SHARE)
    driver.signal()
    planned = driver.book.trade_of(KEY)
    account = driver.core.state.account

    spoken_for = sizes._spoken_for(driver.core.state)
    account.asked_at_ms = driver.now_ms + 1

    assert spoken_for == rupees(planned.reference_price * planned.planned_quantity) * Decimal("0.2")
    assert sizes._spoken_for(driver.core.state) == 0


def test_what_others_bought_today_counts_for_exposure():
    """Fault 75, V10."""
    driver = EngineDriver(risk=RiskSettings(sizing=SizingSettings(max_leverage=1)))
    other = "NSE_EQ|INE009A01021"
    driver.core.state.market.series[other] = driver.core.state.market.series[KEY]
    driver.drain()
    driver.core.state.foreign_quantity = {other: 700}

    driver.signal()

    (entry,) = driver.places()
    assert entry.request.terms.quantity == (1_000_000 - 700 * 1_400) // 1_400


@pytest.mark.parametrize(
    "phase", [MarketPhase.NORMAL_CLOSE, MarketPhase.PRE_OPEN_START, MarketPhase.CLOSING_START]
)
def test_nothing_is_entered_while_the_exchange_says_that_it_does_not_trade(phase):
    """Fault 24, V11, V4: a halt in the session, and a new pre-open after it; what is held stays in hand."""
    driver = EngineDriver()
    driver.take(inputs.PhaseReported(at_ms=0, phases={"NSE_EQ": phase, "NSE_FO": MarketPhase.NORMAL_OPEN}))
    driver.signal()
    assert driver.places() == []
    assert driver.new_events[-1].reason == "market_halted"

    driver.take(inputs.PhaseReported(at_ms=0, phases={"NSE_EQ": MarketPhase.NORMAL_OPEN}))
    _, stop = driver.enter()
    driver.take(inputs.PhaseReported(at_ms=0, phases={"NSE_EQ": phase}))
    driver.drain()
    driver.now_ms = driver.core.state.market.series[KEY].hours.flat_by_ms
    driver.later(1)

    assert [change.tag for change in driver.changes()] == [stop]


def test_a_trade_well_after_the_exchanges_word_shows_that_it_has_opened_since():
    """Faults 9 and 24: the frame that said so was spoiled."""
    driver = EngineDriver()
    driver.take(inputs.PhaseReported(at_ms=0, phases={"NSE_EQ": MarketPhase.PRE_OPEN_END}))
    driver.now_ms += 5_000
    driver.price(PRICE)
    driver.signal()
    assert driver.new_events[-1].reason == "market_halted"

    driver.now_ms += 1
    driver.price(PRICE)
    driver.signal()
    assert len(driver.places()) == 1
