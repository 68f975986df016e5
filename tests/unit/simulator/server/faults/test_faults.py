import pytest
from pydantic import ValidationError

from trading_bot.simulator.server.faults.faults import FaultKind, FaultRule, Faults, parse_schedule

DELAY = (FaultKind.DELAY,)


def armed(**rule) -> Faults:
    faults = Faults()
    faults.set_schedule([FaultRule(kind=FaultKind.DELAY, **rule)])
    return faults


def strikes(faults: Faults, path: str = "/v3/order/place", now_ms: int = 0, **where) -> bool:
    return faults.take(DELAY, path, now_ms, **where) is not None


def test_nothing_strikes_without_a_schedule():
    assert not strikes(Faults())


def test_a_rule_matches_path_and_method():
    faults = armed(path="/v3/order/*", method="post")

    assert strikes(faults, method="POST")
    assert not strikes(faults, method="PUT")
    assert not strikes(faults, "/v2/user/profile", method="POST")


def test_a_rule_holds_from_its_start_until_before_its_end():
    faults = armed(from_ms=10, until_ms=20)

    assert [strikes(faults, now_ms=now_ms) for now_ms in (9, 10, 19, 20)] == [False, True, True, False]


def test_a_count_is_used_up():
    faults = armed(count=2)

    assert [strikes(faults) for _ in range(3)] == [True, True, False]


def test_probability_follows_the_seed():
    first, second = armed(probability=0.5, seed=3), armed(probability=0.5, seed=3)

    drawn = [strikes(first) for _ in range(100)]

    assert drawn == [strikes(second) for _ in range(100)]
    assert 30 < sum(drawn) < 70


def test_named_keys_alone_are_muted():
    faults = armed(keys=("A",))

    assert strikes(faults, key="A")
    assert not strikes(faults, key="B")


def test_the_other_kinds_of_a_schedule_are_left_alone():
    assert armed().take((FaultKind.RESET,), "/", 0) is None


@pytest.mark.parametrize(
    ("rule", "is_processed"),
    [
        ({"kind": "drop_before"}, False),
        ({"kind": "drop_after"}, True),
        ({"kind": "http_error"}, False),
        ({"kind": "http_error", "processed": True}, True),
        ({"kind": "empty_body"}, True),
    ],
)
def test_whether_the_request_was_carried_out_follows_the_kind_unless_said(rule, is_processed):
    assert FaultRule.model_validate(rule).is_processed is is_processed


def test_a_schedule_with_an_unknown_kind_is_refused():
    with pytest.raises(ValidationError):
        parse_schedule(b'[{"kind": "earthquake"}]')
