"""Which shares the broker lets be traded intraday, and with what leverage."""

import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trading_bot.adapters.upstox.envelope import is_ok
from trading_bot.adapters.upstox.rest.answers import TransportError
from trading_bot.adapters.upstox.rest.transport import UpstoxTransport
from trading_bot.adapters.upstox.settings import UpstoxSettings
from trading_bot.domain.errors import ReadFailedError

_NORMAL = "NORMAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """What the intraday list says of one share."""

    leverage: float | None
    """Position value for each rupee of margin; None where the list does not say."""
    watch: str
    """The surveillance class; empty for an ordinary share."""


async def intraday_list(transport: UpstoxTransport, settings: UpstoxSettings) -> Mapping[str, Eligibility]:
    """Return the shares that can be traded intraday, by instrument key.

    The files' names are likely and not documented: a file that is not there says nothing. Raises
    ReadFailedError.
    """
    found: dict[str, Eligibility] = {}
    for name in (f"{name}_MIS" for name in settings.instrument_files):
        found |= _parsed(await _fetched(transport, f"{settings.instruments_url}/{name}.json.gz", name), name)
    return found


async def _fetched(transport: UpstoxTransport, url: str, name: str) -> bytes:
    try:
        answer = await transport.download(url)
    except TransportError as error:
        raise ReadFailedError(f"list {name}: {error}") from error
    if not is_ok(answer.status):
        raise ReadFailedError(f"list {name}: HTTP {answer.status}")
    return answer.body


def _parsed(body: bytes, name: str) -> Mapping[str, Eligibility]:
    try:
        rows = json.loads(gzip.decompress(body))
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise ReadFailedError(f"list {name}: torn or not a gzip JSON file") from error
    if not isinstance(rows, list) or not rows:
        raise ReadFailedError(f"list {name}: holds no rows")
    return {
        row["instrument_key"]: _row(row) for row in rows if isinstance(row, dict) and "instrument_key" in row
    }


def _row(row: Mapping[str, Any]) -> Eligibility:
    leverage, kind = row.get("intraday_leverage"), row.get("security_type")
    return Eligibility(
        leverage=float(leverage) if isinstance(leverage, (int, float)) else None,
        watch="" if not isinstance(kind, str) or kind == _NORMAL else kind,
    )
