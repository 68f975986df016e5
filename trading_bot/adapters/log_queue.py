"""The bounded queue between whoever logs and the thread that writes."""

import logging
import queue
from collections import Counter
from collections.abc import Mapping
from logging.handlers import QueueHandler, QueueListener
from threading import Thread

_DEBUG_SHARE = 0.5
_INFO_SHARE = 0.9
_CLOSE_S = 5.0


class DroppingQueue(QueueHandler):
    """Never blocks: when the disk is slow, debug lines go first, then info, then all; drops are counted."""

    def __init__(self, size: int) -> None:
        self.lines: queue.Queue[logging.LogRecord] = queue.Queue(size)
        super().__init__(self.lines)
        self._dropped: Counter[str] = Counter()
        self._unreported = 0

    @property
    def dropped(self) -> Mapping[str, int]:
        """Lines dropped so far, by level."""
        return dict(self._dropped)

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Leave the record as it is: the writing thread of this very process formats it."""
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        """Queue the record, or count it as dropped."""
        if not self._has_room_for(record.levelno):
            self._drop(record)
            return
        self._report_drops()
        try:
            self.lines.put_nowait(record)
        except queue.Full:
            self._drop(record)

    def _has_room_for(self, level: int) -> bool:
        waiting, size = self.lines.qsize(), self.lines.maxsize
        if level <= logging.DEBUG:
            return waiting < size * _DEBUG_SHARE
        return level > logging.INFO or waiting < size * _INFO_SHARE

    def _drop(self, record: logging.LogRecord) -> None:
        self._dropped[record.levelname.lower()] += 1
        self._unreported += 1

    def _report_drops(self) -> None:
        if not self._unreported or self.lines.qsize() >= self.lines.maxsize * _DEBUG_SHARE:
            return
        text = f"log_lines_dropped count={self._unreported} in_total={dict(self._dropped)}"
        self._unreported = 0
        self.lines.put_nowait(logging.LogRecord("trading_bot.logs", logging.WARNING, "", 0, text, None, None))


class PatientListener(QueueListener):
    """The writing thread: it is told to end though the queue is full, and a hung disk holds up no end."""

    queue: queue.Queue[logging.LogRecord | None]
    is_stuck = False
    """Whether it still hung in a write when it was to end: then its files are not to be touched."""
    _thread: Thread | None

    def stop(self) -> None:
        """Write what waits, for a few seconds at most."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        try:
            self.queue.put(None, timeout=_CLOSE_S)
        except queue.Full:
            self.is_stuck = True
            return
        thread.join(_CLOSE_S)
        self.is_stuck = thread.is_alive()
