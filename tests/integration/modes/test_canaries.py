"""Secrets of one day, in `live`, through faults of every kind: they come out nowhere (fault 115, V18)."""

import asyncio
import json
import zlib
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from pydantic import SecretStr

from tests.fakes.alert_table import is_in_table
from tests.fakes.receivers import BOT_TOKEN, CHAT, HOOK, Refusal, web_receiver
from tests.fakes.upstox_day import TOKEN
from trading_bot.adapters.log_settings import LogSettings
from trading_bot.adapters.logs import start_logs
from trading_bot.adapters.upstox.streams import sockets
from trading_bot.control.client import ask
from trading_bot.control.protocol import socket_path
from trading_bot.settings.run import Mode

KEY, SECRET = "canary-key-81c2", "canary-secret-5d0f"
BOOK, PLACE = "/v2/order/retrieve-all", "/v3/order/place"
FAULTS = [
    {"kind": "malformed_frame", "count": 2},
    {"kind": "html_body", "path": BOOK, "count": 2},
    {"kind": "http_error", "path": "/v2/order/trades/*", "status": 500, "body": "html", "count": 3},
    {"kind": "http_error", "path": "/v2/portfolio/*", "status": 429, "count": 3},
    {"kind": "reset", "path": "/v3/user/*", "count": 2},
    {"kind": "empty_body", "path": PLACE, "count": 1},
    {"kind": "drop_after", "path": PLACE, "count": 1},
    {"kind": "reset", "path": "/feed/*", "count": 1},
    {"kind": "handshake_403", "count": 2},
]
SOON_AGAIN = {"retry_first_s": 0.001, "retry_longest_s": 0.01, "reconnect_first_s": 0.001}
"""The waits are of real seconds: at full speed a second is the better part of the hour that is traded."""


@pytest.fixture
def stream_codes(monkeypatch):
    """The single-use codes of the stream addresses that the daemon was given."""
    codes = set()
    check = sockets.check_address

    def noted(address, domain):
        codes.update(*parse_qs(urlsplit(address).query).values())
        check(address, domain)

    monkeypatch.setattr(sockets, "check_address", noted)
    return codes


@contextmanager
def logs_in(folder):
    """Logs of everything that know no secret: what is not there cannot be masked."""
    started = start_logs(LogSettings(folder=folder, level="debug"), now_ms=lambda: 0, secrets=())
    try:
        yield
    finally:
        started.close()


async def test_secrets_of_a_faulty_day_come_out_nowhere(hour, tmp_path, stream_codes):
    secrets = {"api_key": SecretStr(KEY), "api_secret": SecretStr(SECRET), "access_token": SecretStr(TOKEN)}
    async with web_receiver() as receiver:
        receiver.refusals = [Refusal(500), Refusal(401), Refusal(429, {"Retry-After": "0.01"})]
        settings = hour.settings(
            Mode.LIVE,
            credentials=secrets,
            engine={"record_inputs": True},
            alerts=alerts_to(receiver),
            upstox=SOON_AGAIN,
        )
        with logs_in(tmp_path / "logs"):
            said = await _traded(hour, settings)

    texts = {str(path): _content(path) for path in tmp_path.rglob("*") if path.is_file()}
    texts["said"] = " ".join(said).encode()
    assert stream_codes
    summaries = [text for text in receiver.texts if text.startswith("live 2025-10-21: net ")]
    assert len(summaries) == 1
    assert f"report: {tmp_path}" in summaries[0]
    for kind in ("started", "stopped"):
        assert any(is_in_table(kind, "info", text) for text in receiver.texts)
    assert any(b"order_write_ended" in text for text in texts.values())
    assert any(b"alert_not_taken" in text for text in texts.values())
    for canary in (KEY, SECRET, TOKEN, HOOK, BOT_TOKEN, *stream_codes):
        assert [place for place, text in texts.items() if canary.encode() in text] == []


def alerts_to(receiver) -> dict:
    """A webhook that gets everything, and Telegram, which may ask."""
    return {
        "channel_1": {"url": SecretStr(f"json://127.0.0.1:{receiver.port}/{HOOK}"), "burst": 100},
        "channel_2": {"url": SecretStr(f"tgram://{BOT_TOKEN}/{CHAT}"), "level": "critical"},
        "telegram_url": receiver.url,
        "telegram_commands": True,
        "retry_first_s": 0.01,
        "retry_longest_s": 0.05,
    }


async def _traded(upstox, settings) -> list[str]:
    """Trade the day through its faults; all that was said meanwhile."""
    said = []
    async with upstox.daemon(settings) as daemon, aiohttp.ClientSession() as control:
        await control.post(f"{upstox.server.address}/simulator/faults", data=json.dumps(FAULTS))
        running = asyncio.create_task(daemon.run())
        socket = socket_path(daemon.files.database)
        while not running.done():
            if socket.exists():
                said.append(repr(await asyncio.to_thread(_answers, socket)))
            await asyncio.sleep(0.2)
        said.append(repr(await running))
        return [*said, repr(daemon.board.notices), repr(settings), repr(upstox.said)]


def _answers(socket: Path) -> list:
    try:
        return [ask(socket, wish, asked_by="test") for wish in ("status", "nonsense")]
    except Exception as error:  # noqa: BLE001  # what a failed question says is searched as well
        return [repr(error)]


def _content(path: Path) -> bytes:
    raw = path.read_bytes()
    if raw.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(wbits=31).decompress(raw)  # the last one may not be complete
    return raw
