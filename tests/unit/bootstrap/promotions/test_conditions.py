"""Under which conditions a test may end in a promotion."""

from decimal import InvalidOperation

import pytest

from tests.fakes.recorded_run import a_run
from trading_bot.bootstrap.promotions.conditions import conditions, objections


def test_the_defaults_allow_it():
    assert objections(a_run(), {}) == ()
    assert [one.name for one in conditions(a_run(), {})] == [
        "real prices",
        "costs as live",
        "rules as live",
        "thoroughness",
    ]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"stress": "gaps"}, "the scenario gaps was laid over the prices: test without --stress"),
        (
            {"defects": ["A: a hole"]},
            "defects of the data were accepted (A: a hole): mend them, or take sound days",
        ),
        ({"defects": ["A: a hole", "B: a split"]}, "(A: a hole and 1 more)"),
        ({"slippage_bps": "0"}, "run.slippage_bps was 0, below the usual 0.5"),
        ({"spread_bps": "4.99"}, "backtest.spread_bps was 4.99, below the usual 5"),
        ({"participation": "0.11"}, "backtest.participation was 0.11, above the usual 0.1"),
        ({"venue": {"exchange_delay_ms": 0}}, "simulator.exchange_delay_ms was 0, below the usual 15"),
        (
            {"venue": {"equity_intraday_margin": "0.1"}},
            "simulator.equity_intraday_margin was 0.1, below the usual 0.2",
        ),
        ({"venue": {"queue_share": "1"}}, "simulator.queue_share was 1, above the usual 0.5"),
        ({"fidelity": "daydream"}, "daydream is no fidelity of a backtest"),
        ({"cuts": 4}, "--cuts was 4, at least 5 are needed"),
        ({"check_days": 9}, "--check-days was 9, at least 10 are needed"),
    ],
)
def test_what_is_easier_than_trading_does_not(changes, why):
    (objection,) = objections(a_run(**changes), {})

    assert why in objection


@pytest.mark.parametrize(
    "changes",
    [
        {"accept_defects": True},
        {"slippage_bps": "2", "spread_bps": "10", "participation": "0.05"},
        {"venue": {"exchange_delay_ms": 500, "queue_share": "0.1", "slices_max": 25}},
        {"fidelity": "tick", "spread_bps": "0", "participation": "1"},
        {"cuts": 0, "check_days": 0},
    ],
)
def test_what_is_as_hard_or_harder_or_has_no_part_in_it_does(changes):
    """Insisting on data that are sound is no defect; ticks bring their own spread; 0 cuts are all cuts."""
    assert objections(a_run(**changes), {}) == ()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"exits": {"stops": "on_close"}}, "stops were compared with closes"),
        ({"windows": {"square_off": False}}, "positions were held for days"),
    ],
)
def test_rules_that_the_daemon_refuses_are_not_promoted(changed, why):
    assert why in objections(a_run(), changed)[0]
    assert objections(a_run(), {"exits": {"atr_stop_multiple": 2.0}, "windows": {}}) == ()


@pytest.mark.parametrize("key", ["fidelity", "stress", "defects", "slippage_bps", "venue", "cuts"])
def test_what_is_not_on_record_is_not_taken_for_harmless(key):
    run = a_run()
    del run[key]

    assert objections(run, {}) == (
        f"not on record: {key}; it was written by an older version, test it again",
    )


@pytest.mark.parametrize("value", ["none", "NaN", None])
def test_what_cannot_be_read_is_an_error(value):
    with pytest.raises(InvalidOperation):
        objections(a_run(slippage_bps=value), {})
