"""What the journal adds up to: tables that change in the same transaction as the event that changes them.

A payload is flattened first: the fields of its nested values are found under their own names, and where two
have the same name the outer one wins. So a column is filled by the field of its name, wherever that stands.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from trading_bot.adapters.storage import schema
from trading_bot.adapters.storage.canonical import canonical_json
from trading_bot.adapters.storage.journal.prepared import Prepared
from trading_bot.domain.instrument import Product
from trading_bot.domain.ist import date_of
from trading_bot.domain.order import Fill, OrderStatus, Side
from trading_bot.domain.position import Position
from trading_bot.engine.ports import JournalRow

Fields = dict[str, object]
Projection = Callable[[Connection, JournalRow], None]
Step = Callable[[Connection, Fields], None]


def projection(*steps: Step) -> Projection:
    """A projection that reads the payload once and takes the steps in order."""

    def project(connection: Connection, row: JournalRow) -> None:
        fields = fields_of(row)
        for step in steps:
            step(connection, fields)

    return project


def fields_of(row: JournalRow) -> Fields:
    """The row's payload, flattened, with `sequence`, `at_ms` and `on` of the row itself."""
    fields: Fields = {"sequence": row.sequence, "at_ms": row.at_ms, "on": date_of(row.at_ms).isoformat()}
    level: list[Mapping[str, object]] = [json.loads(row.payload)]
    while level:
        nested: list[Mapping[str, object]] = []
        for values in level:
            nested += [value for value in values.values() if isinstance(value, dict)]
            for name, value in values.items():
                fields.setdefault(name, canonical_json(value) if isinstance(value, list) else value)
        level = nested
    return fields


# --- steps ------------------------------------------------------------------------------------------------


def put(table: Table, **constants: object) -> Step:
    """Insert a row, or replace the one with its key. A constant that starts with '=' names another field."""
    statement = insert(table).values({name: bindparam(name) for name in table.c.keys()})  # noqa: SIM118 - a column collection iterates over columns
    others = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    upsert = Prepared(statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=others))

    def step(connection: Connection, fields: Fields) -> None:
        upsert.execute(connection, _row_of(table, fields, constants))

    return step


def change_order(*columns: str, **renamed: str) -> Step:
    """Change columns of the order with the event's tag; an absent or null field leaves its column alone."""
    sources = {name: name for name in columns} | renamed | {"changed_at_ms": "at_ms"}
    changed: dict[str, ColumnElement[object]] = {
        column: func.coalesce(bindparam(f"new_{column}"), schema.orders.c[column]) for column in sources
    }
    its_order = schema.orders.c.tag == bindparam("its_tag")
    statement = Prepared(update(schema.orders).where(its_order).values(changed))

    def step(connection: Connection, fields: Fields) -> None:
        values = {f"new_{column}": fields.get(field) for column, field in sources.items()}
        statement.execute(connection, {"its_tag": fields["tag"], **values})

    return step


def count(name: str) -> Step:
    """Add one to a counter of the trading day."""
    table = schema.day_counters
    first = insert(table).values(on=bindparam("on"), name=bindparam("name"), count=literal_column("1"))
    statement = Prepared(
        first.on_conflict_do_update(
            index_elements=[table.c.on, table.c.name], set_={"count": table.c.count + literal_column("1")}
        )
    )

    def step(connection: Connection, fields: Fields) -> None:
        statement.execute(connection, {"on": fields["on"], "name": name})

    return step


def log_call(call: str) -> Step:
    """Keep one call that counts against the broker's rate limits."""
    return put(schema.rate_limit_log, call=call)


def when(field: str, value: str, step: Step) -> Step:
    """Take the step only where the field has the value."""

    def conditional(connection: Connection, fields: Fields) -> None:
        if fields.get(field) == value:
            step(connection, fields)

    return conditional


