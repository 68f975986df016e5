import json

import pytest

from trading_bot.simulator.server.streams.subscriptions import (
    SubscriptionRequest,
    Subscriptions,
    parse_request,
)


def keys(count: int, prefix: str = "K") -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


def test_a_request_without_a_mode_means_ltpc():
    payload = json.dumps({"guid": "1", "method": "sub", "data": {"instrumentKeys": ["A"]}}).encode()

    assert parse_request(payload) == SubscriptionRequest("sub", "ltpc", ("A",))


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b'{"method": "sub"}', b'{"data": {"instrumentKeys": 3}}', b"\xff"]
)
def test_what_cannot_be_read_is_ignored(payload):
    assert parse_request(payload) is None


@pytest.mark.parametrize(("mode", "cap"), [("ltpc", 5_000), ("option_greeks", 3_000), ("full", 2_000)])
def test_one_mode_alone_has_the_larger_cap(mode, cap):
    subscriptions = Subscriptions(has_plus_plan=False)

    assert subscriptions.objection(mode, keys(cap)) is None
    assert subscriptions.objection(mode, keys(cap + 1)) is not None


def test_mixed_modes_have_the_smaller_caps():
    subscriptions = Subscriptions(has_plus_plan=False)
    subscriptions.subscribe("ltpc", ["X"])

    assert subscriptions.objection("full", keys(1_500)) is None
    assert subscriptions.objection("full", keys(1_501)) is not None


def test_thirty_levels_need_the_plus_plan():
    assert Subscriptions(has_plus_plan=False).objection("full_d30", ["A"]) is not None
    assert Subscriptions(has_plus_plan=True).objection("full_d30", ["A"]) is None


def test_an_unknown_mode_is_objected_to():
    assert Subscriptions(has_plus_plan=False).objection("fuller", ["A"]) is not None
