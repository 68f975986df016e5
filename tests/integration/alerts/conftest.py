"""Receivers on loopback, and settings whose channels lead to them."""

import pytest
from pydantic import SecretStr

from tests.fakes.receivers import BOT_TOKEN, CHAT, HOOK, SLACK, mail_receiver, web_receiver
from trading_bot.adapters.alerts.settings import AlertSettings


@pytest.fixture
async def receiver():
    async with web_receiver() as made:
        yield made


@pytest.fixture
async def mail():
    async with mail_receiver() as made:
        yield made


@pytest.fixture
def settings_for(receiver):
    """Settings with these addresses as channels: patient, and quick to try again."""

    def make(*addresses, **changes) -> AlertSettings:
        channels = {
            f"channel_{number}": {"url": SecretStr(address), "burst": 100}
            for number, address in enumerate(addresses, start=1)
        }
        quick = {
            "connect_timeout_s": 20,
            "read_timeout_s": 20,
            "send_timeout_s": 40,
            "retry_first_s": 0.01,
            "retry_longest_s": 0.05,
            "drain_s": 20,
            "telegram_url": receiver.url,
            "slack_url": f"{receiver.url}/services",
        }
        return AlertSettings(**(quick | channels | changes))

    return make


@pytest.fixture
def addresses(receiver, mail):
    """One address of each kind, by the name of its scheme."""
    return {
        "tgram": f"tgram://{BOT_TOKEN}/{CHAT}",
        "slack": f"slack://{SLACK}",
        "json": f"json://127.0.0.1:{receiver.port}/hooks/{HOOK}",
        "mailto": f"mailto://127.0.0.1:{mail.port}?from=bot@x.in&to=me@x.in",
    }
