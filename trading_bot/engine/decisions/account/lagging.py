"""Positions that lag behind the list of trades: they show a time that is over, and prove nothing.

Each row tells how much was bought and sold today. Where that is less than the listed trades, the row
is older than they are: taken at its word, a position that was closed would be closed again, and again.
"""

from collections import defaultdict

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.order import Side
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import PositionsRead
from trading_bot.engine.state import State


def keys_behind(state: State, event: PositionsRead, turn: Turn) -> frozenset[str]:
    """Instruments whose positions were read without trades that are listed; told when that lasts.

    A trade that is not listed any more counts for nothing: it may have been annulled. Where the broker does
    not tell what was bought and sold, nothing can be said.
    """
    bought, sold = _listed(state)
    silent = set()
    for row in event.positions:
        if row.buy_quantity is None or row.sell_quantity is None:
            silent.add(row.instrument_key)
            continue
        bought[row.instrument_key] -= row.buy_quantity
        sold[row.instrument_key] -= row.sell_quantity
    behind = {key for units in (bought, sold) for key, lacking in units.items() if lacking > 0} - silent
    since = state.positions_behind_ms
    state.positions_behind_ms = {key: since.get(key, event.asked_at_ms) for key in sorted(behind)}
    for key, since_ms in state.positions_behind_ms.items():
        if event.asked_at_ms - since_ms >= state.settings.missing_row_s * MS_PER_SECOND:
            _tell(state, key, turn)
    return frozenset(behind)


def _listed(state: State) -> tuple[defaultdict[str, int], defaultdict[str, int]]:
    bought: defaultdict[str, int] = defaultdict(int)
    sold: defaultdict[str, int] = defaultdict(int)
    for key, fill in state.listed_trades.items():
        is_gone = key in state.trades_gone_since_ms or key in state.others_gone_since_ms
        if not is_gone and key not in state.book.annulled:
            (bought if fill.side is Side.BUY else sold)[fill.instrument_key] += fill.quantity
    return bought, sold


def _tell(state: State, key: str, turn: Turn) -> None:
    mark = f"behind {key} {state.positions_behind_ms[key]}"
    if mark in state.told_of:
        return
    state.told_of.add(mark)
    text = (
        f"the broker's position in {state.market.symbol(key)} has lacked trades of its own list for "
        f"{state.settings.missing_row_s:g} s: nothing is concluded from it"
    )
    turn.emit(ev.IncidentRecorded(at_ms=state.now_ms, kind="positions_lag", detail=text))
    turn.tell(AlertKind.POSITIONS_LAG, "critical", text)
