from scripts.parity import DAYS, row_of


def test_a_day_becomes_one_line_of_the_table():
    side = {"signals": 5, "trades": 2, "net": "1.50"}
    document = {
        "sides": [side, side, side | {"net": "-2"}],
        "signals_alike": 5,
        "candle_signals_alike": 4,
        "causes": {"latency": 3, "queue": 1},
        "inputs": [{"is_equal": True}],
    }

    assert row_of(DAYS[0], document)[2:] == (
        "5/5", "5", "4", "same", "2/2/2", "1.50", "1.50", "-2", "3 latency, 1 queue",
    )  # fmt: skip
    assert row_of(DAYS[0], document | {"causes": {}, "inputs": []})[5::5] == ("none", "none")
    assert row_of(DAYS[0], document | {"inputs": [{"is_equal": False}]})[5] == "OTHER"


def test_ten_different_days_are_compared():
    assert len({(day.folder, day.on) for day in DAYS}) == 10
