"""One day's simulator over the nights of a soak: the same address each day, and what a user does there."""

import json
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from tests.acceptance.programs import Simulator, simulator
from tests.soak.day_faults import schedule
from trading_bot.adapters.upstox.login.token_store import AccessToken, TokenStore, expiry_ms

SYMBOLS = ("RELIANCE", "HDFCBANK", "ICICIBANK", "INFY", "TCS", "SBIN", "BHARTIARTL", "AXISBANK")
ACCOUNT = "SIM001"
_FAR_BELOW = Decimal("0.93")
_TIMEOUT_S = 20


@dataclass(frozen=True, slots=True)
class MarketDay:
    """A simulator that plays one day."""

    served: Simulator
    on: date
    token: str

    def login(self, store: Path) -> None:
        """Store a token as a login does that the user approved."""
        now_ms = self.served.now_ms()
        secret = SecretStr(self.token)
        issued = AccessToken(
            secret=secret, account=ACCOUNT, issued_at_ms=now_ms, expires_at_ms=expiry_ms(now_ms)
        )
        TokenStore(store).save(issued)

    def arm_faults(self) -> None:
        """Give the simulator the day's schedule."""
        self._post("faults", list(schedule(self.on)))

    def strikes(self) -> Counter[str]:
        """How often each kind of fault struck."""
        struck: Counter[str] = Counter()
        for rule in self.served.read("faults"):
            struck[rule["kind"]] += rule["strikes"]
        return struck

    def replace_token(self) -> str:
        """End the token in the middle of the day; the one that a new login gives."""
        return str(self._post("token", {"action": "replace"})["access_token"])

    def place_foreign_order(self) -> str:
        """Place what the user might rest in the broker's app: a bid far below the market."""
        key = self._key(SYMBOLS[0])
        price = (self._last_price(key) * _FAR_BELOW).quantize(Decimal(1))
        order = {
            "instrument_token": key,
            "transaction_type": "BUY",
            "quantity": 1,
            "order_type": "LIMIT",
            "price": int(price),
        }
        return str(self._post("orders", order)["data"]["order_ids"][0])

    def status_of(self, order_id: str) -> str:
        """How the broker's book shows an order."""
        orders = self.served.read("ledger")["orders"]
        return str(next(order["status"] for order in orders if order["order_id"] == order_id))

    def _key(self, symbol: str) -> str:
        rows = self.served.read("instruments")
        return str(next(row["instrument_key"] for row in rows if row["trading_symbol"] == symbol))

    def _last_price(self, key: str) -> Decimal:
        query = urllib.parse.urlencode({"instrument_key": key})
        request = urllib.request.Request(
            f"{self.served.url}/v3/market-quote/ltp?{query}",
            headers={"Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
            (quote,) = json.load(answer, parse_float=Decimal)["data"].values()
        return Decimal(quote["last_price"])

    def _post(self, path: str, body: Any) -> Any:
        request = urllib.request.Request(
            f"{self.served.url}/simulator/{path}", data=json.dumps(body).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
            return json.load(answer)


@contextmanager
def market_day(folder: Path, on: date, port: int, *, speed: float, seed: int) -> Iterator[MarketDay]:
    """Serve a day; it ends with the block."""
    token = f"token-of-{on}"
    with simulator(folder, _arguments(on, port, speed, seed, token)) as served:
        yield MarketDay(served, on, token)


def _arguments(on: date, port: int, speed: float, seed: int, token: str) -> Sequence[str]:
    chosen = {"--date": on, "--speed": speed, "--seed": seed, "--token": token}
    named = [text for name, value in chosen.items() for text in (name, str(value))]
    return (*named, "--port", str(port), "--symbols", ",".join(SYMBOLS))
