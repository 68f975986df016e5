import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.engine_driver import DAY, KEY, SHARE, EngineDriver
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.domain import events as ev
from trading_bot.domain.market_data import Candle, MarketPhase
from trading_bot.domain.outlook import DayClose, DayOutlook
from trading_bot.domain.rules.scheduled_events import EventKind, ScheduledEvent
from trading_bot.engine import inputs
from trading_bot.engine.book import APPLY, Book
from trading_bot.engine.core import Core
from trading_bot.engine.decide import DECIDE
from trading_bot.engine.ports import Funds
from trading_bot.engine.records import decode_event, decode_input, encode, event_kind

WITH_TABLES = (inputs.WarmedUp, inputs.PhaseReported, inputs.DayOpened, inputs.AccountRead)
PLAIN_INPUTS = [kind for kind in DECIDE if kind not in WITH_TABLES]
decimals = st.decimals(-(10**9), 10**9, places=2)
st.register_type_strategy(Decimal, decimals)
st.register_type_strategy(float, st.floats(-1e6, 1e6))


@pytest.mark.parametrize("event_type", list(APPLY))
@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_every_event_is_read_back_as_it_was_written(event_type, data):
    event = data.draw(st.from_type(event_type))

    kind, payload = encode(event)

    assert decode_event(kind, payload) == event
    assert encode(decode_event(kind, payload)) == (kind, payload)


@pytest.mark.parametrize("input_type", PLAIN_INPUTS)
@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_every_input_is_read_back_as_it_was_written(input_type, data):
    value = data.draw(st.from_type(input_type))

    kind, payload = encode(value)

    assert decode_input(kind, payload) == value


@pytest.mark.parametrize(
    "value",
    [
        inputs.WarmedUp(
            at_ms=1,
            instrument_key=KEY,
            candles=(Candle(0, 1, 2, 3, 4, None),),
            session_starts={DAY: 5},
        ),
        inputs.PhaseReported(at_ms=1, phases={"NSE_EQ": MarketPhase.NORMAL_OPEN}),
        inputs.DayOpened(at_ms=1, on=DAY, instruments=(SHARE,), sessions={KEY: ((1, 2), (3, 4))}),
        inputs.DayOpened(
            at_ms=1,
            on=DAY,
            instruments=(),
            sessions={},
            outlook=DayOutlook(
                previous_session_on=DAY,
                events=(ScheduledEvent(kind=EventKind.RBI, name="x", starts_at_ms=1, ends_at_ms=2),),
                volatility_closes=(DayClose(DAY, 1_350),),
                breaker=load_market_rules().breakers[0],
            ),
        ),
        inputs.VolatilityRead(at_ms=1, closes=(DayClose(DAY, 1_350),)),
        inputs.AccountRead(
            at_ms=1,
            funds=Funds(available=Decimal("1.50"), used_margin=Decimal(0)),
            margin_rates={KEY: Decimal("0.2")},
            bands={KEY: (1, 2)},
        ),
    ],
)
def test_inputs_with_tables_are_read_back_as_they_were_written(value):
    assert decode_input(*encode(value)) == value


def test_kinds_are_plain_words():
    assert event_kind(ev.OrderFilled) == "order_filled"


def test_an_unknown_kind_is_not_guessed():
    with pytest.raises(KeyError):
        decode_event("order_vanished", "{}")


def test_a_payload_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="tag"):
        decode_event("order_filled", "{}")


def test_money_is_text_and_keys_are_names():
    payload = json.loads(
        encode(
            ev.DayClosed(
                at_ms=1,
                on=date(2026, 11, 19),
                gross_pnl=5,
                charges=Decimal("1.10"),
                open_positions=0,
                reconciled=True,
            )
        )[1]
    )

    assert payload["charges"] == "1.10"


def test_the_book_is_rebuilt_from_its_rows():
    driver = EngineDriver()
    driver.enter()

    core = Core(
        driver.core.state.__class__(
            settings=driver.core.state.settings,
            risk=driver.risk,
            strategies=(),
            charges_so_far=driver.core.state.charges_so_far,
        )
    )
    core.restore(driver.rows)

    assert core.state.book == driver.book
    assert core.last_sequence == driver.core.last_sequence
    assert [row.sequence for row in driver.rows] == list(range(1, len(driver.rows) + 1))


def test_the_same_inputs_lead_to_the_same_rows():
    def rows() -> list[str]:
        driver = EngineDriver()
        _, stop = driver.enter()
        driver.price(driver.book.trade_of(KEY).plan.target_price)
        driver.confirm_modify(stop)
        driver.later(10)
        return [row.payload for row in driver.rows]

    assert rows() == rows()


def test_an_empty_book_knows_nothing():
    book = Book()

    assert book.trade_of(KEY) is None
    assert book.order_by_id("x") is None
    assert book.position_of(KEY).is_flat
    assert list(book.live_orders()) == []
    assert list(book.orders_of(1)) == []
