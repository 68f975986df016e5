"""Receivers of alerts on loopback: a web server that plays webhook, Slack and Telegram, and a mail server."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP

BOT_TOKEN = "123456789:AAcanary_bot_efghijklmnopqrstuvwxyz012"
CHAT = 4_200_042
SLACK = "T1CANARYA/A1CANARYB/canaryCslackXrIdevi7FQ"
HOOK = "canaryhook77"
PASSWORD = "canary-mail-pw-5"
CANARIES = ("canary", "CANARY")
"""In every secret of these addresses."""


@dataclass
class Refusal:
    """An answer that is not yes."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None


@dataclass
class WebReceiver:
    """What was posted, by who posted it; answers as each service does, or refuses, or hangs."""

    url: str = ""
    posted: list[tuple[str, dict]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    is_hanging: bool = False
    released: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    updates: list[dict] = field(default_factory=list)
    """What was written to the bot."""

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    @property
    def texts(self) -> list[str]:
        return [_text(path, body) for path, body in self.posted]

    def write(self, text: str, *, at_s: int, chat: int = CHAT) -> None:
        """Write to the bot."""
        chat_row = {"id": chat, "type": "private"}
        message = {"chat": chat_row, "from": {"id": chat}, "date": at_s, "text": text}
        self.updates.append({"update_id": 700 + len(self.updates), "message": message})

    async def until(self, count: int) -> None:
        """Return once so many were posted."""
        async with asyncio.timeout(20), self.arrived:
            await self.arrived.wait_for(lambda: len(self.posted) >= count)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if request.path.endswith("/getUpdates"):
            return await self._updates(request.path, body)
        if self.is_hanging:
            await self.released.wait()
        if self.refusals:
            refusal = self.refusals.pop(0)
            return web.Response(
                status=refusal.status, headers=refusal.headers, text=json.dumps(refusal.body or {})
            )
        async with self.arrived:
            self.posted.append((request.path, body))
            self.arrived.notify_all()
        if request.path.startswith("/bot"):
            return web.json_response({"ok": True, "result": {}})
        return web.Response(text="ok")

    async def _updates(self, path: str, asked: dict) -> web.StreamResponse:
        if path != f"/bot{BOT_TOKEN}/getUpdates":
            refused = {"ok": False, "error_code": 401, "description": "Unauthorized"}
            return web.json_response(refused, status=401)
        while True:
            new = [row for row in self.updates if row["update_id"] >= asked.get("offset", 0)]
            if new or self.released.is_set():
                return web.json_response({"ok": True, "result": new})
            await asyncio.sleep(0.05)


def _text(path: str, body: dict) -> str:
    if path.startswith("/bot"):
        return body["text"]
    if path.startswith("/services"):
        return body["attachments"][0]["text"]
    return body["message"]


@asynccontextmanager
async def web_receiver(tls=None):
    """Serve on a free port of loopback."""
    receiver = WebReceiver()
    app = web.Application()
    app.router.add_post("/{tail:.*}", receiver.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    receiver.url = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield receiver
    finally:
        receiver.released.set()
        await runner.cleanup()


@dataclass
class MailReceiver:
    """Mail that came."""

    port: int = 0
    mails: list[Message] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, count: int) -> None:
        """Return once so many came."""
        async with asyncio.timeout(60), self.arrived:
            await self.arrived.wait_for(lambda: len(self.mails) >= count)

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802  # the library's name
        async with self.arrived:
            self.mails.append(message_from_bytes(envelope.content, policy=default))
            self.arrived.notify_all()
        return "250 taken"

    @property
    def texts(self) -> list[str]:
        return [mail.get_body().get_content().strip() for mail in self.mails]


@asynccontextmanager
async def mail_receiver():
    """A mail server on a free port of loopback."""
    receiver = MailReceiver()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(receiver), "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver
