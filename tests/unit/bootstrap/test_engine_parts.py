from trading_bot.bootstrap.engine_parts import EngineSections, core_for
from trading_bot.engine.rate_gate import RateSettings
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.supervisor import SupervisorSettings
from trading_bot.risk.settings import RiskSettings


def test_how_many_stops_leave_in_time_follows_from_the_settings(market_rules):
    sections = EngineSections(
        engine=EngineSettings(unprotected_s=3),
        risk=RiskSettings(),
        rate=RateSettings(per_second=4, entries_per_second=2),
        supervisor=SupervisorSettings(),
    )

    assert core_for((), (), sections, market_rules.charges).state.stops_in_time == 12
