"""The whole daemon recorded while it trades, and the power taken away as its orders leave. Fault 88, V1."""

import json
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance.programs import Daemon, simulator, until
from tests.crash.lives import SETTINGS, SPEED, SYMBOLS
from tests.crash.power.losses import images, reopened
from tests.crash.power.record import Deed, built, deeds_of, recording
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.domain.errors import StorageError

_ORDERS = 15
"""How many are to be sent in each of the two lives."""
_TRADE_S = 180.0
_TAG = re.compile(rb'"tag": ?"([^"]+)"')


@dataclass
class PowerLosses:
    """Two lives of one daemon, and what is left of them at many moments."""

    folder: Path
    seed: int
    count: int
    sent: int = 0
    looked_at: int = 0
    problems: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Trade, then fail at every order that left and at as many moments as are wanted."""
        data = self.folder / "data"
        data.mkdir(parents=True)
        deeds = self._recorded(data)
        sends = [
            number for number, deed in enumerate(deeds) if deed.kind == "S" and _TAG.search(deed.content)
        ]
        self.sent = len(sends)
        dice = random.Random(self.seed)
        others = dice.choices(range(len(deeds)), k=max(0, self.count - len(sends)))
        moments = [*dice.sample(sends, min(len(sends), self.count)), *others]
        for moment, left in images(deeds, moments, dice, data):
            self._look(deeds[:moment], deeds[moment], left / "replay.db")

    def _recorded(self, data: Path) -> list[Deed]:
        record = self.folder / "record"
        settings = {**SETTINGS, **recording(built(self.folder), record, data)}
        arguments = ("--speed", SPEED, "--symbols", SYMBOLS, "--seed", str(self.seed))
        with simulator(self.folder, arguments) as served:
            for orders in (_ORDERS, 2 * _ORDERS):
                daemon = Daemon(self.folder, ("--simulator", served.url), settings)
                try:
                    until(lambda: len(served.read("ledger")["orders"]) >= orders, "orders", _TRADE_S)  # noqa: B023
                finally:
                    daemon.kill()
        return deeds_of(record)

    def _look(self, before: list[Deed], now: Deed, database: Path) -> None:
        """Each order that left, and the one that is leaving, has its intent in what is left."""
        self.looked_at += 1
        _, problems = reopened(database)
        self.problems += problems
        left = [deed.content for deed in (*before, now) if deed.kind == "S"]
        tags = {found.group(1).decode() for content in left if (found := _TAG.search(content))}
        for tag in sorted(tags - _intended(database)):
            self.problems.append(
                f"V1: {tag} was sent, and no intent of it survives after {len(before)} deeds"
            )


def _intended(database: Path) -> set[str]:
    try:
        with JournalReader(database) as reader:
            rows = list(reader.rows(kind="order_intended"))
    except StorageError:
        return set()
    return {json.loads(row.payload)["request"]["tag"] for row in rows}
