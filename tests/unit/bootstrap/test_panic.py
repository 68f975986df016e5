from tests.fakes.engine_driver import EngineDriver
from trading_bot.bootstrap.panic import open_in


def test_what_panic_still_finds_open_is_named_by_symbol():
    driver = EngineDriver()
    driver.read_books()
    driver.read_positions(20)

    assert "RELIANCE +20" in open_in(driver.core.state)
