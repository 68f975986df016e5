"""The crash points: every await and commit between a decision and a protected position, and around them.

A point of a run is armed when the daemon has recovered; a point of a start, of a panic or of a migration is
armed from the first instruction on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.crash.seams import Passes, Seam, Side
from trading_bot.domain.order import Purpose
from trading_bot.engine import inputs
from trading_bot.engine.commands import PlaceOrder


class Phase(StrEnum):
    """When a point is passed."""

    RUN = "run"
    START = "start"
    PANIC = "panic"
    MIGRATION = "migration"


@dataclass(frozen=True)
class CrashPoint:
    """A named place to die at."""

    phase: Phase
    name: str
    seam: Seam
    prepared_by: str = ""
    """The full name of the point at which the life before has to die, so that this one comes by here."""
    passages_max: int = 3
    """It dies at a passage up to this one."""

    @property
    def full_name(self) -> str:
        """Unique."""
        return f"{self.phase}: {self.name}"


COMMIT = "trading_bot.adapters.storage.journal.journal_file:JournalFile.commit"
IN_COMMIT = "trading_bot.adapters.storage.journal.journal_file:JournalFile._add_days"
"""Called inside the transaction, when its rows are written and nothing is committed."""
HANDLE = "trading_bot.engine.engine:Engine.handle"
PLACE, MODIFY, CANCEL, ORDERS, FILLS, POSITIONS = (
    f"trading_bot.adapters.upstox.rest.rest:UpstoxBroker.{name}"
    for name in ("place", "modify", "cancel", "orders", "fills", "positions")
)
WIRE = "trading_bot.adapters.upstox.rest.wire:Wire.exchange"
ANSWER = "urllib3.connection:HTTPConnection.getresponse"
BODY = "trading_bot.adapters.upstox.rest.wire:Wire._body"
OPENING = "trading_bot.adapters.storage.opening"
BACKUP = "trading_bot.adapters.storage.keeping.backup"
DAEMON = "trading_bot.bootstrap.daemon"
_ORDER_PATHS = {"POST": "place", "PUT": "modify", "DELETE": "cancel"}


def before(target: str, passes: Passes = lambda _arguments: True) -> Seam:
    """The seam before a call."""
    return Seam(target, Side.BEFORE, passes)


def after(target: str, passes: Passes = lambda _arguments: True) -> Seam:
    """The seam after a call."""
    return Seam(target, Side.AFTER, passes)


def rows(kind: str, *signs: str) -> Passes:
    """Commits with a row of this kind whose payload holds all of these."""
    return lambda arguments: any(
        row.kind == kind and all(sign in row.payload for sign in signs) for row in arguments[1]
    )


def taken(kind: type[inputs.Input], purpose: Purpose | None = None) -> Passes:
    """Inputs of this kind, about an order of this purpose."""

    def passes(arguments: tuple[Any, ...]) -> bool:
        engine, event = arguments
        if type(event) is not kind:
            return False
        order = engine.state.book.orders.get(event.tag) if purpose else None
        return purpose is None or (order is not None and order.request.purpose is purpose)

    return passes


def requested(purpose: Purpose) -> Passes:
    """Orders or commands to place an order of this purpose."""

    def passes(arguments: tuple[Any, ...]) -> bool:
        asked = arguments[1]
        request = asked.request if isinstance(asked, PlaceOrder) else asked
        return getattr(request, "purpose", None) is purpose

    return passes


def written(method: str) -> Passes:
    """Requests that change orders, by their HTTP method, as the wire is given them."""
    return lambda arguments: arguments[1] == method and f"/order/{_ORDER_PATHS[method]}" in arguments[2]


def sent(method: str) -> Passes:
    """The same, as urllib3's connection knows them when it waits for the answer."""

    def passes(arguments: tuple[Any, ...]) -> bool:
        request = arguments[0]._response_options
        return request.request_method == method and f"/order/{_ORDER_PATHS[method]}" in request.request_url

    return passes


def answered(method: str) -> Passes:
    """The same, as the wire calls them when the body of the answer is still to be read."""
    return lambda arguments: (
        arguments[3].startswith(method) and f"/order/{_ORDER_PATHS[method]}" in arguments[3]
    )


def either(first: Passes, second: Passes) -> Passes:
    """What one of the two lets pass."""
    return lambda arguments: first(arguments) or second(arguments)


