"""The daemon's side of the local socket. Whoever may open the file (0600) may give orders."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from trading_bot.control.protocol import (
    LONGEST_LINE,
    STATUS,
    STRATEGY_WISHES,
    WISHES,
    line_of,
    message_of,
    socket_address,
)
from trading_bot.domain.errors import StorageError
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import OperatorAsked, OperatorWish

log = structlog.get_logger()

_REQUEST_TIMEOUT_S = 5.0

CONTROL = "control"
"""The name of the worker that answers."""


@dataclass(frozen=True, slots=True)
class ControlWorker:
    """Answers status and carries out wishes; an answer is given only once the wish is on disk."""

    engine: Engine
    path: Path
    status: Callable[[], dict[str, Any]]
    request_s: float = _REQUEST_TIMEOUT_S
    """Longest time for one request; a wish that takes longer is carried out and not answered."""
    name: str = CONTROL

    async def run(self, beat: Callable[[], None]) -> None:
        """Serve until cancelled."""
        self.path.unlink(missing_ok=True)
        mask = os.umask(0o177)
        try:
            with socket_address(self.path) as address:
                server = await asyncio.start_unix_server(self._serve, address, limit=LONGEST_LINE)
        finally:
            os.umask(mask)
        beat()
        try:
            async with server:
                await server.serve_forever()
        finally:
            self.path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(self.request_s):
                answer = await self._answer(await reader.readline())
                writer.write(line_of(answer))
                await writer.drain()
        except (TimeoutError, ConnectionError, ValueError) as error:
            log.warning("control_request_dropped", detail=str(error))
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = message_of(line)
        except ValueError as error:
            return {"ok": False, "error": f"not understood: {error}"}
        wish = request.get("do")
        if wish == STATUS:
            return {"ok": True, "status": self.status()}
        if wish not in WISHES:
            return {
                "ok": False,
                "error": f"unknown request {wish!r}: one of status, {', '.join(sorted(WISHES))}",
            }
        subject = str(request.get("subject", ""))
        if wish in STRATEGY_WISHES and not subject:
            return {"ok": False, "error": f"{wish} needs the strategy's name as subject"}
        asked = OperatorAsked(
            at_ms=0,
            wish=OperatorWish(wish),
            asked_by=str(request.get("by", "control socket")),
            subject=subject,
        )
        try:
            # Shielded: what the engine took must be handed out, however long the disk takes.
            await asyncio.shield(asyncio.ensure_future(self.engine.handle(asked)))
        except StorageError as error:
            return {"ok": False, "error": f"the wish was taken but could not be written to disk: {error}"}
        return {"ok": True, "status": self.status()}
