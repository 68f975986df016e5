from tests.fakes.engine_driver import PRICE, EngineDriver
from trading_bot.domain.market_data import Candle
from trading_bot.domain.signal import Direction
from trading_bot.engine.inputs import EvaluationDue


def due(driver: EngineDriver, number: int) -> EvaluationDue:
    start_ms = driver.now_ms - (10 - number) * 900_000
    candle = Candle(start_ms, PRICE, PRICE + 100, PRICE - 100, PRICE, 10_000)
    return EvaluationDue(at_ms=0, instrument_key=driver.instrument.key, timeframe_s=900, candle=candle)


def armed() -> EngineDriver:
    driver = EngineDriver()
    driver.strategy.scripted.next_direction = Direction.LONG
    return driver


def test_a_run_gives_the_rows_of_single_steps_at_its_time():
    single, together = armed(), armed()
    at_ms = single.now_ms + 7

    steps = [single.core.step(due(single, number).stamped(at_ms)) for number in range(3)]
    waiting = iter([due(together, number) for number in range(3)])
    runs = [together.core.step_run(waiting, at_ms) for _ in range(2)]

    assert [row for step in steps for row in step.rows] == [row for run in runs for row in run.rows]
    assert [one for step in steps for one in step.traces] == [one for run in runs for one in run.traces]
    assert single.book.last_intent == together.book.last_intent == 1


def test_a_run_ends_with_the_input_that_leads_to_an_event():
    driver = armed()
    waiting = iter([due(driver, number) for number in range(3)])

    run = driver.core.step_run(waiting, driver.now_ms)

    assert len(run.traces) == 1
    assert len(list(waiting)) == 2


def test_a_run_of_quiet_inputs_takes_all_of_them():
    driver = EngineDriver()

    run = driver.core.step_run([due(driver, number) for number in range(5)], driver.now_ms)

    assert (len(run.traces), run.rows) == (5, ())