_EXIT_INTENDED = either(rows("modify_intended"), rows("order_intended", '"purpose":"exit"'))
"""A resting stop becomes the exit; where there is none yet, the exit is an order of its own."""


def _commit(kind: str, *signs: str) -> Iterator[tuple[str, Seam]]:
    yield "before the commit", before(COMMIT, rows(kind, *signs))
    yield "inside the commit", after(IN_COMMIT, rows(kind, *signs))
    yield "after the commit", after(COMMIT, rows(kind, *signs))


def _order(purpose: Purpose) -> Iterator[tuple[str, Seam]]:
    """The life of a new order, from its intent to its journaled answer."""
    for where, seam in _commit("order_intended", f'"purpose":"{purpose}"'):
        yield f"{purpose} intent, {where}", seam
    yield f"{purpose} handed out", after("trading_bot.engine.outbox:Outbox.put_order", requested(purpose))
    yield (
        f"{purpose} taken from the outbox",
        before("trading_bot.engine.workers.orders:OrderWorker._place", requested(purpose)),
    )
    yield f"{purpose} sent, before the commit", before(HANDLE, taken(inputs.SendStarted, purpose))
    yield f"{purpose} sent, after the commit", after(HANDLE, taken(inputs.SendStarted, purpose))
    yield f"{purpose} answer taken", after(PLACE, requested(purpose))
    yield f"{purpose} answer, after the commit", after(HANDLE, taken(inputs.PlaceAnswered, purpose))


def _wire(method: str) -> Iterator[tuple[str, Seam]]:
    name = _ORDER_PATHS[method]
    yield f"{name}, before the wire", before(WIRE, written(method))
    yield f"{name} on the wire", before(ANSWER, sent(method))
    yield f"{name}, answer unread", before(BODY, answered(method))


def _changes() -> Iterator[tuple[str, Seam]]:
    for name, function, event in (
        ("modify", MODIFY, inputs.ModifyAnswered),
        ("cancel", CANCEL, inputs.CancelAnswered),
    ):
        for where, seam in _commit(f"{name}_intended"):
            yield f"{name} intent, {where}", seam
        yield f"{name} answer taken", after(function)
        yield f"{name} answer, after the commit", after(HANDLE, taken(event))
    yield "change resolved, inside the commit", after(IN_COMMIT, rows("change_resolved"))


def _books() -> Iterator[tuple[str, Seam]]:
    yield "orders read", after(ORDERS)
    yield "trades read", after(FILLS)
    yield "books, before they are taken", before(HANDLE, taken(inputs.BooksRead))
    yield "books, after they are taken", after(HANDLE, taken(inputs.BooksRead))
    yield "pushed order taken", after(HANDLE, taken(inputs.OrderPushed))
    for where, seam in _commit("order_filled"):
        yield f"fill, {where}", seam
    for where, seam in _commit("trade_closed"):
        yield f"closed trade, {where}", seam
    yield "sent, inside the commit", after(IN_COMMIT, rows("order_advanced", '"sent"'))
    yield "acknowledged, inside the commit", after(IN_COMMIT, rows("order_advanced", '"acknowledged"'))
    yield "stop resting, after the commit", after(COMMIT, rows("order_advanced", '"trigger_pending"'))


def _run() -> Iterator[CrashPoint]:
    groups = (
        _order(Purpose.ENTRY),
        _order(Purpose.STOP),
        *(_wire(method) for method in _ORDER_PATHS),
        _changes(),
        _books(),
    )
    for group in groups:
        for name, seam in group:
            yield CrashPoint(Phase.RUN, name, seam)


