"""One whole session in each mode of the real market, through the real adapter."""

from tests.fakes.journals_of_days import clean_sessions, journal_of
from tests.fakes.upstox_day import money, summary
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.engine.records import decode_event
from trading_bot.settings.run import Mode
from trading_bot.simulator.market import DEFAULT_DAY

_STAGE = {"symbols": 3, "position_fraction": 0.02}
_RAMP = {"ramp": {"loosened": True, "first": _STAGE}}
"""As many symbols as there are, so that something is traded."""


async def test_live_ends_flat_and_its_ledger_equals_the_brokers(upstox):
    """It comes after five sessions of paper, and its positions are as small as its stage says."""
    upstox.folder.mkdir(parents=True, exist_ok=True)
    journal_of(upstox.folder / "paper.db", *clean_sessions(DEFAULT_DAY, 5))
    async with upstox.daemon(upstox.settings(Mode.LIVE, live=_RAMP)) as daemon:
        assert await daemon.run() == 0

    told = [text for text in upstox.said if text.startswith("ramp: first stage, 3 symbols, 20,000 rupees")]
    assert len(told) == 1
    assert 0 < _largest_position(upstox.folder / "trading_bot.db") <= 2_000_000
    report, ledger = summary(upstox), await upstox.ledger()
    assert report["mode"] == "live"
    assert "warning: strategy confluence was never promoted" in upstox.said
    assert report["trades"] > 0
    assert report["open_positions"] == 0
    assert {row["quantity"] for row in ledger["positions"]} == {0}
    assert money(report["net_pnl"]) == money(ledger["net_pnl"])


async def test_paper_ends_flat_by_itself_and_sends_the_broker_nothing(hour):
    async with hour.daemon(hour.settings(Mode.PAPER)) as daemon:
        assert await daemon.run() == 0

    report = summary(hour)
    assert report["mode"] == "paper"
    assert report["trades"] > 0
    assert report["open_positions"] == 0
    assert money(report["net_pnl"]) == money(report["ledger_net_pnl"])
    assert (await hour.ledger())["orders"] == []


async def test_alerts_tell_what_would_be_ordered_and_order_nothing(hour):
    async with hour.daemon(hour.settings(Mode.ALERTS)) as daemon:
        assert await daemon.run() == 0

    told = [notice.text for notice in daemon.board.notices if " would " in notice.text]
    report = summary(hour)
    assert told
    assert report["signals"] > 0
    assert report["trades"] == 0
    assert (await hour.ledger())["orders"] == []
    assert not any("reject" in notice.text for notice in daemon.board.notices)


def _largest_position(database) -> int:
    """Value in paise of the largest position that was planned."""
    with JournalReader(database) as reader:
        rows = list(reader.rows(kind="trade_planned"))
    planned = [decode_event(row.kind, row.payload).trade for row in rows]
    return max(trade.planned_quantity * trade.reference_price for trade in planned)
