"""Which market-wide halts the simulator plays."""

from datetime import date, time

import pytest

from tests.fakes.scripted_market import RELIANCE
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.bootstrap.replaying.simulator_program import halt_of, market_source
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.ist import ms_at
from trading_bot.settings.options import SimulatorOptions
from trading_bot.simulator.market.generated import DEFAULT_DAY
from trading_bot.simulator.market.halted import interrupted

_RULES = load_market_rules()


def _options(at):
    return SimulatorOptions(port=0, symbols=(RELIANCE.symbol,), breaker_at=at)


def test_without_a_time_nothing_is_halted():
    assert halt_of(_options(None), DEFAULT_DAY, _RULES) is None


def test_only_the_auction_is_published_in_a_halt_and_the_rest_is_as_it_was():
    options = _options(time(11))
    halt = halt_of(options, DEFAULT_DAY, _RULES)
    source = market_source(options, _RULES)
    first_ms, last_ms = ms_at(DEFAULT_DAY, time(11)), ms_at(DEFAULT_DAY, time(12))

    halted = list(interrupted(source, halt).moments())

    inside = {one.at_ms for one in halted if first_ms <= one.at_ms < last_ms}
    assert inside
    assert inside <= set(range(ms_at(DEFAULT_DAY, time(11, 55)), ms_at(DEFAULT_DAY, time(11, 55, 1))))
    outside = [one for one in source.moments() if not first_ms <= one.at_ms < last_ms]
    assert [one for one in halted if one.at_ms not in inside] == outside
    assert any(one.at_ms >= last_ms for one in halted)
    assert len(halted) < len(list(source.moments()))


@pytest.mark.parametrize(
    ("on", "at", "words"),
    [
        (DEFAULT_DAY, time(9, 0), "nothing trades then"),
        (DEFAULT_DAY, time(15, 45), "nothing trades then"),
        (DEFAULT_DAY, time(14, 40), "halts nothing then; choose an earlier time"),
        (date(2024, 3, 2), time(10, 30), "nothing trades then"),
        (date(2024, 3, 2), time(9, 50), "it would outlast its session; choose an earlier time"),
        (date(2025, 10, 21), time(14, 20), "it would outlast its session; choose an earlier time"),
        (date(2012, 11, 19), time(11), "leave out --breaker-at"),
    ],
)
def test_a_halt_that_cannot_be_is_refused(on, at, words):
    with pytest.raises(SettingsError, match=words):
        halt_of(_options(at), on, _RULES)