def _start() -> Iterator[CrashPoint]:
    steps = (
        ("locks taken", after(f"{DAEMON}:DayFiles.own")),
        ("before emergency rows come home", before(f"{DAEMON}:bring_home")),
        ("after emergency rows came home", after(f"{DAEMON}:bring_home")),
        ("emergency journal open", after(f"{DAEMON}:Daemon._fallback")),
        ("file checked, no backup yet", before(f"{OPENING}:rotate_backup")),
        ("backup copied, not in place", after(f"{BACKUP}:back_up")),
        ("backup rotated", after(f"{OPENING}:rotate_backup")),
        ("open for writing", after(f"{OPENING}:connect_for_writing")),
        ("epoch counted, not committed", after(f"{OPENING}:_head_of")),
        ("journal open", after(f"{DAEMON}:open_journal")),
        ("rows read", after(f"{DAEMON}:earlier_rows")),
        ("book rebuilt", after(f"{DAEMON}:Daemon._session")),
        ("day opened", after(HANDLE, taken(inputs.DayOpened))),
        ("ownership, inside the commit", after(IN_COMMIT, rows("ownership_taken"))),
        ("ownership, after the commit", after(HANDLE, taken(inputs.OwnershipClaimed))),
        ("workers started", after("trading_bot.engine.day:TradingDay.open")),
        ("first orders read", after(ORDERS)),
        ("first trades read", after(FILLS)),
        ("first books, before they are taken", before(HANDLE, taken(inputs.BooksRead))),
        ("first books, after they are taken", after(HANDLE, taken(inputs.BooksRead))),
        ("first positions read", after(POSITIONS)),
        ("first positions, before they are taken", before(HANDLE, taken(inputs.PositionsRead))),
        ("first positions, after they are taken", after(HANDLE, taken(inputs.PositionsRead))),
    )
    for name, seam in steps:
        yield CrashPoint(Phase.START, name, seam, passages_max=1)
    lost = f"{Phase.RUN}: entry answer taken"
    for name, seam in _order(Purpose.STOP):
        yield CrashPoint(Phase.START, name, seam, prepared_by=lost, passages_max=1)
    doubt = f"{Phase.RUN}: entry sent, after the commit"
    for name, seam in (
        ("order in doubt, inside the commit", after(IN_COMMIT, rows("order_advanced", '"in_doubt"'))),
        ("doubt searched", after(HANDLE, taken(inputs.TagSearched))),
    ):
        yield CrashPoint(Phase.START, name, seam, prepared_by=doubt, passages_max=1)


def _panic() -> Iterator[CrashPoint]:
    steps = (
        ("locks taken", after(f"{DAEMON}:DayFiles.take_over")),
        ("journal open", after("trading_bot.bootstrap.panicking.panic_records:PanicFiles.open")),
        ("latch, before the commit", before(COMMIT, rows("panic_latched"))),
        ("latch, inside the commit", after(IN_COMMIT, rows("panic_latched"))),
        (
            "latch, after the commit",
            after("trading_bot.bootstrap.panicking.panic_records:PanicFiles.latched"),
        ),
        ("ownership, after the commit", after("trading_bot.engine.day:TradingDay.take_over")),
        ("first books, after they are taken", after(HANDLE, taken(inputs.BooksRead))),
        ("exit intent, before the commit", before(COMMIT, _EXIT_INTENDED)),
        ("exit intent, inside the commit", after(IN_COMMIT, _EXIT_INTENDED)),
        ("exit intent, after the commit", after(COMMIT, _EXIT_INTENDED)),
        ("exit, before the wire", before(WIRE, either(written("PUT"), written("POST")))),
        ("exit on the wire", before(ANSWER, either(sent("PUT"), sent("POST")))),
        ("exit, answer unread", before(BODY, either(answered("PUT"), answered("POST")))),
        ("exit answer taken", after("trading_bot.adapters.upstox.rest.rest:UpstoxBroker._written")),
        (
            "exit answer, after the commit",
            after(HANDLE, either(taken(inputs.ModifyAnswered), taken(inputs.PlaceAnswered))),
        ),
        ("exit's fill, inside the commit", after(IN_COMMIT, rows("order_filled"))),
        ("closed trade, after the commit", after(COMMIT, rows("trade_closed"))),
    )
    for name, seam in steps:
        yield CrashPoint(Phase.PANIC, name, seam, passages_max=1)


def _migration() -> Iterator[CrashPoint]:
    steps = (
        ("before the backup", before(f"{OPENING}:back_up")),
        ("backup copied, not named", before(f"{BACKUP}:_flush")),
        ("after the backup", after(f"{OPENING}:back_up")),
        ("before the steps", before(f"{OPENING}:migrate")),
        ("after a statement of a step", after("alembic.ddl.impl:DefaultImpl._exec")),
        ("after the steps, before they are committed", after(f"{OPENING}:migrate")),
        ("schema noted, not committed", after(f"{OPENING}:_put_meta")),
        ("after the migration", after(f"{OPENING}:_bring_up_to_date")),
    )
    for name, seam in steps:
        yield CrashPoint(Phase.MIGRATION, name, seam, passages_max=4 if "statement" in name else 1)


POINTS: dict[str, CrashPoint] = {
    point.full_name: point for point in (*_run(), *_start(), *_panic(), *_migration())
}
"""All of them, by full name."""
