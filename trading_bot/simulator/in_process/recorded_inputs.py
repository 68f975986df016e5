"""A day as the daemon itself recorded it: the frames of its feed and the history that it was given.

Frames are read anew each time they are played, so that a day of many shares does not lie in memory.
"""

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from trading_bot.adapters.storage.input_log import InputRecord, input_logs, read_input_log
from trading_bot.domain.errors import StorageError
from trading_bot.domain.ist import MS_PER_MINUTE, date_of
from trading_bot.domain.market_data import Candle, Frame, MarketStatus
from trading_bot.domain.outlook import DayClose, closes_by_day
from trading_bot.engine import inputs
from trading_bot.engine.ports import Clock
from trading_bot.engine.records import decode_input, input_kind
from trading_bot.simulator.in_process.frame_market import update_of
from trading_bot.simulator.in_process.market import MarketFeed
from trading_bot.simulator.venue.contracts import MarketMoment
from trading_bot.simulator.venue.venue import Venue

if TYPE_CHECKING:
    from trading_bot.domain.instrument import Instrument

Message = Frame | MarketStatus | None
"""A frame, the exchange's word on its phases, or the loss of the feed."""
_FRAME = input_kind(inputs.FrameReceived)
_SAID = frozenset(map(input_kind, (inputs.FrameReceived, inputs.PhaseReported, inputs.FeedLost)))
_USED = (inputs.DayOpened, inputs.WarmedUp, inputs.DayClosesRead, inputs.VolatilityRead)
_KEPT = frozenset(map(input_kind, _USED))


@dataclass(slots=True)
class _Scanned:
    """What one pass over the recording finds."""

    opened: list[inputs.DayOpened] = field(default_factory=list)
    """One for each process of the day."""
    histories: dict[str, dict[int, Candle]] = field(default_factory=dict)
    closes: dict[str, tuple[DayClose, ...]] = field(default_factory=dict)
    """Of earlier sessions by instrument key, that of the volatility index included."""
    last: InputRecord | None = None

    def take(self, found: inputs.Input) -> None:
        """Keep what is of use."""
        match found:
            case inputs.DayOpened():
                self.opened.append(found)
            case inputs.WarmedUp():
                known = self.histories.setdefault(found.instrument_key, {})
                known.update((candle.start_ms, candle) for candle in found.candles)
            case inputs.DayClosesRead():
                self.closes[found.instrument_key] = found.closes
            case inputs.VolatilityRead():
                outlook = self.opened[-1].outlook if self.opened else None
                if outlook is not None:
                    self.closes[outlook.volatility_key] = found.closes


