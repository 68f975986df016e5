"""Telegram's bot API as far as questions need it: what was written to the bot, and saying something back.

The token is a part of every address, so no error leaves here that quotes one.
"""

import json
from typing import Any, NamedTuple

import aiohttp

from trading_bot.adapters.alerts.settings import AlertSettings
from trading_bot.adapters.redaction import Redactor
from trading_bot.domain.errors import TradingBotError

_LONGEST_TEXT = 4_000
_LONGEST_ANSWER = 1 << 22
_LONGEST_WISH_S = 600.0
_OK, _UNAUTHORISED, _NOT_FOUND = 200, 401, 404


class TelegramError(TradingBotError):
    """Telegram did not answer, or not as it should."""

    def __init__(self, why: str, *, retry_after_s: float | None = None, is_final: bool = False) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s
        self.is_final = is_final
        """Whether the token is not accepted."""


class Written(NamedTuple):
    """One message to the bot."""

    number: int
    """Telegram's own number of it, ever growing."""
    chat: int
    is_private: bool
    sender: int
    sent_at_s: int
    text: str


class TelegramApi:
    """One bot."""

    def __init__(self, settings: AlertSettings, token: str) -> None:
        self._settings = settings
        self._base = f"{settings.telegram_url}/bot{token}"
        self._redactor = Redactor([token, *token.split(":")])
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let go of the connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def written(self, after: int | None, wait_s: int) -> tuple[Written, ...]:
        """What was written after a number, oldest first; waits for it. Raises TelegramError."""
        asked: dict[str, Any] = {"timeout": wait_s, "allowed_updates": ["message"]}
        if after is not None:
            asked["offset"] = after + 1
        rows = await self._call("getUpdates", asked, wait_s)
        if not isinstance(rows, list):
            raise TelegramError("getUpdates: the answer holds no list")
        return tuple(message for row in rows if (message := _written(row)) is not None)

    async def say(self, chat: int, text: str) -> None:
        """Write to a chat. Raises TelegramError."""
        shown = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
        await self._call("sendMessage", {"chat_id": chat, "text": shown}, 0)

    async def _call(self, method: str, asked: dict[str, Any], wait_s: int) -> Any:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        limits = aiohttp.ClientTimeout(
            total=wait_s + self._settings.send_timeout_s, connect=self._settings.connect_timeout_s
        )
        try:
            async with self._session.post(
                f"{self._base}/{method}", json=asked, timeout=limits, allow_redirects=False
            ) as answer:
                body = await answer.content.read(_LONGEST_ANSWER)
                document = _document(body)
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            said = self._redactor.text(str(error)) or "no answer in time"
            raise TelegramError(f"{method}: {type(error).__name__}: {said}") from None
        if status == _OK and document.get("ok") is True:
            return document.get("result")
        raise TelegramError(
            self._redactor.text(f"{method}: answered {status}: {document.get('description', 'no reason')}"),
            retry_after_s=_wish(document),
            is_final=status in (_UNAUTHORISED, _NOT_FOUND),
        )


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _wish(document: dict[str, Any]) -> float | None:
    parameters = document.get("parameters")
    wish = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return min(float(wish), _LONGEST_WISH_S) if isinstance(wish, int) and wish >= 0 else None


def _written(row: Any) -> Written | None:
    """The message of an update; with an empty text where it holds none that we can read."""
    if not isinstance(row, dict) or not isinstance(row.get("update_id"), int):
        return None
    number = row["update_id"]
    try:
        message = row["message"]
        chat = message["chat"]
        return Written(
            number=number,
            chat=int(chat["id"]),
            is_private=chat.get("type") == "private",
            sender=int(message["from"]["id"]),
            sent_at_s=int(message["date"]),
            text=str(message.get("text", "")),
        )
    except (KeyError, TypeError, ValueError):
        return Written(number, chat=0, is_private=False, sender=0, sent_at_s=0, text="")
