import pytest

from trading_bot.adapters.upstox.streams.decode_feed import FeedDecoder, FeedStatistics


@pytest.fixture
def statistics():
    return FeedStatistics()


@pytest.fixture(params=[False, True], ids=["by attributes", "walked"])
def decoder(statistics, request):
    return FeedDecoder(statistics, is_walked=request.param)
