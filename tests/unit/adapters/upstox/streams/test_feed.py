import json

import pytest

from trading_bot.adapters.upstox.settings import UpstoxSettings
from trading_bot.adapters.upstox.streams.feed import UpstoxFeed, subscriptions
from trading_bot.domain.errors import SettingsError


def test_subscriptions_are_split_into_batches_that_cover_every_key_once():
    keys = [f"NSE_EQ|{number}" for number in range(1_201)]

    requests = [json.loads(request) for request in subscriptions(keys, "full", 500)]

    assert [len(request["data"]["instrumentKeys"]) for request in requests] == [500, 500, 201]
    assert [key for request in requests for key in request["data"]["instrumentKeys"]] == keys
    assert {request["method"] for request in requests} == {"sub"}


async def test_more_keys_than_the_broker_allows_are_refused_before_connecting():
    """Fault 15."""
    feed = UpstoxFeed(UpstoxSettings(feed_keys_max=2), stream=None)

    with pytest.raises(SettingsError, match="3 instruments"):
        await anext(feed.messages(["A", "B", "C"]))