def apply_fill(connection: Connection, fields: Fields) -> None:
    """Keep the fill and move order and position with it; a fill that is already kept changes nothing."""
    if _ADD_FILL.execute(connection, _row_of(schema.fills, fields, {})) == 0:
        return
    _FILL_ORDER.execute(connection, {"its_tag": fields["tag"], "units": fields["quantity"]})
    product = connection.execute(_PRODUCT_OF, {"its_tag": fields["tag"]}).scalar_one_or_none()
    _move_position(connection, fields, Product(product or Product.INTRADAY))
    _COUNT_FILL(connection, fields)


def apply_foreign_fill(connection: Connection, fields: Fields) -> None:
    """Move our position by what somebody else closed of it; parts of one trade of theirs share a row."""
    _ADD_FILL.execute(connection, _row_of(schema.fills, fields, {}))
    held = connection.execute(_HELD_AS, {"key": fields["instrument_key"]}).scalar_one_or_none()
    _move_position(connection, fields, Product(held or Product.INTRADAY))


def annul_fill(connection: Connection, fields: Fields) -> None:
    """Take a fill out, and order and position back with it."""
    _DROP_FILL.execute(connection, {"its_order": fields["order_id"], "its_trade": fields["trade_id"]})
    _FILL_ORDER.execute(connection, {"its_tag": fields["tag"], "units": -_whole(fields["quantity"])})
    product = connection.execute(_PRODUCT_OF, {"its_tag": fields["tag"]}).scalar_one_or_none()
    _move_position(connection, fields, Product(product or Product.INTRADAY), Position.without)


def adopt_position(connection: Connection, fields: Fields) -> None:
    """Set the position that panic took over, at the price at which it is valued."""
    quantity, price = _whole(fields["quantity"]), _whole(fields["price"])
    adopted = {
        "cash": -quantity * price,
        "entry_quantity": abs(quantity),
        "entry_value": abs(quantity) * price,
        "changed_at_ms": fields["at_ms"],
    }
    _PUT_POSITION(connection, fields | adopted)


def return_adoption(connection: Connection, fields: Fields) -> None:
    """Take units out of a position that panic took over: they are those of an order of ours."""
    quantity = _whole(fields["quantity"])
    side = Side.BUY if quantity > 0 else Side.SELL
    units = {"trade_id": "", "order_id": "", "side": side, "quantity": abs(quantity), "filled_at_ms": 0}
    held = connection.execute(_HELD_AS, {"key": fields["instrument_key"]}).scalar_one_or_none()
    _move_position(connection, fields | units, Product(held or Product.INTRADAY), Position.without)


def write_off(connection: Connection, fields: Fields) -> None:
    """Empty the position of a trade that was dropped; where the difference settled by itself, do nothing."""
    if fields["written_off"]:
        changed = {"key": fields["instrument_key"], "changed_ms": fields["at_ms"]}
        connection.execute(_EMPTY_POSITION, changed)


_COUNT_FILL = count("fills")
_ADD_FILL = Prepared(insert(schema.fills).on_conflict_do_nothing())
_DROP_FILL = Prepared(
    delete(schema.fills).where(
        schema.fills.c.order_id == bindparam("its_order"), schema.fills.c.trade_id == bindparam("its_trade")
    )
)
_FILL_ORDER = Prepared(
    update(schema.orders)
    .where(schema.orders.c.tag == bindparam("its_tag"))
    .values(filled_quantity=schema.orders.c.filled_quantity + bindparam("units"))
)
_PRODUCT_OF = select(schema.orders.c.product).where(schema.orders.c.tag == bindparam("its_tag"))
_HELD_AS = select(schema.positions.c.product).where(
    schema.positions.c.instrument_key == bindparam("key"), schema.positions.c.quantity != 0
)
_POSITION_OF = select(schema.positions).where(
    schema.positions.c.instrument_key == bindparam("key"), schema.positions.c.product == bindparam("held_as")
)


