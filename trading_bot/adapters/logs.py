"""Structured logs: JSON lines in Indian time, four bounded files, no secrets, and never a wait for the disk.

`trading_bot.log` has everything, `trading.log` and `signals.log` what was logged under that topic,
`errors.log` errors. Log with `logger(Topic.TRADING).info("order_placed", tag=…)`.
"""

import logging
import os
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from enum import StrEnum
from logging.handlers import RotatingFileHandler
from typing import Any, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter

from trading_bot.adapters.log_queue import DroppingQueue, PatientListener
from trading_bot.adapters.log_settings import LogSettings
from trading_bot.adapters.redaction import Redactor
from trading_bot.domain.ist import datetime_of

MAIN_FILE = "trading_bot.log"
_NOISY = ("urllib3", "websockets", "upstox_client", "asyncio", "aiohttp.access", "alembic", "matplotlib")
_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700

Event = MutableMapping[str, Any]
Processor = Callable[[Any, str, Event], Event]


class Topic(StrEnum):
    """The file beside trading_bot.log in which a line appears as well."""

    TRADING = "trading"
    SIGNALS = "signals"


def logger(topic: Topic | None = None) -> structlog.typing.FilteringBoundLogger:
    """A logger, bound to a topic where the line belongs to one of the topic files."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger("trading_bot")
    return bound if topic is None else bound.bind(topic=topic.value)


@dataclass(frozen=True, slots=True)
class Logs:
    """The running log system."""

    queue: DroppingQueue
    listener: PatientListener
    redactor: Redactor
    files: tuple["PrivateRotatingFile", ...]

    @property
    def dropped(self) -> Mapping[str, int]:
        """Lines that found no room, by level."""
        return self.queue.dropped

    @property
    def failed_writes(self) -> int:
        """Lines that a file did not take, for example because the disk is full."""
        return sum(file.failed_writes for file in self.files)

    def close(self) -> None:
        """Write what waits and let go of the files."""
        logging.getLogger().removeHandler(self.queue)
        self.listener.stop()
        for handler in () if self.listener.is_stuck else self.listener.handlers:
            handler.close()
        logging.captureWarnings(capture=False)
        structlog.reset_defaults()


class PrivateRotatingFile(RotatingFileHandler):
    """A rotating file that only its owner can read; a failing write is counted, not printed."""

    failed_writes = 0

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the library's name
        """Count a line that could not be written."""
        del record
        self.failed_writes += 1

    def close(self) -> None:
        """Let go of the file; what a full disk does not take any more is counted as well."""
        try:
            super().close()
        except OSError:
            self.failed_writes += 1

    def _open(self) -> Any:
        def private(path: str, flags: int) -> int:
            return os.open(path, flags, _PRIVATE_FILE)

        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=private)


def start_logs(
    settings: LogSettings,
    *,
    now_ms: Callable[[], int],
    secrets: Iterable[str] = (),
    console: TextIO | None = None,
) -> Logs:
    """Configure structlog and the standard library's logging, and start the writing thread.

    `now_ms` stamps the lines; `console` gets plain lines, None keeps it quiet (while the terminal view runs).
    """
    settings.folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    redactor = Redactor(secrets)
    shared: list[Processor] = [_stamp(now_ms), structlog.contextvars.merge_contextvars, _level]
    files = _files(
        settings, _formatter(shared, redactor, structlog.processors.JSONRenderer(ensure_ascii=False))
    )
    handlers: list[logging.Handler] = [*files]
    if console is not None:
        plain = logging.StreamHandler(console)
        plain.setFormatter(_formatter(shared, redactor, _plain_line))
        handlers.append(plain)
    queue = DroppingQueue(settings.queue_size)
    listener = PatientListener(queue.lines, *handlers, respect_handler_level=True)
    _route(queue, getattr(logging, settings.level.upper()), shared)
    listener.start()
    return Logs(queue, listener, redactor, files)


def _route(queue: DroppingQueue, level: int, shared: list[Processor]) -> None:
    root = logging.getLogger()
    root.setLevel(level)
    root.addHandler(queue)
    logging.captureWarnings(capture=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _files(settings: LogSettings, formatter: logging.Formatter) -> tuple[PrivateRotatingFile, ...]:
    main = _file(settings, MAIN_FILE, formatter)
    errors = _file(settings, "errors.log", formatter)
    errors.setLevel(logging.ERROR)
    topics = []
    for topic in Topic:
        file = _file(settings, f"{topic}.log", formatter)
        file.addFilter(_is_about(topic))
        topics.append(file)
    return (main, errors, *topics)


def _file(settings: LogSettings, name: str, formatter: logging.Formatter) -> PrivateRotatingFile:
    file = PrivateRotatingFile(
        settings.folder / name,
        maxBytes=settings.max_bytes,
        backupCount=settings.backup_count,
        encoding="utf-8",
        delay=True,
    )
    file.setFormatter(formatter)
    return file


def _is_about(topic: Topic) -> Callable[[logging.LogRecord], bool]:
    def is_about(record: logging.LogRecord) -> bool:
        return isinstance(record.msg, dict) and record.msg.get("topic") == topic

    return is_about


def _formatter(shared: list[Processor], redactor: Redactor, renderer: Any) -> ProcessorFormatter:
    return ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.processors.format_exc_info],
        processors=[ProcessorFormatter.remove_processors_meta, redactor, renderer],
    )


def _stamp(now_ms: Callable[[], int]) -> Processor:
    def stamp(_logger: Any, _method: str, event: Event) -> Event:
        event.setdefault("at", datetime_of(now_ms()).isoformat(timespec="milliseconds"))
        return event

    return stamp


def _level(_logger: Any, method: str, event: Event) -> Event:
    record = event.get("_record")
    event["level"] = record.levelname.lower() if record is not None else method
    return event


def _plain_line(_logger: Any, _method: str, event: Event) -> str:
    """For the eye: wall time, what happened, and only values that say something; the files have all of it."""
    at, level, text = (str(event.pop(name, "")) for name in ("at", "level", "event"))
    event.pop("topic", None)
    stack = str(event.pop("exception", "")).strip()
    pairs = [f"{name}={_brief(value)}" for name, value in event.items() if not _is_empty(value)]
    error = [f"({stack.splitlines()[-1]})"] if stack else []
    return " ".join((at[11:19], f"{level:<7}", text, *pairs, *error))


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value == ""


def _brief(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