class RecordedInputs:
    """One recorded day as a market: each frame at the moment at which the daemon got it."""

    def __init__(self, folder: Path, on: date) -> None:
        """Look through the recording of a day.

        Raises StorageError when it cannot be read, does not begin with the opening of the day, or is of
        another version.
        """
        self._paths = [path for day, path in input_logs(folder) if day == on]
        self._folder = folder
        self.on = on
        found = self._scanned()
        self._histories = found.histories
        self._closes = found.closes
        self.processes = len(found.opened)
        """More than one where the daemon was started anew: what came between is not recorded."""
        self.opened_at_ms = found.opened[0].at_ms
        assert found.last is not None
        self.ended_at_ms = _decoded(found.last).at_ms
        """When the last input came: before the close where the recording broke off."""
        windows = [hours for one in found.opened for sessions in one.sessions.values() for hours in sessions]
        self.hours_ms = (min(start for start, _ in windows), max(end for _, end in windows))
        """From the first open to the last close of the day."""
        listed = {one.key: one for opened in found.opened for one in opened.instruments}
        self.instruments: tuple[Instrument, ...] = tuple(listed.values())

    @staticmethod
    def days(folder: Path) -> tuple[date, ...]:
        """The days of a folder with a recording, ascending."""
        return tuple(sorted({day for day, _ in input_logs(folder)}))

    @property
    def description(self) -> str:
        """What the data is."""
        return f"the recorded ticks of {self.on}"

    @property
    def bytes_recorded(self) -> int:
        """Size of the recording, which tells whether it has grown."""
        return sum(path.stat().st_size for path in self._paths)

    def previous_close(self, instrument_key: str) -> int:
        """Last close of the given history before the day; 0 where there is none."""
        earlier = self._before(instrument_key)
        return earlier[-1].close if earlier else 0

    def history(self, instrument_key: str, first: date, last: date) -> tuple[Candle, ...]:
        """1-minute candles of earlier sessions inside the range, as the daemon got them."""
        return tuple(
            candle for candle in self._before(instrument_key) if first <= date_of(candle.start_ms) <= last
        )

    def minutes_until(self, instrument_key: str, now_ms: int) -> tuple[Candle, ...]:
        """Every candle that the daemon was given and that was finished by then."""
        known = self._histories.get(instrument_key, {})
        return tuple(known[start] for start in sorted(known) if start + MS_PER_MINUTE <= now_ms)

    def day_closes(self, instrument_key: str) -> tuple[DayClose, ...]:
        """Closes of earlier sessions as the daemon got them; where it did not ask, those of its minutes."""
        if instrument_key in self._closes:
            return self._closes[instrument_key]
        earlier = self._before(instrument_key)
        return closes_by_day([one.start_ms for one in earlier], [one.close for one in earlier])

    def messages(self) -> Iterator[tuple[int, Message]]:
        """What the feed said, in its order, each with the session time at which the daemon took it."""
        latest_ms = 0
        for record in self._records():
            if record.kind not in _SAID:
                continue
            taken = _decoded(record)
            latest_ms = max(latest_ms, taken.at_ms)
            match taken:
                case inputs.FrameReceived():
                    yield latest_ms, taken.frame
                case inputs.PhaseReported():
                    yield latest_ms, MarketStatus(latest_ms, taken.phases)
                case _:
                    yield latest_ms, None

    def moments(self) -> Iterator[MarketMoment]:
        """The frames alone, as a venue takes them."""
        for at_ms, message in self.messages():
            if isinstance(message, Frame):
                yield moment_of(at_ms, message)

    def _before(self, instrument_key: str) -> tuple[Candle, ...]:
        known = self._histories.get(instrument_key, {})
        return tuple(known[start] for start in sorted(known) if date_of(start) < self.on)

    def _records(self) -> Iterator[InputRecord]:
        for path in self._paths:
            yield from read_input_log(path)

    def _scanned(self) -> _Scanned:
        found, has_frames = _Scanned(), False
        for record in self._records():
            found.last = record
            is_first_frame = record.kind == _FRAME and not has_frames
            has_frames = has_frames or is_first_frame
            if record.kind in _KEPT or is_first_frame:
                found.take(_decoded(record))
        days = {opened.on for opened in found.opened}
        if days != {self.on}:
            opened = ", ".join(map(str, sorted(days))) or "no day"
            raise StorageError(f"{self._folder}: the recording of {self.on} opens {opened}")
        return found


class RecordedFeed(MarketFeed):
    """The messages as they came, snapshots and the exchange's words included; the venue sees them first."""

    def __init__(self, recorded: RecordedInputs, venue: Venue, clock: Clock) -> None:
        super().__init__(recorded, venue, clock)
        self._said = recorded.messages()

    async def messages(self, instrument_keys: Sequence[str]) -> AsyncGenerator[Message]:
        """Yield every message at its time; a second reader goes on where the first left off."""
        del instrument_keys
        for at_ms, message in self._said:
            await self._wait_for(at_ms)
            if isinstance(message, Frame):
                self._venue.on_market(moment_of(at_ms, message))
            yield message
        while (due_ms := self._venue.next_due_ms) is not None:
            await self._wait_for(due_ms)


class RecordedHistory:
    """The history that the daemon was given, as the engine asks for it again."""

    def __init__(self, recorded: RecordedInputs, now_ms: Callable[[], int]) -> None:
        self._recorded = recorded
        self._now_ms = now_ms

    async def minute_candles(self, instrument_key: str, first: date, last: date) -> tuple[Candle, ...]:
        """Return the finished candles inside the range that the daemon was given, oldest first."""
        given = self._recorded.minutes_until(instrument_key, self._now_ms())
        return tuple(candle for candle in given if first <= date_of(candle.start_ms) <= last)

    async def day_closes(self, instrument_key: str, first: date, last: date) -> tuple[DayClose, ...]:
        """Return the closes inside the range that the daemon was given, oldest first."""
        closes = self._recorded.day_closes(instrument_key)
        return tuple(close for close in closes if first <= close.on <= last)


def moment_of(at_ms: int, frame: Frame) -> MarketMoment:
    """A frame as a venue takes it."""
    return MarketMoment(at_ms, tuple(update_of(tick) for tick in frame.ticks))


def _decoded(record: InputRecord) -> inputs.Input:
    try:
        return decode_input(record.kind, str(record.payload))
    except (KeyError, ValidationError) as error:
        raise StorageError(
            f"the recording holds a {record.kind} as this version does not write it: its day can only be "
            "played by the version that recorded it"
        ) from error
