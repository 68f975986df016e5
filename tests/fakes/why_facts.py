"""Facts for explanations: a scripted day's story, and evaluations by hand."""

from tests.fakes.engine_driver import DAY, KEY, SESSION, EngineDriver
from tests.fakes.scripted_day import rows_of, whole_day
from trading_bot.domain.gate import Gate
from trading_bot.domain.trace import KeptEvaluation
from trading_bot.report.why.facts import Hours, Story, Surroundings, WhyFacts
from trading_bot.report.why.story import story_of

QUARTER_MS = 900_000
HOURS = Hours(*SESSION[0])
PASSED = Gate("trend", passed=True, measured=0.012, needed="> 0: close above EMA(200)")
FAILED = Gate("score", passed=False, measured=-0.33, needed=">= 0.6 or <= -0.6; RSI 49.4 short")


def evaluation(candle_start_ms: int, *gates: Gate, strategy: str = "scripted", **changes) -> KeptEvaluation:
    """What a strategy said of a quarter of an hour, half a second after its end."""
    given = {
        "strategy": strategy,
        "instrument_key": KEY,
        "candle_start_ms": candle_start_ms,
        "score": -0.33,
        "direction": None,
        "gates": gates or (FAILED, PASSED),
        "at_ms": candle_start_ms + QUARTER_MS + 500,
        "data_age_ms": 400,
    }
    return KeptEvaluation(**(given | changes))


def story(driver: EngineDriver | None = None) -> Story:
    """The story of a driver's day, by default the scripted one."""
    return story_of(rows_of(driver or whole_day()), KEY)


def why_facts(*evaluations: KeptEvaluation, told: Story | None = None, **changes) -> WhyFacts:
    """Everything known of the share."""
    given = {
        "mode": "replay",
        "symbol": "RELIANCE",
        "instrument_key": KEY,
        "on": DAY,
        "asked_ms": None,
        "evaluations": evaluations,
        "story": Story(exits={}) if told is None else told,
    }
    return WhyFacts(**(given | changes))


def surroundings(**changes) -> Surroundings:
    """An ordinary trading day without anything kept."""
    return Surroundings(**({"hours": HOURS} | changes))
