"""One whole session in each mode of the real market, through the real adapter."""

from tests.fakes.upstox_day import money, summary
from trading_bot.settings.run import Mode


async def test_live_ends_flat_and_its_ledger_equals_the_brokers(upstox):
    async with upstox.daemon(upstox.settings(Mode.LIVE)) as daemon:
        assert await daemon.run() == 0

    report, ledger = summary(upstox), await upstox.ledger()
    assert report["mode"] == "live"
    assert "warning: strategy confluence was never promoted" in upstox.said
    assert report["trades"] > 0
    assert report["open_positions"] == 0
    assert {row["quantity"] for row in ledger["positions"]} == {0}
    assert money(report["net_pnl"]) == money(ledger["net_pnl"])


async def test_paper_ends_flat_by_itself_and_sends_the_broker_nothing(upstox):
    async with upstox.daemon(upstox.settings(Mode.PAPER)) as daemon:
        assert await daemon.run() == 0

    report = summary(upstox)
    assert report["mode"] == "paper"
    assert report["trades"] > 0
    assert report["open_positions"] == 0
    assert money(report["net_pnl"]) == money(report["ledger_net_pnl"])
    assert (await upstox.ledger())["orders"] == []


async def test_alerts_tell_what_would_be_ordered_and_order_nothing(upstox):
    async with upstox.daemon(upstox.settings(Mode.ALERTS)) as daemon:
        assert await daemon.run() == 0

    told = [notice.text for notice in daemon.board.notices if " would " in notice.text]
    report = summary(upstox)
    assert told
    assert report["signals"] > 0
    assert report["trades"] == 0
    assert (await upstox.ledger())["orders"] == []
    assert not any("reject" in notice.text for notice in daemon.board.notices)