def _move_position(
    connection: Connection,
    fields: Fields,
    product: Product,
    moved: Callable[[Position, Fill], Position] = Position.apply,
) -> None:
    fill = _fill(fields)
    found = connection.execute(_POSITION_OF, {"key": fill.instrument_key, "held_as": product}).one_or_none()
    before = Position(instrument_key=fill.instrument_key, product=product)
    if found is not None and found.quantity != 0:  # a flat position's cash belongs to the trade that ended
        before = Position(
            instrument_key=fill.instrument_key,
            product=product,
            quantity=found.quantity,
            cash=found.cash,
            entry_quantity=found.entry_quantity,
            entry_value=found.entry_value,
        )
    after = moved(before, fill)
    _PUT_POSITION(
        connection,
        {
            "instrument_key": after.instrument_key,
            "product": after.product.value,
            "quantity": after.quantity,
            "cash": after.cash,
            "entry_quantity": after.entry_quantity,
            "entry_value": after.entry_value,
            "changed_at_ms": fields["at_ms"],
        },
    )


_PUT_POSITION = put(schema.positions)
_EMPTY_POSITION = (
    update(schema.positions)
    .where(schema.positions.c.instrument_key == bindparam("key"))
    .values(quantity=0, cash=0, entry_quantity=0, entry_value=0, changed_at_ms=bindparam("changed_ms"))
)


def _fill(fields: Fields) -> Fill:
    return Fill(
        trade_id=str(fields["trade_id"]),
        order_id=str(fields["order_id"]),
        instrument_key=str(fields["instrument_key"]),
        side=Side(str(fields["side"])),
        quantity=_whole(fields["quantity"]),
        price=_whole(fields["price"]),
        filled_at_ms=_whole(fields["filled_at_ms"]),
    )


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number")
    return value


def _row_of(table: Table, fields: Fields, constants: Mapping[str, object]) -> Fields:
    row = {column.name: fields.get(column.name) for column in table.c}
    for name, value in constants.items():
        is_field = isinstance(value, str) and value.startswith("=")
        row[name] = fields.get(str(value)[1:]) if is_field else value
    return row


# --- which event changes what -----------------------------------------------------------------------------

PROJECTIONS: Mapping[str, Projection] = MappingProxyType(
    {
        "order_intended": projection(
            put(
                schema.orders,
                status=OrderStatus.INTENDED.value,
                filled_quantity=0,
                message="",
                intended_at_ms="=at_ms",
                changed_at_ms="=at_ms",
            ),
            count("orders"),
        ),
        "order_advanced": projection(
            change_order("status", "order_id", "message"),
            when("status", OrderStatus.SENT.value, log_call("place")),
        ),
        "order_reported": projection(
            change_order("order_type", "quantity", "price", "trigger_price", "validity")
        ),
        "modify_intended": projection(log_call("modify")),
        "cancel_intended": projection(log_call("cancel")),
        "foreign_cancel_intended": projection(log_call("cancel")),
        "order_filled": projection(apply_fill),
        "fill_annulled": projection(annul_fill),
        "foreign_fill_taken": projection(apply_foreign_fill),
        "position_adopted": projection(adopt_position),
        "adoption_returned": projection(return_adoption),
        "difference_settled": projection(write_off),
        "trade_closed": projection(put(schema.trades), count("trades")),
        "signal_raised": projection(put(schema.signals), count("signals")),
        "entry_denied": projection(count("denials")),
    }
)
"""Kinds that are not listed are journaled and change no table."""


def rebuild(
    connection: Connection, rows: Iterable[JournalRow], projections: Mapping[str, Projection] = PROJECTIONS
) -> None:
    """Empty the projected tables and fill them from the journal's rows, within the caller's transaction."""
    for table in schema.PROJECTED:
        connection.execute(table.delete())
    for row in rows:
        if row.kind in projections:
            projections[row.kind](connection, row)
