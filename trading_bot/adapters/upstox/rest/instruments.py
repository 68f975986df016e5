"""Today's instruments file: fetched once a day, checked and kept; an older one serves exits only."""

import asyncio
import gzip
import json
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import structlog

from trading_bot.adapters.upstox.envelope import is_ok
from trading_bot.adapters.upstox.offload import Offload
from trading_bot.adapters.upstox.rest.answers import TransportError
from trading_bot.adapters.upstox.rest.instrument_rows import ParsedRows, parsed
from trading_bot.adapters.upstox.rest.transport import UpstoxTransport
from trading_bot.adapters.upstox.settings import UpstoxSettings
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import date_of

_SHRUNK_TO_MIN = 0.5
_KEPT_DAYS = 5
_PARSE_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentList:
    """Instruments and the day that they are of."""

    on: date
    instruments: tuple[Instrument, ...]
    is_today: bool
    """An older list is for closing positions only: lots, ticks and keys may have changed."""


class UpstoxInstruments:
    """The instrument files of the configured exchanges, cached in a folder by day."""

    def __init__(
        self,
        settings: UpstoxSettings,
        transport: UpstoxTransport,
        folder: Path,
        *,
        clock_ms: Callable[[], int],
        offload: Offload,
    ) -> None:
        self._settings = settings
        self._transport = transport
        self._folder = folder
        self._clock_ms = clock_ms
        self._offload = offload
        self._turn = asyncio.Lock()
        self._loaded: InstrumentList | None = None
        self._log = structlog.get_logger(__name__)

    async def instruments(self) -> tuple[Instrument, ...]:
        """Return today's instruments. Raises ReadFailedError when today's file is missing or unsound."""
        today = date_of(self._clock_ms())
        async with self._turn:
            if self._loaded is None or self._loaded.on != today:
                rows: list[Instrument] = []
                for name in self._settings.instrument_files:
                    rows += (await self._of_file(name, today)).instruments
                self._loaded = InstrumentList(on=today, instruments=tuple(rows), is_today=True)
            return self._loaded.instruments

    async def known(self) -> InstrumentList:
        """Return today's list, else the newest stored one, flagged. Raises ReadFailedError."""
        today = date_of(self._clock_ms())
        try:
            return InstrumentList(on=today, instruments=await self.instruments(), is_today=True)
        except ReadFailedError as error:
            stored = await self._newest_stored(today)
            if stored is None:
                raise
            self._log.warning("instruments_outdated", on=stored.on.isoformat(), reason=str(error))
            return stored

    async def _of_file(self, name: str, today: date) -> ParsedRows:
        stored = self._path(name, today)
        if stored.exists():
            try:
                return await self._read(stored)
            except ReadFailedError as error:
                self._log.warning("instruments_cache_broken", file=stored.name, reason=str(error))
        body = await self._fetched(name)
        fresh = await self._offload.run(
            lambda: rows_of_file(body, f"instruments file {name}"), _PARSE_LIMIT_S
        )
        await self._check_size(name, today, fresh)
        try:
            await self._offload.run(lambda: self._store(stored, body, name), _PARSE_LIMIT_S)
        except OSError as error:  # a full disk keeps nobody from closing what is open
            self._log.warning("instruments_not_kept", file=name, reason=str(error))
        self._log.info(
            "instruments_loaded", file=name, rows=len(fresh.instruments), left_out=dict(fresh.left_out)
        )
        return fresh

    async def _fetched(self, name: str) -> bytes:
        try:
            answer = await self._transport.download(f"{self._settings.instruments_url}/{name}.json.gz")
        except TransportError as error:
            raise ReadFailedError(f"instruments file {name}: {error}") from error
        if not is_ok(answer.status):
            raise ReadFailedError(f"instruments file {name}: HTTP {answer.status}")
        return answer.body

    async def _check_size(self, name: str, today: date, fresh: ParsedRows) -> None:
        """Refuse a list that lost more than half of its rows: an exchange is not halved overnight."""
        before = self._older(name, today)
        if not before:
            return
        try:
            old = await self._read(before[0])
        except ReadFailedError:
            return  # a broken old file proves nothing against the new one
        if len(fresh.instruments) < _SHRUNK_TO_MIN * len(old.instruments):
            raise ReadFailedError(
                f"instruments file {name}: {len(fresh.instruments)} rows, where {before[0].name} had "
                f"{len(old.instruments)}: half-written or wrong; delete that file if the change is real"
            )

    async def _newest_stored(self, today: date) -> InstrumentList | None:
        names = self._settings.instrument_files
        files = [next(iter(self._older(name, today)), None) for name in names]
        if not all(files):
            return None
        rows: list[Instrument] = []
        for path in files:
            if path is not None:
                rows += (await self._read(path)).instruments
        on = min(_day_of(path) for path in files if path is not None)
        return InstrumentList(on=on, instruments=tuple(rows), is_today=False)

    async def _read(self, path: Path) -> ParsedRows:
        return await self._offload.run(lambda: rows_of_file(path.read_bytes(), path.name), _PARSE_LIMIT_S)

    def _store(self, path: Path, body: bytes, name: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(path.name + ".new")
        with beside.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        for old in self._older(name, _day_of(path))[_KEPT_DAYS:]:
            old.unlink(missing_ok=True)

    def _older(self, name: str, today: date) -> list[Path]:
        """Return the stored files of earlier days, newest first."""
        today_name = self._path(name, today).name
        files = (path for path in self._folder.glob(f"{name}-????-??-??.json.gz") if path.name < today_name)
        return sorted(files, key=lambda path: path.name, reverse=True)

    def _path(self, name: str, on: date) -> Path:
        return self._folder / f"{name}-{on.isoformat()}.json.gz"


def rows_of_file(body: bytes, what: str) -> ParsedRows:
    """Return the instruments of a gzip JSON file. Raises ReadFailedError when it is torn or not one."""
    try:
        # The checksum at the end of the gzip stream is what tells a complete file from a torn one.
        rows = json.loads(gzip.decompress(body))
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise ReadFailedError(f"{what}: torn or not a gzip JSON file ({type(error).__name__})") from error
    return parsed(rows, what)


def _day_of(path: Path) -> date:
    return date.fromisoformat(path.name.removesuffix(".json.gz")[-len("2026-01-01") :])
